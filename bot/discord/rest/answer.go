package rest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"time"
)

// answer is what an answer tells about limits; zero where none came.
type answer struct {
	status int
	header http.Header
	theirs bool          // it does not come from Discord but from what stands before it
	code   int           // 429: Discord's own, of a limit on what the request asks for: such a one is the caller's
	body   []byte        // of such a 429
	after  time.Duration // 429: how long to wait
	global bool          // 429: the bot's limit of all requests
	shared bool          // 429: others have used it up, so it counts for nothing
}

const (
	afterLimit = time.Second // a 429 that does not say how long
	afterEdge  = time.Minute // one of Cloudflare's that does not: its bans last that long, or an hour
	longest    = time.Hour   // whatever it says
	shortest   = 50 * time.Millisecond

	limitBody = 64 << 10 // bytes of a 429 that are read
)

// read reads an answer and leaves its body to be read again.
func read(r *http.Response) answer {
	a := answer{status: r.StatusCode, header: r.Header}
	if a.status >= http.StatusBadRequest {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		a.theirs = kind != "application/json"
	}
	if a.status != http.StatusTooManyRequests {
		return a
	}
	start, err := io.ReadAll(io.LimitReader(r.Body, limitBody))
	r.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(start))
	var told struct {
		After  float64 `json:"retry_after"` // seconds
		Global bool    `json:"global"`
		Code   int     `json:"code"`
	}
	a.theirs = err != nil || json.Unmarshal(start, &told) != nil
	a.code, a.body = told.Code, start
	a.global = told.Global || r.Header.Get("X-RateLimit-Global") != "" || r.Header.Get("X-RateLimit-Scope") == "global"
	a.shared = r.Header.Get("X-RateLimit-Scope") == "shared"
	if a.after = time.Duration(told.After * float64(time.Second)); a.after <= 0 {
		a.after, _ = seconds(r.Header.Get("Retry-After"))
	}
	switch {
	case a.after <= 0 && a.theirs:
		a.after = afterEdge
	case a.after <= 0:
		a.after = afterLimit
	}
	a.after = min(max(a.after, shortest), longest)
	return a
}

// limited tells whether a limit of requests refused this one, so that nothing was done.
func (a answer) limited() bool { return a.status == http.StatusTooManyRequests && a.code == 0 }

// edge tells whether it is a limit of Cloudflare's.
func (a answer) edge() bool { return a.limited() && a.theirs }

// invalid tells whether it counts towards a ban.
func (a answer) invalid() bool {
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true
	case http.StatusTooManyRequests:
		return !a.shared
	}
	return false
}
