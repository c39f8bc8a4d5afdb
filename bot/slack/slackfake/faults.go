package slackfake

import (
	"net/http"
	"strings"
	"time"
)

// Faults is what goes wrong with calls of the Web API by chance: each is the probability with which it befalls one call.
type Faults struct {
	Busy        float64 // 429 with Retry-After of 1 to 10 s; nothing was done
	Fail        float64 // 503; nothing was done
	FailAfter   float64 // 500, but it was done
	Drop        float64 // the connection ends; nothing was done
	DropAfter   float64 // the connection ends, but it was done
	BrokenAfter float64 // ok:false with internal_error or fatal_error, but it was done

	Slow    float64       // the call is late; it is done even if the app has hung up by then
	SlowFor time.Duration // how late, by the machine's clock; a second when zero
}

// Fault is one thing that goes wrong with one call. Any other text than those below is an error string of Slack's: the call
// is refused with it and nothing is done.
type Fault string

const (
	Busy        Fault = "fault: busy"
	Fail        Fault = "fault: fail"
	FailAfter   Fault = "fault: fail after"
	Drop        Fault = "fault: drop"
	DropAfter   Fault = "fault: drop after"
	BrokenAfter Fault = "fault: broken after"
	Pass        Fault = "fault: none" // nothing goes wrong: for the calls before one that does
)

type scripted struct {
	method string
	left   int
	fault  Fault
}

// Next makes the next n calls of a method go wrong; an empty method means any. Scripts are used up in the order in which they
// were written, and go before Faults.
func (f *Fake) Next(n int, method string, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = append(f.script, scripted{method, n, fault})
}

// SetFaults changes what goes wrong by chance from now on.
func (f *Fake) SetFaults(faults Faults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = faults
}

// mishap is what befalls one call.
type mishap struct {
	fault  Fault
	late   time.Duration
	busy   time.Duration
	broken string
}

// mishap decides what befalls a call. It takes the lock itself.
func (f *Fake) mishap(method string) mishap {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := mishap{busy: time.Duration(1+f.rand.IntN(10)) * time.Second, broken: [2]string{"internal_error", "fatal_error"}[f.rand.IntN(2)]}
	for i := range f.script {
		if s := &f.script[i]; s.left > 0 && (s.method == method || s.method == "") {
			s.left--
			m.fault = s.fault
			return m
		}
	}
	if p := f.faults; f.rand.Float64() < p.Slow {
		m.late = p.SlowFor
		if m.late == 0 {
			m.late = time.Second
		}
	}
	chance := f.rand.Float64()
	for _, p := range []struct {
		probability float64
		fault       Fault
	}{
		{f.faults.Busy, Busy}, {f.faults.Fail, Fail}, {f.faults.FailAfter, FailAfter}, {f.faults.Drop, Drop},
		{f.faults.DropAfter, DropAfter}, {f.faults.BrokenAfter, BrokenAfter},
	} {
		if chance -= p.probability; chance < 0 {
			m.fault = p.fault
			return m
		}
	}
	return m
}

// before answers in place of Slack, before anything is done; false where the call goes on.
func (m mishap) before(rw http.ResponseWriter) bool {
	switch m.fault {
	case Busy:
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		tooMany(rw, m.busy)
		_, _ = rw.Write([]byte(`{"ok":false,"error":"ratelimited"}`))
	case Fail:
		http.Error(rw, "upstream connect error", http.StatusServiceUnavailable)
	case Drop:
		panic(http.ErrAbortHandler) // net/http ends the connection
	default:
		return false
	}
	return true
}

// after answers in place of Slack, after everything was done.
func (m mishap) after(rw http.ResponseWriter) bool {
	switch m.fault {
	case FailAfter:
		http.Error(rw, "internal server error", http.StatusInternalServerError)
	case DropAfter:
		panic(http.ErrAbortHandler)
	case BrokenAfter:
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = rw.Write([]byte(`{"ok":false,"error":"` + m.broken + `"}`))
	default:
		return false
	}
	return true
}

// refusal is the error that a script gives to the call; nil where it goes on.
func (m mishap) refusal() *refusal {
	if m.fault == "" || strings.HasPrefix(string(m.fault), "fault: ") {
		return nil
	}
	return refuse(string(m.fault))
}
