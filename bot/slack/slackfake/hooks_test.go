package slackfake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// inbox is an app's server. It checks signatures as docs.slack.dev asks for, and answers as answer says.
type inbox struct {
	secret string
	answer http.HandlerFunc

	mu  sync.Mutex
	got []letter
}

type letter struct {
	path   string
	header http.Header
	body   []byte
	at     time.Time
}

func (in *inbox) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 1<<20))
	if err != nil {
		rw.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	second, err := strconv.ParseInt(r.Header.Get("X-Slack-Request-Timestamp"), 10, 64)
	mac := hmac.New(sha256.New, []byte(in.secret))
	_, _ = io.WriteString(mac, "v0:"+r.Header.Get("X-Slack-Request-Timestamp")+":"+string(body))
	if err != nil || time.Since(time.Unix(second, 0)).Abs() > 5*time.Minute || r.Header.Get("X-Slack-Signature") != "v0="+hex.EncodeToString(mac.Sum(nil)) {
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	in.mu.Lock()
	in.got = append(in.got, letter{r.URL.Path, r.Header, body, time.Now()})
	in.mu.Unlock()
	if in.answer != nil {
		in.answer(rw, r)
	}
}

func (in *inbox) letters() []letter {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.got
}

// posted is hill with an app that takes HTTP.
func posted(t *testing.T, answer http.HandlerFunc) (*Fake, *Workspace, *inbox) {
	t.Helper()
	f, w := hill(t, Config{SigningSecret: "a secret"})
	in := &inbox{secret: "a secret", answer: answer}
	f.DeliverTo(Hooks{Handler: in})
	return f, w, in
}

func TestHooksCarry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, w, in := posted(t, nil)
		if err := errors.Join(w.DM("U0MIRA", "a < b"), w.Command("U0MIRA", "C0PREP", "/greenroom", "in #interview-prep with @Sam a < b")); err != nil {
			t.Fatal(err)
		}
		got := in.letters()
		if len(got) != 2 || got[0].path != "/slack/events" || got[1].path != "/slack/commands" {
			t.Fatalf("%+v", got)
		}
		var event struct {
			Event struct{ Text, Channel_Type string }
		}
		if err := json.Unmarshal(got[0].body, &event); err != nil || event.Event.Text != "a &lt; b" || event.Event.Channel_Type != "im" {
			t.Errorf("%v: %s", err, got[0].body)
		}
		form, err := url.ParseQuery(string(got[1].body))
		if err != nil || form.Get("text") != "in <#C0PREP|interview-prep> with <@U0SAM|sam> a &lt; b" || form.Get("user_id") != "U0MIRA" ||
			form.Get("is_enterprise_install") != "false" || form.Get("trigger_id") == "" || form.Get("response_url") == "" {
			t.Errorf("%v: %s", err, got[1].body)
		}
		if type1, type2 := got[0].header.Get("Content-Type"), got[1].header.Get("Content-Type"); type1 != "application/json" || type2 != "application/x-www-form-urlencoded" {
			t.Errorf("%q, %q", type1, type2)
		}
	})
}

func TestHooksRetryEvents(t *testing.T) {
	refuse := func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) }
	sleep := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for _, c := range []struct {
		name    string
		answer  http.HandlerFunc
		reasons []string
		seconds []int // after the first
		command error
	}{
		{"refused", refuse, []string{"", "http_error", "http_error", "http_error"}, []int{0, 0, 60, 360}, DispatchFailed},
		{"silent", sleep, []string{"", "http_timeout", "http_timeout", "http_timeout"}, []int{0, 3, 66, 369}, OperationTimeout},
		{"no retry", func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("X-Slack-No-Retry", "1")
			rw.WriteHeader(http.StatusInternalServerError)
		}, []string{""}, []int{0}, DispatchFailed},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			[]string{"", "connection_failed", "connection_failed", "connection_failed"}, []int{0, 0, 60, 360}, DispatchFailed},
		{"redirects", func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "/slack/events", http.StatusTemporaryRedirect)
		},
			nil, nil, DispatchFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, w, in := posted(t, c.answer)
				began := time.Now()
				if err := w.DM("U0MIRA", "hello"); err != nil {
					t.Fatal(err)
				}
				got := in.letters()
				if f.Unacknowledged() != 1 || c.reasons != nil && len(got) != len(c.reasons) {
					t.Fatalf("%d deliveries, %d given up", len(got), f.Unacknowledged())
				}
				for i, why := range c.reasons {
					number := ""
					if i > 0 {
						number = strconv.Itoa(i)
					}
					if h := got[i].header; h.Get("X-Slack-Retry-Num") != number || h.Get("X-Slack-Retry-Reason") != why ||
						got[i].at.Sub(began) != time.Duration(c.seconds[i])*time.Second {
						t.Errorf("delivery %d after %v: %v", i, got[i].at.Sub(began), h)
					}
				}
				if c.reasons == nil && len(got) != 4*(maxRedirects+1) {
					t.Errorf("%d requests", len(got))
				}
				before := len(in.letters())
				err := w.Command("U0MIRA", "C0PREP", "/greenroom", "")
				if n := len(in.letters()) - before; !errors.Is(err, c.command) || c.reasons != nil && n != 1 {
					t.Errorf("a command was delivered %d times, and the person sees %v", n, err)
				}
			})
		})
	}
}

