package slackfake

import (
	"net/http"
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
	RefreshEvery time.Duration   // how long a socket lives; for ever when zero
}

// wire is what runs between Slack and the app: sockets, deliveries, triggers, response URLs. Fake.mu guards it.
type wire struct{ f *Fake }

func newWire(f *Fake) *wire { return &wire{f: f} }

// close ends every socket and delivery and waits for them. It takes the lock itself.
func (w *wire) close() {}

// routes adds the addresses that belong to the wire.
func (w *wire) routes(mux *http.ServeMux) {}

// connect answers apps.connections.open: the address of a new socket.
func (w *wire) connect() (url string, refused *refusal) { return "", refuse("not_built") }

// trigger is what allows the app to open a view: once, within three seconds.
type trigger struct {
	workspace *Workspace
	user      string
	at        time.Time
}

// redeem uses a trigger up: refused with invalid_trigger_id, expired_trigger_id or exchanged_trigger_id.
func (w *wire) redeem(id string) (trigger, *refusal) { return trigger{}, refuse("invalid_trigger_id") }

// emit sends an event of the Events API to the app, as its inner event.
func (w *wire) emit(ws *Workspace, event map[string]any) {}

// Hooks is where the app takes signed HTTP: a handler in memory, or the address of a server.
type Hooks struct {
	Handler http.Handler // served in memory, under any address
	URL     string       // scheme and host, such as http://127.0.0.1:8081; any where Handler is set

	Events, Interactive, Commands string // paths; /slack/events, /slack/interactive, /slack/commands when empty
}

// DeliverTo switches from sockets to signed HTTP; a zero Hooks switches back.
func (f *Fake) DeliverTo(h Hooks) {}

// Refresh makes Slack renew the oldest open socket, as it does every few hours: it warns, and closes it ten seconds later.
func (f *Fake) Refresh() {}

// Disconnect tells every open socket to go, with a reason of Slack's: warning leaves it open for ten more seconds;
// refresh_requested and link_disabled close it. After link_disabled every new socket is closed likewise, until EnableLink.
func (f *Fake) Disconnect(reason string) {}

// EnableLink switches Socket Mode on again.
func (f *Fake) EnableLink() {}

// Cut ends every open socket without a word, as a network does.
func (f *Fake) Cut() {}

// Silence makes every open socket half-open: it stays open, nothing comes from it and nothing arrives, and Slack does not know.
func (f *Fake) Silence() {}

// Sockets is how many are open.
func (f *Fake) Sockets() int { return 0 }

// Settle waits until nothing is on its way to the app: events, retries and second deliveries.
func (f *Fake) Settle() {}
