package rest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// BenchmarkReply is what a response to an interaction takes but for the network: encoded, through discordgo and the limits, and its empty
// answer read.
func BenchmarkReply(b *testing.B) {
	c := New(Config{Token: "t", API: "https://discord.com/api/v10/", Heard: func(said, at time.Time) {}})
	c.session.Client.Transport.(*transport).next = quiet{}
	body := map[string]any{"type": 4, "data": map[string]any{"content": strings.Repeat("x", 1500)}}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Do(context.Background(), Request{Method: http.MethodPost, Path: "interactions/1/token/callback", Body: body}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// quiet is a Discord that takes everything.
type quiet struct{}

func (quiet) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusNoContent, Header: http.Header{"Date": {"Mon, 02 Nov 2026 09:00:00 GMT"}, "Via": {"1.1 google"}},
		Body: http.NoBody, Request: r, Proto: "HTTP/1.1",
	}, nil
}
