package slack

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// TestUninstalled: a workspace that removes the app loses its tokens here and sleeps; a new installation wakes it.
func TestUninstalled(t *testing.T) {
	for _, rotate := range []bool{false, true} {
		o := newOffice(t, rotate)
		b := o.browser()
		expect(t, b.signIn("T1"), http.StatusOK, "type /greenroom")
		expect(t, b.signIn("T2"), http.StatusOK, "type /greenroom")
		o.told()
		if gone, err := o.s.installs.gone(t.Context(), workspace("T1")); gone || err != nil {
			t.Errorf("news that is not true was believed: %v, %v", gone, err)
		}
		if err := o.fake.Workspace("T1").Uninstall(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if gone, err := o.s.installs.gone(t.Context(), workspace("T1")); !gone || err != nil {
				t.Errorf("gone: %v, %v", gone, err)
			}
		}
		if _, err := o.of("T1"); !errors.Is(err, errNotInstalled) {
			t.Errorf("after it is gone: %v", err)
		}
		records, err := o.db.Load(t.Context(), teamRef("T1"))
		if err != nil || strings.Contains(string(records[0].Bytes), "v1:") {
			t.Errorf("the tokens are still there: %s, %v", records[0].Bytes, err)
		}
		if got := o.told(); !slices.Equal(got, []string{"gone slack:T1"}) {
			t.Errorf("the bot heard %q", got)
		}
		o.mustWork("T2")

		o.pass(time.Hour)
		expect(t, b.signIn("T1"), http.StatusOK, "type /greenroom")
		o.mustWork("T1")
		if got := o.told(); !slices.Equal(got, []string{"back slack:T1"}) {
			t.Errorf("the bot heard %q", got)
		}
	}
}

// TestNewsIsNotLost: the bot hears Gone and Back though it was busy, or the process died in between; what it hears last is
// what is.
func TestNewsIsNotLost(t *testing.T) {
	o := newOffice(t, false)
	b := o.browser()
	expect(t, b.signIn("T1"), http.StatusOK, "type /greenroom")
	busy := handlerFunc(func(chat.Event) error { return chat.ErrBusy })
	if err := o.s.installs.tell(t.Context(), busy); !errors.Is(err, chat.ErrBusy) {
		t.Errorf("a busy bot: %v", err)
	}
	o.restart()
	if got := o.told(); !slices.Equal(got, []string{"back slack:T1"}) {
		t.Errorf("the bot heard %q", got)
	}

	// It was told, but that was not noted: it is told once more, as the same event.
	if err := o.fake.Workspace("T1").Uninstall(); err != nil {
		t.Fatal(err)
	}
	o.pass(time.Minute)
	if gone, err := o.s.installs.gone(t.Context(), workspace("T1")); !gone || err != nil {
		t.Fatal(gone, err)
	}
	o.db.fail(1)
	if err := o.s.installs.tell(t.Context(), o); !errors.Is(err, errDisk) {
		t.Errorf("told: %v", err)
	}
	o.restart()
	if err := o.s.installs.tell(t.Context(), o); err != nil {
		t.Error(err)
	}
	if len(o.heard) != 2 || o.heard[0].ID != o.heard[1].ID || o.heard[0].ID.Name == "" || o.heard[0].Kind != chat.Gone {
		t.Errorf("the bot heard %+v", o.heard)
	}
	o.heard = nil

	// Back and gone again before anybody was told: only the last counts.
	expect(t, b.signIn("T1"), http.StatusOK, "type /greenroom")
	if err := o.fake.Workspace("T1").Uninstall(); err != nil {
		t.Fatal(err)
	}
	if gone, err := o.s.installs.gone(t.Context(), workspace("T1")); !gone || err != nil {
		t.Fatal(gone, err)
	}
	if got := o.told(); !slices.Equal(got, []string{"gone slack:T1"}) {
		t.Errorf("the bot heard %q", got)
	}

	// It goes while the bot is being told that it is back: that it is gone is told too.
	expect(t, b.signIn("T1"), http.StatusOK, "type /greenroom")
	err := o.s.installs.tell(t.Context(), handlerFunc(func(e chat.Event) error {
		if err := o.fake.Workspace("T1").Uninstall(); err != nil {
			t.Error(err)
		}
		_, err := o.s.installs.gone(t.Context(), e.Workspace)
		return err
	}))
	if err != nil {
		t.Error(err)
	}
	if got := o.told(); !slices.Equal(got, []string{"gone slack:T1"}) {
		t.Errorf("the bot heard %q", got)
	}

	o.pass(forgetAfter + time.Hour)
	o.told()
	if records, err := o.db.List(t.Context(), "", "", 9); err != nil || len(records) != 0 {
		t.Errorf("after 30 days %v is left, %v", records, err)
	}
}

