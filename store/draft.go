package store

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
)

// View only reads. Draft and Reader satisfy it, so code that shows things serves both.
type View interface {
	// Get reads one record; nil when there is none.
	Get(ref Ref) ([]byte, error)
	// Fixed is Get for a record that never changes once it is written. A draft does not depend on it: such a record is
	// worth remembering instead of reading it again.
	Fixed(ref Ref) ([]byte, error)
	// List reads records in key order; in a draft it sees what is committed, not what the draft itself has put.
	List(prefix, after Ref, n int) ([]Record, error)
	// Top, Rank and Message are those of DB.
	Top(b Board, n int) ([]Score, error)
	Rank(b Board, member string) (Score, error)
	Message(key string) (string, error)
}

// Draft gathers one unit: it records what was read and holds back what is to be written. It belongs to one goroutine
// and ends with the function that it was given to. Several events may be decided in one draft, one after the other: each
// sees the records as the one before has put them. The second and later ones (Unit.Also) cannot read lists and boards.
type Draft struct {
	reader
	Unit Unit
	read map[Ref]Record
	put  map[Ref]int // index in Unit.Put
}

// Get reads a record, as this draft has put it where it has; nil when there is none. The bytes must not be changed.
func (d *Draft) Get(ref Ref) ([]byte, error) {
	if i, ok := d.put[ref]; ok {
		return d.Unit.Put[i].Bytes, nil
	}
	if r, ok := d.read[ref]; ok {
		return r.Bytes, nil
	}
	if err := d.Preload(ref); err != nil {
		return nil, err
	}
	return d.read[ref].Bytes, nil
}

// Fixed reads a record that never changes, as this draft has put it where it has.
func (d *Draft) Fixed(ref Ref) ([]byte, error) {
	if i, ok := d.put[ref]; ok {
		return d.Unit.Put[i].Bytes, nil
	}
	return d.reader.Get(ref)
}

// Preload reads several records in one go, for the Gets that follow.
func (d *Draft) Preload(refs ...Ref) error {
	var missing []Ref
	for _, ref := range refs {
		if _, ok := d.read[ref]; !ok {
			missing = append(missing, ref)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	records, err := d.db.Load(d.ctx, missing...)
	if err != nil {
		return fmt.Errorf("read %s: %w", missing[0], err)
	}
	for _, r := range records {
		if _, twice := d.read[r.Ref]; twice {
			continue
		}
		d.read[r.Ref] = r
		d.Unit.Read = append(d.Unit.Read, Read{r.Ref, r.Version})
	}
	return nil
}

// errShared is why a draft of several events ends early: what one of them has put is not yet on any list or board, and the
// next one would not see it there.
var errShared = errors.New("only an event that is alone in its draft reads lists and boards")

func (d *Draft) List(prefix, after Ref, n int) ([]Record, error) {
	if len(d.Unit.Also) > 0 {
		return nil, errShared
	}
	return d.reader.List(prefix, after, n)
}

func (d *Draft) Top(b Board, n int) ([]Score, error) {
	if len(d.Unit.Also) > 0 {
		return nil, errShared
	}
	return d.reader.Top(b, n)
}

func (d *Draft) Rank(b Board, member string) (Score, error) {
	if len(d.Unit.Also) > 0 {
		return Score{}, errShared
	}
	return d.reader.Rank(b, member)
}

// Put writes a record; nil bytes delete it.
func (d *Draft) Put(ref Ref, b []byte) {
	if i, ok := d.put[ref]; ok {
		d.Unit.Put[i].Bytes = b
		return
	}
	d.put[ref] = len(d.Unit.Put)
	d.Unit.Put = append(d.Unit.Put, Put{ref, b})
}

// Delete removes a record.
func (d *Draft) Delete(ref Ref) { d.Put(ref, nil) }

// Send adds a row to the outbox.
func (d *Draft) Send(r Row) { d.Unit.Send = append(d.Unit.Send, r) }

// Wake sets, moves or removes (zero time) a wake row.
func (d *Draft) Wake(w Wake) { d.Unit.Wake = append(d.Unit.Wake, w) }

// Points adds points.
func (d *Draft) Points(p Points) {
	if p.N != 0 {
		d.Unit.Points = append(d.Unit.Points, p)
	}
}

// Update runs fn on a fresh draft and commits what it gathered, again from the start when something that it read has
// changed meanwhile. fn must touch nothing but its draft. The error of fn ends it without a commit, unless what fn had
// read was not of one moment: then it may have been misled, and runs again. A draft that only reads costs no write.
func Update(ctx context.Context, db DB, fn func(*Draft) error) error {
	// Each conflict means that somebody else got through; so many in a row are a mistake.
	const tries = 10_000
	leave := func() {}
	defer func() { leave() }()
	for range tries {
		d := &Draft{reader: reader{ctx, db}, read: map[Ref]Record{}, put: map[Ref]int{}}
		failed := fn(d)
		unit := d.Unit
		if failed != nil {
			unit = Unit{Read: unit.Read}
		}
		err := db.Commit(ctx, unit)
		switch {
		case errors.Is(err, ErrConflict):
			leave()
			leave = queueUp(ctx, err)
		case failed != nil:
			return failed
		default:
			return err
		}
	}
	return fmt.Errorf("commit, %d times in a row: %w", tries, ErrConflict)
}

// queues is where updates that met a conflict try again, those of one record one after the other: of hundreds who want
// the same record only one gets through at a time, and without a queue each of them would try hundreds of times. Records
// may share a queue.
var queues = func() (all [64]chan struct{}) {
	for i := range all {
		all[i] = make(chan struct{}, 1)
	}
	return all
}()

var queueSeed = maphash.MakeSeed()

// queueUp waits for the turn at the record of a conflict, or until ctx ends.
func queueUp(ctx context.Context, conflict error) (leave func()) {
	var at Conflict
	_ = errors.As(conflict, &at) // a store that does not say where has one queue for all
	queue := queues[maphash.String(queueSeed, string(at.Ref))%uint64(len(queues))]
	select {
	case queue <- struct{}{}:
		return func() { <-queue }
	case <-ctx.Done():
		return func() {}
	}
}

// NewReader is a View of what is committed.
func NewReader(ctx context.Context, db DB) View { return reader{ctx, db} }

type reader struct {
	ctx context.Context
	db  DB
}

func (r reader) Get(ref Ref) ([]byte, error) {
	records, err := r.db.Load(r.ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", ref, err)
	}
	return records[0].Bytes, nil
}

func (r reader) Fixed(ref Ref) ([]byte, error) { return r.Get(ref) }

func (r reader) List(prefix, after Ref, n int) ([]Record, error) {
	return r.db.List(r.ctx, prefix, after, n)
}
func (r reader) Top(b Board, n int) ([]Score, error)        { return r.db.Top(r.ctx, b, n) }
func (r reader) Rank(b Board, member string) (Score, error) { return r.db.Rank(r.ctx, b, member) }
func (r reader) Message(key string) (string, error)         { return r.db.Message(r.ctx, key) }
