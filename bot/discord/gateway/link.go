package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// link is one connection of a shard. One goroutine reads and one sends heartbeats; both answer.
type link struct {
	s      *shard
	ws     *websocket.Conn
	budget budget
	acked  atomic.Bool // since the last heartbeat that was due
	stall  stall
	buffer bytes.Buffer // of the frame that is read

	met   bool // Hello was read
	ready bool // READY or RESUMED was read

	writing sync.Mutex
	once    sync.Once
	ended   *ending       // why we ended it
	over    chan struct{} // closed once it is ended
}

const (
	helloWithin = 10 * time.Second
	readyWithin = 15 * time.Second // after the last frame: what is replayed before RESUMED may be much
	writeWithin = 10 * time.Second
	closeWithin = 200 * time.Millisecond

	maxKept = 64 << 10 // bytes of the buffer between two frames

	// What is believed of heartbeat_interval, which is 41.25 s.
	shortestBeat = 20 * time.Second
	longestBeat  = 5 * time.Minute
)

func newLink(s *shard, ws *websocket.Conn) *link {
	ws.SetCloseHandler(func(int, string) error { return nil }) // an echo of 1000 or 1001 could end the session
	return &link{s: s, ws: ws, over: make(chan struct{})}
}

// serve speaks over the connection until it ends, or ctx does. identified is called once Identify or Resume is on its way.
func (l *link) serve(ctx context.Context, identified func()) *ending {
	var parts sync.WaitGroup
	defer parts.Wait()
	defer context.AfterFunc(ctx, func() { l.end(&ending{why: "Greenroom stops"}) })()
	interval, err := l.hello()
	if err == nil {
		parts.Go(func() { l.beat(interval) })
		if err = l.introduce(); err == nil {
			identified()
			err = l.read(ctx)
		}
	}
	l.end(endingOf(err))
	return l.ended
}

// end ends the connection, with a code that keeps the session. The first reason counts.
func (l *link) end(e *ending) {
	l.once.Do(func() {
		l.ended = e
		close(l.over)
		message := websocket.FormatCloseMessage(closeOwn, "")
		l.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(closeWithin)) // who does not listen is not told
		l.ws.Close()
	})
}

// send sends one frame.
func (l *link) send(op int, data any) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.ws.SetWriteDeadline(time.Now().Add(writeWithin))
	if err := l.ws.WriteJSON(sent{op, data}); err != nil {
		return fmt.Errorf("write to the gateway: %w", err)
	}
	return nil
}

// next reads one frame.
func (l *link) next() (frame, error) {
	kind, r, err := l.ws.NextReader()
	if err != nil {
		return frame{}, err
	}
	if kind != websocket.TextMessage {
		io.Copy(io.Discard, r)
		return frame{}, fmt.Errorf("%w: it is not text", errFrame)
	}
	if l.buffer.Cap() > maxKept {
		l.buffer = bytes.Buffer{}
	}
	return readFrame(r, &l.buffer, maxFrame)
}

// hello reads the first frame, which says how often to send heartbeats.
func (l *link) hello() (time.Duration, error) {
	l.ws.SetReadDeadline(time.Now().Add(helloWithin))
	f, err := l.next()
	if err != nil {
		return 0, fmt.Errorf("wait for the gateway's Hello: %w", err)
	}
	var h hello
	if f.Op == opReconnect {
		return 0, reconnect()
	}
	if f.Op != opHello || json.Unmarshal(f.Data, &h) != nil || h.Interval <= 0 {
		return 0, fmt.Errorf("%w: it should be Hello", errFrame)
	}
	l.met = true
	return min(max(time.Duration(min(h.Interval, longestBeat.Milliseconds()))*time.Millisecond, shortestBeat), longestBeat), nil
}

// introduce resumes the session or begins one.
func (l *link) introduce() error {
	g := l.s.g
	l.budget.take(time.Now(), false)
	if ledger := l.s.ledger; ledger != nil {
		return l.send(opResume, resumption{Token: g.cfg.Token, Session: l.s.session.ID, Seq: ledger.last()})
	}
	return l.send(opIdentify, identify{
		Token: g.cfg.Token, Shard: [2]int{l.s.id, l.s.of}, Intents: g.cfg.Intents,
		Properties: properties{OS: runtime.GOOS, Browser: "greenroom", Device: "greenroom"},
	})
}

