package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"greenroom/bot/chat"
)

// platformOf is the part of a workspace id that names its platform.
func platformOf(w chat.Workspace) string {
	name, _, _ := strings.Cut(string(w), ":")
	return name
}

// send and find call the platform, each within SendLimit and without letting a panic out.
func (b *Bot) send(a chat.Action, target chat.MessageID) (id chat.MessageID, err error) {
	defer b.recovered(&err)
	ctx, cancel := context.WithTimeout(b.sending, b.SendLimit)
	defer cancel()
	return b.Platforms[platformOf(a.Workspace)].Send(ctx, a, target)
}

func (b *Bot) find(a chat.Action) (id chat.MessageID, found bool, err error) {
	defer b.recovered(&err)
	ctx, cancel := context.WithTimeout(b.sending, b.SendLimit)
	defer cancel()
	return b.Platforms[platformOf(a.Workspace)].Find(ctx, a)
}

// runners runs the platforms. One that ends is started again with backoff, and no other notices; one that ends with
// chat.Fatal stays down.
type runners struct {
	b *Bot

	mu     sync.Mutex
	states map[string]PlatformHealth
}

// PlatformHealth is how one platform does.
type PlatformHealth struct {
	State   string    `json:"state"` // running, restarting, down
	Since   time.Time `json:"since"`
	Ended   int       `json:"ended"`             // how often it ended by itself
	Trouble string    `json:"trouble,omitempty"` // what is wrong, or why it is down, and what to do, where it can tell
}

// troubled is a platform that can tell what is wrong while it runs: a sentence that names no workspace and nobody, empty when
// all is well.
type troubled interface{ Trouble() string }

func newRunners(b *Bot) *runners {
	r := &runners{b: b, states: map[string]PlatformHealth{}}
	for name := range b.Platforms {
		r.states[name] = PlatformHealth{State: "not started"}
	}
	return r
}

// run runs all platforms until ctx ends. It returns earlier, with their errors, when there were some and all are down.
func (r *runners) run(ctx context.Context) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	var down []error
	for name, p := range r.b.Platforms {
		all.Go(func() {
			if err := r.keep(ctx, name, p); err != nil {
				mu.Lock()
				defer mu.Unlock()
				down = append(down, fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	all.Wait()
	if len(down) == 0 {
		<-ctx.Done()
	}
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(down...)
}

// keep runs one platform until ctx ends or it fails for good.
func (r *runners) keep(ctx context.Context, name string, p chat.Platform) error {
	log := r.b.Log.With(slog.String("platform", name))
	for failures := 1; ; failures++ {
		begun := r.b.Clock.Now()
		r.set(name, "running")
		err := r.once(ctx, p)
		if ctx.Err() != nil {
			return nil
		}
		var fatal *chat.Fatal
		if errors.As(err, &fatal) {
			r.set(name, "down")
			r.explain(name, fatal.Error())
			log.Error("platform is down and stays down", slog.Any("err", err))
			return err
		}
		if r.b.Clock.Now().Sub(begun) > 2*time.Minute {
			failures = 1 // it did work in between
		}
		r.set(name, "restarting")
		again := r.b.Clock.Now().Add(backoff(failures))
		log.Error("platform ended, it is started again", slog.Time("again", again), slog.Any("err", err))
		nap(r.b.Clock, again, ctx.Done(), nil)
	}
}

func (r *runners) once(ctx context.Context, p chat.Platform) (err error) {
	defer r.b.recovered(&err)
	return p.Run(ctx, r.b)
}

func (r *runners) set(name, state string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.states[name]
	h.State, h.Since = state, r.b.Clock.Now()
	if state != "running" {
		h.Ended++
	}
	r.states[name] = h
}

// explain says why a platform is down.
func (r *runners) explain(name, trouble string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.states[name]
	h.Trouble = trouble
	r.states[name] = h
}
