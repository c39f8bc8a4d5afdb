package discordfake

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing of a fake runs on once it is closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
