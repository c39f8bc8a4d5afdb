package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"greenroom/store"
)

// testFaults plays a story in which one commit fails, before or after it lands, for every commit there is: whoever tries
// the same unit again comes to the same end.
func testFaults(t *testing.T, im Implementation) {
	const commits = 6
	for n := 1; n <= commits; n++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("commit %d after %t", n, after), func(t *testing.T) {
				db := open(t, im)
				faulty := Faulty(db, Fault{n, after})
				failed := 0
				for i := range commits {
					unit := func() error {
						return store.Update(ctx, faulty, func(d *store.Draft) error {
							name := fmt.Sprint(i)
							d.Unit.Event = store.EventID{At: noon, Name: name}
							d.Send(store.Row{Key: name, Place: "p", Body: []byte(name)})
							d.Points(store.Points{Workspace: "T", Channel: "c", Member: "m", Date: "2020-01-01", N: 1})
							return count(d, "count")
						})
					}
					err := unit()
					if errors.Is(err, ErrFault) {
						failed++
						if err = unit(); after && errors.Is(err, store.ErrSeen) {
							err = nil
						}
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				if failed != 1 || faulty.Commits() != commits+1 {
					t.Errorf("%d of %d commits failed", failed, faulty.Commits())
				}
				b, err := store.NewReader(ctx, db).Get("count")
				if err != nil || len(b) != 8 || b[7] != commits {
					t.Errorf("counted %v, %v", b, err)
				}
				s, err := db.Rank(ctx, store.Board{Workspace: "T"}, "m")
				if err != nil || s.N != commits {
					t.Errorf("points: %+v, %v", s, err)
				}
				for i := range commits {
					r := row(t, db, "p")
					if r.Key != fmt.Sprint(i) {
						t.Errorf("row %d is %+v", i, r)
					}
					must(t, db, store.Unit{Sent: []store.Done{{Key: r.Key, Rev: r.Rev}}})
				}
			})
		}
	}
}

// testBackup copies a store into which others commit, and opens the copy beside it.
func testBackup(t *testing.T, im Implementation) {
	folder := t.TempDir()
	db := openIn(t, im, folder)
	must(t, db, store.Unit{
		Event: store.EventID{At: noon, Name: "e"},
		Put:   []store.Put{{Ref: "a", Bytes: []byte("1")}, {Ref: "b", Bytes: []byte("1")}},
	})
	var backup bytes.Buffer
	together(t, 2, func(i int) error {
		if i == 0 {
			return db.Backup(ctx, &backup)
		}
		for k := range 50 {
			b := []byte(fmt.Sprint(k))
			if err := db.Commit(ctx, store.Unit{Put: []store.Put{{Ref: "a", Bytes: b}, {Ref: "b", Bytes: b}}}); err != nil {
				return err
			}
		}
		return nil
	})
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Fatalf("a store is one file, and its copy takes its name: %v, %v", files, err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, files[0].Name()), backup.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	restored := openIn(t, im, other)
	records, err := restored.Load(ctx, "a", "b")
	if err != nil || records[0].Version == 0 || !bytes.Equal(records[0].Bytes, records[1].Bytes) {
		t.Errorf("the copy has %v, %v", records, err)
	}
	want(t, restored, at(0, "e"), store.ErrSeen)
}
