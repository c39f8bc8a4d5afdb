package storetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"greenroom/store"
)

// callAll calls every method and gives the errors.
func callAll(t *testing.T, db store.DB, ended bool) []error {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if ended {
		cancel()
	}
	_, load := db.Load(ctx, "a")
	_, list := db.List(ctx, "", "", 1)
	_, outbox := db.Outbox(ctx, "", 1)
	_, message := db.Message(ctx, "a")
	_, due := db.Due(ctx, far, 1)
	_, top := db.Top(ctx, store.Board{Workspace: "T"}, 1)
	_, rank := db.Rank(ctx, store.Board{Workspace: "T"}, "m")
	commit := db.Commit(ctx, store.Unit{Put: []store.Put{{Ref: "a", Bytes: []byte("1")}}})
	empty := db.Commit(ctx, store.Unit{Read: []store.Read{{Ref: "a"}}})
	return []error{load, list, outbox, message, due, top, rank, commit, empty}
}

func testConcurrent(t *testing.T, im Implementation) {
	t.Run("nothing is lost", func(t *testing.T) { nothingLost(t, open(t, im)) })
	t.Run("write skew", func(t *testing.T) { noWriteSkew(t, open(t, im)) })
	t.Run("one of many takes an event", func(t *testing.T) { oneTakes(t, open(t, im)) })
	t.Run("a loaded pair is of one moment", func(t *testing.T) { oneMoment(t, open(t, im)) })
	t.Run("boards are current", func(t *testing.T) { currentBoards(t, open(t, im)) })
	t.Run("closing under load", func(t *testing.T) { closeUnderLoad(t, im) })
}

