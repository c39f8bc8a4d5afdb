package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"greenroom/store"
)

var noon = time.Date(2020, 3, 10, 12, 0, 0, 0, time.UTC)

// wantError wants an error of a kind that says what to do next.
func wantError(t rapid.TB, err, kind error, next string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(fmt.Sprint(err), next) {
		t.Errorf("error %v, want %q and %q", err, kind, next)
	}
}

func openAt(t testing.TB, path string, opts Options) *DB {
	t.Helper()
	db, err := Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // most tests have closed it and looked at the error
	return db
}

func commit(t testing.TB, db *DB, u store.Unit) {
	t.Helper()
	if err := db.Commit(context.Background(), u); err != nil {
		t.Fatal(err)
	}
}

func put(ref store.Ref, b []byte) store.Unit {
	return store.Unit{Put: []store.Put{{Ref: ref, Bytes: b}}}
}

func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := openAt(t, path, Options{})
	_, err := Open(path, Options{LockWait: time.Millisecond})
	wantError(t, err, store.ErrLocked, "stop the other Greenroom")
	commit(t, db, put("a", []byte("still works")))
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	openAt(t, path, Options{})
}

func TestFull(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	db := openAt(t, path, Options{MaxSize: 1 << 20, MapSize: 1})
	page := make([]byte, 4000)
	written := 0
	var err error
	for ; err == nil; written++ {
		err = db.Commit(ctx, store.Unit{
			Event: store.EventID{At: noon, Name: fmt.Sprint(written)},
			Put:   []store.Put{{Ref: store.Key("big", fmt.Sprint(written)), Bytes: page}},
		})
	}
	written--
	wantError(t, err, store.ErrFull, "make room")
	if written < 100 {
		t.Errorf("full after %d records of a page", written)
	}
	records, err := db.List(ctx, store.Prefix("big"), "", 1000)
	if err != nil || len(records) != written {
		t.Errorf("%d records, %v, want %d", len(records), err, written)
	}
	for _, r := range records[:20] {
		commit(t, db, put(r.Ref, nil)) // removing must work in a full store, or it could never be emptied
	}
	commit(t, db, store.Unit{ // the event of the unit that was refused has not been seen
		Event: store.EventID{At: noon, Name: fmt.Sprint(written)},
		Put:   []store.Put{{Ref: "big", Bytes: page}},
	})
	if err := errors.Join(db.Check(ctx), db.Close()); err != nil {
		t.Error(err)
	}
}

// A unit that does not fit spoils none of those that would share its transaction.
func TestTooLargeForTheRest(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "a.db"), Options{MaxSize: 1 << 20})
	errs := orderly{db}.CommitInOrder(t.Context(), []store.Unit{
		put("a", []byte("1")), put("b", make([]byte, 2<<20)), put("c", []byte("3")),
	})
	if len(errs) != 3 || errs[0] != nil || errs[2] != nil {
		t.Errorf("%v", errs)
	}
	wantError(t, errs[1], store.ErrFull, "make room")
	got, err := db.Load(t.Context(), "a", "b", "c")
	if err != nil || got[0].Version == 0 || got[1].Version != 0 || got[2].Version == 0 {
		t.Errorf("%v, %v", got, err)
	}
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// bbolt does not wrap the error of growing its file, so its text must do.
func TestErrorsOfTheDiskAreRecognised(t *testing.T) {
	for _, err := range []error{
		&os.PathError{Op: "write", Path: "a.db", Err: syscall.ENOSPC},
		fmt.Errorf("file resize error: %s", &os.PathError{Op: "truncate", Path: "a.db", Err: syscall.ENOSPC}),
		fmt.Errorf("write: %w", syscall.EDQUOT),
	} {
		wantError(t, explained(err), store.ErrFull, "make room")
	}
	wantError(t, explained(&os.PathError{Op: "open", Path: "a.db", Err: syscall.EACCES}), os.ErrPermission, "let the user who runs Greenroom")
	if err := explained(syscall.EIO); errors.Is(err, store.ErrFull) {
		t.Error(err)
	}
}

