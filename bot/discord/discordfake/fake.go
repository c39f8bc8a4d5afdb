// Package discordfake is a strict Discord in memory: guilds with people and channels, the REST API v10, the gateway, signed
// HTTP interactions. It refuses what Discord refuses, with Discord's own codes, and does to an app what Discord does: limits,
// lost answers, connections that end.
//
// It shares no code with the adapter that it tests. Limits, codes and shapes are from docs.discord.com, from Discord's
// OpenAPI description and from npm discord-api-types 0.38.57, as noted where they are used.
//
// Discord's side of the wire: gateway*.go (connections, Identify and Resume, sessions, faults), interaction*.go (an interaction's life: first
// response, webhook, deadlines), payload.go and deliver.go (on its way to the app), hooks.go and hostile.go (over signed HTTP). People: people*.go
// and form.go (what they do), see.go (what they see), journal.go. The rest is the REST API, its objects, limits and checks.
//
// A test makes a Fake, adds guilds with people and channels, installs the app and connects it: over memory (Fake.Dial), or
// over a port (Fake.Handler in an httptest.Server, told by Fake.ServedAt). Then people act, and see.
package discordfake

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what a fake Discord is made from. The zero Config works: real time, no faults, no rate limits.
type Config struct {
	Now  func() time.Time // time.Now when nil
	Seed uint64           // of everything that is left to chance, and of the key that signs

	AppID string // id of the application and of its bot user; a fixed one when empty
	Token string // of the bot; a fixed one when empty

	RateLimits   bool         // hold the app to Discord's rate limits
	Limits       Limits       // other numbers than Discord's
	Faults       Faults       // what goes wrong by chance with REST requests; none by default
	Gateway      Gateway      // how the gateway behaves
	Interactions Interactions // how long the app may take
	Unchecked    bool         // request bodies are not held to Discord's OpenAPI description: for load, where that is too slow
	Journal      io.Writer    // gets every Entry as a line of JSON as it happens; may be nil
	Forget       bool         // Fake.Journal keeps nothing: for load, which would fill the memory
}

// Fake is one Discord with one app. All its methods may be called from any goroutine.
//
// Locking: one mutex, mu, guards all of the state: every field of Fake and of what hangs below it. An exported method takes
// it and lets it go before it returns; an unexported function expects that its caller holds it, unless its comment says
// otherwise. Nobody waits for the app, for the network or for a timer while holding it. What leaves the lock is a copy.
type Fake struct {
	cfg      Config
	mu       sync.Mutex
	rand     *rand.Rand
	key      ed25519.PrivateKey
	people   map[string]*person
	guilds   map[string]*Guild
	channels map[string]*channel // of every kind, by id: threads and direct messages too
	journal  []Entry
	base     string // scheme and host under which the app reaches us
	lastID   uint64
	rest     *rest
	wire     *wire
	memory   *memory

	unchecked atomic.Bool // see SetUnchecked; the mutex does not guard it

	closed bool           // no request begins any more
	ended  chan struct{}  // closed by Close
	calls  sync.WaitGroup // under way
}

// New makes a Discord without guilds and people.
func New(cfg Config) *Fake {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.AppID = cmp.Or(cfg.AppID, "1100000000000000001")
	cfg.Token = cmp.Or(cfg.Token, "fake.bot.token")
	f := &Fake{
		cfg: cfg, rand: rand.New(rand.NewPCG(cfg.Seed, 1)), base: "http://discord.fake",
		people: map[string]*person{}, guilds: map[string]*Guild{}, channels: map[string]*channel{},
		ended: make(chan struct{}),
	}
	f.unchecked.Store(cfg.Unchecked)
	f.key = f.newKey()
	f.people[cfg.AppID] = &person{Person: Person{ID: cfg.AppID, Name: "Greenroom", Bot: true}}
	f.rest = newRest(f)
	f.wire = newWire(f)
	f.memory = newMemory(f.Handler())
	return f
}

// SetUnchecked says from now on what Config.Unchecked said.
func (f *Fake) SetUnchecked(unchecked bool) { f.unchecked.Store(unchecked) }

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

// Handler serves what Discord serves: the REST API under /api/v10/ and the gateway's websocket under /gateway/.
func (f *Fake) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v10/", f.serveREST)
	f.wire.routes(mux)
	return mux
}

// API is the address of the REST API, with a slash at its end.
func (f *Fake) API() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.base + "/api/v10/"
}

// ServedAt says under which scheme and host the app reaches Handler, such as http://127.0.0.1:8080: addresses that Discord
// hands out begin with it. Without it the app reaches the fake by Dial.
func (f *Fake) ServedAt(base string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.base = base
}

// Dial connects to Handler in memory, whatever the address. It suits http.Transport.DialContext and gorilla's
// Dialer.NetDialContext, and works inside of a testing/synctest bubble if New was called there too.
func (f *Fake) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return f.memory.dial(ctx)
}

// Token is the bot's token.
func (f *Fake) Token() string { return f.cfg.Token }

// AppID is the id of the application, and of its bot user.
func (f *Fake) AppID() string { return f.cfg.AppID }

// PublicKey verifies what comes over signed HTTP.
func (f *Fake) PublicKey() ed25519.PublicKey { return f.key.Public().(ed25519.PublicKey) }

// epoch is the first millisecond of 2015, from which ids count (docs.discord.com, Snowflakes).
const epoch = 1420070400000

// id makes a snowflake that nothing else has: when it was made, by Config.Now, and a count.
func (f *Fake) id() string {
	f.lastID = max(f.lastID+1, uint64(f.cfg.Now().UnixMilli()-epoch)<<22)
	return strconv.FormatUint(f.lastID, 10)
}

// created is when the thing with this id was made.
func created(id string) time.Time {
	n, _ := strconv.ParseUint(id, 10, 64)
	return time.UnixMilli(int64(n>>22) + epoch)
}
