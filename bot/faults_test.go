package bot

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
	"greenroom/store/storetest"
)

// A click leads to a post, its Sent event to a thread message, and a wake row to another post. Whichever commit fails,
// before it is applied or after, in the end each has happened once.
func TestEachCommitFailsOnce(t *testing.T) {
	total := commitsOf(t, storetest.Fault{})
	if total < 9 { // of the click, the news, the wake row; a mark and an end of each message
		t.Fatalf("only %d commits", total)
	}
	for n := 1; n <= total; n++ {
		for _, after := range []bool{false, true} {
			commitsOf(t, storetest.Fault{Commit: n, After: after})
		}
	}
}

// commitsOf plays it with one fault and returns how many commits that took.
func commitsOf(t *testing.T, fault storetest.Fault) (commits int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		memory, f := store.NewMemory(), &fake{}
		db := storetest.Faulty(memory, fault)
		b, stop := start(t, Config{DB: db, Engine: toy{step: chain(t)}, Platforms: map[string]chat.Platform{"fake": f}})
		e := click("first", "c:a")
		for range 3 { // a platform delivers again until the event is acknowledged
			if _, err := b.Handle(t.Context(), e); err == nil {
				break
			}
		}
		time.Sleep(10 * time.Minute)
		stop()
		commits = db.Commits()
		if got := fmt.Sprint(f.keys()); got != "[p1 t1 p2]" {
			t.Errorf("%+v: posted %v", fault, got)
		}
		for _, ref := range []store.Ref{"click", "sent", "timer"} {
			if r, err := memory.Load(t.Context(), ref); err != nil || string(r[0].Bytes) != "x" {
				t.Errorf("%+v: %s was handled %d times, %v", fault, ref, len(r[0].Bytes), err)
			}
		}
		clean(t, memory)
	})
	return commits
}

// chain is an engine in which one thing leads to another; it counts in the store what it has handled.
func chain(t *testing.T) func(*store.Draft, chat.Event) (chat.Reply, error) {
	return func(d *store.Draft, e chat.Event) (chat.Reply, error) {
		count, err := d.Get(store.Ref(e.Kind))
		d.Put(store.Ref(e.Kind), append(count, 'x'))
		switch e.Kind {
		case chat.Click:
			d.Send(rowOf(t, post("p1", "a")))
		case chat.Sent:
			thread := post("t1", "a")
			thread.Do, thread.Target, thread.Tell = chat.Thread, e.Key, false
			d.Send(rowOf(t, thread))
			d.Wake(wakeRow(t, "w", e.Due.Add(5*time.Minute), timerIn("c:a")))
		case chat.Timer:
			last := post("p2", "a")
			last.Tell = false
			d.Send(rowOf(t, last))
		}
		return chat.Reply{}, err
	}
}
