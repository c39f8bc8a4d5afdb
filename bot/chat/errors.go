package chat

import (
	"errors"
	"fmt"
	"time"
)

// Reason says why an action will never be carried out. It is constant text, fit for a metrics label.
type Reason string

const (
	ReasonGone       Reason = "gone"        // the channel or member no longer exists
	ReasonForbidden  Reason = "forbidden"   // the bot may not write there
	ReasonArchived   Reason = "archived"    // the channel is archived, the thread locked
	ReasonTooLong    Reason = "too_long"    // the platform takes no message of this size
	ReasonDMClosed   Reason = "dm_closed"   // the member takes no direct messages
	ReasonParentGone Reason = "parent_gone" // the message to edit, or the parent of the thread, is gone
	ReasonRevoked    Reason = "revoked"     // the workspace removed the bot
	ReasonExpired    Reason = "expired"     // its life ended before it could be sent
	ReasonDoubt      Reason = "doubt"       // nobody can tell whether it was sent, and it is not sent twice
	ReasonPoison     Reason = "poison"      // sending it panicked three times
)

// Refused is the error of a Send that never will succeed.
type Refused struct {
	Reason Reason
	Detail string // the platform's own words, for the log
}

func (r *Refused) Error() string { return fmt.Sprintf("refused: %s (%s)", r.Reason, r.Detail) }

// Wait is the error of a Send that was not carried out and may be tried again at Until.
type Wait struct{ Until time.Time }

func (w *Wait) Error() string { return "wait until " + w.Until.UTC().Format(time.RFC3339Nano) }

// Fatal is the error of a Run that would fail the same way again: a token that was revoked, a port in use. The platform
// is not started again, and the health shows its text: a sentence that names no workspace and nobody.
type Fatal struct{ Err error }

func (f *Fatal) Error() string { return f.Err.Error() }

// Unwrap gives the cause.
func (f *Fatal) Unwrap() error { return f.Err }

var (
	// ErrCannotTell is the answer of Find where the platform has no way to know.
	ErrCannotTell = errors.New("the platform cannot tell whether it was sent")
	// ErrBusy is the answer of a Handler whose room has too much waiting; the event was not taken.
	ErrBusy = errors.New("too much is waiting in this conversation")
	// ErrClosed is the answer of a Handler that is shutting down; the event was not taken.
	ErrClosed = errors.New("Greenroom is stopping")
)
