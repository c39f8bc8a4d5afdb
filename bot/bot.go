package bot

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
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
}

// New joins the parts together; it does no I/O. Run starts it.
func New(c Config) *Bot { return &Bot{Config: c.withDefaults()} }

// Run works until ctx ends and then stops in order. It returns an error only when nothing is left to work for.
func (b *Bot) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Handle carries an event through its room, the engine and the store.
func (b *Bot) Handle(ctx context.Context, e chat.Event) (reply chat.Reply, err error) {
	err = store.Update(ctx, b.DB, func(d *store.Draft) error {
		d.Unit.Event = store.EventID(e.ID)
		reply, err = b.Engine.Step(d, e)
		return err
	})
	return reply, err
}

// Health is what the shell knows about itself.
type Health struct {
	OK bool `json:"ok"`
}

// Health looks at everything once.
func (b *Bot) Health(ctx context.Context) Health { return Health{OK: true} }

// ServeHealth answers /healthz.
func (b *Bot) ServeHealth(w http.ResponseWriter, r *http.Request) {}
