package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

func TestOneEventOfARoomAtATimeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string // written without a lock: the race detector watches
		var inside atomic.Int32
		gate := make(chan struct{})
		b := New(Config{DB: store.NewMemory(), Engine: toy{step: func(_ *store.Draft, e chat.Event) (chat.Reply, error) {
			if inside.Add(1) != 1 {
				t.Error("two events of one room at a time")
			}
			defer inside.Add(-1)
			<-gate
			order = append(order, e.ID.Name)
			return chat.Reply{}, nil
		}}})
		var all sync.WaitGroup
		var want []string
		for i := range 20 {
			name := fmt.Sprintf("e%02d", i)
			want = append(want, name)
			all.Go(func() {
				if _, err := b.Handle(t.Context(), click(name, "c:a")); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		close(gate)
		all.Wait()
		if fmt.Sprint(order) != fmt.Sprint(want) {
			t.Errorf("order %v", order)
		}
		synctest.Wait()
		if n := b.rooms.busy(); n != 0 {
			t.Errorf("%d rooms are busy after the last event", n)
		}
	})
}

func TestRoomsWorkBesideEachOtherUpToABound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inside, most atomic.Int32
		b := New(Config{DB: store.NewMemory(), RoomsBusy: 3, Engine: toy{step: func(*store.Draft, chat.Event) (chat.Reply, error) {
			most.Store(max(most.Load(), inside.Add(1)))
			defer inside.Add(-1)
			time.Sleep(time.Second)
			return chat.Reply{}, nil
		}}})
		var all sync.WaitGroup
		for i := range 9 {
			all.Go(func() { _, _ = b.Handle(t.Context(), click(fmt.Sprint("e", i), fmt.Sprint("c:", i))) })
		}
		begun := time.Now()
		all.Wait()
		if took := time.Since(begun); most.Load() != 3 || took != 3*time.Second {
			t.Errorf("%d rooms at once in %v", most.Load(), took)
		}
	})
}

func TestBusyIsForPeopleOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		var handled atomic.Int32
		b := New(Config{DB: store.NewMemory(), RoomDepth: 2, Engine: toy{step: func(*store.Draft, chat.Event) (chat.Reply, error) {
			<-gate
			handled.Add(1)
			return chat.Reply{}, nil
		}}})
		var all sync.WaitGroup
		hand := func(e chat.Event) {
			all.Go(func() {
				if _, err := b.Handle(t.Context(), e); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		for i := range 3 { // one works, two wait
			hand(click(fmt.Sprint("e", i), "c:a"))
		}
		if _, err := b.Handle(t.Context(), click("too many", "c:a")); !errors.Is(err, chat.ErrBusy) {
			t.Errorf("a person gets %v", err)
		}
		left := click("left", "c:a")
		left.Kind, left.Member = chat.Left, ""
		hand(left)
		hand(click("elsewhere", "c:b"))
		close(gate)
		all.Wait()
		if handled.Load() != 5 {
			t.Errorf("%d handled", handled.Load())
		}
	})
}

func TestLookIsAnsweredBesideTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		b := New(Config{DB: store.NewMemory(), Engine: toy{
			step: func(*store.Draft, chat.Event) (chat.Reply, error) { <-gate; return chat.Reply{}, nil },
			look: func(store.View, chat.Event) (chat.Reply, error) { return chat.Reply{Update: true}, nil },
		}})
		var all sync.WaitGroup
		all.Go(func() { _, _ = b.Handle(t.Context(), click("slow", "c:a")) })
		synctest.Wait()
		e := click("look", "c:a")
		e.Value.Look = true
		if reply, err := b.Handle(t.Context(), e); err != nil || !reply.Update {
			t.Errorf("%v, %v", reply, err)
		}
		close(gate)
		all.Wait()
	})
}

func TestAnEventIsHandledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := store.NewMemory()
		b := New(Config{DB: db, Engine: toy{step: func(d *store.Draft, _ chat.Event) (chat.Reply, error) {
			n, err := d.Get("n")
			d.Put("n", append(n, 'x'))
			return chat.Reply{Update: true}, err
		}}})
		for i := range 3 {
			reply, err := b.Handle(t.Context(), click("same", "c:a"))
			if err != nil || reply.Update != (i == 0) {
				t.Errorf("delivery %d: %v, %v", i, reply, err)
			}
		}
		if r, _ := db.Load(t.Context(), "n"); string(r[0].Bytes) != "x" {
			t.Errorf("handled %d times", len(r[0].Bytes))
		}
	})
}

