package gateway

import (
	"sync"
	"time"
)

// A connection may send 120 events in 60 seconds; one that sends more is closed. The last five are kept for heartbeats that
// are due by the clock: with the shortest interval that is believed they need three.
const (
	sendsPerWindow = 120
	sendWindow     = 60 * time.Second
	keptForBeats   = 5
)

// budget counts what a connection sends.
type budget struct {
	mu   sync.Mutex
	sent []time.Time // within the last window, in order
}

// take counts one event that is to be sent now; false when it may not be. A heartbeat that is due may use what is kept.
func (b *budget) take(now time.Time, beat bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	over := 0
	for over < len(b.sent) && now.Sub(b.sent[over]) >= sendWindow {
		over++
	}
	b.sent = b.sent[over:]
	most := sendsPerWindow
	if !beat {
		most -= keptForBeats
	}
	if len(b.sent) >= most {
		return false
	}
	b.sent = append(b.sent, now)
	return true
}
