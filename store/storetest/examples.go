package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"greenroom/store"
)

// testExamples has one small story for each sentence of the contract that a reader may look up here.
func testExamples(t *testing.T, im Implementation) {
	for _, e := range []struct {
		name string
		test func(*testing.T, store.DB)
	}{
		{"an event is taken once for three days", seenOnce},
		{"a unit of several events takes all of them or none", seenTogether},
		{"a wake row fires once and not after it was moved", firesOnce},
		{"a unit that read what has changed is refused whole", conflictChangesNothing},
		{"a record that was made anew has another version", recreated},
		{"an absent record is read too", absentIsRead},
		{"an empty record is there", emptyIsThere},
		{"an unsent row is replaced in its place", replacedInPlace},
		{"a row replaced under way stays", replacedUnderWay},
		{"a row that was sent is left out", sentIsLeftOut},
		{"an id is kept for 90 days after its last use", idKept},
		{"a wake row is moved and removed by name", wakeMoved},
		{"old days count as whole months", oldDays},
		{"a unit that changes nothing is checked", emptyUnit},
		{"a wrong unit is refused", invalidUnit},
		{"bytes are copied in and out", bytesAreCopied},
		{"a context that has ended ends the call", endedContext},
		{"a closed store says so", closedStore},
	} {
		t.Run(e.name, func(t *testing.T) { e.test(t, open(t, im)) })
	}
}

var noon = time.Date(2020, 3, 10, 12, 0, 0, 0, time.UTC)

// must commits a unit that is to succeed, wants one that is to fail in a certain way.
func must(t *testing.T, db store.DB, u store.Unit) {
	t.Helper()
	want(t, db, u, nil)
}

func want(t *testing.T, db store.DB, u store.Unit, kind error) {
	t.Helper()
	if err := db.Commit(ctx, u); !errors.Is(err, kind) {
		t.Fatalf("commit: %v, want %v", err, kind)
	}
}

func at(d time.Duration, name string) store.Unit {
	return store.Unit{Event: store.EventID{At: noon.Add(d), Name: name}}
}

func seenOnce(t *testing.T, db store.DB) {
	must(t, db, at(0, "e"))
	want(t, db, at(0, "e"), store.ErrSeen)
	must(t, db, at(time.Second, "e")) // another event: the platform uses its names again
	must(t, db, at(store.SeenFor, "later"))
	want(t, db, at(0, "e"), store.ErrSeen)
	must(t, db, at(store.SeenFor+time.Millisecond, "later still"))
	must(t, db, at(0, "e"))
}

// A unit of several events is refused whole for one of them that was seen, and remembers each.
func seenTogether(t *testing.T, db store.DB) {
	together := func(names ...string) store.Unit {
		u := at(0, names[0])
		for _, name := range names[1:] {
			u.Also = append(u.Also, at(0, name).Event)
		}
		u.Put = []store.Put{{Ref: "by", Bytes: []byte(fmt.Sprint(names))}}
		return u
	}
	must(t, db, together("a", "b"))
	want(t, db, together("c", "b"), store.ErrSeen)
	want(t, db, together("a", "c"), store.ErrSeen)
	want(t, db, together("c", "d", "d"), store.ErrInvalid)
	want(t, db, together("c", "c"), store.ErrInvalid)
	records, err := db.Load(ctx, "by")
	if err != nil || string(records[0].Bytes) != "[a b]" {
		t.Errorf("%s, %v", records[0].Bytes, err)
	}
	want(t, db, at(0, "b"), store.ErrSeen)
	must(t, db, at(0, "c"))
	must(t, db, store.Unit{Also: []store.EventID{at(0, "d").Event}})
	want(t, db, at(0, "d"), store.ErrSeen)
}

func firesOnce(t *testing.T, db store.DB) {
	w := store.Wake{Name: "w", At: noon}
	must(t, db, store.Unit{Wake: []store.Wake{w}})
	fired := store.Unit{Fired: &w, Put: []store.Put{{Ref: "a", Bytes: []byte("x")}}}
	must(t, db, store.Unit{Wake: []store.Wake{{Name: "w", At: noon.Add(time.Hour)}}})
	want(t, db, fired, store.ErrSeen)
	must(t, db, store.Unit{Wake: []store.Wake{w}})
	must(t, db, fired)
	want(t, db, fired, store.ErrSeen)
	again := store.Unit{Wake: []store.Wake{w}}
	must(t, db, again)
	again.Fired = &w
	must(t, db, again) // what a unit sets anew stands after it
	due, err := db.Due(ctx, noon, 5)
	if err != nil || len(due) != 1 {
		t.Errorf("due: %v, %v", due, err)
	}
}

