package discord_test

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/bottest/campaign"
	"greenroom/bot/discord/discordfake"
)

// A day: one slot is due at the same instant in every guild of the real bot, which runs in a process of its own, at Discord's own rate
// limits. Members answer meanwhile, click twice and look around. The gateway tells shards to come back, ends sessions and connections
// and falls silent, requests get 429s of every kind and answers are lost, and the bot is killed as kill -9 does. While it is dead,
// members send answers. Then the judge (bottest/campaign) reads what ever stood in Discord, and the store.
var (
	seed  = flag.Uint64("seed", 0, "which moments the day chooses; 0 takes the time")
	whole = flag.Bool("day", false, "play the day in its full size")
)

func TestMain(m *testing.M) {
	campaign.MaybeVictim(parts)
	os.Exit(m.Run())
}

// size is how large a day is.
type size struct {
	shards, guilds int
	quietGuilds    int           // in one of so many guilds there are players
	players        int           // there
	latecomers     int           // to each death
	deaths         []float64     // when the bot is killed: how much of the slot is posted
	dead           time.Duration // how long it is dead then: interactions are over after three seconds
	concurrency    int           // shards that may begin a session at once
	heartbeat      time.Duration // of the gateway: how long it takes to notice silence
}

func daySize() size {
	s := size{
		shards: 2, guilds: 80, quietGuilds: 10, players: 2, latecomers: 2, deaths: []float64{0.25, 0.7},
		dead: 3500 * time.Millisecond, concurrency: 16, heartbeat: 20 * time.Second,
	}
	switch {
	case *whole:
		s.shards, s.guilds, s.latecomers, s.deaths = 4, 2500, 8, []float64{0.2, 0.45, 0.7}
		s.concurrency = 1
	case testing.Short():
		s.guilds, s.deaths, s.dead = 30, []float64{0.5}, 0
	}
	return s
}

// slotAt is when the slot is due.
var slotAt = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// TestDay holds the promises, and the aims of rate and memory where it is played whole.
func TestDay(t *testing.T) {
	if !*whole {
		t.Parallel() // a day is mostly waiting
	}
	d := newDay(t, daySize())
	d.faults = d.allFaults()
	storm, memory := d.play(t)
	for _, wrong := range d.judge(t) {
		t.Error(wrong)
	}
	if !*whole {
		return
	}
	if most := farthest(jumps(d.order)); most > atOnce {
		t.Errorf("a post came before %d that were decided earlier", most)
	}
	if share := storm.ofAllowed(); share < 0.95 {
		t.Errorf("the slot went out at %.1f %% of the allowed rate", 100*share)
	}
	for i, life := range memory {
		if most := mb(life["VmHWM"]); most > 120 {
			t.Errorf("life %d used %.1f MB", i+1, most)
		}
	}
}

// atOnce is how many posts of one instant are decided at once (bot.Config.RoomsBusy), and some that are on their way: among them there is
// no order.
const atOnce = 256 + 32

// What the judge must see: a day in which something is wrong on purpose.
func TestDayJudge(t *testing.T) {
	if testing.Short() {
		t.Skip("each of them is a day")
	}
	small := size{shards: 1, guilds: 4, quietGuilds: 2, players: 1, concurrency: 16, heartbeat: 20 * time.Second}
	withLate := small
	withLate.latecomers, withLate.deaths, withLate.dead = 1, []float64{0.5}, 3500*time.Millisecond
	for _, c := range []struct {
		name  string
		size  size
		spoil func(*day)
		want  string
	}{
		{"nothing", small, func(*day) {}, ""},
		{"a message that is posted twice", small, func(d *day) { d.spoil = twice }, "was posted a second time, at"},
		{"a message that Discord confirms and drops", small, func(d *day) { d.idle, d.spoil, d.missing = true, swallow, 1 }, "never stood in its channel"},
		{"an answer that is lost", small, func(d *day) { d.lose = "attempt" }, "draft 1 of part 0 of"},
		{"an answer to a dead bot that the gateway loses", withLate, func(d *day) {
			d.beforeLife = func() { d.tap.fake.ForgetSessions(discordfake.Every) }
		}, "got 0 grades"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDay(t, c.size, c.spoil)
			d.play(t)
			found := d.judge(t)
			switch {
			case c.want == "" && len(found) > 0:
				t.Errorf("the judge found %q", found)
			case c.want != "" && !slices.ContainsFunc(found, func(v string) bool { return strings.Contains(v, c.want) }):
				t.Errorf("the judge found %q and not that something %q", found, c.want)
			}
		})
	}
}

// spoiler does something wrong with a request that posts a question.
type spoiler func(body string, serve func(body string) *httptest.ResponseRecorder) *httptest.ResponseRecorder

