package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// BenchmarkUnit commits units of a record of 300 bytes, an outbox row of 300 bytes and a seen mark from 1, 16 and 256
// writers; after every 16 units a writer ends its rows, so that the outbox does not grow. x-Update is the rate over that
// of bbolt's db.Update making the same puts and deletes in the same buckets: the median of five alternations, so that a
// neighbour's load on the machine meets both sides. The benchmark chooses its own length, so ns/op would say nothing.
func BenchmarkUnit(b *testing.B) {
	for _, writers := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			unit := &unitLoad{openBench(b)}
			update := &updateLoad{db: openBench(b).bolt} // the same kind of file; its committer rests
			var rates, ratios []float64
			for round := range 6 {
				base, rate := runLoad(b, update, writers, round), runLoad(b, unit, writers, round)
				if round > 0 { // the first one only warms the files
					rates, ratios = append(rates, rate), append(ratios, rate/base)
				}
			}
			slices.Sort(rates)
			slices.Sort(ratios)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(rates[2], "units/s")
			b.ReportMetric(ratios[2], "x-Update")
		})
	}
}

func openBench(b *testing.B) *DB {
	db, err := Open(filepath.Join(b.TempDir(), "bench.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(db.Check(context.Background()), db.Close()); err != nil {
			b.Error(err)
		}
	})
	return db
}

const (
	benchSpan = 400 * time.Millisecond
	benchRows = 16 // units between two clean-ups of a writer
)

var benchBytes = bytes.Repeat([]byte("x"), 300)

// load is one side of the benchmark.
type load interface {
	commit(name string, at time.Time) error // a unit of that name
	end(writer string) error                // the rows of a writer
}

// runLoad gives units per second.
func runLoad(b *testing.B, l load, writers, round int) float64 {
	var units atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for w := range writers {
		wg.Go(func() {
			writer := fmt.Sprintf("w%03d-%d-", w, round)
			for i := 0; time.Since(start) < benchSpan; i++ {
				err := l.commit(fmt.Sprintf("%s%06d", writer, i), time.Now())
				if err == nil && i%benchRows == benchRows-1 {
					err = l.end(writer)
				}
				if err != nil {
					b.Error(err)
					return
				}
				units.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(units.Load()) / time.Since(start).Seconds()
}

// benchRef spreads the records of a writer over as many as it has rows.
func benchRef(name string) store.Ref {
	return store.Key("T1", "record", name[:5]+name[len(name)-1:])
}

type unitLoad struct{ db *DB }

func (l *unitLoad) commit(name string, at time.Time) error {
	return l.db.Commit(context.Background(), store.Unit{
		Event: store.EventID{At: at, Name: name},
		Put:   []store.Put{{Ref: benchRef(name), Bytes: benchBytes}},
		Send:  []store.Row{{Key: name, Place: name, Body: benchBytes}},
	})
}

func (l *unitLoad) end(writer string) error {
	waiting, err := l.db.Outbox(context.Background(), writer, benchRows)
	if err != nil {
		return err
	}
	var u store.Unit
	for _, r := range waiting {
		u.Sent = append(u.Sent, store.Done{Key: r.Key, Rev: r.Rev})
	}
	return l.db.Commit(context.Background(), u)
}

type updateLoad struct {
	db       *bbolt.DB
	sequence atomic.Uint64
}

func (l *updateLoad) commit(name string, at time.Time) error {
	return l.db.Update(func(tx *bbolt.Tx) error {
		n, ref, key := l.sequence.Add(1), []byte(benchRef(name)), []byte(name)
		row := number(n)
		return errors.Join(
			records.in(tx).Put(ref, records.seal(ref, append(number(n), benchBytes...))),
			counters.in(tx).Put(sequenceKey, counters.seal(sequenceKey, number(n))),
			rows.in(tx).Put(row, rows.seal(row, rowValue(store.Row{Key: name, Place: name, Rev: n, Body: benchBytes}))),
			places.in(tx).Put(placeKey(name, n), places.seal(placeKey(name, n), nil)),
			rowkeys.in(tx).Put(key, rowkeys.seal(key, rowRef(n, name))),
			seen.in(tx).Put(timed(store.Millis(at), name), seen.seal(timed(store.Millis(at), name), nil)),
		)
	})
}

func (l *updateLoad) end(writer string) error {
	return l.db.Update(func(tx *bbolt.Tx) error {
		var ended [][]byte
		c := places.in(tx).Cursor()
		for k, _ := c.Seek([]byte(writer)); len(ended) < benchRows && hasPrefix(k, writer); k, _ = c.Next() {
			ended = append(ended, copied(k))
		}
		for _, k := range ended {
			place, order, err := readPlaceKey(k)
			err = errors.Join(err, places.in(tx).Delete(k), rows.in(tx).Delete(number(order)), rowkeys.in(tx).Delete([]byte(place)))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
