package quiz

import "sync"

// cache remembers values of a pure function. It forgets everything when it is full, which costs time only.
type cache[T any] struct {
	mu     sync.Mutex
	values map[string]T
}

const cacheSize = 4096

func (c *cache[T]) get(key string, compute func() T) T {
	c.mu.Lock()
	v, ok := c.values[key]
	c.mu.Unlock()
	if ok {
		return v
	}
	v = compute()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil || len(c.values) >= cacheSize {
		c.values = map[string]T{}
	}
	c.values[key] = v
	return v
}
