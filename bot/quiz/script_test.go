package quiz_test

import (
	"testing"

	"greenroom/bot/bottest"
)

// TestScripts plays every conversation of testdata. Each promise of the design is held by the script named like it.
func TestScripts(t *testing.T) { bottest.Scripts(t, "testdata") }
