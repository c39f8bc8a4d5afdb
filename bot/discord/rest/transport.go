package rest

import (
	"net"
	"net/http"
	"time"
)

// transport is the way to Discord and back, below discordgo.
type transport struct{ next http.RoundTripper }

// RoundTrip satisfies http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	for name := range resp.Header { // discordgo's bucket would read them
		if len(name) > 12 && name[:12] == "X-Ratelimit-" {
			delete(resp.Header, name)
		}
	}
	return resp, nil
}

// CloseIdleConnections is what http.Client looks for.
func (t *transport) CloseIdleConnections() {
	if way, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		way.CloseIdleConnections()
	}
}

func dialer(cfg Config) *http.Transport {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: cfg.Dial, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 100, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 30 * time.Second,
	}
	if t.DialContext == nil {
		t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	return t
}
