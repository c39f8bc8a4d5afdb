package discordfake

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// Limits is other numbers than Discord's own.
type Limits struct{}

// Faults is what goes wrong with REST requests by chance.
type Faults struct{}

// rest is the REST API's own state: limits, nonces, commands.
type rest struct{}

func newRest(f *Fake) *rest { return &rest{} }

// refusal is an error as Discord answers it.
type refusal struct {
	status  int // of HTTP
	code    int
	message string
	errors  map[string]any // by field, of 50035
}

func (r *refusal) Error() string { return r.message }

// call is one REST request.
type call struct {
	vars  map[string]string // of the path
	query url.Values
	body  json.RawMessage // JSON, or payload_json of a multipart body
}

// route is one REST endpoint. Its handler runs with the lock held.
type route struct {
	method, path string // path such as channels/{channel}/messages
	open         bool   // needs no bot token: the path itself holds one
	schema       string // of the body, in Discord's OpenAPI description; empty where there is none
	serve        func(f *Fake, c *call) (status int, answer any, refused *refusal)
}

// serveREST answers below /api/v10/. It takes the lock itself.
func (f *Fake) serveREST(rw http.ResponseWriter, r *http.Request) { http.NotFound(rw, r) }
