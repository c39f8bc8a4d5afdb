// Package bolt keeps a store in one bbolt file. Units that are committed at the same time share one disk transaction:
// one goroutine gathers what is queued, checks each unit, applies the writes in the order of their keys, syncs once and
// answers everybody; a writer who is alone does that for itself. See layout.go for what is in the file.
package bolt

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// Options are how a store is opened; the zero Options are right for production.
type Options struct {
	// LockWait is how long Open waits for another process to let go of the file. Zero: half a second.
	LockWait time.Duration
	// MaxSize is how many bytes may be in use in the file; a commit that needs more fails with store.ErrFull. The last
	// eighth is for commits that only remove. The file itself may be up to 16 MiB larger: it grows in such steps.
	// Zero: as much as the disk has.
	MaxSize int64
	// MapSize is how many bytes of the file can be mapped before commits must wait for running reads (a Backup) in order to
	// map more. It costs addresses, not memory. Zero: twice the file, at least 1 GiB.
	MapSize int64
	// Now is the clock by which boards grow idle, and more than a day beyond which no event's time is believed. What the
	// store forgets is counted from the newest time of an event that it was told. Nil: time.Now.
	Now func() time.Time
	// Log is told what a person should know: that the file was brought to a new format and how to go back. Nil: the
	// default of slog.
	Log *slog.Logger

	openFile func(string, int, os.FileMode) (*os.File, error) // a test takes the file away
}

// aheadMax is how far beyond the clock an event's time is believed: an event from a wrong far future must not make the
// store forget everything.
const aheadMax = 24 * time.Hour

// DB is an open file. One process has it at a time.
type DB struct {
	path    string
	file    os.FileInfo // of what stood at path when it was opened
	bolt    *bbolt.DB
	now     func() time.Time
	maxSize int64
	queue   chan *request
	done    chan struct{} // closed when the committer has ended
	turn    sync.Mutex    // held by who writes: the committer, or a lone writer in its place
	before  int           // size of the group before; guarded by turn
	took    time.Duration // how long its commit took; guarded by turn
	looked  time.Time     // when the file was last seen in its place; guarded by turn
	closing sync.RWMutex  // held for reading while a request is put into the queue
	closed  bool          // guarded by closing
	clock   atomic.Int64  // newest Event.At in milliseconds; written by the committer
	touches touches
	boards  boards

	// The committer's own.
	sweep  sweep
	failed error // set when the disk failed: nothing is written after that; Close gives it once the committer has ended
}

var _ store.DB = (*DB)(nil)

// Open opens the file, or makes it. It checks every page first; what cannot be used is refused with store.ErrLocked,
// store.ErrDamaged or store.ErrNewer and a sentence that says what to do. A file of an older format is copied and then
// brought to this one.
func Open(path string, opts Options) (*DB, error) {
	db, err := open(path, opts, format, migrations)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	return db, nil
}

// Close waits for what is queued. Closing again does nothing.
func (db *DB) Close() error {
	db.closing.Lock()
	closed := db.closed
	db.closed = true
	db.closing.Unlock()
	if closed {
		<-db.done
		return nil
	}
	close(db.queue)
	<-db.done
	if err := errors.Join(db.failed, db.bolt.Close()); err != nil {
		return fmt.Errorf("close the store %s: %w", db.path, err)
	}
	return nil
}
