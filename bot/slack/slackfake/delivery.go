package slackfake

import (
	"encoding/json"
	"maps"
	"time"
)

// Kinds of payloads, by the names that Socket Mode gives to their envelopes.
const (
	kindEvent       = "events_api"
	kindInteraction = "interactive"
	kindCommand     = "slash_commands"
)

// parcel is one payload on its way to the app.
type parcel struct {
	kind    string
	team    string
	payload map[string]any
	body    json.RawMessage // payload
	answers bool            // the acknowledgement may say something
	made    bool            // a test made it up, so it is no sample of what Slack sends
}

// parcel wraps up a payload.
func (w *wire) parcel(kind string, ws *Workspace, payload map[string]any, answers bool) *parcel {
	return &parcel{kind: kind, team: ws.id, payload: payload, body: encode(payload), answers: answers}
}

// again is the same once more, as Slack sends it when it delivers twice: an event has another id then.
func (w *wire) again(p *parcel) *parcel {
	if p.kind != kindEvent {
		return p
	}
	twin := *p
	twin.payload = maps.Clone(p.payload)
	twin.payload["event_id"] = w.f.id("Ev")
	twin.body = encode(twin.payload)
	return &twin
}

// failure is why a delivery was not acknowledged, as the X-Slack-Retry-Reason of the next one says it; empty where it was.
type failure string

const (
	timedOut         failure = "http_timeout"
	httpError        failure = "http_error"
	connectionFailed failure = "connection_failed"
	tooManyRedirects failure = "too_many_redirects"
)

// trouble is what a person sees of it.
func (f failure) trouble() error {
	switch f {
	case "":
		return nil
	case timedOut:
		return OperationTimeout
	}
	return DispatchFailed
}

// deliver brings a person's action to the app and waits for what it says, or for the end of Slack's patience. Nobody is told that an
// event was not acknowledged. A nil parcel is what the app may not hear of. It takes the lock itself.
func (w *wire) deliver(p *parcel) ([]byte, failure) {
	if p == nil {
		return nil, ""
	}
	w.f.mu.Lock()
	w.last[p.team] = p
	if p.kind == kindInteraction {
		w.acted[p.team] = p
	}
	if !p.made {
		Record(p.kind, p.body)
	}
	late := w.chance(w.rules.Late)
	if w.chance(w.rules.Twice) {
		w.later(w.again(p), late)
	}
	if p.kind == kindEvent && late {
		w.later(p, true)
		w.f.mu.Unlock()
		return nil, ""
	}
	w.f.mu.Unlock()
	if p.kind == kindEvent {
		w.event(p)
		return nil, ""
	}
	return w.attempt(p, 0, "")
}

// later delivers in the background, at once or up to LateBy from now.
func (w *wire) later(p *parcel, late bool) {
	var after time.Duration
	if late {
		after = time.Duration(w.f.rand.Int64N(int64(w.rules.LateBy)))
	}
	w.background(func() {
		switch {
		case !w.pause(after):
		case p.kind == kindEvent:
			w.event(p)
		default:
			w.attempt(p, 0, "")
		}
	})
}

// event delivers an event until it is acknowledged: at most four times. It holds no lock.
func (w *wire) event(p *parcel) {
	w.f.mu.Lock()
	retries := w.rules.Retries
	w.f.mu.Unlock()
	_, why := w.attempt(p, 0, "")
	for i, wait := range retries {
		if why == "" || why == neverAgain || !w.pause(wait) {
			break
		}
		_, why = w.attempt(p, i+1, string(why))
	}
	if why != "" {
		w.f.mu.Lock()
		defer w.f.mu.Unlock()
		w.unacked++
	}
}

// attempt delivers once; try counts from 0, and why is what was wrong with the one before. It holds no lock.
func (w *wire) attempt(p *parcel, try int, why string) ([]byte, failure) {
	w.f.mu.Lock()
	hooks, unheard, within := w.hooks, w.chance(w.rules.Unheard), w.rules.AckWithin
	w.f.mu.Unlock()
	var body []byte
	var failed failure
	began := time.Now()
	if hooks != nil {
		body, failed = w.overHTTP(hooks, p, try, why)
	} else {
		body, failed = w.overSocket(p, try, why)
	}
	if unheard && failed == "" {
		w.pause(max(0, within-time.Since(began)))
		return nil, timedOut
	}
	return body, failed
}

// emit sends an event of the Events API to the app in the background, as its inner event, where the app may hear of it.
func (w *wire) emit(ws *Workspace, event map[string]any) {
	if p := w.eventParcel(ws, event, ""); p != nil {
		w.background(func() { w.deliver(p) })
	}
}
