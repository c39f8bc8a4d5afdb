package bot

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Health is what the shell knows about itself. It names no workspace and nobody.
type Health struct {
	OK        bool                      `json:"ok"`                  // events are taken, the store answers, a platform runs
	Store     bool                      `json:"store"`               // it answers, and what is committed reaches the disk
	Rooms     int                       `json:"rooms"`               // rooms that have something to do
	Outbox    int                       `json:"outbox"`              // places that have something to send
	OldestDue *time.Time                `json:"oldestDue,omitempty"` // the earliest wake row that is due and not handled yet
	Parked    int                       `json:"parked"`              // wake rows and messages put aside
	Panics    int64                     `json:"panics"`              // since the start
	Platforms map[string]PlatformHealth `json:"platforms"`
}

// Health looks at everything once.
func (b *Bot) Health(ctx context.Context) Health {
	b.runners.mu.Lock()
	states := maps.Clone(b.runners.states)
	b.runners.mu.Unlock()
	for name, state := range states {
		if p, tells := b.Platforms[name].(troubled); tells && state.Trouble == "" {
			state.Trouble = p.Trouble()
			states[name] = state
		}
	}
	h := Health{
		Rooms: b.rooms.busy(), Outbox: b.outbox.waiting(), Panics: b.panics.Load(), Platforms: states, Store: true,
	}
	due, err := b.DB.Due(ctx, b.Clock.Now(), 1)
	if err == nil && len(due) > 0 {
		h.OldestDue = &due[0].At
	}
	if err == nil {
		h.Parked, err = b.parkedNow(ctx)
	}
	if err == nil {
		err = b.writable(ctx)
	}
	if err != nil {
		h.Store = false
		b.Log.Error("health: the store does not answer", slog.Any("err", err))
	}
	h.OK = h.Store && b.rooms.open() && (len(states) == 0 || h.running())
	return h
}

// commits is what the shell's commits tell about the disk.
type commits struct {
	mu     sync.Mutex
	failed time.Time // the last one that did not reach the disk; zero once one tried for it did
}

func (c *commits) set(failed time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = failed
}

// watched is the store as the shell uses it.
type watched struct {
	store.DB
	b *Bot
}

func (w watched) Commit(ctx context.Context, u store.Unit) error {
	err := w.DB.Commit(ctx, u)
	switch {
	case err == nil, errors.Is(err, store.ErrSeen), errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrInvalid), ctx.Err() != nil:
	default:
		w.b.commits.set(w.b.Clock.Now())
	}
	return err
}

// writable tells whether commits reach the disk. A minute after one did not it tries, so that a store that is whole again
// shows it though nobody plays; not before, because a full disk may still have room for something so small.
func (b *Bot) writable(ctx context.Context) error {
	b.commits.mu.Lock()
	failed := b.commits.failed
	b.commits.mu.Unlock()
	if failed.IsZero() {
		return nil
	}
	if waits(b.Clock.Now(), failed.Add(time.Minute)) {
		return errors.New("a commit did not reach the disk within the last minute")
	}
	err := b.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: shellKey("health"), Bytes: []byte("written")}}})
	if err == nil {
		b.commits.set(time.Time{})
	}
	return err
}

func (h Health) running() bool {
	for _, p := range h.Platforms {
		if p.State == "running" {
			return true
		}
	}
	return false
}

// ServeHealth answers /healthz: 200, or 503 where something is wrong that a restart or a person must mend.
func (b *Bot) ServeHealth(w http.ResponseWriter, r *http.Request) {
	h := b.Health(r.Context())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !h.OK {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if err := json.NewEncoder(w).Encode(h); err != nil {
		b.Log.Debug("health: not delivered", slog.Any("err", err))
	}
}

var _ chat.Handler = (*Bot)(nil)
