package discordfake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// hill is a guild with two people, a channel and the app; Sol is in no guild.
const (
	hillID = "200000000000000001"
	prepID = "300000000000000001"
	miraID = "400000000000000001"
	samID  = "400000000000000002"
	solID  = "400000000000000003"
)

func hill(t testing.TB, cfg Config) (*Fake, *Guild) {
	t.Helper()
	f := New(cfg)
	t.Cleanup(f.Close)
	g := f.AddGuild(hillID)
	g.AddMember(Person{ID: miraID, Name: "Mira", Locale: "de", ManageGuild: true})
	g.AddMember(Person{ID: samID, Name: "Sam"})
	f.AddPerson(Person{ID: solID, Name: "Sol"})
	g.AddChannel(Channel{ID: prepID, Name: "prep"})
	g.Install()
	return f, g
}

// intents are those that Greenroom asks for: none is privileged.
const intents = intentGuilds | intentGuildMessages | intentDirectMessages

// app is the least of a gateway client.
type app struct {
	t    *testing.T
	f    *Fake
	conn *websocket.Conn
}

// frame is one payload of the gateway.
type frame struct {
	Op int             `json:"op"`
	T  string          `json:"t"`
	S  int64           `json:"s"`
	D  json.RawMessage `json:"d"`
}

// dial opens a connection and reads hello.
func dial(t *testing.T, f *Fake, path string) *app {
	t.Helper()
	a, err := tryDial(t, f, path)
	if err != nil {
		t.Fatal(err)
	}
	if hello := a.read(); hello.Op != opHello {
		t.Fatalf("first came %+v", hello)
	}
	return a
}

func tryDial(t *testing.T, f *Fake, path string) (*app, error) {
	d := websocket.Dialer{NetDialContext: f.Dial}
	conn, res, err := d.DialContext(t.Context(), "ws://discord.fake"+path+"?v=10&encoding=json", nil)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	a := &app{t, f, conn}
	t.Cleanup(func() { _ = conn.Close() })
	return a, nil
}

func (a *app) read() frame {
	a.t.Helper()
	var in frame
	if err := a.conn.ReadJSON(&in); err != nil {
		a.t.Fatalf("reading: %v", err)
	}
	return in
}

// wait reads until an event of that name comes.
func (a *app) wait(name string) frame {
	a.t.Helper()
	for {
		if in := a.read(); in.T == name {
			return in
		}
	}
}

// closed reads until Discord ends the connection, and gives its code; 0 for none.
func (a *app) closed() int {
	for {
		if _, _, err := a.conn.ReadMessage(); err != nil {
			var c *websocket.CloseError
			if errors.As(err, &c) && c.Code != websocket.CloseAbnormalClosure {
				return c.Code
			}
			return 0
		}
	}
}

func (a *app) send(op int, d any) {
	a.t.Helper()
	if err := a.conn.WriteJSON(map[string]any{"op": op, "d": d}); err != nil {
		a.t.Fatalf("writing: %v", err)
	}
}

func identity(f *Fake, shard, shards int) map[string]any {
	return map[string]any{
		"token": f.Token(), "properties": map[string]string{"os": "linux", "browser": "test", "device": "test"},
		"intents": intents, "shard": []int{shard, shards},
	}
}

// ready identifies the only shard and gives the session's id.
func (a *app) ready() string {
	a.t.Helper()
	a.send(opIdentify, identity(a.f, 0, 1))
	var r struct {
		ID string `json:"session_id"`
	}
	if err := json.Unmarshal(a.wait("READY").D, &r); err != nil {
		a.t.Fatal(err)
	}
	return r.ID
}

func resumption(f *Fake, session string, seq int64) map[string]any {
	return map[string]any{"token": f.Token(), "session_id": session, "seq": seq}
}

// rest sends a request of the app and gives the answer's status and body.
func ask(t testing.TB, f *Fake, method, path string, body any) (int, map[string]any) {
	t.Helper()
	var in io.Reader
	if body != nil {
		in = bytes.NewReader(encode(body))
	}
	req, err := http.NewRequestWithContext(context.Background(), method, f.API()+path, in)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "DiscordBot (test, 1)")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !strings.HasPrefix(path, "interactions/") && !strings.HasPrefix(path, "webhooks/") {
		req.Header.Set("Authorization", "Bot "+f.Token())
	}
	client := &http.Client{Transport: &http.Transport{DialContext: f.Dial, DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if len(raw) > 0 && json.Unmarshal(raw, &out) != nil {
		t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, raw)
	}
	return res.StatusCode, out
}

// refusals holds a request to an error code.
func refused(t testing.TB, f *Fake, method, path string, body any, code int) {
	t.Helper()
	status, out := ask(t, f, method, path, body)
	if got, _ := out["code"].(float64); status < 400 || int(got) != code {
		t.Errorf("%s %s: %d %v, want code %d", method, path, status, out, code)
	}
}

// bubble runs a test in virtual time.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