type handlerFunc func(chat.Event) error

func (f handlerFunc) Handle(_ context.Context, e chat.Event) (chat.Reply, error) {
	return chat.Reply{}, f(e)
}

// TestRevoked: a token that a call finds refused is believed to be gone only where auth.test says so, and a token that was
// taken alone is replaced.
func TestRevoked(t *testing.T) {
	o := newOffice(t, false)
	expect(t, o.browser().signIn("T1"), http.StatusOK, "type /greenroom")
	o.told()
	revoked := func() (bool, error) { return o.s.installs.revoked(t.Context(), workspace("T1")) }
	if gone, err := revoked(); gone || err != nil {
		t.Errorf("a token that works: %v, %v", gone, err)
	}
	for _, unclear := range []slackfake.Fault{slackfake.Drop, slackfake.Fail, slackfake.Busy, "internal_error", "invalid_auth"} {
		o.fake.Next(1, "auth.test", unclear)
		if gone, err := revoked(); gone || err == nil {
			t.Errorf("%s: %v, %v", unclear, gone, err)
		}
	}
	o.mustWork("T1")
	if err := o.fake.Workspace("T1").RevokeToken(); err != nil {
		t.Fatal(err)
	}
	if gone, err := revoked(); !gone || err != nil {
		t.Errorf("a token that is revoked: %v, %v", gone, err)
	}
	if got := o.told(); !slices.Equal(got, []string{"gone slack:T1"}) {
		t.Errorf("the bot heard %q", got)
	}
	if gone, err := o.s.installs.revoked(t.Context(), workspace("T9")); !gone || err != nil {
		t.Errorf("a workspace that never was: %v, %v", gone, err)
	}

	o, first := rotating(t)
	o.told()
	if _, err := o.s.client(first.Token).SendAuthRevokeContext(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if gone, err := revoked(); gone || err != nil {
		t.Errorf("a token that was taken alone: %v, %v", gone, err)
	}
	if in := o.mustWork("T1"); in.Token == first.Token {
		t.Error("the revoked token is still used")
	}
	if got := o.told(); got != nil {
		t.Errorf("the bot heard %q", got)
	}
}

// TestAskAll: what happened while Greenroom was not running is found at the start.
func TestAskAll(t *testing.T) {
	o := newOffice(t, false)
	b := o.browser()
	expect(t, b.signIn("T1"), http.StatusOK, "type /greenroom")
	expect(t, b.signIn("T2"), http.StatusOK, "type /greenroom")
	o.told()
	if err := o.fake.Workspace("T2").Uninstall(); err != nil {
		t.Fatal(err)
	}
	o.restart()
	if err := o.s.installs.askAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.told(); !slices.Equal(got, []string{"gone slack:T2"}) {
		t.Errorf("the bot heard %q", got)
	}
	o.mustWork("T1")
}

// single opens an adapter for the workspace of one bot token.
func (o *office) single(token string) {
	o.t.Helper()
	s, err := New(Config{
		DB: o.db, Log: slog.New(slog.NewTextHandler(o.log, nil)), Now: o.clock, SigningSecret: "s", BotToken: token,
		API: o.fake.API(), Dial: o.fake.Dial,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(s.http.CloseIdleConnections)
	o.s = s
}

func TestSingleWorkspace(t *testing.T) {
	o := newOffice(t, false)
	w := o.fake.Workspace("T1")
	token := w.Install("commands", "chat:write")
	o.single(token)
	in := o.mustWork("T1") // asked before Run too
	if in.Token != token || in.Team != "T1" || in.User != w.Bot() || in.Bot == "" || !slices.Equal(in.Scopes, []string{"commands", "chat:write"}) {
		t.Errorf("installed as %+v", in)
	}
	if _, err := o.of("T2"); !errors.Is(err, errNotInstalled) {
		t.Errorf("another workspace: %v", err)
	}
	start := func() error { return o.s.installs.start(t.Context(), o) }
	if err := start(); err != nil {
		t.Fatal(err)
	}
	if got := o.told(); got != nil {
		t.Errorf("the bot heard %q", got)
	}

	// Removed while it runs: the bot hears it, and only a new token helps.
	if err := w.Uninstall(); err != nil {
		t.Fatal(err)
	}
	if gone, err := o.s.installs.gone(t.Context(), workspace("T1")); !gone || err != nil {
		t.Fatal(gone, err)
	}
	if _, err := o.of("T1"); !errors.Is(err, errNotInstalled) {
		t.Errorf("after it is gone: %v", err)
	}
	var fatal *chat.Fatal
	if err := o.s.installs.run(t.Context(), o); !errors.As(err, &fatal) || !strings.Contains(err.Error(), "set its new bot token") {
		t.Errorf("run: %v", err)
	}
	if len(o.heard) != 1 || o.heard[0].Kind != chat.Gone {
		t.Errorf("the bot heard %+v", o.heard)
	}
	o.heard = nil
	if err := start(); !errors.As(err, &fatal) {
		t.Errorf("a new start with the old token: %v", err)
	}

	o.pass(time.Hour)
	o.single(w.Install("commands"))
	if err := start(); err != nil {
		t.Fatal(err)
	}
	if got := o.told(); !slices.Equal(got, []string{"back slack:T1"}) && len(o.heard) != 0 {
		t.Errorf("the bot heard %q", got)
	}
	o.mustWork("T1")

	// Removed while it did not run.
	if err := w.Uninstall(); err != nil {
		t.Fatal(err)
	}
	o.heard = nil
	o.single(o.s.cfg.BotToken)
	if err := start(); !errors.As(err, &fatal) || !strings.Contains(err.Error(), "account_inactive") {
		t.Errorf("start: %v", err)
	}
	if len(o.heard) != 1 || o.heard[0].Kind != chat.Gone || o.heard[0].Workspace != "slack:T1" {
		t.Errorf("the bot heard %+v", o.heard)
	}
}

func TestSingleWorkspaceThatCannotStart(t *testing.T) {
	o := newOffice(t, false)
	var fatal *chat.Fatal
	o.single("xoxb-unknown")
	err := o.s.installs.start(t.Context(), o)
	if !errors.As(err, &fatal) || !strings.Contains(err.Error(), "invalid_auth") || strings.Contains(err.Error(), "xoxb-unknown") {
		t.Errorf("an unknown token: %v", err)
	}
	o.single(o.fake.Workspace("T1").Install("commands"))
	for _, fault := range []slackfake.Fault{slackfake.Drop, slackfake.Fail, slackfake.Busy, "internal_error"} {
		o.fake.Next(1, "auth.test", fault)
		if err := o.s.installs.start(t.Context(), o); err == nil || errors.As(err, &fatal) {
			t.Errorf("%s is tried again later, not given up: %v", fault, err)
		}
	}
	if err := o.s.installs.start(t.Context(), o); err != nil {
		t.Errorf("after that: %v", err)
	}
	if o.heard != nil {
		t.Errorf("the bot heard %+v", o.heard)
	}
}

// TestInstallsRun: tokens stay fresh for days, news comes at once, and it ends with its context.
func TestInstallsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := slackfake.New(slackfake.Config{Rotate: true})
		defer fake.Close()
		fake.AddWorkspace("T1").AddPerson(slackfake.Person{ID: "UOWNER", Owner: true})
		keys, _ := ring(t, "k")
		s, err := New(Config{
			DB: store.Space(store.NewMemory(), "slack"), Log: slog.New(slog.DiscardHandler), SigningSecret: "s", API: fake.API(), Dial: fake.Dial,
			App: &App{ClientID: "10.20", ClientSecret: clientSecret, Redirect: redirect, Keys: keys},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer s.http.CloseIdleConnections()
		ctx, stop := context.WithCancel(t.Context())
		heard := make(chan chat.Event, 10)
		ended := make(chan error)
		go func() {
			ended <- s.installs.run(ctx, handlerFunc(func(e chat.Event) error { heard <- e; return nil }))
		}()
		synctest.Wait()
		w := fake.Workspace("T1")
		if _, err := s.installs.install(ctx, w.Authorize("UOWNER", redirect, "commands")); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if e := <-heard; e.Kind != chat.Back || time.Since(begun) > time.Second {
			t.Errorf("after %s the bot heard %+v", time.Since(begun), e)
		}
		time.Sleep(5 * 24 * time.Hour)
		r, err := s.installs.load(ctx, "T1")
		if err != nil || r.endsWithin(refreshBefore-2*time.Minute, time.Now()) {
			t.Errorf("after five days the token ends at %v, %v", r.Ends, err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestScopesMissing: what the app may not do, though it must, is said when it starts: later it looks as if Slack did not answer.
func TestScopesMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, byHTTP, slackfake.Config{})
		w.slack.cfg.BotToken = w.hill.Install("commands", "chat:write", "im:write", "im:history")
		w.start()
		for _, s := range requiredScopes {
			w.want(s.Name+" is missing", strings.Contains(w.log.String(), "scope="+s.Name+" "), s.Name == "users:read")
		}
	})
}
