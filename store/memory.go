package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is the contract in its plainest form: maps under one lock. It is the model that other implementations are
// compared with and the store of tests; it keeps everything it is told until the process ends.
type Memory struct {
	mu       sync.Mutex
	closed   bool
	sequence uint64            // last Version or Rev given out
	clock    int64             // newest Event.At, in milliseconds; what the store forgets is counted from here
	records  map[Ref]Record    //
	seen     map[mark]bool     //
	rows     map[string]row    // by key
	sent     map[string]sent   // by key
	wakes    map[string]Wake   // by name
	points   map[sum]int64     // quarters
	newest   map[string]string // newest date by workspace
}

type mark struct {
	at   int64
	name string
}

type row struct {
	Row
	order uint64 // its place in the order: the sequence at which its key was first sent
}

type sent struct {
	id   string
	used int64 // milliseconds
}

type sum struct{ workspace, channel, member, date string }

var _ DB = (*Memory)(nil)

// NewMemory makes an empty store.
func NewMemory() *Memory {
	return &Memory{
		clock:   Millis(time.Time{}),
		records: map[Ref]Record{},
		seen:    map[mark]bool{},
		rows:    map[string]row{},
		sent:    map[string]sent{},
		wakes:   map[string]Wake{},
		points:  map[sum]int64{},
		newest:  map[string]string{},
	}
}

// begin takes the lock, unless the store is closed or the caller no longer waits.
func (m *Memory) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrClosed
	}
	return nil
}

