package slack

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// office is an adapter with OAuth, a fake Slack with workspace T1 and its owner, and a bot that remembers what it heard.
type office struct {
	t    *testing.T
	fake *slackfake.Fake
	db   *brittle
	keys Keys
	s    *Slack
	hall http.Handler // /slack/install and /slack/oauth
	log  *safeBuffer

	mu    sync.Mutex
	now   time.Time
	heard []chat.Event
	calls []string // methods of the Web API that were asked
}

const (
	redirect     = "https://greenroom.example.org/slack/oauth"
	clientSecret = "fake-client-secret"
)

// newOffice opens an office; rotate: tokens end after twelve hours.
func newOffice(t *testing.T, rotate bool) *office {
	t.Helper()
	others := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, others) })
	o := &office{t: t, db: &brittle{DB: store.Space(store.NewMemory(), "slack")}, log: &safeBuffer{}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	o.fake = slackfake.New(slackfake.Config{Now: o.clock, Rotate: rotate})
	o.fake.DeliverTo(slackfake.Hooks{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}) // events are tested elsewhere
	t.Cleanup(o.fake.Close)
	for _, team := range []string{"T1", "T2"} {
		o.fake.AddWorkspace(team).AddPerson(slackfake.Person{ID: "UOWNER", Name: "Owner", Owner: true})
	}
	o.keys, _ = ring(t, "k1")
	o.restart()
	t.Cleanup(func() { // whatever happened, nothing secret was logged
		for _, secret := range []string{"xox", clientSecret, "10.20.0"} {
			if strings.Contains(o.log.String(), secret) {
				t.Errorf("the log has a secret that begins with %q:\n%s", secret, o.log)
			}
		}
	})
	return o
}

