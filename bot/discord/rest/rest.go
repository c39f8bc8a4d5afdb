// Package rest sends requests to Discord's REST API within its limits. Requests are discordgo's; what limits them is a
// RoundTripper of ours below it, because discordgo's own limiter is not told of global limits, keeps a bucket for every
// interaction for ever, lets one request at a time through each, and waits longer than a context allows.
package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/bwmarrin/discordgo"
)

// Config is what a Client is made from.
type Config struct {
	Token string                                                               // of the bot, without "Bot " before it
	API   string                                                               // base of the REST API, with a slash at its end
	Log   *slog.Logger                                                         // none when nil; it gets routes and durations
	Now   func() time.Time                                                     // time.Now when nil; Wait.Until is by it, and waiting is done by the machine's clock
	Dial  func(ctx context.Context, network, address string) (net.Conn, error) // how to connect; the machine's own way when nil
	Heard func(said, at time.Time)                                             // is told of each answer when, by Discord's clock, it was given, and when, by Now, it arrived; may be nil
}

// Client sends requests, many at a time.
type Client struct {
	cfg     Config
	session *discordgo.Session // never connected: only its request function is used
	limits  *limits
}

// New makes a client.
func New(cfg Config) *Client {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Client{cfg: cfg, limits: newLimits(cfg.Log)}
	base, err := url.Parse(cfg.API)
	if err != nil {
		base = &url.URL{Path: "/"} // every request will say what is wrong with it
	}
	c.session = &discordgo.Session{
		Token: "Bot " + cfg.Token, UserAgent: userAgent, Ratelimiter: discordgo.NewRatelimiter(),
		Client: &http.Client{
			Transport:     &transport{next: connections(cfg), limits: c.limits, base: base.Path, heard: cfg.heard},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	return c
}

// heard passes on what an answer tells of Discord's clock.
func (cfg Config) heard(date string) {
	if said, err := http.ParseTime(date); err == nil && cfg.Heard != nil {
		cfg.Heard(said, cfg.Now())
	}
}

// userAgent is of the form that Discord asks for (docs.discord.com, Reference, User Agent).
const userAgent = "DiscordBot (https://github.com/bwmarrin/discordgo, v" + discordgo.VERSION + ") Greenroom"

// HTTP is a client within the same limits, for requests that others make to the same API. It adds no token.
func (c *Client) HTTP() *http.Client { return c.session.Client }

// Close gives back idle connections.
func (c *Client) Close() { c.session.Client.CloseIdleConnections() }

// File is attached to a request.
type File struct {
	Name string
	Type string // MIME
	Body io.Reader
}

// Request is one call of the API.
type Request struct {
	Method string
	Path   string // below the base, such as channels/1/messages?limit=100
	Body   any    // is sent as JSON; nil sends none
	Files  []File
	Reason string // X-Audit-Log-Reason
}

// Do sends a request and reads the answer's JSON into v, if it is not nil. It waits for Discord's limits as long as ctx
// allows and never sends again what may have been done: the errors are *Error (Discord answered with a status), *Wait (not
// sent, or refused by a limit: try then), and any other (unknown whether it was done).
func (c *Client) Do(ctx context.Context, r Request, v any) error {
	kind, body, err := r.Encode()
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, redacted(r.Path), err)
	}
	var got answer
	options := []discordgo.RequestOption{
		discordgo.WithContext(context.WithValue(ctx, answerKey{}, &got)), discordgo.WithRestRetries(0), discordgo.WithRetryOnRatelimit(false),
	}
	if r.Reason != "" {
		options = append(options, discordgo.WithAuditLogReason(r.Reason))
	}
	bucket := &discordgo.Bucket{} // discordgo's own: it limits nothing and is not kept
	bucket.Lock()
	answer, err := c.session.RequestWithLockedBucket(r.Method, c.cfg.API+r.Path, kind, body, bucket, 0, options...)
	if err != nil {
		return c.mended(r, got, err)
	}
	if v == nil {
		return nil
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return fmt.Errorf("%s %s: reading the answer: %w", r.Method, redacted(r.Path), err)
	}
	return nil
}

// Encode is the body as it is sent, nil where there is none, and its MIME type.
func (r Request) Encode() (kind string, body []byte, err error) {
	switch {
	case len(r.Files) > 0:
		files := make([]*discordgo.File, len(r.Files))
		for i, f := range r.Files {
			files[i] = &discordgo.File{Name: f.Name, ContentType: f.Type, Reader: f.Body}
		}
		return discordgo.MultipartBodyWithJSON(r.Body, files)
	case r.Body != nil:
		body, err = json.Marshal(r.Body)
	}
	return "application/json", body, err
}
