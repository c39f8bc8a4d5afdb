package gateway

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// host is the other end of discordgo's connection: as much of a gateway as it needs.
type host struct {
	conn net.Conn
	ws   *websocket.Conn // from the upgrade on, which is before discordgo is open

	writing sync.Mutex
	over    chan struct{} // closed when the connection has ended
	err     error         // why; once over is closed
}

// hostBeat is after how long discordgo sends its second heartbeat. They are for nothing, the connection being memory, and are
// not answered: after five of them it would begin anew.
const hostBeat = 365 * 24 * time.Hour

func newHost(conn net.Conn) *host { return &host{conn: conn, over: make(chan struct{})} }

// close ends the connection; serve returns.
func (h *host) close() { h.conn.Close() }

// serve greets discordgo and hears it until the connection ends.
func (h *host) serve() {
	defer close(h.over)
	if h.err = h.greet(); h.err != nil {
		h.conn.Close()
		return
	}
	defer func() {
		if !websocket.IsCloseError(h.err, websocket.CloseNormalClosure) { // then discordgo closes it
			h.conn.Close()
		}
	}()
	for h.err == nil {
		_, _, h.err = h.ws.NextReader()
	}
}

// greet is the begin of a session: Hello, whatever discordgo says to it, READY.
func (h *host) greet() error {
	var err error
	if h.ws, err = accept(h.conn); err != nil {
		return fmt.Errorf("open discordgo's connection: %w", err)
	}
	h.ws.SetCloseHandler(func(int, string) error { return nil }) // it waits for no answer
	if err := h.write(fmt.Appendf(nil, `{"op":10,"d":{"heartbeat_interval":%d}}`, hostBeat.Milliseconds())); err != nil {
		return err
	}
	if _, _, err := h.ws.ReadMessage(); err != nil {
		return fmt.Errorf("wait for discordgo's Identify: %w", err)
	}
	return h.write(encodeDispatch(0, "READY", json.RawMessage(`{"v":10,"session_id":"greenroom","user":{"id":"0"},"guilds":[]}`)))
}

// accept makes a websocket of a connection on which a client asks for one.
func accept(conn net.Conn) (*websocket.Conn, error) {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return nil, err
	}
	return new(websocket.Upgrader).Upgrade(&upgrade{conn: conn}, req, nil)
}

// dispatch writes one event without its data, which would go from memory to memory and be copied and read over on the way. It waits
// beside.
func (h *host) dispatch(d *dispatch) error {
	return h.write(encodeDispatch(d.seq, alias+d.Name, nil))
}

func (h *host) write(b []byte) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	if err := h.ws.WriteMessage(websocket.TextMessage, b); err != nil {
		return fmt.Errorf("write to discordgo: %w", err)
	}
	return nil
}

// upgrade is an http.ResponseWriter that only gives its connection away.
type upgrade struct {
	conn   net.Conn
	header http.Header
}

func (u *upgrade) Header() http.Header {
	if u.header == nil {
		u.header = http.Header{}
	}
	return u.header
}

func (u *upgrade) Write(b []byte) (int, error) { return u.conn.Write(b) }
func (u *upgrade) WriteHeader(int)             {}

func (u *upgrade) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return u.conn, bufio.NewReadWriter(bufio.NewReader(u.conn), bufio.NewWriter(u.conn)), nil
}
