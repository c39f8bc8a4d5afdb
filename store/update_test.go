package store_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"greenroom/store"
)

// counting counts the commits that write.
type counting struct {
	store.DB
	writes, checks int
}

func (c *counting) Commit(ctx context.Context, u store.Unit) error {
	if u.Empty() {
		c.checks++
	} else {
		c.writes++
	}
	return c.DB.Commit(ctx, u)
}

func TestUpdate(t *testing.T) {
	ctx := context.Background()
	db := &counting{DB: store.NewMemory()}
	set := func(ref store.Ref, value string) {
		t.Helper()
		if err := db.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: ref, Bytes: []byte(value)}}}); err != nil {
			t.Fatal(err)
		}
	}
	get := func(v store.View, ref store.Ref) string {
		t.Helper()
		b, err := v.Get(ref)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	set("a", "1")

	t.Run("a draft sees what is fixed and does not depend on it", func(t *testing.T) {
		err := store.Update(ctx, db, func(d *store.Draft) error {
			d.Put("new", []byte("4"))
			old, err := d.Fixed("a")
			fresh, _ := d.Fixed("new")
			if string(old) != "1" || string(fresh) != "4" || len(d.Unit.Read) > 0 {
				t.Errorf("it sees %q and %q, and has read %v", old, fresh, d.Unit.Read)
			}
			d.Delete("new")
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})

	t.Run("a draft sees what it has put", func(t *testing.T) {
		err := store.Update(ctx, db, func(d *store.Draft) error {
			d.Put("b", []byte("2"))
			d.Delete("a")
			if get(d, "b") != "2" || get(d, "a") != "" {
				t.Error("it does not")
			}
			d.Put("a", []byte("3"))
			return nil
		})
		if v := store.NewReader(ctx, db); err != nil || get(v, "a") != "3" || get(v, "b") != "2" {
			t.Errorf("%v, a %q, b %q", err, get(v, "a"), get(v, "b"))
		}
	})
	t.Run("it runs again when what it read has changed", func(t *testing.T) {
		runs := 0
		err := store.Update(ctx, db, func(d *store.Draft) error {
			b := get(d, "a")
			if runs++; runs == 1 {
				set("a", "changed")
			}
			d.Put("a", []byte(b+"!"))
			return nil
		})
		if a := get(store.NewReader(ctx, db), "a"); err != nil || runs != 2 || a != "changed!" {
			t.Errorf("%v after %d runs: %q", err, runs, a)
		}
	})
	t.Run("reading only costs no write", func(t *testing.T) {
		*db = counting{DB: db.DB}
		err := store.Update(ctx, db, func(d *store.Draft) error { get(d, "a"); return nil })
		if err != nil || db.writes != 0 || db.checks != 1 {
			t.Errorf("%v, %d writes, %d checks", err, db.writes, db.checks)
		}
	})
	refused := errors.New("not like this")
	t.Run("an error commits nothing", func(t *testing.T) {
		*db = counting{DB: db.DB}
		err := store.Update(ctx, db, func(d *store.Draft) error {
			d.Put("a", []byte("lost"))
			return refused
		})
		if !errors.Is(err, refused) || db.writes != 0 {
			t.Errorf("%v, %d writes", err, db.writes)
		}
	})
	t.Run("an error from two moments is not believed", func(t *testing.T) {
		set("a", "1")
		set("b", "1")
		runs := 0
		err := store.Update(ctx, db, func(d *store.Draft) error {
			a := get(d, "a")
			if runs++; runs == 1 {
				set("a", "2")
				set("b", "2")
			}
			if get(d, "b") != a {
				return refused // cannot happen: a and b are always the same
			}
			return nil
		})
		if err != nil || runs != 2 {
			t.Errorf("%v after %d runs", err, runs)
		}
	})
}

// Of many who want one record only one gets through at a time; the others do not try again and again meanwhile.
func TestManyUpdatesOfOneRecord(t *testing.T) {
	const n = 200
	db := store.NewMemory()
	var runs atomic.Int64
	var all, began sync.WaitGroup
	began.Add(n)
	for range n {
		all.Go(func() {
			first := true
			err := store.Update(t.Context(), db, func(d *store.Draft) error {
				runs.Add(1)
				b, err := d.Get("counter")
				if first {
					first = false
					began.Done()
					began.Wait() // all have read the same
				}
				for range 10 {
					runtime.Gosched()
				}
				d.Put("counter", append(bytes.Clone(b), 'x'))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if b, err := store.NewReader(t.Context(), db).Get("counter"); len(b) != n || err != nil {
		t.Errorf("%d updates are there, %v", len(b), err)
	}
	if got := runs.Load(); got > 2*n {
		t.Errorf("%d runs of %d updates", got, n)
	}
}

func TestKey(t *testing.T) {
	for _, parts := range [][]string{{"T1", "post", "7"}, {"a/b", "c"}, {"a", "b/c"}, {"100%", "%2F"}, {"~a", "x\x00y"}, {""}} {
		ref := store.Key(parts...)
		got := ref.Parts()
		if len(got) != len(parts) {
			t.Fatalf("%q became %q and then %q", parts, ref, got)
		}
		for i := range parts {
			if got[i] != parts[i] {
				t.Errorf("%q became %q and then %q", parts, ref, got)
			}
		}
	}
}
