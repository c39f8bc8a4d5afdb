package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// shard is one of the sessions, from connection to connection.
type shard struct {
	g          *Gateway
	id, of     int
	identifies *limiter
	take       func(Dispatch)
	log        *slog.Logger

	queue chan *dispatch // to discordgo
	room  chan struct{}  // one for each dispatch that was received and is not done
	moved chan struct{}  // there is more to keep

	mu      sync.Mutex
	session Session // without Seq
	ledger  *ledger // of the session; nil while there is none

	lastUp   time.Time // when the session last was of use
	failures int       // connections in a row that did not last
	dead     int       // in a row that met no gateway
}

// dispatch is one on its way to take.
type dispatch struct {
	Dispatch
	seq int64
}

const (
	// maxUndone bounds the memory of what is under way: a dispatch that people cause has a few kilobytes.
	maxUndone = 4096
	maxQueued = 16

	steady      = 10 * time.Second // a session that was there for as long had a good connection
	mostWhileUp = 3                // failures in a row that count while the session can be resumed: two seconds at most

	// giveUp is how long a session is tried to be resumed while the gateway can be reached: Discord keeps one for a few
	// minutes.
	giveUp = 10 * time.Minute

	troubleAfter = 30 * time.Second // without a connection
)

func newShard(g *Gateway, id int, p plan, identifies *limiter, take func(Dispatch)) *shard {
	return &shard{
		g: g, id: id, of: p.Shards, identifies: identifies, take: take, log: g.cfg.Log.With(slog.Int("shard", id)), lastUp: time.Now(),
		queue: make(chan *dispatch, maxQueued), room: make(chan struct{}, maxUndone), moved: make(chan struct{}, 1),
	}
}

// adopt takes over the session of an earlier process.
func (s *shard) adopt(saved Session) {
	s.session, s.ledger = saved, newLedger(saved.Seq)
}

// run keeps the shard connected until ctx ends, or Discord closes it for good.
func (s *shard) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer stop()
	parts.Go(func() { s.keep(ctx) })
	parts.Go(func() { s.feed(ctx) })
	for ctx.Err() == nil {
		begun := time.Now()
		e := s.connection(ctx)
		if ctx.Err() != nil {
			break
		}
		if e.next == forGood {
			s.log.Error("discord: the gateway has closed a shard for good", slog.Int("code", e.code), slog.String("why", e.why))
			s.g.trouble.set(s.id, e.why)
			return &Closed{Code: e.code, Reason: e.why}
		}
		s.afterwards(ctx, e, time.Since(begun))
	}
	return nil
}

// afterwards decides how to go on after a connection, and waits until then.
func (s *shard) afterwards(ctx context.Context, e *ending, lasted time.Duration) {
	switch {
	case e.up && lasted >= steady:
		s.failures = 0
	case e.up: // Discord is there: whoever stays away for long loses the session
		s.failures = min(s.failures, mostWhileUp)
	}
	s.failures++
	if s.dead++; e.met {
		s.dead = 0
	}
	if e.next == resume && e.met && s.ledger != nil && time.Since(s.lastUp) > giveUp {
		e.next = anew
	}
	if e.next == anew {
		s.forget()
	}
	wait := max(e.wait, backoff(s.failures, s.g.cfg.Rand()))
	if e.soon && s.failures == 1 {
		wait = e.wait
	}
	if time.Since(s.lastUp) > troubleAfter {
		s.g.trouble.set(s.id, unreachable)
	}
	level := slog.LevelWarn
	if e.soon {
		level = slog.LevelInfo
	}
	s.log.Log(ctx, level, "discord: a connection of the gateway has ended",
		slog.String("why", e.why), slog.Bool("resumes", s.ledger != nil), slog.Duration("again", wait))
	sleep(ctx, wait)
}

// forget drops the session: nothing of it can be had again. Its dispatches that are under way end as they would have.
func (s *shard) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session, s.ledger = Session{}, nil
}

// began notes the session of a READY.
func (s *shard) began(session Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session, s.ledger = session, newLedger(0)
}

// alive notes that the session was of use a moment ago, if it was.
func (s *shard) alive(is bool) {
	if is {
		s.lastUp = time.Now()
	}
}

// connection connects, resumes the session or begins one, and returns when the connection has ended.
func (s *shard) connection(ctx context.Context) *ending {
	var begins *turn
	if s.ledger == nil {
		if begins = s.identifies.wait(ctx, s.id); begins == nil {
			return &ending{}
		}
		defer func() {
			if begins != nil {
				begins.end()
			}
		}()
	}
	ws, err := s.dial(ctx)
	if err != nil {
		return endingOf(err)
	}
	l := newLink(s, ws)
	e := l.serve(ctx, func() {
		if begins != nil {
			begins.sent()
			begins.end()
			begins = nil
		}
	})
	e.met, e.up = l.met, l.ready
	return e
}

// dial connects where the session is to be resumed; after a failure there, at the gateway that Discord names to all, and so
// in turn.
func (s *shard) dial(ctx context.Context) (*websocket.Conn, error) {
	base := s.identifies.address()
	if s.dead%2 == 0 && kin(s.session.Resume, base) {
		return s.g.dial(ctx, s.session.Resume)
	}
	if s.dead > 0 {
		base = s.identifies.current(ctx, planFresh).URL
	}
	return s.g.dial(ctx, base)
}

const dialWithin = 10 * time.Second

// dial opens a connection to a gateway that Discord named.
func (g *Gateway) dial(ctx context.Context, base string) (*websocket.Conn, error) {
	to, err := address(base)
	if err != nil {
		return nil, err
	}
	dialer := websocket.Dialer{NetDialContext: g.cfg.Dial, HandshakeTimeout: dialWithin}
	if g.cfg.Dial == nil {
		dialer.Proxy = http.ProxyFromEnvironment
	}
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	ws, response, err := dialer.DialContext(ctx, to, nil)
	if errors.Is(err, websocket.ErrBadHandshake) {
		return nil, &ending{why: "connect to the gateway: Discord answered " + response.Status}
	}
	if err != nil {
		return nil, &ending{why: "connect to the gateway: " + err.Error()}
	}
	return ws, nil
}