// twice posts it under another nonce too.
func twice(body string, serve func(string) *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	serve(strings.Replace(body, `"nonce":"`, `"nonce":"X`, 1))
	return serve(body)
}

// swallow confirms it and posts nothing.
func swallow(_ string, _ func(string) *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	answer.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(answer, `{"id":"190000000000000001"}`)
	return answer
}

// day is one run.
type day struct {
	size
	spoiled
	seed   uint64
	random *rand.Rand
	clock  *bottest.Clock
	tap    *tapped
	lives  *campaign.Lives
	guilds []*server
	byID   map[string]*server
	order  []int // guilds, as their posts came; guarded by tap.mu
	faults []fault
	late   []*latecomer // to the next death
	doomed bool         // the bot dies soon
	pid    atomic.Int64
	born   map[int]time.Time // lives, by the machine's clock
}

// spoiled is what a day does wrong on purpose, for the judge to see.
type spoiled struct {
	idle       bool // nobody plays
	spoil      spoiler
	missing    int    // so many posts never come
	lose       string // the kind of records that are lost in the end
	beforeLife func() // is called before a life that follows a death
}

// patience is for anything that is awaited.
const patience = 4 * time.Minute

func newDay(t *testing.T, s size, spoil ...func(*day)) *day {
	t.Helper()
	d := &day{size: s, seed: *seed, byID: map[string]*server{}, born: map[int]time.Time{}}
	if d.seed == 0 {
		d.seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", d.seed)
	for _, do := range spoil {
		do(d)
	}
	d.random = rand.New(rand.NewPCG(d.seed, 1))
	d.clock = bottest.NewClock(slotAt.Add(-5 * time.Hour))
	d.tap = newTapped(t, d)
	for n := range s.guilds {
		g := newServer(d, n)
		d.guilds, d.byID[g.id] = append(d.guilds, g), g
	}
	d.lives = &campaign.Lives{
		Victim: campaign.Victim{
			Folder: t.TempDir(), Banks: 1, Questions: 3, Rate: time.Second, Platform: victim{API: d.tap.fake.API(), Token: d.tap.fake.Token()},
		},
		Clock: d.clock, Born: d.begun,
	}
	return d
}

// begun takes notice of a life.
func (d *day) begun(l *campaign.Life) {
	d.tap.Lives(l)
	d.pid.Store(int64(l.PID()))
	d.born[l.Number] = time.Now()
}

// play goes through the day.
func (d *day) play(t *testing.T) (storm pace, memory []resident) {
	t.Helper()
	watched := d.watch()
	began := time.Now()
	d.lives.Begin(t)
	d.setUp(t)
	d.lives.End(t)
	d.lives.Quiet(t)
	setUp := d.tap.pace(span{began, time.Now()}, d.born)

	rest := d.awaken(t.Context())
	defer rest()
	d.clock.Jump(slotAt.Add(-time.Second).Sub(d.clock.Now()))
	d.tap.spoil = d.spoil
	due := time.Now().Add(slotAt.Sub(d.clock.Now()))
	d.lives.Begin(t)
	d.await(t, "the slot is posted everywhere", func() bool { return d.storms(t) })
	storm = d.tap.pace(span{due, time.Now()}, d.born)
	d.await(t, "everybody has played", func() bool { return !d.busy() })
	d.settle(t)
	d.lives.End(t)

	ended := time.Now()
	d.clock.Jump(7 * time.Hour) // to the result of the last post
	d.lives.Quiet(t)
	memory = watched()
	d.report(t, setUp, storm, d.tap.pace(span{ended, time.Now()}, d.born), memory)
	return storm, memory
}

// settle waits until the latecomers have what they should, or a while.
func (d *day) settle(t *testing.T) {
	t.Helper()
	end := time.Now().Add(5 * time.Second)
	d.await(t, "latecomers have their grades", func() bool {
		return time.Now().After(end) || d.told()
	})
}

func (d *day) busy() bool {
	return slices.ContainsFunc(d.guilds, func(g *server) bool {
		return slices.ContainsFunc(g.members, func(m *campaign.Person) bool { return m.Doing() != "" })
	})
}

// await waits for something.
func (d *day) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	d.lives.Await(t, patience, what, ok, d.stuck)
}

// stuck says who is still at what.
func (d *day) stuck() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d guilds have their announcement, %d their post\n", d.tap.announced(), len(d.guilds), d.tap.posted())
	for _, g := range d.guilds {
		for _, m := range g.members {
			if doing := m.Doing(); doing != "" {
				fmt.Fprintf(&b, "%s %s: %s\n", g.id, m.ID, doing)
			}
		}
	}
	return b.String()
}
