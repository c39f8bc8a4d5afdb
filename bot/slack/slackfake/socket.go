package slackfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Socket Mode (docs.slack.dev, Using Socket Mode; the limit on acknowledgements is from slack-go's changelog, 0.21).
const (
	maxSockets   = 10
	maxAck       = 20_000           // bytes of an acknowledgement; a larger one is dropped
	warnedFor    = 10 * time.Second // between a warning and the end of a socket
	socketLife   = 18060            // seconds, as hello says where RefreshEvery does not
	writesWithin = 5 * time.Second  // a frame that the app does not read for so long ends the socket
)

// socket is one open connection. Fake.mu guards silent and warned; only run writes to conn, only serveLink reads from it.
type socket struct {
	conn   *websocket.Conn
	out    chan []byte   // frames to send
	bye    chan string   // reasons to go, from Slack
	ended  chan struct{} // closed by serveLink
	life   time.Duration // until it is refreshed; 0 never
	silent bool          // half-open: nothing comes from it, nothing arrives
	warned bool
}

// connect answers apps.connections.open: the address of a new socket, which works once.
func (w *wire) connect() (url string, refused *refusal) {
	ticket := fmt.Sprintf("%016x%016x", w.f.rand.Uint64(), w.f.rand.Uint64())
	w.tickets[ticket] = true
	return "ws" + strings.TrimPrefix(w.f.base, "http") + "/link/?ticket=" + ticket + "&app_id=" + w.f.cfg.AppID, nil
}

// serveLink is a socket from its handshake to its end. It takes the lock itself.
func (w *wire) serveLink(rw http.ResponseWriter, r *http.Request) {
	w.f.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	known := w.tickets[ticket] && !w.isClosed()
	delete(w.tickets, ticket)
	if known {
		w.done.Add(1)
		defer w.done.Done()
	}
	w.f.mu.Unlock()
	if !known {
		http.Error(rw, "unknown ticket", http.StatusNotFound)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // no browser: clients send Slack's own origin or none
	conn, err := up.Upgrade(rw, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	s := &socket{conn: conn, out: make(chan []byte, 1024), bye: make(chan string, 4), ended: make(chan struct{})}
	w.open(s)
	written := make(chan struct{})
	go func() {
		defer close(written)
		w.run(s)
	}()
	w.read(s)
	w.f.mu.Lock()
	w.sockets = slices.DeleteFunc(w.sockets, func(o *socket) bool { return o == s })
	w.f.mu.Unlock()
	close(s.ended)
	_ = conn.Close() // it is over either way
	<-written
}

// open greets a new socket, or sends it away.
func (w *wire) open(s *socket) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	switch {
	case w.unlinked:
		s.bye <- "link_disabled"
		return
	case len(w.sockets) == maxSockets:
		s.bye <- "too_many_websockets"
		return
	}
	w.sockets = append(w.sockets, s)
	seconds := socketLife
	if every := w.rules.RefreshEvery; every > 0 {
		s.life = time.Duration(float64(every) * (0.8 + 0.2*w.f.rand.Float64()))
		seconds = int(s.life.Seconds())
	}
	s.out <- encode(map[string]any{
		"type": "hello", "num_connections": len(w.sockets), "connection_info": map[string]any{"app_id": w.f.cfg.AppID},
		"debug_info": map[string]any{"host": "applink-fake", "build_number": 1, "approximate_connection_time": seconds},
	})
}

// run writes to a socket until it ends. It holds no lock.
func (w *wire) run(s *socket) {
	w.f.mu.Lock()
	every := w.rules.PingEvery
	w.f.mu.Unlock()
	ping := time.NewTicker(every)
	defer ping.Stop()
	end := time.NewTimer(s.life)
	defer end.Stop()
	if s.life == 0 {
		end.Stop()
	}
	write := func(kind int, body []byte) {
		w.f.mu.Lock()
		silent := s.silent
		w.f.mu.Unlock()
		if silent {
			return
		}
		_ = s.conn.SetWriteDeadline(time.Now().Add(writesWithin)) // a socket takes deadlines until it is closed, and then writing fails
		if s.conn.WriteMessage(kind, body) != nil {
			_ = s.conn.Close() // read sees it
		}
	}
	goodbye := func(reason string) {
		write(websocket.TextMessage, encode(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-fake"}}))
	}
	for {
		select {
		case body := <-s.out:
			write(websocket.TextMessage, body)
		case <-ping.C:
			write(websocket.PingMessage, []byte("Ping from applink-fake"))
		case reason := <-s.bye:
			goodbye(reason)
			if reason == "warning" {
				end.Reset(warnedFor)
				continue
			}
			w.hangUp(s)
			return
		case <-end.C:
			w.f.mu.Lock()
			warned := s.warned
			s.warned = true
			w.f.mu.Unlock()
			if !warned {
				goodbye("warning")
				end.Reset(warnedFor)
				continue
			}
			goodbye("refresh_requested")
			w.hangUp(s)
			return
		case <-w.closed:
			w.hangUp(s)
			return
		case <-s.ended:
			return
		}
	}
}

// hangUp closes a socket from Slack's side; the app has a second to close its own.
func (w *wire) hangUp(s *socket) {
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case <-s.ended:
	case <-t.C:
	case <-w.closed:
	}
	_ = s.conn.Close() // read sees it
}

// read takes acknowledgements from a socket until it ends. It holds no lock.
func (w *wire) read(s *socket) {
	answer := s.conn.PingHandler()
	s.conn.SetPingHandler(func(text string) error {
		w.f.mu.Lock()
		silent := s.silent
		w.f.mu.Unlock()
		if silent {
			return nil
		}
		return answer(text)
	})
	for {
		_, body, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		w.heard(s, body)
	}
}

// heard takes one acknowledgement. Slack takes it from any socket; one that is too large or names no envelope that waits, it drops.
func (w *wire) heard(s *socket, body []byte) {
	var ack struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	if len(body) >= maxAck || json.Unmarshal(body, &ack) != nil {
		return
	}
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	if waits := w.awaited[ack.ID]; waits != nil && !s.silent {
		delete(w.awaited, ack.ID)
		waits <- ack.Payload
	}
}

// overSocket delivers a payload to one open socket, whichever, and waits for the acknowledgement. It holds no lock.
func (w *wire) overSocket(p *parcel, try int, why string) ([]byte, failure) {
	w.f.mu.Lock()
	if len(w.sockets) == 0 {
		w.f.mu.Unlock()
		return nil, connectionFailed
	}
	envelope := map[string]any{"envelope_id": w.uuid(), "type": p.kind, "payload": p.body, "accepts_response_payload": p.answers}
	if p.kind == kindEvent {
		envelope["retry_attempt"], envelope["retry_reason"] = try, why
	}
	id := envelope["envelope_id"].(string)
	acked := make(chan []byte, 1)
	w.awaited[id] = acked
	s := w.sockets[w.f.rand.IntN(len(w.sockets))]
	within := w.rules.AckWithin
	w.f.mu.Unlock()
	defer func() {
		w.f.mu.Lock()
		defer w.f.mu.Unlock()
		delete(w.awaited, id)
	}()
	select {
	case s.out <- encode(envelope):
	case <-s.ended:
	}
	t := time.NewTimer(within)
	defer t.Stop()
	select {
	case body := <-acked:
		return body, ""
	case <-t.C:
		return nil, timedOut
	case <-w.closed:
		return nil, connectionFailed
	}
}

// uuid makes an id like those of envelopes.
func (w *wire) uuid() string {
	a, b := w.f.rand.Uint64(), w.f.rand.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", uint32(a>>32), uint16(a>>16), a&0xfff, 0x8000|b>>50, b&(1<<48-1))
}

// Refresh makes Slack renew the socket that is open for longest, as it does every few hours: it warns, and ends it ten seconds later.
func (f *Fake) Refresh() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.wire.sockets {
		if !s.warned {
			s.warned = true
			s.bye <- "warning"
			return
		}
	}
}

// Disconnect tells every open socket to go, with a reason of Slack's: warning leaves it open for ten more seconds;
// refresh_requested and link_disabled end it. After link_disabled every new socket ends likewise, until EnableLink.
func (f *Fake) Disconnect(reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.unlinked = f.wire.unlinked || reason == "link_disabled"
	for _, s := range f.wire.sockets {
		s.warned = true
		select {
		case s.bye <- reason:
		default: // it is going already
		}
	}
}

// EnableLink switches Socket Mode on again.
func (f *Fake) EnableLink() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.unlinked = false
}

// Cut ends every open socket without a word, as a network does.
func (f *Fake) Cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.wire.sockets {
		_ = s.conn.NetConn().Close() // both sides see it
	}
}

// Silence makes every open socket half-open: it stays open, nothing comes from it and nothing arrives, and Slack does not know.
func (f *Fake) Silence() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.wire.sockets {
		s.silent = true
	}
}

// Sockets is how many are open.
func (f *Fake) Sockets() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.wire.sockets)
}
