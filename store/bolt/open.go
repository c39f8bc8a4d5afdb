package bolt

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// open takes the format as an argument so that a test can play a later Greenroom.
func open(path string, opts Options, format int, migrations []migration) (*DB, error) {
	if err := verifyFile(path, opts); err != nil {
		return nil, err
	}
	file, err := openFile(path, opts)
	if err != nil {
		return nil, err
	}
	db := &DB{
		path:  path,
		bolt:  file,
		now:   opts.Now,
		queue: make(chan *request, groupMax),
		done:  make(chan struct{}),
		sweep: sweep{fold: true},

		maxSize: opts.MaxSize,
	}
	if db.now == nil {
		db.now = time.Now
	}
	if err := db.prepare(format, migrations, cmp.Or(opts.Log, slog.Default())); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	go db.committer()
	return db, nil
}

// verifyFile checks an existing file under a shared lock, before bbolt trusts a page of it.
func verifyFile(path string, opts Options) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Size() == 0:
		return nil // bbolt makes it
	case err != nil:
		return explained(err)
	case info.IsDir():
		return errors.New("it is a folder: name a file")
	}
	file, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait(opts)})
	if err != nil {
		return explained(err)
	}
	return errors.Join(verify(path), file.Close())
}

func lockWait(opts Options) time.Duration { return cmp.Or(opts.LockWait, 500*time.Millisecond) }

func openFile(path string, opts Options) (file *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	mapSize := opts.MapSize
	if mapSize == 0 {
		mapSize = 1 << 30
		if info, err := os.Stat(path); err == nil {
			mapSize = max(mapSize, 2*info.Size())
		}
	}
	file, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         lockWait(opts),
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true, // found again on opening, which reads every page as verify does
		InitialMmapSize: int(mapSize),
		MaxSize:         int(opts.MaxSize),
		NoStatistics:    opts.MaxSize == 0, // they tell how much of the file is free
		OpenFile:        opts.openFile,
	})
	return file, explained(err)
}

// prepare brings the content to the format and reads what the committer keeps in memory.
func (db *DB) prepare(format int, migrations []migration, log *slog.Logger) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	if err := db.bolt.Update(createLayout); err != nil {
		return explained(err)
	}
	if err := syncFolder(filepath.Dir(db.path)); err != nil {
		return err
	}
	if db.file, err = os.Stat(db.path); err != nil {
		return err
	}
	if err := db.migrate(format, migrations, log); err != nil {
		return err
	}
	return db.bolt.View(func(tx *bbolt.Tx) error {
		for b := range buckets {
			b.in(tx)
		}
		db.clock.Store(lastSeen(tx, store.Millis(db.now().Add(aheadMax))))
		return nil
	})
}

// lastSeen is the newest time of an event that is believed: the store's clock.
func lastSeen(tx *bbolt.Tx, limit int64) int64 {
	c := seen.in(tx).Cursor()
	k, _ := c.Seek(timed(limit, "\xff\xff"))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	if len(k) < 8 {
		return store.Millis(time.Time{})
	}
	return int64(binary.BigEndian.Uint64(k) ^ 1<<63)
}

// syncFolder makes the name of a new file durable.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("sync the folder of the store: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
