package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
)

// pipes remembers the connections over which discordgo is spoken to.
type pipes struct {
	mu  sync.Mutex
	all []net.Conn
}

func (p *pipes) open() (net.Conn, net.Conn) {
	ours, theirs := net.Pipe()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, ours, theirs)
	return ours, theirs
}

// cut ends one of them, at the host's end or at discordgo's.
func (p *pipes) cut(which int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.all); n > 0 {
		p.all[(n-1+which)%n].Close()
	}
}

// alone makes a shard that has only discordgo.
func alone(t *testing.T, p *pipes, take func(Dispatch)) *shard {
	t.Helper()
	g, err := New(Config{
		Token: "t", API: "http://x/", Log: slog.New(slog.DiscardHandler), Save: func(context.Context, Session) error { return nil },
		Rand: func() float64 { return 0.0001 }, // nothing begins in the moment in which a test ends something
	})
	if err != nil {
		t.Fatal(err)
	}
	g.pipe = p.open
	return newShard(g, 0, plan{Shards: 1}, nil, take)
}

// discordgo hands over every dispatch once and in order, as it came, while its connection ends again and again.
func TestDiscordgoFails(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			var p pipes
			var got []string
			const n = 500
			all := make(chan struct{})
			s := alone(t, &p, func(d Dispatch) {
				if got = append(got, d.Name+" "+string(d.Body)); len(got) == n {
					close(all)
				}
			})
			ctx, stop := context.WithCancel(t.Context())
			var parts sync.WaitGroup
			parts.Go(func() { s.feed(ctx) })
			parts.Go(func() {
				for i := range n {
					body := fmt.Sprintf(`{"n":%d}`, i)
					s.queue <- &dispatch{seq: int64(i + 1), Dispatch: Dispatch{Name: fmt.Sprintf("EVENT_%d", i), Body: json.RawMessage(body)}}
					time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
				}
			})
			parts.Go(func() {
				r := rand.New(rand.NewPCG(seed, 2))
				for ctx.Err() == nil {
					if sleep(ctx, time.Duration(r.IntN(3000))*time.Millisecond) {
						for range r.IntN(200) { // somewhere in the middle of a dispatch
							runtime.Gosched()
						}
						p.cut(-r.IntN(2))
					}
				}
			})
			<-all
			stop()
			parts.Wait()
			for i, one := range got {
				if want := fmt.Sprintf(`EVENT_%d {"n":%d}`, i, i); one != want {
					t.Fatalf("seed %d: number %d is %s", seed, i, one)
				}
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if len(p.all) < 4 {
				t.Errorf("seed %d: %d connections: nothing was cut", seed, len(p.all)/2)
			}
		})
	}
}

// What discordgo could not read, or would panic at, comes through.
func TestBodiesComeThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, body := range []string{
			`null`, `{}`, `[]`, `"text"`, `{"guilds":[null]}`, `{"components":[{"type":99}],"id":5}`, `{"data":{"component_type":"x"}}`,
			`{"text":"` + strings.Repeat("ü\\u0000", 100_000) + `"}`,
		} {
			for _, name := range []string{"READY", "GUILD_CREATE", "INTERACTION_CREATE", "MESSAGE_CREATE", "VOICE_SERVER_UPDATE", "NEWER_THAN_US", "a\"b"} {
				var p pipes
				took := make(chan Dispatch, 1)
				s := alone(t, &p, func(d Dispatch) { took <- d })
				ctx, stop := context.WithCancel(t.Context())
				var parts sync.WaitGroup
				parts.Go(func() { s.feed(ctx) })
				s.queue <- &dispatch{seq: 1, Dispatch: Dispatch{Name: name, Body: json.RawMessage(body)}}
				if d := <-took; d.Name != name || string(d.Body) != body {
					t.Errorf("%s %.40s came as %s %.40s", name, body, d.Name, d.Body)
				}
				stop()
				parts.Wait()
			}
		}
	})
}

// A connection that nobody uses for two years stays.
func TestQuietYears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pipes
		took := make(chan Dispatch, 1)
		s := alone(t, &p, func(d Dispatch) { took <- d })
		ctx, stop := context.WithCancel(t.Context())
		var parts sync.WaitGroup
		parts.Go(func() { s.feed(ctx) })
		time.Sleep(700 * 24 * time.Hour)
		s.queue <- &dispatch{seq: 1, Dispatch: Dispatch{Name: "A", Body: json.RawMessage(`1`)}}
		<-took
		stop()
		parts.Wait()
		if len(p.all) != 2 {
			t.Errorf("%d connections", len(p.all)/2)
		}
	})
}

// discordgo's connection ends while take has a dispatch: it is not handed over again.
func TestDiscordgoFailsInTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pipes
		var got []string
		s := alone(t, &p, func(d Dispatch) {
			got = append(got, d.Name)
			p.cut(0)
			time.Sleep(time.Millisecond)
		})
		ctx, stop := context.WithCancel(t.Context())
		var parts sync.WaitGroup
		parts.Go(func() { s.feed(ctx) })
		for i := range 10 {
			s.queue <- &dispatch{seq: int64(i + 1), Dispatch: Dispatch{Name: fmt.Sprint(i)}}
		}
		time.Sleep(10 * time.Minute)
		stop()
		parts.Wait()
		if all := strings.Join(got, " "); all != "0 1 2 3 4 5 6 7 8 9" {
			t.Errorf("got %s", all)
		}
	})
}

// What a session of discordgo still says of an earlier dispatch is not taken for the present one.
func TestLateWord(t *testing.T) {
	c := &client{s: &shard{take: func(d Dispatch) { t.Errorf("took %s", d.Name) }}, taken: make(chan struct{}, 1)}
	c.next.Store(&dispatch{seq: 8})
	c.handle(nil, &discordgo.Event{Sequence: 7, Type: alias + "OLD"})
	if c.next.Load() == nil {
		t.Error("the present one is no longer expected")
	}
}
