package bot

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// outbox sends what units have left in the store. A place (a channel, the direct messages with one member) has a
// goroutine while it has rows: it sends them in the order of the store, one at a time, and waits as long as it must
// while other places go on. A platform takes a few at once, and the place that came first goes first (turns.go). What a
// row goes through is in delivery.go.
type outbox struct {
	b *Bot

	mu     sync.Mutex
	intake context.Context // ends when no further row may begin; nil before run
	closed bool
	places map[string]*place // places whose goroutine lives
	lines  map[string]*turns // by platform
	work   sync.WaitGroup    // the goroutines; added to under mu and never once closed
}

// place is what the outbox knows of a place with rows.
type place struct{ more bool } // more: something came since the oldest row was last read

func newOutbox(b *Bot) *outbox {
	return &outbox{b: b, places: map[string]*place{}, lines: map[string]*turns{}}
}

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

// scan notices the places that have rows, that with the oldest first.
func (o *outbox) scan(ctx context.Context) error {
	const page = 100
	type waiting struct {
		place string
		rev   uint64 // of its oldest row: it grows from row to row
	}
	var all []waiting
	for after, more := "", true; more; {
		rows, err := o.b.DB.Outbox(ctx, after, page)
		if err != nil {
			return err
		}
		for _, row := range rows {
			all = append(all, waiting{row.Place, row.Rev})
			after = row.Place
		}
		more = len(rows) == page
	}
	slices.SortFunc(all, func(a, b waiting) int { return cmp.Compare(a.rev, b.rev) })
	for _, w := range all {
		o.notice(w.place)
	}
	return nil
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
	intake, mine := o.intake, o.lined(name)
	o.work.Go(func() { o.drain(intake, name, mine) })
}

// queue gives a place a turn behind all that came before. Rows of a platform that is not configured have turns too: they find
// out by themselves.
func (o *outbox) queue(place string) *turn {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lined(place)
}

func (o *outbox) lined(place string) *turn {
	platform := platformOf(chat.Workspace(place)) // a place's name begins as its workspace does
	if o.lines[platform] == nil {
		o.lines[platform] = newTurns(o.b.Sends)
	}
	return o.lines[platform].next()
}

// drain is the goroutine of a place.
func (o *outbox) drain(intake context.Context, name string, mine *turn) {
	s := sender{o: o, place: name}
	for mine.wait(intake) {
		again, more := s.oldest(intake)
		mine.end()
		switch {
		case !more && o.idle(name):
			return
		case again.IsZero():
			mine = o.queue(name)
		default:
			o.rest(intake, again)
			mine.again()
		}
	}
	o.over(name)
}

// sender sends the rows of a place.
type sender struct {
	o        *outbox
	place    string
	try      *delivery // of the oldest row; nil before it is begun
	failures int       // of reading, one after the other
}

// oldest does what can be done for the oldest row now. It tells when the row may be tried again, zero where none is left to be
// tried, and whether there is more.
func (s *sender) oldest(intake context.Context) (again time.Time, more bool) {
	row, found, err := s.o.oldest(intake, s.place)
	if err != nil {
		s.failures++
		s.o.b.Log.Error("outbox cannot be read", slog.String("place", s.place), slog.Any("err", err))
		return s.o.b.Clock.Now().Add(backoff(s.failures)), true
	}
	s.failures = 0
	if !found {
		return time.Time{}, false
	}
	if s.try == nil || s.try.row.Key != row.Key {
		s.try = &delivery{b: s.o.b}
	}
	if again = s.try.attempt(intake, row); !again.IsZero() {
		return again, true
	}
	s.try = nil // the row is over; one of the same key begins anew
	_, more, err = s.o.oldest(intake, s.place)
	return time.Time{}, more || err != nil
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
func (o *outbox) over(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.places, name)
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
