package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"greenroom/store"
)

// testModel plays random units on the store and on the memory store, opens it again in between, and wants both to show
// the same after every step.
func testModel(t *testing.T, im Implementation) {
	rapid.Check(t, func(t *rapid.T) {
		folder, err := os.MkdirTemp("", "storetest")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder)
		m := &machine{
			im:       im,
			folder:   folder,
			model:    store.NewMemory(),
			now:      time.Date(2020, 1, 30, 12, 0, 0, 123456, time.UTC),
			reads:    map[store.Ref][]pair{},
			rows:     map[string][]pair{},
			versions: map[uint64]uint64{},
		}
		m.open(t)
		defer func() {
			if err := checkAndClose(m.real); err != nil {
				t.Fatal(err)
			}
		}()
		steps := map[string]func(*rapid.T){
			"":        m.compare,
			"commit":  m.commit,
			"commit2": m.commit, // more often than the rest
			"group":   m.commitGroup,
			"later":   m.later,
			"message": m.message,
			"board":   m.board,
		}
		if !im.Volatile {
			steps["reopen"] = func(t *rapid.T) {
				if err := checkAndClose(m.real); err != nil {
					t.Fatal(err)
				}
				m.open(t)
			}
		}
		t.Repeat(steps)
	})
}

// machine is the state of one random run.
type machine struct {
	im       Implementation
	folder   string
	model    *store.Memory
	real     store.DB
	now      time.Time
	reads    map[store.Ref][]pair // the versions that records had, newest last
	rows     map[string][]pair    // the revisions that rows had, by key, newest last
	versions map[uint64]uint64    // which of the real versions and revisions stands for one of the model
}

// pair is a version or revision in the model and the one that stands for it in the real store: the contract does not say
// which numbers are given.
type pair struct{ model, real uint64 }

var (
	ctx     = context.Background()
	far     = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	refs    = []store.Ref{store.Key("T1", "a"), store.Key("T1", "a", "b"), store.Key("T1", "b"), store.Key("T2", "a"), "T2", "~"}
	keys    = []string{"k1", "k2", "k3", "k4"}
	places  = []string{"p", "p\x01", "p0", "q"}
	wakes   = []string{"w", "w1", "w2"}
	members = []string{"ann", "bob", "cem", "dee"}
	bodies  = [][]byte{nil, {}, []byte("x"), []byte("body")}
)

func (m *machine) open(t *rapid.T) {
	db, err := m.im.Open(m.folder)
	if err != nil {
		t.Fatal(err)
	}
	m.real = db
}

func (m *machine) later(t *rapid.T) {
	m.now = m.now.Add(rapid.SampledFrom([]time.Duration{
		time.Millisecond, time.Minute, 23 * time.Hour, 25 * time.Hour, 73 * time.Hour, 31 * 24 * time.Hour, 91 * 24 * time.Hour,
	}).Draw(t, "later"))
}

func (m *machine) commit(t *rapid.T) {
	model, real := m.unit(t)
	m.sameError(t, m.model.Commit(ctx, model), m.real.Commit(ctx, real))
}

func (m *machine) commitGroup(t *rapid.T) {
	var models, reals []store.Unit
	for range rapid.IntRange(2, 5).Draw(t, "units") {
		model, real := m.unit(t)
		models, reals = append(models, model), append(reals, real)
	}
	orderly, ok := m.real.(Orderly)
	if !ok {
		for i := range models {
			m.sameError(t, m.model.Commit(ctx, models[i]), m.real.Commit(ctx, reals[i]))
		}
		return
	}
	for i, err := range orderly.CommitInOrder(ctx, reals) {
		m.sameError(t, m.model.Commit(ctx, models[i]), err)
	}
}

