// Package web is the playground: a chat in the browser with channels, threads, direct messages, forms and private
// messages, so that Greenroom can be tried, and is tested, without an account anywhere. It is an adapter like those of
// Slack and Discord; it never imports the shell or the engine.
//
// The way of one click: [Playground.Handler] takes the request, decode.go makes the chat.Event, the bot's Handler
// answers, render.go draws the answer. Everything shown is kept in the Space of the store that the playground is given
// and is durable before it is shown; live.go then tells the open pages.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"greenroom/bot/chat"
	"greenroom/content"
	"greenroom/store"
)

// Workspace is the playground's only workspace.
const Workspace chat.Workspace = "web:playground"

// Config is what a playground is made from. DB is required.
type Config struct {
	DB       store.DB         // a Space of the bot's store; the playground keeps its messages and members there
	Banks    []*content.Bank  // what the sample members answer from; without any they stay silent
	Log      *slog.Logger     // slog.Default when nil
	Now      func() time.Time // time.Now when nil
	Open     bool             // serve requests for any host name; otherwise only for loopback names
	Channels []string         // "interview-prep" and "random" when empty; the first is where the bot starts
}

// Playground is the adapter; it satisfies chat.Platform.
type Playground struct {
	cfg Config
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
		cfg.Channels = []string{"interview-prep", "random"}
	}
	return &Playground{cfg: cfg}, nil
}

// Run hands events to h until ctx ends and returns when its last call of h has returned.
func (p *Playground) Run(ctx context.Context, h chat.Handler) error {
	<-ctx.Done()
	return nil
}

// Send shows, edits or removes a message. It is idempotent by key: a message is never shown twice.
func (p *Playground) Send(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	return "", &chat.Refused{Reason: chat.ReasonForbidden, Detail: "the playground is being built"}
}

// Find tells whether an action was carried out.
func (p *Playground) Find(ctx context.Context, a chat.Action) (chat.MessageID, bool, error) {
	return "", false, nil
}

// Handler serves the pages, their files and the stream of what is new.
func (p *Playground) Handler() http.Handler { return http.NotFoundHandler() }
