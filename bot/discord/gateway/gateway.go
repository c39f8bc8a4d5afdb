// Package gateway keeps Discord's gateway sessions alive. A guard owns each shard's real websocket; discordgo reads the
// dispatches from it over an in-memory connection and never sees that the real one was lost and resumed. Numbers and rules
// are from docs.discord.com, Gateway, unless another source stands beside them.
//
//   - gateway.go: all shards; ask.go: how many Discord wants; limiter.go: when a shard may begin a session.
//   - shard.go: one shard from connection to connection; link.go, beat.go: one connection; close.go: what its end means.
//   - frame.go: what goes over it; budget.go: how much of it.
//   - ledger.go: which dispatches are done; keep.go: that is kept for the next process.
//   - client.go, client_host.go: discordgo, and the small gateway to which it speaks.
//   - trouble.go: what the operator is told.
package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config is what a Gateway is made from. Token, API and Save are required.
type Config struct {
	Token   string
	API     string       // base of the REST API, with a slash at its end; GET gateway/bot is asked there
	HTTP    *http.Client // asks for it; one that connects by Dial when nil
	Intents int          // bit set (docs.discord.com, Gateway Intents)
	Log     *slog.Logger // gets shard numbers, close codes and counts, never a token and never what people wrote
	Now     func() time.Time

	Dial func(ctx context.Context, network, address string) (net.Conn, error) // how to connect; the machine's own way when nil

	Saved []Session                                  // what Save kept before the last end, in any order
	Save  func(ctx context.Context, s Session) error // keeps a shard's session durably, in place of the older one

	Trouble func(sentence string) // is told what is wrong with the connection and what to do, and "" when it works again; may be nil
	Rand    func() float64        // in [0,1), for waits that must not meet; math/rand when nil; is called by several goroutines
}

// Session is what resumes one shard's session after a restart of the process.
type Session struct {
	Shard  int    `json:"shard"`
	Shards int    `json:"shards"` // of how many; a session of another number is not resumed
	ID     string `json:"id"`
	Resume string `json:"resume"` // resume_gateway_url
	Seq    int64  `json:"seq"`    // the highest below and at which every dispatch is done
}

// Dispatch is one event of the gateway. Done must be called once it is handled for good, by any goroutine: until then a
// restart gets it again. What is not done after 15 minutes is not waited for any longer. A shard that has 4,096 dispatches
// under way gets no more until one is done; Discord keeps what follows, for a while.
type Dispatch struct {
	Shard int
	Name  string // such as INTERACTION_CREATE
	Body  json.RawMessage
	At    time.Time // when it arrived, by Config.Now
	Done  func()
}

// Closed is the error of a shard that Discord closed for good: it would the next time too. Its text says what to do.
type Closed struct {
	Code   int // close code of the gateway, or the status of an answer to GET gateway/bot
	Reason string
}

func (c *Closed) Error() string { return c.Reason }

// Gateway runs all shards.
type Gateway struct {
	cfg     Config
	trouble *trouble
	pipe    func() (ours, theirs net.Conn) // over which discordgo is spoken to
}

// New makes a gateway. It connects to nothing yet.
func New(cfg Config) (*Gateway, error) {
	switch {
	case cfg.Token == "":
		return nil, errors.New("gateway: a bot token is missing")
	case cfg.API == "":
		return nil, errors.New("gateway: the address of the REST API is missing")
	case cfg.Save == nil:
		return nil, errors.New("gateway: nothing keeps its sessions")
	}
	cfg.Token = strings.TrimPrefix(cfg.Token, "Bot ")
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Float64
	}
	if cfg.Trouble == nil {
		cfg.Trouble = func(string) {}
	}
	if cfg.HTTP == nil {
		way := http.DefaultTransport.(*http.Transport).Clone()
		if cfg.Dial != nil {
			way.DialContext, way.Proxy = cfg.Dial, nil
		}
		cfg.HTTP = &http.Client{Transport: way}
	}
	return &Gateway{cfg: cfg, trouble: newTrouble(cfg.Trouble), pipe: net.Pipe}, nil
}

// Run keeps every shard connected and hands its dispatches to take, those of a shard in order, until ctx ends. take must
// return at once. Each dispatch is handed over once, however often the connection is lost, and again by the next process
// unless it was done. Run returns when everything that it started has ended, which takes discordgo a second. Once Discord
// has closed every shard for good, the error is a *Closed; while one works the others are told as trouble.
func (g *Gateway) Run(ctx context.Context, take func(Dispatch)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer g.cfg.HTTP.CloseIdleConnections()
	first, err := g.askUntil(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	identifies := newLimiter(first, g)
	shards := make([]*shard, first.Shards)
	for id := range shards {
		shards[id] = newShard(g, id, first, identifies, take)
		if saved, ok := g.saved(id, first.Shards); ok {
			shards[id].adopt(saved)
		} else {
			identifies.enter(id) // now, so that they begin in order
		}
	}
	g.trouble.shards(first.Shards)
	ends := make([]error, len(shards))
	var parts sync.WaitGroup
	for id, s := range shards {
		parts.Go(func() { ends[id] = s.run(ctx) })
	}
	parts.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return cmp.Or(ends...)
}

// saved is the kept session of a shard, if it can still be resumed.
func (g *Gateway) saved(id, of int) (Session, bool) {
	i := slices.IndexFunc(g.cfg.Saved, func(s Session) bool {
		return s.Shard == id && s.Shards == of && s.ID != "" && s.Seq > 0
	})
	if i < 0 {
		return Session{}, false
	}
	return g.cfg.Saved[i], true
}

// sleep waits; false when ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
