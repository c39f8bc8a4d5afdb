package bolt

import (
	"bytes"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// Forgetting rides on commits, a bounded piece on each, so that nobody ever waits for it.
const (
	sweepEvery = time.Minute // of the store's clock: how often it looks for something to forget
	sweepMax   = 256         // entries of one kind forgotten or folded with one group
)

// sweep is how far forgetting has come. It is not stored: an opened store begins anew.
type sweep struct {
	until int64  // the clock at which the last look found nothing more to forget
	fold  bool   // days are being folded into months
	again bool   // a new month came meanwhile: begin once more at the end
	at    []byte // where in days folding goes on
}

// step forgets a piece of what is over and gives the state that holds when the group's transaction has succeeded.
func (s sweep) step(g *group) (sweep, error) {
	if g.newMonth {
		s.fold, s.again = true, s.fold
	}
	if g.clock < s.until || g.clock >= s.until+sweepEvery.Milliseconds() {
		more, err := s.forget(g)
		if err != nil {
			return s, err
		}
		if !more {
			s.until = g.clock
		}
	}
	if s.fold {
		if err := s.foldSome(g); err != nil {
			return s, err
		}
	}
	return s, nil
}

// forget removes seen marks and ids whose time is over, and tells whether there may be more.
func (s *sweep) forget(g *group) (more bool, err error) {
	marks := expired(g.tx, seen, g.clock-store.SeenFor.Milliseconds())
	for _, key := range marks {
		if err := seen.in(g.tx).Delete(key); err != nil {
			return false, explained(err)
		}
	}
	uses := expired(g.tx, sentuse, g.clock-store.MessageFor.Milliseconds())
	for _, key := range uses {
		if err := sentuse.in(g.tx).Delete(key); err != nil {
			return false, explained(err)
		}
		if err := sent.in(g.tx).Delete(key[8:]); err != nil {
			return false, explained(err)
		}
	}
	return len(marks) == sweepMax || len(uses) == sweepMax, nil
}

// expired lists the first keys of a bucket whose time is before the limit.
func expired(tx *bbolt.Tx, b bucket, limit int64) [][]byte {
	end := timed(limit, "")
	var keys [][]byte
	c := b.in(tx).Cursor()
	for k, _ := c.First(); k != nil && bytes.Compare(k, end) < 0 && len(keys) < sweepMax; k, _ = c.Next() {
		keys = append(keys, copied(k))
	}
	return keys
}

// foldSome moves sums of days that are over into their months: it walks through days, channel by channel.
func (s *sweep) foldSome(g *group) error {
	type move struct {
		key, month []byte
		n          int64
	}
	var moves []move
	c := days.in(g.tx).Cursor()
	k, v := c.Seek(s.at)
	for range sweepMax {
		if k == nil {
			break
		}
		workspace, channel, date, member, err := readPointsKey(k)
		if err != nil {
			return damaged("days %q: %v", k, err)
		}
		last, err := newest.get(g.tx, []byte(workspace))
		if err != nil {
			return err
		}
		if date >= store.DaysFrom(string(last)) {
			k, v = c.Seek([]byte(workspace + "\x00" + channel + "\x01")) // the next channel
			continue
		}
		value, err := days.open(k, v)
		if err != nil {
			return err
		}
		n, err := readSum(value)
		if err != nil {
			return damaged("days %q: %v", k, err)
		}
		moves = append(moves, move{copied(k), pointsKey(workspace, channel, date[:7], member), n})
		k, v = c.Next()
	}
	s.at = copied(k)
	if k == nil {
		s.fold, s.again = s.again, false
	}
	for _, m := range moves {
		g.delete(days, m.key)
		if err := g.add(months, m.month, m.n); err != nil {
			return err
		}
	}
	return g.flush()
}

// touches are the uses of ids since the last group: Message notes them, the next group writes them down.
type touches struct {
	mu   sync.Mutex
	used map[string]int64
}

func (t *touches) note(key string, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used == nil {
		t.used = map[string]int64{}
	}
	t.used[key] = max(t.used[key], at)
}

func (t *touches) take() map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	used := t.used
	t.used = nil
	return used
}

// touch writes uses down and tells whether there were any.
func (g *group) touch(used map[string]int64) (touched bool, err error) {
	for key, at := range used {
		value, err := g.get(sent, []byte(key))
		if err != nil {
			return false, err
		}
		if value == nil {
			continue
		}
		before, id, err := readTimed(value)
		if err != nil {
			return false, damaged("sent %q: %v", key, err)
		}
		if before < at {
			if err := g.use(key, id, at); err != nil {
				return false, err
			}
			touched = true
		}
	}
	return touched, nil
}
