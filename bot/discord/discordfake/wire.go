package discordfake

import (
	"crypto/ed25519"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// wire is what runs between Discord and the app: gateway, signed HTTP, interactions. Fake.mu guards it.
type wire struct {
	f     *Fake
	rules Gateway
	lives Interactions

	links    map[*link]bool
	sessions []*session      // that can be sent to or resumed, oldest first
	started  map[int]instant // the last Identify, by shard % max_concurrency
	starts   []time.Time     // Identifies of the last 24 hours, by Config.Now
	dead     bool            // nothing answers at resume_gateway_url
	down     bool            // nor anywhere else
	mute     int             // so many of the next connections get no hello
	answers  []scriptedStart
	log      []GatewayEvent
	complain []string
	changed  chan struct{} // closed when log grows
	last     map[string]*told

	interactions map[string]*interaction // by token
	sweepAt      int                     // so many of them are looked through for ended ones
	hooks        *hooks                  // nil: interactions come by the gateway
	held         time.Duration           // see Hold
	twist        func(map[string]any)    // see Twist
	acted        []byte                  // the payload of the last that was delivered
	proposed     map[string][]Choice     // what autocomplete last proposed, by person
	spurned      []string                // why answers over HTTP were not taken

	closed   chan struct{}
	underWay int             // deliveries in the background
	settled  []chan struct{} // closed when none is under way
	done     sync.WaitGroup
}

func newWire(f *Fake) *wire {
	return &wire{
		f: f, rules: f.cfg.Gateway.withDefaults(), lives: f.cfg.Interactions.withDefaults(),
		links: map[*link]bool{}, started: map[int]instant{}, changed: make(chan struct{}), last: map[string]*told{},
		interactions: map[string]*interaction{}, proposed: map[string][]Choice{}, closed: make(chan struct{}),
	}
}

// routes adds the gateway's addresses.
func (w *wire) routes(mux *http.ServeMux) {
	mux.HandleFunc("/gateway", w.serveGateway)
	mux.HandleFunc("/gateway/", w.serveGateway)
}

// endpoints are the REST endpoints that belong to the wire. rest.go serves them with its own.
func (w *wire) endpoints() []route {
	return append([]route{
		{method: "GET", path: "gateway", open: true, serve: (*Fake).getGateway},
		{method: "GET", path: "gateway/bot", serve: (*Fake).getGatewayBot},
	}, w.interactionEndpoints()...)
}

// background runs a delivery of its own, unless the fake is closed.
func (w *wire) background(deliver func()) {
	if w.isClosed() {
		return
	}
	w.underWay++
	w.done.Go(func() {
		deliver()
		w.f.mu.Lock()
		defer w.f.mu.Unlock()
		if w.underWay--; w.underWay > 0 {
			return
		}
		for _, settled := range w.settled {
			close(settled)
		}
		w.settled = nil
	})
}

// pause waits, and tells whether the fake is still open then. It holds no lock.
func (w *wire) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-w.closed:
		return false
	}
}

func (w *wire) isClosed() bool {
	select {
	case <-w.closed:
		return true
	default:
		return false
	}
}

// close ends every connection and delivery and waits for them. It takes the lock itself.
func (w *wire) close() {
	w.f.mu.Lock()
	if !w.isClosed() {
		close(w.closed)
	}
	hooks := w.hooks
	w.f.mu.Unlock()
	w.done.Wait()
	if hooks != nil {
		hooks.close()
	}
}

// newKey is the key pair of the app, from the seed.
func (f *Fake) newKey() ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	r := rand.New(rand.NewPCG(f.cfg.Seed, 2))
	for i := range seed {
		seed[i] = byte(r.Uint32())
	}
	return ed25519.NewKeyFromSeed(seed)
}

// encode is v as JSON.
func encode(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("discordfake: a payload that is no JSON: " + err.Error()) // all are made of maps and plain values
	}
	return raw
}
