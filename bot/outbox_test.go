package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// sending runs a bot over an outbox that holds the actions, for as long as it takes.
func sending(t *testing.T, f *fake, took time.Duration, actions ...chat.Action) (*store.Memory, *news) {
	t.Helper()
	db, n := store.NewMemory(), &news{}
	for _, a := range actions {
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, a)}})
	}
	_, stop := start(t, Config{DB: db, Engine: toy{step: n.step}, Platforms: map[string]chat.Platform{"fake": f}})
	time.Sleep(took)
	stop()
	return db, n
}

func TestAPostGoesOutAndComesBackAsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, begun := &fake{}, time.Now()
		db, n := sending(t, f, time.Minute, post("p1", "a"))
		if got := f.keys(); !slices.Equal(got, []chat.Key{"p1"}) {
			t.Errorf("posted %v", got)
		}
		if id, _ := db.Message(t.Context(), "p1"); id != "m1" {
			t.Errorf("recorded id %q", id)
		}
		sent := n.of(chat.Sent)
		if len(sent) != 1 || sent[0].Key != "p1" || sent[0].Room != "c:a" || sent[0].Channel != "a" || !sent[0].Due.Equal(begun) {
			t.Errorf("sent events %+v", sent)
		}
		clean(t, db)
	})
}

func TestOrderWithinAPlaceAndNoWaitingBetweenPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		var slow sync.Once
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			var err error
			if a.Channel == "a" {
				slow.Do(func() { err = &chat.Wait{Until: time.Now().Add(30 * time.Second)} })
			}
			if err != nil {
				return "", err
			}
			return f.post(a), nil
		}
		db, _ := sending(t, f, time.Minute, post("a1", "a"), post("a2", "a"), post("b1", "b"), post("a3", "a"), post("b2", "b"))
		if got := f.keys(); !slices.Equal(got, []chat.Key{"b1", "b2", "a1", "a2", "a3"}) {
			t.Errorf("posted %v", got)
		}
		clean(t, db)
	})
}

// What the platform posted before the answer was lost is found and not posted again.
func TestALostAnswerIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			f.post(a)
			return "", errBroken
		}
		db, n := sending(t, f, time.Minute, post("p1", "a"), post("p2", "a"))
		if got := f.keys(); !slices.Equal(got, []chat.Key{"p1", "p2"}) {
			t.Errorf("posted %v", got)
		}
		if len(n.of(chat.Sent)) != 2 {
			t.Errorf("news %+v", n.events)
		}
		clean(t, db)
	})
}

func TestAFailureBeforePostingIsTriedAgainWithBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries []time.Duration
		begun := time.Now()
		f := &fake{}
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			if tries = append(tries, time.Since(begun)); len(tries) < 4 {
				return "", errBroken
			}
			return f.post(a), nil
		}
		db, _ := sending(t, f, time.Minute, post("p1", "a"))
		if want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second}; !slices.Equal(tries, want) {
			t.Errorf("tried after %v", tries)
		}
		clean(t, db)
	})
}

func TestWhereThePlatformCannotTell(t *testing.T) {
	cannot := func(chat.Action) (chat.MessageID, bool, error) { return "", false, chat.ErrCannotTell }
	t.Run("it is sent again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f, tries := &fake{find: cannot}, 0
			f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
				id := f.post(a)
				if tries++; tries == 1 {
					return "", errBroken
				}
				return id, nil
			}
			db, n := sending(t, f, time.Minute, post("p1", "a"))
			if got := f.keys(); len(got) != 2 || len(n.of(chat.Sent)) != 1 {
				t.Errorf("posted %v, news %+v", got, n.events)
			}
			clean(t, db)
		})
	})
	t.Run("unless it must stand once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{find: cannot}
			f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) { f.post(a); return "", errBroken }
			a := post("p1", "a")
			a.Once = true
			db, n := sending(t, f, time.Minute, a)
			failed := n.of(chat.Failed)
			if len(f.keys()) != 1 || len(failed) != 1 || failed[0].Reason != chat.ReasonDoubt || failed[0].Key != "p1" {
				t.Errorf("posted %v, news %+v", f.keys(), n.events)
			}
			clean(t, db)
		})
	})
}

