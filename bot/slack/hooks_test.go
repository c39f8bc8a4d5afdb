package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// signed is a request as Slack signs it.
func signed(path, contentType, body string, at time.Time) *http.Request {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	second := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(fakeSigningSecret))
	fmt.Fprintf(mac, "v0:%s:%s", second, body)
	r.Header.Set("X-Slack-Request-Timestamp", second)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	r.Header.Set("Content-Type", contentType)
	return r
}

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// ask sends a request to the hooks and gives the answer.
func (w *world) ask(r *http.Request) (status int, body string) {
	rec := httptest.NewRecorder()
	w.slack.Hooks().ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

const commandBody = "team_id=T0HILL&channel_id=C0PREP&user_id=U0MIRA&command=%2Fgreenroom&text=help&trigger_id=1.2.3&is_enterprise_install=false" +
	"&response_url=http%3A%2F%2Fslack.fake%2Fresponse%2Fnone"

// The bot hears nothing of what Slack did not sign, or signed another time, or what nobody can read.
func TestAttacks(t *testing.T) {
	want := map[slackfake.Attack]int{
		slackfake.Forged: 401, slackfake.Unsigned: 401, slackfake.Tampered: 401, slackfake.Truncated: 401, slackfake.Overflow: 401,
		slackfake.Stale: 401, slackfake.Future: 401, slackfake.Replayed: 409, slackfake.Huge: 413,
		slackfake.Deep: 200, slackfake.Binary: 200, // they come from Slack, and would come again the same
	}
	inWorld(t, byHTTP, func(w *world) {
		w.must(w.hill.DM("U0MIRA", "help"))
		synctest.Wait()
		w.bot.got()
		for _, how := range slackfake.Attacks {
			status, err := w.hill.Attack(w.Context(), how)
			if err != nil || status != want[how] && !(how == slackfake.Huge && status == 0) {
				w.Errorf("%s: answered %d, %v; want %d", how, status, err, want[how])
			}
		}
		synctest.Wait()
		time.Sleep(time.Second) // the fake's server lingers over the ten megabytes
		w.want("handed over", len(w.bot.got()), 0)
		w.want("refusals logged in the first minute", strings.Count(w.log.String(), "requests were refused"), 1)
		w.must(w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "help"))
		w.want("still there", w.whispers("U0MIRA"), []string{"Hello."})
	})
}

// Slack's clock may differ from ours by five minutes, and no second more.
func TestSignedWithin(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		for off, want := range map[time.Duration]int{0: 200, 5 * time.Minute: 200, -5 * time.Minute: 200, 301 * time.Second: 401, -301 * time.Second: 401} {
			body := strings.Replace(commandBody, "1.2.3", off.String(), 1)
			if status, _ := w.ask(signed("/slack/commands", formType, body, time.Now().Add(off))); status != want {
				w.Errorf("%v off: %d, want %d", off, status, want)
			}
		}
	})
}

// A request that was answered is refused the second time; one that was not taken is welcome again, with the same signature.
func TestReplay(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		message := `{"team_id":"T0HILL","type":"event_callback","event_id":"Ev1","event_time":946684800,"event":{"type":"message","channel_type":"im","user":"U0MIRA","channel":"D0","text":"help","ts":"946684800.000100"}}`
		at := time.Now()
		busy := func(context.Context, chat.Event) (chat.Reply, error) { return chat.Reply{}, chat.ErrBusy }
		w.bot.will(busy)
		for i, want := range []int{503, 503, 200, 409, 409} {
			if i == 2 {
				w.bot.will(saying("Hello."))
			}
			r := signed("/slack/events", jsonType, message, at)
			r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(i))
			if status, _ := w.ask(r); status != want {
				w.Errorf("time %d: %d, want %d", i+1, status, want)
			}
		}
		w.want("handed over", len(w.bot.got()), 3)
		if status, _ := w.ask(signed("/slack/events", jsonType, message, at.Add(time.Second))); status != 200 {
			w.Errorf("signed anew, as Slack does: %d", status)
		}
		synctest.Wait()
		w.want("answered", len(w.bot.got()), 0)
	})
}