// After the disk has failed nobody knows what is on it, so nothing more is promised.
func TestFailedDisk(t *testing.T) {
	ctx := context.Background()
	var file *os.File
	db := openAt(t, filepath.Join(t.TempDir(), "a.db"), Options{openFile: func(path string, flag int, mode os.FileMode) (f *os.File, err error) {
		file, err = os.OpenFile(path, flag, mode)
		return file, err
	}})
	commit(t, db, put("a", []byte("1")))
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		err := db.Commit(ctx, put("b", []byte("2")))
		wantError(t, err, os.ErrClosed, "until Greenroom is started again")
	}
	if b, err := store.NewReader(ctx, db).Get("a"); string(b) != "1" || err != nil {
		t.Errorf("reading: %q, %v", b, err)
	}
}

func TestNewerFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := open(path, Options{}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.bolt.Update(func(tx *bbolt.Tx) error { return writeFormat(tx, 7) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(path, Options{})
	wantError(t, err, store.ErrNewer, "start the newer Greenroom")
}

// A later Greenroom renames a record: the file from before is kept, and the way back that is printed works.
func TestMigration(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	db := openAt(t, path, Options{})
	commit(t, db, put("old", []byte("1")))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	rename := func(tx *bbolt.Tx) error {
		value, err := records.get(tx, []byte("old"))
		if err != nil {
			return err
		}
		in := records.in(tx)
		return errors.Join(in.Put([]byte("new"), records.seal([]byte("new"), value)), in.Delete([]byte("old")))
	}
	broken := errors.New("a mistake in the second step")
	var log bytes.Buffer
	opts := Options{Log: slog.New(slog.NewTextHandler(&log, nil))}

	_, err := open(path, opts, 3, []migration{rename, func(*bbolt.Tx) error { return broken }})
	wantError(t, err, broken, "a copy from before is "+path+".format1")
	db, err = open(path, opts, 3, []migration{nil, func(*bbolt.Tx) error { return nil }}) // goes on where it stopped
	if err != nil {
		t.Fatal(err)
	}
	if b, err := store.NewReader(ctx, db).Get("new"); string(b) != "1" || err != nil {
		t.Errorf("after the migration: %q, %v", b, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	back := path + ".format1"
	if !strings.Contains(log.String(), "mv "+path+".format2 "+path) {
		t.Errorf("the way back is not printed: %s", log.String())
	}
	_, err = Open(path, Options{})
	wantError(t, err, store.ErrNewer, path+".format")
	if err := os.Rename(back, path); err != nil {
		t.Fatal(err)
	}
	db = openAt(t, path, Options{})
	if b, err := store.NewReader(ctx, db).Get("old"); string(b) != "1" || err != nil {
		t.Errorf("after going back: %q, %v", b, err)
	}
}

// full makes a store with all kinds of entries and gives everything that can be read from it.
func makeFull(t testing.TB, path string) {
	t.Helper()
	db := openAt(t, path, Options{})
	for i := range 120 {
		name := fmt.Sprintf("n%03d", i)
		commit(t, db, store.Unit{
			Event:  store.EventID{At: noon.Add(time.Duration(i) * time.Second), Name: name},
			Put:    []store.Put{{Ref: store.Key("T", name), Bytes: bytes.Repeat([]byte(name), 20)}},
			Send:   []store.Row{{Key: name, Place: "p" + name[:3], Body: bytes.Repeat([]byte(name), 20)}},
			Sent:   []store.Done{{Key: "done" + name, ID: "id" + name, At: noon}},
			Wake:   []store.Wake{{Name: name, At: noon.Add(time.Duration(i) * time.Minute), Body: []byte(name)}},
			Points: []store.Points{{Workspace: "T", Channel: "c", Member: name, Date: "2020-03-10", N: int64(i + 1)}},
		})
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// readAll reads everything that a store shows.
func readAll(db *DB) (all []any, err error) {
	ctx := context.Background()
	records, err1 := db.List(ctx, "", "", 1000)
	rows, err2 := db.Outbox(ctx, "", 1000)
	due, err3 := db.Due(ctx, noon.AddDate(1, 0, 0), 1000)
	top, err4 := db.Top(ctx, store.Board{Workspace: "T"}, 1000)
	all = append(all, records, rows, due, top)
	err = errors.Join(err1, err2, err3, err4)
	for i := range 120 {
		name := fmt.Sprintf("n%03d", i)
		id, err1 := db.Message(ctx, "done"+name)
		seen := db.Commit(ctx, store.Unit{Event: store.EventID{At: noon.Add(time.Duration(i) * time.Second), Name: name}})
		if errors.Is(seen, store.ErrSeen) {
			seen = nil
		} else if seen == nil {
			seen = fmt.Errorf("event %s was forgotten", name)
		}
		all = append(all, id)
		err = errors.Join(err, err1, seen)
	}
	return all, err
}

// Whatever is changed in the file: either it says so, or nothing that can be read has changed.
func TestDamagedFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.db")
	makeFull(t, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db := openAt(t, path, Options{})
	want, err := readAll(db)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil || len(file) != len(whole) {
		t.Fatalf("%v, or reading has grown the file", err)
	}
	page := os.Getpagesize()
	pages := usedPages(t, path)
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		hurt := bytes.Clone(file)
		p := rapid.IntRange(2, pages-1).Draw(t, "page")
		switch rapid.SampledFrom([]string{"bit", "byte", "zero", "other page", "cut", "cut inside"}).Draw(t, "damage") {
		case "bit":
			hurt[p*page+rapid.IntRange(0, page-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case "byte":
			hurt[p*page+rapid.IntRange(0, 100).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		case "zero":
			clear(hurt[p*page : (p+1)*page])
		case "other page":
			copy(hurt[p*page:(p+1)*page], hurt[rapid.IntRange(2, pages-1).Draw(t, "from")*page:])
		case "cut":
			hurt = hurt[:p*page]
		case "cut inside":
			hurt = hurt[:p*page+rapid.IntRange(0, page-1).Draw(t, "at")]
		}
		copied := filepath.Join(folder, "hurt.db")
		if err := os.WriteFile(copied, hurt, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := Open(copied, Options{})
		if err != nil {
			found++
			wantError(t, err, store.ErrDamaged, "put the last backup in its place")
			return
		}
		got, err := readAll(db)
		if err = errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("unnoticed:\n%s", diff)
		}
	})
	if found == 0 {
		t.Error("no damage was found at all")
	}
}

// usedPages is how many pages of a file are in use or were.
func usedPages(t *testing.T, path string) int {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, _, v, err := readMeta(f)
	if err != nil {
		t.Fatal(err)
	}
	return int(v.high)
}

// A key that was changed, but still stands in order, would hide its record.
func TestDamagedKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	makeFull(t, path)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	hurt := bytes.ReplaceAll(file, []byte("T/n050"), []byte("T/n05/"))
	if bytes.Equal(hurt, file) {
		t.Fatal("there is no such key")
	}
	if err := os.WriteFile(path, hurt, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(path, Options{})
	wantError(t, err, store.ErrDamaged, "T/n05/")
}

func TestDamagedHead(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.db")
	makeFull(t, path)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	for _, heads := range [][]int{{0}, {1}, {0, 1}} {
		hurt := bytes.Clone(file)
		for _, h := range heads {
			hurt[h*page+40] ^= 1
		}
		path := filepath.Join(folder, fmt.Sprint("hurt", heads))
		if err := os.WriteFile(path, hurt, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := Open(path, Options{})
		if len(heads) == 2 {
			wantError(t, err, store.ErrDamaged, "does not begin as a store does")
			continue
		}
		if err != nil {
			t.Errorf("one head is enough: %v", err)
			continue
		}
		if err := errors.Join(db.Check(context.Background()), db.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestNotAStore(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a store\n"), 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(text, Options{})
	wantError(t, err, store.ErrDamaged, "does not begin as a store does")

	other := filepath.Join(folder, "other.db")
	file, err := bbolt.Open(other, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = file.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("someone else's"))
		return err
	})
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = Open(other, Options{})
	wantError(t, err, store.ErrDamaged, "not one of Greenroom's")

	if _, err := Open(folder, Options{}); err == nil || !strings.Contains(err.Error(), "name a file") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open(filepath.Join(folder, "absent", "a.db"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent folder: %v", err)
	}
}

// A page that goes bad while the store is open is an error of what needs it, and of nothing else.
func TestDamagedWhileOpen(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	makeFull(t, path)
	db := openAt(t, path, Options{})
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ref := store.Key("T", "n050")
	at := bytes.Index(whole, bytes.Repeat([]byte("n050"), 20))
	for ; at >= 0; at = nextIndex(whole, at, bytes.Repeat([]byte("n050"), 20)) { // old pages have it too
		if _, err := f.WriteAt([]byte("X"), int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	_, err = db.Load(ctx, ref)
	wantError(t, err, store.ErrDamaged, string(ref)) // it names itself
	if _, err := db.Load(ctx, store.Key("T", "n051")); err != nil {
		t.Errorf("its neighbour: %v", err)
	}
	bad := store.Unit{Read: []store.Read{{Ref: ref, Version: 1}}, Put: []store.Put{{Ref: "bad", Bytes: []byte("1")}}}
	errs := orderly{db}.CommitInOrder(ctx, []store.Unit{put("first", []byte("1")), put("good", []byte("1")), bad, put("good too", []byte("1"))})
	wantError(t, errs[2], store.ErrDamaged, string(ref))
	if err := errors.Join(errs[0], errs[1], errs[3]); err != nil {
		t.Errorf("the others of its group: %v", err)
	}
	records, err := db.Load(ctx, "good", "bad", "good too")
	if err != nil || records[0].Version == 0 || records[1].Version != 0 || records[2].Version == 0 {
		t.Errorf("%v, %v", records, err)
	}
	wantError(t, db.Check(ctx), store.ErrDamaged, string(ref))
}

func nextIndex(b []byte, after int, sub []byte) int {
	i := bytes.Index(b[after+1:], sub)
	if i < 0 {
		return -1
	}
	return after + 1 + i
}

// A page that the operating system cannot give is a fault in bbolt; here the file loses its end while it is open.
func TestCutOffWhileOpen(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	makeFull(t, path)
	db := openAt(t, path, Options{})
	if err := os.Truncate(path, int64(2*os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	_, err := db.List(ctx, "", "", 1000)
	wantError(t, err, store.ErrDamaged, "backup")
	wantError(t, db.Commit(ctx, put("a", []byte("1"))), store.ErrDamaged, "backup")
}

// A unit whose caller has left is taken back while it is still queued.
func TestWithdrawn(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "a.db"), Options{})
	tx, err := db.bolt.Begin(true) // the committer stops at it
	if err != nil {
		t.Fatal(err)
	}
	first := &request{unit: put("first", []byte("1")), answer: make(chan struct{}, 1)}
	if err := db.enqueue(context.Background(), first); err != nil {
		t.Fatal(err)
	}
	for first.state.Load() != taken {
		runtime.Gosched()
	}
	ctx, cancel := context.WithCancel(context.Background())
	second := make(chan error, 1)
	go func() { second <- db.Commit(ctx, put("second", []byte("1"))) }()
	for len(db.queue) == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("withdrawn: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	<-first.answer
	if first.err != nil {
		t.Error(first.err)
	}
	commit(t, db, put("third", []byte("1")))
	records, err := db.Load(context.Background(), "first", "second", "third")
	if err != nil || records[0].Version == 0 || records[1].Version != 0 || records[2].Version == 0 {
		t.Errorf("%v, %v", records, err)
	}
}

// Nobody waits for a place in a full queue longer than they want to.
func TestAFullQueueCanBeLeft(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "a.db"), Options{})
	tx, err := db.bolt.Begin(true) // the committer stops at it
	if err != nil {
		t.Fatal(err)
	}
	first := &request{unit: put("first", []byte("1")), answer: make(chan struct{}, 1)}
	if err := db.enqueue(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	for first.state.Load() != taken {
		runtime.Gosched()
	}
	for len(db.queue) < cap(db.queue) {
		if err := db.enqueue(t.Context(), &request{unit: put("more", []byte("1")), answer: make(chan struct{}, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.enqueue(ctx, &request{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// What is committed to a file that is not in its place any more would be gone with the process.
func TestTheFileIsTakenAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := openAt(t, path, Options{})
	commit(t, db, put("a", []byte("1")))
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	lookAgain(db)
	wantError(t, db.Commit(t.Context(), put("a", []byte("2"))), errTakenAway, "move it back")
	if b, err := store.NewReader(t.Context(), db).Get("a"); string(b) != "1" || err != nil {
		t.Errorf("reading: %q, %v", b, err)
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	commit(t, db, put("a", []byte("3")))

	if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte("another file"), 0o600)); err != nil {
		t.Fatal(err)
	}
	lookAgain(db)
	wantError(t, db.Commit(t.Context(), put("a", []byte("4"))), errTakenAway, "move it back")
	wantError(t, db.Close(), errTakenAway, path)
}

// lookAgain is the passing of inPlaceEvery.
func lookAgain(db *DB) {
	db.turn.Lock()
	defer db.turn.Unlock()
	db.looked = time.Time{}
}
