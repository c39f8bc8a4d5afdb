package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

func timerIn(room string) chat.Event {
	return chat.Event{Kind: chat.Timer, Workspace: "fake:w", Room: chat.Room(room), Body: []byte("round 2")}
}

func TestAWakeRowFiresOnceAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, n := store.NewMemory(), &news{}
		due := time.Now().Add(26*time.Hour + 300*time.Millisecond)
		commit(t, db, store.Unit{Wake: []store.Wake{wakeRow(t, "w", due, timerIn("c:a"))}})
		_, stop := start(t, Config{DB: db, Engine: toy{step: n.step}})
		time.Sleep(30 * time.Hour)
		stop()
		events := n.of(chat.Timer)
		if len(events) != 1 {
			t.Fatalf("fired %d times", len(events))
		}
		e := events[0]
		if e.Name != "w" || !e.Due.Equal(due) || !e.At.Equal(due) || string(e.Body) != "round 2" || e.Room != "c:a" ||
			e.Seed != seed(e.ID) || e.ID.Name == "" {
			t.Errorf("event %+v", e)
		}
		clean(t, db)
	})
}

func TestAnEarlierRowIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := store.NewMemory()
		commit(t, db, store.Unit{Wake: []store.Wake{wakeRow(t, "late", time.Now().Add(10*time.Second), timerIn("c:a"))}})
		var fired []string
		begun := time.Now()
		b, stop := start(t, Config{DB: db, Engine: toy{step: func(d *store.Draft, e chat.Event) (chat.Reply, error) {
			if e.Kind == chat.Timer {
				fired = append(fired, fmt.Sprint(e.Name, " ", e.At.Sub(begun)))
			} else {
				d.Wake(wakeRow(t, "early", begun.Add(3*time.Second), timerIn("c:a")))
			}
			return chat.Reply{}, nil
		}}})
		time.Sleep(time.Second)
		if _, err := b.Handle(t.Context(), click("e", "c:a")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		stop()
		if want := []string{"early 3s", "late 10s"}; !slices.Equal(fired, want) {
			t.Errorf("fired %v", fired)
		}
	})
}

// A row that its own event sets again for an instant that has come is not lost between the commit, when it stands again,
// and the end of its turn.
func TestARowThatSetsItselfAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, fired := store.NewMemory(), 0
		begun := time.Now()
		commit(t, db, store.Unit{Wake: []store.Wake{wakeRow(t, "w", begun, timerIn("c:a"))}})
		_, stop := start(t, Config{DB: db, Log: slog.New(slowLog{}), Engine: toy{step: func(d *store.Draft, e chat.Event) (chat.Reply, error) {
			if fired++; fired < 10 {
				d.Wake(wakeRow(t, "w", e.Due.Add(time.Millisecond), timerIn("c:a")))
			}
			return chat.Reply{}, nil
		}}})
		time.Sleep(9500 * time.Millisecond)
		stop()
		if fired != 10 {
			t.Errorf("fired %d times in ten seconds", fired)
		}
	})
}

// slowLog takes a second for each event: between its commit and the end of its turn.
type slowLog struct{}

func (slowLog) Enabled(context.Context, slog.Level) bool { return true }
func (s slowLog) WithAttrs([]slog.Attr) slog.Handler     { return s }
func (s slowLog) WithGroup(string) slog.Handler          { return s }
func (slowLog) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "event handled" {
		time.Sleep(time.Second)
	}
	return nil
}

func TestManyRowsOfManyRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, n := store.NewMemory(), &news{}
		var wakes []store.Wake
		for i := range 700 { // more than are read at a time, more than may be under way
			at := time.Now().Add(time.Duration(i%3) * time.Second)
			wakes = append(wakes, wakeRow(t, fmt.Sprintf("w%03d", i), at, timerIn(fmt.Sprint("c:", i%50))))
		}
		commit(t, db, store.Unit{Wake: wakes})
		_, stop := start(t, Config{DB: db, RoomsBusy: 8, Engine: toy{step: n.step}})
		time.Sleep(2100 * time.Millisecond)
		stop()
		names := map[string]bool{}
		for _, e := range n.of(chat.Timer) {
			names[e.Name] = true
		}
		if len(names) != 700 || len(n.of(chat.Timer)) != 700 {
			t.Errorf("%d rows fired %d times", len(names), len(n.of(chat.Timer)))
		}
		clean(t, db)
	})
}