// restart makes a new adapter over the same store, as a new process would.
func (o *office) restart() {
	o.t.Helper()
	s, err := New(Config{
		DB: o.db, Log: slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: o.clock,
		SigningSecret: "s", API: o.fake.API(), Dial: o.fake.Dial,
		App: &App{ClientID: "10.20", ClientSecret: clientSecret, Redirect: redirect, Keys: o.keys},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	inner := s.http.Transport
	s.http.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		o.mu.Lock()
		o.calls = append(o.calls, strings.TrimPrefix(r.URL.Path, "/api/"))
		o.mu.Unlock()
		return inner.RoundTrip(r)
	})
	o.t.Cleanup(inner.(*transport).CloseIdleConnections)
	mux := http.NewServeMux()
	s.installs.serveOAuth(mux)
	o.s, o.hall = s, mux
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

// asked counts the calls of a method.
func (o *office) asked(method string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, m := range o.calls {
		if m == method {
			n++
		}
	}
	return n
}

// Handle is the bot.
func (o *office) Handle(_ context.Context, e chat.Event) (chat.Reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heard = append(o.heard, e)
	return chat.Reply{}, nil
}

// told looks after the installations once and takes what the bot has heard since: "gone slack:T1".
func (o *office) told() []string {
	o.t.Helper()
	if err := o.s.installs.look(o.t.Context(), o); err != nil {
		o.t.Error(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	var told []string
	for _, e := range o.heard {
		told = append(told, string(e.Kind)+" "+string(e.Workspace))
	}
	o.heard = nil
	return told
}

func (o *office) of(team string) (install, error) {
	return o.s.installs.of(o.t.Context(), workspace(team))
}

// mustWork fails the test unless Slack takes the token of a workspace.
func (o *office) mustWork(team string) install {
	o.t.Helper()
	in, err := o.of(team)
	if err != nil {
		o.t.Fatalf("workspace %s: %v", team, err)
	}
	if who, err := o.s.client(in.Token).AuthTestContext(o.t.Context()); err != nil || who.TeamID != team {
		o.t.Fatalf("the token of workspace %s: %+v, %v", team, who, err)
	}
	return in
}

// browser has cookies and a page before it.
type browser struct {
	o   *office
	jar *cookiejar.Jar
}

func (o *office) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return &browser{o, jar}
}

// get asks our pages; it follows nothing.
func (b *browser) get(address string) *httptest.ResponseRecorder {
	b.o.t.Helper()
	u, err := url.Parse(redirect)
	if err != nil {
		b.o.t.Fatal(err)
	}
	if u, err = u.Parse(address); err != nil {
		b.o.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, u.String(), nil)
	for _, c := range b.jar.Cookies(u) {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.o.hall.ServeHTTP(w, r)
	b.jar.SetCookies(u, w.Result().Cookies())
	return w
}

// begin presses "Add to Slack": the address of Slack's page.
func (b *browser) begin() *url.URL {
	b.o.t.Helper()
	w := b.get("/slack/install")
	to, err := url.Parse(w.Header().Get("Location"))
	if w.Code != http.StatusFound || err != nil {
		b.o.t.Fatalf("/slack/install: %d %v", w.Code, w.Header())
	}
	return to
}

// allow is what Slack's page sends the browser back to, for one workspace.
func (b *browser) allow(page *url.URL, team string) string {
	b.o.t.Helper()
	q := page.Query()
	q.Set("team", team)
	page.RawQuery = q.Encode()
	w := httptest.NewRecorder()
	b.o.fake.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, page.String(), nil))
	if w.Code != http.StatusFound {
		b.o.t.Fatalf("Slack's page: %d %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func (b *browser) signIn(team string) *httptest.ResponseRecorder {
	b.o.t.Helper()
	return b.get(b.allow(b.begin(), team))
}

// expect fails the test unless a page has a status and a text.
func expect(t *testing.T, w *httptest.ResponseRecorder, status int, text string) {
	t.Helper()
	if w.Code != status || !strings.Contains(w.Body.String(), text) {
		t.Errorf("%d %s, want %d with %q", w.Code, w.Body, status, text)
	}
	if h := w.Header(); h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("the page is not careful: %v", h)
	}
	for _, secret := range []string{"xox", clientSecret, "code="} {
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("the page has %q: %s", secret, w.Body)
		}
	}
}

// TestSignInsAreLimited: whoever comes again and again with codes that are none neither fills the store nor uses up what Slack allows
// the app; a moment later others sign in.
func TestSignInsAreLimited(t *testing.T) {
	o := newOffice(t, false)
	b := o.browser()
	tried := 0
	for range 200 {
		w := b.get("/slack/oauth?code=guess&state=" + url.QueryEscape(b.begin().Query().Get("state")))
		if w.Code != http.StatusTooManyRequests {
			tried++
			continue
		}
		expect(t, w, http.StatusTooManyRequests, "in a minute")
	}
	if n := o.asked("oauth.v2.access"); n != tried || n > 30 {
		t.Errorf("Slack was asked %d times, for %d pages", n, tried)
	}
	o.pass(time.Minute)
	expect(t, b.signIn("T1"), http.StatusOK, "type /greenroom")
}

func TestSignIn(t *testing.T) {
	o := newOffice(t, false)
	if _, err := o.of("T1"); !errors.Is(err, errNotInstalled) {
		t.Errorf("before: %v", err)
	}
	b := o.browser()
	page := b.begin()
	if page.Host != "slack.fake" || page.Path != "/oauth/v2/authorize" {
		t.Errorf("the browser is sent to %s", page)
	}
	if got := page.Query(); got.Get("client_id") != "10.20" || got.Get("redirect_uri") != redirect ||
		got.Get("scope") != "commands,chat:write,im:write,im:history,users:read,app_mentions:read,channels:history,groups:history,channels:read,groups:read,files:write" {
		t.Errorf("Slack is asked for %v", got)
	}
	expect(t, b.get(b.allow(page, "T1")), http.StatusOK, "type /greenroom")

	in := o.mustWork("T1")
	if in.Bot == "" || in.User != o.fake.Workspace("T1").Bot() || in.App != "A0GREENROOM" || !in.can("files:write") || in.can("admin") {
		t.Errorf("installed as %+v", in)
	}
	if _, err := o.of("T2"); !errors.Is(err, errNotInstalled) {
		t.Errorf("another workspace: %v", err)
	}
	if got := o.told(); !slices.Equal(got, []string{"back slack:T1"}) {
		t.Errorf("the bot heard %q", got)
	}
	if got := o.told(); got != nil {
		t.Errorf("the bot heard again %q", got)
	}
	o.nothingInClear(in.Token)
	o.restart()
	if again := o.mustWork("T1"); again.Token != in.Token {
		t.Error("after a restart the token is another")
	}
}

// nothingInClear fails the test if the store holds a token as it is.
func (o *office) nothingInClear(tokens ...string) {
	o.t.Helper()
	records, err := o.db.List(o.t.Context(), "", "", 100)
	if err != nil || len(records) == 0 {
		o.t.Fatalf("%d records, %v", len(records), err)
	}
	for _, r := range records {
		for _, token := range append(tokens, "xox", clientSecret) {
			if bytes.Contains(r.Bytes, []byte(token)) {
				o.t.Errorf("record %s holds %q: %s", r.Ref, token, r.Bytes)
			}
		}
	}
}

func TestSignInTwiceAndTwoTabs(t *testing.T) {
	o := newOffice(t, false)
	b := o.browser()
	first, second := b.begin(), b.begin()
	back := b.allow(first, "T1")
	expect(t, b.get(b.allow(second, "T2")), http.StatusOK, "Workspace: T2")
	expect(t, b.get(back), http.StatusOK, "Workspace: T1")
	before := o.mustWork("T1")
	expect(t, b.signIn("T1"), http.StatusOK, "Workspace: T1")
	if after := o.mustWork("T1"); after.Token == before.Token {
		t.Error("the second installation of a workspace keeps the token of the first")
	}
	o.mustWork("T2")
}

func TestSignInRefusesStates(t *testing.T) {
	o := newOffice(t, false)
	const over = "This sign-in is over"
	b := o.browser()
	state := func(address, state string) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set("state", state)
		u.RawQuery = q.Encode()
		return u.String()
	}

	good := b.allow(b.begin(), "T1")
	expect(t, o.browser().get(good), http.StatusBadRequest, over) // another browser
	expect(t, b.get(state(good, "")), http.StatusBadRequest, over)
	expect(t, b.get(state(good, "x")), http.StatusBadRequest, over)
	expect(t, b.get("/slack/oauth?code=x"), http.StatusBadRequest, over)
	forged := newState(&App{ClientSecret: "another"}, o.clock())
	b.jar.SetCookies(mustURL(t, redirect), []*http.Cookie{o.s.installs.cookie(forged, forged.text, stateFor)})
	expect(t, b.get(state(good, forged.text)), http.StatusBadRequest, over)
	if o.asked("oauth.v2.access") != 0 {
		t.Error("a code was exchanged for a state that was refused")
	}
	expect(t, b.get(good), http.StatusOK, "type /greenroom")
	expect(t, b.get(good), http.StatusBadRequest, over)
	if n := o.asked("oauth.v2.access"); n != 1 {
		t.Errorf("codes were exchanged %d times", n)
	}

	// Whoever keeps the cookie cannot use the state again either.
	kept := b.begin()
	text := kept.Query().Get("state")
	s, err := parseState(o.s.cfg.App, text, o.clock())
	if err != nil {
		t.Fatal(err)
	}
	expect(t, b.get(b.allow(kept, "T1")), http.StatusOK, "type /greenroom")
	b.jar.SetCookies(mustURL(t, redirect), []*http.Cookie{o.s.installs.cookie(s, text, stateFor)})
	expect(t, b.get(state(good, text)), http.StatusBadRequest, over)
	if n := o.asked("oauth.v2.access"); n != 2 {
		t.Errorf("codes were exchanged %d times", n)
	}

	old := b.allow(b.begin(), "T1")
	o.pass(stateFor + time.Second)
	expect(t, b.get(old), http.StatusBadRequest, over)
	early := newState(o.s.cfg.App, o.clock().Add(time.Hour))
	if _, err := parseState(o.s.cfg.App, early.text, o.clock()); err == nil {
		t.Error("a state from the future was taken")
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestSignInCookies(t *testing.T) {
	o := newOffice(t, false)
	w := o.browser().get("/slack/install")
	c := w.Result().Cookies()[0]
	if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 600 {
		t.Errorf("the cookie is %+v", c)
	}
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the way to Slack is not careful: %v", w.Header())
	}
}

func TestSignInThatEndsAtSlack(t *testing.T) {
	o := newOffice(t, false)
	b := o.browser()
	state := b.begin().Query().Get("state")
	expect(t, b.get("/slack/oauth?error=access_denied&state="+state), http.StatusOK, "Nothing was installed")

	state = b.begin().Query().Get("state")
	code := o.fake.AuthorizeOrg("UADMIN", redirect, "commands")
	expect(t, b.get("/slack/oauth?code="+code+"&state="+state), http.StatusForbidden, "Greenroom is for one workspace")
	if o.asked("auth.revoke") != 1 {
		t.Error("the token of the organisation was not given back")
	}

	state = b.begin().Query().Get("state")
	expect(t, b.get("/slack/oauth?code=10.20.0guessed&state="+state), http.StatusBadGateway, "That did not work")
	state = b.begin().Query().Get("state")
	expect(t, b.get("/slack/oauth?state="+state), http.StatusBadGateway, "That did not work")

	for _, fault := range []slackfake.Fault{slackfake.Fail, slackfake.FailAfter, slackfake.Drop, slackfake.DropAfter, slackfake.Busy, "bad_client_secret"} {
		o.fake.Next(1, "oauth.v2.access", fault)
		expect(t, b.signIn("T1"), http.StatusBadGateway, "That did not work")
	}
	o.db.fail(1)
	expect(t, b.signIn("T1"), http.StatusInternalServerError, "That did not work") // the state is not noted
	if records, err := o.db.List(t.Context(), "", "", 10); err != nil || len(records) != 0 {
		t.Errorf("something was kept: %v, %v", records, err)
	}
	if !strings.Contains(o.log.String(), "bad_client_secret") {
		t.Errorf("the log does not say why: %s", o.log)
	}

	o.fake.Next(1, "auth.test", slackfake.Fail) // the installation does not hang on it
	expect(t, b.signIn("T1"), http.StatusOK, "type /greenroom")
	o.mustWork("T1")
}

func TestAppIsChecked(t *testing.T) {
	keys, _ := ring(t, "k")
	for _, app := range []App{
		{ClientSecret: "s", Redirect: redirect, Keys: keys},
		{ClientID: "1.2", Redirect: redirect, Keys: keys},
		{ClientID: "1.2", ClientSecret: "s", Redirect: "/slack/oauth", Keys: keys},
		{ClientID: "1.2", ClientSecret: "s", Redirect: redirect},
	} {
		if _, err := New(Config{DB: store.NewMemory(), SigningSecret: "s", App: &app}); err == nil {
			t.Errorf("%+v was taken", app)
		}
	}
	good := App{ClientID: "1.2", ClientSecret: "s", Redirect: redirect, Keys: keys}
	if _, err := New(Config{DB: store.NewMemory(), SigningSecret: "s", App: &good, BotToken: "xoxb-1"}); err == nil {
		t.Error("an app beside a bot token was taken: whoever signed in would be kept and never served")
	}
}

// brittle is a store whose next commits can be made to fail.
type brittle struct {
	store.DB
	mu    sync.Mutex
	fails int
	after int // of so many that pass
}

var errDisk = errors.New("the disk is full")

// fail makes the next n commits that write fail.
func (b *brittle) fail(n int) { b.failAfter(0, n) }

func (b *brittle) failAfter(pass, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.after, b.fails = pass, n
}

func (b *brittle) Commit(ctx context.Context, u store.Unit) error {
	b.mu.Lock()
	writes := len(u.Put) > 0 || u.Event.Name != ""
	failing := writes && b.after == 0 && b.fails > 0
	switch {
	case failing:
		b.fails--
	case writes && b.after > 0:
		b.after--
	}
	b.mu.Unlock()
	if failing {
		return errDisk
	}
	return b.DB.Commit(ctx, u)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// safeBuffer is written by many.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
