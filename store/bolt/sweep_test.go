package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// entries counts what is in a bucket.
func entries(t *testing.T, db *DB, b bucket) int {
	t.Helper()
	n := 0
	err := db.view(context.Background(), func(tx *bbolt.Tx) error {
		return b.in(tx).ForEach(func(_, _ []byte) error { n++; return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func event(at time.Time, name string) store.Unit {
	return store.Unit{Event: store.EventID{At: at, Name: name}}
}

// Marks and ids are not only hidden when their time is over: they leave the file, a piece with each commit.
func TestForgetting(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "a.db"), Options{})
	const n = 3 * sweepMax
	var all []store.Unit
	for i := range n {
		u := event(noon, fmt.Sprint(i))
		u.Sent = []store.Done{{Key: fmt.Sprint(i), ID: "id", At: noon}}
		all = append(all, u)
	}
	if err := errors.Join(orderly{db}.CommitInOrder(context.Background(), all)...); err != nil {
		t.Fatal(err)
	}
	later := noon.Add(store.SeenFor + time.Second)
	for i, want := range []int{n, 2 * sweepMax, sweepMax, 0, 0} {
		if i > 0 {
			commit(t, db, event(later, fmt.Sprint("later", i)))
		}
		if got := entries(t, db, seen) - i; got != want {
			t.Errorf("%d marks after %d commits, want %d", got, i, want)
		}
	}
	if got := entries(t, db, sent); got != n {
		t.Errorf("%d ids, want %d", got, n)
	}
	if id, err := db.Message(context.Background(), "7"); id != "id" || err != nil { // a use, which the next commit notes
		t.Errorf("message: %q, %v", id, err)
	}
	later = noon.Add(store.MessageFor + time.Second)
	for i := range 4 {
		commit(t, db, event(later, fmt.Sprint("much later", i)))
	}
	if ids, uses := entries(t, db, sent), entries(t, db, sentuse); ids != 1 || uses != 1 {
		t.Errorf("%d ids and %d uses are left, want the one that was used", ids, uses)
	}
	if err := db.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

// The use of an id is written at the latest when the store is closed.
func TestUseSurvivesClosing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := openAt(t, path, Options{})
	commit(t, db, store.Unit{Sent: []store.Done{{Key: "k", ID: "id", At: noon}}})
	commit(t, db, event(noon.Add(80*24*time.Hour), "e"))
	if id, err := db.Message(context.Background(), "k"); id != "id" || err != nil {
		t.Errorf("message: %q, %v", id, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = openAt(t, path, Options{})
	commit(t, db, event(noon.Add(160*24*time.Hour), "e"))
	if id, err := db.Message(context.Background(), "k"); id != "id" || err != nil {
		t.Errorf("message: %q, %v", id, err)
	}
}

// Days leave the file for their months, a piece with each commit, and no board changes by it.
func TestFolding(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	db := openAt(t, path, Options{})
	add := func(workspace, channel, date string, n int64) store.Points {
		return store.Points{Workspace: workspace, Channel: channel, Member: "m" + date, Date: date, N: n}
	}
	var u store.Unit
	want := map[store.Board]int{}
	for w := range 3 {
		for c := range 10 {
			for d := range 28 {
				u.Points = append(u.Points, add(fmt.Sprint("T", w), fmt.Sprint("c", c), fmt.Sprintf("2020-01-%02d", 1+d), 1))
			}
		}
		want[store.Board{Workspace: fmt.Sprint("T", w)}] = 28
		want[store.Board{Workspace: fmt.Sprint("T", w), Channel: "c3", From: "2020-01-01", To: "2020-01-31"}] = 28
	}
	commit(t, db, u)
	look := func() {
		t.Helper()
		for b, n := range want {
			top, err := db.Top(ctx, b, 100)
			if err != nil || len(top) != n {
				t.Errorf("%+v: %d members, %v, want %d", b, len(top), err, n)
			}
		}
	}
	look()
	if n := entries(t, db, days); n != 3*10*28 {
		t.Errorf("%d days", n)
	}
	// March begins in two of the three workspaces, so their January is over.
	commit(t, db, store.Unit{Points: []store.Points{add("T0", "c0", "2020-03-01", 1), add("T1", "c0", "2020-03-01", 1)}})
	want[store.Board{Workspace: "T0"}]++
	want[store.Board{Workspace: "T1"}]++
	for i := range 2 {
		look()
		commit(t, db, event(noon, fmt.Sprint(i)))
	}
	if err := errors.Join(db.Check(ctx), db.Close()); err != nil { // in the middle of it
		t.Fatal(err)
	}
	db = openAt(t, path, Options{})
	for i := range 6 {
		look()
		commit(t, db, event(noon, fmt.Sprint("again", i)))
	}
	if n, m := entries(t, db, days), entries(t, db, months); n != 10*28+2 || m != 2*10*28 {
		t.Errorf("%d days and %d months are left", n, m)
	}
	if db.sweep.fold {
		t.Error("it does not end")
	}
	look()
	if err := db.Check(ctx); err != nil {
		t.Error(err)
	}
}

// An event from a wrong far future is taken, but moves no clock: else the store would forget everything.
func TestFutureEvent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	opts := Options{Now: func() time.Time { return noon }}
	db := openAt(t, path, opts)
	commit(t, db, event(noon, "e"))
	commit(t, db, event(noon.AddDate(100, 0, 0), "e"))
	for range 2 {
		if err := db.Commit(context.Background(), event(noon, "e")); !errors.Is(err, store.ErrSeen) {
			t.Errorf("again: %v", err)
		}
		if got := db.clock.Load(); got != store.Millis(noon) {
			t.Errorf("clock %v", store.FromMillis(got))
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db = openAt(t, path, opts)
	}
}

// A machine whose clock was far ahead and is set right remembers as if it had never been.
func TestTheClockWasAhead(t *testing.T) {
	now := noon.AddDate(1, 0, 0)
	db := openAt(t, filepath.Join(t.TempDir(), "a.db"), Options{Now: func() time.Time { return now }})
	commit(t, db, event(now, "from the future"))
	now = noon
	first := event(noon, "e")
	first.Sent = []store.Done{{Key: "k", ID: "id", At: noon}}
	commit(t, db, first)
	commit(t, db, event(noon.Add(time.Hour), "later"))
	if err := db.Commit(t.Context(), first); !errors.Is(err, store.ErrSeen) {
		t.Errorf("again: %v", err)
	}
	if id, err := db.Message(t.Context(), "k"); id != "id" || err != nil {
		t.Errorf("message: %q, %v", id, err)
	}
	now = noon.Add(store.SeenFor + 2*time.Hour)
	commit(t, db, event(now, "three days later"))
	if got := entries(t, db, seen); got != 2 { // of the future, and the last
		t.Errorf("%d marks", got)
	}
}

// A board that nobody asks for leaves the memory, and comes back when somebody does.
func TestIdleBoards(t *testing.T) {
	ctx := context.Background()
	now := noon
	db := openAt(t, filepath.Join(t.TempDir(), "a.db"), Options{Now: func() time.Time { return now }})
	points := store.Unit{Points: []store.Points{{Workspace: "T", Channel: "c", Member: "m", Date: "2020-03-10", N: 1}}}
	busy, idle := store.Board{Workspace: "T"}, store.Board{Workspace: "T", Channel: "c"}
	for i := range 5 {
		commit(t, db, points)
		for _, b := range []store.Board{busy, idle} {
			if b == idle && i > 0 && i < 4 {
				continue
			}
			if s, err := db.Rank(ctx, b, "m"); err != nil || s.N != int64(i+1) {
				t.Errorf("%+v: %+v, %v", b, s, err)
			}
		}
		db.boards.mu.Lock()
		if got, want := len(db.boards.of["T"]), map[int]int{0: 2, 1: 2, 2: 2, 3: 1, 4: 2}[i]; got != want {
			t.Errorf("after step %d there are %d boards, want %d", i, got, want)
		}
		db.boards.mu.Unlock()
		now = now.Add(boardIdle/2 - time.Second)
	}
}
