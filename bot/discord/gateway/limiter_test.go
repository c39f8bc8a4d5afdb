package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// answers is an http.RoundTripper that answers GET gateway/bot.
type answers func() (status int, body string)

func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	status, body := a()
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}, nil
}

func planned(shards, keys, remaining int, reset time.Duration) string {
	return fmt.Sprintf(`{"url":"wss://gateway.discord.gg","shards":%d,"session_start_limit":{"total":1000,"remaining":%d,"reset_after":%d,"max_concurrency":%d}}`,
		shards, remaining, reset.Milliseconds(), keys)
}

// limited makes a gateway that is never connected, with its first plan.
func limitedGateway(t *testing.T, answer answers) (*Gateway, plan, *[]string) {
	t.Helper()
	var told []string
	g, err := New(Config{
		Token: "t", API: "http://discord.fake/api/v10/", HTTP: &http.Client{Transport: answer}, Log: slog.New(slog.DiscardHandler),
		Save: func(context.Context, Session) error { return nil }, Trouble: func(s string) { told = append(told, s) },
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := g.ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return g, p, &told
}

// Sessions of one key begin five seconds apart and in the order of their shards, whoever comes first; those of different
// keys beside each other.
func TestIdentifyOrder(t *testing.T) {
	for _, test := range []struct{ shards, keys int }{{1, 1}, {5, 1}, {4, 16}, {40, 16}, {7, 3}} {
		t.Run(fmt.Sprintf("%d shards, %d at once", test.shards, test.keys), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, p, _ := limitedGateway(t, func() (int, string) { return 200, planned(test.shards, test.keys, 1000, 0) })
				l := newLimiter(p, g)
				begun := time.Now()
				at := make([]time.Duration, test.shards)
				for shard := range test.shards {
					l.enter(shard)
				}
				var all sync.WaitGroup
				for shard := range slices.Backward(make([]struct{}, test.shards)) {
					all.Go(func() {
						turn := l.wait(t.Context(), shard)
						time.Sleep(100 * time.Millisecond) // until Hello
						at[shard] = time.Since(begun)
						turn.sent()
						turn.end()
					})
					synctest.Wait()
				}
				all.Wait()
				for shard, when := range at {
					before := shard / test.keys // of the same key
					least := time.Duration(before) * identifyEvery
					most := time.Duration(before)*(identifyEvery+100*time.Millisecond) + 100*time.Millisecond
					if when < least || when > most {
						t.Errorf("shard %d began after %v, want %v to %v", shard, when, least, most)
					}
				}
			})
		})
	}
}

// A turn that was not used delays nobody, and who leaves the line holds nobody up.
func TestTurnNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, p, _ := limitedGateway(t, func() (int, string) { return 200, planned(3, 1, 1000, 0) })
		l := newLimiter(p, g)
		begun := time.Now()
		first := l.wait(t.Context(), 0)
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if l.wait(impatient, 1) != nil {
			t.Error("two have the turn")
		}
		first.end()
		second := l.wait(t.Context(), 2)
		if time.Since(begun) > time.Second {
			t.Errorf("it took %v", time.Since(begun))
		}
		second.end()
	})
}

// When Discord allows no more sessions today, the next one waits until it does, the operator is told, and it is asked anew.
func TestNoSessionsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		asked := 0
		g, p, told := limitedGateway(t, func() (int, string) {
			asked++
			if left := 2*time.Hour - time.Since(begun); left > 0 {
				return 200, planned(1, 1, 0, left)
			}
			return 200, planned(1, 1, 1000, 24*time.Hour)
		})
		l := newLimiter(p, g)
		turn := l.wait(t.Context(), 0)
		if got := time.Since(begun); got != 2*time.Hour+askAgain {
			t.Errorf("it waited %v", got)
		}
		if asked != 2 {
			t.Errorf("Discord was asked %d times", asked)
		}
		if len(*told) != 1 || !strings.Contains((*told)[0], "until 2000-01-01 02:00 UTC") {
			t.Errorf("told %q", *told)
		}
		turn.end()
	})
}

// The number that Discord gave is counted down in between. Once it is used up nothing is begun before Discord gives a new
// one: begun on a guess, a session could cost the token.
func TestSessionsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		g, p, _ := limitedGateway(t, func() (int, string) {
			if at := time.Since(begun); at > time.Minute && at < 3*time.Hour {
				return 500, ""
			}
			return 200, planned(1, 1, 2, time.Hour)
		})
		l := newLimiter(p, g)
		for range 2 {
			turn := l.wait(t.Context(), 0)
			turn.sent()
			turn.end()
		}
		l.wait(t.Context(), 0).end()
		if got := time.Since(begun); got < 3*time.Hour || got > 3*time.Hour+time.Minute {
			t.Errorf("the third had its turn after %v", got)
		}
	})
}

func TestAsk(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		says   string
		closed bool
	}{
		{"refused", 401, `{}`, "bot token (401): make a new token", true},
		{"broken", 500, ``, "Internal Server Error", false},
		{"no JSON", 200, `<html>`, "read where Discord's gateway is", false},
		{"no address", 200, `{"shards":1}`, "cannot be used", false},
		{"an address of another kind", 200, `{"url":"file:///etc","shards":1}`, "cannot be used", false},
		{"no shards", 200, `{"url":"wss://x"}`, "asks for 0 shards", false},
		{"too many", 200, `{"url":"wss://x","shards":1000000000}`, "1 to 10000", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := &Gateway{cfg: Config{API: "http://x/", HTTP: &http.Client{Transport: answers(func() (int, string) { return test.status, test.body })}}}
			_, err := g.ask(t.Context())
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %q", err, test.says)
			}
			if _, closed := err.(*Closed); closed != test.closed {
				t.Errorf("closed for good: %v, want %v", closed, test.closed)
			}
		})
	}
}
