package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// limiter lets sessions begin no faster than Discord allows: max_concurrency of them in five seconds, one of each key
// (shard id modulo max_concurrency), those of a key in the order of their shards; and no more in a day than
// session_start_limit says, because Discord then ends every session and takes the token away.
type limiter struct {
	g    *Gateway
	keys int // max_concurrency

	mu      sync.Mutex
	plan    plan
	waiting map[int]bool // shards
	busy    map[int]bool // keys whose shard is connecting
	free    map[int]time.Time
	changed chan struct{} // closed when one of these changes
}

const (
	// identifyEvery is Discord's five seconds and a little: two that were sent so far apart may arrive closer together.
	identifyEvery = 5*time.Second + 200*time.Millisecond
	planFresh     = time.Minute      // after that Discord is asked anew: others begin sessions with this token too
	askAgain      = 10 * time.Second // after the moment at which more sessions may be begun
)

func newLimiter(p plan, g *Gateway) *limiter {
	return &limiter{
		g: g, keys: p.Limit.MaxConcurrency, plan: p,
		waiting: map[int]bool{}, busy: map[int]bool{}, free: map[int]time.Time{}, changed: make(chan struct{}),
	}
}

// turn is the right to begin one session.
type turn struct {
	l    *limiter
	key  int
	used time.Time // when Identify was sent; zero: not
}

// enter lines a shard up. Its call of wait must follow, unless everything ends.
func (l *limiter) enter(shard int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting[shard] = true
}

// wait waits for a shard's turn, which the caller must end; nil when ctx ended before.
func (l *limiter) wait(ctx context.Context, shard int) *turn {
	l.enter(shard)
	for {
		pause, changed := l.try(shard)
		if pause == 0 {
			break
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-changed:
			timer.Stop()
		case <-ctx.Done():
			timer.Stop()
			l.leave(shard)
			return nil
		}
	}
	t := &turn{l: l, key: shard % l.keys}
	if !l.allowed(ctx, shard) {
		t.end()
		return nil
	}
	return t
}

// try takes a shard's turn and returns 0; or how long to wait before the next try, unless something changes.
func (l *limiter) try(shard int) (pause time.Duration, changed <-chan struct{}) {
	const longTime = time.Hour
	l.mu.Lock()
	defer l.mu.Unlock()
	key := shard % l.keys
	if l.busy[key] {
		return longTime, l.changed
	}
	for other := range l.waiting {
		if other < shard && other%l.keys == key {
			return longTime, l.changed
		}
	}
	if pause := time.Until(l.free[key]); pause > 0 {
		return pause, l.changed
	}
	l.busy[key] = true
	delete(l.waiting, shard)
	return 0, nil
}

func (l *limiter) leave(shard int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiting, shard)
	l.change()
}

func (l *limiter) change() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// sent notes that Identify is being sent.
func (t *turn) sent() {
	t.used = time.Now()
	t.l.mu.Lock()
	defer t.l.mu.Unlock()
	t.l.plan.Limit.Remaining--
}

// end lets the next shard of the key have its turn.
func (t *turn) end() {
	t.l.mu.Lock()
	defer t.l.mu.Unlock()
	if !t.used.IsZero() {
		t.l.free[t.key] = t.used.Add(identifyEvery)
	}
	delete(t.l.busy, t.key)
	t.l.change()
}

// allowed waits until Discord allows one more session today, and says so when that takes time; false when ctx ended.
func (l *limiter) allowed(ctx context.Context, shard int) bool {
	p := l.current(ctx, planFresh)
	for p.Limit.Remaining <= 0 && ctx.Err() == nil {
		until := p.asked.Add(time.Duration(p.Limit.ResetAfter) * time.Millisecond)
		l.g.cfg.Log.Error("discord: no session may be begun", slog.Int("shard", shard), slog.Time("until", until))
		l.g.trouble.set(shard, fmt.Sprintf("Discord lets Greenroom begin no more sessions until %s, because it began too many today: let it run, it connects by itself then",
			until.UTC().Format("2006-01-02 15:04 UTC")))
		sleep(ctx, max(time.Until(until), 0)+askAgain)
		p = l.current(ctx, askAgain) // begun on a guess, it could cost the token
	}
	return ctx.Err() == nil
}

// current is what Discord said a while ago at most, or at last where it says nothing now.
func (l *limiter) current(ctx context.Context, age time.Duration) plan {
	l.mu.Lock()
	p := l.plan
	l.mu.Unlock()
	if time.Since(p.asked) < age {
		return p
	}
	newer, err := l.g.ask(ctx)
	if err != nil {
		l.g.cfg.Log.Warn("discord: how many sessions may be begun is not known", slog.Any("err", err))
		return p
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.plan = newer
	return newer
}

// address is where Discord last said that its gateway is.
func (l *limiter) address() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.plan.URL
}