// A wait is the platform's word that nothing was posted, so it leaves no doubt behind.
func TestAfterAWaitThereIsNoDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{find: func(chat.Action) (chat.MessageID, bool, error) {
			t.Error("the platform was asked about what it had not posted")
			return "", false, chat.ErrCannotTell
		}}
		waits := 0
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			if waits++; waits < 4 {
				return "", fmt.Errorf("limited: %w", &chat.Wait{Until: time.Now().Add(time.Duration(waits-2) * time.Second)})
			}
			return f.post(a), nil
		}
		a := post("p1", "a")
		a.Once = true
		db, n := sending(t, f, time.Minute, a)
		if len(f.keys()) != 1 || len(n.of(chat.Sent)) != 1 || waits != 4 {
			t.Errorf("posted %v after %d tries", f.keys(), waits)
		}
		clean(t, db)
	})
}

// A wait of Find, or of a platform that is not there, says nothing about the message: the doubt stays.
func TestAWaitOfFindLeavesTheDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, asked := &fake{}, 0
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) { f.post(a); return "", errBroken }
		f.find = func(chat.Action) (chat.MessageID, bool, error) {
			if asked++; asked < 3 {
				return "", false, &chat.Wait{Until: time.Now().Add(5 * time.Second)}
			}
			return "m1", true, nil
		}
		db, n := sending(t, f, time.Minute, post("p1", "a"))
		if len(f.keys()) != 1 || asked != 3 || len(n.of(chat.Sent)) != 1 {
			t.Errorf("posted %v, asked %d times, news %+v", f.keys(), asked, n.events)
		}
		clean(t, db)
	})
}

func TestRefusedComesBackAsFailedAndThePlaceGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			if a.Key == "p1" {
				return "", &chat.Refused{Reason: chat.ReasonArchived, Detail: "is_archived"}
			}
			return f.post(a), nil
		}
		thread := post("t1", "a")
		thread.Do, thread.Target = chat.Thread, "p1"
		db, n := sending(t, f, time.Minute, post("p1", "a"), thread, post("p2", "a"))
		if got := f.keys(); !slices.Equal(got, []chat.Key{"p2"}) {
			t.Errorf("posted %v", got)
		}
		failed := n.of(chat.Failed)
		if len(failed) != 2 || failed[0].Key != "p1" || failed[0].Reason != chat.ReasonArchived ||
			failed[1].Key != "t1" || failed[1].Reason != chat.ReasonParentGone {
			t.Errorf("failed events %+v", failed)
		}
		if id, _ := db.Message(t.Context(), "p1"); id != "" {
			t.Errorf("a refused message has the id %q", id)
		}
		clean(t, db)
	})
}

func TestALifeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, begun := &fake{}, time.Now()
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			if a.Key == "p1" {
				return "", errBroken
			}
			return f.post(a), nil
		}
		short := post("p1", "a")
		short.Until = begun.Add(10 * time.Minute)
		db, n := sending(t, f, 20*time.Minute, short, post("p2", "a"))
		failed := n.of(chat.Failed)
		if len(failed) != 1 || failed[0].Reason != chat.ReasonExpired || !failed[0].At.Equal(short.Until) {
			t.Errorf("failed events %+v", failed)
		}
		if sent := n.of(chat.Sent); len(sent) != 1 || !sent[0].Due.Equal(short.Until) {
			t.Errorf("the place went on: %+v", sent)
		}
		clean(t, db)
	})
}

// A message whose answer was lost and whose life ends meanwhile did go out.
func TestWhatStandsIsNotExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) { f.post(a); return "", errBroken }
		asked, begun := 0, time.Now()
		f.find = func(chat.Action) (chat.MessageID, bool, error) {
			if asked++; time.Since(begun) < 10*time.Minute {
				return "", false, errBroken
			}
			return "m1", true, nil
		}
		short := post("p1", "a")
		short.Until = begun.Add(10 * time.Minute)
		_, n := sending(t, f, 20*time.Minute, short)
		if sent := n.of(chat.Sent); len(sent) != 1 || !sent[0].Due.Equal(begun) || len(f.keys()) != 1 {
			t.Errorf("news %+v", n.events)
		}
	})
}

func TestAMessageThatPanicsIsParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, tries := &fake{}, 0
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			if a.Key == "p1" {
				tries++
				panic("cannot draw it")
			}
			return f.post(a), nil
		}
		db, n := sending(t, f, time.Hour, post("p1", "a"), post("p2", "a"))
		failed := n.of(chat.Failed)
		if tries != 3 || len(failed) != 1 || failed[0].Reason != chat.ReasonPoison || !slices.Equal(f.keys(), []chat.Key{"p2"}) {
			t.Errorf("%d tries, failed events %+v, posted %v", tries, failed, f.keys())
		}
		records, _ := db.List(t.Context(), shellSpace+store.Prefix("parked"), "", 10)
		var p parked
		if len(records) != 1 || json.Unmarshal(records[0].Bytes, &p) != nil || p.Row != "p1" || p.Place != "fake:w/c:a" {
			t.Errorf("parked %+v", records)
		}
		clean(t, db)
	})
}