func conflictChangesNothing(t *testing.T, db store.DB) {
	must(t, db, store.Unit{Put: []store.Put{{Ref: "a", Bytes: []byte("1")}}})
	want(t, db, store.Unit{
		Event:  store.EventID{At: noon, Name: "e"},
		Read:   []store.Read{{Ref: "a", Version: 0}},
		Put:    []store.Put{{Ref: "b", Bytes: []byte("1")}},
		Send:   []store.Row{{Key: "k", Place: "p"}},
		Wake:   []store.Wake{{Name: "w", At: noon}},
		Points: []store.Points{{Workspace: "T", Channel: "c", Member: "m", Date: "2020-03-10", N: 4}},
	}, store.ErrConflict)
	records, err := db.Load(ctx, "b")
	if err != nil || records[0].Version != 0 {
		t.Errorf("record: %v, %v", records, err)
	}
	if rows, err := db.Outbox(ctx, "", 5); err != nil || len(rows) != 0 {
		t.Errorf("outbox: %v, %v", rows, err)
	}
	if due, err := db.Due(ctx, far, 5); err != nil || len(due) != 0 {
		t.Errorf("due: %v, %v", due, err)
	}
	if top, err := db.Top(ctx, store.Board{Workspace: "T"}, 5); err != nil || len(top) != 0 {
		t.Errorf("top: %v, %v", top, err)
	}
	must(t, db, at(0, "e"))
}

