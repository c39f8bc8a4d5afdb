package discordfake

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Gateway is how the gateway behaves. Heartbeat and Keep are the process's time, not Config.Now's.
type Gateway struct {
	Heartbeat   time.Duration // interval that hello asks for; 41.25 s when zero
	Keep        time.Duration // how long a session whose connection is gone can be resumed; 3 minutes when zero
	Buffer      int           // how many dispatches of a session can be replayed; 10,000 when zero
	Shards      int           // that GET /gateway/bot proposes; one for each 1,000 guilds when zero
	Concurrency int           // max_concurrency; 1 when zero
	Identifies  int           // session_start_limit of a day, by Config.Now; 1,000 when zero
	PerShard    int           // guilds that one shard may have; 2,500 when zero
	Privileged  int           // privileged intents that the app has been granted
}

// What the gateway demands (docs.discord.com, Gateway: Rate Limiting, Identifying, Sharding).
const (
	heartbeatEvery = 41250 * time.Millisecond
	sessionKept    = 3 * time.Minute // "a few minutes"
	maxSends       = 120
	sendsWindow    = time.Minute
	identifyWindow = 5 * time.Second
	maxSent        = 4096 // bytes of a payload
	writesWithin   = 5 * time.Second
)

func (g Gateway) withDefaults() Gateway {
	g.Heartbeat = cmp.Or(g.Heartbeat, heartbeatEvery)
	g.Keep = cmp.Or(g.Keep, sessionKept)
	g.Buffer = cmp.Or(g.Buffer, 10_000)
	g.Concurrency = cmp.Or(g.Concurrency, 1)
	g.Identifies = cmp.Or(g.Identifies, 1000)
	g.PerShard = cmp.Or(g.PerShard, 2500)
	return g
}

// SetGateway changes how the gateway behaves from now on; connections that are open keep their heartbeat.
func (f *Fake) SetGateway(g Gateway) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.rules = g.withDefaults()
}

// resumePath is where a session is resumed: another address than the first one, as at Discord.
const resumePath = "/gateway/us-east1-b"

// gatewayURL is an address of the gateway, without a slash at its end, as Discord gives it.
func (w *wire) gatewayURL(path string) string {
	return "ws" + strings.TrimPrefix(w.f.base, "http") + path
}

func (f *Fake) getGateway(*call) (int, any, *refusal) {
	return http.StatusOK, map[string]any{"url": f.wire.gatewayURL("/gateway")}, nil
}

func (f *Fake) getGatewayBot(*call) (int, any, *refusal) {
	w := f.wire
	shards := w.rules.Shards
	if shards == 0 {
		installed := 0
		for _, g := range f.guilds {
			if g.installed {
				installed++
			}
		}
		shards = max(1, (installed+999)/1000)
	}
	left, again := w.startsLeft()
	return http.StatusOK, map[string]any{
		"url": w.gatewayURL("/gateway"), "shards": shards,
		"session_start_limit": map[string]any{
			"total": w.rules.Identifies, "remaining": left, "reset_after": again.Milliseconds(), "max_concurrency": w.rules.Concurrency,
		},
	}, nil
}

// link is one open connection. Fake.mu guards it, but for conn: only run writes to it, only serveGateway reads from it.
type link struct {
	conn    *websocket.Conn
	every   time.Duration // heartbeat_interval
	resume  bool          // it came to resume_gateway_url
	queue   [][]byte      // frames to send
	bye     *ending       // how it ends after them
	wake    chan struct{} // has something when queue or bye has
	ended   chan struct{} // closed by serveGateway
	session *session      // nil before Identify or Resume, and once the app was told to go
	shard   int           // that it last named; -1 before
	zlib    bool          // large frames are compressed
	silent  bool          // half-open: nothing comes from it, nothing arrives
	beat    time.Time     // the last heartbeat
	sends   []time.Time   // of the last minute
	invalid bool          // was told Op 9
}

// ending is how Discord ends a connection: with a close code, or without a word when that is 0.
type ending struct {
	code int
	text string
}

