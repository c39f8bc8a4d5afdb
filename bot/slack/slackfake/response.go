package slackfake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// What Slack takes at a response URL (docs.slack.dev, Handling user interaction).
const (
	responseFor   = 30 * time.Minute
	responseTimes = 5
	maxResponse   = 1 << 20 // bytes; Slack names no figure
)

// responseURL is an address at which the app can answer one command or one click.
type responseURL struct {
	workspace *Workspace
	channel   string
	user      string
	message   string // TS of the message that was clicked; empty after a command
	thread    string // in which that message stands
	at        time.Time
	used      int
}

// responseURL makes the address for what a person has just done.
func (w *wire) responseURL(kind string, r responseURL) string {
	path := fmt.Sprintf("/response/%s/%s/%d/%016x", kind, r.workspace.id, len(w.responses)+1, w.f.rand.Uint64())
	r.at = w.f.cfg.Now()
	w.responses[path] = &r
	return w.f.base + path
}

// respondMethod is what Fake.Next calls a message to a response URL.
const respondMethod = "response_url"

// serveResponse takes a message at a response URL. It takes the lock itself.
func (w *wire) serveResponse(rw http.ResponseWriter, r *http.Request) {
	if !w.f.begin() {
		panic(http.ErrAbortHandler) // net/http ends the connection
	}
	defer w.f.calls.Done()
	mishap := w.f.mishap(respondMethod)
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxResponse))
	w.f.wait(mishap.late)
	if err != nil || mishap.before(rw) {
		return
	}
	status, refused := http.StatusBadRequest, mishap.refusal()
	if refused == nil {
		w.f.mu.Lock()
		status, refused = w.respondAt(r.URL.Path, body)
		w.f.mu.Unlock()
	}
	if mishap.after(rw) {
		return
	}
	answer := map[string]any{"ok": true}
	if refused != nil {
		answer = refused.answer()
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(answer) // the app is gone
}

func (w *wire) respondAt(path string, body []byte) (status int, refused *refusal) {
	r := w.responses[path]
	switch {
	case r == nil:
		return http.StatusNotFound, refuse("no_such_url")
	case w.f.cfg.Now().Sub(r.at) > responseFor:
		return http.StatusNotFound, refuse("expired_url")
	case r.used == responseTimes:
		return http.StatusNotFound, refuse("used_url")
	}
	if refused := w.respond(r, body); refused != nil {
		return http.StatusBadRequest, refused
	}
	r.used++
	return http.StatusOK, nil
}

// respond shows what the app answers to a command or a click: as its acknowledgement, or at the response URL. An answer is seen by the
// person alone unless it says in_channel. It may replace or delete the message that was clicked, never the person's own command.
func (w *wire) respond(r *responseURL, body []byte) *refusal {
	var how struct {
		Type    string `json:"response_type"`
		Replace bool   `json:"replace_original"`
		Delete  bool   `json:"delete_original"`
		Thread  string `json:"thread_ts"`
	}
	if json.Unmarshal(body, &how) != nil {
		return refuse("invalid_payload")
	}
	ws, person := r.workspace, r.workspace.people[r.user]
	c := ws.channels[r.channel]
	if c == nil || ws.install == nil {
		return refuse("channel_not_found")
	}
	original := c.find(r.message)
	for i := range person.whisper {
		if m := &person.whisper[i]; m.TS == r.message && m.Channel == r.channel {
			original = m
		}
	}
	if how.Delete {
		switch {
		case original == nil:
		case original.To != "":
			ws.hide(person, original.TS)
		default:
			ws.remove(c, original)
		}
		return nil
	}
	m, refused := parseMessage(body)
	if refused != nil {
		return refused
	}
	m.Channel, m.User, m.Thread = c.id, ws.install.bot, how.Thread
	switch {
	case how.Replace && original != nil: // a private one stays private, whatever response_type says
		ws.edit(original, m)
	case how.Type == "in_channel":
		ws.post(c, m)
	default:
		ws.show(c, person, m)
	}
	return nil
}
