package bolt

import (
	"encoding/binary"
	"fmt"
	"time"

	"greenroom/store"
)

// group applies units one after the other to a stage: what one wrote, the next one sees.
type group struct {
	*stage
	sequence uint64
	clock    int64 // newest Event.At, milliseconds
	latest   int64 // an Event.At beyond this does not move the clock
	added    []store.Points
	newMonth bool // a workspace's newest date came into a new month
}

// check tells why a unit cannot be applied; nothing has been changed then.
func (g *group) check(u *store.Unit) error {
	for e := range u.Events {
		at := store.Millis(e.At)
		mark, err := g.get(seen, timed(at, e.Name))
		if err != nil {
			return err
		}
		if mark != nil && !g.forgotten(at, store.SeenFor) {
			return fmt.Errorf("event %s: %w", e.Name, store.ErrSeen)
		}
	}
	if u.Fired != nil {
		at, err := g.get(wakenames, []byte(u.Fired.Name))
		if err != nil {
			return err
		}
		if at == nil || string(at) != string(timed(store.Millis(u.Fired.At), "")) {
			return fmt.Errorf("wake row %s: %w", u.Fired.Name, store.ErrSeen)
		}
	}
	for _, r := range u.Read {
		b, err := g.get(records, []byte(r.Ref))
		if err != nil {
			return err
		}
		if version(b) != r.Version {
			return store.Conflict{Ref: r.Ref}
		}
	}
	return nil
}

// version of a record's value: 0 when there is none.
func version(record []byte) uint64 {
	if len(record) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(record)
}

// forgotten tells whether something that is kept for a time after at is over.
func (g *group) forgotten(at int64, keep time.Duration) bool { return forgotten(g.clock, at, keep) }

func forgotten(clock, at int64, keep time.Duration) bool { return at < clock-keep.Milliseconds() }

// apply stages everything that a unit changes. After an error the stage is not to be used any more.
func (g *group) apply(u *store.Unit) error {
	for e := range u.Events {
		at := store.Millis(e.At)
		g.put(seen, timed(at, e.Name), nil)
		if at <= g.latest {
			g.clock = max(g.clock, at)
		}
	}
	if u.Fired != nil {
		g.removeWake(u.Fired.Name, store.Millis(u.Fired.At))
	}
	for _, p := range u.Put {
		if p.Bytes == nil {
			g.delete(records, []byte(p.Ref))
		} else {
			g.put(records, []byte(p.Ref), recordValue(g.next(), p.Bytes))
		}
	}
	for _, d := range u.Sent {
		if err := g.done(d); err != nil {
			return err
		}
	}
	for _, r := range u.Send {
		if err := g.send(r); err != nil {
			return err
		}
	}
	for _, w := range u.Wake {
		if err := g.wake(w); err != nil {
			return err
		}
	}
	for _, p := range u.Points {
		if err := g.points(p); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) next() uint64 {
	g.sequence++
	return g.sequence
}

func (g *group) done(d store.Done) error {
	order, place, err := g.findRow(d.Key)
	if err != nil {
		return err
	}
	if order != 0 {
		value, err := g.get(rows, number(order))
		if err != nil {
			return err
		}
		if len(value) < 8 {
			return damaged("outbox row %q has a key only", d.Key)
		}
		if binary.BigEndian.Uint64(value) == d.Rev {
			g.removeRow(d.Key, place, order)
		}
	}
	if d.ID == "" {
		return nil
	}
	return g.use(d.Key, d.ID, store.Millis(d.At))
}

// findRow finds where the unsent row of a key stands; order 0: there is none.
func (g *group) findRow(key string) (order uint64, place string, err error) {
	value, err := g.get(rowkeys, []byte(key))
	if err != nil || value == nil {
		return 0, "", err
	}
	order, place, err = readRowRef(value)
	if err != nil {
		return 0, "", damaged("outbox row %q: %v", key, err)
	}
	return order, place, nil
}

func (g *group) removeRow(key, place string, order uint64) {
	g.delete(rows, number(order))
	g.delete(places, placeKey(place, order))
	g.delete(rowkeys, []byte(key))
}

// use sets the id that was sent under a key and the time of its last use.
func (g *group) use(key, id string, at int64) error {
	old, err := g.get(sent, []byte(key))
	if err != nil {
		return err
	}
	if old != nil {
		g.delete(sentuse, append(copied(old[:8]), key...))
	}
	g.put(sent, []byte(key), timed(at, id))
	g.put(sentuse, timed(at, key), nil)
	return nil
}

func (g *group) send(r store.Row) error {
	r.Rev = g.next()
	order, place, err := g.findRow(r.Key)
	if err != nil {
		return err
	}
	if order != 0 && place == r.Place {
		g.put(rows, number(order), rowValue(r))
		return nil
	}
	if order != 0 {
		g.removeRow(r.Key, place, order)
	} else if done, err := g.isSent(r.Key); err != nil || done {
		return err
	}
	g.put(rows, number(r.Rev), rowValue(r)) // the sequence grows, so its end is the end of every place
	g.put(places, placeKey(r.Place, r.Rev), nil)
	g.put(rowkeys, []byte(r.Key), rowRef(r.Rev, r.Place))
	return nil
}

func (g *group) isSent(key string) (bool, error) {
	value, err := g.get(sent, []byte(key))
	if err != nil || value == nil {
		return false, err
	}
	used, _, err := readTimed(value)
	if err != nil {
		return false, damaged("sent %q: %v", key, err)
	}
	return !g.forgotten(used, store.MessageFor), nil
}

func (g *group) wake(w store.Wake) error {
	at, err := g.get(wakenames, []byte(w.Name))
	if err != nil {
		return err
	}
	if at != nil {
		ms, _, err := readTimed(at)
		if err != nil {
			return damaged("wake row %q: %v", w.Name, err)
		}
		g.removeWake(w.Name, ms)
	}
	if w.At.IsZero() {
		return nil
	}
	ms := store.Millis(w.At)
	g.put(wake, timed(ms, w.Name), w.Body)
	g.put(wakenames, []byte(w.Name), timed(ms, ""))
	return nil
}

func (g *group) removeWake(name string, ms int64) {
	g.delete(wake, timed(ms, name))
	g.delete(wakenames, []byte(name))
}

// points adds to a day's sum, or to its month's where that is over. Sums that come to nothing are not kept.
func (g *group) points(p store.Points) error {
	g.added = append(g.added, p)
	last, err := g.get(newest, []byte(p.Workspace))
	if err != nil {
		return err
	}
	if p.Date > string(last) {
		g.newMonth = g.newMonth || last != nil && p.Date[:7] > string(last[:7])
		g.put(newest, []byte(p.Workspace), []byte(p.Date))
		last = []byte(p.Date)
	}
	if p.Date < store.DaysFrom(string(last)) {
		return g.add(months, pointsKey(p.Workspace, p.Channel, p.Date[:7], p.Member), p.N)
	}
	return g.add(days, pointsKey(p.Workspace, p.Channel, p.Date, p.Member), p.N)
}

func (g *group) add(b bucket, key []byte, n int64) error {
	value, err := g.get(b, key)
	if err != nil {
		return err
	}
	if value != nil {
		old, err := readSum(value)
		if err != nil {
			return damaged("%s %q: %v", bucketNames[b], key, err)
		}
		n += old
	}
	if n == 0 {
		g.delete(b, key)
	} else {
		g.put(b, key, sum(n))
	}
	return nil
}