func version(t *testing.T, db store.DB, ref store.Ref) uint64 {
	t.Helper()
	records, err := db.Load(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	return records[0].Version
}

func recreated(t *testing.T, db store.DB) {
	put := store.Unit{Put: []store.Put{{Ref: "a", Bytes: []byte("1")}}}
	must(t, db, put)
	first := version(t, db, "a")
	must(t, db, store.Unit{Put: []store.Put{{Ref: "a"}}})
	if v := version(t, db, "a"); v != 0 {
		t.Errorf("a deleted record has version %d", v)
	}
	must(t, db, put)
	if v := version(t, db, "a"); v <= first {
		t.Errorf("version %d after %d", v, first)
	}
	want(t, db, store.Unit{Read: []store.Read{{Ref: "a", Version: first}}, Put: put.Put}, store.ErrConflict)
}

func absentIsRead(t *testing.T, db store.DB) {
	claim := store.Unit{Read: []store.Read{{Ref: "a"}}, Put: []store.Put{{Ref: "a", Bytes: []byte("mine")}}}
	must(t, db, claim)
	want(t, db, claim, store.ErrConflict)
}

func emptyIsThere(t *testing.T, db store.DB) {
	must(t, db, store.Unit{Put: []store.Put{{Ref: "a", Bytes: []byte{}}}})
	b, err := store.NewReader(ctx, db).Get("a")
	if err != nil || b == nil || len(b) != 0 {
		t.Errorf("%v, %v", b, err)
	}
	if b, err := store.NewReader(ctx, db).Get("b"); err != nil || b != nil {
		t.Errorf("an absent record: %v, %v", b, err)
	}
}

// row is the oldest row of a place.
func row(t *testing.T, db store.DB, place string) store.Row {
	t.Helper()
	rows, err := db.Outbox(ctx, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Place == place {
			return r
		}
	}
	return store.Row{}
}

func replacedInPlace(t *testing.T, db store.DB) {
	must(t, db, store.Unit{Send: []store.Row{{Key: "a", Place: "p", Body: []byte("old")}, {Key: "b", Place: "p"}}})
	before := row(t, db, "p")
	must(t, db, store.Unit{Send: []store.Row{{Key: "a", Place: "p", Body: []byte("new")}}})
	r := row(t, db, "p")
	if r.Key != "a" || string(r.Body) != "new" || r.Rev <= before.Rev {
		t.Errorf("first is %+v", r)
	}
	must(t, db, store.Unit{Send: []store.Row{{Key: "a", Place: "q"}}}) // elsewhere it goes to the end
	if first, moved := row(t, db, "p"), row(t, db, "q"); first.Key != "b" || moved.Key != "a" || moved.Rev <= first.Rev {
		t.Errorf("first are %+v and %+v", first, moved)
	}
}

func replacedUnderWay(t *testing.T, db store.DB) {
	must(t, db, store.Unit{Send: []store.Row{{Key: "a", Place: "p", Body: []byte("old")}}})
	underWay := row(t, db, "p")
	must(t, db, store.Unit{Send: []store.Row{{Key: "a", Place: "p", Body: []byte("new")}}})
	must(t, db, store.Unit{Sent: []store.Done{{Key: "a", Rev: underWay.Rev, ID: "7", At: noon}}})
	r := row(t, db, "p")
	if string(r.Body) != "new" {
		t.Fatalf("first is %+v", r)
	}
	if id, err := db.Message(ctx, "a"); id != "7" || err != nil {
		t.Errorf("message: %q, %v", id, err)
	}
	must(t, db, store.Unit{Sent: []store.Done{{Key: "a", Rev: r.Rev}}})
	if r := row(t, db, "p"); r.Key != "" {
		t.Errorf("still there: %+v", r)
	}
}

func sentIsLeftOut(t *testing.T, db store.DB) {
	send := store.Unit{Send: []store.Row{{Key: "a", Place: "p"}}}
	must(t, db, send)
	must(t, db, store.Unit{Sent: []store.Done{{Key: "a", Rev: row(t, db, "p").Rev, ID: "7", At: noon}}})
	must(t, db, send)
	if r := row(t, db, "p"); r.Key != "" {
		t.Errorf("sent again: %+v", r)
	}
	must(t, db, store.Unit{Send: []store.Row{{Key: "b", Place: "p"}}})
	b := row(t, db, "p")
	must(t, db, store.Unit{Sent: []store.Done{{Key: "b", Rev: b.Rev}}}) // it failed: no id
	must(t, db, store.Unit{Send: []store.Row{{Key: "b", Place: "p"}}})
	if again := row(t, db, "p"); again.Key != "b" || again.Rev <= b.Rev {
		t.Errorf("a row that failed can be sent again: %+v after %+v", again, b)
	}
}

func idKept(t *testing.T, db store.DB) {
	day := 24 * time.Hour
	must(t, db, store.Unit{Sent: []store.Done{{Key: "used", ID: "1", At: noon}, {Key: "not used", ID: "2", At: noon}}})
	message := func(key, want string) {
		t.Helper()
		if id, err := db.Message(ctx, key); id != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", key, id, err, want)
		}
	}
	must(t, db, at(50*day, "e"))
	message("used", "1")
	must(t, db, at(90*day, "e"))
	must(t, db, at(90*day+time.Millisecond, "e"))
	message("not used", "")
	message("used", "1")
	must(t, db, store.Unit{Send: []store.Row{{Key: "not used", Place: "p"}, {Key: "used", Place: "p"}}})
	if r := row(t, db, "p"); r.Key != "not used" {
		t.Errorf("first is %+v", r)
	}
}

func wakeMoved(t *testing.T, db store.DB) {
	must(t, db, store.Unit{Wake: []store.Wake{
		{Name: "a", At: noon.Add(2 * time.Hour)}, {Name: "b", At: noon.Add(time.Hour + 1)}, {Name: "c", At: noon},
	}})
	must(t, db, store.Unit{Wake: []store.Wake{{Name: "a", At: noon}, {Name: "c"}}})
	due, err := db.Due(ctx, far, 5)
	if err != nil || len(due) != 2 || due[0].Name != "a" || due[1].Name != "b" || !due[1].At.Equal(noon.Add(time.Hour)) {
		t.Errorf("due: %v, %v", due, err)
	}
	if due, err := db.Due(ctx, noon, 5); err != nil || len(due) != 1 {
		t.Errorf("due at noon: %v, %v", due, err)
	}
}

