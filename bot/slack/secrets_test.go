package slack

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// Whatever goes wrong, the log has no token, no address that is a secret, and nothing that people wrote.
func TestLogHasNoSecrets(t *testing.T) {
	const written = "my-private-answer"
	for _, by := range []way{bySocket, byHTTP} {
		t.Run(string(by), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, by, slackfake.Config{Deliveries: slackfake.Deliveries{Twice: .2, Unheard: .3}})
				var cut atomic.Bool
				cfg := w.slack.cfg
				cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					if cut.Load() {
						return nil, errors.New("the network is cut")
					}
					return w.fake.Dial(ctx, network, address)
				}
				w.slack, _ = New(cfg)
				if by == byHTTP {
					w.fake.DeliverTo(slackfake.Hooks{Handler: w.slack.Hooks()})
				}
				secret := w.watchSecrets()
				w.start()
				time.Sleep(2 * time.Minute)
				place := w.post()
				faults := []slackfake.Fault{slackfake.Busy, slackfake.Fail, slackfake.FailAfter, slackfake.Drop, slackfake.DropAfter, slackfake.BrokenAfter, "internal_error", "missing_scope", "not_in_channel", "expired_trigger_id"}
				errs := []error{nil, chat.ErrBusy, chat.ErrClosed, errors.New("broken"), context.DeadlineExceeded}
				for i, fault := range faults {
					for _, err := range errs {
						w.bot.will(opensForm(func(context.Context, chat.Event) (chat.Reply, error) { return says("3 of 5"), err }))
						_ = w.hill.Click("U0MIRA", place, "Answer")
						synctest.Wait()
						w.fake.Next(3, "", fault)
						_ = w.hill.Submit("U0MIRA", map[string][]string{"answer": {written}})
						w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) { return says("Hello."), err })
						_ = w.hill.Command("U0SAM", "C0PREP", "/greenroom", written)
						_ = w.hill.Mention("U0SAM", "C0PREP", written)
						_ = w.hill.Click("U0SAM", place, "Answer")
						if i%3 == 0 {
							w.fake.Cut()
						}
						_ = w.hill.Event(map[string]any{"type": "message", "channel_type": "im", "user": "U0MIRA", "channel": "D0", "text": written, "ts": 7})
						_ = w.hill.Event(map[string]any{"type": "hologram", "text": written})
						time.Sleep(time.Minute)
					}
				}
				w.fake.Settle()
				cut.Store(true) // an address for a socket can still be had, over a connection that stands
				w.fake.Cut()
				time.Sleep(time.Minute)
				cut.Store(false)
				time.Sleep(2 * time.Minute)
				_ = w.hill.RevokeToken()
				_ = w.hill.Command("U0SAM", "C0PREP", "/greenroom", written)
				time.Sleep(10 * time.Minute)
				_ = w.stop()
				log := w.log.String()
				for _, level := range []string{"level=WARN", "level=ERROR"} {
					w.want("the log has "+level, strings.Contains(log, level), true)
				}
				for _, s := range append(secret(), written, w.token, fakeAppToken, fakeSigningSecret) {
					if i := strings.Index(log, s); i >= 0 {
						t.Errorf("the log has %q: %s", s, log[max(0, i-300):min(len(log), i+100)])
					}
				}
			})
		})
	}
}

// watchSecrets gathers the addresses that are secrets: of responses, and of sockets with their tickets.
func (w *world) watchSecrets() func() []string {
	seen := &addresses{next: w.slack.http.Transport, seen: map[string]bool{}}
	w.slack.http.Transport = seen
	return func() (secrets []string) {
		for path := range seen.seen {
			secrets = append(secrets, path[strings.LastIndex(path, "/")+1:])
		}
		if len(secrets) == 0 {
			w.Error("no address was used")
		}
		return append(secrets, "ticket=")
	}
}

// addresses is read once nothing runs any more.
type addresses struct {
	next http.RoundTripper
	mu   sync.Mutex
	seen map[string]bool
}

func (a *addresses) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/response/") {
		a.mu.Lock()
		a.seen[r.URL.Path] = true
		a.mu.Unlock()
	}
	return a.next.RoundTrip(r)
}
