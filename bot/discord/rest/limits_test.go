package rest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// channelMessages is the bucket of messages to a channel as it is seen: five in five seconds.
func channelMessages(at route) (string, int) { return "abc", 5 }

// Discord takes 50 requests a second of a bot. A slot that is due in 2,500 channels goes out at 95 % of that or more.
func TestGlobalLimitIsReachedAndNotPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, latency: 80 * time.Millisecond, global: perSecond, bucket: channelMessages}
		c := d.client()
		const channels = 2500
		begun := time.Now()
		var all sync.WaitGroup
		work := make(chan int)
		for range 16 { // as many as the shell sends at once
			all.Go(func() {
				for channel := range work {
					mustDo(t, c, post(channel))
				}
			})
		}
		for channel := 1; channel <= channels; channel++ {
			work <- channel
		}
		close(work)
		all.Wait()
		took := time.Since(begun)
		rate := channels / took.Seconds()
		t.Logf("%d messages in %v: %.1f a second, %.1f %% of the limit, %d refused", channels, took, rate, 100*rate/perSecond, d.refused)
		if d.refused > 0 || rate < 0.95*perSecond {
			t.Errorf("%.1f requests a second, %d refused; want at least %.1f and none", rate, d.refused, 0.95*perSecond)
		}
	})
}

// Requests arrive as the network pleases, a few milliseconds closer together than they were sent.
func TestGlobalLimitWithAnUnevenNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, global: perSecond}
		d.hold = func(*http.Request) func() {
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
			return func() {}
		}
		c := d.client()
		var all sync.WaitGroup
		for channel := range 500 {
			all.Go(func() { mustDo(t, c, post(channel+1)) })
		}
		all.Wait()
		if d.refused > 0 {
			t.Errorf("%d requests were refused by the global limit", d.refused)
		}
	})
}

// Replies to interactions are not under the global limit, and people wait for them.
func TestRepliesAreNotPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, global: perSecond}
		c := d.client()
		begun := time.Now()
		var all sync.WaitGroup
		for i := range 300 {
			all.Go(func() {
				mustDo(t, c, Request{Method: "POST", Path: fmt.Sprintf("interactions/%d/token%d/callback", i+1, i), Body: 1})
				mustDo(t, c, Request{Method: "PATCH", Path: fmt.Sprintf("webhooks/77/token%d/messages/@original", i), Body: 1})
			})
		}
		all.Wait()
		if took := time.Since(begun); took > 0 {
			t.Errorf("600 replies took %v", took)
		}
	})
}

// A bucket's first request goes alone; then as many at once as Discord lets through, and none is refused.
func TestBucketLetsThroughWhatRemains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int32
		d := &discord{t: t, latency: 100 * time.Millisecond, bucket: channelMessages}
		d.hold = func(r *http.Request) func() {
			n := under.Add(1)
			most.Store(max(most.Load(), n))
			time.Sleep(100 * time.Millisecond)
			return func() { under.Add(-1) }
		}
		c := d.client()
		begun := time.Now()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { mustDo(t, c, post(1)) })
		}
		time.Sleep(190 * time.Millisecond)
		if n := len(d.requests()); n != 1 {
			t.Errorf("%d requests before the first answer of an unknown bucket, want 1", n)
		}
		all.Wait()
		if d.refused > 0 {
			t.Errorf("%d requests were refused", d.refused)
		}
		if n := most.Load(); n < 4 {
			t.Errorf("at most %d requests were under way at once, want 4", n)
		}
		if took := time.Since(begun); took > perWindow+time.Second {
			t.Errorf("ten messages, five in five seconds, took %v", took)
		}
	})
}

// Routes that Discord counts together are limited together, and things that it counts apart are not.
func TestRoutesShareABucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, bucket: func(at route) (string, int) { return "shared", 3 }}
		c := d.client()
		edit := Request{Method: "PATCH", Path: "channels/1/messages/9", Body: 1}
		begun := time.Now()
		for range 3 {
			mustDo(t, c, post(1))
		}
		mustDo(t, c, post(2))
		if took := time.Since(begun); took > time.Second {
			t.Errorf("another channel waited %v", took)
		}
		mustDo(t, c, edit) // nobody knows yet that it shares the bucket: it is refused once, and waits
		mustDo(t, c, edit)
		mustDo(t, c, post(1))
		if took := time.Since(begun); took < perWindow || took > perWindow+time.Second {
			t.Errorf("six requests, three in five seconds, took %v", took)
		}
		if d.refused > 1 {
			t.Errorf("%d requests were refused, want at most the one that found out", d.refused)
		}
	})
}

