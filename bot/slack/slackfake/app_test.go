package slackfake

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// envelope is what an app gets over a socket.
type envelope struct {
	Type    string          `json:"type"`
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
	Accepts bool            `json:"accepts_response_payload"`
	Try     int             `json:"retry_attempt"`
	Why     string          `json:"retry_reason"`
	Reason  string          `json:"reason"`
	Number  int             `json:"num_connections"`
	Debug   struct {
		Time int `json:"approximate_connection_time"`
	} `json:"debug_info"`

	at time.Time // when it came
}

// app is an app at the other end of one socket. It answers each envelope as answer says and keeps all it got.
type app struct {
	t      *testing.T
	f      *Fake
	conn   *websocket.Conn
	answer func(envelope) (payload any, ack bool)
	ended  chan struct{}

	mu    sync.Mutex
	got   []envelope
	pings int
}

// connect opens a socket to the fake, over memory, and waits for its first message.
func connect(t *testing.T, f *Fake, answer func(envelope) (any, bool)) *app {
	t.Helper()
	f.mu.Lock()
	address, refused := f.wire.connect()
	f.mu.Unlock()
	if refused != nil {
		t.Fatal(refused)
	}
	conn, res, err := (&websocket.Dialer{NetDialContext: f.Dial}).DialContext(context.Background(), address, nil)
	if err != nil {
		t.Fatalf("%s: %v (%v)", address, err, res)
	}
	if answer == nil {
		answer = func(envelope) (any, bool) { return nil, true }
	}
	a := &app{t: t, f: f, conn: conn, answer: answer, ended: make(chan struct{})}
	pong := conn.PingHandler()
	conn.SetPingHandler(func(text string) error {
		a.mu.Lock()
		a.pings++
		a.mu.Unlock()
		return pong(text)
	})
	first := make(chan struct{})
	go a.run(first)
	<-first
	return a
}

func (a *app) run(first chan struct{}) {
	defer close(a.ended)
	defer a.conn.Close()
	opened := sync.OnceFunc(func() { close(first) })
	defer opened()
	for {
		var e envelope
		if err := a.conn.ReadJSON(&e); err != nil {
			return
		}
		e.at = time.Now()
		a.mu.Lock()
		a.got = append(a.got, e)
		a.mu.Unlock()
		if e.ID != "" {
			a.reply(e)
		}
		opened()
	}
}

func (a *app) reply(e envelope) {
	payload, ack := a.answer(e)
	if !ack {
		return
	}
	answer := map[string]any{"envelope_id": e.ID}
	if payload != nil {
		answer["payload"] = payload
	}
	if err := a.conn.WriteJSON(answer); err != nil {
		a.t.Logf("acknowledging: %v", err)
	}
}

// envelopes is what the app got so far, of one type.
func (a *app) envelopes(kind string) []envelope {
	a.mu.Lock()
	defer a.mu.Unlock()
	var some []envelope
	for _, e := range a.got {
		if e.Type == kind {
			some = append(some, e)
		}
	}
	return some
}

// fields reads values out of an envelope's payload by their dotted paths.
func (e envelope) field(t *testing.T, path ...any) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(e.Payload, &v); err != nil {
		t.Fatal(err)
	}
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// everyScope is what Greenroom may ask for.
var everyScope = []string{
	"commands", "chat:write", "im:write", "im:history", "users:read", "app_mentions:read", "channels:read", "groups:read",
	"channels:history", "groups:history",
}

// hill is a fake with one workspace, two people, one public and one private channel, in which the app is installed.
func hill(t *testing.T, cfg Config) (*Fake, *Workspace) {
	t.Helper()
	f := New(cfg)
	t.Cleanup(f.Close)
	w := f.AddWorkspace("T0HILL")
	w.AddPerson(Person{ID: "U0MIRA", Name: "Mira"})
	w.AddPerson(Person{ID: "U0SAM", Name: "Sam"})
	w.AddChannel("C0PREP", "interview-prep", false, "U0MIRA", "U0SAM")
	w.AddChannel("G0KEEP", "keepers", true, "U0MIRA")
	w.Install(everyScope...)
	return f, w
}
