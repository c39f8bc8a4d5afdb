package storetest

import (
	"context"
	"errors"
	"sync"

	"greenroom/store"
)

// ErrFault is what a Faulty store fails with: an error that nobody knows, after which a unit may have been applied or not.
var ErrFault = errors.New("the disk failed, as the test wants")

// Fault says which commit fails, counted from 1, and whether before it is applied or after.
type Fault struct {
	Commit int
	After  bool
}

// Faulty wraps a store so that some of its commits fail. Units that change nothing are not counted: they are no writes.
func Faulty(db store.DB, faults ...Fault) *FaultyDB { return &FaultyDB{DB: db, faults: faults} }

// FaultyDB is a store with faults.
type FaultyDB struct {
	store.DB
	faults []Fault

	mu      sync.Mutex
	commits int
}

// Commit fails before or after the unit is applied, where a fault says so. After is only reached by a unit that is applied:
// one that is refused has its own error.
func (f *FaultyDB) Commit(ctx context.Context, u store.Unit) error {
	if u.Empty() {
		return f.DB.Commit(ctx, u)
	}
	f.mu.Lock()
	f.commits++
	n := f.commits
	f.mu.Unlock()
	if f.has(Fault{n, false}) {
		return ErrFault
	}
	if err := f.DB.Commit(ctx, u); err != nil {
		return err
	}
	if f.has(Fault{n, true}) {
		return ErrFault
	}
	return nil
}

func (f *FaultyDB) has(fault Fault) bool {
	for _, one := range f.faults {
		if one == fault {
			return true
		}
	}
	return false
}

// Commits is how many commits were tried so far.
func (f *FaultyDB) Commits() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.commits
}
