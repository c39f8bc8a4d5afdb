package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

// sockets keeps two connections of Socket Mode. Slack sends each payload over any one of them and renews a connection every few
// hours: the next one stands before the old one goes, and the second is opened a minute after the first, so that they are not
// renewed together. With both gone Slack keeps events for a while, but clicks and commands fail.
type sockets struct {
	s     *Slack
	links sync.WaitGroup

	mu       sync.Mutex
	live     int       // links that Slack has greeted
	disabled time.Time // since when Slack says that Socket Mode is switched off
}

const (
	socketCount  = 2
	stagger      = time.Minute // Slack opens about one connection a minute (its Java SDK's table; facts differ)
	steady       = time.Minute // a connection that lived as long was a good one
	longestPause = time.Minute
	dialWithin   = 30 * time.Second

	// disabledFor is how long Greenroom waits for Socket Mode to be switched on again: somebody may be looking at the app's settings.
	// After that it is down, and whoever runs it sees that.
	disabledFor = time.Hour

	// maxWrite holds an acknowledgement in one frame: Slack loses one that continues in another (slack-go's socketmode.go).
	maxWrite = 32 << 10
)

// What Slack says when no further try will help.
var refusedLinks = map[string]string{
	"invalid_auth":           "Slack does not know the app token",
	"not_authed":             "Slack does not know the app token",
	"not_allowed_token_type": "the app token is a token of another kind; it begins with xapp-",
	"token_revoked":          "the app token was revoked",
	"token_expired":          "the app token has ended",
	"account_inactive":       "the app token belongs to an app that was removed",
	"missing_scope":          "the app token lacks the scope connections:write",
}

const newAppToken = "make a token with the scope connections:write under Basic Information, App-Level Tokens, at api.slack.com/apps, give it to Greenroom and start it again"

// errorsOfDisabled is what Slack is known to say where Socket Mode is switched off.
var errorsOfDisabled = []string{"link_disabled", "socket_mode_not_enabled"}

var errDisabled = errors.New("Socket Mode is switched off for the app: switch it on under Socket Mode at api.slack.com/apps")

func newSockets(s *Slack) *sockets { return &sockets{s: s} }

// run keeps the connections until ctx ends, or until no further try will help: then it is chat.Fatal.
func (k *sockets) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer k.links.Wait()
	defer stop()
	failed := make(chan error, socketCount)
	var keepers sync.WaitGroup
	defer keepers.Wait()
	for n := range socketCount {
		keepers.Go(func() {
			if sleep(ctx, time.Duration(n)*stagger) {
				failed <- k.keep(ctx)
			}
		})
	}
	select {
	case err := <-failed:
		stop()
		return err
	case <-ctx.Done():
		return nil
	}
}

// keep keeps one connection.
func (k *sockets) keep(ctx context.Context) error {
	failures := 0
	for ctx.Err() == nil {
		begun := time.Now()
		err := k.once(ctx)
		if ctx.Err() != nil {
			break
		}
		var fatal *chat.Fatal
		if errors.As(err, &fatal) {
			return err
		}
		if failures++; time.Since(begun) > steady {
			failures = 0
		}
		wait := backoff(failures)
		var limited *slack.RateLimitedError
		switch {
		case errors.Is(err, errDisabled):
			if wait = longestPause; k.disabledTooLong() {
				return &chat.Fatal{Err: err}
			}
		case errors.As(err, &limited):
			wait = max(wait, limited.RetryAfter)
		}
		k.tell(err, wait)
		sleep(ctx, wait)
	}
	return nil
}

// once opens a connection and returns when it is over, or when Slack wants another in its place: then it lives on beside that.
func (k *sockets) once(ctx context.Context) error {
	ws, err := k.dial(ctx)
	if err != nil {
		return err
	}
	l := newLink(k.s, ws)
	k.links.Go(func() { l.serve(ctx) })
	select {
	case <-l.hello:
		k.greeted(+1)
		k.links.Go(func() {
			<-l.ended
			k.greeted(-1)
		})
	case <-l.leaving:
	case <-l.ended:
	}
	select {
	case <-l.leaving:
		switch l.reason {
		case "warning", "refresh_requested":
			k.s.cfg.Log.Info("slack: a connection is renewed", slog.String("reason", l.reason))
			return nil
		case "link_disabled":
			return errDisabled
		}
		return fmt.Errorf("Slack ends a connection of Socket Mode: %s", l.reason)
	case <-l.ended:
		return fmt.Errorf("a connection of Socket Mode was lost: %w", l.err)
	}
}

// dial asks Slack where to connect, and connects.
func (k *sockets) dial(ctx context.Context) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	s := k.s
	api := slack.New("", slack.OptionAppLevelToken(s.cfg.AppToken), slack.OptionAPIURL(s.cfg.API), slack.OptionHTTPClient(s.http))
	_, address, err := api.StartSocketModeContext(ctx)
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		if why := refusedLinks[refused.Err]; why != "" {
			return nil, &chat.Fatal{Err: fmt.Errorf("%s (%s): %s", why, refused.Err, newAppToken)}
		}
	}
	if saysOne(err, errorsOfDisabled) {
		return nil, errDisabled
	}
	if err != nil {
		return nil, fmt.Errorf("ask Slack for a connection of Socket Mode: %w", err)
	}
	if _, err := url.Parse(address); err != nil { // its error would show the ticket in it
		return nil, errors.New("Slack's address for Socket Mode cannot be read")
	}
	dialer := websocket.Dialer{NetDialContext: s.cfg.Dial, Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialWithin, WriteBufferSize: maxWrite}
	if s.cfg.Dial != nil {
		dialer.Proxy = nil
	}
	ws, response, err := dialer.DialContext(ctx, address, nil)
	if errors.Is(err, websocket.ErrBadHandshake) {
		return nil, fmt.Errorf("connect to Socket Mode: Slack answered %s", response.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to Socket Mode: %w", err)
	}
	return ws, nil
}

// greeted counts the connections that work.
func (k *sockets) greeted(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.live += n
	if n > 0 {
		k.disabled = time.Time{}
		k.s.health.set("")
	}
}

func (k *sockets) disabledTooLong() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.disabled.IsZero() {
		k.disabled = time.Now()
	}
	return time.Since(k.disabled) > disabledFor
}

// tell says loudly what is wrong, at once and at every try; with another connection in place it is no more than a warning.
func (k *sockets) tell(err error, wait time.Duration) {
	if err == nil {
		return
	}
	k.mu.Lock()
	live := k.live
	k.mu.Unlock()
	level := slog.LevelError
	switch {
	case errors.Is(err, errDisabled):
		k.s.health.set(errDisabled.Error())
	case live > 0:
		level = slog.LevelWarn
	default:
		k.s.health.set("Slack cannot be reached")
	}
	k.s.cfg.Log.Log(context.Background(), level, "slack: Socket Mode is not connected", slog.Any("err", err), slog.Duration("again", wait), slog.Int("others", live))
}

// backoff is how long to wait after so many failures in a row: nothing after none, then a second, doubling; a little more or less, so
// that not all clients come back at the same moment.
func backoff(failures int) time.Duration {
	if failures == 0 {
		return 0
	}
	d := min(time.Second<<min(failures-1, 10), longestPause)
	return d*3/4 + rand.N(d/2)
}
