package slack

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// Commands come every second while Slack renews, cuts and silences connections: each is handled once and nobody sees trouble, but for
// those that Slack gave to a connection of which it does not know that it is dead.
func TestNoGap(t *testing.T) {
	for _, test := range []struct {
		name    string
		do      func(f *slackfake.Fake)
		trouble int // at most
	}{
		{"renewed with a warning", (*slackfake.Fake).Refresh, 0},
		{"all renewed at once", func(f *slackfake.Fake) { f.Disconnect("warning") }, 0},
		{"renewed without a warning", func(f *slackfake.Fake) { f.Disconnect("refresh_requested") }, 1},
		{"cut", (*slackfake.Fake).Cut, 1},
		{"half open", (*slackfake.Fake).Silence, 35},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, bySocket, func(w *world) {
				time.Sleep(2 * time.Minute)
				w.want("connections", w.fake.Sockets(), 2)
				trouble := 0
				for i := range 180 {
					if i%60 == 30 {
						test.do(w.fake)
						time.Sleep(500 * time.Millisecond) // no command in the very instant in which a connection ends
					}
					if err := w.hill.Command("U0SAM", "C0PREP", "/greenroom", "help"); err != nil {
						trouble++
					}
					time.Sleep(time.Second)
				}
				if trouble > 3*test.trouble {
					w.Errorf("%d commands saw trouble, at most %d may", trouble, 3*test.trouble)
				}
				w.want("handled", len(w.bot.got()) >= 180-trouble, true)
				time.Sleep(2 * time.Minute)
				w.want("connections", w.fake.Sockets(), 2)
				w.want("trouble", w.slack.Trouble(), "")
			})
		})
	}
}

// For days connections are renewed every hour: there is always one, and never more than four.
func TestRenewals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, bySocket, slackfake.Config{Deliveries: slackfake.Deliveries{RefreshEvery: time.Hour}})
		w.slack.cfg.Ping = time.Minute
		w.start()
		time.Sleep(2 * time.Minute)
		days := 10
		if testing.Short() {
			days = 1
		}
		for range days * 24 * 60 {
			time.Sleep(time.Minute)
			if n := w.fake.Sockets(); n < 1 || n > 4 {
				t.Fatalf("%d connections at %v", n, time.Now())
			}
		}
		if err := w.stop(); err != nil {
			t.Error(err)
		}
	})
}

// An acknowledgement goes to the connection that delivered, though Slack has asked to renew it meanwhile.
func TestAcknowledgedOnTheOldConnection(t *testing.T) {
	inWorld(t, bySocket, func(w *world) {
		w.bot.will(saysAfter(time.Second, "Hello."))
		done := make(chan error, 1)
		go func() { done <- w.hill.Command("U0SAM", "C0PREP", "/greenroom", "help") }()
		synctest.Wait()
		w.fake.Disconnect("warning")
		w.must(<-done)
		w.want("answered on the acknowledgement", w.whispers("U0SAM"), []string{"Hello."})
	})
}

// muted is a connection on which writing fails once broken is set.
type muted struct {
	net.Conn
	broken *atomic.Bool
}

func (b muted) Write(p []byte) (int, error) {
	if b.broken.Load() {
		return 0, net.ErrClosed
	}
	return b.Conn.Write(p)
}

// A connection over which no acknowledgement goes out any more is replaced, though Slack still sends over it.
func TestWritingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, bySocket, slackfake.Config{Deliveries: slackfake.Deliveries{PingEvery: time.Hour}})
		var broken atomic.Bool
		cfg := w.slack.cfg
		cfg.Ping = time.Hour
		dial := cfg.Dial
		cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dial(ctx, network, address)
			return muted{c, &broken}, err
		}
		w.slack, _ = New(cfg)
		w.start()
		broken.Store(true)
		_ = w.hill.Command("U0SAM", "C0PREP", "/greenroom", "help") // sees trouble
		broken.Store(false)
		time.Sleep(10 * time.Second)
		w.must(w.hill.Command("U0SAM", "C0PREP", "/greenroom", "help"))
	})
}

// Slack refuses the app token: Run says what to do, at once, and is not tried again.
func TestAppTokenIsRefused(t *testing.T) {
	for _, code := range []slackfake.Fault{"invalid_auth", "token_revoked", "account_inactive", "missing_scope", "not_allowed_token_type"} {
		t.Run(string(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, bySocket, slackfake.Config{})
				w.fake.Next(1, "apps.connections.open", code)
				w.start()
				var fatal *chat.Fatal
				if <-w.ended; !errors.As(w.err, &fatal) || !strings.Contains(w.err.Error(), string(code)) || !strings.Contains(w.err.Error(), "connections:write") {
					t.Errorf("Run: %v", w.err)
				}
				if strings.Contains(w.err.Error(), fakeAppToken) {
					t.Error("the error shows the token")
				}
			})
		})
	}
}

