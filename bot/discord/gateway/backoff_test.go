package gateway

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	for _, test := range []struct {
		failures    int
		least, most time.Duration
	}{
		{1, 0, 250 * time.Millisecond},
		{2, 250 * time.Millisecond, 500 * time.Millisecond},
		{3, 500 * time.Millisecond, time.Second},
		{8, 16 * time.Second, 32 * time.Second},
		{9, 30 * time.Second, time.Minute},
		{10, 30 * time.Second, time.Minute},
		{1000, 30 * time.Second, time.Minute},
	} {
		if got := backoff(test.failures, 0); got != test.least {
			t.Errorf("after %d failures at least %v, want %v", test.failures, got, test.least)
		}
		if got := backoff(test.failures, 1); got != test.most {
			t.Errorf("after %d failures at most %v, want %v", test.failures, got, test.most)
		}
	}
}
