package bolt

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"greenroom/store"
)

func TestOpenCommitClose(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	u := store.Unit{Event: store.EventID{At: time.Now(), Name: "x"}, Put: []store.Put{{Ref: "a", Bytes: []byte("b")}},
		Send: []store.Row{{Key: "k", Place: "p", Body: []byte("h")}}, Wake: []store.Wake{{Name: "w", At: time.Now()}},
		Points: []store.Points{{Workspace: "W", Channel: "C", Member: "M", Date: "2026-01-02", N: 4}}}
	if err := db.Commit(ctx, u); err != nil {
		t.Fatal(err)
	}
	t.Log(db.Commit(ctx, u))
	t.Log(db.Load(ctx, "a", "b"))
	t.Log(db.List(ctx, "", "", 5))
	t.Log(db.Outbox(ctx, "", 5))
	t.Log(db.Due(ctx, time.Now(), 5))
	t.Log(db.Top(ctx, store.Board{Workspace: "W"}, 5))
	_, err = Open(path, Options{})
	t.Log(err)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	t.Log(db.Commit(ctx, u))
}
