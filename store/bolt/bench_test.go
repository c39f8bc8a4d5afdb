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
// writers. A writer has 16 rows that it replaces in turn, so the outbox does not grow. x-Update is the rate over that of
// bbolt's db.Update making the same puts in the same buckets: the median of many short alternations, so that a neighbour's
// load on the machine and its disk meets both sides. The benchmark chooses its own length, so ns/op would say nothing.
func BenchmarkUnit(b *testing.B) {
	for _, writers := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			unit := &unitLoad{openBench(b)}
			update := &updateLoad{db: openBench(b).bolt} // the same kind of file; its committer rests
			var rates, ratios []float64
			for round := range benchRounds {
				base, rate := runLoad(b, update, writers, round), runLoad(b, unit, writers, round)
				if round > 0 { // the first one only warms the files
					rates, ratios = append(rates, rate), append(ratios, rate/base)
				}
			}
			slices.Sort(rates)
			slices.Sort(ratios)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(rates[len(rates)/2], "units/s")
			b.ReportMetric(ratios[len(ratios)/2], "x-Update")
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
	benchSpan   = 100 * time.Millisecond
	benchRounds = 22
	benchRows   = 16 // of each writer
)

var benchBytes = bytes.Repeat([]byte("x"), 300)

// load is one side of the benchmark.
type load interface {
	commit(event string, at time.Time, ref store.Ref, row string) error
}

// runLoad gives units per second.
func runLoad(b *testing.B, l load, writers, round int) float64 {
	var units atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for w := range writers {
		wg.Go(func() {
			for i := 0; time.Since(start) < benchSpan; i++ {
				name := fmt.Sprintf("w%03d-%02d", w, i%benchRows)
				if err := l.commit(fmt.Sprintf("%s-%d-%d", name, round, i), time.Now(), store.Key("T1", "record", name), name); err != nil {
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

type unitLoad struct{ db *DB }

func (l *unitLoad) commit(event string, at time.Time, ref store.Ref, row string) error {
	return l.db.Commit(context.Background(), store.Unit{
		Event: store.EventID{At: at, Name: event},
		Put:   []store.Put{{Ref: ref, Bytes: benchBytes}},
		Send:  []store.Row{{Key: row, Place: row, Body: benchBytes}},
	})
}

// updateLoad puts what unitLoad puts: the indexes of the outbox get an entry when a row is new.
type updateLoad struct {
	db       *bbolt.DB
	sequence atomic.Uint64
	orders   sync.Map // of the rows, by key
}

func (l *updateLoad) commit(event string, at time.Time, ref store.Ref, row string) error {
	return l.db.Update(func(tx *bbolt.Tx) error {
		n := l.sequence.Add(1)
		order, old := l.orders.LoadOrStore(row, n)
		record := append(number(n), benchBytes...)
		puts := []error{
			benchPut(tx, counters, sequenceKey, number(n)),
			benchPut(tx, records, []byte(ref), record),
			benchPut(tx, rows, number(order.(uint64)), rowValue(store.Row{Key: row, Place: row, Rev: n, Body: benchBytes})),
			benchPut(tx, seen, timed(store.Millis(at), event), nil),
		}
		if !old {
			puts = append(puts, benchPut(tx, places, placeKey(row, n), nil), benchPut(tx, rowkeys, []byte(row), rowRef(n, row)))
		}
		return errors.Join(puts...)
	})
}

func benchPut(tx *bbolt.Tx, b bucket, key, value []byte) error {
	return b.in(tx).Put(key, b.seal(key, value))
}
