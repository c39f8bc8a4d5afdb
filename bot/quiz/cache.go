package quiz

import (
	"bytes"
	"sync"
)

// cache remembers values of a pure function. It forgets everything when it is full, which costs time only.
type cache[T any] struct {
	mu     sync.Mutex
	values map[string]T
}

const cacheSize = 4096

func (c *cache[T]) get(key string, compute func() T) T {
	if v, ok := c.known(key); ok {
		return v
	}
	v := compute()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil || len(c.values) >= cacheSize {
		c.values = map[string]T{}
	}
	c.values[key] = v
	return v
}

// known is what was computed before.
func (c *cache[T]) known(key string) (T, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.values[key]
	return v, ok
}

// latest remembers what was last decoded from each record, for records that are read far more often than written. What
// it gives is shared and must not be changed. Like cache it is only a memory of a pure function.
type latest[T any] struct {
	mu     sync.Mutex
	values map[string]decoded[T]
}

type decoded[T any] struct {
	from  []byte
	value T
}

func (l *latest[T]) get(key string, from []byte, decode func() (T, error)) (T, error) {
	l.mu.Lock()
	d, ok := l.values[key]
	l.mu.Unlock()
	if ok && bytes.Equal(d.from, from) {
		return d.value, nil
	}
	value, err := decode()
	if err != nil {
		return value, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.values == nil || len(l.values) >= cacheSize {
		l.values = map[string]decoded[T]{}
	}
	l.values[key] = decoded[T]{from, value}
	return value, nil
}