// together runs fn in many goroutines and wants no error.
func together(t *testing.T, goroutines int, fn func(i int) error) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() {
			if err := fn(i); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func rounds(t *testing.T, long, short int) int {
	t.Helper()
	if testing.Short() {
		return short
	}
	return long
}

// nothingLost lets goroutines count in shared records: every increment must be in the end.
func nothingLost(t *testing.T, db store.DB) {
	const goroutines = 24
	each := rounds(t, 50, 10)
	together(t, goroutines, func(i int) error {
		for range each {
			err := store.Update(ctx, db, func(d *store.Draft) error {
				return errors.Join(count(d, "shared"), count(d, store.Key("some", fmt.Sprint(i%4))))
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	records, err := db.Load(ctx, "shared", "some/0", "some/1", "some/2", "some/3")
	if err != nil {
		t.Fatal(err)
	}
	var sum uint64
	for _, r := range records[1:] {
		sum += binary.BigEndian.Uint64(r.Bytes)
	}
	if total := binary.BigEndian.Uint64(records[0].Bytes); total != uint64(goroutines*each) || sum != total {
		t.Errorf("counted %d and %d, want %d", total, sum, goroutines*each)
	}
}

// noWriteSkew lets two goroutines each go off duty where they see the other one on: one of them must stay.
func noWriteSkew(t *testing.T, db store.DB) {
	for round := range rounds(t, 100, 20) {
		doctors := []store.Ref{store.Key("a", fmt.Sprint(round)), store.Key("b", fmt.Sprint(round))}
		must(t, db, store.Unit{Put: []store.Put{{Ref: doctors[0], Bytes: []byte("on")}, {Ref: doctors[1], Bytes: []byte("on")}}})
		together(t, 2, func(i int) error {
			return store.Update(ctx, db, func(d *store.Draft) error {
				other, err := d.Get(doctors[1-i])
				if err == nil && other != nil {
					d.Delete(doctors[i])
				}
				return err
			})
		})
		records, err := db.Load(ctx, doctors...)
		if err != nil {
			t.Fatal(err)
		}
		if (records[0].Version == 0) == (records[1].Version == 0) {
			t.Fatalf("round %d: versions %d and %d", round, records[0].Version, records[1].Version)
		}
	}
}

// oneTakes commits the same event, and the same wake row, from many goroutines: one of them gets it.
func oneTakes(t *testing.T, db store.DB) {
	for round := range rounds(t, 20, 5) {
		w := store.Wake{Name: "w", At: noon}
		must(t, db, store.Unit{Wake: []store.Wake{w}})
		var events, fired atomic.Int32
		together(t, 16, func(int) error {
			for _, one := range []struct {
				took *atomic.Int32
				unit store.Unit
			}{
				{&events, store.Unit{Event: store.EventID{At: noon, Name: fmt.Sprint(round)}}},
				{&fired, store.Unit{Fired: &w}},
			} {
				switch err := db.Commit(ctx, one.unit); {
				case err == nil:
					one.took.Add(1)
				case !errors.Is(err, store.ErrSeen):
					return err
				}
			}
			return nil
		})
		if events.Load() != 1 || fired.Load() != 1 {
			t.Errorf("%d took the event and %d the wake row", events.Load(), fired.Load())
		}
	}
}

// oneMoment reads two records that are always written together.
func oneMoment(t *testing.T, db store.DB) {
	n := rounds(t, 200, 50)
	together(t, 4, func(i int) error {
		for k := range n {
			if i == 0 {
				b := binary.BigEndian.AppendUint64(nil, uint64(k))
				if err := db.Commit(ctx, store.Unit{Put: []store.Put{{Ref: "a", Bytes: b}, {Ref: "b", Bytes: b}}}); err != nil {
					return err
				}
				continue
			}
			records, err := db.Load(ctx, "a", "b")
			if err != nil {
				return err
			}
			if !bytes.Equal(records[0].Bytes, records[1].Bytes) {
				return fmt.Errorf("read %x beside %x", records[0].Bytes, records[1].Bytes)
			}
		}
		return nil
	})
}

// currentBoards adds points while others look: whoever has committed sees what he added, and in the end every board is
// the sum of everything.
func currentBoards(t *testing.T, db store.DB) {
	const goroutines = 8
	n := rounds(t, 60, 20)
	all := store.Board{Workspace: "T"}
	together(t, goroutines, func(i int) error {
		member := fmt.Sprint("m", i)
		for k := range n {
			p := store.Points{Workspace: "T", Channel: fmt.Sprint(k % 3), Member: member, Date: fmt.Sprintf("2020-03-%02d", 1+k%28), N: 2}
			if err := db.Commit(ctx, store.Unit{Points: []store.Points{p}}); err != nil {
				return err
			}
			// A board of its own at each step: some are built while others commit.
			s, err := db.Rank(ctx, store.Board{Workspace: "T", From: fmt.Sprintf("20%02d-%02d-01", 10+i%9, 1+k%12)}, member)
			if err != nil {
				return err
			}
			if s.N != int64(2*(k+1)) {
				return fmt.Errorf("%s sees %d after adding %d", member, s.N, 2*(k+1))
			}
		}
		return nil
	})
	top, err := db.Top(ctx, all, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(top) != goroutines || slices.ContainsFunc(top, func(s store.Score) bool { return s.N != int64(2*n) || s.Rank != 1 }) {
		t.Errorf("top: %+v", top)
	}
}

// closeUnderLoad closes a store into which others commit: what was promised is there, the rest says that it is closed.
func closeUnderLoad(t *testing.T, im Implementation) {
	folder := t.TempDir()
	db := openIn(t, im, folder)
	const goroutines = 16
	promised := make([]int, goroutines)
	enough := make(chan struct{}, 1)
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() {
			for ; ; promised[i]++ {
				ref := store.Key(fmt.Sprint(i), fmt.Sprint(promised[i]))
				err := db.Commit(ctx, store.Unit{Put: []store.Put{{Ref: ref, Bytes: []byte("1")}}})
				if errors.Is(err, store.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				if promised[i] == 5 {
					select {
					case enough <- struct{}{}:
					default:
					}
				}
			}
		})
	}
	<-enough
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if im.Volatile {
		return
	}
	db = openIn(t, im, folder)
	for i := range goroutines {
		records, err := db.List(ctx, store.Prefix(fmt.Sprint(i)), "", 1<<30)
		if err != nil || len(records) != promised[i] {
			t.Errorf("writer %d was promised %d and finds %d, %v", i, promised[i], len(records), err)
		}
	}
}
