package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"greenroom/store"
)

// outbox sends what units have left in the store. A place (a channel, the direct messages with one member) has a
// goroutine while it has rows: it sends them in the order of the store, one at a time, and waits as long as it must
// while other places go on. What a row goes through is in delivery.go.
type outbox struct {
	b *Bot

	mu     sync.Mutex
	intake context.Context // ends when no further row may begin; nil before run
	closed bool
	places map[string]*place // places whose goroutine lives
	work   sync.WaitGroup    // the goroutines; added to under mu and never once closed
}

// place is what the outbox knows of a place with rows.
type place struct{ more bool } // more: something came since the oldest row was last read

func newOutbox(b *Bot) *outbox { return &outbox{b: b, places: map[string]*place{}} }

// run starts a goroutine for each place that has rows, now and whenever one is noticed, until intake ends.
func (o *outbox) run(intake context.Context) {
	o.mu.Lock()
	o.intake = intake
	o.mu.Unlock()
	for intake.Err() == nil {
		if err := o.scan(intake); err != nil && intake.Err() == nil {
			o.b.Log.Error("outbox cannot be read", slog.Any("err", err))
		}
		// Commits tell of their rows. The next scan finds what a commit applied after it had reported a failure.
		nap(o.b.Clock, o.b.Clock.Now().Add(longestNap), intake.Done(), nil)
	}
}

// close lets no further place begin, so that those that live can be waited for.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
}

func (o *outbox) scan(ctx context.Context) error {
	const page = 100
	for after := ""; ; {
		rows, err := o.b.DB.Outbox(ctx, after, page)
		if err != nil {
			return err
		}
		for _, row := range rows {
			o.notice(row.Place)
			after = row.Place
		}
		if len(rows) < page {
			return nil
		}
	}
}

// notice tells that a place may have something to send.
func (o *outbox) notice(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p, ok := o.places[name]; ok {
		p.more = true
		return
	}
	if o.intake == nil || o.closed {
		return // the next start finds it
	}
	o.places[name] = &place{}
	intake := o.intake
	o.work.Go(func() { o.drain(intake, name) })
}

// drain is the goroutine of a place.
func (o *outbox) drain(intake context.Context, name string) {
	var try *delivery
	failures := 0
	for !o.over(intake, name) {
		row, found, err := o.oldest(intake, name)
		var again time.Time
		switch {
		case err != nil:
			failures++
			again = o.b.Clock.Now().Add(backoff(failures))
			o.b.Log.Error("outbox cannot be read", slog.String("place", name), slog.Any("err", err))
		case !found:
			failures = 0
			if o.idle(name) {
				return
			}
		default:
			failures = 0
			if try == nil || try.row.Key != row.Key {
				try = &delivery{b: o.b}
			}
			if again = try.attempt(intake, row); again.IsZero() {
				try = nil // the row is over; one of the same key begins anew
			}
		}
		o.rest(intake, again)
	}
}

// rest waits until an instant, or until the shell stops. A clock that is set back ends it too: the instant was reckoned
// by the clock from before.
func (o *outbox) rest(intake context.Context, until time.Time) {
	before := o.b.Clock.Now()
	for now := before; intake.Err() == nil && now.Before(until) && !now.Before(before); now = o.b.Clock.Now() {
		before = now
		nap(o.b.Clock, until, intake.Done(), nil)
	}
}

// over ends a place because the shell stops.
func (o *outbox) over(intake context.Context, name string) bool {
	if intake.Err() == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.places, name)
	return true
}

// idle ends a place because it has nothing left, unless something came since that was read.
func (o *outbox) idle(name string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p := o.places[name]; p.more {
		p.more = false
		return false
	}
	delete(o.places, name)
	return true
}

// oldest reads the row that a place sends next. The store lists places in order, so the place is asked for as the first
// one after its predecessor; no name lies between them, because names are UTF-8 and that never holds a byte 0xff.
func (o *outbox) oldest(ctx context.Context, name string) (store.Row, bool, error) {
	last := len(name) - 1
	predecessor := name[:last] + string([]byte{name[last] - 1, 0xff})
	rows, err := o.b.DB.Outbox(ctx, predecessor, 1)
	if err != nil || len(rows) == 0 || rows[0].Place != name {
		return store.Row{}, false, err
	}
	return rows[0], true, nil
}

// waiting counts the places that have something to send.
func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.places)
}
