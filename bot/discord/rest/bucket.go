package rest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// buckets are the limits that Discord tells in the headers of its answers: so many requests until an instant, for routes that
// share a bucket, for each major thing by itself. They are forgotten when they are full again, or no limit at all: each
// interaction has its own.
type buckets struct {
	of    map[string]*bucket // by key
	names map[string]string  // route's pattern -> the name that Discord gave to its bucket
	swept time.Time
	many  int // as many buckets make it look for idle ones
}

// bucket is one limit. The first request of one that Discord has told nothing of goes alone, and the others wait for what
// its answer says.
type bucket struct {
	key       string
	known     bool      // an answer has come
	limited   bool      // and it told of a limit; the next three count then
	limit     int       // requests in a window
	remaining int       // of them, as the newest answer told
	reset     time.Time // when the window ends
	window    float64   // when it ends by Discord's clock, in seconds of Unix time: the name of the window
	under     int       // requests under way
	waiting   int
	changed   chan struct{} // is closed, and replaced, when an answer comes
}

const (
	fewBuckets   = 1000
	sweepBuckets = time.Minute
	oneWindow    = 0.1 // seconds by which two answers may differ about the end of one window
)

func newBuckets() buckets {
	return buckets{of: map[string]*bucket{}, names: map[string]string{}, many: fewBuckets}
}

func (b *buckets) key(at route) string {
	name, ok := b.names[at.pattern]
	if !ok {
		name = at.pattern
	}
	return name + " " + at.major
}

// get finds or makes the bucket of a route.
func (b *buckets) get(at route, now time.Time) *bucket {
	key := b.key(at)
	have, ok := b.of[key]
	if !ok {
		b.sweep(now)
		have = &bucket{key: key, changed: make(chan struct{})}
		b.of[key] = have
	}
	return have
}

// sweep forgets idle buckets: when there are many, and once a minute.
func (b *buckets) sweep(now time.Time) {
	if len(b.of) < b.many && now.Sub(b.swept) < sweepBuckets {
		return
	}
	left := map[string]*bucket{} // a map does not shrink
	for key, have := range b.of {
		if !have.idle(now) {
			left[key] = have
		}
	}
	b.of, b.swept, b.many = left, now, max(fewBuckets, 2*len(left))
}

// wake tells those who wait that something has changed.
func (b *bucket) wake() {
	if b.waiting > 0 {
		close(b.changed)
		b.changed = make(chan struct{})
	}
}

func (b *bucket) idle(now time.Time) bool {
	return b.under == 0 && b.waiting == 0 && (!b.limited || !now.Before(b.reset))
}

// free tells whether one more request may go now, and if not, until when; a zero time means until an answer comes.
func (b *bucket) free(now time.Time) (ok bool, until time.Time) {
	switch {
	case !b.known:
		return b.under == 0, time.Time{}
	case !b.limited:
		return true, time.Time{}
	}
	if !now.Before(b.reset) {
		b.remaining = b.limit
	}
	// Those under way may be counted in remaining already; then their answers say so.
	switch {
	case b.remaining > b.under:
		return true, time.Time{}
	case now.Before(b.reset):
		return false, b.reset
	}
	return false, time.Time{}
}

// learn takes what the headers of an answer tell, and returns the bucket that they are about: routes turn out to share one.
// Who waits looks the bucket up again.
func (b *buckets) learn(at route, have *bucket, h http.Header, now time.Time) *bucket {
	if name := h.Get("X-RateLimit-Bucket"); name != "" {
		b.names[at.pattern] = name
		have = b.rename(have, b.key(at))
	}
	have.learn(h, now)
	return have
}

// rename gives a bucket another key. Where that is taken already, the bucket that has it is the one.
func (b *buckets) rename(have *bucket, key string) *bucket {
	if have.key == key {
		return have
	}
	if b.of[have.key] == have {
		delete(b.of, have.key)
	}
	if other, ok := b.of[key]; ok {
		return other
	}
	have.key = key
	b.of[key] = have
	return have
}

func (b *bucket) learn(h http.Header, now time.Time) {
	first := !b.known
	b.known = true
	limit, err1 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	after, ok := seconds(h.Get("X-RateLimit-Reset-After"))
	if err1 != nil || err2 != nil || !ok {
		return // no limit, or nothing new about it
	}
	window, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset"), 64)
	if err != nil {
		window = float64(now.Add(after).UnixMilli()) / 1000
	}
	switch {
	case first || !b.limited || !now.Before(b.reset) || window > b.window+oneWindow:
		b.remaining, b.reset, b.window = remaining, now.Add(after), window
	case window > b.window-oneWindow:
		b.remaining = min(b.remaining, remaining) // answers overtake one another
	}
	b.limited, b.limit = true, max(limit, 1)
}

// shut closes the bucket for a while: Discord has refused a request for it.
func (b *bucket) shut(now time.Time, after time.Duration) {
	b.known, b.limited, b.limit, b.remaining = true, true, max(b.limit, 1), 0
	if until := now.Add(after); until.After(b.reset) {
		b.reset = until
	}
}

// seconds reads a decimal number of seconds.
func seconds(s string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || f < 0 || f > 1e6 {
		return 0, false
	}
	return time.Duration(f * float64(time.Second)), true
}
