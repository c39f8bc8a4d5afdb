package rest

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	// perSecond is how many requests a bot may send in a second, replies to interactions not counted (docs.discord.com,
	// Rate Limits, Global Rate Limit).
	perSecond = 50

	// pace is how far apart requests are sent: 48.8 a second. So 51 of them take 25 ms more than a second, and may arrive
	// that much closer together.
	pace = time.Second/perSecond + 500*time.Microsecond

	// patience is how long a request waits for a limit that Discord has told of. A longer wait is the caller's: meanwhile
	// other things can be done.
	patience = 5 * time.Second
)

// limits keeps requests within what Discord takes: each waits for its bucket, then for its turn among all.
type limits struct {
	log *slog.Logger

	mu      sync.Mutex
	buckets buckets
	next    time.Time // the next turn among all
	closed  [causes]time.Time
	invalid invalid
}

// cause is why requests for more than one bucket are stopped.
type cause int

const (
	globalLimit cause = iota // of the bot; replies are not under it
	edgeLimit                // of Cloudflare, for this machine's address: whatever is sent makes it worse
	badToken                 // was refused; replies bring their own
	mostlyBad                // so many requests were refused that a ban is near; replies go on
	causes
)

var causeWords = [causes]string{
	"the global rate limit of the bot", "Cloudflare's rate limit", "the bot's token, which Discord refuses", "too many refused requests",
}

func newLimits(log *slog.Logger) *limits { return &limits{log: log, buckets: newBuckets()} }

// hold is why a request cannot go now: until an instant, or until something changes.
type hold struct {
	until   time.Time
	changed <-chan struct{}
	why     string
	turn    bool // it is only the pace, and the instant is the request's own
}

// take waits until a request may be sent, and gives the bucket that its answer is about. Its error is *pause.
func (l *limits) take(ctx context.Context, at route) (*bucket, error) {
	b, err := l.enter(ctx, at)
	if err == nil {
		if err = l.queue(ctx, at); err != nil {
			l.leave(b)
		}
	}
	return b, err
}

// enter waits for a place in the route's bucket.
func (l *limits) enter(ctx context.Context, at route) (*bucket, error) {
	for {
		b, h := l.tryEnter(at)
		if h == nil {
			return b, nil
		}
		err := h.wait(ctx)
		if b != nil {
			l.mu.Lock()
			b.waiting--
			l.mu.Unlock()
		}
		if err != nil {
			return nil, err
		}
	}
}

func (l *limits) tryEnter(at route) (*bucket, *hold) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if h := l.stopped(at, now); h != nil {
		return nil, h
	}
	b := l.buckets.get(at, now)
	free, until := b.free(now)
	if free {
		b.under++
		return b, nil
	}
	b.waiting++
	return b, &hold{until: until, changed: b.changed, why: "the rate limit of " + at.pattern}
}

// leave gives back a place in a bucket that was not used.
func (l *limits) leave(b *bucket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.under--
	b.wake()
}

// queue waits for a turn among all requests.
func (l *limits) queue(ctx context.Context, at route) error {
	for {
		h := l.reserve(ctx, at)
		if h == nil {
			return nil
		}
		if err := h.wait(ctx); err != nil {
			return err
		}
		if h.turn && !l.stops(at) {
			return nil
		}
	}
}

// reserve takes the next turn and says when it is; nil for now. A turn that would come too late is left to others.
func (l *limits) reserve(ctx context.Context, at route) *hold {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if h := l.stopped(at, now); h != nil {
		return h
	}
	if at.reply {
		return nil
	}
	turn := latest(l.next, now)
	if deadline, ok := ctx.Deadline(); !ok || turn.Before(deadline) {
		l.next = turn.Add(pace)
	}
	if !turn.After(now) {
		return nil
	}
	return &hold{until: turn, why: "50 requests a second", turn: true}
}

func (l *limits) stops(at route) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stopped(at, time.Now()) != nil
}

// stopped says what stops all requests of a kind.
func (l *limits) stopped(at route, now time.Time) *hold {
	if l.invalid.count(now) >= invalidStop {
		l.closed[mostlyBad] = latest(l.closed[mostlyBad], now.Add(invalidStep))
	}
	var h *hold
	for why, until := range l.closed {
		if at.reply && cause(why) != edgeLimit || !now.Before(until) || h != nil && until.Before(h.until) {
			continue
		}
		h = &hold{until: until, why: causeWords[why]}
	}
	return h
}

// stop closes everything for a cause. The turns after it are apart again.
func (l *limits) stop(why cause, until time.Time) {
	l.closed[why] = latest(l.closed[why], until)
	l.next = latest(l.next, until)
}

// wait waits for what holds a request. Its error is *pause: ctx ends before, or it would take longer than a request waits.
func (h *hold) wait(ctx context.Context) error {
	var timer <-chan time.Time
	changed := h.changed
	if !h.until.IsZero() {
		now := time.Now()
		deadline, ok := ctx.Deadline()
		if ok && !h.until.Before(deadline) || !h.turn && h.until.Sub(now) > patience {
			return &pause{h.until, h.why}
		}
		t := time.NewTimer(h.until.Sub(now))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-timer:
	case <-changed:
	case <-ctx.Done():
		return &pause{latest(h.until, time.Now()), h.why}
	}
	return nil
}

// pause is a *Wait by the machine's clock.
type pause struct {
	until time.Time
	why   string
}

func (p *pause) Error() string { return "wait for " + p.why }

// answered takes what an answer tells about limits; h and status are nil and 0 where none came. It tells whether the
// request was refused by a limit, and so was not carried out.
func (l *limits) answered(at route, b *bucket, a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b.under--
	defer b.wake()
	if a.status == 0 {
		return
	}
	if !a.edge() {
		if of := l.buckets.learn(at, b, a.header, now); of != b {
			defer of.wake()
			b = of
		}
	}
	if a.invalid() {
		l.countInvalid(now)
	}
	switch {
	case a.status == http.StatusUnauthorized && !at.reply:
		l.refuseToken(now)
	case a.status < 300 && !at.reply:
		l.acceptToken()
	case !a.limited():
	case a.edge():
		l.stop(edgeLimit, now.Add(a.after))
		l.log.Warn("discord: Cloudflare limits this machine's address", slog.Duration("after", a.after))
	case a.global:
		l.stop(globalLimit, now.Add(a.after))
		l.log.Warn("discord: the global rate limit was reached", slog.Duration("after", a.after))
	default:
		b.shut(now, a.after)
		l.log.Debug("discord: a rate limit was reached", slog.String("route", at.pattern), slog.Duration("after", a.after))
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