func TestLimitsThatAreReached(t *testing.T) {
	html := "<html>error code: 1015</html>"
	for name, test := range map[string]struct {
		say    canned
		others time.Duration // how long other channels are held up
		reply  time.Duration // and replies
		same   time.Duration // and the channel itself
		counts int           // answers that count towards a ban
	}{
		"route": {
			say:  canned{status: 429, header: map[string]string{"X-RateLimit-Scope": "user", "Retry-After": "2"}, body: `{"message":"x","retry_after":1.5,"global":false}`},
			same: 1500 * time.Millisecond, counts: 1,
		},
		"shared": {
			say:  canned{status: 429, header: map[string]string{"X-RateLimit-Scope": "shared", "Retry-After": "3"}, body: `{"message":"x","retry_after":3,"global":false}`},
			same: 3 * time.Second,
		},
		"global": {
			say:  canned{status: 429, header: map[string]string{"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global", "Retry-After": "3"}, body: `{"message":"x","retry_after":2.5,"global":true}`},
			same: 2500 * time.Millisecond, others: 2500 * time.Millisecond, counts: 1,
		},
		"Cloudflare": {
			say:  canned{status: 429, header: map[string]string{"Retry-After": "4"}, body: html},
			same: 4 * time.Second, others: 4 * time.Second, reply: 4 * time.Second, counts: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &discord{t: t}
				first := true
				d.say = func(r *http.Request) *canned {
					if first {
						first = false
						return &test.say
					}
					return nil
				}
				c := d.client()
				begun := time.Now()
				after := func(r Request) (took time.Duration) {
					mustDo(t, c, r)
					return time.Since(begun)
				}
				var same, others, reply time.Duration
				var all sync.WaitGroup
				all.Go(func() { same = after(post(1)) })
				synctest.Wait()
				time.Sleep(time.Millisecond)
				all.Go(func() { others = after(post(2)) })
				all.Go(func() { reply = after(Request{Method: "POST", Path: "interactions/1/secret/callback", Body: 1}) })
				all.Wait()
				for what, took := range map[string][2]time.Duration{"the channel": {same, test.same}, "others": {others, test.others}, "replies": {reply, test.reply}} {
					if took[0] < took[1] || took[0] > took[1]+100*time.Millisecond {
						t.Errorf("%s waited %v, want %v", what, took[0], took[1])
					}
				}
				got := d.requests()
				if len(got) != 4 {
					t.Errorf("%d requests, want 4", len(got))
				}
				for _, r := range got {
					if r.method == "POST" && strings.Contains(r.path, "messages") && r.body != `{"content":"hello"}` {
						t.Errorf("sent again with the body %q", r.body)
					}
				}
				if n := c.limits.invalid.count(time.Now()); n != test.counts {
					t.Errorf("%d invalid requests counted, want %d", n, test.counts)
				}
			})
		})
	}
}

// A wait of more than a few seconds is the caller's.
func TestLongWaitsAreGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, say: func(*http.Request) *canned {
			return &canned{status: 429, body: `{"message":"x","retry_after":60.5,"global":false}`}
		}}
		c := d.client()
		begun := time.Now()
		for range 2 { // the second is not even sent
			w := fails[*Wait](t, c, t.Context(), post(1))
			if got := w.Until.Sub(begun); got != 60500*time.Millisecond {
				t.Errorf("wait until %v later, want 60.5 s", got)
			}
		}
		if n := len(d.requests()); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	})
}

// A limit on what is asked for, such as edits of old messages, says nothing about other requests of the route.
func TestLimitsWithACodeAreErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, say: func(r *http.Request) *canned {
			if r.Method == "PATCH" {
				return &canned{status: 429, body: `{"message":"Maximum number of edits","code":30046,"retry_after":1800.5}`}
			}
			return nil
		}}
		c := d.client()
		begun := time.Now()
		e := fails[*Error](t, c, t.Context(), Request{Method: "PATCH", Path: "channels/1/messages/2", Body: 1})
		if e.Status != 429 || e.Code != 30046 || e.After != 1800500*time.Millisecond {
			t.Errorf("error %+v", e)
		}
		fails[*Error](t, c, t.Context(), Request{Method: "PATCH", Path: "channels/1/messages/3", Body: 1})
		mustDo(t, c, post(1))
		if took := time.Since(begun); took > time.Second {
			t.Errorf("others waited %v", took)
		}
	})
}

func TestContextIsHonouredWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, bucket: func(route) (string, int) { return "one", 1 }}
		c := d.client()
		mustDo(t, c, post(1))
		begun := time.Now()

		short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		fails[*Wait](t, c, short, post(1))
		if took := time.Since(begun); took > 0 {
			t.Errorf("a wait that ends after the deadline failed after %v, want at once", took)
		}
		cancelled, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		fails[*Wait](t, c, cancelled, post(1))
		if took := time.Since(begun); took != time.Second {
			t.Errorf("a wait that was cancelled after a second ended after %v", took)
		}
		mustDo(t, c, post(1))
		if took := time.Since(begun); took != perWindow {
			t.Errorf("the place in the bucket came after %v, want 5 s", took)
		}
		if n := len(d.requests()); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// A turn that nobody can wait for is left to others.
func TestQueueIsNotFilledByThoseWhoLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t}
		c := d.client()
		mustDo(t, c, post(1))
		short, cancel := context.WithTimeout(t.Context(), pace/2)
		defer cancel()
		for channel := range 100 {
			fails[*Wait](t, c, short, post(channel+2))
		}
		begun := time.Now()
		mustDo(t, c, post(200))
		if took := time.Since(begun); took > pace {
			t.Errorf("the next request waited %v for turns that nobody took", took)
		}
	})
}

// What may have been done is not sent again.
func TestNothingAmbiguousIsRepeated(t *testing.T) {
	for name, say := range map[string]*canned{
		"500":         {status: 500, body: `{"message":"500: Internal Server Error","code":0}`},
		"502":         {status: 502, body: "<html>bad gateway</html>"},
		"503":         {status: 503, body: "upstream connect error"},
		"504":         {status: 504, body: "<html>"},
		"lost answer": {err: errors.New("connection reset by peer")},
		"cut answer":  {status: 200, body: `{"id":`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &discord{t: t, say: func(*http.Request) *canned { return say }}
				d.hold = func(r *http.Request) func() { connected(r); return func() {} }
				c := d.client()
				var v struct{}
				err := c.Do(t.Context(), post(1), &v)
				var said *Error
				switch {
				case err == nil, errors.As(err, new(*Wait)):
					t.Errorf("error %v, want one that says that nobody knows", err)
				case errors.As(err, &said) != (say.status >= 300):
					t.Errorf("error %T %v", err, err)
				case said != nil && said.Status != say.status:
					t.Errorf("status %d, want %d", said.Status, say.status)
				}
				if n := len(d.requests()); n != 1 {
					t.Errorf("%d requests, want 1", n)
				}
			})
		})
	}
}

// What did not reach Discord was not done.
func TestNoConnectionIsAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, say: func(*http.Request) *canned { return &canned{err: errors.New("no route to host")} }}
		fails[*Wait](t, d.client(), t.Context(), post(1))
	})
}

func TestManyRefusedRequestsStopWhatNobodyWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, say: func(*http.Request) *canned {
			return &canned{status: 403, body: `{"message":"Missing Access","code":50001}`}
		}}
		c := d.client()
		reply := Request{Method: "POST", Path: "interactions/1/secret/callback", Body: 1}
		for range invalidStop {
			fails[*Error](t, c, t.Context(), reply)
		}
		if c.Trouble() == "" {
			t.Error("no trouble is told")
		}
		begun := time.Now()
		fails[*Wait](t, c, t.Context(), post(1))
		fails[*Error](t, c, t.Context(), reply)
		if n := len(d.requests()); n != invalidStop+1 {
			t.Errorf("%d requests, want %d", n, invalidStop+1)
		}
		time.Sleep(invalidWindow + invalidStep)
		fails[*Error](t, c, t.Context(), post(1))
		if c.Trouble() != "" {
			t.Errorf("trouble is told %v later: %s", time.Since(begun), c.Trouble())
		}
	})
}

func TestRefusedTokenStopsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := true
		d := &discord{t: t}
		d.say = func(r *http.Request) *canned {
			switch {
			case strings.Contains(r.URL.Path, "webhooks"):
				return &canned{status: 401, body: `{"message":"Invalid Webhook Token","code":50027}`}
			case bad:
				return &canned{status: 401, body: `{"message":"401: Unauthorized","code":0}`}
			}
			return nil
		}
		c := d.client()
		if e := fails[*Error](t, c, t.Context(), Request{Method: "PATCH", Path: "webhooks/7/secret/messages/@original", Body: 1}); !Is(e, 50027) || c.Trouble() != "" {
			t.Errorf("an old interaction: error %v, trouble %q", e, c.Trouble())
		}
		if e := fails[*Error](t, c, t.Context(), post(1)); e.Status != 401 {
			t.Errorf("status %d, want 401", e.Status)
		}
		if c.Trouble() == "" {
			t.Error("no trouble is told")
		}
		for i := range 10 {
			fails[*Wait](t, c, t.Context(), post(i+2))
		}
		if n := len(d.requests()); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
		time.Sleep(tokenAgain)
		bad = false
		mustDo(t, c, post(1))
		if c.Trouble() != "" {
			t.Errorf("trouble is told: %s", c.Trouble())
		}
	})
}

func TestTextsHoldNoSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, say := range []*canned{
			{status: 404, body: `{"message":"Unknown interaction","code":10062}`}, {status: 502, body: "<html>"},
			{err: errors.New("reset")}, {status: 200, body: "{"}, {status: 429, body: `{"retry_after":100}`},
		} {
			d := &discord{t: t, say: func(*http.Request) *canned { return say }}
			d.hold = func(r *http.Request) func() { connected(r); return func() {} }
			var v struct{}
			for _, path := range []string{"interactions/5/hush/callback?with_response=true", "webhooks/7/hush/messages/@original"} {
				err := d.client().Do(t.Context(), Request{Method: "POST", Path: path, Body: 1}, &v)
				if err == nil || strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "secret") {
					t.Errorf("error %v", err)
				}
			}
		}
	})
}

// 20,000 interactions leave nothing behind.
func TestBucketsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{t: t, bucket: func(at route) (string, int) { return "hook", 5 }}
		c := d.client()
		for i := range 20_000 {
			mustDo(t, c, Request{Method: "PATCH", Path: "webhooks/7/token" + strconv.Itoa(i) + "/messages/@original", Body: 1})
			time.Sleep(time.Millisecond)
			if n := len(c.limits.buckets.of); n > 15_000 { // 5,000 a window are in use
				t.Fatalf("%d buckets after %d interactions", n, i+1)
			}
		}
		time.Sleep(sweepBuckets)
		mustDo(t, c, post(1))
		if n := len(c.limits.buckets.of); n > 1 {
			t.Errorf("%d buckets are left, want 1", n)
		}
		if n := len(c.limits.buckets.names); n != 2 {
			t.Errorf("%d names of buckets, want 2", n)
		}
	})
}

// BenchmarkBuckets tells what an interaction costs that is in its window still.
func BenchmarkBuckets(b *testing.B) {
	l := newLimits(nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	at := routeOf("PATCH", "webhooks/7/token/messages/@original")
	h := http.Header{}
	for name, value := range map[string]string{"Bucket": "hook", "Limit": "5", "Remaining": "4", "Reset": "100", "Reset-After": "3600"} {
		h.Set("X-RateLimit-"+name, value)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at.major = "7/aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTA6" + strconv.Itoa(i)
		bucket, err := l.enter(b.Context(), at)
		if err != nil {
			b.Fatal(err)
		}
		l.answered(at, bucket, answer{status: 200, header: h})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(l.buckets.of)), "B/bucket")
}

func TestRoutes(t *testing.T) {
	for path, want := range map[string]route{
		"channels/12/messages/34":               {pattern: "GET channels/*/messages/*", major: "12"},
		"channels/12/messages?limit=100":        {pattern: "GET channels/*/messages", major: "12"},
		"guilds/12/threads/active":              {pattern: "GET guilds/*/threads/active", major: "12"},
		"users/@me/channels":                    {pattern: "GET users/@me/channels"},
		"gateway/bot":                           {pattern: "GET gateway/bot"},
		"webhooks/1/tok/messages/@original":     {pattern: "GET webhooks/*/*/messages/@original", major: "1/tok", reply: true},
		"interactions/1/tok/callback":           {pattern: "GET interactions/*/*/callback", major: "1/tok", reply: true},
		"applications/7/guilds/12/commands/345": {pattern: "GET applications/*/guilds/*/commands/*"},
	} {
		if got := routeOf("GET", path); got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
}

// Whatever is sent at once, and however unevenly answers come, no request is refused whose limit Discord has told.
func TestNoRequestIsRefusedThatHeadersWarnOf(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 3))
			limits := []int{1 + random.IntN(5), 1 + random.IntN(5), 0}
			d := &discord{t: t, global: perSecond}
			d.bucket = func(at route) (string, int) {
				n := limits[len(at.pattern)%len(limits)]
				if n == 0 {
					return "", 0
				}
				return at.pattern, n
			}
			var mu sync.Mutex
			d.hold = func(*http.Request) func() {
				mu.Lock()
				late := time.Duration(random.IntN(300)) * time.Millisecond
				mu.Unlock()
				time.Sleep(late / 2)
				return func() { time.Sleep(late / 2) }
			}
			c := d.client()
			var all sync.WaitGroup
			for worker := range 12 {
				random := rand.New(rand.NewPCG(seed, uint64(100+worker)))
				all.Go(func() {
					for range 15 {
						r := Request{Method: []string{"POST", "PATCH", "GET"}[random.IntN(3)], Path: fmt.Sprintf("channels/%d/messages", 1+random.IntN(3))}
						var wait *Wait
						for err := c.Do(t.Context(), r, nil); err != nil; err = c.Do(t.Context(), r, nil) {
							if !errors.As(err, &wait) {
								t.Fatal(err)
							}
							time.Sleep(time.Until(wait.Until))
						}
					}
				})
			}
			all.Wait()
			if n := len(d.requests()); d.refused > 0 || n != 12*15 {
				t.Errorf("seed %d: %d requests, %d refused", seed, n, d.refused)
			}
		})
	}
}