// While many rows are due, no more is known of any than of those under way and those that have just ended: else each
// further row would cost a look at all before it.
func TestManyDueRowsAreNotAllHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, n, most := store.NewMemory(), 0, 0
		var wakes []store.Wake
		for i := range 2000 {
			wakes = append(wakes, wakeRow(t, fmt.Sprintf("w%04d", i), time.Now(), timerIn(fmt.Sprint("c:", i))))
		}
		commit(t, db, store.Unit{Wake: wakes})
		var mu sync.Mutex
		var b *Bot
		b = New(Config{DB: db, RoomsBusy: 8, Engine: toy{step: func(*store.Draft, chat.Event) (chat.Reply, error) {
			mu.Lock()
			defer mu.Unlock()
			b.timers.mu.Lock()
			defer b.timers.mu.Unlock()
			n, most = n+1, max(most, len(b.timers.held))
			return chat.Reply{}, nil
		}}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.Run(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil || n != 2000 || most > 200 {
			t.Errorf("%d rows fired, up to %d were held, %v", n, most, err)
		}
	})
}

// What waits to be tried again does not wait longer because the clock is set back.
func TestTheClockIsSetBackWhileSomethingWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, clock := store.NewMemory(), &jumpy{}
		commit(t, db, store.Unit{
			Wake: []store.Wake{wakeRow(t, "w", time.Now().Add(-24*time.Hour), timerIn("c:a"))},
			Send: []store.Row{rowOf(t, post("p1", "a"))},
		})
		var working atomic.Bool
		var fired, posted atomic.Int64
		_, stop := start(t, Config{DB: db, Clock: clock, Engine: toy{step: func(_ *store.Draft, e chat.Event) (chat.Reply, error) {
			if !working.Load() {
				return chat.Reply{}, errBroken
			}
			if e.Kind == chat.Timer {
				fired.Add(1)
			}
			return chat.Reply{}, nil
		}}, Platforms: map[string]chat.Platform{"fake": &fake{send: func(chat.Action, chat.MessageID) (chat.MessageID, error) {
			if !working.Load() {
				return "", &chat.Wait{Until: clock.Now().Add(5 * time.Second)}
			}
			posted.Add(1)
			return "m1", nil
		}}}})
		defer stop()
		time.Sleep(time.Minute)
		working.Store(true)
		clock.jump(-12 * time.Hour)
		time.Sleep(2 * longestNap)
		synctest.Wait()
		if fired.Load() != 1 || posted.Load() != 1 {
			t.Errorf("two minutes after the clock was set back %d wake rows and %d messages have gone their way", fired.Load(), posted.Load())
		}
	})
}

func TestAStoreThatFailsLosesNoRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, n := &moody{DB: store.NewMemory()}, &news{}
		commit(t, db, store.Unit{Wake: []store.Wake{wakeRow(t, "w", time.Now().Add(time.Second), timerIn("c:a"))}})
		db.set(errBroken)
		_, stop := start(t, Config{DB: db, Engine: toy{step: n.step}})
		time.Sleep(time.Hour)
		calls := db.count()
		if calls > 200 || calls < 50 { // about one a minute
			t.Errorf("%d calls in an hour of failure", calls)
		}
		db.set(nil)
		time.Sleep(time.Minute)
		stop()
		if got := len(n.of(chat.Timer)); got != 1 {
			t.Errorf("fired %d times", got)
		}
		clean(t, db)
	})
}

func TestAnIdleBotIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &moody{DB: store.NewMemory()}
		_, stop := start(t, Config{DB: db, Engine: toy{}})
		time.Sleep(time.Hour)
		stop()
		if calls := db.count(); calls > 130 { // one of the timers and one of the outbox a minute
			t.Errorf("%d calls of the store in an idle hour", calls)
		}
	})
}

func TestAWakeRowThatPanicsIsParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := store.NewMemory()
		commit(t, db, store.Unit{Wake: []store.Wake{
			wakeRow(t, "bad", time.Now(), timerIn("c:a")),
			wakeRow(t, "good", time.Now().Add(time.Millisecond), timerIn("c:a")),
			{Name: "unreadable", At: time.Now(), Body: []byte("{")},
		}})
		tries, fired := 0, 0
		b, stop := start(t, Config{DB: db, Engine: toy{step: func(_ *store.Draft, e chat.Event) (chat.Reply, error) {
			if e.Name == "bad" {
				tries++
				panic("bad")
			}
			fired++
			return chat.Reply{}, nil
		}}})
		time.Sleep(time.Hour)
		if h := b.Health(t.Context()); h.Parked != 2 || h.Panics != 3 || h.OldestDue != nil {
			t.Errorf("health %+v", h)
		}
		stop()
		if tries != 3 || fired != 1 {
			t.Errorf("the bad row was tried %d times, the good one %d times", tries, fired)
		}
		clean(t, db)
	})
}