// Socket Mode is switched off: that is said at once, in the log and as the adapter's trouble; switched on again it goes on by
// itself; after an hour it is given up.
func TestLinkDisabled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, bySocket, slackfake.Config{})
		w.start()
		w.fake.Disconnect("link_disabled")
		time.Sleep(10 * time.Second)
		w.want("trouble", strings.Contains(w.slack.Trouble(), "switch it on under Socket Mode"), true)
		w.want("the log says it", strings.Contains(w.log.String(), "level=ERROR msg=\"slack: Socket Mode is not connected\""), true)
		w.fake.EnableLink()
		time.Sleep(3 * time.Minute)
		w.want("trouble", w.slack.Trouble(), "")
		w.want("connections", w.fake.Sockets(), 2)
		w.must(w.hill.Command("U0SAM", "C0PREP", "/greenroom", "help"))

		w.fake.Disconnect("link_disabled")
		off := time.Now()
		var fatal *chat.Fatal
		if <-w.ended; !errors.As(w.err, &fatal) || !errors.Is(w.err, errDisabled) {
			t.Errorf("Run: %v", w.err)
		}
		if took := time.Since(off); took < time.Hour || took > time.Hour+5*time.Minute {
			t.Errorf("given up after %v", took)
		}
	})
}

// Socket Mode is off when Greenroom starts: it says so, and goes on once it is on.
func TestLinkDisabledAtStart(t *testing.T) {
	for _, word := range errorsOfDisabled {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, bySocket, slackfake.Config{})
			w.fake.Next(1, "apps.connections.open", slackfake.Fault(word))
			w.start()
			w.want("trouble", w.slack.Trouble(), errDisabled.Error())
			time.Sleep(3 * time.Minute)
			w.want("trouble", w.slack.Trouble(), "")
		})
	}
}

// Connections that Slack ends at once, and a Slack that is away, are not asked for without a pause.
func TestReconnectStorm(t *testing.T) {
	for name, storm := range map[string]func(w *world){
		"too many": func(w *world) {
			for range 600 {
				w.fake.Disconnect("too_many_websockets")
				time.Sleep(time.Second)
			}
		},
		"away": func(w *world) {
			w.fake.Next(1_000_000, "apps.connections.open", slackfake.Fail)
			w.fake.Cut()
			time.Sleep(10 * time.Minute)
		},
		"limited": func(w *world) {
			w.fake.Next(1_000_000, "apps.connections.open", slackfake.Busy)
			w.fake.Cut()
			time.Sleep(10 * time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, bySocket, slackfake.Config{})
				var dials atomic.Int32
				dial := w.fake.Dial
				cfg := w.slack.cfg
				cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					dials.Add(1)
					return dial(ctx, network, address)
				}
				w.slack, _ = New(cfg)
				w.start()
				time.Sleep(2 * time.Minute)
				dials.Store(0)
				storm(w)
				if n := dials.Load(); n > 60 {
					t.Errorf("connected %d times in ten minutes", n)
				}
			})
		})
	}
}

// Outside of a bubble too nothing is left of Run.
func TestNothingIsLeft(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	f := slackfake.New(slackfake.Config{})
	defer f.Close()
	w := &world{T: t, fake: f, bot: &puppet{do: saying("Hello.")}, log: &logged{}}
	w.furnish(bySocket)
	ctx, end := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- w.slack.Run(ctx, w.bot) }()
	for f.Sockets() == 0 {
		select {
		case err := <-ran:
			t.Fatal(err)
		default:
		}
	}
	w.must(w.hill.Command("U0SAM", "C0PREP", "/greenroom", "help"))
	end()
	if err := <-ran; err != nil {
		t.Error(err)
	}
}

func TestBackoff(t *testing.T) {
	for failures, base := range map[int]time.Duration{1: time.Second, 3: 4 * time.Second, 50: longestPause} {
		for range 100 {
			if d := backoff(failures); d < base*3/4 || d > base*5/4 {
				t.Errorf("after %d failures: %v", failures, d)
			}
		}
	}
	if backoff(0) != 0 {
		t.Error("waits without a failure")
	}
}
