package discord

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever waits for an edit of the same message waits no longer than they may, and time passes meanwhile.
func TestEditsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p editPace
		unlock, err := p.lock(t.Context(), "post/12")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.lock(ctx, "post/12"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waited in vain: %v", err)
		}
		time.AfterFunc(time.Minute, unlock)
		begun := time.Now()
		again, err := p.lock(t.Context(), "post/12")
		if err != nil || time.Since(begun) != time.Minute {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		again()
	})
}
