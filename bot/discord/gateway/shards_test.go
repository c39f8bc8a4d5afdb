package gateway

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenroom/bot/discord/discordfake"
)

// Shards begin as Discord allows: those of a key five seconds apart and in order, and each hears of its own guilds.
func TestShards(t *testing.T) {
	for _, test := range []struct {
		shards, keys int
		most         time.Duration
	}{{1, 1, 0}, {6, 1, 26 * time.Second}, {6, 16, 0}, {20, 16, 6 * time.Second}} {
		t.Run(fmt.Sprintf("%d shards, %d at once", test.shards, test.keys), func(t *testing.T) {
			inWorld(t, discordfake.Config{Gateway: discordfake.Gateway{Shards: test.shards, Concurrency: test.keys}}, func(w *world) {
				var guilds []string
				for shard := range test.shards {
					guilds = append(guilds, w.guildOf(shard, test.shards))
				}
				begun := time.Now()
				w.start()
				w.connected(test.shards)
				if took := w.await(discordfake.Readied, test.shards).Sub(begun); took > test.most {
					t.Errorf("it took %v: %s", took, w.story())
				}
				w.want("Identifies that came too early", w.times(discordfake.Invalidated), 0)
				last := map[int]int{}
				for _, e := range w.fake.GatewayLog() {
					if key := e.Shard % test.keys; e.What == discordfake.Identified {
						if e.Shard < last[key] {
							t.Errorf("shard %d began after %d", e.Shard, last[key])
						}
						last[key] = e.Shard
					}
				}
				for _, guild := range guilds {
					w.emit(guild)
				}
				time.Sleep(time.Second)
				w.complete(1)
				for _, e := range w.events() {
					w.want(fmt.Sprintf("shard of event %d", e.n), e.shard, e.n-1)
				}
			})
		})
	}
}

// All sessions end at once: they begin again no faster than Discord allows.
func TestAllSessionsEnd(t *testing.T) {
	inWorld(t, discordfake.Config{Gateway: discordfake.Gateway{Shards: 4}}, func(w *world) {
		w.start()
		w.connected(4)
		time.Sleep(time.Minute)
		w.fake.InvalidSession(discordfake.Every, false)
		w.connected(4)
		w.want("sessions", w.times(discordfake.Readied), 8)
		w.want("Op 9", w.times(discordfake.Invalidated), 4)
	})
}

// Discord lets Greenroom begin no more sessions today: it waits until it may, says so, and keeps its token.
func TestDailyLimit(t *testing.T) {
	inWorld(t, discordfake.Config{Gateway: discordfake.Gateway{Identifies: 3}}, func(w *world) {
		begun := time.Now()
		w.start()
		for range 2 {
			w.connected(1)
			time.Sleep(time.Hour)
			w.fake.InvalidSession(0, false)
		}
		w.connected(1)
		time.Sleep(time.Hour)
		w.fake.InvalidSession(0, false)
		time.Sleep(time.Minute)
		if !strings.Contains(w.trouble(), "no more sessions until") {
			t.Errorf("told %q", w.trouble())
		}
		time.Sleep(time.Until(begun.Add(25 * time.Hour)))
		w.want("sessions", w.times(discordfake.Readied), 4)
		w.want("told", w.trouble(), "")
		w.want("connected", len(w.fake.Shards()), 1)
		w.want("closed by Discord", w.times(discordfake.ClosedByDiscord), 0)
	})
}
