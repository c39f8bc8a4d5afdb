package discordfake

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"
)

// limit is a route's own rate limit. Discord publishes none of these numbers and tells apps to read the headers; they are of the order
// of what its libraries have seen, and 5 messages in 5 seconds is well observed (discord-api-docs issue 20).
type limit struct {
	group string        // routes of one group share a bucket; the route's own name when empty
	major string        // variable by which buckets differ; with webhook, its token too
	n     int           // 10 when zero
	every time.Duration // 5 s when zero
	free  bool          // not bound to the global limit
}

// rates is what the limits remember, and what tests count.
type rates struct {
	buckets  map[string]*bucket
	global   bucket
	invalids bucket
	ban      time.Time // Cloudflare answers until then
	counts   Counts
}

func newRates() rates {
	return rates{buckets: map[string]*bucket{}, counts: Counts{Routes: map[string]int{}, Limited: map[Fault]int{}, PerSecond: map[int64]int{}}}
}

// bucket is a window with what is used of it.
type bucket struct {
	used int
	ends time.Time
}

// take uses one of n; false where none is left. A window begins with the first request after the one before.
func (b *bucket) take(n int, every time.Duration, now time.Time) bool {
	if !now.Before(b.ends) {
		b.used, b.ends = 0, now.Add(every)
	}
	if b.used >= n {
		return false
	}
	b.used++
	return true
}

// Counts is what has come in so far.
type Counts struct {
	Requests  int
	Routes    map[string]int // by method and path: "POST channels/{channel}/messages"
	Limited   map[Fault]int  // 429s by their kind: Busy (the route's), Shared, Global, HTML; scripted ones too
	Invalid   int            // 401, 403 and 429, but of scope shared
	PerSecond map[int64]int  // requests that are bound to the global limit, refused ones too, by second since 1970
	Peak      int            // the most of them in one second
}

// Counts is what has come in so far.
func (f *Fake) Counts() Counts {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.rest.rates.counts
	c.Routes, c.Limited, c.PerSecond = maps.Clone(c.Routes), maps.Clone(c.Limited), maps.Clone(c.PerSecond)
	for _, n := range c.PerSecond {
		c.Peak = max(c.Peak, n)
	}
	return c
}

// count counts a request.
func (r *rates) count(c *call, now time.Time) {
	r.counts.Requests++
	if c.route == nil {
		return
	}
	r.counts.Routes[c.route.name()]++
	if !c.route.limit.free {
		r.counts.PerSecond[now.Unix()]++
	}
}

// banned tells whether Cloudflare answers in place of Discord.
func (r *rates) banned(now time.Time) bool { return now.Before(r.ban) }

// limited answers a request that comes too often, or in place of which a 429 is scripted; false where it goes on.
func (f *Fake) limited(a *answer, c *call, m mishap, now time.Time) bool {
	switch m.fault {
	case Busy, Shared, Global:
		f.tooMany(a, m.fault, m.wait)
		if m.fault == Global && f.cfg.RateLimits {
			f.rest.rates.global = bucket{math.MaxInt32, now.Add(m.wait)}
		}
		if m.fault != Global && c.route != nil {
			b := &bucket{used: math.MaxInt32, ends: now.Add(m.wait)}
			c.route.headers(a.header, b, now, f.rest.limits)
			if m.fault == Busy && f.cfg.RateLimits {
				f.rest.rates.buckets[c.bucket()] = b
			}
		}
		f.invalid(a, now)
		return true
	case HTML:
		f.cloudflare(a, now.Add(m.wait))
		f.invalid(a, now)
		return true
	}
	if !f.cfg.RateLimits || c.route == nil {
		return false
	}
	rates, l := &f.rest.rates, c.route.limit.filled(f.rest.limits)
	if !l.free && !rates.global.take(f.rest.limits.Global, time.Second, now) {
		f.tooMany(a, Global, rates.global.ends.Sub(now))
		f.invalid(a, now)
		return true
	}
	b := rates.bucket(c.bucket(), now)
	if !b.take(l.n, l.every, now) {
		c.route.headers(a.header, b, now, f.rest.limits)
		f.tooMany(a, Busy, b.ends.Sub(now))
		f.invalid(a, now)
		return true
	}
	a.header.Set("X-RateLimit-Limit", strconv.Itoa(l.n))
	a.header.Set("X-RateLimit-Remaining", strconv.Itoa(l.n-b.used))
	c.route.window(a.header, b, now)
	return false
}

