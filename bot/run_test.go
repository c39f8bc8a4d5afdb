package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// The order of a stop: events are refused, what was taken is finished, messages under way are finished, and only then do
// the platforms end; nothing new begins meanwhile.
func TestStopInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var happened []string
		note := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			happened = append(happened, what)
		}
		db, f := store.NewMemory(), &fake{}
		f.run = func(ctx context.Context, _ chat.Handler) error {
			<-ctx.Done()
			note("platform ended")
			return nil
		}
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			time.Sleep(8 * time.Second)
			note("sent " + string(a.Key))
			return f.post(a), nil
		}
		commit(t, db, store.Unit{
			Send: []store.Row{rowOf(t, post("p1", "a")), rowOf(t, post("p2", "a"))},
			Wake: []store.Wake{wakeRow(t, "w", time.Now().Add(3*time.Second), timerIn("c:b"))},
		})
		b, stop := start(t, Config{DB: db, Platforms: map[string]chat.Platform{"fake": f}, Engine: toy{
			step: func(_ *store.Draft, e chat.Event) (chat.Reply, error) {
				time.Sleep(5 * time.Second)
				note("handled " + e.ID.Name)
				return chat.Reply{}, nil
			},
		}})
		var all sync.WaitGroup
		for _, name := range []string{"e1", "e2"} {
			all.Go(func() {
				if _, err := b.Handle(t.Context(), click(name, "c:a")); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		time.Sleep(2 * time.Second)
		all.Go(stop)
		synctest.Wait()
		if _, err := b.Handle(t.Context(), click("late", "c:a")); !errors.Is(err, chat.ErrClosed) {
			t.Errorf("while stopping: %v", err)
		}
		if b.Health(t.Context()).OK {
			t.Error("healthy while stopping")
		}
		all.Wait()
		if want := []string{"handled e1", "sent p1", "handled e2", "platform ended"}; !slices.Equal(happened, want) {
			t.Errorf("happened %q", happened)
		}
		if id, _ := db.Message(t.Context(), "p1"); id != "m1" {
			t.Errorf("what was sent while stopping has the id %q", id)
		}
		if marks, _ := db.List(t.Context(), shellSpace+store.Prefix("tried"), "", 10); len(marks) != 0 {
			t.Errorf("marks %v", marks)
		}
	})
}

func TestStopBreaksOffWhatTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := store.NewMemory()
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("p1", "a"))}})
		b, stop := start(t, Config{
			DB: db, StopRooms: 2 * time.Second, StopSends: 3 * time.Second, SendLimit: time.Hour,
			Platforms: map[string]chat.Platform{"fake": hanging{}},
			Engine: toy{step: func(*store.Draft, chat.Event) (chat.Reply, error) {
				time.Sleep(1500 * time.Millisecond)
				return chat.Reply{}, nil
			}},
		})
		var all sync.WaitGroup
		errs := make([]error, 3)
		for i := range errs {
			all.Go(func() { _, errs[i] = b.Handle(t.Context(), click(string(rune('a'+i)), "c:a")) })
			synctest.Wait()
		}
		begun := time.Now()
		stop()
		all.Wait()
		if took := time.Since(begun); took != 6*time.Second { // the second event ends at 3 s, the limit of sends 3 s later
			t.Errorf("stopped after %v", took)
		}
		if errs[0] != nil || !errors.Is(errs[1], chat.ErrClosed) || !errors.Is(errs[2], chat.ErrClosed) {
			t.Errorf("events ended with %v", errs)
		}
		if marks, _ := db.List(t.Context(), shellSpace+store.Prefix("tried"), "", 10); len(marks) != 1 {
			t.Errorf("what was broken off has %d marks", len(marks))
		}
	})
}

// hanging is a platform that never answers.
type hanging struct{}

func (hanging) Run(ctx context.Context, _ chat.Handler) error { <-ctx.Done(); return nil }
func (hanging) Send(ctx context.Context, _ chat.Action, _ chat.MessageID) (chat.MessageID, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func (hanging) Find(context.Context, chat.Action) (chat.MessageID, bool, error) {
	return "", false, chat.ErrCannotTell
}

func TestASendThatHangsIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, n := store.NewMemory(), &news{}
		a := post("p1", "a")
		a.Once = true
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, a)}})
		_, stop := start(t, Config{DB: db, Engine: toy{step: n.step}, Platforms: map[string]chat.Platform{"fake": hanging{}}})
		time.Sleep(time.Minute)
		stop()
		if failed := n.of(chat.Failed); len(failed) != 1 || failed[0].Reason != chat.ReasonDoubt {
			t.Errorf("failed events %+v", failed)
		}
	})
}

func TestAPlatformIsStartedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var starts []time.Duration
		begun := time.Now()
		bad, good := &fake{}, &fake{}
		bad.run = func(ctx context.Context, _ chat.Handler) error {
			starts = append(starts, time.Since(begun))
			switch len(starts) {
			case 1:
				return errBroken
			case 2:
				panic("cannot connect")
			case 3:
				time.Sleep(10 * time.Minute)
				return nil
			case 4:
				return &chat.Fatal{Err: errors.New("the token was revoked")}
			}
			t.Error("started after it was down")
			return nil
		}
		goodRuns := 0
		good.run = func(ctx context.Context, _ chat.Handler) error { goodRuns++; <-ctx.Done(); return nil }
		b, stop := start(t, Config{DB: store.NewMemory(), Engine: toy{}, Platforms: map[string]chat.Platform{"bad": bad, "good": good}})
		time.Sleep(time.Hour)
		h := b.Health(t.Context())
		if !h.OK || h.Platforms["bad"].State != "down" || h.Platforms["bad"].Ended != 4 || h.Platforms["good"].State != "running" {
			t.Errorf("health %+v", h)
		}
		stop()
		want := []time.Duration{0, time.Second, 3 * time.Second, 10*time.Minute + 4*time.Second}
		if !slices.Equal(starts, want) || goodRuns != 1 {
			t.Errorf("started after %v; the other one %d times", starts, goodRuns)
		}
	})
}

func TestRunEndsWhenAllPlatformsAreDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := func(name string) *fake {
			return &fake{run: func(context.Context, chat.Handler) error {
				time.Sleep(time.Second)
				return &chat.Fatal{Err: errors.New("no token for " + name)}
			}}
		}
		b := New(Config{DB: store.NewMemory(), Engine: toy{}, Platforms: map[string]chat.Platform{"x": down("x"), "y": down("y")}})
		err := b.Run(t.Context())
		if err == nil || !errors.As(err, new(*chat.Fatal)) || b.Health(t.Context()).OK {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &moody{DB: store.NewMemory()}
		gate := make(chan struct{})
		b, stop := start(t, Config{DB: db, Platforms: map[string]chat.Platform{"fake": &fake{
			send: func(chat.Action, chat.MessageID) (chat.MessageID, error) {
				return "", &chat.Wait{Until: time.Now().Add(time.Hour)}
			},
		}}, Engine: toy{step: func(*store.Draft, chat.Event) (chat.Reply, error) { <-gate; return chat.Reply{}, nil }}})
		due := time.Now()
		commit(t, db, store.Unit{Wake: []store.Wake{wakeRow(t, "w", due, timerIn("c:a"))}, Send: []store.Row{rowOf(t, post("p1", "a"))}})
		time.Sleep(2 * time.Minute)
		get := func() (int, Health) {
			w := httptest.NewRecorder()
			b.ServeHealth(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
			var h Health
			if err := json.Unmarshal(w.Body.Bytes(), &h); err != nil {
				t.Fatal(err)
			}
			return w.Code, h
		}
		code, h := get()
		if code != http.StatusOK || !h.OK || h.Rooms != 1 || h.Outbox != 1 || h.OldestDue == nil || !h.OldestDue.Equal(due) {
			t.Errorf("%d %+v", code, h)
		}
		db.set(store.ErrDamaged)
		if code, h := get(); code != http.StatusServiceUnavailable || h.OK || h.Store {
			t.Errorf("with a damaged store: %d %+v", code, h)
		}
		db.set(nil)
		close(gate)
		stop()
	})
}

// A store that can be read but not written shows it, and shows when that is over though nobody plays.
func TestHealthOfAStoreThatCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &moody{DB: store.NewMemory()}
		b, stop := start(t, Config{DB: writes{db}, Engine: toy{step: (&news{}).step}})
		defer stop()
		handle := func(name string) error {
			_, err := b.Handle(t.Context(), click(name, "c:a"))
			return err
		}
		db.set(store.ErrFull)
		if err := handle("e1"); !errors.Is(err, store.ErrFull) {
			t.Error(err)
		}
		if h := b.Health(t.Context()); h.OK || h.Store {
			t.Errorf("full: %+v", h)
		}
		time.Sleep(time.Minute)
		if h := b.Health(t.Context()); h.OK || h.Store {
			t.Errorf("still full: %+v", h)
		}
		db.set(nil)
		if h := b.Health(t.Context()); h.OK || h.Store {
			t.Errorf("a commit has just failed: %+v", h)
		}
		time.Sleep(time.Minute)
		if h := b.Health(t.Context()); !h.OK || !h.Store {
			t.Errorf("after there was room again: %+v", h)
		}
		synctest.Wait() // the clock has just moved, and the timers read then
		calls := db.count()
		if h := b.Health(t.Context()); !h.OK || db.count() != calls {
			t.Errorf("%+v, and health writes though nothing is wrong", h)
		}
		db.set(store.ErrSeen) // no sign of a disk that fails
		if err := handle("e2"); err != nil {
			t.Error(err)
		}
		if h := b.Health(t.Context()); !h.OK {
			t.Errorf("after an event that was seen before: %+v", h)
		}
	})
}

// writes is a moody store whose moods are about commits only.
type writes struct{ *moody }

func (w writes) Due(ctx context.Context, until time.Time, n int) ([]store.Wake, error) {
	return w.DB.Due(ctx, until, n)
}
