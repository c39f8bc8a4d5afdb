package gateway

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/discord/discordfake"
)

// A process that stops and starts goes on with its session: what happened meanwhile comes, and what was done does not.
func TestRestart(t *testing.T) {
	inWorld(t, discordfake.Config{Gateway: discordfake.Gateway{Shards: 2, Concurrency: 16}}, func(w *world) {
		guilds := []string{w.guildOf(0, 2), w.guildOf(1, 2)}
		for i := range 20 {
			first := w.sent + 1
			for range i % 3 {
				w.emit(guilds[i%2]) // while no process runs
			}
			time.Sleep(time.Duration(i) * 5 * time.Second)
			w.start()
			w.connected(2)
			for range i % 5 {
				w.emit(guilds[w.sent%2])
			}
			synctest.Wait()
			w.complete(first)
			w.halt()
		}
		w.want("sessions", w.times(discordfake.Readied), 2)
		w.want("connections closed by us", w.closedBy(closeOwn), 40)
	})
}

// closedBy counts the connections that we closed with a code.
func (w *world) closedBy(code int) (n int) {
	for _, e := range w.fake.GatewayLog() {
		if e.What == discordfake.ClosedByApp && e.Code == code {
			n++
		}
	}
	return n
}

// What is not done is handed over again by the next process, with all that came after it, also where that was done.
func TestNotDone(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		var hold sync.Mutex
		done := map[string]func(){}
		w.handle = func(d Dispatch) {
			hold.Lock()
			defer hold.Unlock()
			if d.Name == "TEST" {
				done[string(d.Body)] = d.Done
			} else {
				d.Done()
			}
		}
		finish := func(n int) {
			hold.Lock()
			defer hold.Unlock()
			done[fmt.Sprintf(`{"n":%d}`, n)]()
		}
		w.start()
		w.connected(1)
		for range 10 {
			w.emit("")
		}
		synctest.Wait()
		for _, n := range []int{10, 2, 1, 4, 5, 1, 2} {
			finish(n)
		}
		w.fake.Reconnect(0) // that alone brings nothing again
		w.await(discordfake.Resumed, 1)
		w.complete(1)
		time.Sleep(2 * time.Second)
		w.kill()
		w.start()
		w.connected(1)
		w.complete(3) // 1 and 2 were done
		w.halt()
		w.want("sessions", w.times(discordfake.Readied), 1)
	})
}

// kill -9 loses at most what was done in the last second: it is handed over again.
func TestKilled(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		w.start()
		w.connected(1)
		for range 5 {
			begun := w.sent + 1
			for range 50 {
				w.emit("")
				time.Sleep(100 * time.Millisecond)
			}
			if got := w.events(); got[len(got)-1].n != w.sent || got[0].n < begun-11 {
				t.Errorf("events %d to %d, sent were %d to %d", got[0].n, got[len(got)-1].n, begun, w.sent)
			}
			w.kill()
			w.start()
			w.connected(1)
		}
		w.want("sessions", w.times(discordfake.Readied), 1)
	})
}

// The session is kept at most once a second, and at the end.
func TestKeptOnceASecond(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		w.start()
		w.connected(1)
		for range 100 {
			w.emit("")
			time.Sleep(30 * time.Millisecond)
		}
		w.emit("")
		synctest.Wait()
		w.halt()
		n := len(w.saves)
		if n < 4 || n > 6 {
			t.Errorf("kept %d times in three seconds", n)
		}
		for i := 1; i < n-1; i++ {
			if d := w.saves[i].Sub(w.saves[i-1]); d < time.Second {
				t.Errorf("kept after %v", d)
			}
		}
		w.want("kept", w.kept(0).Seq, int64(102)) // READY is number 1
	})
}

// A new session has numbers of its own: what is still under way of the old one does not count for it.
func TestNewSession(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		var old []func()
		w.handle = func(d Dispatch) { old = append(old, d.Done) }
		w.start()
		w.connected(1)
		for range 5 {
			w.emit("")
		}
		synctest.Wait()
		first := w.kept(0)
		w.fake.InvalidSession(0, false)
		w.await(discordfake.Readied, 2)
		for _, done := range old[:6] {
			done()
		}
		time.Sleep(2 * time.Second)
		w.want("kept of either", w.kept(0), first) // nothing is done of the new one
		for _, done := range old[6:] {
			done()
		}
		time.Sleep(2 * time.Second)
		w.want("kept of the new one", w.kept(0).Seq, int64(1))
		if w.kept(0).ID == first.ID {
			t.Error("the session is the old one")
		}
		w.emit("")
		synctest.Wait()
		w.complete(1)
	})
}

// Sessions of another number of shards are of no use, nor what is damaged.
func TestOtherShards(t *testing.T) {
	inWorld(t, discordfake.Config{Gateway: discordfake.Gateway{Shards: 2, Concurrency: 16}}, func(w *world) {
		for shard, s := range []Session{
			{Shard: 0, Shards: 3, ID: "old", Seq: 5},
			{Shard: 1, Shards: 2, ID: "", Seq: 5},
			{Shard: 2, Shards: 2, ID: "more", Seq: 5},
		} {
			w.saved[shard] = s
		}
		w.start()
		w.connected(2)
		w.want("Resumes", w.times(discordfake.Resumes), 0)
		w.want("sessions", w.times(discordfake.Readied), 2)
	})
}

// A session that has ended meanwhile is replaced.
func TestSavedSessionIsOver(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		w.start()
		w.connected(1)
		time.Sleep(2 * time.Second)
		w.halt()
		time.Sleep(time.Hour)
		w.start()
		w.connected(1)
		w.emit("")
		synctest.Wait()
		w.complete(1)
	})
}

// What is never done holds nothing back for more than a quarter of an hour.
func TestNeverDone(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		w.handle = func(d Dispatch) {
			if string(d.Body) != `{"n":3}` {
				d.Done()
			}
		}
		w.start()
		w.connected(1)
		for range 5 {
			w.emit("")
		}
		time.Sleep(14 * time.Minute)
		w.want("kept", w.kept(0).Seq, int64(3))
		time.Sleep(3 * time.Minute)
		w.want("kept", w.kept(0).Seq, int64(6))
	})
}

// While too much is under way nothing more is taken. Discord gives such a connection up; the session goes on once there is
// room, and all comes.
func TestTooMuchUnderWay(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		var mu sync.Mutex
		var held []func()
		w.handle = func(d Dispatch) {
			mu.Lock()
			defer mu.Unlock()
			held = append(held, d.Done)
		}
		free := func() {
			mu.Lock()
			now := held
			held = nil
			mu.Unlock()
			for _, done := range now {
				done()
			}
		}
		w.start()
		w.connected(1)
		free()
		const n = maxUndone + 500
		for range n {
			w.emit("")
		}
		for range 10 {
			time.Sleep(10 * time.Second)
			w.want("under way", len(w.events()), maxUndone)
		}
		free()
		time.Sleep(5 * time.Second)
		w.complete(1)
		w.want("sessions", w.times(discordfake.Readied), 1)
	})
}

// A session that is kept nowhere is kept again until it is.
func TestSaveFails(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		w.start()
		w.connected(1)
		w.mu.Lock()
		w.full = true
		w.mu.Unlock()
		w.emit("")
		time.Sleep(5 * time.Second)
		before := w.kept(0).Seq
		w.mu.Lock()
		w.full = false
		w.mu.Unlock()
		time.Sleep(2 * time.Second)
		w.want("kept before", before, int64(1))
		w.want("kept", w.kept(0).Seq, int64(2))
	})
}
