package discordfake

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Faults is what goes wrong with REST requests by chance: each is the probability with which it befalls one request.
type Faults struct {
	Busy      float64 // 429 of the route; nothing was done
	Shared    float64 // 429 of scope shared
	Global    float64 // 429 of the whole app
	HTML      float64 // Cloudflare's 429, in HTML
	Fail      float64 // 503; nothing was done
	FailAfter float64 // 502, but it was done
	Drop      float64 // the connection ends; nothing was done
	DropAfter float64 // the connection ends, but it was done

	Slow    float64       // the request is late; it is carried out even if the app has hung up by then
	SlowFor time.Duration // how late, by the machine's clock; a second when zero
}

// Fault is one thing that goes wrong with one request. A number, such as "20028", is an error code: the request is refused with it and
// nothing is done.
type Fault string

// The faults of one request.
const (
	Busy      Fault = "busy"       // 429 of the route
	Shared    Fault = "shared"     // 429 of scope shared
	Global    Fault = "global"     // 429 of the whole app
	HTML      Fault = "html"       // Cloudflare's 429
	Fail      Fault = "fail"       // 503; nothing was done
	FailAfter Fault = "fail after" // 502, but it was done
	Drop      Fault = "drop"       // the connection ends; nothing was done
	DropAfter Fault = "drop after" // the connection ends, but it was done
	Slow      Fault = "slow"       // Faults.SlowFor late, a second when zero
	Pass      Fault = "pass"       // nothing goes wrong: for the requests before one that does
)

type scripted struct {
	match string
	left  int
	fault Fault
}

// Next makes the next n requests of a route go wrong. match is empty for any, a method ("POST"), a route as Counts names it
// ("POST channels/{channel}/messages"), or one with ids in place of variables. Scripts are used up in the order in which they were
// written, and go before Faults.
func (f *Fake) Next(n int, match string, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest.script = append(f.rest.script, scripted{match, n, fault})
}

// SetFaults changes what goes wrong by chance from now on.
func (f *Fake) SetFaults(faults Faults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest.faults = faults
}

// mishap is what befalls one request.
type mishap struct {
	fault Fault
	late  time.Duration
	wait  time.Duration // Retry-After of a 429
}

// mishap decides what befalls a request. It takes the lock itself.
func (f *Fake) mishap(c *call, r *http.Request) mishap {
	f.mu.Lock()
	defer f.mu.Unlock()
	rest := f.rest
	if len(rest.script) == 0 && rest.faults == (Faults{}) {
		return mishap{}
	}
	m := mishap{wait: time.Duration(200+f.rand.IntN(1800)) * time.Millisecond}
	for i := range rest.script {
		if s := &rest.script[i]; s.left > 0 && s.matches(c, r) {
			if s.left--; s.fault == Slow {
				m.late = rest.faults.slowFor()
				return m
			}
			m.fault = s.fault
			return m
		}
	}
	if f.rand.Float64() < rest.faults.Slow {
		m.late = rest.faults.slowFor()
	}
	chance := f.rand.Float64()
	for _, p := range []struct {
		probability float64
		fault       Fault
	}{
		{rest.faults.Busy, Busy}, {rest.faults.Shared, Shared}, {rest.faults.Global, Global}, {rest.faults.HTML, HTML},
		{rest.faults.Fail, Fail}, {rest.faults.FailAfter, FailAfter}, {rest.faults.Drop, Drop}, {rest.faults.DropAfter, DropAfter},
	} {
		if chance -= p.probability; chance < 0 {
			m.fault = p.fault
			break
		}
	}
	return m
}

func (p Faults) slowFor() time.Duration {
	if p.SlowFor == 0 {
		return time.Second
	}
	return p.SlowFor
}

func (s scripted) matches(c *call, r *http.Request) bool {
	method, path, both := strings.Cut(s.match, " ")
	switch {
	case s.match == "":
		return true
	case method != r.Method:
		return false
	case !both:
		return true
	}
	return c.route != nil && path == c.route.path || path == strings.TrimPrefix(r.URL.Path, "/api/v10/")
}

// drops tells whether the connection ends now: before or after the request was carried out.
func (m mishap) drops(after bool) bool {
	return m.fault == Drop && !after || m.fault == DropAfter && after
}

// before is the error in place of carrying the request out; nil where it goes on.
func (m mishap) before() *refusal {
	if m.fault == Fail {
		return outage()
	}
	if code, err := strconv.Atoi(string(m.fault)); err == nil {
		if _, known := codes[code]; !known {
			return &refusal{status: http.StatusBadRequest, code: code, message: "Scripted error"}
		}
		return refuse(code)
	}
	return nil
}

// after is the error in place of the answer to what was carried out; nil where that is given.
func (m mishap) after() *refusal {
	if m.fault == FailAfter {
		return &refusal{status: http.StatusBadGateway, message: "502: Bad Gateway"}
	}
	return nil
}

// Relent discards what Next has scripted and is not used up.
func (f *Fake) Relent() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest.script = nil
}
