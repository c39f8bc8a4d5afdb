package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"greenroom/store"
)

// errTakenAway is the error of commits while another file, or none, stands in the place of the one in use.
var errTakenAway = errors.New("the file was moved, deleted or replaced while it was in use, so nothing more is written: " +
	"move it back and it goes on by itself, or start Greenroom again with what stands there now")

// damage is a fault found in the file; its errors are store.ErrDamaged.
type damage string

func (d damage) Error() string {
	return fmt.Sprintf("%v: %s; stop Greenroom, keep this file, and put the last backup in its place", store.ErrDamaged, string(d))
}

func (damage) Unwrap() error { return store.ErrDamaged }

func damaged(format string, args ...any) error { return damage(fmt.Sprintf(format, args...)) }

// recovered turns the panic with which bbolt answers an impossible page, or the fault of reading beyond the file's end,
// into an error. Deferred where pages are read; the caller has called debug.SetPanicOnFault.
func recovered(err *error) {
	switch r := recover().(type) {
	case nil:
	case damage:
		*err = r
	default:
		*err = damaged("%v", r)
	}
}

// explained gives an error of bbolt or of the disk the meaning that the contract knows.
func explained(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrDamaged):
		return err
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return store.ErrClosed
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("%w: stop the other Greenroom, or give this one a data folder of its own", store.ErrLocked)
	case isFull(err):
		return fmt.Errorf("%w: nothing was written; make room on the disk or raise the limit, and it goes on by itself (%w)", store.ErrFull, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w; let the user who runs Greenroom read and write the file and its folder", err)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return damaged("the file does not begin as a store does (%v)", err)
	}
	return err
}

// isFull looks at the text too, because bbolt does not wrap the error of growing the file.
func isFull(err error) bool {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return true
	}
	for _, full := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) || strings.HasSuffix(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}
