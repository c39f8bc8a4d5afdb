package discord

import (
	"encoding/json"
	"sync"
)

// turns has what one person writes handled in the order in which it came: each message waits for the one before. Discord brings several
// at once after a connection was away.
type turns struct {
	mu   sync.Mutex
	last map[string]chan struct{} // by author: closed when their newest message is over
}

// of gives a message its turn: before is closed when it is its, and over must be called after it. Everything else waits for nothing.
// Deliveries must be given their turns in order.
func (t *turns) of(in delivery) (before <-chan struct{}, over func()) {
	var m struct {
		Author user `json:"author"`
	}
	if in.dispatch != "MESSAGE_CREATE" || json.Unmarshal(in.body, &m) != nil {
		return nil, func() {}
	}
	mine := make(chan struct{})
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		t.last = map[string]chan struct{}{}
	}
	if earlier := t.last[m.Author.ID]; earlier != nil {
		before = earlier
	}
	t.last[m.Author.ID] = mine
	return before, func() {
		if before != nil {
			<-before // what was left early ends nobody else's turn
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		close(mine)
		if t.last[m.Author.ID] == mine {
			delete(t.last, m.Author.ID)
		}
	}
}
