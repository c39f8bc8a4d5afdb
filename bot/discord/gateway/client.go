package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// client has discordgo hand a shard's dispatches to take. It reads them from a host (client_host.go), one at a time, so
// that it is known which one it had if it fails.
type client struct {
	s     *shard
	held  *dispatch                // is handed over at present; nil when none is
	next  atomic.Pointer[dispatch] // the same, until discordgo's handler has it
	taken chan struct{}            // gets one for each that take has
}

// alias stands before the names of dispatches on their way through discordgo. What it does not know by name it hands over
// unread. Its own reading stops at the first kind of component that is newer than it, panics at a guild that is null, and
// would be work for nothing.
const alias = "greenroom "

// feed hands over what is in the queue, and begins a new session of discordgo when one has ended, until ctx ends.
func (s *shard) feed(ctx context.Context) {
	c := &client{s: s, taken: make(chan struct{}, 1)}
	for failures := 1; ctx.Err() == nil; failures++ {
		if err := c.run(ctx); ctx.Err() == nil {
			s.log.Warn("discord: discordgo is started again", slog.Any("err", err))
			sleep(ctx, backoff(failures, s.g.cfg.Rand()))
		}
	}
}

// run runs one session of discordgo until it or ctx ends.
func (c *client) run(ctx context.Context) error {
	ours, theirs := c.s.g.pipe()
	h := newHost(ours)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer h.close()
	parts.Go(h.serve)
	session, gone, err := c.session(theirs)
	if err != nil {
		return err
	}
	if err := session.Open(); err != nil {
		return fmt.Errorf("open discordgo's session: %w", err)
	}
	settle(session, gone)
	err = c.pass(ctx, h)
	if ctx.Err() == nil { // the connection has failed, which discordgo may not have noticed yet
		h.close()
		<-h.over
	}
	select {
	case <-h.over:
		<-gone
	default:
		session.Close()
	}
	return err
}

// session is discordgo with everything off that the guard or the adapter does. gone is closed once it has closed itself.
func (c *client) session(to net.Conn) (session *discordgo.Session, gone <-chan struct{}, err error) {
	session, err = discordgo.New("greenroom") // the token stays with the guard
	if err != nil {
		return nil, nil, fmt.Errorf("make discordgo's session: %w", err)
	}
	session.LogLevel = discordgo.LogError - 1 // nothing: it logs payloads
	session.ShouldReconnectOnError = false
	session.StateEnabled = false
	session.SyncEvents = true
	session.Compress = false
	session.Client = &http.Client{Transport: local{}}
	session.Dialer = &websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) { return to, nil }}
	session.AddHandler(c.handle)
	closed := make(chan struct{})
	once := sync.OnceFunc(func() { close(closed) })
	session.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { once() })
	return session, closed, nil
}

// settle waits until discordgo's first heartbeat is over. A session holds its lock for the whole second that it takes to
// close, so nothing of it may be about to want that lock then: with the clock of a testing/synctest bubble the second would
// never pass. This is also why run neither closes a session that closes itself nor takes its connection away meanwhile.
func settle(session *discordgo.Session, gone <-chan struct{}) {
	for {
		if session.TryRLock() {
			ready := session.DataReady
			session.RUnlock()
			if ready {
				return
			}
		}
		select {
		case <-gone:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// pass writes the dispatches of the queue to the host until it or ctx has ended. One that was not taken by then is kept for
// the next session.
func (c *client) pass(ctx context.Context, h *host) error {
	for {
		if c.held == nil {
			select {
			case c.held = <-c.s.queue:
			case <-h.over:
				return h.err
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		c.next.Store(c.held)
		failed := h.dispatch(c.held)
		if failed == nil {
			select {
			case <-c.taken:
				c.held = nil
				continue
			case <-h.over:
				failed = h.err
			case <-ctx.Done():
				failed = ctx.Err()
			}
		}
		if !c.next.CompareAndSwap(c.held, nil) { // the handler has it
			<-c.taken
			c.held = nil
		}
		return failed
	}
}

// handle is discordgo's handler of every event.
func (c *client) handle(_ *discordgo.Session, e *discordgo.Event) {
	d := c.next.Load()
	if d == nil || d.seq != e.Sequence || !c.next.CompareAndSwap(d, nil) {
		return // the host's own READY
	}
	c.s.take(d.Dispatch)
	c.taken <- struct{}{}
}

// local answers discordgo's one request, GET /gateway.
type local struct{}

func (local) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(`{"url":"ws://greenroom"}`)), Request: req,
	}, nil
}
