package bolt

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"greenroom/store"
	"greenroom/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBolt(t *testing.T) {
	storetest.Run(t, storetest.Implementation{
		Open: func(folder string) (store.DB, error) {
			db, err := Open(filepath.Join(folder, "greenroom.db"), Options{LockWait: 5 * time.Second})
			if err != nil {
				return nil, err
			}
			return orderly{db}, nil
		},
	})
}

// orderly takes units into one group.
type orderly struct{ *DB }

func (o orderly) CommitInOrder(ctx context.Context, units []store.Unit) []error {
	tx, err := o.bolt.Begin(true) // the committer stops at it, with the first unit in its hands
	if err != nil {
		return []error{err}
	}
	all := make([]*request, len(units))
	for i, u := range units {
		all[i] = &request{unit: u, answer: make(chan struct{}, 1)}
		if err := o.enqueue(ctx, all[i]); err != nil {
			return []error{err}
		}
	}
	if err := tx.Rollback(); err != nil {
		return []error{err}
	}
	errs := make([]error, len(all))
	for i, r := range all {
		<-r.answer
		errs[i] = r.err
	}
	return errs
}
