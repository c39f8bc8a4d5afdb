// Package storetest is the suite that every implementation of the store passes, and the fault injector with which the
// users of a store test what they do when it fails.
package storetest

import (
	"context"
	"errors"
	"os"
	"testing"

	"greenroom/store"
)

// Implementation is what the suite needs to know of a store.
type Implementation struct {
	// Open opens the store that lives in a folder; a second Open, after Close, finds what the first one left.
	Open func(folder string) (store.DB, error)
	// Volatile is set where Close is the end of everything: what has to do with opening again is then left out.
	Volatile bool
}

// Checker is what a store has that can check itself: the suite asks it after every test.
type Checker interface {
	Check(ctx context.Context) error
}

// Orderly is what a store has that can take units into one group, in order; their errors must be as if they had been
// committed one by one.
type Orderly interface {
	CommitInOrder(ctx context.Context, units []store.Unit) []error
}

// Run runs the suite. It starts the test binary again as the process that is killed, with the name of the test that
// calls Run.
func Run(t *testing.T, im Implementation) {
	if folder := os.Getenv(victimFolder); folder != "" {
		beVictim(t, im, folder)
		return
	}
	t.Run("examples", func(t *testing.T) { testExamples(t, im) })
	t.Run("model", func(t *testing.T) { testModel(t, im) })
	t.Run("concurrent", func(t *testing.T) { testConcurrent(t, im) })
	t.Run("many places", func(t *testing.T) { testManyPlaces(t, im) })
	t.Run("space", func(t *testing.T) { testSpace(t, im) })
	t.Run("faults", func(t *testing.T) { testFaults(t, im) })
	if !im.Volatile {
		t.Run("backup", func(t *testing.T) { testBackup(t, im) })
		t.Run("kill", func(t *testing.T) { testKill(t, im) })
	}
}

// open opens a store in an empty folder; when the test ends it is checked and closed.
func open(t testing.TB, im Implementation) store.DB {
	t.Helper()
	return openIn(t, im, t.TempDir())
}

func openIn(t testing.TB, im Implementation, folder string) store.DB {
	t.Helper()
	db, err := im.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := checkAndClose(db); err != nil && !errors.Is(err, store.ErrClosed) { // the test may have closed it
			t.Error(err)
		}
	})
	return db
}

func checkAndClose(db store.DB) error {
	if c, ok := db.(Checker); ok {
		if err := c.Check(context.Background()); err != nil {
			return err
		}
	}
	return db.Close()
}