func reconnect() *ending {
	return &ending{next: resume, why: "Discord asks for another connection", soon: true}
}

// read reads until the connection ends.
func (l *link) read(ctx context.Context) error {
	for {
		if !l.ready {
			l.ws.SetReadDeadline(time.Now().Add(readyWithin))
		}
		f, err := l.next()
		if err != nil {
			return err
		}
		switch f.Op {
		case opDispatch:
			err = l.dispatch(ctx, f)
		case opHeartbeat:
			err = l.asked()
		case opAck:
			l.acked.Store(true)
			l.s.alive(l.ready)
		case opReconnect:
			err = reconnect()
		case opInvalid:
			err = l.invalid(f)
		}
		if err != nil {
			return err
		}
	}
}

// invalid is the answer to Op 9, whose data says whether the session can be resumed.
func (l *link) invalid(f frame) error {
	var resumable bool
	if json.Unmarshal(f.Data, &resumable) == nil && resumable {
		return &ending{next: resume, why: "Discord asks for the session to be resumed"}
	}
	chance := l.s.g.cfg.Rand()
	return &ending{next: anew, why: "Discord has ended the session", wait: time.Second + time.Duration(chance*float64(4*time.Second))}
}

// asked answers a request for a heartbeat at once.
func (l *link) asked() error {
	if !l.budget.take(time.Now(), false) {
		return nil // one was sent a moment ago
	}
	return l.send(opHeartbeat, l.s.position())
}

// dispatch takes one event in.
func (l *link) dispatch(ctx context.Context, f frame) error {
	switch f.Name {
	case "READY":
		if err := l.begin(f); err != nil {
			return err
		}
		l.begun("begun")
	case "RESUMED":
		l.begun("resumed")
	}
	if l.s.ledger == nil {
		return fmt.Errorf("%w: %s came before READY", errFrame, f.Name)
	}
	l.s.alive(true)
	return l.receive(ctx, f)
}

// begin takes over the session of a READY.
func (l *link) begin(f frame) error {
	var r struct {
		ID     string `json:"session_id"`
		Resume string `json:"resume_gateway_url"`
	}
	if err := json.Unmarshal(f.Data, &r); err != nil || r.ID == "" {
		return fmt.Errorf("%w: READY names no session", errFrame)
	}
	if !kin(r.Resume, l.s.identifies.address()) {
		r.Resume = "" // the address for all then serves
	}
	l.s.began(Session{Shard: l.s.id, Shards: l.s.of, ID: r.ID, Resume: r.Resume})
	return nil
}

// begun notes that the session is there.
func (l *link) begun(how string) {
	l.ready = true
	l.ws.SetReadDeadline(time.Time{}) // from here heartbeats tell whether the connection lives
	l.s.g.trouble.set(l.s.id, "")
	l.s.log.Info("discord: a session of the gateway has " + how)
}

// receive hands an event on towards take, unless it came before. It waits while too much is under way.
func (l *link) receive(ctx context.Context, f frame) error {
	s := l.s
	d := &dispatch{seq: f.Seq, Dispatch: Dispatch{Shard: s.id, Name: f.Name, Body: f.Data, At: s.g.cfg.Now()}}
	ledger := s.ledger
	if !enter(ctx, &l.stall, s.room, struct{}{}) {
		return ctx.Err()
	}
	if !ledger.add(f.Seq, time.Now(), func() { <-s.room }) {
		<-s.room
		return nil
	}
	d.Done = func() {
		ledger.finish(f.Seq)
		s.changed()
	}
	if f.cut {
		s.log.Error("discord: an event was too large to be read", slog.String("event", f.Name), slog.Int("limit", maxFrame))
		d.Done()
		return nil
	}
	if !enter(ctx, &l.stall, s.queue, d) {
		return ctx.Err()
	}
	return nil
}

// enter sends to a channel, and lets the stall know while that takes time; false when ctx ended before.
func enter[T any](ctx context.Context, w *stall, c chan<- T, v T) bool {
	select {
	case c <- v:
		return true
	default:
	}
	w.begin()
	defer w.end()
	select {
	case c <- v:
		return true
	case <-ctx.Done():
		return false
	}
}
