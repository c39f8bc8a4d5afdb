package discordfake

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func TestRouteLimit(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f, g := hill(t, Config{Now: clock.now, RateLimits: true})
	g.AddChannel(Channel{ID: "300000000000000002"})
	c := newClient(t, f)
	where := "channels/" + prepID + "/messages"
	var last reply
	for i := range 5 {
		last = c.want(200, 0, "POST", where, says(fmt.Sprint(i)))
	}
	for name, want := range map[string]string{
		"X-Ratelimit-Limit": "5", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset-After": "5.000", "X-Ratelimit-Reset": "1795510805.000", "Via": "1.1 google",
	} {
		if got := last.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	clock.at = clock.at.Add(1500 * time.Millisecond)
	a := c.do("POST", where, says("six"))
	if a.status != 429 || a.object()["global"] != false || fmt.Sprint(a.object()["retry_after"]) != "3.5" || a.header.Get("Retry-After") != "4" ||
		a.header.Get("X-RateLimit-Scope") != "user" || a.header.Get("X-RateLimit-Bucket") != last.header.Get("X-RateLimit-Bucket") {
		t.Errorf("too many: %d %v %s", a.status, a.header, a.text)
	}
	other := c.want(200, 0, "POST", "channels/300000000000000002/messages", says("another channel"))
	if other.header.Get("X-RateLimit-Bucket") != last.header.Get("X-RateLimit-Bucket") {
		t.Error("another channel, another hash")
	}
	read := c.want(200, 0, "GET", where, nil)
	if read.header.Get("X-RateLimit-Bucket") == last.header.Get("X-RateLimit-Bucket") {
		t.Error("reading shares the hash of posting")
	}
	clock.at = clock.at.Add(3500 * time.Millisecond)
	c.want(200, 0, "POST", where, says("six"))
	counts := f.Counts()
	if counts.Limited[Busy] != 1 || counts.Routes["POST channels/{channel}/messages"] != 8 || counts.Requests != 9 || counts.Invalid != 1 {
		t.Errorf("counted %+v", counts)
	}
}

// TestSharedBuckets: routes of one bucket give one hash and share what is left.
func TestSharedBuckets(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{RateLimits: true, Now: newClock().now})
	c := newClient(t, f)
	where := "applications/" + f.AppID() + "/commands"
	made := c.do("POST", where, slash("a"))
	put := c.do("PUT", where, []any{slash("a")})
	if made.header.Get("X-RateLimit-Bucket") != put.header.Get("X-RateLimit-Bucket") || put.header.Get("X-RateLimit-Remaining") != "3" {
		t.Errorf("%v, %v", made.header, put.header)
	}
}

func TestGlobalLimit(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f, _ := hill(t, Config{Now: clock.now, RateLimits: true, Limits: Limits{Global: 3}})
	c := newClient(t, f)
	for range 3 {
		c.want(200, 0, "GET", "users/@me", nil)
	}
	a := c.do("GET", "users/"+miraID, nil)
	if a.status != 429 || a.object()["global"] != true || a.header.Get("X-RateLimit-Global") != "true" || a.header.Get("Retry-After") != "1" ||
		a.header.Get("X-RateLimit-Reset-After") != "" || a.header.Get("X-RateLimit-Bucket") != "" {
		t.Errorf("the fourth: %d %v %s", a.status, a.header, a.text)
	}
	// Responses to interactions are not bound to it.
	if a := c.do("POST", "interactions/1/x/callback", map[string]any{"type": 6}); a.code() != 10062 {
		t.Errorf("a response: %d %s", a.status, a.text)
	}
	if a := c.do("POST", "webhooks/"+f.AppID()+"/x", says("x")); a.code() != 50027 {
		t.Errorf("a follow-up: %d %s", a.status, a.text)
	}
	clock.at = clock.at.Add(time.Second)
	c.want(200, 0, "GET", "users/"+miraID, nil)
	if counts := f.Counts(); counts.Limited[Global] != 1 || counts.Peak != 4 || counts.PerSecond[clock.at.Unix()] != 1 {
		t.Errorf("counted %+v", counts)
	}
}