// A form that is delivered again gets the same answer again: an empty one would close it.
func TestFormIsDeliveredAgain(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		w.bot.will(saying("3 of 5"))
		body := "payload=" + url.QueryEscape(string(payload(t, "submission")))
		_, first := w.ask(signed("/slack/interactive", formType, body, time.Now()))
		_, again := w.ask(signed("/slack/interactive", formType, body, time.Now().Add(time.Second)))
		w.want("the answers are alike", first == again && strings.Contains(first, "3 of 5"), true)
		w.want("handed over", len(w.bot.got()), 1)
	})
}

func TestRequests(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		now := time.Now()
		get := func(path string) *http.Request { return httptest.NewRequest("GET", path, nil) }
		for _, test := range []struct {
			name   string
			r      *http.Request
			status int
			body   string
		}{
			{"the address is verified", signed("/slack/events", jsonType, `{"token":"x","challenge":"3eZbrw1aB","type":"url_verification"}`, now), 200, "3eZbrw1aB"},
			{"verified by nobody", httptest.NewRequest("POST", "/slack/events", strings.NewReader(`{"challenge":"3eZbrw1aB","type":"url_verification"}`)), 401, ""},
			{"the certificate is looked at", get("/slack/commands?ssl_check=1&token=x"), 200, ""},
			{"the certificate is looked at by a form", signed("/slack/commands", formType, "ssl_check=1&token=x", now), 200, ""},
			{"somebody looks", get("/slack/events"), 405, ""},
			{"put", httptest.NewRequest("PUT", "/slack/events", nil), 405, ""},
			{"elsewhere", signed("/slack/other", formType, commandBody, now), 404, ""},
			{"a command", signed("/slack/commands", formType, commandBody, now), 200, "Hello."},
			{"a command at another address", signed("/slack/events", formType, strings.Replace(commandBody, "1.2.3", "4", 1), now), 200, "Hello."},
			{"no content type", signed("/slack/commands", "", commandBody+"&a=1", now), 200, ""},
			{"a text", signed("/slack/events", "text/plain", `{"type":"event_callback"}`, now), 200, ""},
			{"a form that is none", signed("/slack/interactive", formType, "payload=%zz", now), 200, ""},
			{"an empty payload", signed("/slack/interactive", formType, "payload=", now), 200, ""},
			{"a payload in the address", signed("/slack/interactive?payload=%7B%7D", formType, "", now), 200, ""},
			{"nothing", signed("/slack/events", jsonType, " ", now), 200, ""},
			{"limited", signed("/slack/events", jsonType, `{"type":"app_rate_limited","team_id":"T0HILL","minute_rate_limited":1}`, now), 200, ""},
			{"a body that is too large", signed("/slack/events", jsonType, strings.Repeat(" ", maxBody+1), now), 413, ""},
			{"a body that is large", signed("/slack/events", jsonType, strings.Repeat(" ", maxBody), now), 200, ""},
		} {
			status, body := w.ask(test.r)
			if status != test.status || !strings.Contains(body, test.body) || status == 200 && test.body == "" && body != "" {
				w.Errorf("%s: %d %q", test.name, status, body)
			}
		}
		w.want("handed over", len(w.bot.got()), 2)
	})
}

// Before and after Run, and without a signing secret, nothing is taken.
func TestHooksWithoutRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, byHTTP, slackfake.Config{})
		hooks := w.slack.Hooks()
		knock := func(when string, want int) {
			rec := httptest.NewRecorder()
			hooks.ServeHTTP(rec, signed("/slack/commands", formType, strings.Replace(commandBody, "1.2.3", url.QueryEscape(when), 1), time.Now()))
			if rec.Code != want {
				t.Errorf("%s: %d, want %d", when, rec.Code, want)
			}
		}
		knock("before", 503)
		w.start()
		knock("while", 200)
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		knock("after", 503)

		other := newWorld(t, bySocket, slackfake.Config{})
		other.start()
		if status, _ := other.ask(signed("/slack/commands", formType, commandBody, time.Now())); status != 503 {
			t.Errorf("without a signing secret: %d", status)
		}
	})
}

