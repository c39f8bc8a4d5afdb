package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"greenroom/bot/chat"
)

// hub tells the open pages what has changed.
type hub struct {
	mu   sync.Mutex
	subs map[*sub]bool
}

// news is what a change means for the open pages.
type news struct {
	messages []message
	people   bool // members came or have other names
}

// sub is one listener. Its channel is closed when it is too slow: it then comes again and catches up.
type sub struct{ news chan news }

func newHub() *hub { return &hub{subs: map[*sub]bool{}} }

// backlog is how many changes may wait for one listener.
const backlog = 64

func (h *hub) subscribe() *sub {
	s := &sub{news: make(chan news, backlog)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs[s] = true
	return s
}

func (h *hub) leave(s *sub) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subs, s)
}

func (h *hub) publish(changed news) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		select {
		case s.news <- changed:
		default:
			delete(h.subs, s)
			close(s.news)
		}
	}
}

// Times of a stream.
const (
	heartbeat = 20 * time.Second // between signs of life, so that a dead connection is noticed
	patience  = 30 * time.Second // for one write
)

// live streams to one page what its member may see that has changed since a revision: first what it missed, then what
// comes. Each event's id is a revision, so a browser that reconnects says where it was.
func (p *Playground) live(w http.ResponseWriter, r *http.Request, v *visitor) {
	after, err := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		http.Error(w, "The page did not say what it shows: reload it.", http.StatusBadRequest)
		return
	}
	if last, err := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		after = max(after, last)
	}
	s := p.hub.subscribe()
	defer p.hub.leave(s)
	missed, err := p.history.since(r.Context(), p.cfg.Channels, v.me.ID, after)
	if err != nil {
		p.broken(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := stream{w: w, c: http.NewResponseController(w), p: p, me: v.me.ID, after: after}
	if !out.write("retry: 1000\nevent: hello\ndata: {}\n\n") || !out.send(r, news{missed, true}) {
		return
	}
	ticks := time.NewTicker(heartbeat)
	defer ticks.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-p.quitting:
			return
		case <-ticks.C:
			if !out.write("event: alive\ndata: {}\n\n") {
				return
			}
		case fresh, open := <-s.news:
			if !open || !out.send(r, fresh) {
				return
			}
		}
	}
}

// stream writes server-sent events.
type stream struct {
	w     http.ResponseWriter
	c     *http.ResponseController
	p     *Playground
	me    chat.Member
	after uint64 // the newest revision that the page has
}

// update is one change of a message, as the page's script reads it.
type update struct {
	ID     chat.MessageID `json:"id"`
	Number uint64         `json:"number"`
	Room   chat.Room      `json:"room"`
	Thread chat.MessageID `json:"thread,omitempty"`
	Mine   bool           `json:"mine,omitempty"` // the reader's own doing: written by them, or shown to them alone
	HTML   string         `json:"html,omitempty"` // in the room; empty in a thread, and when the message is gone
	Side   string         `json:"side,omitempty"` // in the side panel
}

func (s *stream) send(r *http.Request, changed news) bool {
	people, err := s.p.history.people(r.Context())
	if err != nil {
		s.p.cfg.Log.Error("playground: the stream of news broke off", "err", err)
		return false
	}
	if changed.people && !s.event("people", page{Me: member{ID: s.me}, People: people}) {
		return false
	}
	for _, m := range changed.messages {
		if m.Rev <= s.after || !m.visible(s.me) {
			continue
		}
		u, err := s.p.update(m, s.me, func(id chat.Member) string { return nameIn(people, id) })
		if err != nil {
			s.p.cfg.Log.Error("playground: a message could not be drawn", "message", m.ID, "err", err)
			continue
		}
		b, err := json.Marshal(u)
		if err != nil || !s.write(fmt.Sprintf("id: %d\nevent: message\ndata: %s\n\n", m.Rev, b)) {
			return false
		}
		s.after = m.Rev
	}
	return true
}

// event sends a part of the page that takes the place of what the page shows.
func (s *stream) event(part string, pg page) bool {
	html, err := s.p.pages.text(part, pg)
	if err != nil {
		s.p.cfg.Log.Error("playground: a part of the page could not be drawn", "part", part, "err", err)
		return false
	}
	b, err := json.Marshal(html)
	return err == nil && s.write(fmt.Sprintf("event: %s\ndata: %s\n\n", part, b))
}

func (p *Playground) update(m message, me chat.Member, names func(chat.Member) string) (update, error) {
	u := update{ID: m.ID, Number: m.Number, Room: m.place(), Thread: m.Thread, Mine: m.From == me || m.Only == me}
	if m.Gone {
		return u, nil
	}
	var err error
	if m.Thread == "" {
		if u.HTML, err = p.pages.text("message", entry{message: m, Names: names}); err != nil {
			return u, err
		}
	}
	if m.Channel != "" {
		u.Side, err = p.pages.text("message", entry{message: m, Side: true, Names: names})
	}
	return u, err
}

// write sends text at once and tells whether the reader is still there.
func (s *stream) write(text string) bool {
	_ = s.c.SetWriteDeadline(time.Now().Add(patience)) // not every writer has deadlines; then the connection's own hold
	if _, err := s.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.c.Flush() == nil
}
