package slackfake

import "time"

// Faults is what goes wrong with calls of the Web API by chance: each is the probability with which it befalls one call.
type Faults struct {
	Busy        float64 // 429 with Retry-After; nothing was done
	Fail        float64 // 503; nothing was done
	FailAfter   float64 // 500, but it was done
	Drop        float64 // the connection ends; nothing was done
	DropAfter   float64 // the connection ends, but it was done
	BrokenAfter float64 // ok:false with internal_error or fatal_error, but it was done

	Slow    float64       // the answer comes late
	SlowFor time.Duration // how late; a second when zero
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
