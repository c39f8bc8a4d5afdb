package bottest

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot"
	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/store"
)

// Bubble is the bot as it is in production, but for its store, which is in memory, and for chance, which is as on the stage.
// It lives in a bubble of testing/synctest, whose time is the script's. The world of a platform is made of one, and of a fake
// of that platform.
type Bubble struct {
	T      *testing.T
	Script Script
	DB     *store.Memory
	Log    *slog.Logger // for the adapter

	// Adapter makes the platform's adapter, for each life of the bot anew, and says its name.
	Adapter func() (name string, p chat.Platform)
	// Connected tells whether the adapter has reached its platform.
	Connected func() bool
	// Arrived is called once a life has reached it; may be nil.
	Arrived func()

	log    bytes.Buffer // the logger's handler writes one line at a time; it is read when the bot is away
	events atomic.Int64 // lines that were an event
	stop   func()       // nil while the bot is away
}

// NewBubble is a bubble in which the script is about to begin, and nothing lives yet. Call it within synctest.Test.
func NewBubble(t *testing.T, s Script) *Bubble {
	b := &Bubble{T: t, Script: s, DB: store.NewMemory()}
	b.Log = slog.New(slog.NewTextHandler(&b.log, nil))
	time.Sleep(time.Until(s.Begin))
	return b
}

// seeded gives events the seeds that they have on the stage: what is left to chance is then the same.
type seeded struct {
	*quiz.Engine
	events *atomic.Int64
}

func (e seeded) Step(d *store.Draft, ev chat.Event) (chat.Reply, error) {
	if ev.Seed = 0; ev.Kind != chat.Timer && ev.Kind != chat.Sent && ev.Kind != chat.Failed {
		ev.Seed = Seed(int(e.events.Load()))
	}
	return e.Engine.Step(d, ev)
}

// seconds is the bubble's clock as scripts have it: without the moments for which a platform's limits keep something back. What
// counts from when a message was sent is then due at one instant with what was due when it was sent, as on the stage.
type seconds struct{}

func (seconds) Now() time.Time { return time.Now().UTC().Truncate(time.Second) }

func (seconds) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// Up starts the bot on what the store holds. One that is there stays.
func (b *Bubble) Up() {
	b.T.Helper()
	if b.stop != nil {
		return
	}
	name, adapter := b.Adapter()
	shell := bot.New(bot.Config{
		DB: b.DB, Engine: seeded{quiz.New(quiz.Config{Banks: content.NewIndex([]*content.Bank{b.Script.Bank})}), &b.events},
		Platforms: map[string]chat.Platform{name: adapter}, Log: b.Log, Clock: seconds{},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- shell.Run(ctx) }()
	b.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			b.T.Errorf("the bot ended with %v", err)
		}
	}
	b.Settle()
	if b.Arrived != nil {
		b.Arrived()
		b.Settle()
	}
}

// Down stops the bot in order.
func (b *Bubble) Down() {
	if b.stop != nil {
		b.stop()
		b.stop = nil
	}
}

// End stops everything and, where the test has failed, tells what the bot has logged.
func (b *Bubble) End() {
	b.Down()
	if b.T.Failed() {
		b.T.Logf("log:\n%s", b.log.String())
	}
}

// Lives tells whether the bot is there.
func (b *Bubble) Lives() bool { return b.stop != nil }

// Passes carries out a line in which only time passes or the bot comes and goes, and counts one that is an event. It is false
// for a line that is the platform's.
func (b *Bubble) Passes(l Line) bool {
	b.T.Helper()
	if l.Event() {
		b.events.Add(1)
	}
	switch l.Verb {
	case "clock", "wait":
		b.pass(l.At)
	case "down":
		b.Down()
	case "up":
		b.Up()
	default:
		return false
	}
	return true
}

// pass lets time pass until an instant of the script; what is due at that very instant happens too. The clock of the bubble may be
// ahead of the script's by what settling took; it is never a minute.
func (b *Bubble) pass(until time.Time) {
	if ahead := time.Since(until); ahead > time.Minute {
		b.T.Fatalf("the bubble is %s ahead of the script", ahead)
	}
	time.Sleep(time.Until(until))
	b.Settle()
}

// Settle waits until the bot has nothing left to do at this instant; a platform's limits make it wait for some of it. While the
// bot is away it only lets what is under way end.
func (b *Bubble) Settle() {
	b.T.Helper()
	const patience = 40 * time.Second
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		synctest.Wait()
		if b.stop == nil || b.quiet() {
			return
		}
		if time.Since(begun) > patience {
			b.T.Fatalf("the bot still has something to do after %s", patience)
		}
	}
}

// soon is how late something may be that follows from what a platform's limits have kept back.
const soon = 10 * time.Second

func (b *Bubble) quiet() bool {
	ctx := context.Background()
	rows, err := b.DB.Outbox(ctx, "", 1)
	if err != nil {
		b.T.Fatal(err)
	}
	due, err := b.DB.Due(ctx, time.Now().Add(soon), 1)
	if err != nil {
		b.T.Fatal(err)
	}
	return len(rows)+len(due) == 0 && b.Connected()
}

// Finish stops the bot and audits what it has kept of a workspace; none of the secrets may be in its log.
func (b *Bubble) Finish(w chat.Workspace, secrets ...string) {
	b.T.Helper()
	b.Down()
	if err := quiz.Audit(store.NewReader(context.Background(), b.DB), w); err != nil {
		b.T.Errorf("after the script: %v", err)
	}
	for _, secret := range secrets {
		if strings.Contains(b.log.String(), secret) {
			b.T.Errorf("the log holds the secret %q", secret)
		}
	}
}
