// Package web is the playground: a chat in the browser with channels, threads, direct messages, forms and private
// messages, so that Greenroom can be tried, and is tested, without an account anywhere. It is an adapter like those of
// Slack and Discord; it never imports the shell or the engine.
//
// The way of one click: guard.go lets the request in, visitor.go finds out who clicks, events.go takes the click, decode.go
// makes the chat.Event of it, the bot's Handler answers, render.go draws the answer; pages.go draws whole pages. Everything shown is kept in the Space of the store that the playground is given
// (history.go, members.go) and is durable before it is shown; live.go then tells the open pages. samples.go plays the
// sample members, through the same Handler as everybody.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/content"
	"greenroom/store"
)

// Workspace is the playground's only workspace.
const Workspace chat.Workspace = "web:playground"

// Config is what a playground is made from. DB is required.
type Config struct {
	DB          store.DB         // a Space of the bot's store; the playground keeps its messages and members there
	Banks       []*content.Bank  // what the sample members answer from; without any they stay silent
	Log         *slog.Logger     // slog.Default when nil
	Now         func() time.Time // time.Now when nil
	Zone        string           // IANA zone of the schedule that stands ready at first; UTC when empty
	Open        bool             // serve requests for any host name; otherwise only for loopback names
	Channels    []chat.Channel   // "interview-prep" and "random" when empty; the first is where the bot starts
	SampleDelay time.Duration    // between a question and the first sample's answer, and between samples; 6 s when zero, none play when negative
}

// Playground is the adapter; it satisfies chat.Platform.
type Playground struct {
	cfg     Config
	history *history
	hub     *hub
	samples *samples
	pages   *pages
	mux     http.Handler

	mu       sync.Mutex
	bot      chat.Handler   // nil until Run, and again once it ends
	calls    sync.WaitGroup // calls of bot under way
	up       chan struct{}  // closed when Run has set everything up
	quitting chan struct{}  // closed when Run ends: open streams end with it
}

// New makes a playground. It reads nothing yet.
func New(cfg Config) (*Playground, error) {
	if cfg.DB == nil {
		return nil, errors.New("the playground needs a store")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if len(cfg.Channels) == 0 {
		cfg.Channels = []chat.Channel{"interview-prep", "random"}
	}
	if cfg.SampleDelay == 0 {
		cfg.SampleDelay = 6 * time.Second
	}
	pages, err := newPages()
	if err != nil {
		return nil, err
	}
	p := &Playground{cfg: cfg, hub: newHub(), pages: pages, up: make(chan struct{}), quitting: make(chan struct{})}
	p.history = &history{db: cfg.DB, now: cfg.Now, tell: p.hub.publish}
	p.samples = newSamples(p, cfg.Banks)
	p.mux = p.routes()
	return p, nil
}

// Run hands events to h until ctx ends, and returns when its last call of h has returned and every open page has been
// let go. It is called once.
func (p *Playground) Run(ctx context.Context, h chat.Handler) error {
	if err := p.history.prepare(ctx); err != nil {
		return fmt.Errorf("prepare the playground: %w", err)
	}
	p.mu.Lock()
	p.bot = h
	p.mu.Unlock()
	if err := p.start(ctx); err != nil {
		p.cfg.Log.Error("playground: the first question could not be set up", "err", err)
	}
	close(p.up)
	p.samples.run(ctx)
	p.mu.Lock()
	p.bot = nil
	p.mu.Unlock()
	p.calls.Wait()
	close(p.quitting)
	return nil
}

// start tells the bot, once in the life of a store, that it was added to the first channel.
func (p *Playground) start(ctx context.Context) error {
	s, err := p.history.started(ctx)
	if err != nil || s.Done {
		return err
	}
	channel := p.cfg.Channels[0]
	_, err = p.handle(ctx, chat.Event{
		ID: chat.EventID{At: s.At, Name: "web:joined"}, Kind: chat.Joined, Workspace: Workspace, Channel: channel,
		Room: chat.ChannelRoom(channel), Member: host, Manager: true, At: p.cfg.Now(),
		Text: "setup now", Zone: p.cfg.Zone,
	})
	if err != nil {
		return err
	}
	return p.history.setStarted(ctx)
}

// handle hands one event to the bot, unless it is not there (any more).
func (p *Playground) handle(ctx context.Context, e chat.Event) (chat.Reply, error) {
	p.mu.Lock()
	bot := p.bot
	if bot != nil {
		p.calls.Add(1)
	}
	p.mu.Unlock()
	if bot == nil {
		return chat.Reply{}, chat.ErrClosed
	}
	defer p.calls.Done()
	return bot.Handle(ctx, e)
}

// running tells whether the bot is there.
func (p *Playground) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bot != nil
}

// Handler serves the pages, their files and the stream of what is new. Before and after Run its pages say that
// Greenroom is starting or stopping.
func (p *Playground) Handler() http.Handler { return p.mux }
