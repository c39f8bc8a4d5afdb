package slackfake

import (
	"net/http"
	"time"
)

// Deliveries is what goes wrong by chance on the way to the app.
type Deliveries struct{}

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
