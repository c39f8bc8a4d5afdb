package slackfake

import (
	"encoding/json"
	"net/http"
	"time"
)

// token is one access token, for a bot unless it is the app's own.
type token struct {
	text   string
	team   string
	scopes []string
	ends   time.Time // zero: never
	ended  string    // the error that it gives: token_revoked, account_inactive; empty while it works
}

// bucket is what is left of one rate limit.
type bucket struct{}

// refusal is an answer with ok:false.
type refusal struct {
	code     string
	messages []string // response_metadata.messages
	fields   map[string]any
}

func refuse(code string, messages ...string) *refusal {
	return &refusal{code: code, messages: messages}
}

func (r *refusal) Error() string { return r.code }

// serveAPI answers one call of the Web API. It takes the lock itself.
func (f *Fake) serveAPI(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(rw).Encode(map[string]any{"ok": false, "error": "unknown_method"}) // the app is gone
}
