package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"greenroom/store"
)

// Points that are committed while a board is being built are counted once, whether the reading saw them or not.
func TestPointsDuringBuild(t *testing.T) {
	b := store.Board{Workspace: "T"}
	point := []store.Points{{Workspace: "T", Channel: "c", Member: "m", Date: "2020-01-01", N: 1}}
	var bs boards
	var got int64
	look := func(s *standing) { got = s.rank("m").N }
	build := func() (map[string]int64, uint64, error) {
		bs.add(7, point)                                // committed before the reading, told after it
		bs.add(8, point)                                // committed after it
		return map[string]int64{"m": 1, "n": 0}, 7, nil // as of group 7
	}
	if err := bs.look(b, noon, look, build); err != nil || got != 2 {
		t.Errorf("%d points, %v, want 2", got, err)
	}
	bs.add(9, point)
	if err := bs.look(b, noon, look, nil); err != nil || got != 3 {
		t.Errorf("%d points, %v, want 3", got, err)
	}

	failed := errors.New("the disk")
	other := store.Board{Workspace: "U"}
	for range 2 { // a board that could not be built is tried anew
		err := bs.look(other, noon, look, func() (map[string]int64, uint64, error) { return nil, 0, failed })
		if !errors.Is(err, failed) || len(bs.of) != 1 {
			t.Errorf("%v, %d workspaces", err, len(bs.of))
		}
	}
}

// A bucket that was large and is empty again opens as well as any other.
func TestEmptiedStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := openAt(t, path, Options{})
	var fill, empty store.Unit
	for i := range 3000 {
		ref, w := store.Key("T", fmt.Sprint(i)), store.Wake{Name: fmt.Sprint(i), At: noon}
		fill.Put = append(fill.Put, store.Put{Ref: ref, Bytes: make([]byte, 100)})
		fill.Wake = append(fill.Wake, w)
		empty.Put = append(empty.Put, store.Put{Ref: ref})
		empty.Wake = append(empty.Wake, store.Wake{Name: w.Name})
	}
	for range 2 {
		commit(t, db, fill)
		commit(t, db, empty)
		if err := errors.Join(db.Check(context.Background()), db.Close()); err != nil {
			t.Fatal(err)
		}
		db = openAt(t, path, Options{})
		if n := entries(t, db, records) + entries(t, db, wake); n != 0 {
			t.Errorf("%d entries are left", n)
		}
	}
}
