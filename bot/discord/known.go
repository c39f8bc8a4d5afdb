package discord

import (
	lists "container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// known keeps what Discord was asked about, by key, and asks again when that is old. Whoever needs it meanwhile gets what was last
// known; only what was never heard, or not for long, is waited for. Each key is asked about once at a time.
type known[K comparable, V any] struct {
	ask    func(ctx context.Context, key K) (V, error)
	beside func(job func(ctx context.Context)) bool // runs what is asked, see Discord.beside
	now    func() time.Time
	most   int // keys
	fresh  time.Duration
	stale  time.Duration

	mu     sync.Mutex
	facts  map[K]*lists.Element // of *fact[K, V]
	recent *lists.List          // the least lately needed at the back
}

// fact is what is known of one key. known.mu guards it.
type fact[K comparable, V any] struct {
	key    K
	value  V
	heard  time.Time     // zero before Discord said something
	again  time.Time     // not to be asked about before, because it did not say
	failed error         // why it did not
	asking chan struct{} // closed when the question under way is over; nil without one
}

const (
	askWithin = 10 * time.Second
	askAgain  = 30 * time.Second // after a failure
)

var errNotHeard = errors.New("Discord has not answered in time")

// of is what is known of a key; what was last known where Discord says nothing before ctx ends; an error where it never said anything.
func (k *known[K, V]) of(ctx context.Context, key K) (V, error) {
	f, asking := k.look(key)
	if asking != nil {
		select {
		case <-asking:
		case <-ctx.Done():
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case !f.heard.IsZero():
		return f.value, nil
	case f.failed != nil:
		return f.value, f.failed
	}
	return f.value, errNotHeard
}

// look finds a fact, has Discord asked where that is due, and gives what to wait for; nil where what is known is good enough.
func (k *known[K, V]) look(key K) (*fact[K, V], <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.remember(key)
	now := k.now()
	age := now.Sub(f.heard)
	if age > k.fresh && !now.Before(f.again) && f.asking == nil {
		done := make(chan struct{})
		if k.beside(func(ctx context.Context) { k.learn(ctx, f, done) }) {
			f.asking = done
		}
	}
	if age <= k.stale {
		return f, nil
	}
	return f, f.asking
}

func (k *known[K, V]) learn(ctx context.Context, f *fact[K, V], done chan struct{}) {
	defer close(done)
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	value, err := k.ask(ctx, f.key)
	k.mu.Lock()
	defer k.mu.Unlock()
	if f.asking = nil; err != nil {
		f.failed, f.again = err, k.now().Add(askAgain)
		return
	}
	f.value, f.heard, f.failed = value, k.now(), nil
}

// remember finds a fact, or makes room for one.
func (k *known[K, V]) remember(key K) *fact[K, V] {
	if k.facts == nil {
		k.facts, k.recent = map[K]*lists.Element{}, lists.New()
	}
	if e := k.facts[key]; e != nil {
		k.recent.MoveToFront(e)
		return e.Value.(*fact[K, V])
	}
	f := &fact[K, V]{key: key}
	k.facts[key] = k.recent.PushFront(f)
	if k.recent.Len() > k.most {
		delete(k.facts, k.recent.Remove(k.recent.Back()).(*fact[K, V]).key)
	}
	return f
}

// forget drops what is known of some keys.
func (k *known[K, V]) forget(which func(K) bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for key, e := range k.facts {
		if which(key) {
			k.recent.Remove(e)
			delete(k.facts, key)
		}
	}
}
