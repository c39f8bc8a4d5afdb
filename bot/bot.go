package bot

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Engine decides: bot/quiz. It is deterministic and touches nothing but what it is given.
type Engine interface {
	// Step changes state: everything it changes is in the draft. It may run again for the same event.
	Step(d *store.Draft, e chat.Event) (chat.Reply, error)
	// Look only reads.
	Look(v store.View, e chat.Event) (chat.Reply, error)
	// Looks tells from the event alone that it only reads.
	Looks(e chat.Event) bool
}

// Config says what the shell joins together. DB and Engine are required; everything else has a default.
type Config struct {
	DB     store.DB
	Engine Engine
	// Platforms by the part of the workspace id before its colon: "slack", "discord", "playground".
	Platforms map[string]chat.Platform
	// Log gets ids, kinds and durations: never what people wrote, never a secret. Default: discarded.
	Log *slog.Logger
	// Clock defaults to the machine's.
	Clock Clock

	RoomDepth int // events that wait in one room before a person is told that it is busy; default 64
	RoomsBusy int // rooms that work at the same moment; default 256
	Sends     int // messages under way at the same moment on one platform; default 16

	SendLimit  time.Duration // how long one Send or Find may take before it counts as unknown; default 30 s
	StopRooms  time.Duration // at shutdown: how long rooms may go on with what they took; default 10 s
	StopSends  time.Duration // at shutdown: how long messages under way may take; default 10 s
	EditsBurst int           // edits that a workspace may make at once; default 10
	EditsEvery time.Duration // after which it may make one more; default 1.5 s (Slack takes some 50 a minute)
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = realClock{}
	}
	c.RoomDepth = cmp.Or(c.RoomDepth, 64)
	c.RoomsBusy = cmp.Or(c.RoomsBusy, 256)
	c.Sends = cmp.Or(c.Sends, 16)
	c.SendLimit = cmp.Or(c.SendLimit, 30*time.Second)
	c.StopRooms = cmp.Or(c.StopRooms, 10*time.Second)
	c.StopSends = cmp.Or(c.StopSends, 10*time.Second)
	c.EditsBurst = cmp.Or(c.EditsBurst, 10)
	c.EditsEvery = cmp.Or(c.EditsEvery, 1500*time.Millisecond)
	return c
}

// Bot is the shell. It satisfies chat.Handler.
type Bot struct {
	Config
	rooms   *rooms
	timers  *timers
	outbox  *outbox
	edits   *edits
	runners *runners
	commits commits
	panics  atomic.Int64

	work    context.Context // ends when rooms have no more time
	endWork func()
	sending context.Context // ends when messages under way have no more time
	endSend func()
}

// New joins the parts together; it does no I/O. Run starts it.
func New(c Config) *Bot {
	b := &Bot{Config: c.withDefaults()}
	b.DB = watched{c.DB, b}
	b.rooms = newRooms(b.RoomDepth, b.RoomsBusy, b.together)
	b.timers = newTimers(b, b.RoomsBusy)
	b.outbox = newOutbox(b)
	b.edits = newEdits(b.EditsBurst, b.EditsEvery)
	b.runners = newRunners(b)
	b.work, b.endWork = context.WithCancel(context.Background())
	b.sending, b.endSend = context.WithCancel(context.Background())
	return b
}

// Run works until ctx ends and then stops in order; a Bot runs once. It returns nil after an ordered stop, and the errors
// of the platforms when all of them are down for good. Every goroutine of the shell has ended when it returns; the store
// is the caller's to close.
func (b *Bot) Run(ctx context.Context) error {
	intake, endIntake := context.WithCancel(ctx)
	defer endIntake()
	connected, disconnect := context.WithCancel(context.WithoutCancel(ctx))
	defer disconnect()

	var loops sync.WaitGroup
	loops.Go(func() { b.timers.run(intake) })
	loops.Go(func() { b.outbox.run(intake) })
	platforms := make(chan error, 1)
	loops.Go(func() { platforms <- b.runners.run(connected) })

	var down error
	select {
	case <-ctx.Done():
	case down = <-platforms:
	}
	b.Log.Info("stopping")
	endIntake() // no wake row fires and no message begins any more
	b.outbox.close()
	b.rooms.close() // events are refused; what was not acknowledged is delivered again, to the next process
	b.within(b.StopRooms, &b.rooms.work, b.endWork)
	b.within(b.StopSends, &b.outbox.work, b.endSend)
	disconnect() // last, because replies and messages under way went out through the platforms
	loops.Wait()
	b.Log.Info("stopped")
	return down
}

// within waits for goroutines to end by themselves, and after the limit ends their context.
func (b *Bot) within(limit time.Duration, work *sync.WaitGroup, end func()) {
	quiet := make(chan struct{})
	go func() {
		work.Wait()
		close(quiet)
	}()
	enough, giveUp := b.Clock.After(limit)
	defer giveUp()
	select {
	case <-quiet:
	case <-enough:
		b.Log.Warn("stopping takes too long, what is under way is broken off", slog.Duration("limit", limit))
	}
	end()
	<-quiet
}