// serveGateway is a connection from its handshake to its end. It takes the lock itself.
func (w *wire) serveGateway(rw http.ResponseWriter, r *http.Request) {
	w.f.mu.Lock()
	resume := strings.HasPrefix(r.URL.Path, resumePath)
	refused := w.isClosed() || w.down || resume && w.dead
	if !refused {
		w.done.Add(1)
		defer w.done.Done()
	}
	l := &link{every: w.rules.Heartbeat, resume: resume, wake: make(chan struct{}, 1), ended: make(chan struct{}), shard: -1, beat: time.Now()}
	w.f.mu.Unlock()
	if refused {
		http.Error(rw, "no healthy upstream", http.StatusServiceUnavailable)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // no browser: clients send any origin or none
	conn, err := up.Upgrade(rw, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	conn.SetReadLimit(1 << 20)
	l.conn = conn
	w.f.mu.Lock()
	w.links[l] = true
	switch problem := wrongVersion(r.URL.Query()); {
	case problem != nil:
		w.hangUp(l, problem)
	case w.mute > 0:
		w.mute--
		l.silent = true
	default:
		w.push(l, map[string]any{
			"op": opHello, "t": nil, "s": nil, "d": map[string]any{"heartbeat_interval": l.every.Milliseconds(), "_trace": []any{"discord-fake"}},
		})
	}
	w.f.mu.Unlock()
	written := make(chan struct{})
	go func() {
		defer close(written)
		w.run(l)
	}()
	code := w.read(l)
	w.lost(l, code)
	close(l.ended)
	_ = conn.Close() // it is over either way
	<-written
}

// wrongVersion says why Discord does not speak to who comes with this query.
func wrongVersion(query url.Values) *ending {
	if v := query.Get("v"); v != "9" && v != "10" {
		return &ending{4012, "Invalid API version."}
	}
	if e := query.Get("encoding"); e != "json" || query.Get("compress") != "" {
		return &ending{4002, "The fake speaks only JSON without transport compression."}
	}
	return nil
}

// push puts a frame into a connection's queue.
func (w *wire) push(l *link, frame map[string]any) { w.pushRaw(l, encode(frame)) }

func (w *wire) pushRaw(l *link, frame []byte) {
	l.queue = append(l.queue, frame)
	l.rouse()
}

func (l *link) rouse() {
	select {
	case l.wake <- struct{}{}:
	default: // it is awake
	}
}

// hangUp ends a connection from Discord's side after what is in its queue. Its session stays as it is.
func (w *wire) hangUp(l *link, how *ending) {
	if l.bye == nil {
		l.bye = how
		l.rouse()
	}
}

// run writes to a connection until it ends, and ends it if the app forgets its heartbeats. It holds no lock.
func (w *wire) run(l *link) {
	patience := l.every + max(l.every/2, writesWithin)
	beats := time.NewTimer(patience)
	defer beats.Stop()
	for {
		select {
		case <-l.wake:
		case <-beats.C:
			w.f.mu.Lock()
			left := patience - time.Since(l.beat)
			switch {
			case left > 0:
			case l.silent: // nobody here notices either: the app has to
				left = patience
			default:
				w.end(l.session)
				w.hangUp(l, &ending{4009, "Session timed out."})
			}
			w.f.mu.Unlock()
			beats.Reset(max(left, time.Second))
			continue
		case <-w.closed:
			w.f.mu.Lock()
			w.hangUp(l, &ending{1001, "Going away."})
			w.f.mu.Unlock()
		case <-l.ended:
			return
		}
		if w.flush(l) {
			return
		}
	}
}

// flush writes what is in the queue; it is true when the connection is over.
func (w *wire) flush(l *link) bool {
	w.f.mu.Lock()
	queue, bye, silent, deflate := l.queue, l.bye, l.silent, l.zlib
	l.queue = nil
	w.f.mu.Unlock()
	if silent && bye == nil {
		return false
	}
	for _, frame := range queue {
		if silent {
			break
		}
		kind := websocket.TextMessage
		if deflate && len(frame) > 1024 {
			kind, frame = websocket.BinaryMessage, deflated(frame)
		}
		_ = l.conn.SetWriteDeadline(time.Now().Add(writesWithin)) // fails only where writing does
		if l.conn.WriteMessage(kind, frame) != nil {
			_ = l.conn.Close() // read sees it
			return true
		}
	}
	if bye == nil {
		return false
	}
	if bye.code != 0 {
		_ = l.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(bye.code, bye.text), time.Now().Add(time.Second))
		t := time.NewTimer(time.Second) // in which the app closes its own side
		defer t.Stop()
		select {
		case <-l.ended:
		case <-t.C:
		case <-w.closed:
		}
	}
	_ = l.conn.NetConn().Close() // read sees it
	return true
}

func deflated(frame []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(frame) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// read takes payloads from a connection until it ends, and gives the app's close code; 0 where it sent none.
func (w *wire) read(l *link) int {
	for {
		_, body, err := l.conn.ReadMessage()
		if err != nil {
			if c, ok := err.(*websocket.CloseError); ok && c.Code != websocket.CloseNoStatusReceived && c.Code != websocket.CloseAbnormalClosure {
				return c.Code
			}
			return 0
		}
		w.f.mu.Lock()
		if !l.silent && l.bye == nil {
			if wrong := w.heard(l, body); wrong != nil {
				w.note(GatewayEvent{Shard: l.shard, What: ClosedByDiscord, Code: wrong.code})
				w.hangUp(l, wrong)
			}
		}
		w.f.mu.Unlock()
	}
}

// lost takes a connection out. A session whose app said goodbye with 1000 or 1001 is over; any other can be resumed for a while
// (docs.discord.com, Gateway, Disconnecting).
func (w *wire) lost(l *link, code int) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	delete(w.links, l)
	if l.bye == nil {
		w.note(GatewayEvent{Shard: l.shard, What: ClosedByApp, Code: code})
	}
	s := l.session
	if s == nil {
		return
	}
	l.session, s.link, s.lost = nil, nil, time.Now()
	if l.bye == nil && (code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway) {
		w.end(s)
	}
}

// note keeps what happened, for tests.
func (w *wire) note(e GatewayEvent) {
	e.At = time.Now()
	w.log = append(w.log, e)
	close(w.changed)
	w.changed = make(chan struct{})
}

// end makes a session over: it can no longer be resumed. Nil is none.
func (w *wire) end(s *session) {
	if s == nil {
		return
	}
	s.over = true
	if s.link != nil {
		s.link.session, s.link = nil, nil
	}
	w.sessions = slices.DeleteFunc(w.sessions, func(o *session) bool { return o == s })
}
