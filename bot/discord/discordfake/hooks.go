package discordfake

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Hooks is where the app takes interactions by signed HTTP: a handler in memory, or the address of a server.
type Hooks struct {
	Handler http.Handler // served in memory, under any address
	URL     string       // the whole address; http://app.fake/discord/interactions when empty
}

// hooks delivers over HTTP.
type hooks struct {
	url    string
	client *http.Client
	memory *memory // nil over a network
	last   *signed
}

// signed is one request that Discord sent.
type signed struct {
	header http.Header
	body   []byte
}

// ErrEndpoint is what the developer portal says to an address that does not prove to be the app's.
var ErrEndpoint = errors.New("The specified interactions endpoint url could not be verified.")

// DeliverTo switches interactions from the gateway to signed HTTP, as saving an address in the developer portal does: the address must answer
// a PING, and must refuse one with a wrong signature. A zero Hooks switches back.
func (f *Fake) DeliverTo(ctx context.Context, to Hooks) error {
	f.Settle()
	var h *hooks
	if to.Handler != nil || to.URL != "" {
		h = newHooks(to)
		if err := f.verify(ctx, h); err != nil {
			h.close()
			return err
		}
	}
	f.mu.Lock()
	old := f.wire.hooks
	f.wire.hooks = h
	f.mu.Unlock()
	if old != nil {
		old.close()
	}
	return nil
}

// Probe asks the address again, as Discord does from time to time.
func (f *Fake) Probe(ctx context.Context) error {
	f.mu.Lock()
	h := f.wire.hooks
	f.mu.Unlock()
	if h == nil {
		return errors.New("discordfake: interactions come by the gateway")
	}
	return f.verify(ctx, h)
}

func newHooks(to Hooks) *hooks {
	h := &hooks{url: cmp.Or(to.URL, "http://app.fake/discord/interactions")}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	if to.Handler != nil {
		h.memory = newMemory(to.Handler)
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return h.memory.dial(ctx) }
	}
	h.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return h
}

func (h *hooks) close() {
	h.client.CloseIdleConnections()
	if h.memory != nil {
		h.memory.close()
	}
}

// verify sends the two requests with which Discord tries an address (docs.discord.com, Setting Up an Endpoint). It holds no lock.
func (f *Fake) verify(ctx context.Context, h *hooks) error {
	f.mu.Lock()
	ping := encode(map[string]any{
		"id": f.id(), "application_id": f.cfg.AppID, "type": pingInteraction, "token": f.interactionToken("0"), "version": 1,
		"user": f.people[f.cfg.AppID].json(), "entitlements": []any{}, "authorizing_integration_owners": map[string]any{},
		"app_permissions": bits(directRights), "attachment_size_limit": maxAttachment, "context": 1, "locale": "en-US",
	})
	now := f.cfg.Now()
	f.mu.Unlock()
	if status, _, err := h.send(ctx, f.forged(ping, now), ping); err != nil || status != http.StatusUnauthorized {
		return fmt.Errorf("%w: it answered %d to a wrong signature: %v", ErrEndpoint, status, err)
	}
	status, answer, err := h.send(ctx, f.sign(ping, now), ping)
	var pong response
	if err != nil || status != http.StatusOK || json.Unmarshal(answer.body, &pong) != nil || pong.Type != pongResponse {
		return fmt.Errorf("%w: it answered %d to a PING: %v", ErrEndpoint, status, err)
	}
	return nil
}

const (
	signatureHeader = "X-Signature-Ed25519"
	timestampHeader = "X-Signature-Timestamp"
)

// Sign gives the headers with which Discord would send a body at a time.
func (f *Fake) Sign(body []byte, at time.Time) http.Header { return f.sign(body, at) }

func (f *Fake) sign(body []byte, at time.Time) http.Header { return signedBy(f.key, body, at) }

// forged is signed with another key.
func (f *Fake) forged(body []byte, at time.Time) http.Header {
	return signedBy(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)), body, at)
}

// signedBy signs as docs.discord.com, Validating Security Request Headers, has it: the timestamp, then the body.
func signedBy(key ed25519.PrivateKey, body []byte, at time.Time) http.Header {
	second := strconv.FormatInt(at.Unix(), 10)
	return http.Header{
		"Content-Type":  {"application/json"},
		timestampHeader: {second},
		signatureHeader: {hex.EncodeToString(ed25519.Sign(key, append([]byte(second), body...)))},
		"User-Agent":    {"Discord-Interactions/1.0 (+https://discord.com)"},
	}
}

// answered is what the app said over HTTP.
type answered struct {
	body  []byte
	files []upload
}

// send makes one request and reads the answer. It holds no lock.
func (h *hooks) send(ctx context.Context, header http.Header, body []byte) (status int, a answered, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		panic("discordfake: a test delivers to " + h.url + ": " + err.Error())
	}
	req.Header = header.Clone()
	res, err := h.client.Do(req)
	if err != nil {
		return 0, a, err
	}
	defer res.Body.Close()
	kind, params, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		c := &call{}
		if refused := c.readForm(multipart.NewReader(res.Body, params["boundary"])); refused != nil {
			return res.StatusCode, a, refused
		}
		return res.StatusCode, answered{c.body, c.files}, nil
	}
	a.body, err = io.ReadAll(res.Body)
	if err == nil && len(a.body) > 0 && res.StatusCode == http.StatusOK && kind != "application/json" {
		err = fmt.Errorf("an answer of type %q: Discord takes application/json", kind)
	}
	return res.StatusCode, a, err
}

// overHTTP delivers an interaction by a signed request. The answer carries the first response, or is an empty 202: then the response comes as
// a request of its own. It holds no lock.
func (w *wire) overHTTP(h *hooks, i *interaction, payload []byte) {
	f := w.f
	f.mu.Lock()
	header := f.sign(payload, f.cfg.Now())
	h.last = &signed{header, payload}
	left := w.lives.Within - time.Since(i.began)
	f.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), left)
	defer cancel()
	status, said, err := h.send(ctx, header, payload)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case ctx.Err() != nil: // it has been too late
	case err != nil:
		w.spurn(i, err.Error())
	case status == http.StatusAccepted && len(said.body) == 0:
	case status != http.StatusOK:
		w.spurn(i, "the app answered "+strconv.Itoa(status))
	default:
		if refused := f.respond(i, said.body, said.files); refused != nil {
			w.spurn(i, fmt.Sprintf("%d %s %s", refused.code, refused.message, encode(refused.errors)))
		}
	}
}

// spurn does not take an answer: the person sees at once that the app failed.
func (w *wire) spurn(i *interaction, why string) {
	w.spurned = append(w.spurned, why)
	if i.first == 0 && !i.failed {
		i.failed = true
		close(i.answered)
	}
}

// Spurned is why answers over HTTP were not taken.
func (f *Fake) Spurned() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.wire.spurned...)
}
