// Package slackfake is a strict Slack in memory: workspaces with people and channels, the Web API, Socket Mode, signed HTTP
// delivery. It refuses what Slack refuses, with Slack's own error strings, and does to an app what Slack does: limits,
// lost answers, doubled and repeated deliveries, connections that end.
//
// It shares no code with the adapter that it tests. Limits and strings are from docs.slack.dev and the official SDKs
// (@slack/types 3.2.0, @slack/web-api 8.2.0), as noted where they are used.
//
// A test makes a Fake, adds workspaces with people and channels, installs the app and connects it: over memory (Fake.Dial),
// or over a port (Fake.Handler in an httptest.Server, told by Fake.ServedAt). Then people act, and see.
package slackfake

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Config is what a fake Slack is made from. The zero Config works: real time, no faults, no rate limits.
type Config struct {
	Now  func() time.Time // time.Now when nil
	Seed uint64           // of everything that is left to chance

	AppID         string   // A0GREENROOM when empty
	AppToken      string   // of Socket Mode; xapp-1-fake when empty
	SigningSecret string   // of HTTP delivery; a fixed one when empty
	ClientID      string   // of OAuth; 10.20 when empty
	ClientSecret  string   // a fixed one when empty
	Events        []string // that the app has subscribed to, as its manifest names them (message.im, app_mention, …); all when nil
	Rotate        bool     // tokens from OAuth end after twelve hours and are renewed with a refresh token

	Distributed bool       // the app is distributed outside of the Marketplace: history comes once a minute, 15 messages at a time
	RateLimits  bool       // hold the app to Slack's rate limits
	Faults      Faults     // what goes wrong by chance; none by default
	Deliveries  Deliveries // what goes wrong by chance on the way to the app; none by default
	Journal     io.Writer  // gets every Entry as a line of JSON as it happens; may be nil
}

// Fake is one Slack with one app. All its methods may be called from any goroutine.
//
// Locking: one mutex, mu, guards all of the state: every field of Fake, Workspace, member, channel and wire below it. An exported
// method takes it and lets it go before it returns; an unexported function expects that its caller holds it, unless its comment
// says otherwise. Nobody waits for the app, for the network or for a timer while holding it. What leaves the lock is a copy:
// Message, View and Entry are values whose JSON is never changed in place.
type Fake struct {
	cfg     Config
	mu      sync.Mutex
	rand    *rand.Rand
	teams   map[string]*Workspace
	tokens  map[string]*token // by their text; ended ones too, because Slack says how they ended
	oauth   oauth
	faults  Faults
	script  []scripted
	rates   map[string]*bucket // by method and workspace, or by channel
	methods map[string]method
	journal []Entry
	base    string // scheme and host under which the app reaches us
	lastID  uint64
	lastTS  int64 // microseconds: no two timestamps are the same
	wire    *wire
	memory  *memory

	closed bool           // no call begins any more
	ended  chan struct{}  // closed by Close
	calls  sync.WaitGroup // under way
}

// New makes a Slack without workspaces.
func New(cfg Config) *Fake {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.AppID = cmp.Or(cfg.AppID, "A0GREENROOM")
	cfg.AppToken = cmp.Or(cfg.AppToken, "xapp-1-fake")
	cfg.SigningSecret = cmp.Or(cfg.SigningSecret, "fake-signing-secret")
	cfg.ClientID = cmp.Or(cfg.ClientID, "10.20")
	cfg.ClientSecret = cmp.Or(cfg.ClientSecret, "fake-client-secret")
	f := &Fake{
		cfg: cfg, rand: rand.New(rand.NewPCG(cfg.Seed, 1)), faults: cfg.Faults, base: "http://slack.fake",
		teams: map[string]*Workspace{}, tokens: map[string]*token{}, rates: map[string]*bucket{}, oauth: newOAuth(),
		ended: make(chan struct{}),
	}
	f.tokens[cfg.AppToken] = &token{text: cfg.AppToken, scopes: []string{"connections:write"}}
	f.methods = methods()
	f.wire = newWire(f)
	f.memory = newMemory(f.Handler())
	return f
}

// Close ends every connection and returns when nothing of the fake runs any more.
func (f *Fake) Close() {
	f.mu.Lock()
	if !f.closed {
		f.closed = true
		close(f.ended)
	}
	f.mu.Unlock()
	f.wire.close()
	f.memory.close()
	f.calls.Wait()
}

// Handler serves what Slack serves: the Web API under /api/, Socket Mode, response URLs and OAuth's page.
func (f *Fake) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", f.serveAPI)
	mux.HandleFunc("GET /oauth/v2/authorize", f.serveAuthorize)
	f.wire.routes(mux)
	return mux
}

// API is the address of the Web API, with a slash at its end.
func (f *Fake) API() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.base + "/api/"
}

// ServedAt says under which scheme and host the app reaches Handler, such as http://127.0.0.1:8080: addresses that Slack hands out
// begin with it. Without it the app reaches the fake by Dial.
func (f *Fake) ServedAt(base string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.base = base
}

// Dial connects to Handler in memory, whatever the address. It suits http.Transport.DialContext and works inside of a
// testing/synctest bubble if New was called there too.
func (f *Fake) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return f.memory.dial(ctx)
}

// id makes an id that nothing else has: a letter and nine figures, as Slack's are.
func (f *Fake) id(prefix string) string {
	f.lastID++
	return prefix + fmt.Sprintf("%09s", upper36(f.lastID))
}

// ts makes a timestamp that no other message or action has: seconds, a dot, six figures of microseconds.
func (f *Fake) ts() string {
	f.lastTS = max(f.lastTS+1, f.cfg.Now().UnixMicro())
	return strconv.FormatInt(f.lastTS/1e6, 10) + "." + fmt.Sprintf("%06d", f.lastTS%1e6)
}
