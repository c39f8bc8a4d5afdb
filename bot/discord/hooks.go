package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"

	"greenroom/bot/discord/rest"
)

const (
	// maxBody is how large an interaction may be: the largest, a modal with five texts of 4,000 characters, has some 100 KB.
	maxBody = 1 << 20
	// signedWithin is how old a signature may be.
	signedWithin = 5 * time.Minute
)

// hooks takes the interactions that Discord sends over HTTP (interactions/receiving-and-responding). The server that mounts it bounds how
// long a request may take to arrive.
type hooks struct {
	d *Discord

	mu    sync.Mutex
	told  time.Time // when a refusal was last logged
	count int       // of refusals since then
}

// Hooks serves the interactions that Discord sends over HTTP, at /discord/interactions, to mount on a listener that only Discord needs to
// reach. Before and after Run, and without a public key, they are answered with 503.
func (d *Discord) Hooks() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /discord/interactions", d.hooks.serve)
	return mux
}

var (
	errSignature = errors.New("the signature is not Discord's")
	errOld       = errors.New("the signature is older than five minutes")
	errType      = errors.New("the body is not JSON")
)

func (h *hooks) serve(w http.ResponseWriter, r *http.Request) {
	if h.d.cfg.PublicKey == nil || !h.d.running() {
		http.Error(w, "Greenroom is starting, stopping, or takes nothing over HTTP.", http.StatusServiceUnavailable)
		return
	}
	now := h.d.cfg.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = h.verify(r.Header, body, now)
	}
	if err != nil {
		h.refuse(w, err)
		return
	}
	var ping struct {
		Type int `json:"type"`
	}
	if json.Unmarshal(body, &ping) == nil && ping.Type == 1 {
		write(w, response{Type: 1}) // PONG
		return
	}
	h.deliver(w, r, body, now)
}

// verify checks that Discord has signed a body, and not long ago. Only then does it believe what the time of the signature says about
// Discord's clock.
func (h *hooks) verify(header http.Header, body []byte, now time.Time) error {
	stamp := header.Get("X-Signature-Timestamp")
	signature, err := hex.DecodeString(header.Get("X-Signature-Ed25519"))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return errSignature
	}
	if !ed25519.Verify(h.d.cfg.PublicKey, append([]byte(stamp), body...), signature) {
		return errSignature
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errSignature
	}
	signed := time.Unix(seconds, 0)
	h.d.clock.heard(signed, now)
	if h.d.clock.at(now).Sub(signed) > signedWithin {
		return errOld
	}
	if media, _, _ := mime.ParseMediaType(header.Get("Content-Type")); media != "application/json" {
		return errType
	}
	return nil
}

// deliver waits for the response and writes it.
func (h *hooks) deliver(w http.ResponseWriter, r *http.Request, body []byte, now time.Time) {
	type ride struct {
		response response
		heard    chan bool
	}
	rides := make(chan ride)
	finished := make(chan struct{})
	in := delivery{dispatch: "INTERACTION_CREATE", body: body, at: now, done: func() {}}
	in.ride = func(got response) bool {
		heard := make(chan bool, 1)
		select {
		case rides <- ride{got, heard}:
			return <-heard
		case <-r.Context().Done(): // also once this request is answered
			return false
		}
	}
	in.over = func() { close(finished) }
	if !h.d.deliver(in) {
		http.Error(w, "Greenroom has too much to do, or is stopping.", http.StatusServiceUnavailable)
		return
	}
	select {
	case got := <-rides:
		got.heard <- write(w, got.response)
	case <-finished:
		http.Error(w, "Greenroom has no answer to that.", http.StatusServiceUnavailable)
	case <-r.Context().Done(): // Discord has stopped to wait
	}
}

// write is false where nobody hears it.
func write(w http.ResponseWriter, r response) bool {
	kind, body, err := rest.Request{Body: r, Files: r.upload()}.Encode()
	if err != nil {
		panic("unreachable: it was drawn by us: " + err.Error())
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if _, err := w.Write(body); err != nil {
		return false
	}
	err = http.NewResponseController(w).Flush()
	return err == nil || errors.Is(err, http.ErrNotSupported)
}

// refuse says no, and logs that now and then: anybody can send such requests, and Discord does, to see that it is refused.
func (h *hooks) refuse(w http.ResponseWriter, err error) {
	status := http.StatusUnauthorized
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, errType):
		status = http.StatusUnsupportedMediaType
	case !errors.Is(err, errSignature) && !errors.Is(err, errOld):
		status = http.StatusBadRequest // the body did not arrive
	}
	http.Error(w, err.Error(), status)

	h.mu.Lock()
	defer h.mu.Unlock()
	h.count++
	if now := h.d.cfg.Now(); now.Sub(h.told) > time.Minute {
		h.d.cfg.Log.Warn("discord: requests were refused", slog.Int("requests", h.count), slog.Any("last", err))
		h.told, h.count = now, 0
	}
}