func TestHooksRecover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		f, w, in := posted(t, func(rw http.ResponseWriter, _ *http.Request) {
			if n++; n < 3 {
				rw.WriteHeader(http.StatusBadGateway)
			}
		})
		if err := w.DM("U0MIRA", "hello"); err != nil || len(in.letters()) != 3 || f.Unacknowledged() != 0 {
			t.Errorf("%v, %d deliveries", err, len(in.letters()))
		}
	})
}

func TestHooksOverTCP(t *testing.T) {
	in := &inbox{secret: "a secret"}
	server := httptest.NewServer(in)
	defer server.Close()
	f, w := hill(t, Config{SigningSecret: "a secret"})
	f.DeliverTo(Hooks{URL: server.URL, Events: "/all", Commands: "/all"})
	if err := errors.Join(w.DM("U0MIRA", "hello"), w.Command("U0MIRA", "C0PREP", "/greenroom", "")); err != nil || len(in.letters()) != 2 {
		t.Errorf("%v, %d deliveries", err, len(in.letters()))
	}
	if in.letters()[0].path != "/all" {
		t.Errorf("%+v", in.letters()[0])
	}
}

func TestHooksVerify(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		ok     bool
	}{
		{"plain", func(rw http.ResponseWriter, r *http.Request) { challenge(rw, r, false) }, true},
		{"JSON", func(rw http.ResponseWriter, r *http.Request) { challenge(rw, r, true) }, true},
		{"nothing", nil, false},
	} {
		f, _ := hill(t, Config{})
		f.DeliverTo(Hooks{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if c.answer != nil {
				c.answer(rw, r)
			}
		})})
		if err := f.VerifyURL(t.Context()); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if err := f.CheckSSL(t.Context()); c.answer == nil && err != nil {
			t.Error(err)
		}
	}
}

func challenge(rw http.ResponseWriter, r *http.Request, asJSON bool) {
	var said struct{ Challenge, Type string }
	if json.NewDecoder(r.Body).Decode(&said) != nil || said.Type != "url_verification" {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	if asJSON {
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(map[string]string{"challenge": said.Challenge})
		return
	}
	_, _ = io.WriteString(rw, said.Challenge)
}

// What Slack would never send is told apart from what it sends by an app that checks as Slack asks.
func TestHooksAttacks(t *testing.T) {
	_, w, in := posted(t, nil)
	if _, err := w.Attack(context.Background(), Forged); err == nil {
		t.Error("there was nothing yet to forge")
	}
	if err := w.DM("U0MIRA", "hello"); err != nil {
		t.Fatal(err)
	}
	want := map[Attack]int{Replayed: 200, Deep: 200, Binary: 200, Huge: 413} // rightly signed: up to the app
	for _, attack := range Attacks {
		status, err := w.Attack(context.Background(), attack)
		expect := want[attack]
		if expect == 0 {
			expect = http.StatusUnauthorized
		}
		if err != nil || status != expect && (attack != Huge || status != 0) {
			t.Errorf("%s: %d, %v", attack, status, err)
		}
		if got := in.letters(); attack == Replayed && string(got[len(got)-1].body) != string(got[0].body) {
			t.Errorf("a replay differs: %s", got[len(got)-1].body)
		}
	}
}
