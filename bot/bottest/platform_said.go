package bottest

import (
	"context"
	"slices"
	"sync"

	"greenroom/bot/chat"
)

// said is what members did on a platform, until the bot has acknowledged it: like a real platform it hands an event over
// again, to the next connection, when the first was lost before the acknowledgement.
type said struct {
	mu         sync.Mutex
	waiting    []*utterance  // oldest first
	news       chan struct{} // closed and made anew whenever something waits
	connection int           // the newest; older ones get nothing more
}

// utterance is one event on its way.
type utterance struct {
	event chat.Event
	held  bool            // handed to the newest connection
	reply chan chat.Reply // holds one
}

func newSaid() *said { return &said{news: make(chan struct{})} }

// say hands an event to the bot and waits for its reply, over as many connections as it takes.
func (s *said) say(ctx context.Context, e chat.Event) (chat.Reply, error) {
	u := &utterance{event: e, reply: make(chan chat.Reply, 1)}
	s.mu.Lock()
	s.waiting = append(s.waiting, u)
	s.tell()
	s.mu.Unlock()
	select {
	case r := <-u.reply:
		return r, nil
	case <-ctx.Done():
		return chat.Reply{}, ctx.Err()
	}
}

func (s *said) tell() {
	close(s.news)
	s.news = make(chan struct{})
}

// connect begins a connection: what the one before held is handed over again.
func (s *said) connect() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.waiting {
		u.held = false
	}
	s.connection++
	s.tell()
	return s.connection
}

// next is the oldest event that nobody holds. ok is false when ctx ends first or the connection is not the newest.
func (s *said) next(ctx context.Context, connection int) (e chat.Event, ok bool) {
	for {
		s.mu.Lock()
		news := s.news
		if connection == s.connection {
			i := slices.IndexFunc(s.waiting, func(u *utterance) bool { return !u.held })
			if i >= 0 {
				u := s.waiting[i]
				u.held = true
				s.mu.Unlock()
				return u.event, true
			}
		}
		s.mu.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
			return chat.Event{}, false
		}
	}
}

// done ends an event with its reply; taken says that the bot has acknowledged it, otherwise it waits again.
func (s *said) done(connection int, name string, taken bool, r chat.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.waiting, func(u *utterance) bool { return u.event.ID.Name == name })
	if i < 0 || connection != s.connection {
		return
	}
	u := s.waiting[i]
	if !taken {
		u.held = false
		s.tell()
		return
	}
	s.waiting = slices.Delete(s.waiting, i, i+1)
	u.reply <- r
}
