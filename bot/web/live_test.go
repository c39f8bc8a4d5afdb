package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// listener reads a stream of news.
type listener struct {
	t    *testing.T
	r    *bufio.Scanner
	last string // id of the last event
	who  string // the newest list of people
	quit func()

	wantPeople bool // next tells of people too
}

func (c *client) listen(after int, last string) *listener {
	c.w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	r, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("%s/live?after=%d", c.w.srv.URL, after), nil)
	if err != nil {
		c.w.t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	res, err := c.Do(r)
	if err != nil {
		c.w.t.Fatal(err)
	}
	c.w.t.Cleanup(func() { cancel(); res.Body.Close() })
	scan := bufio.NewScanner(res.Body)
	scan.Buffer(nil, 1<<20)
	l := &listener{t: c.w.t, r: scan, quit: func() { cancel(); res.Body.Close() }}
	if kind, _ := l.next(); kind != "hello" {
		c.w.t.Fatalf("the stream begins with %q (%s)", kind, res.Status)
	}
	return l
}

// next is the next event; an empty kind is the end of the stream.
func (l *listener) next() (kind string, u update) {
	l.t.Helper()
	for l.r.Scan() {
		name, value, _ := strings.Cut(l.r.Text(), ": ")
		switch name {
		case "id":
			l.last = value
		case "event":
			kind = value
		case "data":
			if kind == "people" {
				if err := json.Unmarshal([]byte(value), &l.who); err != nil {
					l.t.Fatal(err)
				}
				if !l.wantPeople {
					continue
				}
				return kind, u
			}
			if err := json.Unmarshal([]byte(value), &u); err != nil {
				l.t.Fatal(err)
			}
			return kind, u
		}
	}
	return "", u
}

func TestNewsArrive(t *testing.T) {
	w := newWorld(t, nil)
	one, two := w.visit(), w.visit()
	first, second := one.listen(1, ""), two.listen(1, "")
	one.do("kind", "line", "text", "/greenroom help")
	id := w.send(chat.Action{Key: "a", Do: chat.Post, Channel: "random", Message: say("to all")}, "")
	w.send(chat.Action{Key: "b", Do: chat.Direct, Member: "m1", Message: say("to the first")}, "")
	w.send(chat.Action{Key: "c", Do: chat.Thread, Channel: "random", Target: "a", Message: say("below")}, id)
	w.send(chat.Action{Key: "d", Do: chat.Delete, Channel: "random", Copy: id}, "")

	for name, c := range map[string]struct {
		l    *listener
		want []string
	}{
		"first":  {first, []string{"I read: <bdi>help</bdi>", "to all", "to the first", "below", "1 reply", "gone"}},
		"second": {second, []string{"to all", "below", "1 reply", "gone"}},
	} {
		for _, want := range c.want {
			kind, u := c.l.next()
			ok := kind == "message" && strings.Contains(u.HTML+u.Side, want)
			if want == "gone" {
				ok = kind == "message" && u.HTML+u.Side == "" && u.ID == id
			}
			if !ok {
				t.Fatalf("%s: waiting for %q, got %s %+v", name, want, kind, u)
			}
		}
	}
}

func TestReconnectionCatchesUp(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	l := c.listen(1, "")
	w.send(chat.Action{Key: "a", Do: chat.Post, Channel: "random", Message: say("seen")}, "")
	l.next()
	l.quit()
	w.send(chat.Action{Key: "b", Do: chat.Post, Channel: "random", Message: say("missed")}, "")
	w.send(chat.Action{Key: chat.EditKey("a"), Do: chat.Edit, Channel: "random", Target: "a", Message: say("changed")}, "c:random.2")
	again := c.listen(1, l.last)
	w.send(chat.Action{Key: "c", Do: chat.Post, Channel: "random", Message: say("new")}, "")
	for _, want := range []string{"missed", "changed", "new"} {
		if _, u := again.next(); !strings.Contains(u.HTML, want) {
			t.Errorf("waiting for %q, got %+v", want, u)
		}
	}
}

// A page that reads too slowly is let go, so that it comes again and catches up; nobody else waits for it.
func TestSlowListenerIsLetGo(t *testing.T) {
	h := newHub()
	slow := h.subscribe()
	for range backlog + 1 {
		h.publish(news{})
	}
	n := 0
	for range slow.news {
		n++
	}
	if n != backlog || len(h.subs) != 0 {
		t.Errorf("%d changes, %d listeners left", n, len(h.subs))
	}
	h.leave(slow)
}

func TestStreamsEndWithTheBot(t *testing.T) {
	p, err := New(Config{DB: store.Space(store.NewMemory(), "web"), SampleDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, &fakeBot{p: p}) }()
	<-p.up
	w := &world{Playground: p, t: t, srv: newServer(t, p.Handler())}
	c := w.visit()
	l := c.listen(1, "")
	cancel()
	if kind, _ := l.next(); kind != "" {
		t.Errorf("the stream goes on with %q", kind)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if status, page := c.get("/c/random"); status != 503 || !strings.Contains(page, "starting or stopping") {
		t.Errorf("after the end: %d", status)
	}
}

// Who comes, and who takes another name, is seen at once; and by a page that was away.
func TestPeopleAreLive(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	l := c.listen(1, "")
	l.wantPeople = true
	if kind, _ := l.next(); kind != "people" || !strings.Contains(l.who, "Robin") || !strings.Contains(l.who, "you") {
		t.Errorf("at first: %s %s", kind, l.who)
	}
	w.visit()
	if kind, _ := l.next(); kind != "people" || !strings.Contains(l.who, "Kim") {
		t.Errorf("somebody came: %s %s", kind, l.who)
	}
	res, err := c.PostForm(w.srv.URL+"/name", url.Values{"name": {"<b>Grace"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if kind, _ := l.next(); kind != "people" || !strings.Contains(l.who, "&lt;b&gt;Grace") || strings.Contains(l.who, "Robin") {
		t.Errorf("another name: %s %s", kind, l.who)
	}
}
