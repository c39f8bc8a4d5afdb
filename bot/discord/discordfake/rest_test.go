package discordfake

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// client is the least of a REST client.
type client struct {
	t    testing.TB
	f    *Fake
	http *http.Client
}

func newClient(t testing.TB, f *Fake) *client {
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		return f.Dial(ctx, network, address)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t, f, &http.Client{Transport: transport}}
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	text   string
	json   any
}

// object is an answer that is an object.
func (r reply) object() map[string]any { return object(r.json) }

// list is an answer that is an array.
func (r reply) list() []any {
	l, _ := r.json.([]any)
	return l
}

// code is the code of an error; 0 without one.
func (r reply) code() int { return number(r.object()["code"]) }

// id is the id of what an answer is about.
func (r reply) id() string { return text(r.object()["id"]) }

// errors are the codes of the fields that are wrong, by path.
func (r reply) errors() map[string]string {
	all := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		for name, inner := range object(v) {
			if name == "_errors" {
				found, _ := inner.([]any)
				all[path] = text(object(found[0])["code"])
				continue
			}
			walk(join(path, name), inner)
		}
	}
	walk("", r.object()["errors"])
	return all
}

func (c *client) send(r *http.Request) (reply, error) {
	c.t.Helper()
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bot "+c.f.Token())
	}
	if _, set := r.Header["User-Agent"]; !set {
		r.Header.Set("User-Agent", "DiscordBot (https://example.org, 1)")
	}
	res, err := c.http.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}, err
	}
	a := reply{status: res.StatusCode, header: res.Header, text: string(raw)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		if err := decode(raw, &a.json); err != nil {
			return a, err
		}
	}
	validAnswer(c.t, c.f, r, a)
	return a, nil
}

func (c *client) request(method, path string, body any) *http.Request {
	c.t.Helper()
	var b io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		b = strings.NewReader(body)
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		b = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.f.API()+path, b)
	if err != nil {
		c.t.Fatal(err)
	}
	if b != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// do sends a request and reads the answer.
func (c *client) do(method, path string, body any) reply {
	c.t.Helper()
	a, err := c.send(c.request(method, path, body))
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// want is do for an answer of which the test knows the status and, of an error, the code.
func (c *client) want(status, code int, method, path string, body any) reply {
	c.t.Helper()
	a := c.do(method, path, body)
	if a.status != status || a.code() != code {
		c.t.Errorf("%s %s: %d, code %d, want %d, %d: %s", method, path, a.status, a.code(), status, code, a.text)
	}
	return a
}

// post posts a message and gives its id.
func (c *client) post(channel string, body any) string {
	c.t.Helper()
	return c.want(200, 0, "POST", "channels/"+channel+"/messages", body).id()
}

// files is a multipart body with files by name.
func (c *client) files(method, path string, body any, files ...upload) reply {
	c.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	raw, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := form.WriteField("payload_json", string(raw)); err != nil {
		c.t.Fatal(err)
	}
	for i, file := range files {
		part, err := form.CreateFormFile(fmt.Sprintf("files[%d]", i), file.name)
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := part.Write(file.data); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		c.t.Fatal(err)
	}
	r := c.request(method, path, b.String())
	r.Header.Set("Content-Type", form.FormDataContentType())
	a, err := c.send(r)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// says is a message of plain content.
func says(words string) map[string]any { return map[string]any{"content": words} }

// parts is a message of components.
func parts(components ...any) map[string]any {
	return map[string]any{"flags": ComponentsV2, "components": components, "allowed_mentions": map[string]any{"parse": []string{}}}
}

func textPart(s string) map[string]any { return map[string]any{"type": textDisplay, "content": s} }

func rowPart(components ...any) map[string]any {
	return map[string]any{"type": actionRow, "components": components}
}

func buttonPart(label, id string) map[string]any {
	return map[string]any{"type": button, "style": 2, "label": label, "custom_id": id}
}

// scripted clock of tests.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time { return c.at }

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	for name, set := range map[string]struct {
		header, value string
		status, code  int
	}{
		"no bot":      {"Authorization", "Bearer " + f.Token(), 401, 0},
		"wrong token": {"Authorization", "Bot x", 401, 0},
		"no agent":    {"User-Agent", "Go-http-client/1.1", 403, 40333},
	} {
		r := c.request("GET", "users/@me", nil)
		r.Header.Set(set.header, set.value)
		a, err := c.send(r)
		if err != nil || a.status != set.status || a.code() != set.code {
			t.Errorf("%s: %v, %d %s", name, err, a.status, a.text)
		}
	}
	c.want(404, 0, "GET", "nowhere", nil)
	c.want(405, 0, "PUT", "users/@me", nil)
	if got := c.want(200, 0, "GET", "users/@me", nil).id(); got != f.AppID() {
		t.Errorf("users/@me is %s", got)
	}
	f.RevokeToken()
	c.want(401, 0, "GET", "users/@me", nil)
	if n := f.Counts().Invalid; n != 4 {
		t.Errorf("%d invalid requests, want 4", n)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	where := "channels/" + prepID + "/messages"
	c.want(400, 50109, "POST", where, `{"content":`)
	r := c.request("POST", where, `content=x`)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if a, err := c.send(r); err != nil || a.code() != 50109 {
		t.Errorf("a form: %v, %s", err, a.text)
	}
	if a := c.files("POST", where, says("x"), upload{name: "a.txt", data: make([]byte, 26<<20)}); a.status != 413 || a.code() != 40005 {
		t.Errorf("26 MiB: %d %s", a.status, a.text)
	}
	if a := c.files("POST", where, says("x"), upload{name: "a.txt", data: make([]byte, 11<<20)}); a.status != 413 || a.code() != 40005 {
		t.Errorf("a file of 11 MiB: %d %s", a.status, a.text)
	}
	if a := c.files("POST", where, says("x"), upload{name: "a.txt", data: []byte("hello")}); a.status != 200 {
		t.Errorf("a file: %d %s", a.status, a.text)
	}
	if m := f.Messages(prepID); len(m) != 1 || len(m[0].Files) != 1 || string(m[0].Files[0].Data) != "hello" || m[0].Plain != "x\n[a.txt]" {
		t.Errorf("people see %+v", m)
	}
}
