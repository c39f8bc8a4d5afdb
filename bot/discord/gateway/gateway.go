// Package gateway keeps Discord's gateway sessions alive. A guard owns each shard's real websocket; discordgo reads the
// dispatches from it over an in-memory connection and never sees that the real one was lost and resumed.
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Config is what a Gateway is made from. Token, API and Save are required.
type Config struct {
	Token   string
	API     string       // base of the REST API, with a slash at its end; GET gateway/bot is asked there
	HTTP    *http.Client // asks for it
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

// Dispatch is one event of the gateway. Done must be called once it is handled for good: until then a restart gets it again.
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
type Gateway struct{ cfg Config }

// New makes a gateway. It connects to nothing yet.
func New(cfg Config) (*Gateway, error) { return &Gateway{cfg}, nil }

// Run keeps every shard connected and hands its dispatches to take, those of a shard in order, until ctx ends. take must
// return at once. It returns when everything that it started has ended. A *Closed error says that Discord refuses the app
// for good.
func (g *Gateway) Run(ctx context.Context, take func(Dispatch)) error {
	return errors.New("gateway: not connected")
}
