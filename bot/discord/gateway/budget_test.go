package gateway

import (
	"math/rand/v2"
	"testing"
	"time"
)

// However it is asked, no 60 seconds hold more than 120 events, and there is always one left for a heartbeat that is due.
func TestBudget(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var b budget
	var sent []time.Time
	now, beat := time.Unix(0, 0), time.Unix(0, 0)
	refused := 0
	for range 20_000 {
		now = now.Add(time.Duration(r.IntN(600)) * time.Millisecond)
		due := now.Sub(beat) > 20*time.Second
		if due {
			beat = now
		}
		if b.take(now, due) {
			sent = append(sent, now)
		} else if refused++; due {
			t.Fatalf("a heartbeat was refused at %v", now)
		}
	}
	for i := range sent {
		if i >= 120 && sent[i].Sub(sent[i-120]) < 60*time.Second {
			t.Fatalf("121 events in %v", sent[i].Sub(sent[i-120]))
		}
	}
	if refused == 0 || len(sent) < 10_000 {
		t.Errorf("%d were sent and %d refused: that shows nothing", len(sent), refused)
	}
}
