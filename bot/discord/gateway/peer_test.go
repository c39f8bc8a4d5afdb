package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// peer is a gateway that says what a test wants, and remembers what it was told.
type peer struct {
	t      *testing.T
	serve  func(c *call) // speaks first on each connection; nil to say nothing
	deaf   bool          // does not acknowledge heartbeats
	chance float64

	mu    sync.Mutex
	conns int
	to    []string // where they went
	heard []heard
	got   []string // names of dispatches
	saved Session
	ends  sync.WaitGroup
}

// call is one connection of a peer.
type call struct {
	p  *peer
	n  int // from 1
	ws *websocket.Conn
	mu chan struct{} // holds one while somebody writes
}

// heard is one frame of ours, or the code with which we closed.
type heard struct {
	conn int
	at   time.Time
	op   int
	d    string
	code int
}

// meet runs a gateway of one shard against a peer, and its end is the test's.
func meet(t *testing.T, p *peer, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p.t = t
		answer := answers(func() (int, string) { return 200, strings.Replace(planned(1, 1, 1000, time.Hour), "wss:", "ws:", 1) })
		g, err := New(Config{
			Token: "t", API: "http://x/", HTTP: &http.Client{Transport: answer}, Log: slog.New(slog.DiscardHandler), Dial: p.dial,
			Save: func(_ context.Context, s Session) error {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.saved = s
				return nil
			},
			Rand: func() float64 { return p.chance },
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var run sync.WaitGroup
		run.Go(func() {
			err := g.Run(ctx, func(d Dispatch) {
				p.mu.Lock()
				p.got = append(p.got, d.Name)
				p.mu.Unlock()
				if !strings.HasPrefix(d.Name, "HOLD") {
					d.Done()
				}
			})
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		})
		defer func() {
			stop()
			run.Wait()
			p.ends.Wait()
		}()
		test(t)
	})
}

func (p *peer) dial(_ context.Context, _, to string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.mu.Lock()
	p.conns++
	p.to = append(p.to, to)
	n := p.conns
	p.mu.Unlock()
	p.ends.Go(func() {
		defer ours.Close()
		ws, err := accept(ours)
		if err != nil {
			return
		}
		c := &call{p: p, n: n, ws: ws, mu: make(chan struct{}, 1)}
		if p.serve != nil {
			p.ends.Go(func() { p.serve(c) })
		}
		c.listen()
	})
	return theirs, nil
}

// listen remembers what we say until we close.
func (c *call) listen() {
	p := c.p
	c.ws.SetCloseHandler(func(int, string) error { return nil })
	for {
		_, b, err := c.ws.ReadMessage()
		h := heard{conn: c.n, at: time.Now(), op: -1}
		if err != nil {
			if closed, ok := err.(*websocket.CloseError); ok {
				h.code = closed.Code
			}
		} else {
			var f struct {
				Op int
				D  json.RawMessage
			}
			if err := json.Unmarshal(b, &f); err != nil {
				p.t.Errorf("we sent %s", b)
			}
			h.op, h.d = f.Op, string(f.D)
		}
		p.mu.Lock()
		p.heard = append(p.heard, h)
		p.mu.Unlock()
		if err != nil {
			return
		}
		if h.op == opHeartbeat && !p.deaf {
			p.ends.Go(func() { c.say(`{"op":11}`) })
		}
	}
}

// of are the frames with an opcode that we sent over a connection; -1 its end.
func (p *peer) of(conn, op int) (all []heard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range p.heard {
		if h.conn == conn && h.op == op {
			all = append(all, h)
		}
	}
	return all
}

// connections counts them.
func (p *peer) connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conns
}

// dialled is where connections went.
func (p *peer) dialled() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.to)
}

// kept is what was last kept.
func (p *peer) kept() Session {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.saved
}

// names are those of the dispatches that came.
func (p *peer) names() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.got, " ")
}

// say sends a frame; the connection may be over.
func (c *call) say(text string) error {
	c.mu <- struct{}{}
	defer func() { <-c.mu }()
	return c.ws.WriteMessage(websocket.TextMessage, []byte(text))
}

const (
	helloFrame = `{"op":10,"d":{"heartbeat_interval":41250}}`
	readyFrame = `{"op":0,"s":1,"t":"READY","d":{"session_id":"s1","resume_gateway_url":"ws://resume.discord.gg"}}`
)

// begin says Hello and READY, or RESUMED on a later connection.
func (c *call) begin() {
	c.say(helloFrame)
	if c.n == 1 {
		c.say(readyFrame)
	} else {
		c.say(fmt.Sprintf(`{"op":0,"s":%d,"t":"RESUMED","d":{}}`, 1000*c.n))
	}
}
