package discord

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/gateway"
	"greenroom/bot/discord/rest"
	"greenroom/store"
)

// Config is what the adapter is made from. DB and Token are required.
type Config struct {
	DB  store.DB         // a Space of the bot's store: gateway sessions, where members acted, and what is left of long messages
	Log *slog.Logger     // slog.Default when nil; it gets ids and kinds, never a token and never what people wrote
	Now func() time.Time // time.Now when nil

	Token     string            // of the bot
	PublicKey ed25519.PublicKey // of the app: interactions come signed over HTTP to Hooks; nil where they come by the gateway
	Commands  Commands          // what is registered as slash commands

	API  string                                                               // base of the REST API; https://discord.com/api/v10/ when empty
	Dial func(ctx context.Context, network, address string) (net.Conn, error) // how to connect; the machine's own way when nil
}

// Commands is which slash commands are registered, and where.
type Commands struct {
	Guild   string // id of the one guild that gets them at once; all guilds and direct messages when empty
	Aliases bool   // also /question and the others, beside /greenroom
	Prefix  string // of the aliases
}

// Discord is the adapter; it satisfies chat.Platform.
type Discord struct {
	cfg     Config
	rest    *rest.Client
	guilds  *guilds
	members *members
	places  *places
	pages   *pages
	out     outbound
	clock   clock
	told    told
	turns   turns
	news    news
	hooks   *hooks
	health  health
	self    atomic.Pointer[string] // the bot's user id; nil until Discord has told it

	mu     sync.Mutex
	bot    chat.Handler    // nil until Run, and again once it ends
	work   context.Context // of what is under way; ends when Run has no more time
	taking traffic         // deliveries under way
	jobs   sync.WaitGroup  // everything that runs beside Run and ends before it; added to under mu while bot is set
}

