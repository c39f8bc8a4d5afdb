package gateway

import (
	"errors"
	"sync"
	"time"
)

// beat sends heartbeats, the first after a part of the interval that chance decides, until the connection ends. One that
// was not acknowledged when the next is due means that nobody is there any more.
func (l *link) beat(interval time.Duration) {
	timer := time.NewTimer(time.Duration(l.s.g.cfg.Rand() * float64(interval)))
	defer timer.Stop()
	l.acked.Store(true)
	last := time.Now()
	for {
		select {
		case <-timer.C:
		case <-l.over:
			return
		}
		switch {
		case l.acked.Load():
		case l.stall.since(last): // it may stand behind what was not read yet
			l.s.log.Warn("discord: so much is under way that what the gateway sends must wait")
		default:
			l.end(endingOf(errors.New("the gateway does not acknowledge heartbeats")))
			return
		}
		l.acked.Store(false)
		last = time.Now()
		if l.budget.take(last, true) {
			if err := l.send(opHeartbeat, l.s.position()); err != nil {
				l.end(endingOf(err))
				return
			}
		}
		timer.Reset(interval)
	}
}

// position is what a heartbeat tells: the number of the last dispatch; nil before the first.
func (s *shard) position() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ledger == nil {
		return nil
	}
	return s.ledger.last()
}

// stall knows when a connection was not read because what it had brought could not go on.
type stall struct {
	mu    sync.Mutex
	now   bool
	ended time.Time
}

func (s *stall) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = true
}

func (s *stall) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.ended = false, time.Now()
}

// since tells whether it was so at any moment after t.
func (s *stall) since(t time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now || s.ended.After(t)
}
