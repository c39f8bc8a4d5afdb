package discordfake

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// endpoint is an app behind signed HTTP that answers as a test tells it.
type endpoint struct {
	t    *testing.T
	key  ed25519.PublicKey
	lazy bool // does not verify
	mute bool // does not answer a PING with PONG

	mu     sync.Mutex
	answer func(i act, rw http.ResponseWriter)
	last   act
}

func (e *endpoint) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		e.t.Error(err)
	}
	signature, _ := hex.DecodeString(r.Header.Get(signatureHeader))
	if !e.lazy && (len(signature) != ed25519.SignatureSize || !ed25519.Verify(e.key, append([]byte(r.Header.Get(timestampHeader)), body...), signature)) {
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	var i act
	if json.Unmarshal(body, &i) != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	if i.Type == pingInteraction && !e.mute {
		writeJSON(rw, map[string]any{"type": 1})
		return
	}
	e.mu.Lock()
	e.last = i
	answer := e.answer
	e.mu.Unlock()
	if answer != nil {
		answer(i, rw)
	}
}

func writeJSON(rw http.ResponseWriter, v any) {
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(v)
}

func overHTTP(t *testing.T, f *Fake) *endpoint {
	t.Helper()
	newBot(t, f, func(act) any { t.Error("an interaction came by the gateway"); return nil })
	e := &endpoint{t: t, key: f.PublicKey()}
	if err := f.DeliverTo(t.Context(), Hooks{Handler: e}); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *endpoint) with(answer func(i act, rw http.ResponseWriter)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer = answer
}

func TestOverHTTP(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, _ := hill(t, Config{})
		e := overHTTP(t, f)
		e.with(func(_ act, rw http.ResponseWriter) { writeJSON(rw, map[string]any{"type": 4, "data": whisper("pong")}) })
		if err := f.Command(samID, prep, "greenroom"); err != nil {
			t.Fatal(err)
		}
		if got := f.Ephemerals(samID); len(got) != 1 || got[0].Plain != "pong" {
			t.Errorf("%+v", got)
		}
		refused(t, f, "POST", e.last.callback(), map[string]any{"type": 5}, 40060)
		if status, _ := ask(t, f, "PATCH", e.last.webhook(f)+"/messages/@original", say("edited")); status != 200 {
			t.Error(status)
		}

		e.with(func(i act, rw http.ResponseWriter) {
			rw.WriteHeader(http.StatusAccepted)
			_ = http.NewResponseController(rw).Flush()
			time.Sleep(time.Second)
			if status, out := ask(t, f, "POST", i.callback(), map[string]any{"type": 4, "data": say("by callback")}); status != 204 {
				t.Errorf("%d %v", status, out)
			}
		})
		if err := f.Command(samID, prep, "greenroom"); err != nil {
			t.Fatal(err)
		}
		if got := f.Messages(prepID); len(got) != 1 || got[0].Plain != "by callback" {
			t.Errorf("%+v", got)
		}
		if len(f.Spurned()) > 0 {
			t.Errorf("%q", f.Spurned())
		}

		for name, answer := range map[string]func(i act, rw http.ResponseWriter){
			"an error": func(_ act, rw http.ResponseWriter) { rw.WriteHeader(500) },
			"nothing":  func(_ act, rw http.ResponseWriter) {},
			"204":      func(_ act, rw http.ResponseWriter) { rw.WriteHeader(204) },
			"no JSON":  func(_ act, rw http.ResponseWriter) { _, _ = rw.Write([]byte("pong")) },
			"no type":  func(_ act, rw http.ResponseWriter) { writeJSON(rw, say("x")) },
			"a wrong type": func(_ act, rw http.ResponseWriter) {
				writeJSON(rw, map[string]any{"type": 8, "data": map[string]any{"choices": []any{}}})
			},
			"a long content": func(_ act, rw http.ResponseWriter) {
				writeJSON(rw, map[string]any{"type": 4, "data": say(strings.Repeat("x", 2001))})
			},
		} {
			began := time.Now()
			e.with(answer)
			if err := f.Command(samID, prep, "greenroom"); !errors.Is(err, NotResponding) || time.Since(began) > 2*time.Second {
				t.Errorf("%s: %v after %v", name, err, time.Since(began))
			}
		}
		if len(f.Spurned()) != 7 {
			t.Errorf("%q", f.Spurned())
		}

		e.with(func(_ act, rw http.ResponseWriter) {
			time.Sleep(4 * time.Second)
			writeJSON(rw, map[string]any{"type": 4, "data": say("late")})
		})
		if err := f.Command(samID, prep, "greenroom"); !errors.Is(err, NotResponding) {
			t.Errorf("%v", err)
		}
		time.Sleep(2 * time.Second)
	})
}

func TestEndpointMustProveItself(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	for name, e := range map[string]*endpoint{
		"takes a wrong signature":   {t: t, key: f.PublicKey(), lazy: true},
		"says nothing to a PING":    {t: t, key: f.PublicKey(), mute: true},
		"verifies with another key": {t: t, key: make([]byte, ed25519.PublicKeySize)},
	} {
		if err := f.DeliverTo(t.Context(), Hooks{Handler: e}); !errors.Is(err, ErrEndpoint) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := f.Probe(t.Context()); err == nil {
		t.Error("there is nothing to ask")
	}
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	e := overHTTP(t, f)
	e.with(func(_ act, rw http.ResponseWriter) { writeJSON(rw, map[string]any{"type": 5}) })
	if _, err := f.Attack(t.Context(), Forged); err != nil && !strings.Contains(err.Error(), "sent nothing") {
		t.Error(err)
	}
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	want := map[Attack]int{Replayed: 200, Huge: 200, Deep: 400, Binary: 400}
	for _, how := range Attacks {
		status, err := f.Attack(t.Context(), how)
		expected := want[how]
		if expected == 0 {
			expected = 401
		}
		if err != nil || status != expected {
			t.Errorf("%s: %d, %v, want %d", how, status, err, expected)
		}
	}
	if err := f.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	if err := f.DeliverTo(t.Context(), Hooks{}); err != nil {
		t.Error(err)
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	f := New(Config{Seed: 3})
	t.Cleanup(f.Close)
	body, at := []byte(`{"a":1}`), time.Unix(1_700_000_000, 0)
	header := f.Sign(body, at)
	signature, err := hex.DecodeString(header.Get(signatureHeader))
	if err != nil || header.Get(timestampHeader) != "1700000000" || !ed25519.Verify(f.PublicKey(), append([]byte("1700000000"), body...), signature) {
		t.Errorf("%v, %v", header, err)
	}
	same := New(Config{Seed: 3})
	t.Cleanup(same.Close)
	if !bytes.Equal(same.PublicKey(), f.PublicKey()) {
		t.Error("the key is not the seed's")
	}
}