// What is no message and no event is put aside, whatever it is, and what comes behind it goes on.
func TestARowThatCannotBeReadIsParked(t *testing.T) {
	for _, body := range []string{"{", "null", "{}", `{"Key":"other"}`, `"x"`, "\xff", ""} {
		synctest.Test(t, func(t *testing.T) {
			db, f, n := store.NewMemory(), &fake{}, &news{}
			commit(t, db, store.Unit{
				Send: []store.Row{{Key: "x", Place: "fake:w/c:a", Body: []byte(body)}, rowOf(t, post("p2", "a"))},
				Wake: []store.Wake{{Name: "w", At: time.Now(), Body: []byte(body)}, wakeRow(t, "w2", time.Now(), timerIn("c:a"))},
			})
			b, stop := start(t, Config{DB: db, Engine: toy{step: n.step}, Platforms: map[string]chat.Platform{"fake": f}})
			time.Sleep(time.Minute)
			if h := b.Health(t.Context()); h.Parked != 2 || h.Outbox != 0 {
				t.Errorf("%q: health %+v", body, h)
			}
			stop()
			if !slices.Equal(f.keys(), []chat.Key{"p2"}) || len(n.of(chat.Timer)) != 1 {
				t.Errorf("%q: posted %v, fired %v", body, f.keys(), n.of(chat.Timer))
			}
			clean(t, db)
		})
	}
}

func TestTheNewestEditGoesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, f := store.NewMemory(), &fake{}
		var edits []string
		f.send = func(a chat.Action, target chat.MessageID) (chat.MessageID, error) {
			if a.Do == chat.Edit {
				edits = append(edits, string(target)+" "+a.Message.Blocks[0].Spans[0].Text)
				return target, nil
			}
			return f.post(a), nil
		}
		b, stop := start(t, Config{
			DB: db, Platforms: map[string]chat.Platform{"fake": f}, EditsBurst: 2, EditsEvery: 8500 * time.Millisecond,
			Engine: toy{step: func(d *store.Draft, e chat.Event) (chat.Reply, error) {
				if e.Kind == chat.Click {
					a := post("edit", "a")
					a.Do, a.Key, a.Target, a.Tell = chat.Edit, chat.EditKey("p1"), "p1", false
					a.Message.Blocks = []chat.Block{chat.Text(e.ID.Name)}
					a.Until = time.Now().Add(time.Minute)
					d.Send(rowOf(t, a))
				}
				return chat.Reply{}, nil
			}},
		})
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("p1", "a"))}})
		b.outbox.notice("fake:w/c:a")
		for i := range 12 {
			time.Sleep(2 * time.Second)
			if _, err := b.Handle(t.Context(), click(fmt.Sprint(i), "c:a")); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		stop()
		// Two at once, then one every 8.5 s, each the newest of its moment; the last one is the last word.
		if want := []string{"m1 0", "m1 1", "m1 4", "m1 8", "m1 11"}; !slices.Equal(edits, want) {
			t.Errorf("edits %q", edits)
		}
		clean(t, db)
	})
}

func TestCountersAreLastInTheBudget(t *testing.T) {
	e, now := newEdits(4, time.Second), time.Now()
	for i := range 2 {
		if err := e.take("w", true, now); err != nil {
			t.Errorf("counter %d: %v", i, err)
		}
	}
	var wait *chat.Wait
	if err := e.take("w", true, now); !errors.As(err, &wait) || !wait.Until.Equal(now.Add(time.Second)) {
		t.Errorf("third counter: %v", err)
	}
	for i := range 2 {
		if err := e.take("w", false, now); err != nil {
			t.Errorf("edit %d: %v", i, err)
		}
	}
	if err := e.take("w", false, now); !errors.As(err, &wait) {
		t.Errorf("fifth edit: %v", err)
	}
	if err := e.take("other", false, now); err != nil {
		t.Errorf("another workspace: %v", err)
	}
	if err := e.take("w", true, now.Add(3*time.Second)); err != nil {
		t.Errorf("counter after three seconds: %v", err)
	}
}

