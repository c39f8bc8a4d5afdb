package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// plan is the answer to GET gateway/bot.
type plan struct {
	URL    string `json:"url"`
	Shards int    `json:"shards"`
	Limit  struct {
		Remaining      int   `json:"remaining"`       // sessions that may be begun
		ResetAfter     int64 `json:"reset_after"`     // milliseconds until Remaining is full again
		MaxConcurrency int   `json:"max_concurrency"` // sessions that may be begun in five seconds
	} `json:"session_start_limit"`

	asked time.Time // the answer came then
}

const (
	askWithin = 10 * time.Second
	maxAnswer = 1 << 20 // bytes
	maxShards = 10_000  // more than one process can hold
)

// limited is the error of a request that Discord puts off.
type limited struct{ after time.Duration }

func (l *limited) Error() string {
	return fmt.Sprintf("Discord answers no question for %v", l.after)
}

// ask asks Discord where its gateway is and how many shards it wants. *Closed when it refuses the token.
func (g *Gateway) ask(ctx context.Context) (plan, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.cfg.API+"gateway/bot", nil)
	if err != nil {
		return plan{}, fmt.Errorf("ask Discord for its gateway: %w", err)
	}
	req.Header.Set("Authorization", "Bot "+g.cfg.Token)
	req.Header.Set("User-Agent", userAgent)
	res, err := g.cfg.HTTP.Do(req)
	if err != nil {
		return plan{}, fmt.Errorf("ask Discord for its gateway: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case res.StatusCode == http.StatusUnauthorized:
		return plan{}, &Closed{Code: res.StatusCode, Reason: "Discord does not accept the bot token (401): " + newToken}
	case res.StatusCode == http.StatusTooManyRequests:
		return plan{}, &limited{retryAfter(res.Header)}
	case res.StatusCode != http.StatusOK:
		return plan{}, fmt.Errorf("ask Discord for its gateway: it answered %s", res.Status)
	case err != nil:
		return plan{}, fmt.Errorf("read where Discord's gateway is: %w", err)
	}
	p, err := readPlan(body)
	if err == nil && strings.HasPrefix(g.cfg.API, "https:") && !strings.HasPrefix(p.URL, "wss:") {
		err = fmt.Errorf("the gateway's address %.200q is not for a bot token: it begins with wss:// only", p.URL)
	}
	p.asked = time.Now()
	return p, err
}

// userAgent is of the form that Discord wants (docs.discord.com, API Reference, User Agent).
const userAgent = "DiscordBot (https://github.com/bwmarrin/discordgo, 0.29.0) Greenroom"

// retryAfter is how long to wait after a 429, at least a second and at most an hour.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseFloat(h.Get("Retry-After"), 64)
	if err != nil {
		return time.Minute
	}
	return time.Duration(min(max(seconds, 1), 3600) * float64(time.Second))
}

// readPlan reads and checks the answer.
func readPlan(body []byte) (plan, error) {
	var p plan
	if err := json.Unmarshal(body, &p); err != nil {
		return plan{}, fmt.Errorf("read where Discord's gateway is: %w", err)
	}
	if _, err := address(p.URL); err != nil {
		return plan{}, err
	}
	if p.Shards < 1 || p.Shards > maxShards {
		return plan{}, fmt.Errorf("Discord asks for %d shards: 1 to %d are possible", p.Shards, maxShards)
	}
	p.Limit.MaxConcurrency = max(p.Limit.MaxConcurrency, 1)
	return p, nil
}

// address is how to connect to a gateway that Discord named.
func address(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "wss" && u.Scheme != "ws" {
		return "", fmt.Errorf("the gateway's address %.200q cannot be used", base)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	query := u.Query()
	query.Set("v", "10")
	query.Set("encoding", "json")
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// askUntil asks until Discord has answered, or refused the token, or ctx has ended.
func (g *Gateway) askUntil(ctx context.Context) (plan, error) {
	for failures := 1; ; failures++ {
		p, err := g.ask(ctx)
		switch e := err.(type) {
		case nil:
			g.trouble.set(everyShard, "")
			return p, nil
		case *Closed:
			g.cfg.Log.Error("discord: the gateway is closed for good", slog.String("why", e.Reason))
			return plan{}, err
		}
		if ctx.Err() != nil {
			return plan{}, nil
		}
		wait := backoff(failures, g.cfg.Rand())
		if l, ok := err.(*limited); ok {
			wait = max(wait, l.after)
		}
		g.cfg.Log.Warn("discord: not connected", slog.Any("err", err), slog.Duration("again", wait))
		g.trouble.set(everyShard, unreachable)
		sleep(ctx, wait)
	}
}

// kin tells whether a gateway is one of those to which another belongs: whoever answers there gets the bot's token. Discord's are all
// below one domain, and speak TLS.
func kin(to, of string) bool {
	if _, err := address(to); err != nil {
		return false
	}
	a, err := url.Parse(to)
	b, err2 := url.Parse(of)
	return err == nil && err2 == nil && !(b.Scheme == "wss" && a.Scheme != "wss") && a.Hostname() != "" && site(a) == site(b)
}

// site is the last two names of an address's host; all of it where it is a number.
func site(u *url.URL) string {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if net.ParseIP(host) != nil {
		return host
	}
	names := strings.Split(host, ".")
	return strings.Join(names[max(0, len(names)-2):], ".")
}
