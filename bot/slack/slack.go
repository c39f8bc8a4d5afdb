package slack

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Config is what the adapter is made from. DB is required, and either BotToken or App.
type Config struct {
	DB  store.DB         // a Space of the bot's store: installations, and what is left of long messages
	Log *slog.Logger     // slog.Default when nil; it gets ids and kinds, never a token and never what people wrote
	Now func() time.Time // time.Now when nil

	BotToken      string // of one workspace (xoxb-…); it needs no OAuth and no key ring
	AppToken      string // of Socket Mode (xapp-…); without it Slack must reach Hooks
	SigningSecret string // of HTTP; without it Hooks refuses all
	App           *App   // signs in workspaces by OAuth; nil with BotToken

	API  string                                                               // address of the Web API; https://slack.com/api/ when empty
	Dial func(ctx context.Context, network, address string) (net.Conn, error) // how to connect; the machine's own way when nil
}

// App is what Slack knows the app by when it signs in workspaces by OAuth.
type App struct {
	ClientID     string
	ClientSecret string
	Redirect     string // the address of /slack/oauth as Slack reaches it
	Keys         Keys   // encrypts tokens at rest
}

// Slack is the adapter; it satisfies chat.Platform.
type Slack struct {
	cfg      Config
	http     *http.Client
	installs *installs
	people   *people
	pace     *pace
	denied   denied // conversations that may not be read
	swept    sweep  // of progress
	pages    *pages

	mu    sync.Mutex
	bot   chat.Handler   // nil until Run, and again once it ends
	calls sync.WaitGroup // calls of bot under way
}

// callWithin bounds one request to Slack; the caller's context may end it earlier.
const callWithin = 20 * time.Second

// New makes an adapter. It connects to nothing yet.
func New(cfg Config) (*Slack, error) {
	switch {
	case cfg.DB == nil:
		return nil, errors.New("slack: a store is missing")
	case cfg.BotToken == "" && cfg.App == nil:
		return nil, errors.New("slack: neither a bot token nor an app to sign in with")
	case cfg.AppToken == "" && cfg.SigningSecret == "":
		return nil, errors.New("slack: neither an app token for Socket Mode nor a signing secret for HTTP")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.API = cmp.Or(cfg.API, "https://slack.com/api/")
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if cfg.Dial != nil {
		transport.DialContext, transport.Proxy = cfg.Dial, nil
	}
	s := &Slack{cfg: cfg, http: &http.Client{Timeout: callWithin, Transport: transport}}
	s.installs = newInstalls(s)
	s.people = newPeople(s)
	s.pace = newPace(cfg.Now)
	s.pages = newPages(s)
	return s, nil
}

// Run connects and hands every event to h until ctx ends. It returns when its last call of h has returned.
func (s *Slack) Run(ctx context.Context, h chat.Handler) error {
	s.mu.Lock()
	s.bot = h
	s.mu.Unlock()
	<-ctx.Done()
	s.mu.Lock()
	s.bot = nil
	s.mu.Unlock()
	s.calls.Wait()
	return nil
}

// hand gives one event to the bot; ErrClosed before and after Run.
func (s *Slack) hand(ctx context.Context, e chat.Event) (chat.Reply, error) {
	s.mu.Lock()
	bot := s.bot
	if bot != nil {
		s.calls.Add(1)
	}
	s.mu.Unlock()
	if bot == nil {
		return chat.Reply{}, chat.ErrClosed
	}
	defer s.calls.Done()
	return bot.Handle(ctx, e)
}
