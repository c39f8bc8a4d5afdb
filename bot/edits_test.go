package bot

import (
	"testing"
	"time"
)

// A workspace whose counters always want to be edited still lets a running round edit every two seconds, and all edits together
// stay within the fifty a minute that Slack takes.
func TestCountersNeverStarveARound(t *testing.T) {
	c := Config{}.withDefaults()
	e, begun := newEdits(c.EditsBurst, c.EditsEvery), time.Now()
	var taken []time.Time
	for tick := range 6000 { // ten minutes
		now := begun.Add(time.Duration(tick) * 100 * time.Millisecond)
		if e.take("w", true, now) == nil {
			taken = append(taken, now)
		}
		if tick%20 != 0 {
			continue
		}
		if err := e.take("w", false, now); err != nil {
			t.Fatalf("%s after the beginning the round's edit: %v", now.Sub(begun), err)
		}
		taken = append(taken, now)
	}
	for i, from := range taken {
		n := 0
		for _, at := range taken[i:] {
			if at.Before(from.Add(time.Minute)) {
				n++
			}
		}
		if n > 50 {
			t.Fatalf("%d edits within a minute", n)
		}
	}
	if len(taken) < 400 {
		t.Errorf("%d edits in ten minutes, of four hundred", len(taken))
	}
}
