package gateway

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/discord/discordfake"
)

// Whatever happens to connections, sessions, discordgo and the process while events flow: a process gets each event once
// and in the order of its shard, and no event is lost that Discord did not lose itself.
func TestCampaign(t *testing.T) {
	seeds := uint64(150)
	if testing.Short() {
		seeds = 12
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { campaign(t, seed) })
	}
}

func campaign(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 3))
	shards := 1 + r.IntN(4)
	cfg := discordfake.Config{Seed: seed, Gateway: discordfake.Gateway{Shards: shards, Concurrency: 1 + r.IntN(2)*15, Identifies: 500}}
	inWorld(t, cfg, func(w *world) {
		var guilds []string
		for shard := range shards {
			guilds = append(guilds, w.guildOf(shard, shards))
		}
		w.slow = rand.New(rand.NewPCG(seed, 4))
		w.start()
		w.connected(shards)
		time.Sleep(3 * time.Second) // a session that was not kept yet is lost with its process
		seen := map[int]int{}       // by event
		gather := func() {
			for _, e := range w.events() {
				seen[e.n]++
			}
		}
		// settled waits until every event that was sent has come, so that what ends now takes nothing with it.
		settled := func() {
			w.connected(shards)
			begun := time.Now()
			for w.missing(seen) > 0 {
				if time.Since(begun) > 10*time.Minute {
					t.Fatalf("%d events do not come: %s", w.missing(seen), w.story())
				}
				time.Sleep(10 * time.Millisecond)
			}
		}
		for range 50 {
			for range r.IntN(30) {
				w.emit(guilds[r.IntN(shards)])
				time.Sleep(time.Duration(r.IntN(200)) * time.Millisecond)
			}
			shard := r.IntN(shards)
			switch r.IntN(14) {
			case 0, 1:
				w.fake.Reconnect(shard)
			case 2:
				w.fake.InvalidSession(shard, true)
			case 3:
				w.fake.CloseShard(shard, []int{0, 1000, 1001, 4000, 4001, 4002, 4003, 4005, 4008, 4999}[r.IntN(10)])
			case 4:
				w.fake.Silence(shard)
			case 5:
				w.fake.AskHeartbeat(shard)
			case 6:
				w.connected(shards) // no more of it than a session survives
				w.fake.AnswerStart(discordfake.Resumes, 1+r.IntN(2), []discordfake.Start{
					{Op: 7}, {Op: 9, Resumable: true}, {Code: 4000}, {}, {Mute: true},
				}[r.IntN(5)])
				w.fake.CloseShard(shard, 4000)
				w.connected(shards)
			case 7:
				w.fake.ResumeURLDead(true)
				w.fake.Reconnect(discordfake.Every)
				w.connected(shards)
				w.fake.ResumeURLDead(false)
			case 8: // sessions that end
				settled()
				w.fake.AnswerStart(discordfake.Identified, r.IntN(3), discordfake.Start{Op: []int{7, 9}[r.IntN(2)]})
				if r.IntN(2) == 0 {
					w.fake.InvalidSession(shard, false)
				} else {
					w.fake.CloseShard(shard, []int{4007, 4009}[r.IntN(2)])
				}
				w.connected(shards)
				time.Sleep(3 * time.Second)
			case 9:
				w.pipes.cut(-2 * r.IntN(shards))
				time.Sleep(time.Millisecond) // nothing else in this moment: see settle
			case 10: // Discord replays and repeats
				w.fake.CloseShard(discordfake.Every, 0)
			case 11: // the process ends, and while there is none things happen
				kill := r.IntN(2) == 0
				if kill {
					w.kill()
				} else {
					w.halt()
				}
				w.unique()
				gather()
				for range r.IntN(5) {
					w.emit(guilds[r.IntN(shards)])
				}
				time.Sleep(time.Duration(r.IntN(30)) * time.Second)
				w.start()
			default:
				time.Sleep(time.Duration(r.IntN(60)) * time.Second)
			}
		}
		settled()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		w.unique()
		if n := w.missing(seen); n > 0 {
			t.Errorf("%d events are lost: %s", n, w.story())
		}
		w.want("trouble", w.trouble(), "")
	})
}

// missing is how many of the events that were sent have come neither to this process nor before.
func (w *world) missing(seen map[int]int) int {
	now := map[int]bool{}
	for _, e := range w.events() {
		now[e.n] = true
	}
	missing := 0
	for n := 1; n <= w.sent; n++ {
		if seen[n] == 0 && !now[n] {
			missing++
		}
	}
	return missing
}

// unique fails where this process got an event twice, or after a later one of its shard.
func (w *world) unique() {
	w.t.Helper()
	last := map[int]int{}
	for _, e := range w.events() {
		if e.n <= last[e.shard] {
			w.t.Fatalf("shard %d: event %d came after %d", e.shard, e.n, last[e.shard])
		}
		last[e.shard] = e.n
	}
}
