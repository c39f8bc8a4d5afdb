package slackfake

import (
	"net/http"
	"sync"
	"time"
)

// Deliveries is how Slack delivers to the app, and what goes wrong there by chance: probabilities for each payload. Its durations
// are the process's time, not Config.Now's.
type Deliveries struct {
	Twice   float64       // it comes a second time: an event under another event id, all else under another envelope id
	Late    float64       // an event, or the second of what comes twice, comes later, so what happened meanwhile comes before it
	LateBy  time.Duration // at most how much later; a second when zero
	Unheard float64       // the app's acknowledgement is lost

	AckWithin    time.Duration   // how long Slack waits for an acknowledgement; 3 s when zero
	Retries      []time.Duration // how long after an unacknowledged delivery an event comes again; at once, 1 min, 5 min when nil
	PingEvery    time.Duration   // of a socket; 10 s when zero
	RefreshEvery time.Duration   // how long a socket lives at most, 0.8 of it at least; for ever when zero

	Trigger time.Duration // how long a trigger id lives, of Config.Now's time; 3 s when zero
}

// How Slack delivers (docs.slack.dev, Events API and Handling user interaction).
const (
	ackWithin  = 3 * time.Second
	triggerFor = 3 * time.Second
	pingEvery  = 10 * time.Second
)

var eventRetries = []time.Duration{0, time.Minute, 5 * time.Minute}

func (d Deliveries) withDefaults() Deliveries {
	for _, v := range []struct {
		d  *time.Duration
		or time.Duration
	}{
		{&d.LateBy, time.Second}, {&d.AckWithin, ackWithin}, {&d.PingEvery, pingEvery}, {&d.Trigger, triggerFor},
	} {
		if *v.d == 0 {
			*v.d = v.or
		}
	}
	if d.Retries == nil {
		d.Retries = eventRetries
	}
	return d
}

// wire is what runs between Slack and the app: sockets, deliveries, triggers, response URLs. Fake.mu guards it.
type wire struct {
	f         *Fake
	rules     Deliveries
	held      time.Duration // see Hold
	triggers  map[string]*trigger
	responses map[string]*responseURL // by path
	filled    map[string]filling      // by view id: what a person has put into it
	proposed  map[string][]Option     // by view id and action_id: what the app last proposed

	tickets  map[string]bool // addresses of sockets that nobody has used yet
	sockets  []*socket       // open ones, oldest first
	unlinked bool
	awaited  map[string]chan []byte // acknowledgements, by envelope id
	orgs     map[string]string      // by team: the organisation for which the app is installed as a whole

	hooks   *hooks             // nil: sockets
	last    map[string]*parcel // by team
	acted   map[string]*parcel // by team: the last interaction
	unacked int                // events that nobody acknowledged

	closed   chan struct{}
	underWay int             // deliveries in the background
	settled  []chan struct{} // closed when none is under way
	done     sync.WaitGroup
}

func newWire(f *Fake) *wire {
	return &wire{
		f: f, rules: f.cfg.Deliveries.withDefaults(),
		triggers: map[string]*trigger{}, responses: map[string]*responseURL{}, filled: map[string]filling{}, proposed: map[string][]Option{},
		tickets: map[string]bool{}, awaited: map[string]chan []byte{}, orgs: map[string]string{}, last: map[string]*parcel{}, acted: map[string]*parcel{}, closed: make(chan struct{}),
	}
}

// routes adds the addresses that belong to the wire.
func (w *wire) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /link/", w.serveLink)
	mux.HandleFunc("POST /response/", w.serveResponse)
}

// SetDeliveries changes how Slack delivers from now on; sockets that are open keep their times.
func (f *Fake) SetDeliveries(d Deliveries) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.rules = d.withDefaults()
}

// Settle waits until nothing is on its way to the app in the background: late and second deliveries, and events that Slack sends
// because of what the app did.
func (f *Fake) Settle() {
	f.mu.Lock()
	if f.wire.underWay == 0 {
		f.mu.Unlock()
		return
	}
	settled := make(chan struct{})
	f.wire.settled = append(f.wire.settled, settled)
	f.mu.Unlock()
	<-settled
}

// Unacknowledged is how many events Slack gave up.
func (f *Fake) Unacknowledged() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.wire.unacked
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
	if d == 0 {
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

// chance tells whether what befalls with this probability befalls now.
func (w *wire) chance(p float64) bool { return p > 0 && w.f.rand.Float64() < p }

// close ends every socket and delivery and waits for them. It takes the lock itself.
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
