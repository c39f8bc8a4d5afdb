package slack

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// maxBody is how large a request's body may be: Slack's largest, a view with all of its blocks, has some 400 KB.
const maxBody = maxFrame

// hooks takes what Slack sends over HTTP (docs.slack.dev, Request URLs). The server that mounts it bounds how long a request may take
// to arrive.
type hooks struct {
	s       *Slack
	replays replays
	lag     lag

	mu      sync.Mutex
	told    time.Time // when a refusal was last logged
	refused int       // since then
}

// Hooks serves what Slack sends over HTTP, to mount on a listener that only Slack needs to reach: /slack/events, /slack/interactive and
// /slack/commands, which all take the same, and where workspaces sign in /slack/install and /slack/oauth. Before and after Run, and
// without a signing secret, payloads are answered with 503.
func (s *Slack) Hooks() http.Handler {
	h := s.hooks
	mux := http.NewServeMux()
	for _, path := range []string{"/slack/events", "/slack/interactive", "/slack/commands"} {
		mux.HandleFunc("POST "+path, h.serve)
		mux.HandleFunc("GET "+path, h.checkTLS)
	}
	s.installs.serveOAuth(mux)
	return mux
}

// checkTLS answers the request by which Slack looks at the certificate of a command's address.
func (h *hooks) checkTLS(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("ssl_check") != "1" {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Slack posts here.", http.StatusMethodNotAllowed)
	}
}

func (h *hooks) serve(w http.ResponseWriter, r *http.Request) {
	if h.s.cfg.SigningSecret == "" || !h.s.running() {
		http.Error(w, "Greenroom is starting, stopping, or takes nothing over HTTP.", http.StatusServiceUnavailable)
		return
	}
	now := h.s.cfg.Now()
	sent, err := signedAt(r.Header, now)
	if err != nil {
		h.refuse(w, err)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		h.refuse(w, err)
		return
	}
	signed, err := verify(r.Header, body, h.s.cfg.SigningSecret)
	if err == nil && !h.replays.claim(signed, now) {
		err = errReplayed
	}
	if err != nil {
		h.refuse(w, err)
		return
	}
	got, err := unwrap(r.Header.Get("Content-Type"), body)
	switch {
	case err != nil: // it comes from Slack, and would come again the same
		h.s.leave(delivery{body: body}, err)
	case got.reply != nil:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(got.reply)
	default:
		if !h.deliver(w, r, delivery{kind: got.kind, body: got.body, sent: sent, late: h.lag.of(sent, now)}) {
			h.replays.release(signed)
		}
	}
}

// deliver waits for the receipt and writes it. It is false where the delivery was not taken.
func (h *hooks) deliver(w http.ResponseWriter, r *http.Request, d delivery) bool {
	receipts := make(chan receipt) // unbuffered: who hands one over knows that it is written
	d.answer = func(got receipt) bool {
		select {
		case receipts <- got:
			return true
		case <-r.Context().Done(): // also once this request is answered
			return false
		}
	}
	if !h.s.deliver(d) {
		return h.write(w, receipt{})
	}
	select {
	case got := <-receipts:
		return h.write(w, got)
	case <-r.Context().Done(): // Slack has stopped to wait; it repeats an event
		return false
	}
}

func (h *hooks) write(w http.ResponseWriter, got receipt) bool {
	switch {
	case !got.Taken:
		http.Error(w, "Greenroom has too much to do, or is stopping. Send it again.", http.StatusServiceUnavailable)
	case got.Body != nil:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		body, drawn := got.Body.(json.RawMessage)
		if !drawn {
			body, _ = json.Marshal(got.Body) // drawn by us: cannot fail
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body))) // otherwise net/http sends chunks
		_, _ = w.Write(body)                                      // a reader who has left is no failure
	}
	return got.Taken
}

// noRetry asks Slack not to send the same again.
const noRetry = "X-Slack-No-Retry"

// refuse says no, and logs that now and then: anybody can send such requests, but they may also mean that a secret is wrong.
func (h *hooks) refuse(w http.ResponseWriter, err error) {
	status := http.StatusUnauthorized
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
		w.Header().Set(noRetry, "1")
	case errors.Is(err, errReplayed):
		status = http.StatusConflict
		w.Header().Set(noRetry, "1")
	case !errors.Is(err, errSignature) && !errors.Is(err, errClock):
		status = http.StatusBadRequest // the body did not arrive
	}
	http.Error(w, err.Error(), status)

	h.mu.Lock()
	defer h.mu.Unlock()
	h.refused++
	if now := h.s.cfg.Now(); now.Sub(h.told) > time.Minute {
		h.s.cfg.Log.Warn("slack: requests were refused", slog.Int("requests", h.refused), slog.Any("last", err))
		h.told, h.refused = now, 0
	}
}

// unwrapped is what stands in a request: a payload, or what Slack only wants to be answered.
type unwrapped struct {
	kind  Payload
	body  []byte
	reply []byte
}

// unwrap finds the payload in a body: an event is JSON, an interaction the form value "payload", a command a form.
func unwrap(contentType string, body []byte) (unwrapped, error) {
	switch media, _, _ := mime.ParseMediaType(contentType); media {
	case "application/json":
		return unwrapEvent(body)
	case "application/x-www-form-urlencoded":
		return unwrapForm(body)
	}
	return unwrapped{}, errors.New("a request is neither JSON nor a form")
}

func unwrapEvent(body []byte) (unwrapped, error) {
	if err := shallow(body); err != nil {
		return unwrapped{}, err
	}
	var check struct{ Type, Challenge string }
	if json.Unmarshal(body, &check) == nil && check.Type == "url_verification" {
		return unwrapped{reply: []byte(check.Challenge)}, nil
	}
	return unwrapped{kind: EventPayload, body: body}, nil
}

func unwrapForm(body []byte) (unwrapped, error) {
	form, err := url.ParseQuery(string(body))
	switch {
	case err != nil:
		return unwrapped{}, errors.New("a form cannot be read")
	case form.Get("ssl_check") == "1":
		return unwrapped{reply: []byte{}}, nil
	case form.Has("payload"):
		return unwrapped{kind: InteractionPayload, body: []byte(form.Get("payload"))}, nil
	}
	flat := map[string]string{}
	for name := range form {
		flat[name] = form.Get(name)
	}
	command, err := json.Marshal(flat)
	if err != nil {
		panic("unreachable: strings are JSON: " + err.Error())
	}
	return unwrapped{kind: CommandPayload, body: command}, nil
}
