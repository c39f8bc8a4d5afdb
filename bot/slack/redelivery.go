package slack

import (
	"context"
	"sync"

	"greenroom/bot/chat"
)

// answered remembers what was answered lately. Slack delivers an event again when an acknowledgement was lost, and one action
// under several ids: what only looks would be answered twice, and a form that is answered twice must be answered alike. What changes
// something is seen by the store in any case.
type answered struct {
	mu    sync.Mutex
	turns map[string]*turn
	names [answeredMost]string // of turns, a ring
	next  int
}

// answeredMost is how many events are remembered: some minutes of the busiest hour of a large workspace. A graded form's reply takes
// ten kilobytes.
const answeredMost = 1024

// turn is one event on its way. Who began it sets reply and ok before end; others read them after.
type turn struct {
	done  chan struct{}
	reply chat.Reply // of a form
	ok    bool
}

func newAnswered() *answered { return &answered{turns: map[string]*turn{}} }

// begin gives the caller the turn of an event, which it must end; or, with ok, the turn of one who had it before. It waits while
// another has it. An event without a name is always the caller's.
func (d *answered) begin(ctx context.Context, e chat.Event) (*turn, error) {
	for {
		d.mu.Lock()
		t := d.turns[turnName(e)]
		if t == nil {
			t = &turn{done: make(chan struct{})}
			if e.ID.Name != "" {
				d.add(turnName(e), t)
			}
			d.mu.Unlock()
			return t, nil
		}
		d.mu.Unlock()
		select {
		case <-t.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if t.ok {
			return t, nil
		}
	}
}

func (d *answered) add(name string, t *turn) {
	delete(d.turns, d.names[d.next])
	d.names[d.next] = name
	d.next = (d.next + 1) % answeredMost
	d.turns[name] = t
}

// end lets those go on who wait for the turn. A turn that is not ok is forgotten: the next delivery is a new try.
func (d *answered) end(e chat.Event, t *turn) {
	d.mu.Lock()
	if !t.ok && d.turns[turnName(e)] == t {
		delete(d.turns, turnName(e))
	}
	d.mu.Unlock()
	close(t.done)
}

func turnName(e chat.Event) string { return string(e.Workspace) + " " + e.ID.Name }
