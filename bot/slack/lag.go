package slack

import (
	"sync"
	"time"
)

// lag tells how late a request comes. Slack's clock and ours may differ by minutes (signedWithin), so the time from sending to arrival
// says little; what counts is how much longer that was than for the quickest of the last minutes.
type lag struct {
	mu            sync.Mutex
	least, before time.Duration // from sending to arrival: of the quickest since begun, and of the quickest in the span before
	begun         time.Time
}

const lagSpan = 5 * time.Minute

// of is how much longer a request took than the quickest.
func (l *lag) of(sent, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	took := now.Sub(sent)
	switch since := now.Sub(l.begun); {
	case since > 2*lagSpan:
		l.least, l.before, l.begun = took, took, now
	case since > lagSpan:
		l.least, l.before, l.begun = took, l.least, now
	}
	l.least = min(l.least, took)
	return took - min(l.least, l.before)
}
