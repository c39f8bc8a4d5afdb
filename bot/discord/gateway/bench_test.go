package gateway

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// BenchmarkDispatch is the way of an interaction of three kilobytes from a read frame through discordgo to take and done.
func BenchmarkDispatch(b *testing.B) {
	text := []byte(`{"t":"INTERACTION_CREATE","s":1,"op":0,"d":{"id":"1","data":{"value":"` + strings.Repeat("x", 3000) + `"}}}`)
	g, err := New(Config{Token: "t", API: "http://x/", Log: slog.New(slog.DiscardHandler), Save: func(context.Context, Session) error { return nil }})
	if err != nil {
		b.Fatal(err)
	}
	last := make(chan struct{})
	got := 0
	s := newShard(g, 0, plan{Shards: 1}, nil, func(d Dispatch) {
		d.Done()
		if got++; got == b.N {
			close(last)
		}
	})
	s.began(Session{ID: "s"})
	ctx, stop := context.WithCancel(b.Context())
	var parts sync.WaitGroup
	parts.Go(func() { s.feed(ctx) })
	l := &link{s: s}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		f, err := decode(text)
		if err != nil {
			b.Fatal(err)
		}
		f.Seq = int64(i + 1)
		if err := l.receive(ctx, f); err != nil {
			b.Fatal(err)
		}
	}
	<-last
	b.StopTimer()
	stop()
	parts.Wait()
}
