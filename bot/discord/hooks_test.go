package discord

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// What Discord would never send is refused, with the status that its own tries expect, and the bot hears nothing.
func TestAttacks(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.want("heard", kinds(w.bot.got()), []chat.Kind{chat.Line})
		want := map[discordfake.Attack]int{
			discordfake.Huge: http.StatusRequestEntityTooLarge, discordfake.Deep: http.StatusServiceUnavailable,
			discordfake.Binary: http.StatusServiceUnavailable, discordfake.Replayed: http.StatusServiceUnavailable,
		}
		for _, attack := range discordfake.Attacks {
			status, err := w.fake.Attack(w.Context(), attack)
			w.must(err)
			wanted := want[attack]
			if wanted == 0 {
				wanted = http.StatusUnauthorized
			}
			if status != wanted && !(attack == discordfake.Huge && status == 0) {
				t.Errorf("%s: %d, want %d", attack, status, wanted)
			}
		}
		w.want("heard", kinds(w.bot.got()), []chat.Kind(nil))
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.must(w.fake.Probe(w.Context()))
	})
}

// signed is a request with a body that Discord signed at a time.
func (w *world) signed(method, path, body string, at time.Time) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header = w.fake.Sign([]byte(body), at)
	got := httptest.NewRecorder()
	w.discord.Hooks().ServeHTTP(got, r)
	return got
}

func TestHooks(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		now := time.Now()
		for _, test := range []struct {
			what, method, path, body string
			at                       time.Time
			want                     int
		}{
			{"a ping", "POST", "/discord/interactions", `{"type":1}`, now, http.StatusOK},
			{"an old ping", "POST", "/discord/interactions", `{"type":1}`, now.Add(-signedWithin - 2*time.Second), http.StatusUnauthorized},
			{"a ping that is nearly old", "POST", "/discord/interactions", `{"type":1}`, now.Add(-signedWithin + 2*time.Second), http.StatusOK},
			{"another method", "GET", "/discord/interactions", `{"type":1}`, now, http.StatusMethodNotAllowed},
			{"another path", "POST", "/discord/events", `{"type":1}`, now, http.StatusNotFound},
			{"no interaction", "POST", "/discord/interactions", `{"type":7}`, now, http.StatusServiceUnavailable},
			{"no JSON", "POST", "/discord/interactions", `type=1`, now, http.StatusServiceUnavailable},
		} {
			if got := w.signed(test.method, test.path, test.body, test.at); got.Code != test.want {
				t.Errorf("%s: %d %s, want %d", test.what, got.Code, got.Body, test.want)
			}
		}
		form := httptest.NewRequest("POST", "/discord/interactions", strings.NewReader(`{"type":1}`))
		form.Header = w.fake.Sign([]byte(`{"type":1}`), now)
		form.Header.Set("Content-Type", "text/plain")
		got := httptest.NewRecorder()
		w.discord.Hooks().ServeHTTP(got, form)
		w.want("another type", got.Code, http.StatusUnsupportedMediaType)
		if pong := strings.TrimSpace(w.signed("POST", "/discord/interactions", `{"type":1}`, now).Body.String()); pong != `{"type":1}` {
			t.Errorf("a ping is answered with %q", pong)
		}
		if strings.Contains(w.log.String(), w.fake.Token()) {
			t.Error("the log has the token")
		}
	})
}

// Before and after Run, and without a key, nothing is taken.
func TestHooksAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, byHTTP, discordfake.Config{})
		w.want("before", w.signed("POST", "/discord/interactions", `{"type":1}`, time.Now()).Code, http.StatusServiceUnavailable)
		w.start()
		w.must(w.stop())
		w.want("after", w.signed("POST", "/discord/interactions", `{"type":1}`, time.Now()).Code, http.StatusServiceUnavailable)
		w.by = byGateway
		w.adapter()
		w.start()
		w.want("without a key", w.signed("POST", "/discord/interactions", `{"type":1}`, time.Now()).Code, http.StatusServiceUnavailable)
		w.must(w.stop())
	})
}

// Whatever is signed is answered in time, and ends nothing.
func FuzzHooks(f *testing.F) {
	for _, name := range []string{"command", "click", "submission", "autocomplete", "click_direct", "personal"} {
		f.Add(payload(f, name))
	}
	f.Add([]byte(`{"type":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, byHTTP, discordfake.Config{})
			w.start()
			begun := time.Now()
			got := w.signed("POST", "/discord/interactions", string(body), time.Now())
			if took := time.Since(begun); took > answerWithin {
				t.Errorf("answered after %s", took)
			}
			switch got.Code {
			case http.StatusOK, http.StatusServiceUnavailable, http.StatusRequestEntityTooLarge:
			default:
				t.Errorf("answered with %d", got.Code)
			}
			w.must(w.stop())
			if strings.Contains(w.log.String(), "panicked") {
				t.Error(w.log)
			}
		})
	})
}
