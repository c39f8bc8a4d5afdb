package slack

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"greenroom/bot/page"
)

// link is one connection of Socket Mode (docs.slack.dev, Using Socket Mode). Slack sends payloads in envelopes and gets each
// envelope's id back as the acknowledgement, with an answer in it where there is one.
//
// slack-go's own client is not used. It reads disconnect and does not say why, so that a Socket Mode that was switched off cannot be
// told from a refresh; it closes at once, which loses the acknowledgements under way and leaves a gap until the next connection
// stands; an acknowledgement that is late goes to whichever connection is next; a connection that opens and closes is opened again
// without any pause; and a goroutine of it outlives its Run.
type link struct {
	s       *Slack
	ws      *websocket.Conn
	writing sync.Mutex  // frames go out one at a time
	pings   chan string // of Slack, to be answered

	hello   chan struct{} // closed when Slack has greeted
	leaving chan struct{} // closed when Slack wants another connection in this one's place
	ended   chan struct{} // closed when nothing of the link runs any more
	reason  string        // why Slack wants that; set before leaving is closed
	err     error         // how it ended; set before ended is closed
}

const (
	maxFrame  = 1 << 20 // bytes of one envelope, and of a request's body
	writeTime = 10 * time.Second

	// leaveWithin is how long a connection that Slack wants to end still carries acknowledgements and what Slack still sends. Slack
	// closes it some ten seconds after its warning.
	leaveWithin = 30 * time.Second
)

// frame is what Slack sends.
type frame struct {
	Type        string          `json:"type"`
	Envelope    string          `json:"envelope_id"`
	Payload     json.RawMessage `json:"payload"`
	Reason      string          `json:"reason"`          // of a disconnect
	Connections int             `json:"num_connections"` // of a hello
}

// ack is what Slack gets back.
type ack struct {
	Envelope string `json:"envelope_id"`
	Payload  any    `json:"payload,omitempty"`
}

func newLink(s *Slack, ws *websocket.Conn) *link {
	return &link{s: s, ws: ws, pings: make(chan string, 1), hello: make(chan struct{}), leaving: make(chan struct{}), ended: make(chan struct{})}
}

// serve reads until the connection ends, or ctx does.
func (l *link) serve(ctx context.Context) {
	defer close(l.ended)
	closed := make(chan struct{})
	var beside sync.WaitGroup
	beside.Go(func() { l.tend(ctx, closed) })
	l.err = l.read()
	close(closed)
	beside.Wait()
}

// tend pings, so that a peer that is not there any more is noticed, answers pings, and closes the connection when it is time. The
// reader writes nothing: two readers that both wait to write would wait for each other.
func (l *link) tend(ctx context.Context, closed <-chan struct{}) {
	defer l.ws.Close()
	ping := time.NewTicker(l.s.cfg.Ping)
	defer ping.Stop()
	leaving := l.leaving
	var left <-chan time.Time
	for {
		select {
		case <-closed:
			return
		case <-leaving:
			timer := time.NewTimer(leaveWithin)
			defer timer.Stop()
			leaving, left = nil, timer.C
			continue
		case data := <-l.pings:
			l.control(websocket.PongMessage, data)
			continue
		case <-ping.C:
			l.control(websocket.PingMessage, "")
			continue
		case <-left:
		case <-ctx.Done():
		}
		l.control(websocket.CloseMessage, string(websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")))
		return
	}
}

func (l *link) control(kind int, data string) {
	if l.ws.WriteControl(kind, []byte(data), time.Now().Add(time.Second)) != nil {
		l.ws.Close() // nothing can be written any more; the reader sees it
	}
}

// read hands over what comes, and never waits for anything but Slack. Whatever comes, a ping too, shows that Slack is there.
func (l *link) read() error {
	l.ws.SetReadLimit(maxFrame)
	l.alive()
	l.ws.SetPingHandler(func(data string) error {
		l.alive()
		select {
		case l.pings <- data:
		default: // the one before is not answered yet
		}
		return nil
	})
	l.ws.SetPongHandler(func(string) error { l.alive(); return nil })
	for {
		_, body, err := l.ws.ReadMessage()
		if err != nil {
			return err
		}
		l.alive()
		var f frame
		if err := json.Unmarshal(body, &f); err != nil {
			l.s.cfg.Log.Error("slack: a frame cannot be read and is left", slog.Int("bytes", len(body)))
			continue
		}
		l.take(f)
	}
}

// alive gives Slack another three pings' time.
func (l *link) alive() { _ = l.ws.SetReadDeadline(time.Now().Add(3 * l.s.cfg.Ping)) }

func (l *link) take(f frame) {
	switch {
	case f.Type == "hello":
		l.s.cfg.Log.Info("slack: Socket Mode is connected", slog.Int("connections", f.Connections))
		once(l.hello)
	case f.Type == "disconnect":
		l.reason = page.Clip(f.Reason, 40)
		once(l.leaving)
	case f.Envelope == "":
		l.s.cfg.Log.Warn("slack: a frame of an unknown type is left", slog.String("type", page.Clip(f.Type, 40)))
	default:
		_ = l.s.deliver(delivery{kind: Payload(f.Type), body: f.Payload, answer: func(r receipt) bool { return !r.Taken || l.acknowledge(f.Envelope, r.Body) }})
	}
}

// once closes a channel that only the reader closes.
func once(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

// acknowledge goes to the connection that delivered. It is false when that is gone.
func (l *link) acknowledge(envelope string, body any) bool {
	b, err := json.Marshal(ack{envelope, body})
	if err != nil {
		panic("unreachable: an answer is drawn by us: " + err.Error())
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.ws.SetWriteDeadline(time.Now().Add(writeTime))
	if err := l.ws.WriteMessage(websocket.TextMessage, b); err != nil {
		l.s.cfg.Log.Warn("slack: an acknowledgement did not go out", slog.Any("err", err))
		l.ws.Close() // as in control
		return false
	}
	return true
}
