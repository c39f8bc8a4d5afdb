package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// discord is what stands behind a client in these tests: an http.RoundTripper with Discord's limits, in the time of the bubble.
type discord struct {
	t       *testing.T
	latency time.Duration
	global  int                          // requests a second; 0 for any number
	bucket  func(route) (string, int)    // name and requests in five seconds; "" for none
	say     func(*http.Request) *canned  // answers in place of a success; nil for none
	hold    func(r *http.Request) func() // is called when a request arrives; what it returns when it is answered

	mu      sync.Mutex
	second  []time.Time // of requests that count towards the global limit
	windows map[string]*window
	got     []request
	refused int // answers of 429
}

type window struct {
	end  time.Time
	used int
}

type request struct {
	at     time.Time
	method string
	path   string
	body   string
}

type canned struct {
	status int
	header map[string]string
	body   string
	err    error
}

const perWindow = 5 * time.Second

func (d *discord) RoundTrip(r *http.Request) (*http.Response, error) {
	at := routeOf(r.Method, strings.TrimPrefix(r.URL.Path, "/api/v10/"))
	time.Sleep(d.latency / 2)
	resp, err := d.answer(r, at)
	time.Sleep(d.latency / 2)
	if r.Context().Err() != nil {
		return nil, r.Context().Err()
	}
	return resp, err
}

func (d *discord) answer(r *http.Request, at route) (*http.Response, error) {
	if d.hold != nil {
		defer d.hold(r)()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	req := request{at: now, method: r.Method, path: strings.TrimPrefix(r.URL.RequestURI(), "/api/v10/")}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		req.body = string(body)
	}
	d.got = append(d.got, req)
	if d.say != nil {
		if c := d.say(r); c != nil {
			return c.response(), c.err
		}
	}
	header := map[string]string{}
	if !at.reply && d.global > 0 {
		for len(d.second) > 0 && now.Sub(d.second[0]) >= time.Second {
			d.second = d.second[1:]
		}
		if len(d.second) >= d.global {
			d.refused++
			after := time.Second - now.Sub(d.second[0])
			return (&canned{429, map[string]string{"X-RateLimit-Global": "true", "Retry-After": "1"},
				fmt.Sprintf(`{"message":"limited","retry_after":%f,"global":true}`, after.Seconds()), nil}).response(), nil
		}
		d.second = append(d.second, now)
	}
	if d.bucket != nil {
		if name, limit := d.bucket(at); name != "" {
			w, ok := d.windows[name+at.major]
			if !ok || !now.Before(w.end) {
				w = &window{end: now.Add(perWindow)}
				if d.windows == nil {
					d.windows = map[string]*window{}
				}
				d.windows[name+at.major] = w
			}
			w.used++
			after := w.end.Sub(now)
			header = map[string]string{
				"X-RateLimit-Bucket": name, "X-RateLimit-Limit": strconv.Itoa(limit), "X-RateLimit-Remaining": strconv.Itoa(max(limit-w.used, 0)),
				"X-RateLimit-Reset":       strconv.FormatFloat(float64(w.end.UnixMilli())/1000, 'f', 3, 64),
				"X-RateLimit-Reset-After": strconv.FormatFloat(after.Seconds(), 'f', 3, 64),
			}
			if w.used > limit {
				d.refused++
				header["X-RateLimit-Scope"] = "user"
				return (&canned{429, header, fmt.Sprintf(`{"message":"limited","retry_after":%f,"global":false}`, after.Seconds()), nil}).response(), nil
			}
		}
	}
	return (&canned{200, header, `{"id":"1"}`, nil}).response(), nil
}

func (c *canned) response() *http.Response {
	if c.err != nil {
		return nil
	}
	r := &http.Response{StatusCode: c.status, Status: strconv.Itoa(c.status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(c.body))}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Via", "1.1 google")
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	if strings.HasPrefix(c.body, "<") {
		r.Header.Set("Content-Type", "text/html")
		r.Header.Del("Via")
	}
	return r
}

// client is one that speaks to d.
func (d *discord) client() *Client {
	c := New(Config{Token: "secret.bot.token", API: "https://discord.fake/api/v10/"})
	c.session.Client.Transport.(*transport).next = d
	return c
}

func (d *discord) requests() []request {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]request(nil), d.got...)
}

func post(channel int) Request {
	return Request{Method: "POST", Path: fmt.Sprintf("channels/%d/messages", channel), Body: map[string]string{"content": "hello"}}
}

// fails is Do for a request that should not succeed.
func fails[E error](t *testing.T, c *Client, ctx context.Context, r Request) E {
	t.Helper()
	err := c.Do(ctx, r, nil)
	e, ok := err.(E)
	if !ok {
		t.Fatalf("%s %s: error %T %v, want %T", r.Method, r.Path, err, err, e)
	}
	return e
}

func mustDo(t *testing.T, c *Client, r Request) {
	t.Helper()
	var got struct{ ID json.Number }
	if err := c.Do(t.Context(), r, &got); err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.Path, err)
	}
}

// connected says of a request that Discord was reached, as the transport below would.
func connected(r *http.Request) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}
