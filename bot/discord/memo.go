package discord

import "sync"

// memo remembers what is cheap to find out again. It forgets everything when it is full. The zero memo is empty.
type memo[V any] struct {
	mu    sync.Mutex
	facts map[string]V
}

const memoMost = 5000

func (m *memo[V]) get(key string) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.facts[key]
	return v, ok
}

func (m *memo[V]) set(key string, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.facts == nil || len(m.facts) >= memoMost {
		m.facts = map[string]V{}
	}
	m.facts[key] = v
}

func (m *memo[V]) forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.facts, key)
}