// New makes an adapter. It connects to nothing yet.
func New(cfg Config) (*Discord, error) {
	switch {
	case cfg.DB == nil:
		return nil, errors.New("discord: a store is missing")
	case cfg.Token == "":
		return nil, errors.New("discord: a bot token is missing")
	case cfg.PublicKey != nil && len(cfg.PublicKey) != ed25519.PublicKeySize:
		return nil, fmt.Errorf("discord: the app's public key has %d bytes, not %d", len(cfg.PublicKey), ed25519.PublicKeySize)
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.API = cmp.Or(cfg.API, "https://discord.com/api/v10/")
	d := &Discord{
		cfg: cfg, guilds: &guilds{db: cfg.DB}, clock: clock{since: cfg.Now()},
	}
	d.rest = rest.New(rest.Config{Token: cfg.Token, API: cfg.API, Log: cfg.Log, Now: cfg.Now, Dial: cfg.Dial, Heard: d.clock.heard})
	d.pages = newPages(cfg.DB, cfg.Log, cfg.Now)
	d.members, d.places, d.hooks = newMembers(d), newPlaces(d), &hooks{d: d}
	return d, nil
}

const (
	// stopWithin is how long what is under way may go on when Run is to end.
	stopWithin = 5 * time.Second
	// callWithin bounds one request to Discord; the caller's context may end it earlier.
	callWithin = 20 * time.Second
	// registerAgain is how long after a failure the commands are registered again.
	registerAgain = 10 * time.Minute
)

// Run connects and hands every event to h until ctx ends. It returns when its last call of h has returned and nothing of it
// runs any more: what is under way gets five seconds. What was not done by then, the gateway's session brings again the next time.
// chat.Fatal when Discord refuses the app for good.
func (d *Discord) Run(ctx context.Context, h chat.Handler) error {
	defer d.rest.Close()
	if err := d.introduce(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	work, endWork := context.WithCancel(context.WithoutCancel(ctx))
	defer endWork()
	d.open(h, work)

	var parts sync.WaitGroup
	running, stop := context.WithCancel(ctx)
	defer stop()
	connected, disconnect := context.WithCancel(context.WithoutCancel(ctx))
	defer disconnect()
	ended := make(chan error, 1)
	parts.Go(func() { ended <- d.connect(connected, d.rest.HTTP(), d.dispatched) })
	parts.Go(func() { d.registerCommands(running) })
	parts.Go(func() { d.news.run(running, d) })
	parts.Go(func() { d.lateEdits(running) })
	parts.Go(func() { d.pages.run(running) })
	parts.Go(func() { d.forgetGone(running) })
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	stop()
	patience := time.AfterFunc(stopWithin, endWork)
	d.close()
	patience.Stop()
	disconnect() // last, because by now it is known what was done: the session goes on behind it
	parts.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// introduce asks Discord who the bot is, until it says so: without that no mention can be told from other text.
func (d *Discord) introduce(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		var me user
		ask, cancel := context.WithTimeout(ctx, callWithin)
		err := d.rest.Do(ask, rest.Request{Method: http.MethodGet, Path: "users/@me"}, &me)
		cancel()
		if err == nil && me.ID == "" {
			err = errors.New("the answer has no id")
		}
		if err == nil {
			d.self.Store(&me.ID)
			return nil
		}
		var refused *rest.Error
		if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
			return &chat.Fatal{Err: errors.New("Discord refuses the bot token: copy it again from the app's page in the Discord developer portal, section Bot")}
		}
		d.health.set("Discord does not answer. Greenroom tries again; is the machine connected?")
		d.cfg.Log.Warn("discord: Discord does not say who the bot is", slog.Any("err", err), slog.Duration("again", wait))
		if !sleep(ctx, wait) {
			return ctx.Err()
		}
	}
}

// me is the bot's user id; empty before Run.
func (d *Discord) me() string {
	if id := d.self.Load(); id != nil {
		return *id
	}
	return ""
}

// registerCommands brings the slash commands up to date once. A failure is no reason to end: the old ones work.
func (d *Discord) registerCommands(ctx context.Context) {
	for {
		err := d.register(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		d.cfg.Log.Error("discord: the slash commands are not registered; text written to the bot works all the same", slog.Any("err", err))
		if !sleep(ctx, registerAgain) {
			return
		}
	}
}

// dispatched takes a dispatch of the gateway.
func (d *Discord) dispatched(p gateway.Dispatch) {
	d.deliver(delivery{dispatch: p.Name, body: p.Body, at: p.At, done: p.Done})
}

// open begins to take deliveries for h.
func (d *Discord) open(h chat.Handler, work context.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bot, d.work = h, work
}

// running tells whether the bot is there.
func (d *Discord) running() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.bot != nil
}

// close takes no more, and waits for what is under way.
func (d *Discord) close() {
	d.mu.Lock()
	d.bot = nil
	d.mu.Unlock()
	d.jobs.Wait()
}

// beside runs a job that ends before Run does. It is false, and nothing is run, before and after Run.
func (d *Discord) beside(job func(ctx context.Context)) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bot == nil {
		return false
	}
	work := d.work
	d.jobs.Go(func() { job(work) })
	return true
}

// hand gives one event to the bot; ErrClosed before Run, and once it is to end.
func (d *Discord) hand(ctx context.Context, e chat.Event) (chat.Reply, error) {
	d.mu.Lock()
	bot := d.bot
	if bot != nil {
		d.jobs.Add(1)
	}
	d.mu.Unlock()
	if bot == nil {
		return chat.Reply{}, chat.ErrClosed
	}
	defer d.jobs.Done()
	return bot.Handle(ctx, e)
}

// health is what is wrong with the connection to Discord as a whole, in a sentence that names nobody.
type health struct{ trouble atomic.Pointer[string] }

func (h *health) set(trouble string) { h.trouble.Store(&trouble) }

// Trouble says what is wrong with the connection to Discord and what to do; empty when nothing is.
func (d *Discord) Trouble() string {
	if t := d.health.trouble.Load(); t != nil && *t != "" {
		return *t
	}
	return d.rest.Trouble()
}

// sleep waits; false where ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
