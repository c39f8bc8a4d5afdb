package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// turns lets a few places of a platform send at once. Who came first goes first: a place that must try again keeps its
// number, and goes before those that came after it.
type turns struct {
	mu      sync.Mutex
	free    int
	last    uint64  // number given out
	waiting []*turn // by number
}

// turn is one place's: it waits, has it, or has given it back.
type turn struct {
	of     *turns
	number uint64
	comes  chan struct{} // closed when it has come
}

func newTurns(n int) *turns { return &turns{free: n} }

// next is a turn after all others.
func (t *turns) next() *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	n := &turn{of: t, number: t.last}
	t.line(n)
	return n
}

// line has a turn wait, and lets those come that may.
func (t *turns) line(n *turn) {
	n.comes = make(chan struct{})
	i, _ := slices.BinarySearchFunc(t.waiting, n.number, func(w *turn, number uint64) int { return cmp.Compare(w.number, number) })
	t.waiting = slices.Insert(t.waiting, i, n)
	t.begin()
}

func (t *turns) begin() {
	for t.free > 0 && len(t.waiting) > 0 {
		t.free--
		close(t.waiting[0].comes)
		t.waiting = slices.Delete(t.waiting, 0, 1)
	}
}

// wait waits for the turn. It is false when ctx ends before; then the turn is over.
func (n *turn) wait(ctx context.Context) bool {
	select {
	case <-n.comes:
	case <-ctx.Done():
	}
	if ctx.Err() == nil {
		return true
	}
	n.of.mu.Lock()
	defer n.of.mu.Unlock()
	if i := slices.Index(n.of.waiting, n); i >= 0 {
		n.of.waiting = slices.Delete(n.of.waiting, i, i+1)
		return false
	}
	n.of.free++
	n.of.begin()
	return false
}

// end gives the turn back.
func (n *turn) end() {
	n.of.mu.Lock()
	defer n.of.mu.Unlock()
	n.of.free++
	n.of.begin()
}

// again waits anew with the same number.
func (n *turn) again() {
	n.of.mu.Lock()
	defer n.of.mu.Unlock()
	n.of.line(n)
}