// More requests than are taken: the rest is refused, people get a sentence, and all goes on afterwards.
func TestFull(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		w.bot.will(saysAfter(time.Second, "Hello."))
		answers := make(chan string, 2000)
		for i := range mostTaken + mostRefused + 100 {
			go func() {
				status, body := w.ask(signed("/slack/commands", formType, strings.Replace(commandBody, "1.2.3", strconv.Itoa(i), 1), time.Now()))
				switch {
				case strings.Contains(body, "Hello."):
					answers <- "answered"
				case strings.Contains(body, "Too much is going on"):
					answers <- "told"
				default:
					answers <- strconv.Itoa(status)
				}
			}()
		}
		time.Sleep(time.Minute)
		got := map[string]int{}
		for len(answers) > 0 {
			got[<-answers]++
		}
		// Those that are told are done at once, so more than mostRefused may be.
		if got["answered"] != mostOfOne || got["told"] < mostRefused || got["answered"]+got["told"]+got["503"] != mostTaken+mostRefused+100 {
			w.Errorf("%v", got)
		}
		if status, body := w.ask(signed("/slack/commands", formType, commandBody, time.Now())); status != 200 || !strings.Contains(body, "Hello.") {
			w.Errorf("afterwards: %d %q", status, body)
		}
	})
}

// A workspace in a flood, whose bot and whose Slack are slow, leaves room for the others.
func TestFlood(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		w.bot.will(saysAfter(20*time.Second, "Hello."))
		w.slack.http.Transport = stalling{w.slack.http.Transport}
		for i := range mostTaken + mostRefused {
			click := strings.Replace(string(payload(t, "click_private")), "1795424410.000000", fmt.Sprintf("1795424410.%06d", i), 1)
			go w.ask(signed("/slack/interactive", formType, "payload="+url.QueryEscape(click), time.Now()))
		}
		synctest.Wait()
		body := strings.Replace(commandBody, "T0HILL", "T0VALE", 1)
		if status, said := w.ask(signed("/slack/commands", formType, body, time.Now())); status != 200 || !strings.Contains(said, "not installed") {
			w.Errorf("another workspace: %d %q", status, said)
		}
		time.Sleep(5 * time.Minute)
		if status, said := w.ask(signed("/slack/commands", formType, commandBody, time.Now())); status != 200 || !strings.Contains(said, "Working") && said != "" {
			w.Errorf("the same one, afterwards: %d %q", status, said)
		}
	})
}

// Who opens the home page again and again while Slack is slow has it drawn for the first time and for the last.
func TestHomeIsOpenedOften(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		w.slack.http.Transport = stalling{w.slack.http.Transport}
		for i := range 50 {
			body := fmt.Sprintf(`{"team_id":"T0HILL","type":"event_callback","event_id":"Ev%d","event_time":946684800,"event":{"type":"app_home_opened","tab":"home","user":"U0SAM","channel":"D0"}}`, i)
			go w.ask(signed("/slack/events", jsonType, body, time.Now()))
		}
		time.Sleep(10 * time.Minute)
		w.want("drawn", len(w.bot.got()), 2)
		home, _ := w.hill.Home("U0SAM")
		w.want("the home page", strings.TrimSpace(home.Plain), "Hello.")
	})
}

// stalling makes each request slow.
type stalling struct{ next http.RoundTripper }

func (s stalling) RoundTrip(r *http.Request) (*http.Response, error) {
	sleep(r.Context(), 10*time.Second)
	return s.next.RoundTrip(r)
}

// The replays that are remembered are bounded, and kept for as long as their time would be accepted.
func TestReplays(t *testing.T) {
	var r replays
	begun := time.Unix(0, 0)
	if !r.claim(1, begun) || r.claim(1, begun) {
		t.Error("the second claim was let through")
	}
	if r.release(1); !r.claim(1, begun) {
		t.Error("what was released is refused")
	}
	// A request of five minutes ahead is accepted for ten minutes.
	for age := range 20 {
		if again := r.claim(1, begun.Add(time.Duration(age)*30*time.Second)); again {
			t.Errorf("let through after %v", time.Duration(age)*30*time.Second)
		}
	}
	for s := range signature(3 * replaysMost) {
		r.claim(s+10, begun)
	}
	if n := len(r.young) + len(r.old); n > 2*replaysMost {
		t.Errorf("%d are remembered", n)
	}
}

