package bolt

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// view reads at one moment. What fn hands out is copied: pages are reused once the transaction has ended.
func (db *DB) view(ctx context.Context, fn func(*bbolt.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	tx, err := db.bolt.Begin(false)
	if err != nil {
		return explained(err)
	}
	defer func() { _ = tx.Rollback() }() // a reader has nothing that could fail to roll back
	return fn(tx)
}

// Load reads records at one moment.
func (db *DB) Load(ctx context.Context, refs ...store.Ref) ([]store.Record, error) {
	loaded := make([]store.Record, len(refs))
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		in := records.in(tx)
		for i, ref := range refs {
			loaded[i].Ref = ref
			key := []byte(ref)
			sealed := in.Get(key)
			if sealed == nil {
				continue
			}
			if err := readRecord(&loaded[i], key, sealed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return loaded, nil
}

func readRecord(r *store.Record, key, sealed []byte) error {
	value, err := records.open(key, sealed)
	if err != nil {
		return err
	}
	if len(value) < 8 {
		return damaged("record %q: %v", key, errShort)
	}
	r.Ref, r.Version, r.Bytes = store.Ref(key), version(value), copied(value[8:])
	return nil
}

// List reads records in the order of their Refs.
func (db *DB) List(ctx context.Context, prefix, after store.Ref, n int) ([]store.Record, error) {
	var list []store.Record
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		c := records.in(tx).Cursor()
		for k, v := c.Seek([]byte(max(prefix, after))); k != nil && len(list) < n && hasPrefix(k, string(prefix)); k, v = c.Next() {
			if string(k) == string(after) {
				continue
			}
			var r store.Record
			if err := readRecord(&r, k, v); err != nil {
				return err
			}
			list = append(list, r)
		}
		return nil
	})
	return list, err
}

// Outbox reads the oldest unsent row of each place: two searches in the tree a place, however many rows wait in it.
func (db *DB) Outbox(ctx context.Context, after string, n int) ([]store.Row, error) {
	var list []store.Row
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		c := places.in(tx).Cursor()
		for k, _ := c.Seek(past(after)); k != nil && len(list) < n; {
			place, order, err := readPlaceKey(k)
			if err != nil {
				return damaged("places %q: %v", k, err)
			}
			value, err := rows.get(tx, number(order))
			if err != nil {
				return err
			}
			r, err := readRow(value)
			if err != nil {
				return damaged("outbox row %d of %q: %v", order, place, err)
			}
			list = append(list, r)
			k, _ = c.Seek(past(place))
		}
		return nil
	})
	return list, err
}

// past is the key before which all rows of a place and of the places before it stand.
func past(place string) []byte {
	if place == "" {
		return nil
	}
	return []byte(place + "\x01")
}

// Message is the id of what was sent under a key. Asking is a use of it: the next group writes that down, at most once a
// day.
func (db *DB) Message(ctx context.Context, key string) (string, error) {
	var found string
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		value, err := sent.get(tx, []byte(key))
		if err != nil || value == nil {
			return err
		}
		used, id, err := readTimed(value)
		if err != nil {
			return damaged("sent %q: %v", key, err)
		}
		clock := db.clock.Load()
		if forgotten(clock, used, store.MessageFor) {
			return nil
		}
		if forgotten(clock, used, store.UseEvery) {
			db.touches.note(key, clock)
		}
		found = id
		return nil
	})
	return found, err
}

// Due reads wake rows, earliest first.
func (db *DB) Due(ctx context.Context, until time.Time, n int) ([]store.Wake, error) {
	var due []store.Wake
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		limit := store.Millis(until)
		c := wake.in(tx).Cursor()
		for k, v := c.First(); k != nil && len(due) < n; k, v = c.Next() {
			at, name, err := readTimed(k)
			if err != nil {
				return damaged("wake %q: %v", k, err)
			}
			if at > limit {
				return nil
			}
			body, err := wake.open(k, v)
			if err != nil {
				return err
			}
			due = append(due, store.Wake{Name: name, At: store.FromMillis(at), Body: copied(body)})
		}
		return nil
	})
	return due, err
}

// Backup writes a copy of the file as it was at one moment; Open takes it as it is.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	return db.view(ctx, func(tx *bbolt.Tx) error {
		if _, err := tx.WriteTo(writer{ctx, w}); err != nil {
			return fmt.Errorf("copy the store: %w", err)
		}
		return nil
	})
}

// writer ends with its context.
type writer struct {
	ctx context.Context
	io.Writer
}

func (w writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

// sums adds up a board from the file and tells at which version that was.
func (db *DB) sums(ctx context.Context, b store.Board) (sums map[string]int64, sequence uint64, err error) {
	sums = map[string]int64{}
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		if sequence, err = readSequence(tx); err != nil {
			return err
		}
		if err := valid(tx, b); err != nil { // once more: a month may have been folded since board asked
			return err
		}
		from, to := b.From, b.To
		if to == "" {
			to = "9999-12-31"
		}
		if err := addSums(tx, days, b, from, to, sums); err != nil {
			return err
		}
		return addSums(tx, months, b, from[:min(7, len(from))], to[:7], sums)
	})
	return sums, sequence, err
}

// addSums walks through the channels of a board and through the range of dates in each.
func addSums(tx *bbolt.Tx, in bucket, b store.Board, from, to string, sums map[string]int64) error {
	channels := b.Workspace + "\x00"
	if b.Channel != "" {
		channels += b.Channel + "\x00"
	}
	c := in.in(tx).Cursor()
	k, v := c.Seek([]byte(channels))
	for k != nil && bytes.HasPrefix(k, []byte(channels)) {
		workspace, channel, date, member, err := readPointsKey(k)
		if err != nil {
			return damaged("%s %q: %v", bucketNames[in], k, err)
		}
		switch {
		case date < from:
			k, v = c.Seek([]byte(workspace + "\x00" + channel + "\x00" + from))
			continue
		case date > to:
			k, v = c.Seek([]byte(workspace + "\x00" + channel + "\x01"))
			continue
		}
		value, err := in.open(k, v)
		if err != nil {
			return err
		}
		n, err := readSum(value)
		if err != nil {
			return damaged("%s %q: %v", bucketNames[in], k, err)
		}
		sums[member] += n
		k, v = c.Next()
	}
	return nil
}
