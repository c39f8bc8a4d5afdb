package storetest

import (
	"errors"
	"testing"

	"greenroom/store"
)

// testSpace keeps two spaces and the store itself apart.
func testSpace(t *testing.T, im Implementation) {
	db := open(t, im)
	a, b := store.Space(db, "a"), store.Space(db, "a/b")
	all := map[string]store.DB{"store": db, "a": a, "b": b, "a in a": store.Space(a, "a")}
	for name, one := range all {
		must(t, one, store.Unit{
			Event: store.EventID{At: noon, Name: "e"},
			Read:  []store.Read{{Ref: "x"}},
			Put:   []store.Put{{Ref: "x", Bytes: []byte(name)}, {Ref: store.Key("~a", "x"), Bytes: []byte(name)}},
		})
		want(t, one, store.Unit{Event: store.EventID{At: noon, Name: "e"}}, store.ErrSeen)
		want(t, one, store.Unit{Read: []store.Read{{Ref: "x"}}}, store.ErrConflict)
	}
	for name, one := range all {
		records, err := one.Load(ctx, "x", store.Key("~a", "x"))
		if err != nil || string(records[0].Bytes) != name || string(records[1].Bytes) != name || records[0].Ref != "x" {
			t.Errorf("%s: %v, %v", name, records, err)
		}
	}
	list, err := b.List(ctx, "", "", 10)
	if err != nil || len(list) != 2 || list[0].Ref != store.Key("~a", "x") || list[1].Ref != "x" {
		t.Errorf("list: %v, %v", list, err)
	}
	list, err = b.List(ctx, "", list[0].Ref, 10)
	if err != nil || len(list) != 1 || list[0].Ref != "x" {
		t.Errorf("second page: %v, %v", list, err)
	}

	for _, u := range []store.Unit{
		{Fired: &store.Wake{Name: "w", At: noon}},
		{Send: []store.Row{{Key: "k", Place: "p"}}},
		{Sent: []store.Done{{Key: "k"}}},
		{Wake: []store.Wake{{Name: "w", At: noon}}},
		{Points: []store.Points{{Workspace: "T", Channel: "c", Member: "m", Date: "2020-01-01", N: 1}}},
		{Put: []store.Put{{}}},
	} {
		want(t, a, u, store.ErrInvalid)
	}
	must(t, db, store.Unit{Send: []store.Row{{Key: "k", Place: "p"}}, Wake: []store.Wake{{Name: "w", At: noon}}})
	if rows, err := a.Outbox(ctx, "", 1); err != nil || len(rows) != 0 {
		t.Errorf("outbox: %v, %v", rows, err)
	}
	if due, err := a.Due(ctx, far, 1); err != nil || len(due) != 0 {
		t.Errorf("due: %v, %v", due, err)
	}
	if err := a.Backup(ctx, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("backup: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	must(t, a, store.Unit{Put: []store.Put{{Ref: "still open", Bytes: []byte{}}}})
}
