package bot

import (
	"context"
	"sync"
	"time"

	"greenroom/store"
)

// moody is a store that counts its calls and fails, while it is told to, before it does anything.
type moody struct {
	store.DB
	mu    sync.Mutex
	err   error
	calls int
}

func (m *moody) set(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
	m.calls = 0
}

func (m *moody) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls
}

func (m *moody) called() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	return m.err
}

func (m *moody) Commit(ctx context.Context, u store.Unit) error {
	if err := m.called(); err != nil {
		return err
	}
	return m.DB.Commit(ctx, u)
}

func (m *moody) Due(ctx context.Context, until time.Time, n int) ([]store.Wake, error) {
	if err := m.called(); err != nil {
		return nil, err
	}
	return m.DB.Due(ctx, until, n)
}

func (m *moody) Outbox(ctx context.Context, after string, n int) ([]store.Row, error) {
	if err := m.called(); err != nil {
		return nil, err
	}
	return m.DB.Outbox(ctx, after, n)
}