func oldDays(t *testing.T, db store.DB) {
	add := func(date string, n int64) {
		must(t, db, store.Unit{Points: []store.Points{{Workspace: "T", Channel: "c", Member: "m", Date: date, N: n}}})
	}
	board := func(from, to string, want int64, kind error) {
		t.Helper()
		s, err := db.Rank(ctx, store.Board{Workspace: "T", From: from, To: to}, "m")
		if s.N != want || !errors.Is(err, kind) {
			t.Errorf("from %s to %s: %d, %v, want %d, %v", from, to, s.N, err, want, kind)
		}
	}
	add("2020-01-10", 1)
	add("2020-01-20", 2)
	add("2020-02-29", 4)
	board("2020-01-15", "", 6, nil)
	add("2020-03-01", 8)
	board("2020-01-15", "", 0, store.ErrInvalid)
	board("", "2020-01-15", 0, store.ErrInvalid)
	board("2020-01-01", "2020-01-31", 3, nil)
	board("2020-02-29", "2020-02-29", 4, nil)
	add("2020-01-31", 16) // late
	board("", "2020-01-31", 19, nil)
	board("", "", 31, nil)
}

func emptyUnit(t *testing.T, db store.DB) {
	must(t, db, store.Unit{})
	must(t, db, store.Unit{Read: []store.Read{{Ref: "a"}}})
	must(t, db, store.Unit{Put: []store.Put{{Ref: "a", Bytes: []byte("1")}}})
	want(t, db, store.Unit{Read: []store.Read{{Ref: "a"}}}, store.ErrConflict)
}

func invalidUnit(t *testing.T, db store.DB) {
	long := string(make([]byte, store.NameMax+1))
	for _, u := range []store.Unit{
		{Event: store.EventID{Name: "no time"}},
		{Event: store.EventID{At: noon}},
		{Event: store.EventID{At: noon, Name: "a\x00b"}},
		{Fired: &store.Wake{}},
		{Read: []store.Read{{}}},
		{Put: []store.Put{{Bytes: []byte("no name")}}},
		{Put: []store.Put{{Ref: store.Ref(long)}}},
		{Send: []store.Row{{Key: "no place"}}},
		{Send: []store.Row{{Place: "no key"}}},
		{Sent: []store.Done{{Key: "no time", ID: "7"}}},
		{Sent: []store.Done{{}}},
		{Wake: []store.Wake{{At: noon}}},
		{Points: []store.Points{{Workspace: "T", Channel: "c", Member: "m", Date: "2020-02-30"}}},
		{Points: []store.Points{{Workspace: "T", Channel: "c", Date: "2020-02-01"}}},
		{Points: []store.Points{{Workspace: "T", Member: "m", Date: "2020-02-01"}}},
		{Points: []store.Points{{Channel: "c", Member: "m", Date: "2020-02-01"}}},
	} {
		want(t, db, u, store.ErrInvalid)
	}
	for _, b := range []store.Board{
		{Workspace: "T", From: "yesterday"}, {Workspace: "T", To: "2020-02-30"}, {Workspace: "T", From: "2020-02-02", To: "2020-02-01"},
	} {
		if _, err := db.Top(ctx, b, 1); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%+v: %v", b, err)
		}
	}
}

func bytesAreCopied(t *testing.T, db store.DB) {
	b := []byte("abc")
	must(t, db, store.Unit{
		Put:  []store.Put{{Ref: "a", Bytes: b}},
		Send: []store.Row{{Key: "k", Place: "p", Body: b}},
		Wake: []store.Wake{{Name: "w", At: noon, Body: b}},
	})
	b[0] = 'x'
	for range 2 {
		records, err := db.Load(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		due, err := db.Due(ctx, noon, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range [][]byte{records[0].Bytes, row(t, db, "p").Body, due[0].Body} {
			if string(got) != "abc" {
				t.Errorf("bytes are %q", got)
			}
			got[0] = 'y'
		}
	}
}

func endedContext(t *testing.T, db store.DB) {
	for _, err := range callAll(t, db, true) {
		if err == nil {
			t.Error("a call with an ended context succeeded")
		}
	}
	if v := version(t, db, "a"); v != 0 {
		t.Error("a commit with an ended context was applied")
	}
}

func closedStore(t *testing.T, db store.DB) {
	if err := checkAndClose(db); err != nil {
		t.Fatal(err)
	}
	for _, err := range callAll(t, db, false) {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%v, want %v", err, store.ErrClosed)
		}
	}
	if err := db.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}
