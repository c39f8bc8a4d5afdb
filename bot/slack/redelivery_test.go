package slack

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
)

func named(name string) chat.Event {
	return chat.Event{Workspace: "slack:T", ID: chat.EventID{Name: name}}
}

// Of many who have one event, one has its turn at a time, and nobody after the first who succeeds.
func TestAnsweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newAnswered()
		var tries, spared atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				turn, err := d.begin(t.Context(), named("e"))
				switch {
				case err != nil:
					t.Error(err)
				case turn.ok:
					spared.Add(1)
				default:
					time.Sleep(time.Second)
					turn.ok = tries.Add(1) == 3 // the first two fail
					d.end(named("e"), turn)
				}
			})
		}
		all.Wait()
		if tries.Load() != 3 || spared.Load() != 17 {
			t.Errorf("%d tried, %d were spared", tries.Load(), spared.Load())
		}
		other, _ := d.begin(t.Context(), chat.Event{Workspace: "slack:OTHER", ID: chat.EventID{Name: "e"}})
		if other.ok {
			t.Error("an event of another workspace was taken for this one")
		}
	})
}

// Who waits gives up when their time is over; what has no name is never the same.
func TestAnsweredWaits(t *testing.T) {
	d := newAnswered()
	if _, err := d.begin(t.Context(), named("e")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.begin(ctx, named("e")); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	for range 3 {
		turn, err := d.begin(t.Context(), named(""))
		if err != nil || turn.ok {
			t.Errorf("%+v, %v", turn, err)
		}
		turn.ok = true
		d.end(named(""), turn)
	}
}

func TestAnsweredIsBounded(t *testing.T) {
	d := newAnswered()
	for i := range 3 * answeredMost {
		e := named(strconv.Itoa(i))
		turn, _ := d.begin(t.Context(), e)
		turn.ok = i%2 == 0
		d.end(e, turn)
	}
	if len(d.turns) > answeredMost {
		t.Errorf("%d are remembered", len(d.turns))
	}
	if turn, _ := d.begin(t.Context(), named(strconv.Itoa(3*answeredMost-2))); !turn.ok {
		t.Error("the newest is forgotten")
	}
}
