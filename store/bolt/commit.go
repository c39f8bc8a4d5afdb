package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"greenroom/store"
)

const (
	groupMax  = 1024                   // units in one disk transaction
	gatherMax = 500 * time.Microsecond // how long a group waits at most for more units

	inPlaceEvery = 50 * time.Millisecond // how often it is checked that the file still stands where it was opened
)

// request is a unit on its way to the committer.
type request struct {
	unit   store.Unit
	state  atomic.Int32
	err    error
	answer chan struct{}
}

// The states of a request. Its caller may withdraw it until the committer has taken it.
const (
	queued int32 = iota
	taken
	withdrawn
)

var requests = sync.Pool{New: func() any { return &request{answer: make(chan struct{}, 1)} }}

// Commit hands the unit to the committer and waits. A context that ends while the unit is still queued takes it back;
// once it is under way its end is awaited. A unit that changes nothing is only checked, against one moment, and costs no
// write.
func (db *DB) Commit(ctx context.Context, u store.Unit) error {
	if err := u.Valid(); err != nil {
		return err
	}
	if u.Empty() {
		return db.checkRead(ctx, u.Read)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r := requests.Get().(*request)
	r.unit, r.err = u, nil
	r.state.Store(queued)
	if done, err := db.commitAlone(r); !done {
		if err = errors.Join(err, db.enqueue(ctx, r)); err != nil {
			return err
		}
		if err := r.wait(ctx); err != nil {
			return err
		}
	}
	err := r.err
	r.unit = store.Unit{}
	requests.Put(r)
	return err
}

// wait awaits the committer's answer. An error means that the request was withdrawn: the committer drops it, and it must
// not go back into the pool before that.
func (r *request) wait(ctx context.Context) error {
	select {
	case <-r.answer:
	case <-ctx.Done():
		if r.state.CompareAndSwap(queued, withdrawn) {
			return ctx.Err()
		}
		<-r.answer
	}
	return nil
}

// commitAlone takes the committer's turn while it rests: a lone writer then need not wait for another goroutine to wake up,
// twice, which costs as much as a quarter of the commit. done is false when somebody else is committing, or waits to.
func (db *DB) commitAlone(r *request) (done bool, err error) {
	if len(db.queue) > 0 || !db.turn.TryLock() {
		return false, nil
	}
	defer db.turn.Unlock()
	db.closing.RLock()
	closed := db.closed
	db.closing.RUnlock()
	if closed { // and so the committer has made, or is about to make, its last transaction
		return false, store.ErrClosed
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // as the committer does
	for _, other := range db.round([]*request{r}) {
		if other != r {
			other.answer <- struct{}{}
		}
	}
	return true, nil
}

func (db *DB) enqueue(ctx context.Context, r *request) error {
	db.closing.RLock()
	defer db.closing.RUnlock()
	if db.closed {
		return store.ErrClosed
	}
	select {
	case db.queue <- r:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// checkRead checks the versions that were read, without a write.
func (db *DB) checkRead(ctx context.Context, reads []store.Read) error {
	return db.view(ctx, func(tx *bbolt.Tx) error {
		for _, r := range reads {
			b, err := records.get(tx, []byte(r.Ref))
			if err != nil {
				return err
			}
			if version(b) != r.Version {
				return store.Conflict{Ref: r.Ref}
			}
		}
		return nil
	})
}

// committer owns all writing: it turns what is queued into one disk transaction, again and again, until the queue is
// closed and empty.
func (db *DB) committer() {
	defer close(db.done)
	debug.SetPanicOnFault(true) // reading beyond the end of a damaged file is then a panic, which recovered answers
	var group []*request
	for r := range db.queue {
		db.turn.Lock()
		group = db.round(append(group[:0], r))
		db.turn.Unlock()
		for i, r := range group {
			r.answer <- struct{}{}
			group[i] = nil
		}
	}
	db.turn.Lock()
	defer db.turn.Unlock()
	db.looked = time.Time{}
	if db.failed == nil {
		db.failed = db.write(nil) // the last uses of ids
	}
}

// round makes one group of what it is given and what else is queued, and commits it. Whoever calls it has the turn.
func (db *DB) round(group []*request) []*request {
	group = db.gather(group, db.before, min(db.took/4, gatherMax))
	start := time.Now()
	db.commit(group)
	db.before, db.took = len(group), time.Since(start)
	return group
}

// gather adds what else is queued and then gives those whom the last commit answered a moment to come back, so that all
// of them share the next commit instead of forming two groups that take turns.
func (db *DB) gather(group []*request, before int, wait time.Duration) []*request {
	start := time.Now()
	for len(group) < groupMax {
		select {
		case r, open := <-db.queue:
			if !open {
				return group
			}
			group = append(group, r)
			continue
		default:
		}
		if len(group) >= before || time.Since(start) >= wait {
			return group
		}
		runtime.Gosched()
	}
	return group
}

// commit writes a group and leaves each request's answer in it.
func (db *DB) commit(all []*request) {
	group := all[:0:0]
	for _, r := range all {
		if r.state.CompareAndSwap(queued, taken) {
			group = append(group, r)
		}
	}
	err := db.failed
	if err == nil && len(group) > 0 {
		err = db.write(group)
	}
	switch {
	case err == nil:
		return
	case len(group) > 1 && (errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrFull)):
		for _, r := range group { // one of them touches what is damaged, or does not fit: it shall not spoil the others
			db.answer([]*request{r}, db.write([]*request{r}))
		}
	default:
		db.answer(group, err)
	}
}

func (db *DB) answer(group []*request, err error) {
	if err == nil {
		return
	}
	for _, r := range group {
		r.err = fmt.Errorf("commit to %s: %w", db.path, err)
	}
}

// write makes one disk transaction of a group: a unit that fails its checks is left out and has its error; an error of
// write itself is everybody's.
func (db *DB) write(units []*request) (err error) {
	defer recovered(&err)
	if err := db.inPlace(); err != nil {
		return err
	}
	tx, err := db.bolt.Begin(true)
	if err != nil {
		return explained(err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it only tells that there is nothing to roll back

	last, err := readSequence(tx)
	if err != nil {
		return err
	}
	now := db.now()
	g := &group{
		stage:    newStage(tx),
		sequence: last + 1, // each group has its own, even one that only adds points: see boards
		latest:   store.Millis(now.Add(aheadMax)),
	}
	g.clock = min(db.clock.Load(), g.latest) // the machine's clock may have been set back
	touched, err := g.touch(db.touches.take())
	if err != nil {
		return err
	}
	applied, full := 0, db.isFull(tx)
	for _, r := range units {
		if r.err = g.check(&r.unit); r.err == nil && full && adds(&r.unit) {
			r.err = explained(berrors.ErrMaxSizeReached)
		}
		if errors.Is(r.err, store.ErrDamaged) {
			return r.err
		}
		if r.err != nil {
			continue
		}
		if err := g.apply(&r.unit); err != nil {
			return err
		}
		applied++
	}
	if applied == 0 && !touched {
		return nil
	}
	g.put(counters, sequenceKey, number(g.sequence))
	if err := g.flush(); err != nil {
		return explained(err)
	}
	sweep, err := db.sweep.step(g)
	if err != nil {
		return err
	}
	if err := explained(tx.Commit()); err != nil {
		if !errors.Is(err, store.ErrFull) && !errors.Is(err, store.ErrDamaged) {
			// After a failed sync nobody knows what is on the disk, and a later sync may not tell.
			db.failed = fmt.Errorf("the disk failed, so nothing more is written until Greenroom is started again: %w", err)
			return db.failed
		}
		return err
	}
	db.sweep = sweep
	db.clock.Store(g.clock)
	db.boards.add(g.sequence, g.added)
	db.boards.forget(now)
	return nil
}

// inPlace tells whether the file that was opened still stands under its name. If not, what is written to it would be lost
// when the process ends. Looking costs a tenth of a lone commit, so it looks at most every inPlaceEvery: what is
// acknowledged between the taking away and the next look is lost with the file.
func (db *DB) inPlace() error {
	now := time.Now()
	if now.Sub(db.looked) < inPlaceEvery {
		return nil
	}
	info, err := os.Stat(db.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(info, db.file) {
		return errTakenAway
	}
	db.looked = now
	return nil
}

// isFull tells whether only the reserve is left of the file's limit. What removes may still use that: pages are never
// written over, so even forgetting needs some first.
func (db *DB) isFull(tx *bbolt.Tx) bool {
	if db.maxSize == 0 {
		return false
	}
	stats := db.bolt.Stats()
	free := int64(stats.FreePageN+stats.PendingPageN) * int64(db.bolt.Info().PageSize)
	return tx.Size()-free > db.maxSize-db.maxSize/8
}

// adds tells whether a unit makes the store grow. Its seen mark and the ids that it reports do not count: they are small,
// and with them come the ends of rows.
func adds(u *store.Unit) bool {
	return len(u.Send) > 0 || len(u.Points) > 0 ||
		slices.ContainsFunc(u.Put, func(p store.Put) bool { return p.Bytes != nil }) ||
		slices.ContainsFunc(u.Wake, func(w store.Wake) bool { return !w.At.IsZero() })
}
