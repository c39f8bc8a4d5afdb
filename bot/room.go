package bot

import (
	"sync"

	"greenroom/bot/chat"
)

// rooms runs what happens in one room one after the other, in the order in which it came, and rooms beside each other.
// A room has a goroutine while it has something to do. The jobs of people are bounded; those of the bot itself are not
// refused, because what fired them bounds them.
type rooms struct {
	depth    int            // jobs that may wait in a room when a person adds one
	together func([]*visit) // makes visits of one room, in their order
	slots    chan struct{}  // one for each room that may work at the same moment

	mu     sync.Mutex
	closed bool
	queues map[string][]job // by room; a room is here while its goroutine lives
	work   sync.WaitGroup   // the goroutines; added to under mu and never once closed
}

// job is one thing that is done in a room: either alone, or a visit that is made together with those before and behind it.
type job struct {
	alone func()
	visit *visit
}

// togetherMax is how many visits are made together at most. The first of them waits until the last is decided.
const togetherMax = 16

func newRooms(depth, busy int, together func([]*visit)) *rooms {
	return &rooms{depth: depth, together: together, slots: make(chan struct{}, busy), queues: map[string][]job{}}
}

// add puts a job behind the others of its room. ErrBusy is for people only.
func (r *rooms) add(room string, person bool, j job) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return chat.ErrClosed
	}
	queue, busy := r.queues[room]
	if person && len(queue) >= r.depth {
		return chat.ErrBusy
	}
	r.queues[room] = append(queue, j)
	if !busy {
		r.work.Go(func() { r.drain(room) })
	}
	return nil
}

// drain is the goroutine of a busy room.
func (r *rooms) drain(room string) {
	for {
		alone, visits := r.next(room)
		if alone == nil && visits == nil {
			return
		}
		r.slots <- struct{}{}
		if alone != nil {
			alone()
		} else {
			r.together(visits)
		}
		<-r.slots
	}
}

// next takes the room's oldest job, or all visits at the head of its queue; with none left the room is idle and is
// forgotten.
func (r *rooms) next(room string) (alone func(), visits []*visit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	queue := r.queues[room]
	if len(queue) == 0 {
		delete(r.queues, room)
		return nil, nil
	}
	for _, j := range queue[:min(len(queue), togetherMax)] {
		if j.visit == nil {
			break
		}
		visits = append(visits, j.visit)
	}
	r.queues[room] = queue[max(1, len(visits)):]
	return queue[0].alone, visits
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
