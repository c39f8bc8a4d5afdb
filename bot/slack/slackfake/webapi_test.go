package slackfake

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// world is a workspace with the app in it, and a client that speaks to it with a bot's token.
type world struct {
	t     *testing.T
	f     *Fake
	w     *Workspace
	token string
	now   *clock
	http  *http.Client
}

// clock is set by tests.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var allScopes = []string{
	"commands", "chat:write", "im:write", "im:history", "users:read", "channels:history", "groups:history", "channels:read", "groups:read",
	"im:read", "channels:join",
}

// newWorld has people UMIRA (who owns it), USAM and UGONE, channels C1 with the bot and all people, C2 without the bot, and G1, which is
// private and without the bot.
func newWorld(t *testing.T, cfg Config) *world {
	t.Helper()
	now := &clock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	cfg.Now = now.Now
	f := New(cfg)
	t.Cleanup(f.Close)
	w := f.AddWorkspace("T1")
	w.AddPerson(Person{ID: "UMIRA", Name: "Mira", TZ: "Europe/Berlin", Locale: "de-DE", Owner: true})
	w.AddPerson(Person{ID: "USAM", Name: "Sam"})
	w.AddPerson(Person{ID: "UGONE", Name: "Gone", Gone: true})
	w.AddPerson(Person{ID: "UCLOSED", Name: "Closed", Closed: true})
	w.AddPerson(Person{ID: "UGUEST", Name: "Guest", Home: "T2"})
	w.AddChannel("C1", "team", false, "UMIRA", "USAM")
	w.AddChannel("C2", "other", false, "UMIRA")
	w.AddChannel("G1", "secret", true, "UMIRA")
	x := &world{t: t, f: f, w: w, token: w.Install(allScopes...), now: now}
	x.http = f.client()
	f.mu.Lock()
	w.channels["C1"].members[w.bot] = true
	f.mu.Unlock()
	return x
}

// client speaks to the fake in memory.
func (f *Fake) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: f.Dial}}
}

