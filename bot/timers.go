package bot

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// timers turns wake rows that are due into events. One goroutine waits for the earliest row; each commit that sets an
// earlier one tells it. A row leaves the store in the unit of its event, so it fires once however often it is read.
type timers struct {
	b     *Bot
	limit int           // rows that may be under way
	poke  chan struct{} // holds one: read the rows again

	mu    sync.Mutex
	next  time.Time        // what the loop waits for; zero while it reads, so that it is told of everything
	held  map[string]*hold // by name: rows under way, or to be tried again
	under int              // of these, under way
	full  bool             // a due row waits for one under way to end
}

// hold is what is known of a row that was begun.
type hold struct {
	at     time.Time
	under  bool
	over   bool      // its turn has ended; kept for one more read, which may have begun before
	moved  bool      // while it was under way its row was set to another instant, which is due too
	again  time.Time // when to try again, unless it is under way
	tries  int
	panics int
}

func newTimers(b *Bot, limit int) *timers {
	return &timers{b: b, limit: limit, poke: make(chan struct{}, 1), held: map[string]*hold{}}
}

// far is later than every wake row.
var far = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// notice tells that a row is set for an instant.
func (t *timers) notice(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !at.IsZero() && (t.next.IsZero() || at.Before(t.next)) {
		t.wake()
	}
}

func (t *timers) wake() {
	select {
	case t.poke <- struct{}{}:
	default: // it is awake already
	}
}

// run works until ctx ends. What it has handed to rooms goes on there.
func (t *timers) run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		t.waitFor(time.Time{})
		next, err := t.round(ctx)
		if err != nil && ctx.Err() == nil {
			failures++
			next = t.b.Clock.Now().Add(backoff(failures))
			t.b.Log.Error("timers cannot be read", slog.Any("err", err), slog.Time("again", next))
		} else {
			failures = 0
		}
		t.waitFor(next)
		nap(t.b.Clock, next, ctx.Done(), t.poke)
	}
}

func (t *timers) waitFor(next time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next = next
}

// round begins what is due and tells when to look again.
func (t *timers) round(ctx context.Context) (time.Time, error) {
	const some = 64
	t.mu.Lock()
	n := len(t.held) + some // so that rows that are held never hide others
	t.mu.Unlock()
	rows, err := t.b.DB.Due(ctx, far, n)
	if err != nil {
		return time.Time{}, err
	}
	return t.begin(rows, n), nil
}

func (t *timers) begin(rows []store.Wake, n int) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.b.Clock.Now()
	seen := map[string]bool{}
	t.full = false
	next, more, stale := far, len(rows) == n, false
	for _, w := range rows {
		if w.At.After(now) {
			next, more = w.At, false
			break
		}
		seen[w.Name] = true
		h := t.held[w.Name]
		switch {
		case h != nil && h.over && h.at.Equal(w.At):
			stale = true // read too early, or set again for the same instant: the next read tells
			continue
		case h != nil && h.under:
			h.moved = h.moved || !h.at.Equal(w.At)
			continue
		case h == nil || h.over || !h.at.Equal(w.At): // new, or moved since it failed
			h = &hold{at: w.At}
			t.held[w.Name] = h
		case waits(now, h.again):
			continue
		}
		if t.under >= t.limit {
			t.full = true
			break
		}
		h.under = true
		t.under++
		t.dispatch(w, h.panics)
	}
	for name, h := range t.held {
		switch {
		case h.under:
		case h.over || !t.full && !seen[name]: // over, removed, or moved to later
			delete(t.held, name)
		case h.again.Before(next):
			next = h.again
		}
	}
	switch {
	case t.full:
		return far // told when one ends
	case more || stale:
		return now
	}
	return next
}

// dispatch hands a row to its room. It is called under mu and so hands over only.
func (t *timers) dispatch(w store.Wake, panics int) {
	e, err := t.event(w)
	fire := func() {
		if err == nil && panics < maxPanics {
			_, err = t.b.step(e, &w)
		}
		t.done(w, e, err)
	}
	if closed := t.b.rooms.add(roomName(e), false, job{alone: fire}); closed != nil { // it stays in the store for the next start
		t.held[w.Name].under = false
		t.under--
	}
}

// event makes the event of a wake row from the template in it.
func (t *timers) event(w store.Wake) (chat.Event, error) {
	var e chat.Event
	err := json.Unmarshal(w.Body, &e)
	if err == nil && e.Workspace == "" {
		err = errors.New("it names no workspace")
	}
	if err != nil {
		return chat.Event{}, &unreadable{err}
	}
	e.ID = chat.EventID{At: w.At, Name: "wake/" + w.Name}
	e.At = t.b.Clock.Now()
	e.Seed = seed(e.ID)
	if e.Kind == "" {
		e.Kind = chat.Timer
	}
	if e.Kind == chat.Timer {
		e.Name, e.Due = w.Name, w.At
	}
	return e, nil
}

// unreadable is the error of a row that is not what the shell understands: no further try can help.
type unreadable struct{ err error }

func (u *unreadable) Error() string { return "row cannot be read: " + u.err.Error() }

// done ends a row's turn: it is over, or is tried again, or is parked.
func (t *timers) done(w store.Wake, e chat.Event, err error) {
	t.mu.Lock()
	h := t.held[w.Name]
	if errors.As(err, new(*panicked)) {
		h.panics++
	}
	poison := h.panics >= maxPanics || errors.As(err, new(*unreadable))
	t.mu.Unlock()
	if poison {
		err = t.b.parkWake(w, e)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	h.under = false
	t.under--
	if err == nil || errors.Is(err, store.ErrSeen) { // ErrSeen: moved or removed meanwhile
		h.over = true
	} else {
		h.tries++
		h.again = t.b.Clock.Now().Add(backoff(h.tries))
	}
	if err != nil || h.moved || t.full {
		t.wake()
	}
}

// waits tells whether something that may be tried again then waits still. An instant that is further away than the longest
// backoff shows that the clock was set back meanwhile: then it does not.
func waits(now, again time.Time) bool {
	return again.After(now) && again.Sub(now) <= time.Minute
}

// backoff is how long to wait after the n-th failure in a row: 1 s, 2 s, 4 s … 1 min.
func backoff(n int) time.Duration {
	return min(time.Second<<min(n-1, 10), time.Minute)
}
