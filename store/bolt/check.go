package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// Check reads the whole store and tells everything that is wrong with it: pages that are lost or used twice, values that
// are damaged, entries of an index without what they stand for and the other way round. Commits wait while it runs.
func (db *DB) Check(ctx context.Context) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	tx, err := db.bolt.Begin(true) // no writer beside it: the list of free pages must stand still
	if err != nil {
		return explained(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was changed
	var wrong []error
	for err := range tx.Check() {
		wrong = append(wrong, damaged("%v", err))
	}
	if len(wrong) > 0 {
		return errors.Join(wrong...)
	}
	for b := range buckets {
		if in := tx.Bucket(bucketNames[b]); in == nil {
			return damaged("the bucket %q is missing", bucketNames[b])
		}
	}
	for b := range buckets {
		wrong = append(wrong, ctx.Err(), checkBucket(tx, b))
	}
	return errors.Join(wrong...)
}

func checkBucket(tx *bbolt.Tx, b bucket) error {
	var wrong []error
	err := b.in(tx).ForEach(func(key, sealed []byte) error {
		value, err := b.open(key, sealed)
		if err == nil {
			if err = checkEntry[b](tx, key, value); err != nil {
				err = damaged("%s %q: %v", bucketNames[b], key, err)
			}
		}
		wrong = append(wrong, err)
		return nil
	})
	return errors.Join(append(wrong, err)...)
}

// checkEntry has for each bucket what must hold for each of its entries.
var checkEntry = [buckets]func(tx *bbolt.Tx, key, value []byte) error{
	records: func(tx *bbolt.Tx, _, value []byte) error {
		return given(tx, version(value))
	},
	seen: func(_ *bbolt.Tx, key, _ []byte) error {
		_, _, err := readTimed(key)
		return err
	},
	rows: func(tx *bbolt.Tx, key, value []byte) error {
		r, err := readRow(value)
		if err != nil || len(key) != 8 {
			return errors.Join(err, errShort)
		}
		order := binary.BigEndian.Uint64(key)
		if r.Rev < order {
			return fmt.Errorf("revision %d is older than the row", r.Rev)
		}
		if err := given(tx, r.Rev); err != nil {
			return err
		}
		if places.in(tx).Get(placeKey(r.Place, order)) == nil {
			return fmt.Errorf("%q does not have it", r.Place)
		}
		return same(rowkeys, tx, []byte(r.Key), rowRef(order, r.Place))
	},
	places: func(tx *bbolt.Tx, key, _ []byte) error {
		place, order, err := readPlaceKey(key)
		if err != nil {
			return err
		}
		return rowIs(tx, order, place, "")
	},
	rowkeys: func(tx *bbolt.Tx, key, value []byte) error {
		order, place, err := readRowRef(value)
		if err != nil {
			return err
		}
		return rowIs(tx, order, place, string(key))
	},
	sent: func(tx *bbolt.Tx, key, value []byte) error {
		used, id, err := readTimed(value)
		if err == nil && id == "" {
			err = errors.New("it has no id")
		}
		if err != nil {
			return err
		}
		return same(sentuse, tx, timed(used, string(key)), nil)
	},
	sentuse: func(tx *bbolt.Tx, key, _ []byte) error {
		used, name, err := readTimed(key)
		if err != nil {
			return err
		}
		value, err := sent.get(tx, []byte(name))
		if err == nil && !bytes.HasPrefix(value, timed(used, "")) {
			err = errors.New("no id was used then")
		}
		return err
	},
	wake: func(tx *bbolt.Tx, key, _ []byte) error {
		at, name, err := readTimed(key)
		if err != nil {
			return err
		}
		return same(wakenames, tx, []byte(name), timed(at, ""))
	},
	wakenames: func(tx *bbolt.Tx, key, at []byte) error {
		if wake.in(tx).Get(append(copied(at), key...)) == nil {
			return errors.New("it has no row")
		}
		return nil
	},
	days:   func(tx *bbolt.Tx, key, value []byte) error { return checkSum(tx, key, value, time.DateOnly) },
	months: func(tx *bbolt.Tx, key, value []byte) error { return checkSum(tx, key, value, "2006-01") },
	newest: func(_ *bbolt.Tx, _, value []byte) error {
		_, err := time.Parse(time.DateOnly, string(value))
		return err
	},
	counters: func(tx *bbolt.Tx, _, _ []byte) error {
		_, err := readSequence(tx)
		return err
	},
}

// given checks that a version was given.
func given(tx *bbolt.Tx, version uint64) error {
	last, err := readSequence(tx)
	if err == nil && (version == 0 || version > last) {
		err = fmt.Errorf("version %d was never given", version)
	}
	return err
}

// rowIs checks that a row is in a place and has a key, where one is given.
func rowIs(tx *bbolt.Tx, order uint64, place, key string) error {
	value, err := rows.get(tx, number(order))
	if err != nil {
		return err
	}
	r, err := readRow(value)
	if err == nil && (r.Place != place || key != "" && r.Key != key) {
		err = fmt.Errorf("its row is %q in %q", r.Key, r.Place)
	}
	return err
}

// same checks that an entry of another bucket has exactly this value.
func same(b bucket, tx *bbolt.Tx, key, want []byte) error {
	value, err := b.get(tx, key)
	if err == nil && (value == nil || !bytes.Equal(value, want)) {
		err = fmt.Errorf("%s has %q for it and not %q", bucketNames[b], value, want)
	}
	return err
}

func checkSum(tx *bbolt.Tx, key, value []byte, layout string) error {
	workspace, _, date, _, err := readPointsKey(key)
	if err != nil {
		return err
	}
	if _, err := time.Parse(layout, date); err != nil {
		return err
	}
	last, err := newest.get(tx, []byte(workspace))
	if err != nil {
		return err
	}
	if date > string(last) {
		return fmt.Errorf("the newest date of the workspace is %q", last)
	}
	if layout != time.DateOnly && date >= store.DaysFrom(string(last))[:7] {
		return errors.New("the month is not over")
	}
	n, err := readSum(value)
	if err == nil && n == 0 {
		err = errors.New("a sum of nothing is not kept")
	}
	return err
}
