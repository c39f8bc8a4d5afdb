package gateway

import (
	"context"
	"log/slog"
	"time"
)

const (
	keepEvery  = time.Second
	keepWithin = 5 * time.Second // the last time, when everything ends
)

// keep has the session kept whenever more of it is done, at most once a second, and at the end. A new one is kept at once: until then a
// process that is killed leaves a session to the next one that is no more, and what comes in between is lost.
func (s *shard) keep(ctx context.Context) {
	var kept Session
	save := func(ctx context.Context) {
		now, ok := s.resumable()
		if !ok || now == kept {
			return
		}
		if err := s.g.cfg.Save(ctx, now); err != nil {
			s.log.Warn("discord: a session of the gateway was not kept", slog.Any("err", err))
			s.changed() // try again
			return
		}
		kept = now
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
		defer cancel()
		save(ctx)
	}()
	expiry := time.NewTicker(time.Minute)
	defer expiry.Stop()
	var pause <-chan time.Time // since it was kept; nil once it is over
	more := false              // was done since
	for {
		select {
		case <-s.moved:
			if now, _ := s.resumable(); pause != nil && now.ID == kept.ID {
				more = true
				continue
			}
			save(ctx)
			pause = time.After(keepEvery)
		case <-pause:
			if pause = nil; more {
				more = false
				s.changed()
			}
		case <-expiry.C:
			s.expire()
		case <-ctx.Done():
			return
		}
	}
}

// expire waits no longer for what has been under way for very long.
func (s *shard) expire() {
	s.mu.Lock()
	ledger := s.ledger
	s.mu.Unlock()
	if ledger == nil {
		return
	}
	if n := ledger.expire(time.Now().Add(-waitAtMost)); n > 0 {
		s.log.Warn("discord: events of the gateway were not handled in time", slog.Int("events", n))
		s.changed()
	}
}

// changed wakes keep.
func (s *shard) changed() {
	select {
	case s.moved <- struct{}{}:
	default:
	}
}

// resumable is the session as the next process may take it up.
func (s *shard) resumable() (Session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ledger == nil {
		return Session{}, false
	}
	now := s.session
	now.Seq = s.ledger.complete()
	return now, now.Seq > 0
}
