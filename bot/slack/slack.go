package slack

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
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
	Ping time.Duration                                                        // between two pings of a socket; 10 s when zero. One that is silent for three of them is given up
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
	homes    homes
	drawnNow drawnPages
	pages    *pages
	answered *answered
	hooks    *hooks
	health   health

	mu       sync.Mutex
	bot      chat.Handler           // nil until Run, and again once it ends
	work     context.Context        // of what is under way; ends when Run has no more time
	taking   int                    // deliveries under way
	takingOf map[chat.Workspace]int // those of each workspace
	jobs     sync.WaitGroup         // everything that runs beside Run and ends before it; added to under mu while bot is set
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
	case cfg.BotToken != "" && cfg.App != nil:
		return nil, errors.New("slack: both a bot token and an app to sign in with")
	case cfg.AppToken == "" && cfg.SigningSecret == "":
		return nil, errors.New("slack: neither an app token for Socket Mode nor a signing secret for HTTP")
	}
	if cfg.App != nil {
		if err := cfg.App.check(); err != nil {
			return nil, err
		}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.API = cmp.Or(cfg.API, "https://slack.com/api/")
	cfg.Ping = cmp.Or(cfg.Ping, 10*time.Second)
	way := http.DefaultTransport.(*http.Transport).Clone()
	if cfg.Dial != nil {
		way.DialContext, way.Proxy = cfg.Dial, nil
	}
	s := &Slack{cfg: cfg, answered: newAnswered(), http: &http.Client{
		Timeout: callWithin, Transport: &transport{way},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a token goes nowhere else
	}}
	s.hooks = &hooks{s: s}
	s.installs = newInstalls(s)
	s.people = newPeople(s)
	s.pace = newPace(cfg.Now)
	s.pages = newPages(s)
	return s, nil
}

// stopWithin is how long what is under way may go on when Run is to end.
const stopWithin = 5 * time.Second

// Run connects and hands every event to h until ctx ends. It returns when its last call of h has returned and nothing of it runs
// any more: what is under way gets five seconds, and is acknowledged only if it was done. chat.Fatal when Slack refuses a
// token, or Socket Mode stays switched off: it would the next time too.
func (s *Slack) Run(ctx context.Context, h chat.Handler) error {
	defer s.http.CloseIdleConnections()
	if err := s.installs.start(ctx, h); err != nil {
		return err
	}
	work, endWork := context.WithCancel(context.WithoutCancel(ctx))
	defer endWork()
	s.open(h, work)

	var parts sync.WaitGroup
	running, stop := context.WithCancel(ctx)
	defer stop()
	connected, disconnect := context.WithCancel(context.WithoutCancel(ctx))
	defer disconnect()
	ended := make(chan error, 2)
	parts.Go(func() { ended <- s.installs.run(running, h) })
	parts.Go(func() { s.pages.run(running) })
	if s.cfg.AppToken != "" {
		parts.Go(func() { ended <- newSockets(s).run(connected) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	stop()
	patience := time.AfterFunc(stopWithin, endWork)
	s.close()
	patience.Stop()
	disconnect() // last, because acknowledgements went out through the sockets
	parts.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// open begins to take deliveries for h.
func (s *Slack) open(h chat.Handler, work context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bot, s.work = h, work
}

// running tells whether the bot is there.
func (s *Slack) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bot != nil
}

// close takes no more, and waits for what is under way.
func (s *Slack) close() {
	s.mu.Lock()
	s.bot = nil
	s.mu.Unlock()
	s.jobs.Wait()
}

// beside runs a job that ends before Run does. It is false, and nothing is run, before and after Run.
func (s *Slack) beside(job func(ctx context.Context)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot == nil {
		return false
	}
	work := s.work
	s.jobs.Go(func() { job(work) })
	return true
}

// hand gives one event to the bot; ErrClosed before Run, and once it is to end.
func (s *Slack) hand(ctx context.Context, e chat.Event) (chat.Reply, error) {
	s.mu.Lock()
	bot := s.bot
	if bot != nil {
		s.jobs.Add(1)
	}
	s.mu.Unlock()
	if bot == nil {
		return chat.Reply{}, chat.ErrClosed
	}
	defer s.jobs.Done()
	return bot.Handle(ctx, e)
}

// health is what is wrong with the connection to Slack as a whole, in a sentence that names nobody.
type health struct{ trouble atomic.Pointer[string] }

func (h *health) set(trouble string) { h.trouble.Store(&trouble) }

// Trouble says what is wrong with the connection to Slack and what to do; empty when nothing is.
func (s *Slack) Trouble() string {
	if t := s.health.trouble.Load(); t != nil {
		return *t
	}
	return ""
}
