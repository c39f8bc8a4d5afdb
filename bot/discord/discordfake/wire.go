package discordfake

import (
	"crypto/ed25519"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Gateway is how the gateway behaves. Its durations are the process's time, not Config.Now's.
type Gateway struct {
	Heartbeat   time.Duration // interval that hello asks for; 41.25 s when zero
	Keep        time.Duration // how long a session whose connection is gone can be resumed; 3 minutes when zero
	Shards      int           // that GET /gateway/bot proposes; 1 when zero
	Concurrency int           // max_concurrency; 1 when zero
	Identifies  int           // session_start_limit of a day; 1,000 when zero
	PerShard    int           // guilds that one shard may have; 2,500 when zero
	Privileged  int           // privileged intents that the app has been granted
}

// wire is what runs between Discord and the app: gateway, signed HTTP, interactions. Fake.mu guards it.
type wire struct {
	f    *Fake
	done sync.WaitGroup
}

func newWire(f *Fake) *wire { return &wire{f: f} }

// routes adds the gateway's address.
func (w *wire) routes(mux *http.ServeMux) {}

// endpoints are the REST endpoints that belong to the wire: gateway, gateway/bot, interactions/{id}/{token}/callback and
// those below webhooks/{app}/{token}. rest.go serves them with its own.
func (w *wire) endpoints() []route { return nil }

// emit sends a dispatch to the shard of a guild, and to shard 0 where the guild is nil, if its session asked for it.
func (w *wire) emit(g *Guild, name string, d map[string]any) {}

// close ends every connection and delivery and waits for them. It takes the lock itself.
func (w *wire) close() { w.done.Wait() }

// newKey is the key pair of the app, from the seed.
func (f *Fake) newKey() ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	r := rand.New(rand.NewPCG(f.cfg.Seed, 2))
	for i := range seed {
		seed[i] = byte(r.Uint32())
	}
	return ed25519.NewKeyFromSeed(seed)
}
