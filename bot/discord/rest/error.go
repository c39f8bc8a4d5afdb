package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/bwmarrin/discordgo"
)

// Error is an answer of Discord that is no success. With a Status of 500 or more nobody knows whether the request was
// carried out; with any other it was not.
type Error struct {
	Status  int    // of HTTP
	Code    int    // Discord's own (docs.discord.com, JSON Error Codes); 0 where the answer is not Discord's JSON
	Message string // Discord's words, with those about single fields of the body
	Path    string // method and path, without what is secret in it

	After time.Duration // Status 429, and a Code: how long what was asked for is limited
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: HTTP %d, code %d: %s", e.Path, e.Status, e.Code, e.Message)
}

// Wait is the error of a request that was not carried out and may be tried again at Until.
type Wait struct {
	Until time.Time
	Why   string // what limits it
}

func (w *Wait) Error() string {
	return fmt.Sprintf("wait until %s: %s", w.Until.UTC().Format(time.RFC3339Nano), w.Why)
}

// Is tells whether err is an *Error with one of Discord's codes.
func Is(err error, codes ...int) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e.Code == c {
			return true
		}
	}
	return false
}

// mended is an error of discordgo or net/http as this package promises it. Their texts hold the address.
func (c *Client) mended(r Request, got answer, err error) error {
	path := r.Method + " " + redacted(r.Path)
	var wait *pause
	var refused *discordgo.RESTError
	var network *url.Error
	switch {
	case errors.As(err, &wait):
		return &Wait{Until: c.cfg.Now().Add(time.Until(wait.until)), Why: wait.why}
	case errors.As(err, &refused):
		return readError(got, refused.ResponseBody, path)
	case got.status >= 300: // discordgo's error of 502 and 429 does not say what it is
		return readError(got, got.body, path)
	case errors.As(err, &network):
		return fmt.Errorf("%s: %w", path, network.Err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// readError reads the body of an answer that is no success.
func readError(got answer, body []byte, path string) *Error {
	e := &Error{Status: got.status, Path: path, Message: http.StatusText(got.status), After: got.after}
	var told struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &told) == nil && told.Message != "" {
		e.Code, e.Message = told.Code, told.Message
		if len(told.Errors) > 0 {
			e.Message += " " + string(told.Errors[:min(len(told.Errors), mostDetail)])
		}
	}
	return e
}

// mostDetail is how many bytes are kept of what Discord says about single fields.
const mostDetail = 1000
