// Package store is the contract of Greenroom's memory: records, the inbox of events that were seen, the outbox of what
// is to be sent, wake rows and points. It knows nothing of quizzes and nothing of platforms.
//
// Reading is separate from deciding: load records, decide, then commit one Unit that holds everything the event changes.
// A unit is data, so it can be checked, grouped with others into one disk transaction, retried and compared between
// implementations. Package storetest is the exported suite that every implementation passes; store/bolt is the default.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// DB is one process's store. All methods may be called from many goroutines. Bytes that are handed in are not kept
// and bytes that are handed out belong to the caller. A read sees every commit that has returned before it began. Any
// method may fail with ErrClosed, with ErrDamaged (the error names what is damaged) or because its context has ended.
type DB interface {
	// Load reads records at one moment; a missing one has Version 0.
	Load(ctx context.Context, refs ...Ref) ([]Record, error)
	// List reads up to n records whose Ref begins with prefix and is greater than after, in byte order. It is not
	// protected against newcomers: what must hold stands in one record.
	List(ctx context.Context, prefix, after Ref, n int) ([]Record, error)
	// Commit applies a unit entirely or not at all and returns when it is durable. ErrSeen: the event, or the wake
	// row that fired, was handled before. ErrConflict, as a Conflict: something that was read has changed. ErrFull: no space, which may
	// change. ErrInvalid: see Unit.Valid. After these nothing was written; after any other error the unit may or may not
	// have been applied. A unit that changes nothing is only checked, against one moment, and costs no write.
	Commit(ctx context.Context, u Unit) error
	// Outbox reads the oldest unsent row of each place whose name is greater than after, in order of place, up to n. What
	// it costs does not depend on how many rows wait in a place.
	Outbox(ctx context.Context, after string, n int) ([]Row, error)
	// Message is the platform's id of what was sent under a key, empty when nothing was (or it is over 90 days ago). Asking
	// is a use of the id, from which the 90 days count anew.
	Message(ctx context.Context, key string) (id string, err error)
	// Due reads up to n wake rows that are due at until, earliest first, those of one instant by name. With a far until it
	// tells the next one.
	Due(ctx context.Context, until time.Time, n int) ([]Wake, error)
	// Top reads the n first of a board: most points first, ties share a rank and are ordered by member.
	Top(ctx context.Context, b Board, n int) ([]Score, error)
	// Rank reads one member's place on a board, with the neighbours; Rank 0 when the member has no points there.
	Rank(ctx context.Context, b Board, member string) (Score, error)
	// Backup writes a copy of one moment while the store is in use. errors.ErrUnsupported: there is nothing to copy.
	Backup(ctx context.Context, w io.Writer) error
	// Close waits for what is under way. Later calls fail with ErrClosed; closing again does nothing.
	Close() error
}

// Ref names a record: an ordered tuple, written by Key.
type Ref string

// Record is a stored value with the version that it had when it was read: every write gives a new one, never used before.
type Record struct {
	Ref     Ref
	Version uint64 // 0: there is no such record
	Bytes   []byte
}

// Unit is everything that one event changes. Its parts apply in the order Fired, Put, Sent, Send, Wake, Points, and the
// elements of each in theirs, so the last of several writes to one name counts.
type Unit struct {
	Event  EventID   // refused the second time for three days; the zero EventID is not remembered
	Also   []EventID // further events that this unit handles, each like Event: seen before, it refuses the whole unit
	Fired  *Wake     // a wake row that this unit handles: removed with it; ErrSeen when it no longer stands at that time
	Read   []Read    // every Ref that was read, absent ones too, with its version: all are checked
	Put    []Put     // records to write
	Send   []Row     // outbox rows to add, by key; see Row
	Sent   []Done    // outbox rows that are over
	Wake   []Wake    // wake rows to set, by name; the same name again moves it, a zero time removes it
	Points []Points  // added blindly
}

// EventID names an event: by both fields, At in whole milliseconds. At comes from the event itself and is the same each
// time it is delivered; the mark is kept for three days after it. The store's clock is the newest At that was committed:
// what it forgets is counted from there.
type EventID struct {
	At   time.Time
	Name string
}

// Read is a record's version as it was read.
type Read struct {
	Ref     Ref
	Version uint64
}

// Put writes a record; nil Bytes delete it.
type Put struct {
	Ref   Ref
	Bytes []byte
}

// Row is something to be sent. A row whose key is waiting unsent takes that row's place in the order (so the newest
// edit of a message goes out where the older stood); with another Place it goes to the end of that one. Otherwise, a row
// whose key was sent with an id is left out: it has been done.
type Row struct {
	Key   string
	Place string // rows of one place are sent in the order in which they were committed, one at a time
	Body  []byte
	Rev   uint64 // set by the store: grows from row to row, over all places and even if a row was removed meanwhile; see Done
}

// Done ends a row. With an ID the key is remembered with it for 90 days after its last use; with an empty ID the row
// is only removed. Where Rev is not the row's (it was replaced while it was under way) the row stays, and an ID is
// remembered all the same.
type Done struct {
	Key string
	Rev uint64
	ID  string
	At  time.Time // when it was sent, from which the 90 days count
}

// Wake is a row that becomes due at an instant. As a Unit's Fired it needs no Body.
type Wake struct {
	Name string
	At   time.Time // whole milliseconds; stores round down
	Body []byte
}

// Points are added to one member's sum on one local date. N is in quarters of a point and may be negative.
type Points struct {
	Workspace, Channel, Member string
	Date                       string // 2006-01-02
	N                          int64
}

// Board asks for the sums over a range of local dates, both included. Dates older than the month before the newest
// date ever written in the workspace are kept as sums of whole months, so a range that begins or ends within such a month
// is an error: see Board.Valid. Members whose sum is zero are not on the board.
type Board struct {
	Workspace string
	Channel   string // empty: the whole workspace
	From, To  string // 2006-01-02; empty From: from the beginning; empty To: to the end
}

// Score is one member's sum on a board.
type Score struct {
	Member       string
	N            int64  // quarters of a point
	Rank         int    // 1 is first; members with the same N share it
	Of           int    // Rank only: how many members are on the board
	Above, Below *Score // Rank only: the neighbours, where there are any
}

var (
	ErrSeen     = errors.New("the event was handled before")
	ErrConflict = errors.New("a record has changed since it was read")
	ErrFull     = errors.New("the store is full")
	ErrClosed   = errors.New("the store is closed")
	ErrLocked   = errors.New("the store is in use by another process")
	ErrDamaged  = errors.New("the store is damaged")
	ErrNewer    = errors.New("the store was written by a newer Greenroom")
)

// Conflict is the ErrConflict of one record.
type Conflict struct{ Ref Ref }

func (c Conflict) Error() string { return fmt.Sprintf("record %s: %v", c.Ref, ErrConflict) }

// Unwrap gives ErrConflict.
func (Conflict) Unwrap() error { return ErrConflict }

// How long the store remembers.
const (
	SeenFor    = 3 * 24 * time.Hour
	MessageFor = 90 * 24 * time.Hour
	UseEvery   = 24 * time.Hour // asking for a Message counts as its use once in this time
)
