package discordfake

import (
	"net/http"
	"time"
)

// refusal is an error as Discord answers it.
type refusal struct {
	status  int // of HTTP
	code    int
	message string
	errors  map[string]any // by field, of 50035
	after   time.Duration  // retry_after of what may be tried again
}

func (r *refusal) Error() string { return r.message }

func (r *refusal) json() map[string]any {
	j := map[string]any{"code": r.code, "message": r.message}
	if r.errors != nil {
		j["errors"] = r.errors
	}
	if r.after > 0 {
		j["retry_after"], j["global"] = r.after.Seconds(), false
	}
	return j
}

// within puts the paths of a refused form below a field: for a message that is a part of a body.
func (r *refusal) within(field string) *refusal {
	if r == nil || r.errors == nil {
		return r
	}
	nested := *r
	nested.errors = map[string]any{field: r.errors}
	return &nested
}

// codes are Discord's error codes with their HTTP status and words (docs.discord.com, Opcodes and Status Codes, JSON Error Codes; the
// statuses are those that discord.js and discord.py users report).
var codes = map[int]struct {
	status  int
	message string
}{
	10002: {http.StatusNotFound, "Unknown application"},
	10003: {http.StatusNotFound, "Unknown Channel"},
	10004: {http.StatusNotFound, "Unknown Guild"},
	10007: {http.StatusNotFound, "Unknown Member"},
	10008: {http.StatusNotFound, "Unknown Message"},
	10011: {http.StatusNotFound, "Unknown Role"},
	10013: {http.StatusNotFound, "Unknown User"},
	10015: {http.StatusNotFound, "Unknown Webhook"},
	10062: {http.StatusNotFound, "Unknown interaction"},
	10063: {http.StatusNotFound, "Unknown application command"},
	10087: {http.StatusNotFound, "Unknown tag"},
	20012: {http.StatusForbidden, "You are not authorized to perform this action on this application"},
	20016: {http.StatusTooManyRequests, "This action cannot be performed due to slowmode rate limit"},
	20028: {http.StatusTooManyRequests, "The write action you are performing on the channel has hit the write rate limit."},
	30032: {http.StatusBadRequest, "Maximum number of application commands reached (100)"},
	30034: {http.StatusTooManyRequests, "Max number of daily application command creates has been reached (200)"},
	30046: {http.StatusTooManyRequests, "Maximum number of edits to messages older than 1 hour reached. Try again later."},
	40005: {http.StatusRequestEntityTooLarge, "Request entity too large"},
	40060: {http.StatusBadRequest, "Interaction has already been acknowledged."},
	40061: {http.StatusBadRequest, "Tag names must be unique"},
	40067: {http.StatusBadRequest, "A tag is required to create a forum post in this channel"},
	40094: {http.StatusBadRequest, "This interaction has hit the maximum number of follow up messages"},
	40333: {http.StatusForbidden, "internal network error"},
	50001: {http.StatusForbidden, "Missing Access"},
	50003: {http.StatusForbidden, "Cannot execute action on a DM channel"},
	50005: {http.StatusForbidden, "Cannot edit a message authored by another user"},
	50006: {http.StatusBadRequest, "Cannot send an empty message"},
	50007: {http.StatusForbidden, "Cannot send messages to this user"},
	50008: {http.StatusBadRequest, "Cannot send messages in a non-text channel"},
	50013: {http.StatusForbidden, "Missing Permissions"},
	50021: {http.StatusForbidden, "Cannot execute action on a system message"},
	50024: {http.StatusBadRequest, "Cannot execute action on this channel type"},
	50027: {http.StatusUnauthorized, "Invalid Webhook Token"},
	50033: {http.StatusBadRequest, "Invalid Recipient(s)"},
	50035: {http.StatusBadRequest, "Invalid Form Body"},
	50083: {http.StatusBadRequest, "Thread is archived"},
	50109: {http.StatusBadRequest, "The request body contains invalid JSON."},
	50278: {http.StatusForbidden, "Cannot send message to this user due to having no mutual guilds"},

	160002: {http.StatusBadRequest, "Cannot reply without permission to read message history"},
	160004: {http.StatusBadRequest, "A thread has already been created for this message"},
	160005: {http.StatusForbidden, "This thread is locked"},
	160006: {http.StatusBadRequest, "Maximum number of active threads reached"},
}

// refuse is the error of that code.
func refuse(code int) *refusal {
	c, known := codes[code]
	if !known {
		panic("unreachable: the fake refuses with a code that it does not know")
	}
	return &refusal{status: c.status, code: code, message: c.message}
}

// later is a refusal that says when to try again.
func later(code int, after time.Duration) *refusal {
	r := refuse(code)
	r.after = after
	return r
}

// Errors without a code of their own.

func unauthorized() *refusal {
	return &refusal{status: http.StatusUnauthorized, message: "401: Unauthorized"}
}
func notFound() *refusal { return &refusal{status: http.StatusNotFound, message: "404: Not Found"} }
func notAllowed() *refusal {
	return &refusal{status: http.StatusMethodNotAllowed, message: "405: Method Not Allowed"}
}
func internalError() *refusal {
	return &refusal{status: http.StatusInternalServerError, message: "500: Internal Server Error"}
}
func outage() *refusal {
	return &refusal{status: http.StatusServiceUnavailable, message: "503: Service Unavailable"}
}
