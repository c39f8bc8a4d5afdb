package gateway

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// ledger knows which dispatches of one session are done.
type ledger struct {
	mu       sync.Mutex
	received int64   // number of the last dispatch that was received
	done     int64   // the highest below and at which every dispatch is done
	open     []entry // above it, in order
}

type entry struct {
	seq  int64
	at   time.Time
	over func() // is called when it is done; nil once it is
}

// waitAtMost is how long a dispatch may take. After that nothing can be done with an interaction, whose token is void; and
// a session that was to be resumed from so far back is likely refused, which would lose everything that came since.
const waitAtMost = 15 * time.Minute

// newLedger is of a session of which everything up to seq is done.
func newLedger(seq int64) *ledger { return &ledger{received: seq, done: seq} }

// add notes that a dispatch has come; false when it had come before. over is called once it is done.
func (l *ledger) add(seq int64, at time.Time, over func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq <= l.received {
		return false
	}
	l.received = seq
	l.open = append(l.open, entry{seq, at, over})
	return true
}

// finish notes that a dispatch is done; a second time changes nothing.
func (l *ledger) finish(seq int64) {
	l.mu.Lock()
	i, found := slices.BinarySearchFunc(l.open, seq, func(e entry, seq int64) int { return cmp.Compare(e.seq, seq) })
	var over func()
	if found {
		over, l.open[i].over = l.open[i].over, nil
		l.advance()
	}
	l.mu.Unlock()
	if over != nil {
		over()
	}
}

// expire gives up what came before a time, and returns how many dispatches that were.
func (l *ledger) expire(before time.Time) int {
	l.mu.Lock()
	var late []func()
	for i, e := range l.open {
		if !e.at.Before(before) {
			break
		}
		if e.over != nil {
			late = append(late, e.over)
			l.open[i].over = nil
		}
	}
	l.advance()
	l.mu.Unlock()
	for _, over := range late {
		over()
	}
	return len(late)
}

// advance moves done over all that is.
func (l *ledger) advance() {
	n := 0
	for n < len(l.open) && l.open[n].over == nil {
		l.done = l.open[n].seq
		n++
	}
	if l.open = l.open[n:]; len(l.open) == 0 {
		l.open = nil // or the array behind it would stay as large as it ever was
	}
}

// last is the number of the last dispatch that was received.
func (l *ledger) last() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.received
}

// complete is the highest number below and at which every dispatch is done.
func (l *ledger) complete() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done
}