func TestARowRemovedWhileItsEventWaitsDoesNotFire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := store.NewMemory()
		commit(t, db, store.Unit{Wake: []store.Wake{wakeRow(t, "w", time.Now().Add(time.Second), timerIn("c:a"))}})
		var put []string
		b, stop := start(t, Config{DB: db, Engine: toy{step: func(d *store.Draft, e chat.Event) (chat.Reply, error) {
			if e.Kind == chat.Click {
				time.Sleep(2 * time.Second) // the row becomes due and waits behind this
				d.Wake(store.Wake{Name: "w"})
			}
			d.Put(store.Ref(e.Kind), []byte("x"))
			put = append(put, string(e.Kind))
			return chat.Reply{}, nil
		}}})
		if _, err := b.Handle(t.Context(), click("e", "c:a")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		stop()
		if r, _ := db.Load(t.Context(), store.Ref(chat.Timer)); r[0].Version != 0 || len(put) > 2 {
			t.Errorf("%v ran; the timer's unit was applied: %v", put, r[0].Version != 0)
		}
	})
}

// jumpy is a wall clock that can be set, while timers run on.
type jumpy struct {
	realClock
	mu    sync.Mutex
	ahead time.Duration
}

func (j *jumpy) Now() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return time.Now().Add(j.ahead)
}

func (j *jumpy) jump(d time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ahead += d
}

func TestTheClockIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, n, clock := store.NewMemory(), &news{}, &jumpy{}
		commit(t, db, store.Unit{Wake: []store.Wake{
			wakeRow(t, "a", time.Now().Add(10*time.Hour), timerIn("c:a")),
			wakeRow(t, "b", time.Now().Add(12*time.Hour), timerIn("c:a")),
		}})
		_, stop := start(t, Config{DB: db, Clock: clock, Engine: toy{step: n.step}})
		defer stop()
		clock.jump(11 * time.Hour) // a laptop slept
		time.Sleep(longestNap)
		synctest.Wait()
		if got := len(n.of(chat.Timer)); got != 1 {
			t.Errorf("%d fired within a minute of the jump", got)
		}
		clock.jump(-6 * time.Hour) // and the clock is set back
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		if got := len(n.of(chat.Timer)); got != 1 {
			t.Errorf("%d fired before the wall time of the second", got)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := len(n.of(chat.Timer)); got != 2 {
			t.Errorf("%d fired in the end", got)
		}
	})
}

func TestNapIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		nap(realClock{}, begun.Add(time.Hour), nil, nil)
		if took := time.Since(begun); took != longestNap {
			t.Errorf("napped %v", took)
		}
		nap(realClock{}, begun, nil, nil)
		if took := time.Since(begun); took != longestNap {
			t.Errorf("napped for an instant that is over: %v", took)
		}
	})
}

func TestBackoffGrows(t *testing.T) {
	want := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}
	for i, w := range want {
		if got := backoff(i + 1); got != w {
			t.Errorf("backoff(%d) = %v", i+1, got)
		}
	}
	if got := backoff(1000); got != time.Minute {
		t.Errorf("backoff(1000) = %v", got)
	}
}

func TestErrorsOfTheEngineAreTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := store.NewMemory()
		commit(t, db, store.Unit{Wake: []store.Wake{wakeRow(t, "w", time.Now(), timerIn("c:a"))}})
		var tries []time.Duration
		begun := time.Now()
		_, stop := start(t, Config{DB: db, Engine: toy{step: func(*store.Draft, chat.Event) (chat.Reply, error) {
			tries = append(tries, time.Since(begun))
			if len(tries) < 4 {
				return chat.Reply{}, errors.New("a record is damaged")
			}
			return chat.Reply{}, nil
		}}})
		time.Sleep(time.Hour)
		stop()
		if want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second}; !slices.Equal(tries, want) {
			t.Errorf("tried after %v", tries)
		}
		clean(t, db)
	})
}
