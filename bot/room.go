package bot

import (
	"sync"

	"greenroom/bot/chat"
)

// rooms runs what happens in one room one after the other, in the order in which it came, and rooms beside each other.
// A room has a goroutine while it has something to do. The jobs of people are bounded; those of the bot itself are not
// refused, because what fired them bounds them.
type rooms struct {
	depth int           // jobs that may wait in a room when a person adds one
	slots chan struct{} // one for each room that may work at the same moment

	mu     sync.Mutex
	closed bool
	queues map[string][]func() // by room; a room is here while its goroutine lives
	work   sync.WaitGroup      // the goroutines; added to under mu and never once closed
}

func newRooms(depth, busy int) *rooms {
	return &rooms{depth: depth, slots: make(chan struct{}, busy), queues: map[string][]func(){}}
}

// add puts a job behind the others of its room. ErrBusy is for people only.
func (r *rooms) add(room string, person bool, job func()) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return chat.ErrClosed
	}
	queue, busy := r.queues[room]
	if person && len(queue) >= r.depth {
		return chat.ErrBusy
	}
	r.queues[room] = append(queue, job)
	if !busy {
		r.work.Go(func() { r.drain(room) })
	}
	return nil
}

// drain is the goroutine of a busy room.
func (r *rooms) drain(room string) {
	for {
		job := r.next(room)
		if job == nil {
			return
		}
		r.slots <- struct{}{}
		job()
		<-r.slots
	}
}

// next takes the room's oldest job; with none left the room is idle and is forgotten.
func (r *rooms) next(room string) func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	queue := r.queues[room]
	if len(queue) == 0 {
		delete(r.queues, room)
		return nil
	}
	r.queues[room] = queue[1:]
	return queue[0]
}

// busy counts the rooms that have something to do.
func (r *rooms) busy() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.queues)
}

// open tells whether jobs are still taken.
func (r *rooms) open() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.closed
}

// close refuses new jobs; those that were taken go on.
func (r *rooms) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}