// A post that is replaced while it is under way stands with its old content; the new one becomes an edit of it.
func TestAPostReplacedWhileUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, f := store.NewMemory(), &fake{}
		var did []string
		newer := post("p1", "a")
		newer.Message.Blocks = []chat.Block{chat.Text("newer")}
		f.send = func(a chat.Action, target chat.MessageID) (chat.MessageID, error) {
			did = append(did, fmt.Sprint(a.Do, " ", a.Message.Blocks[0].Spans[0].Text, " ", target))
			if a.Do == chat.Edit {
				return target, nil
			}
			commit(t, db, store.Unit{Send: []store.Row{rowOf(t, newer)}})
			return f.post(a), nil
		}
		n := &news{}
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("p1", "a"))}})
		_, stop := start(t, Config{DB: db, Engine: toy{step: n.step}, Platforms: map[string]chat.Platform{"fake": f}})
		time.Sleep(time.Minute)
		stop()
		if want := []string{"post p1 ", "edit newer m1"}; !slices.Equal(did, want) || len(n.of(chat.Sent)) != 1 {
			t.Errorf("did %q, news %+v", did, n.events)
		}
		clean(t, db)
	})
}

func TestAClickOnACopyDeletesTheCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, f := store.NewMemory(), &fake{}
		var deleted []chat.MessageID
		f.send = func(a chat.Action, target chat.MessageID) (chat.MessageID, error) {
			if a.Do == chat.Delete {
				deleted = append(deleted, a.Copy)
				return a.Copy, nil
			}
			return f.post(a), nil
		}
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("p1", "a"))}})
		answered := 0
		b, stop := start(t, Config{DB: db, Platforms: map[string]chat.Platform{"fake": f}, Engine: toy{
			step: func(_ *store.Draft, e chat.Event) (chat.Reply, error) {
				if e.Kind == chat.Click {
					answered++
				}
				return chat.Reply{}, nil
			},
			look: func(store.View, chat.Event) (chat.Reply, error) { answered++; return chat.Reply{}, nil },
		}})
		time.Sleep(time.Second)
		for i, clicked := range []chat.MessageID{"m1", "m9", "m8", ""} {
			e := click(fmt.Sprint("e", i), "c:a")
			e.Channel, e.Key, e.Clicked, e.Value.Look = "a", "p1", clicked, clicked == "m8"
			if _, err := b.Handle(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		stop()
		if !slices.Equal(deleted, []chat.MessageID{"m9", "m8"}) || answered != 4 {
			t.Errorf("deleted %v, answered %d", deleted, answered)
		}
		clean(t, db)
	})
}

// The store fails while an outcome is being recorded: the message is not sent again, and its news comes once.
func TestAnOutcomeIsRecordedInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, f, n := &moody{DB: store.NewMemory()}, &fake{}, &news{}
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			db.set(store.ErrFull)
			return f.post(a), nil
		}
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("p1", "a"))}})
		_, stop := start(t, Config{DB: db, Engine: toy{step: n.step}, Platforms: map[string]chat.Platform{"fake": f}})
		time.Sleep(10 * time.Minute)
		db.set(nil)
		time.Sleep(2 * time.Minute)
		stop()
		if len(f.keys()) != 1 || len(n.of(chat.Sent)) != 1 {
			t.Errorf("posted %v, news %+v", f.keys(), n.events)
		}
		clean(t, db)
	})
}

// What the shell keeps stands in its space, which no record of the engine and no other space can meet.
func TestMarksStandInTheShellsSpace(t *testing.T) {
	db := store.NewMemory()
	if err := New(Config{DB: db}).mark("web:w/post/1"); err != nil {
		t.Fatal(err)
	}
	records, err := store.Space(db, "bot").List(t.Context(), store.Prefix("tried"), "", 10)
	if err != nil || len(records) != 1 || records[0].Ref.Parts()[1] != "web:w/post/1" {
		t.Errorf("%+v, %v", records, err)
	}
}

// A message under way when the process died has a mark: it is asked for before it is sent, and what has no mark is sent.
func TestAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, f, n := store.NewMemory(), &fake{}, &news{}
		tried := time.Now()
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("posted", "a")), rowOf(t, post("lost", "b")), rowOf(t, post("new", "c"))}})
		before := New(Config{DB: db, Platforms: map[string]chat.Platform{"fake": f}})
		for _, key := range []string{"posted", "lost"} {
			if err := before.mark(key); err != nil {
				t.Fatal(err)
			}
		}
		f.post(post("posted", "a"))
		time.Sleep(time.Minute)
		_, stop := start(t, Config{DB: db, Engine: toy{step: n.step}, Platforms: map[string]chat.Platform{"fake": f}})
		time.Sleep(time.Minute)
		stop()
		got := f.keys()
		slices.Sort(got)
		if want := []chat.Key{"lost", "new", "posted"}; !slices.Equal(got, want) {
			t.Errorf("posted %v", got)
		}
		for _, e := range n.of(chat.Sent) {
			if e.Key == "posted" && !e.Due.Equal(tried) {
				t.Errorf("what was found is said to be sent at %v, it was tried at %v", e.Due, tried)
			}
		}
		clean(t, db)
	})
}

func TestAPlatformThatIsNotConfiguredLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, n := store.NewMemory(), &news{}
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("p1", "a")), rowOf(t, post("p2", "b"))}})
		b, stop := start(t, Config{DB: db, Engine: toy{step: n.step}})
		if err := b.mark("p2"); err != nil { // it was under way when the process before died
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		stop()
		f := &fake{}
		f.post(post("p2", "b"))
		_, stop = start(t, Config{DB: db, Engine: toy{step: n.step}, Platforms: map[string]chat.Platform{"fake": f}})
		time.Sleep(time.Second)
		stop()
		if !slices.Equal(f.keys(), []chat.Key{"p2", "p1"}) || len(n.of(chat.Sent)) != 2 {
			t.Errorf("posted %v, news %+v", f.keys(), n.events)
		}
		clean(t, db)
	})
}

func TestCallsOfOnePlatformAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		inside, most := 0, 0
		f := &fake{}
		f.send = func(a chat.Action, _ chat.MessageID) (chat.MessageID, error) {
			mu.Lock()
			inside++
			most = max(most, inside)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			inside--
			mu.Unlock()
			return f.post(a), nil
		}
		var actions []chat.Action
		for i := range 130 { // more places than one page of the outbox
			actions = append(actions, post(fmt.Sprint("p", i), fmt.Sprint("c", i)))
		}
		db, _ := sending(t, f, time.Minute, actions...)
		if most != 16 || len(f.keys()) != 130 {
			t.Errorf("%d at a time, %d posted", most, len(f.keys()))
		}
		clean(t, db)
	})
}

// late is a store in which something is committed while a read is on its way back.
type late struct {
	store.DB
	outbox func() // called once, after the read of a place that has no rows
	due    func() // called once, after the second read
	reads  int
}

func (l *late) Outbox(ctx context.Context, after string, n int) ([]store.Row, error) {
	rows, err := l.DB.Outbox(ctx, after, n)
	if f := l.outbox; n == 1 && len(rows) == 0 && f != nil {
		l.outbox = nil
		f()
	}
	return rows, err
}

func (l *late) Due(ctx context.Context, until time.Time, n int) ([]store.Wake, error) {
	wakes, err := l.DB.Due(ctx, until, n)
	if l.reads++; l.reads == 2 && l.due != nil {
		l.due()
	}
	return wakes, err
}

func TestWhatComesWhileAPlaceEndsGoesOutAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, f := &late{DB: store.NewMemory()}, &fake{}
		commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("p1", "a"))}})
		b := New(Config{DB: db, Engine: toy{step: (&news{}).step}, Platforms: map[string]chat.Platform{"fake": f}})
		db.outbox = func() {
			commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("p2", "a"))}})
			b.outbox.notice("fake:w/c:a")
		}
		runFor(t, b, time.Second)
		if got := f.keys(); !slices.Equal(got, []chat.Key{"p1", "p2"}) {
			t.Errorf("posted within a second: %v", got)
		}
	})
}

func TestAWakeRowSetWhileTheRowsAreReadFiresInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, n := &late{DB: store.NewMemory()}, &news{}
		commit(t, db, store.Unit{Wake: []store.Wake{wakeRow(t, "first", time.Now().Add(time.Second), timerIn("c:a"))}})
		b := New(Config{DB: db, Engine: toy{step: n.step}})
		db.due = func() { // during the read that finds the first row due
			w := wakeRow(t, "second", time.Now().Add(time.Second), timerIn("c:a"))
			commit(t, db, store.Unit{Wake: []store.Wake{w}})
			b.timers.notice(w.At)
		}
		runFor(t, b, 3*time.Second)
		for _, e := range n.of(chat.Timer) {
			if !e.At.Equal(e.Due) {
				t.Errorf("%s fired %v late", e.Name, e.At.Sub(e.Due))
			}
		}
		if got := len(n.of(chat.Timer)); got != 2 {
			t.Errorf("%d fired", got)
		}
	})
}

func runFor(t *testing.T, b *Bot, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := b.Run(ctx); err != nil {
		t.Error(err)
	}
}
