package slackfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// args are the arguments of one call, whichever way they came: what is not a string is there as JSON.
type args map[string]string

func (a args) has(name string) bool { _, ok := a[name]; return ok }

// flag is a boolean argument: Slack takes true and 1.
func (a args) flag(name string) bool { return a[name] == "true" || a[name] == "1" }

// number is a whole number of least to most; or where it is not given.
func (a args) number(name string, or, least, most int) (int, bool) {
	if !a.has(name) {
		return or, true
	}
	n, err := strconv.Atoi(a[name])
	return n, err == nil && n >= least && n <= most
}

const maxBody = 4 << 20 // bytes; Slack documents none

// readArgs reads a call: docs.slack.dev, Using the Slack Web API, Request and Data formats. A token comes in the Authorization header
// or, except with JSON, as an argument.
func readArgs(rw http.ResponseWriter, r *http.Request) (a args, token string, refused *refusal) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return nil, "", refuse("request_too_large")
	case err != nil:
		return nil, "", refuse("request_timeout")
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if strings.HasPrefix(token, "Basic ") {
		token = ""
	}
	switch {
	case kind == "application/json":
		a, refused = jsonArgs(body)
		delete(a, "token")
		return a, token, refused
	case len(body) > 0 && kind == "":
		return nil, "", refuse("missing_post_type")
	case len(body) > 0 && kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data":
		return nil, "", refuse("invalid_post_type")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(maxBody)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return nil, "", refuse("invalid_form_data")
	}
	a = args{}
	for name, values := range r.Form {
		a[name] = values[0]
	}
	if token == "" {
		token = a["token"]
	}
	delete(a, "token")
	return a, token, nil
}

func jsonArgs(body []byte) (args, *refusal) {
	if len(body) == 0 { // slack-go asks so for apps.connections.open
		return args{}, nil
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(body, &values); err != nil {
		return nil, refuse("invalid_json")
	}
	a := args{}
	for name, raw := range values {
		var s string
		switch {
		case string(raw) == "null":
		case json.Unmarshal(raw, &s) == nil:
			a[name] = s
		default:
			a[name] = string(raw)
		}
	}
	return a, nil
}
