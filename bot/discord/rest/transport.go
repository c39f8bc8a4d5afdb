package rest

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// transport is the way to Discord and back, below discordgo: every request waits here for the limits.
type transport struct {
	next   http.RoundTripper
	limits *limits
	base   string // path of the API's base, with a slash at its end
	heard  func(date string)
}

const (
	tries       = 5                // of a request that limits refuse again and again
	notReached  = 5 * time.Second  // before the next try, where Discord could not be connected to
	maxAnswer   = 16 << 20         // bytes of an answer: 100 messages of 4,000 characters are 2 MB
	answerAfter = 30 * time.Second // after which an answer's head is not waited for any more
)

// RoundTrip satisfies http.RoundTripper. A request that a limit has refused was not carried out, so it is sent again.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	at := routeOf(r.Method, strings.TrimPrefix(r.URL.Path, t.base))
	for try := 1; ; try++ {
		b, err := t.limits.take(r.Context(), at)
		if err != nil {
			return nil, err
		}
		resp, err := t.once(r)
		if err != nil {
			t.limits.answered(at, b, answer{})
			return nil, err
		}
		t.heard(resp.Header.Get("Date"))
		a := read(resp)
		t.limits.answered(at, b, a)
		switch {
		case !a.limited():
			return forDiscordgo(r.Context(), resp, a), nil
		case try == tries:
			return nil, &pause{time.Now().Add(a.after), "a rate limit, again and again"}
		}
	}
}

// once sends a request once. Its error is *pause where Discord was not reached.
func (t *transport) once(r *http.Request) (*http.Response, error) {
	var connected atomic.Bool // before that nothing was written, so nothing was done
	ctx := httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	r = r.WithContext(ctx) // shares the headers, which nobody changes any more
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		r.Body = body
	}
	resp, err := t.next.RoundTrip(r)
	if err != nil && !connected.Load() {
		return nil, &pause{time.Now().Add(notReached), "a connection to Discord: " + err.Error()}
	}
	return resp, err
}

// forDiscordgo takes from an answer what discordgo would limit requests by, notes what it does not tell of each error, and bounds
// the body.
func forDiscordgo(ctx context.Context, resp *http.Response, a answer) *http.Response {
	for name := range resp.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") {
			resp.Header.Del(name)
		}
	}
	if note, ok := ctx.Value(answerKey{}).(*answer); ok {
		*note = a
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp
}

// answerKey is the key under which a context holds where to note an answer.
type answerKey struct{}

// CloseIdleConnections is what http.Client looks for.
func (t *transport) CloseIdleConnections() {
	if way, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		way.CloseIdleConnections()
	}
}

func connections(cfg Config) *http.Transport {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: cfg.Dial, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 100, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: answerAfter,
	}
	if t.DialContext == nil {
		t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	return t
}