func (l limit) filled(with Limits) limit {
	if l.n == 0 {
		l.n = 10
	}
	if l.every == 0 {
		l.every = 5 * time.Second
	}
	if l.group == posting {
		l.n = with.Posts
	}
	return l
}

// posting is the group of POST channels/{channel}/messages.
const posting = "posting"

// bucket names the bucket of a request.
func (c *call) bucket() string {
	name := c.route.group()
	if major := c.route.limit.major; major != "" {
		name += " " + c.vars[major] + " " + c.vars["token"]
	}
	return name
}

func (r *route) group() string {
	if r.limit.group != "" {
		return r.limit.group
	}
	return r.name()
}

// bucket is a bucket by name. Those whose window is over are forgotten from time to time.
func (r *rates) bucket(name string, now time.Time) *bucket {
	b := r.buckets[name]
	if b == nil {
		if len(r.buckets) > 20_000 {
			maps.DeleteFunc(r.buckets, func(_ string, b *bucket) bool { return !now.Before(b.ends) })
		}
		b = &bucket{}
		r.buckets[name] = b
	}
	return b
}

// headers say that nothing is left of a bucket.
func (r *route) headers(h http.Header, b *bucket, now time.Time, with Limits) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(r.limit.filled(with).n))
	h.Set("X-RateLimit-Remaining", "0")
	r.window(h, b, now)
}

// window says until when a bucket's window goes, and which bucket it is: routes of one bucket give the same hash, whatever the channel.
func (r *route) window(h http.Header, b *bucket, now time.Time) {
	sum := sha256.Sum256([]byte(r.group()))
	h.Set("X-RateLimit-Bucket", hex.EncodeToString(sum[:16]))
	h.Set("X-RateLimit-Reset", decimal(float64(b.ends.UnixMilli())/1000))
	h.Set("X-RateLimit-Reset-After", decimal(max(0, b.ends.Sub(now).Seconds())))
}

// tooMany is an answer to an app that asks too often (docs.discord.com, Rate Limits).
func (f *Fake) tooMany(a *answer, kind Fault, after time.Duration) {
	a.status = http.StatusTooManyRequests
	scope := map[Fault]string{Busy: "user", Shared: "shared", Global: "global"}[kind]
	a.header.Set("X-RateLimit-Scope", scope)
	a.header.Set("Retry-After", seconds(after))
	if kind == Global {
		a.header.Set("X-RateLimit-Global", "true")
	}
	words := "You are being rate limited."
	if kind == Shared {
		words = "The resource is being rate limited."
	}
	a.body = map[string]any{"message": words, "retry_after": math.Ceil(after.Seconds()*1000) / 1000, "global": kind == Global}
	f.rest.rates.counts.Limited[kind]++
}

// cloudflare is the answer of what stands before Discord: no JSON and no Via.
func (f *Fake) cloudflare(a *answer, now time.Time) *answer {
	after := f.rest.rates.ban.Sub(f.cfg.Now())
	if after <= 0 {
		after = now.Sub(f.cfg.Now())
	}
	a.status = http.StatusTooManyRequests
	a.header.Del("Via")
	a.header.Set("Server", "cloudflare")
	a.header.Set("Retry-After", seconds(after))
	a.html = "<!doctype html><html><head><title>Access denied</title></head><body><h1>Error 1015</h1><p>You are being rate limited</p></body></html>"
	f.rest.rates.counts.Limited[HTML]++
	return a
}

// invalid counts what Discord calls an invalid request; too many bring Cloudflare (docs.discord.com, Invalid Request Limit).
func (f *Fake) invalid(a *answer, now time.Time) {
	switch {
	case a.status != http.StatusUnauthorized && a.status != http.StatusForbidden && a.status != http.StatusTooManyRequests:
		return
	case a.header.Get("X-RateLimit-Scope") == "shared":
		return
	}
	r := &f.rest.rates
	r.counts.Invalid++
	if !r.invalids.take(f.rest.limits.Invalid, 10*time.Minute, now) {
		r.ban = now.Add(f.rest.limits.Ban)
	}
}

// seconds is a Retry-After: whole seconds, never too few.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(d.Seconds()))))
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }
