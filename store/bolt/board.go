package bolt

import (
	"context"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// boardIdle is how long a board that nobody asks for stays in memory.
const boardIdle = 10 * time.Minute

// Top reads the n first of a board.
func (db *DB) Top(ctx context.Context, b store.Board, n int) (top []store.Score, err error) {
	err = db.board(ctx, b, func(s *standing) { top = s.top(n) })
	return top, err
}

// Rank reads one member's place on a board.
func (db *DB) Rank(ctx context.Context, b store.Board, member string) (score store.Score, err error) {
	err = db.board(ctx, b, func(s *standing) { score = s.rank(member) })
	return score, err
}

// board calls look with the standing of a board, which is built first when it is not in memory.
func (db *DB) board(ctx context.Context, b store.Board, look func(*standing)) error {
	if err := db.view(ctx, func(tx *bbolt.Tx) error { return valid(tx, b) }); err != nil {
		return err
	}
	return db.boards.look(b, db.now(), look, func() (map[string]int64, uint64, error) {
		return db.sums(context.WithoutCancel(ctx), b) // others may be waiting for it too
	})
}

// valid tells whether a board can be told from days and months as they are kept now.
func valid(tx *bbolt.Tx, b store.Board) error {
	last, err := newest.get(tx, []byte(b.Workspace))
	if err != nil {
		return err
	}
	return b.Valid(string(last))
}

// boards are the boards in memory, by workspace because that is how points find them.
type boards struct {
	mu    sync.Mutex
	of    map[string]map[store.Board]*board
	swept time.Time
}

// board is a standing that commits keep current. Points that arrive while it is being built are pending: some of them are
// already in what is read from the file, which the sequence tells.
type board struct {
	standing
	asked   time.Time
	ready   chan struct{} // closed when it is built, or err is set
	err     error
	pending []addition
}

type addition struct {
	sequence uint64 // of the file, once the addition was in it
	member   string
	n        int64
}

// look finds the board, or builds it while others wait.
func (bs *boards) look(b store.Board, now time.Time, look func(*standing), build func() (map[string]int64, uint64, error)) error {
	bs.mu.Lock()
	found := bs.of[b.Workspace][b]
	if found == nil {
		found = &board{ready: make(chan struct{})}
		bs.keep(b, found)
		bs.mu.Unlock()
		sums, sequence, err := build()
		bs.mu.Lock()
		bs.finish(b, found, sums, sequence, err)
	} else {
		bs.mu.Unlock()
		<-found.ready
		bs.mu.Lock()
	}
	defer bs.mu.Unlock()
	if found.err != nil {
		return found.err
	}
	found.asked = now
	look(&found.standing)
	return nil
}

// keep, finish and drop are called with the lock held.
func (bs *boards) keep(b store.Board, found *board) {
	if bs.of == nil {
		bs.of = map[string]map[store.Board]*board{}
	}
	if bs.of[b.Workspace] == nil {
		bs.of[b.Workspace] = map[store.Board]*board{}
	}
	bs.of[b.Workspace][b] = found
}

func (bs *boards) finish(b store.Board, found *board, sums map[string]int64, sequence uint64, err error) {
	defer close(found.ready)
	if err != nil {
		found.err = err
		bs.drop(b)
		return
	}
	found.standing = newStanding(sums)
	for _, a := range found.pending {
		if sequence < a.sequence {
			found.add(a.member, a.n)
		}
	}
	found.pending = nil
}

func (bs *boards) drop(b store.Board) {
	delete(bs.of[b.Workspace], b)
	if len(bs.of[b.Workspace]) == 0 {
		delete(bs.of, b.Workspace)
	}
}

// add brings the boards up to date with points that have just become durable.
func (bs *boards) add(sequence uint64, added []store.Points) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	for _, p := range added {
		for b, live := range bs.of[p.Workspace] {
			if !b.Has(p.Workspace, p.Channel, p.Date) {
				continue
			}
			if live.built() {
				live.add(p.Member, p.N)
			} else {
				live.pending = append(live.pending, addition{sequence, p.Member, p.N})
			}
		}
	}
}

func (b *board) built() bool {
	select {
	case <-b.ready:
		return true
	default:
		return false
	}
}

// forget drops boards that nobody has asked for.
func (bs *boards) forget(now time.Time) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	if now.Sub(bs.swept) < boardIdle/10 {
		return
	}
	bs.swept = now
	for _, of := range bs.of {
		for b, live := range of {
			if live.built() && now.Sub(live.asked) > boardIdle {
				bs.drop(b)
			}
		}
	}
}
