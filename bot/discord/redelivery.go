package discord

import "sync"

// told remembers which interactions and messages were taken lately. Discord may send a message again after a session was resumed, and
// whoever gets hold of a signed request may send that again. What changes something is seen by the store in any case; what only looks
// would be answered twice.
type told struct {
	mu    sync.Mutex
	names map[string]bool
	order [toldMost]string // of names, a ring
	next  int
}

// toldMost is how many are remembered: some minutes of the busiest hour of many guilds.
const toldMost = 8192

// first tells that a name is new, and remembers it. An empty name is always new.
func (t *told) first(name string) bool {
	if name == "" {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names[name] {
		return false
	}
	if t.names == nil {
		t.names = map[string]bool{}
	}
	delete(t.names, t.order[t.next])
	t.order[t.next] = name
	t.next = (t.next + 1) % toldMost
	t.names[name] = true
	return true
}