// unit draws a unit, once for the model and once, with its own versions, for the real store.
func (m *machine) unit(t *rapid.T) (model, real store.Unit) {
	var u store.Unit
	if rapid.Bool().Draw(t, "has event") {
		age := rapid.SampledFrom([]time.Duration{0, 0, time.Microsecond, time.Hour, 71 * time.Hour, 73 * time.Hour}).Draw(t, "age")
		u.Event = store.EventID{At: m.now.Add(-age), Name: rapid.SampledFrom([]string{"e", "f"}).Draw(t, "event")}
	}
	if rapid.IntRange(0, 3).Draw(t, "has more events") == 0 {
		other := map[string]string{"": "e", "e": "f", "f": "e"}[u.Event.Name]
		u.Also = []store.EventID{{At: m.now, Name: other}}
	}
	if rapid.IntRange(0, 3).Draw(t, "fires") == 0 {
		w := store.Wake{Name: rapid.SampledFrom(wakes).Draw(t, "fired"), At: m.instant(t)}
		if due, err := m.model.Due(ctx, far, 1); err == nil && len(due) > 0 && rapid.Bool().Draw(t, "really due") {
			w = due[0]
		}
		u.Fired = &w
	}
	for range rapid.IntRange(0, 2).Draw(t, "puts") {
		u.Put = append(u.Put, store.Put{Ref: rapid.SampledFrom(refs).Draw(t, "ref"), Bytes: rapid.SampledFrom(bodies).Draw(t, "bytes")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "sends") {
		u.Send = append(u.Send, store.Row{
			Key:   rapid.SampledFrom(keys).Draw(t, "key"),
			Place: rapid.SampledFrom(places).Draw(t, "place"),
			Body:  rapid.SampledFrom(bodies).Draw(t, "body"),
		})
	}
	for range rapid.IntRange(0, 2).Draw(t, "wakes") {
		u.Wake = append(u.Wake, store.Wake{
			Name: rapid.SampledFrom(wakes).Draw(t, "wake"), At: m.instant(t), Body: rapid.SampledFrom(bodies).Draw(t, "body"),
		})
	}
	for range rapid.IntRange(0, 2).Draw(t, "points") {
		u.Points = append(u.Points, store.Points{
			Workspace: rapid.SampledFrom([]string{"T1", "T2"}).Draw(t, "workspace"),
			Channel:   rapid.SampledFrom([]string{"c", "d"}).Draw(t, "channel"),
			Member:    rapid.SampledFrom(members).Draw(t, "member"),
			Date:      m.date(t),
			N:         rapid.Int64Range(-3, 6).Draw(t, "n"),
		})
	}
	model, real = u, u
	for range rapid.IntRange(0, 2).Draw(t, "reads") {
		ref := rapid.SampledFrom(refs).Draw(t, "ref")
		v := m.pick(t, m.reads[ref])
		model.Read = append(model.Read, store.Read{Ref: ref, Version: v.model})
		real.Read = append(real.Read, store.Read{Ref: ref, Version: v.real})
	}
	for range rapid.IntRange(0, 2).Draw(t, "sent") {
		d := store.Done{Key: rapid.SampledFrom(keys).Draw(t, "key"), ID: rapid.SampledFrom([]string{"", "id1", "id2"}).Draw(t, "id"), At: m.now}
		rev := m.pick(t, m.rows[d.Key])
		d.Rev = rev.model
		model.Sent = append(model.Sent, d)
		d.Rev = rev.real
		real.Sent = append(real.Sent, d)
	}
	return model, real
}

// pick takes the newest version mostly, an older one or none at times.
func (m *machine) pick(t *rapid.T, known []pair) pair {
	i := len(known) - 1 - rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "older")
	if i < 0 {
		return pair{}
	}
	return known[i]
}

func (m *machine) instant(t *rapid.T) time.Time {
	after := rapid.SampledFrom([]time.Duration{-1, 0, time.Microsecond, time.Millisecond, time.Hour}).Draw(t, "after")
	if after < 0 {
		return time.Time{}
	}
	return m.now.Add(after)
}

func (m *machine) date(t *rapid.T) string {
	return m.now.AddDate(0, 0, -rapid.SampledFrom([]int{0, 0, 1, 29, 35, 70, 400}).Draw(t, "days ago")).Format(time.DateOnly)
}

func (m *machine) message(t *rapid.T) {
	key := rapid.SampledFrom(keys).Draw(t, "key")
	want, modelErr := m.model.Message(ctx, key)
	got, realErr := m.real.Message(ctx, key)
	m.sameError(t, modelErr, realErr)
	same(t, "message of "+key, want, got)
}

func (m *machine) board(t *rapid.T) {
	b := store.Board{
		Workspace: rapid.SampledFrom([]string{"T1", "T2", "T3"}).Draw(t, "workspace"),
		Channel:   rapid.SampledFrom([]string{"", "c", "d"}).Draw(t, "channel"),
		From:      m.edge(t, 0),
		To:        m.edge(t, 1),
	}
	n := rapid.IntRange(-1, 5).Draw(t, "n")
	want, modelErr := m.model.Top(ctx, b, n)
	got, realErr := m.real.Top(ctx, b, n)
	m.sameError(t, modelErr, realErr)
	same(t, fmt.Sprintf("top %d of %+v", n, b), want, got)
	for _, member := range members {
		want, modelErr := m.model.Rank(ctx, b, member)
		got, realErr := m.real.Rank(ctx, b, member)
		m.sameError(t, modelErr, realErr)
		same(t, fmt.Sprintf("rank of %s in %+v", member, b), want, got)
	}
}

// edge draws where a board begins or ends: open, at any day, or at the first (last) day of a month.
func (m *machine) edge(t *rapid.T, month int) string {
	switch rapid.IntRange(0, 2).Draw(t, "edge") {
	case 0:
		return ""
	case 1:
		return m.date(t)
	}
	first := m.now.AddDate(0, -rapid.IntRange(0, 4).Draw(t, "months ago"), 1-m.now.Day())
	return first.AddDate(0, month, -month).Format(time.DateOnly)
}

// compare reads everything from both, in pages, and remembers what it has read for the units to come.
func (m *machine) compare(t *rapid.T) {
	for _, prefix := range []store.Ref{"", store.Prefix("T1"), store.Prefix("T1", "a"), "T2", "U"} {
		same(t, "records below "+string(prefix), m.list(t, m.model, prefix), m.list(t, m.real, prefix))
	}
	m.load(t)
	m.outbox(t)
	for _, until := range []time.Time{{}, m.now, m.now.Add(time.Millisecond), far.AddDate(1, 0, 0)} {
		for _, n := range []int{0, 1, 2, 10} {
			want, modelErr := m.model.Due(ctx, until, n)
			got, realErr := m.real.Due(ctx, until, n)
			m.sameError(t, modelErr, realErr)
			same(t, fmt.Sprintf("%d due at %v", n, until), want, got)
		}
	}
	all := store.Board{Workspace: "T1"}
	want, _ := m.model.Top(ctx, all, 10)
	got, err := m.real.Top(ctx, all, 10)
	m.sameError(t, nil, err)
	same(t, "top of all time", want, got)
}

// list reads records in pages of two, without their versions, of which load takes care.
func (m *machine) list(t *rapid.T, db store.DB, prefix store.Ref) []store.Record {
	var all []store.Record
	for after := store.Ref(""); ; {
		page, err := db.List(ctx, prefix, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		after = page[len(page)-1].Ref
		for _, r := range page {
			r.Version = 0
			all = append(all, r)
		}
	}
}

func (m *machine) load(t *rapid.T) {
	want, modelErr := m.model.Load(ctx, refs...)
	got, realErr := m.real.Load(ctx, refs...)
	m.sameError(t, modelErr, realErr)
	for i, ref := range refs {
		m.reads[ref] = m.remember(t, m.reads[ref], pair{want[i].Version, got[i].Version})
		want[i].Version, got[i].Version = 0, 0
	}
	same(t, "records", want, got)
}

func (m *machine) outbox(t *rapid.T) {
	for after := ""; ; {
		want, modelErr := m.model.Outbox(ctx, after, 2)
		got, realErr := m.real.Outbox(ctx, after, 2)
		m.sameError(t, modelErr, realErr)
		for i := range min(len(want), len(got)) {
			key := want[i].Key
			m.rows[key] = m.remember(t, m.rows[key], pair{want[i].Rev, got[i].Rev})
			want[i].Rev, got[i].Rev = 0, 0
		}
		same(t, "outbox after "+after, want, got)
		if len(want) == 0 {
			return
		}
		after = want[len(want)-1].Place
	}
}

// remember adds a version to those of a record: the two stores must have changed it at the same time, and to a number
// that was never used before.
func (m *machine) remember(t *rapid.T, known []pair, p pair) []pair {
	if (p.model == 0) != (p.real == 0) {
		t.Fatalf("a record has version %d, want %d", p.real, p.model)
	}
	if other, ok := m.versions[p.model]; ok && other != p.real {
		t.Fatalf("a record that did not change has a new version %d, before %d", p.real, other)
	}
	if len(known) > 0 && known[len(known)-1] == p {
		return known
	}
	for _, k := range known {
		if k.real != 0 && k.real >= p.real && p.real != 0 {
			t.Fatalf("a record that changed has version %d, after %d", p.real, k.real)
		}
	}
	m.versions[p.model] = p.real
	return append(known, p)
}

func (m *machine) sameError(t *rapid.T, want, got error) {
	t.Helper()
	for _, kind := range []error{store.ErrSeen, store.ErrConflict, store.ErrInvalid} {
		if errors.Is(want, kind) && errors.Is(got, kind) {
			return
		}
	}
	if want != nil || got != nil {
		t.Fatalf("error %v, want %v", got, want)
	}
}

func same(t rapid.TB, what string, want, got any) {
	t.Helper()
	if w, g := reflect.ValueOf(want), reflect.ValueOf(got); w.Kind() == reflect.Slice && w.Len() == 0 && g.Len() == 0 {
		return // no rows are no rows, whether nil or not
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}
