package discord

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
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
	gateway *gateway.Gateway
	health  health

	mu   sync.Mutex
	bot  chat.Handler    // nil until Run, and again once it ends
	work context.Context // of what is under way; ends when Run has no more time
	jobs sync.WaitGroup  // everything that runs beside Run and ends before it; added to under mu while bot is set
}

// New makes an adapter. It connects to nothing yet.
func New(cfg Config) (*Discord, error) {
	switch {
	case cfg.DB == nil:
		return nil, errors.New("discord: a store is missing")
	case cfg.Token == "":
		return nil, errors.New("discord: a bot token is missing")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.API = cmp.Or(cfg.API, "https://discord.com/api/v10/")
	d := &Discord{cfg: cfg, rest: rest.New(rest.Config{Token: cfg.Token, API: cfg.API, Log: cfg.Log, Now: cfg.Now, Dial: cfg.Dial})}
	return d, nil
}

// Run connects and hands every event to h until ctx ends. It returns when its last call of h has returned and nothing of it
// runs any more. chat.Fatal when Discord refuses the app for good.
func (d *Discord) Run(ctx context.Context, h chat.Handler) error {
	return errors.New("discord: not connected")
}

// Hooks takes interactions at /discord/interactions.
func (d *Discord) Hooks() http.Handler { return http.NotFoundHandler() }

// health is what is wrong with the connection to Discord as a whole, in a sentence that names nobody.
type health struct{ trouble atomic.Pointer[string] }

func (h *health) set(trouble string) { h.trouble.Store(&trouble) }

// Trouble says what is wrong with the connection to Discord and what to do; empty when nothing is.
func (d *Discord) Trouble() string {
	if t := d.health.trouble.Load(); t != nil {
		return *t
	}
	return ""
}