// raw makes one request and gives the answer as it came.
func (x *world) raw(method, kind, bearer string, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequest(http.MethodPost, x.f.API()+method, bytes.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := x.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	return res, got, err
}

type object = map[string]any

// call calls a method with JSON and gives its answer.
func (x *world) call(method string, args object) object {
	x.t.Helper()
	_, got, err := x.raw(method, "application/json; charset=utf-8", x.token, encode(args))
	if err != nil {
		x.t.Fatal(err)
	}
	var answer object
	if err := json.Unmarshal(got, &answer); err != nil {
		x.t.Fatalf("%s answered %q", method, got)
	}
	return answer
}

// ok calls a method that must succeed.
func (x *world) ok(method string, args object) object {
	x.t.Helper()
	answer := x.call(method, args)
	if answer["ok"] != true {
		x.t.Fatalf("%s: %v", method, answer)
	}
	return answer
}

// refused calls a method that must be refused with an error.
func (x *world) refused(code, method string, args object) {
	x.t.Helper()
	if answer := x.call(method, args); answer["error"] != code {
		x.t.Errorf("%s: got %v, want the error %s", method, answer, code)
	}
}

// post posts a text into a channel and gives its timestamp.
func (x *world) post(channel, text string) string {
	x.t.Helper()
	return x.ok("chat.postMessage", object{"channel": channel, "text": text})["ts"].(string)
}

func TestEncodings(t *testing.T) {
	x := newWorld(t, Config{})
	blocks := `[{"type":"divider"}]`
	form := func(values ...string) []byte {
		q := url.Values{}
		for i := 0; i < len(values); i += 2 {
			q.Set(values[i], values[i+1])
		}
		return []byte(q.Encode())
	}
	const formKind, jsonKind = "application/x-www-form-urlencoded", "application/json"
	for _, test := range []struct {
		name, kind, bearer string
		body               []byte
		want               string // error; empty for none
	}{
		{"form with its token", formKind, "", form("token", x.token, "channel", "C1", "text", "a"), ""},
		{"form with a bearer", formKind, x.token, form("channel", "C1", "text", "a"), ""},
		{"blocks as a string", formKind, x.token, form("channel", "C1", "blocks", blocks), ""},
		{"JSON with a bearer", jsonKind, x.token, []byte(`{"channel":"C1","text":"a"}`), ""},
		{"JSON with blocks", jsonKind, x.token, []byte(`{"channel":"C1","blocks":` + blocks + `}`), ""},
		{"JSON with blocks as a string", jsonKind, x.token, encode(object{"channel": "C1", "blocks": blocks}), ""},
		{"JSON with its token", jsonKind, "", encode(object{"token": x.token, "channel": "C1", "text": "a"}), "not_authed"},
		{"no token", formKind, "", form("channel", "C1", "text", "a"), "not_authed"},
		{"another token", formKind, "xoxb-no", form("channel", "C1", "text", "a"), "invalid_auth"},
		{"the app's own token", formKind, "xapp-1-fake", form("channel", "C1", "text", "a"), "not_allowed_token_type"},
		{"half a JSON", jsonKind, x.token, []byte(`{"channel":`), "invalid_json"},
		{"a bad form", formKind, x.token, []byte("a=%zz"), "invalid_form_data"},
		{"XML", "text/xml", x.token, []byte("<a/>"), "invalid_post_type"},
		{"no kind", "", x.token, []byte("a=b"), "missing_post_type"},
		{"a misspelt argument", formKind, x.token, form("channel", "C1", "txet", "a"), "invalid_arguments"},
		{"a missing argument", formKind, x.token, form("text", "a"), "invalid_arguments"},
		{"blocks that are no JSON", formKind, x.token, form("channel", "C1", "blocks", "[{"), "invalid_blocks_format"},
		{"too long", jsonKind, x.token, bytes.Repeat([]byte(" "), maxBody+1), "request_too_large"},
	} {
		_, got, err := x.raw("chat.postMessage", test.kind, test.bearer, test.body)
		if err != nil {
			t.Fatal(err)
		}
		var answer object
		if err := json.Unmarshal(got, &answer); err != nil {
			t.Fatalf("%s: %q", test.name, got)
		}
		if code, _ := answer["error"].(string); code != test.want || (answer["ok"] == true) != (test.want == "") {
			t.Errorf("%s: got %s, want the error %q", test.name, got, test.want)
		}
	}
	x.refused("unknown_method", "chat.postMassage", object{})
}

func TestScopes(t *testing.T) {
	for method, args := range map[string]object{
		"chat.postMessage":      {"channel": "C1", "text": "a"},
		"chat.postEphemeral":    {"channel": "C1", "user": "UMIRA", "text": "a"},
		"chat.update":           {"channel": "C1", "ts": "1.000001", "text": "a"},
		"chat.delete":           {"channel": "C1", "ts": "1.000001"},
		"conversations.open":    {"users": "UMIRA"},
		"conversations.info":    {"channel": "C1"},
		"conversations.members": {"channel": "C1"},
		"conversations.join":    {"channel": "C1"},
		"conversations.history": {"channel": "C1"},
		"conversations.replies": {"channel": "C1", "ts": "1.000001"},
		"users.info":            {"user": "UMIRA"},
	} {
		x := newWorld(t, Config{})
		x.token = x.w.Install("commands")
		res, got, err := x.raw(method, "application/json", x.token, encode(args))
		if err != nil {
			t.Fatal(err)
		}
		var answer object
		if err := json.Unmarshal(got, &answer); err != nil {
			t.Fatal(err)
		}
		if answer["error"] != "missing_scope" || answer["provided"] != "commands" || answer["needed"] == nil || res.Header.Get("X-OAuth-Scopes") != "commands" {
			t.Errorf("%s without a scope: %s", method, got)
		}
	}
}

func TestTokens(t *testing.T) {
	x := newWorld(t, Config{})
	id := x.ok("auth.test", object{})
	if id["user_id"] != x.w.Bot() || id["team_id"] != "T1" {
		t.Errorf("auth.test: %v", id)
	}
	x.ok("auth.revoke", object{})
	x.refused("token_revoked", "auth.test", object{})

	x.token = x.w.Install("chat:write")
	x.refused("invalid_client_id", "apps.uninstall", object{"client_id": "no", "client_secret": "no"})
	x.refused("bad_client_secret", "apps.uninstall", object{"client_id": "10.20", "client_secret": "no"})
	x.ok("apps.uninstall", object{"client_id": "10.20", "client_secret": "fake-client-secret"})
	x.refused("account_inactive", "auth.test", object{})

	bot := x.w.Bot()
	x.token = x.w.Install("chat:write")
	if x.w.Bot() != bot {
		t.Errorf("the app came back with another bot")
	}
	x.refused("not_in_channel", "chat.postMessage", object{"channel": "C1", "text": "a"}) // it has to be invited again
}

func TestFaults(t *testing.T) {
	x := newWorld(t, Config{})
	send := func() (int, string, error) {
		res, got, err := x.raw("chat.postMessage", "application/json", x.token, encode(object{"channel": "C1", "text": "a"}))
		if err != nil {
			return 0, "", err
		}
		return res.StatusCode, string(got), nil
	}
	for _, test := range []struct {
		fault  Fault
		status int
		body   string
		posted int
	}{
		{Busy, 429, "ratelimited", 0},
		{Fail, 503, "", 0},
		{FailAfter, 500, "", 1},
		{BrokenAfter, 200, "_error", 1},
		{Drop, 0, "", 0},
		{DropAfter, 0, "", 1},
		{"is_archived", 200, "is_archived", 0},
		{Pass, 200, `"ok":true`, 1},
	} {
		before := len(x.w.Messages("C1"))
		x.f.Next(1, "chat.update", Fail) // of another method: left alone
		x.f.Next(1, "chat.postMessage", test.fault)
		status, body, err := send()
		if (err != nil) != (test.status == 0) || status != test.status || !strings.Contains(body, test.body) {
			t.Errorf("%s: %d %q, %v", test.fault, status, body, err)
		}
		if posted := len(x.w.Messages("C1")) - before; posted != test.posted {
			t.Errorf("%s: %d posted, want %d", test.fault, posted, test.posted)
		}
	}
	if status, _, err := send(); status != 200 || err != nil {
		t.Errorf("after the scripts: %d, %v", status, err)
	}

	const calls = 400
	x.f.SetFaults(Faults{Busy: .1, Fail: .1, FailAfter: .1, Drop: .1, DropAfter: .1, BrokenAfter: .1})
	before := len(x.w.Messages("C1"))
	seen := map[int]int{}
	for range calls {
		status, _, _ := send()
		seen[status]++
	}
	// 429, 503 and Drop post nothing: about 280 of 400 posted.
	if posted := len(x.w.Messages("C1")) - before; posted < 240 || posted > 320 {
		t.Errorf("%d of %d posted", posted, calls)
	}
	for _, status := range []int{0, 200, 429, 500, 503} {
		if seen[status] == 0 {
			t.Errorf("no call ended with %d: %v", status, seen)
		}
	}
}

func TestRateLimits(t *testing.T) {
	x := newWorld(t, Config{RateLimits: true})
	limited := func(method string, args object) string {
		res, _, err := x.raw(method, "application/json", x.token, encode(args))
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode == 429 {
			return res.Header.Get("Retry-After")
		}
		return ""
	}
	posting := object{"channel": "C1", "text": "a"}
	for i := range 5 {
		if after := limited("chat.postMessage", posting); after != "" {
			t.Fatalf("message %d is refused for %s s", i+1, after)
		}
	}
	if after := limited("chat.postMessage", posting); after != "1" {
		t.Errorf("the sixth message in a second: Retry-After %q", after)
	}
	if after := limited("chat.postMessage", object{"channel": "USAM", "text": "a"}); after != "" {
		t.Errorf("a message elsewhere is refused for %s s", after)
	}
	x.now.add(time.Second)
	if after := limited("chat.postMessage", posting); after != "" {
		t.Errorf("a second later: refused for %s s", after)
	}

	ts := x.w.Messages("C1")[0].TS
	refusedAt := 0
	for i := 1; refusedAt == 0 && i < 100; i++ {
		if limited("chat.update", object{"channel": "C1", "ts": ts, "text": "b"}) != "" {
			refusedAt = i
		}
	}
	if refusedAt != 51 {
		t.Errorf("edit %d of a minute is the first to be refused, want 51", refusedAt)
	}

	x.f.cfg.Distributed = true // nobody else looks
	if after := limited("conversations.history", object{"channel": "C1"}); after != "" {
		t.Errorf("the first look: refused for %s s", after)
	}
	if after := limited("conversations.history", object{"channel": "C1"}); after != "60" {
		t.Errorf("the second look: Retry-After %q", after)
	}
}

func TestClosed(t *testing.T) {
	f := New(Config{})
	f.Close()
	if _, err := f.Dial(t.Context(), "tcp", "slack.fake:80"); err == nil {
		t.Error("a closed fake takes a connection")
	}
}