// Load reads records at one moment.
func (m *Memory) Load(ctx context.Context, refs ...Ref) ([]Record, error) {
	if err := m.begin(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	records := make([]Record, len(refs))
	for i, ref := range refs {
		records[i] = m.record(ref)
	}
	return records, nil
}

func (m *Memory) record(ref Ref) Record {
	r, ok := m.records[ref]
	if !ok {
		return Record{Ref: ref}
	}
	r.Bytes = clone(r.Bytes)
	return r
}

// List reads records in the order of their Refs.
func (m *Memory) List(ctx context.Context, prefix, after Ref, n int) ([]Record, error) {
	if err := m.begin(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var refs []Ref
	for ref := range m.records {
		if strings.HasPrefix(string(ref), string(prefix)) && ref > after {
			refs = append(refs, ref)
		}
	}
	slices.Sort(refs)
	var records []Record
	for _, ref := range first(refs, n) {
		records = append(records, m.record(ref))
	}
	return records, nil
}

// Commit applies a unit.
func (m *Memory) Commit(ctx context.Context, u Unit) error {
	if err := u.Valid(); err != nil {
		return err
	}
	if err := m.begin(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	if err := m.check(u); err != nil {
		return err
	}
	m.apply(u)
	return nil
}

func (m *Memory) check(u Unit) error {
	for e := range u.Events {
		if at := Millis(e.At); m.seen[mark{at, e.Name}] && !m.forgotten(at, SeenFor) {
			return fmt.Errorf("event %s: %w", e.Name, ErrSeen)
		}
	}
	if u.Fired != nil {
		if w, ok := m.wakes[u.Fired.Name]; !ok || Millis(w.At) != Millis(u.Fired.At) {
			return fmt.Errorf("wake row %s: %w", u.Fired.Name, ErrSeen)
		}
	}
	for _, r := range u.Read {
		if m.records[r.Ref].Version != r.Version {
			return Conflict{r.Ref}
		}
	}
	return nil
}

// forgotten tells whether something that is kept for a time after at is over.
func (m *Memory) forgotten(at int64, keep time.Duration) bool {
	return at < m.clock-keep.Milliseconds()
}

func (m *Memory) apply(u Unit) {
	for e := range u.Events {
		at := Millis(e.At)
		m.seen[mark{at, e.Name}] = true
		m.clock = max(m.clock, at)
	}
	if u.Fired != nil {
		delete(m.wakes, u.Fired.Name)
	}
	for _, p := range u.Put {
		if p.Bytes == nil {
			delete(m.records, p.Ref)
		} else {
			m.records[p.Ref] = Record{p.Ref, m.next(), clone(p.Bytes)}
		}
	}
	for _, d := range u.Sent {
		m.done(d)
	}
	for _, r := range u.Send {
		m.send(r)
	}
	for _, w := range u.Wake {
		if w.At.IsZero() {
			delete(m.wakes, w.Name)
		} else {
			m.wakes[w.Name] = Wake{w.Name, FromMillis(Millis(w.At)), clone(w.Body)}
		}
	}
	for _, p := range u.Points {
		m.points[sum{p.Workspace, p.Channel, p.Member, p.Date}] += p.N
		m.newest[p.Workspace] = max(m.newest[p.Workspace], p.Date)
	}
}

func (m *Memory) next() uint64 {
	m.sequence++
	return m.sequence
}

func (m *Memory) done(d Done) {
	if r, ok := m.rows[d.Key]; ok && r.Rev == d.Rev {
		delete(m.rows, d.Key)
	}
	if d.ID != "" {
		m.sent[d.Key] = sent{d.ID, Millis(d.At)}
	}
}

func (m *Memory) send(r Row) {
	r.Rev, r.Body = m.next(), clone(r.Body)
	old, waits := m.rows[r.Key]
	switch {
	case waits && old.Place == r.Place:
		m.rows[r.Key] = row{r, old.order}
	case waits || !m.isSent(r.Key):
		m.rows[r.Key] = row{r, r.Rev}
	}
}

func (m *Memory) isSent(key string) bool {
	s, ok := m.sent[key]
	return ok && !m.forgotten(s.used, MessageFor)
}

// Outbox reads the oldest unsent row of each place.
func (m *Memory) Outbox(ctx context.Context, after string, n int) ([]Row, error) {
	if err := m.begin(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	oldest := map[string]row{}
	for _, r := range m.rows {
		if o, ok := oldest[r.Place]; r.Place > after && (!ok || r.order < o.order) {
			oldest[r.Place] = r
		}
	}
	var rows []Row
	for _, place := range first(slices.Sorted(maps.Keys(oldest)), n) {
		r := oldest[place].Row
		r.Body = clone(r.Body)
		rows = append(rows, r)
	}
	return rows, nil
}

// Message is the id of what was sent under a key; asking is a use of it, counted at most once a day.
func (m *Memory) Message(ctx context.Context, key string) (string, error) {
	if err := m.begin(ctx); err != nil {
		return "", err
	}
	defer m.mu.Unlock()
	if !m.isSent(key) {
		return "", nil
	}
	s := m.sent[key]
	if m.forgotten(s.used, UseEvery) {
		s.used = m.clock
		m.sent[key] = s
	}
	return s.id, nil
}

// Due reads wake rows, earliest first.
func (m *Memory) Due(ctx context.Context, until time.Time, n int) ([]Wake, error) {
	if err := m.begin(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var due []Wake
	for _, w := range m.wakes {
		if Millis(w.At) <= Millis(until) {
			due = append(due, w)
		}
	}
	slices.SortFunc(due, func(a, b Wake) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Name, b.Name)) })
	due = first(due, n)
	for i := range due {
		due[i].Body = clone(due[i].Body)
	}
	return due, nil
}

// Top reads the first n of a board.
func (m *Memory) Top(ctx context.Context, b Board, n int) ([]Score, error) {
	scores, err := m.board(ctx, b)
	return first(scores, n), err
}

// Rank reads one member's place on a board.
func (m *Memory) Rank(ctx context.Context, b Board, member string) (Score, error) {
	scores, err := m.board(ctx, b)
	if err != nil {
		return Score{}, err
	}
	i := slices.IndexFunc(scores, func(s Score) bool { return s.Member == member })
	if i < 0 {
		return Score{Member: member, Of: len(scores)}, nil
	}
	s := scores[i]
	s.Of = len(scores)
	if i > 0 {
		s.Above = &scores[i-1]
	}
	if i+1 < len(scores) {
		s.Below = &scores[i+1]
	}
	return s, nil
}

// board adds up everything that was ever written: there is no simpler way to say what a board is.
func (m *Memory) board(ctx context.Context, b Board) ([]Score, error) {
	if err := m.begin(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	if err := b.Valid(m.newest[b.Workspace]); err != nil {
		return nil, err
	}
	sums := map[string]int64{}
	for s, n := range m.points {
		if b.Has(s.workspace, s.channel, s.date) {
			sums[s.member] += n
		}
	}
	var scores []Score
	for member, n := range sums {
		if n != 0 {
			scores = append(scores, Score{Member: member, N: n})
		}
	}
	slices.SortFunc(scores, func(a, b Score) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Member, b.Member)) })
	for i := range scores {
		scores[i].Rank = i + 1
		if i > 0 && scores[i].N == scores[i-1].N {
			scores[i].Rank = scores[i-1].Rank
		}
	}
	return scores, nil
}

// Backup fails: what only lives in memory has no file to come back from.
func (m *Memory) Backup(context.Context, io.Writer) error {
	return fmt.Errorf("copy a store that is only in memory: %w", errors.ErrUnsupported)
}

// Close ends the store; its content is gone with the last reference to it.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

// clone copies bytes; unlike bytes.Clone it makes an empty value of nil, because nil means that there is none.
func clone(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return bytes.Clone(b)
}

func first[T any](all []T, n int) []T { return all[:min(max(n, 0), len(all))] }
