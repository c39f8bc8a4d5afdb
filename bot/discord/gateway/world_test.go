package gateway

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/discord/discordfake"
)

// world is a fake Discord and one process after the other that is connected to it.
type world struct {
	t    *testing.T
	fake *discordfake.Fake
	rand *rand.Rand
	log  *slog.Logger

	mu     sync.Mutex
	saved  map[int]Session
	saves  []time.Time
	told   []string
	got    []received // by this process
	handle func(d Dispatch)
	slow   *rand.Rand // how long events take; nil: no time
	work   sync.WaitGroup
	killed bool // the process does nothing any more that would last
	full   bool // nothing can be kept

	pipes pipes
	stop  func() error
	ended chan struct{} // closed when Run has returned
	sent  int
}

// received is a numbered event as take got it.
type received struct {
	n, shard int
	at       time.Time
}

// inWorld runs a test in a bubble of its own time. All goroutines must have ended when it does.
func inWorld(t *testing.T, cfg discordfake.Config, run func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg.Forget = true
		w := &world{t: t, fake: discordfake.New(cfg), saved: map[int]Session{}, rand: rand.New(rand.NewPCG(cfg.Seed, 9)), log: slog.New(slog.DiscardHandler)}
		defer w.fake.Close()
		defer func() {
			if w.stop != nil {
				w.halt()
			}
			w.work.Wait()
		}()
		run(w)
		for _, wrong := range w.fake.Complaints() {
			t.Errorf("against Discord's documentation: %s", wrong)
		}
	})
}

// start starts a process; it goes on where the last one left off.
func (w *world) start() {
	w.t.Helper()
	w.got, w.killed, w.pipes.all = nil, false, nil
	var chance sync.Mutex
	g, err := New(Config{
		Token: w.fake.Token(), API: w.fake.API(), Dial: w.fake.Dial, Log: w.log, Intents: 1 | 1<<9 | 1<<12,
		Saved: w.sessions(), Save: w.save,
		Trouble: func(s string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.told = append(w.told, s)
		},
		Rand: func() float64 {
			chance.Lock()
			defer chance.Unlock()
			return w.rand.Float64()
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	g.pipe = w.pipes.open
	ctx, cancel := context.WithCancel(w.t.Context())
	w.ended = make(chan struct{})
	var result error
	ended := w.ended
	go func() {
		defer close(ended)
		result = g.Run(ctx, w.take)
	}()
	w.stop = func() error {
		cancel()
		<-ended
		return result
	}
}

// halt ends the process and fails if that was an error.
func (w *world) halt() {
	w.t.Helper()
	if err := w.stop(); err != nil {
		w.t.Errorf("Run: %v", err)
	}
	w.stop = nil
}

// kill ends the process as kill -9 does: nothing that it knows is kept any more.
func (w *world) kill() {
	w.t.Helper()
	w.mu.Lock()
	w.killed = true
	w.mu.Unlock()
	w.halt()
}

func (w *world) sessions() []Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Session
	for _, s := range w.saved {
		all = append(all, s)
	}
	return all
}

func (w *world) save(_ context.Context, s Session) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.full {
		return errors.New("no space left")
	}
	if !w.killed {
		w.saved[s.Shard] = s
		w.saves = append(w.saves, time.Now())
	}
	return nil
}

// kept is what was last kept of a shard.
func (w *world) kept(shard int) Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.saved[shard]
}

// take is done with everything at once, unless the test handles it.
func (w *world) take(d Dispatch) {
	var body struct{ N *int }
	json.Unmarshal(d.Body, &body)
	w.mu.Lock()
	if body.N != nil {
		w.got = append(w.got, received{*body.N, d.Shard, time.Now()})
	}
	handle := w.handle
	w.mu.Unlock()
	if handle != nil {
		handle(d)
		return
	}
	if w.slow == nil {
		d.Done()
		return
	}
	w.mu.Lock()
	takes := time.Duration(w.slow.IntN(300)) * time.Millisecond
	w.mu.Unlock()
	w.work.Go(func() {
		time.Sleep(takes)
		d.Done()
	})
}

// emit has the next numbered event happen in a guild, or for shard 0.
func (w *world) emit(guild string) {
	w.sent++
	w.fake.Dispatch(guild, "TEST", map[string]any{"n": w.sent})
}

// events are those that this process got.
func (w *world) events() []received {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.got)
}

// complete fails unless this process got every event from first to the last once, and those of a shard in order.
func (w *world) complete(first int) {
	w.t.Helper()
	times := map[int]int{}
	last := map[int]int{}
	for _, e := range w.events() {
		if times[e.n]++; e.n < last[e.shard] {
			w.t.Errorf("shard %d: event %d came after %d", e.shard, e.n, last[e.shard])
		}
		last[e.shard] = e.n
	}
	for n := first; n <= w.sent; n++ {
		if times[n] != 1 {
			w.t.Errorf("event %d of %d came %d times: %s", n, w.sent, times[n], w.story())
			break
		}
	}
	if len(times) != w.sent-first+1 {
		w.t.Errorf("%d events came, want %d to %d", len(times), first, w.sent)
	}
}

// connected waits until n shards have a session with a connection.
func (w *world) connected(n int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Hour)
	defer cancel()
	if err := w.fake.AwaitShards(ctx, n); err != nil {
		w.t.Fatalf("%d of %d shards are connected", len(w.fake.Shards()), n)
	}
	time.Sleep(5 * time.Millisecond) // for discordgo
	synctest.Wait()
}

// await waits until something happened at the gateway, and tells when.
func (w *world) await(what discordfake.GatewayWhat, times int) time.Time {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Hour)
	defer cancel()
	var at time.Time
	err := w.fake.AwaitGateway(ctx, func(log []discordfake.GatewayEvent) bool {
		n := 0
		for _, e := range log {
			if e.What == what {
				if n++; n == times {
					at = e.At
				}
			}
		}
		return n >= times
	})
	if err != nil {
		w.t.Fatalf("%q did not happen %d times: %s", what, times, w.story())
	}
	synctest.Wait()
	return at
}

// times counts what happened at the gateway.
func (w *world) times(what discordfake.GatewayWhat) int {
	n := 0
	for _, e := range w.fake.GatewayLog() {
		if e.What == what {
			n++
		}
	}
	return n
}

// story is what happened at the gateway, for messages of failed tests.
func (w *world) story() string {
	var b strings.Builder
	begun := time.Time{}
	for _, e := range w.fake.GatewayLog() {
		if begun.IsZero() {
			begun = e.At
		}
		fmt.Fprintf(&b, "\n%12v shard %d: %s %s", e.At.Sub(begun), e.Shard, e.What, cmp.Or(fmt.Sprint(e.Code), ""))
	}
	return b.String()
}

// trouble is what the operator was told last.
func (w *world) trouble() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.told) == 0 {
		return ""
	}
	return w.told[len(w.told)-1]
}

func (w *world) want(what string, got, want any) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// discordgos is how many sessions of discordgo there were.
func (w *world) discordgos() int {
	w.pipes.mu.Lock()
	defer w.pipes.mu.Unlock()
	return len(w.pipes.all) / 2
}

// guildOf makes an installed guild that a shard hears of.
func (w *world) guildOf(shard, of int) string {
	id := fmt.Sprint(uint64(1000*of+shard) << 22)
	g := w.fake.Guild(id)
	if g == nil {
		g = w.fake.AddGuild(id)
		g.Install()
	}
	return id
}

// logged collects what is logged.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var _ io.Writer = (*logged)(nil)
