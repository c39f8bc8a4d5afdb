package slackfake

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Hooks is where the app takes signed HTTP: a handler in memory, or the address of a server.
type Hooks struct {
	Handler http.Handler // served in memory, under any address
	URL     string       // scheme and host, such as http://127.0.0.1:8081; any where Handler is set

	Events, Interactive, Commands string // paths; /slack/events, /slack/interactive, /slack/commands when empty
}

// hooks delivers over HTTP.
type hooks struct {
	paths  map[string]string // address by kind of payload
	client *http.Client
	memory *memory // nil over a network
	last   *sent   // what was delivered last
}

// sent is one request.
type sent struct {
	to     string
	header http.Header
	body   []byte
}

const neverAgain failure = "x-slack-no-retry" // the app asked for no further try

var errRedirects = errors.New("more redirects than Slack follows")

// maxRedirects is how many Slack follows (docs.slack.dev, Events API).
const maxRedirects = 2

// DeliverTo switches from sockets to signed HTTP; a zero Hooks switches back. Deliveries under way end first.
func (f *Fake) DeliverTo(to Hooks) {
	f.Settle()
	f.mu.Lock()
	old := f.wire.hooks
	f.wire.hooks = nil
	if to.Handler != nil || to.URL != "" {
		f.wire.hooks = newHooks(to)
	}
	f.mu.Unlock()
	if old != nil {
		old.close()
	}
}

func newHooks(to Hooks) *hooks {
	base := strings.TrimSuffix(cmp.Or(to.URL, "http://app.fake"), "/")
	h := &hooks{paths: map[string]string{
		kindEvent:       base + cmp.Or(to.Events, "/slack/events"),
		kindInteraction: base + cmp.Or(to.Interactive, "/slack/interactive"),
		kindCommand:     base + cmp.Or(to.Commands, "/slack/commands"),
	}}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	if to.Handler != nil {
		h.memory = newMemory(to.Handler)
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return h.memory.dial(ctx) }
	}
	h.client = &http.Client{Transport: transport, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return errRedirects
		}
		return nil
	}}
	return h
}

func (h *hooks) close() {
	h.client.CloseIdleConnections()
	if h.memory != nil {
		h.memory.close()
	}
}

// overHTTP delivers a payload by a signed request and waits for the answer. It holds no lock.
func (w *wire) overHTTP(h *hooks, p *parcel, try int, why string) ([]byte, failure) {
	w.f.mu.Lock()
	within, body, contentType := w.rules.AckWithin, []byte(p.body), "application/json"
	if p.kind != kindEvent {
		body, contentType = formOf(p), "application/x-www-form-urlencoded"
	}
	header := w.f.sign(body, w.f.cfg.Now())
	header.Set("Content-Type", contentType)
	if try > 0 {
		header.Set("X-Slack-Retry-Num", strconv.Itoa(try))
		header.Set("X-Slack-Retry-Reason", why)
	}
	h.last = &sent{h.paths[p.kind], header, body}
	held := w.held
	w.held = 0
	w.f.mu.Unlock()
	w.pause(held)
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	answer, status, head, err := w.send(ctx, h, h.paths[p.kind], header, body)
	switch {
	case errors.Is(err, context.DeadlineExceeded), held > within:
		return nil, timedOut
	case errors.Is(err, errRedirects):
		return nil, tooManyRedirects
	case err != nil:
		return nil, connectionFailed
	case status >= 200 && status < 300:
		return answer, ""
	case head.Get("X-Slack-No-Retry") == "1":
		return nil, neverAgain
	}
	return nil, httpError
}

// send makes one request and reads the answer. It holds no lock.
func (w *wire) send(ctx context.Context, h *hooks, to string, header http.Header, body []byte) ([]byte, int, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		panic("slackfake: a test delivers to " + to + ": " + err.Error())
	}
	req.Header = header.Clone()
	res, err := h.client.Do(req)
	if err != nil {
		return nil, 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return answer, res.StatusCode, res.Header, err
}

// formOf is a payload as Slack puts it into a form: a command's values, or an interaction as its only value.
func formOf(p *parcel) []byte {
	values := url.Values{}
	if p.kind == kindInteraction {
		values.Set("payload", string(p.body))
		return []byte(values.Encode())
	}
	for k, v := range p.payload {
		values.Set(k, fmt.Sprint(v))
	}
	return []byte(values.Encode())
}

// Sign gives the headers with which Slack would send a body at a time.
func (f *Fake) Sign(body []byte, at time.Time) http.Header { return f.sign(body, at) }

func (f *Fake) sign(body []byte, at time.Time) http.Header {
	second := strconv.FormatInt(at.Unix(), 10)
	return http.Header{
		"X-Slack-Request-Timestamp": {second},
		"X-Slack-Signature":         {signature(f.cfg.SigningSecret, second, body)},
		"User-Agent":                {"Slackbot 1.0 (+https://api.slack.com/robots)"},
	}
}

// signature is version 0 of Slack's (docs.slack.dev, Verifying requests from Slack).
func signature(secret, second string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", second, body) // a hash takes everything
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// VerifyURL asks the app's address for events whether it is the app's, as Slack does when it is entered.
func (f *Fake) VerifyURL(ctx context.Context) error {
	f.mu.Lock()
	h, challenge := f.wire.hooks, f.wire.uuid()
	body := encode(map[string]any{"token": verificationToken, "challenge": challenge, "type": "url_verification"})
	header := f.sign(body, f.cfg.Now())
	f.mu.Unlock()
	if h == nil {
		return errors.New("no address")
	}
	header.Set("Content-Type", "application/json")
	answer, status, head, err := f.wire.send(ctx, h, h.paths[kindEvent], header, body)
	if err != nil {
		return err
	}
	said := string(answer)
	var parsed struct{ Challenge string }
	if strings.HasPrefix(head.Get("Content-Type"), "application/json") && json.Unmarshal(answer, &parsed) == nil {
		said = parsed.Challenge
	}
	if status != http.StatusOK || strings.TrimSpace(said) != challenge {
		return errors.New("Your URL didn't respond with the value of the challenge parameter.")
	}
	return nil
}

// CheckSSL asks the app's address for commands as Slack does from time to time, to see whether its certificate is good.
func (f *Fake) CheckSSL(ctx context.Context) error {
	f.mu.Lock()
	h := f.wire.hooks
	body := []byte(url.Values{"ssl_check": {"1"}, "token": {verificationToken}}.Encode())
	header := f.sign(body, f.cfg.Now())
	f.mu.Unlock()
	if h == nil {
		return errors.New("no address")
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, status, _, err := f.wire.send(ctx, h, h.paths[kindCommand], header, body)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the app answered %d", status)
	}
	return err
}