func TestCloudflare(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f, g := hill(t, Config{Now: clock.now, RateLimits: true, Limits: Limits{Invalid: 3}})
	c := newClient(t, f)
	g.SetOverwrites(prepID, Overwrite{Member: f.AppID(), Deny: ViewChannel})
	f.Next(2, "GET users/@me", Shared)
	c.do("GET", "users/@me", nil)
	c.do("GET", "users/@me", nil)
	for range 4 {
		c.want(403, 50001, "GET", "channels/"+prepID, nil)
	}
	a := c.do("GET", "users/@me", nil)
	if a.status != 429 || a.header.Get("Via") != "" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || a.header.Get("Retry-After") != "600" ||
		!strings.Contains(a.text, "1015") {
		t.Errorf("banned: %d %v %s", a.status, a.header, a.text)
	}
	clock.at = clock.at.Add(10 * time.Minute)
	c.want(200, 0, "GET", "users/@me", nil)
	if counts := f.Counts(); counts.Invalid != 4 || counts.Limited[HTML] != 1 || counts.Limited[Shared] != 2 {
		t.Errorf("counted %+v", counts)
	}
}

// TestFaults: what befalls a request, and whether it was carried out.
func TestFaults(t *testing.T) {
	t.Parallel()
	for fault, want := range map[Fault]struct {
		status int
		done   bool
	}{
		Busy: {429, false}, Shared: {429, false}, Global: {429, false}, HTML: {429, false}, Fail: {503, false}, FailAfter: {502, true},
		Drop: {0, false}, DropAfter: {0, true}, Slow: {200, true}, Pass: {200, true}, "20028": {429, false}, "130000": {400, false},
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			f, _ := hill(t, Config{Faults: Faults{SlowFor: time.Millisecond}})
			c := newClient(t, f)
			f.Next(1, "POST channels/"+prepID+"/messages", fault)
			c.want(200, 0, "GET", "users/@me", nil)
			a, err := c.send(c.request("POST", "channels/"+prepID+"/messages", says("x")))
			if lost := want.status == 0; lost != (err != nil) || lost && !errors.Is(err, io.EOF) || a.status != want.status {
				t.Errorf("%v, %d %s", err, a.status, a.text)
			}
			if done := len(f.Messages(prepID)) == 1; done != want.done {
				t.Errorf("carried out: %t", done)
			}
			if wait := a.header.Get("Retry-After"); (wait == "") != (a.status != 429 || fault == "20028") {
				t.Errorf("Retry-After %q", wait)
			}
			c.post(prepID, says("the next one"))
		})
	}
}

// TestFaultsLast: who goes on in spite of a 429 gets more of them.
func TestFaultsLast(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f, _ := hill(t, Config{Now: clock.now, RateLimits: true})
	c := newClient(t, f)
	for fault, after := range map[Fault]struct{ same, other int }{Busy: {429, 200}, Shared: {200, 200}, Global: {429, 429}, HTML: {200, 200}} {
		f.Next(1, "GET users/@me", fault)
		first, same, other := c.do("GET", "users/@me", nil), c.do("GET", "users/@me", nil), c.do("GET", "users/"+miraID, nil)
		if first.status != 429 || same.status != after.same || other.status != after.other {
			t.Errorf("%s: %d, then %d, %d elsewhere", fault, first.status, same.status, other.status)
		}
		clock.at = clock.at.Add(10 * time.Second)
	}
}

// TestFaultsByChance: with a probability of one half, about half of the requests fail.
func TestFaultsByChance(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{Seed: 1, Faults: Faults{Fail: 0.5}})
	c := newClient(t, f)
	failed := 0
	for range 100 {
		if c.do("GET", "users/@me", nil).status == 503 {
			failed++
		}
	}
	if failed < 30 || failed > 70 {
		t.Errorf("%d of 100 failed", failed)
	}
	f.SetFaults(Faults{})
	c.want(200, 0, "GET", "users/@me", nil)
}