// Two tenants may use one name at one time: neither loses its event.
func TestEventsOfTwoWorkspacesAreTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handled := map[chat.Workspace]bool{}
		b := New(Config{DB: store.NewMemory(), Engine: toy{step: func(_ *store.Draft, e chat.Event) (chat.Reply, error) {
			handled[e.Workspace] = true
			return chat.Reply{Update: true}, nil
		}}})
		for _, w := range []chat.Workspace{"one:w", "two:w"} {
			e := click("same", "c:a")
			e.Workspace = w
			if reply, err := b.Handle(t.Context(), e); err != nil || !reply.Update || !handled[w] {
				t.Errorf("%s: %+v, %v", w, reply, err)
			}
		}
	})
}

func TestNobodyWaitsSoItIsNotBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		var handled []string
		b := New(Config{DB: store.NewMemory(), Engine: toy{step: func(_ *store.Draft, e chat.Event) (chat.Reply, error) {
			<-gate
			handled = append(handled, e.ID.Name)
			return chat.Reply{}, nil
		}}})
		var all sync.WaitGroup
		all.Go(func() { _, _ = b.Handle(t.Context(), click("first", "c:a")) })
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		all.Go(func() {
			if _, err := b.Handle(ctx, click("given up", "c:a")); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(gate)
		all.Wait()
		synctest.Wait()
		if fmt.Sprint(handled) != "[first]" {
			t.Errorf("handled %v", handled)
		}
	})
}

func TestAPanicAnswersItsEventOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := store.NewMemory()
		b := New(Config{DB: db, Engine: toy{
			step: func(d *store.Draft, e chat.Event) (chat.Reply, error) {
				d.Put("touched", []byte("by "+e.ID.Name))
				if e.ID.Name == "bad" {
					panic("what Ann wrote")
				}
				return chat.Reply{}, nil
			},
			look: func(_ store.View, e chat.Event) (chat.Reply, error) {
				_ = e.Body[len(e.ID.Name)]
				return chat.Reply{}, nil
			},
		}})
		_, err := b.Handle(t.Context(), click("bad", "c:a"))
		if !errors.As(err, new(*panicked)) || err.Error() != "panic: a string" {
			t.Errorf("the event's error is %v", err)
		}
		if r, _ := db.Load(t.Context(), "touched"); r[0].Version != 0 {
			t.Errorf("a panic left %q", r[0].Bytes)
		}
		if _, err := b.Handle(t.Context(), click("good", "c:a")); err != nil {
			t.Errorf("the next event: %v", err)
		}
		look := click("look", "c:a")
		look.Value.Look = true
		if _, err := b.Handle(t.Context(), look); !errors.As(err, new(*panicked)) {
			t.Errorf("look: %v", err)
		}
		if n := b.Health(t.Context()).Panics; n != 2 {
			t.Errorf("%d panics counted", n)
		}
	})
}

// A mistake of the engine that no store takes costs its own event only.
func TestAUnitThatNoStoreTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		b, stop := start(t, Config{DB: store.NewMemory(), Platforms: map[string]chat.Platform{"fake": f}, Engine: toy{
			step: func(d *store.Draft, e chat.Event) (chat.Reply, error) {
				d.Send(store.Row{Key: "nowhere", Place: ""})
				return chat.Reply{}, nil
			},
		}})
		if _, err := b.Handle(t.Context(), click("e", "c:a")); !errors.Is(err, store.ErrInvalid) {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		stop()
	})
}

func TestSeedIsTheEvents(t *testing.T) {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	a, b := seed(chat.EventID{At: at, Name: "a"}), seed(chat.EventID{At: at, Name: "b"})
	again := seed(chat.EventID{At: at.In(time.FixedZone("", 3600)), Name: "a"})
	if a == b || a != again || a == seed(chat.EventID{At: at.Add(1), Name: "a"}) {
		t.Errorf("seeds %x %x %x", a, b, again)
	}
}