// A request is late when it took longer than others, not when two clocks differ.
func TestLag(t *testing.T) {
	var l lag
	begun := time.Unix(1e9, 0)
	for i, test := range []struct{ at, took, late time.Duration }{
		{0, 3 * time.Minute, 0}, // the first is the measure
		{time.Second, 3*time.Minute + 5*time.Second, 5 * time.Second},
		{2 * time.Second, 3*time.Minute - time.Second, 0},
		{3 * time.Second, 3 * time.Minute, time.Second},
		{lagSpan + time.Second, 3 * time.Minute, time.Second}, // the quickest is not forgotten at once
		{2*lagSpan + 2*time.Second, 3 * time.Minute, 0},
		{time.Hour, -4 * time.Minute, 0}, // our clock was set back
		{time.Hour + time.Second, -4*time.Minute + 4*time.Second, 4 * time.Second},
	} {
		now := begun.Add(test.at)
		if got := l.of(now.Add(-test.took), now); got != test.late {
			t.Errorf("%d: %v late, want %v", i, got, test.late)
		}
	}
}

// Whatever a body holds, it is understood or refused, and only ever as what its type says.
func FuzzUnwrap(f *testing.F) {
	for _, seed := range []struct{ kind, body string }{
		{jsonType, `{"type":"url_verification","challenge":"x"}`}, {jsonType, `{"type":"event_callback","team_id":"T","event":{"type":"message"}}`},
		{formType, commandBody}, {formType, "payload=" + url.QueryEscape(`{"type":"block_actions"}`)}, {formType, "ssl_check=1"},
		{formType, "payload=%7B&payload=2"}, {"application/json; charset=utf-8", strings.Repeat("[", 200)}, {"multipart/form-data; boundary=x", "--x--"}, {"", ""},
	} {
		f.Add(seed.kind, []byte(seed.body))
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		got, err := unwrap(contentType, bytes.Clone(body))
		if err != nil {
			return
		}
		if (got.reply == nil) == (got.kind == "") {
			t.Errorf("neither a payload nor a reply, or both: %+v", got)
		}
		if got.reply == nil {
			in, err := Decode(got.kind, got.body, now, now)
			if err == nil && (in.Event.Kind == "" || in.Event.Workspace == "") {
				t.Errorf("an event without kind or workspace: %+v", in)
			}
		}
	})
}

// A signature holds for the bytes, the time and the secret that it was made with, and for nothing else.
func FuzzVerify(f *testing.F) {
	f.Add([]byte("body"), byte(0), "v0=00")
	f.Fuzz(func(t *testing.T, body []byte, flip byte, forged string) {
		r := signed("/", formType, string(body), now)
		if _, err := verify(r.Header, body, fakeSigningSecret); err != nil {
			t.Errorf("Slack's own: %v", err)
		}
		if _, err := verify(r.Header, append(body, flip), fakeSigningSecret); err == nil {
			t.Error("a longer body")
		}
		if _, err := verify(r.Header, body, "another"); err == nil {
			t.Error("another secret")
		}
		if good := r.Header.Get("X-Slack-Signature"); "v0="+strings.ToLower(strings.TrimPrefix(forged, "v0=")) != good {
			r.Header.Set("X-Slack-Signature", forged)
			if _, err := verify(r.Header, body, fakeSigningSecret); err == nil {
				t.Errorf("forged: %q", forged)
			}
		}
		r.Header.Set("X-Slack-Request-Timestamp", "1795424421")
		if _, err := verify(r.Header, body, fakeSigningSecret); err == nil {
			t.Error("another time")
		}
		_, _ = io.Copy(io.Discard, r.Body)
	})
}
