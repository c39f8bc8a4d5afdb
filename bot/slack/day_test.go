package slack_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/bottest/campaign"
	"greenroom/bot/slack/slackfake"
)

// A day: the real bot, in a process of its own, serves three workspaces with sixty channels and three hundred members
// who answer, click twice, look around and write, against a fake Slack in this process that refuses, fails after it
// posted, doubles deliveries and renews connections. The bot is killed as kill -9 does, at moments chosen by a seed. Then
// the judge (bottest/campaign) reads what ever stood in Slack, what became of every call, and the store.
var (
	seed  = flag.Uint64("seed", 0, "which moments and faults the day chooses; 0 takes the time")
	kills = flag.Int("kills", 5, "how often the day kills the bot")
	whole = flag.Bool("day", false, "play the day in its full size")
)

func TestMain(m *testing.M) {
	campaign.MaybeVictim(parts)
	os.Exit(m.Run())
}

// size is how large a day is.
type size struct {
	workspaces int
	channels   int // of each workspace
	members    int // of each workspace
	seats      int // members of each channel
	instants   int // at how many moments of the day schedules fire; each channel has two schedules
	kills      int
}

func daySize() size {
	switch {
	case *whole:
		return size{workspaces: 3, channels: 20, members: 100, seats: 15, instants: 20, kills: *kills}
	case testing.Short():
		return size{workspaces: 1, channels: 2, members: 6, seats: 4, instants: 1, kills: min(*kills, 1)}
	}
	return size{workspaces: 2, channels: 2, members: 6, seats: 4, instants: 1, kills: min(*kills, 1)}
}

// With the history scope the bot can look before it sends again: whatever happens, each slot stands once.
func TestDay(t *testing.T) {
	playAndJudge(t, daySize(), true, false)
}

// Without it no slot is missing; one stands twice only where a send was left in doubt, until somebody clicks the copy.
func TestDayWithoutHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("the day with the scope is enough")
	}
	playAndJudge(t, daySize(), false, false)
}

// The same over signed HTTP.
func TestDayOverHTTP(t *testing.T) {
	if testing.Short() {
		t.Skip("the day over Socket Mode is enough")
	}
	s := daySize()
	s.instants, s.kills = min(s.instants, 6), min(s.kills, 2)
	playAndJudge(t, s, true, true)
}

// What the judge must see: a day in which something is wrong on purpose.
func TestDayJudge(t *testing.T) {
	if testing.Short() {
		t.Skip("each of them is a day")
	}
	small := size{workspaces: 1, channels: 1, members: 4, seats: 4, instants: 1}
	for _, c := range []struct {
		name    string
		history bool
		spoil   func(*day)
		want    string
	}{
		{"nothing", true, func(*day) {}, ""},
		{"a bot that cannot look though it has the scope", true, func(d *day) {
			d.blind, d.idle, d.until = true, true, d.slack.copied
			d.firstSlot = func() { d.slack.fake.Next(1, "chat.postMessage", slackfake.FailAfter) }
		}, "was posted a second time, at"},
		{"a copy that nobody heals", false, func(d *day) {
			d.untouched, d.idle, d.until = true, true, d.slack.copied
			d.firstSlot = func() { d.slack.fake.Next(1, "chat.postMessage", slackfake.FailAfter) }
		}, "stands 2 times in the end"},
		{"a send that Slack confirms and drops", true, func(d *day) {
			d.idle, d.until = true, d.slack.swallowed
			d.firstSlot = d.slack.swallow
		}, "never stood in its channel"},
		{"an answer that is lost", true, func(d *day) { d.lose = "attempt" }, "draft 1 of part 0 of"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDay(t, small, c.history, false)
			d.calm = true
			c.spoil(d)
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

// day is one run.
type day struct {
	size
	spoiled
	seed     uint64
	random   *rand.Rand
	clock    *bottest.Clock
	history  bool // the bot has the scopes to read channels
	http     bool // Slack delivers by signed HTTP
	slack    *tapped
	lives    *campaign.Lives
	teams    []*workspace
	began    time.Time     // from when on slots are expected
	ended    time.Time     // until when
	patience time.Duration // for anything that is awaited
}

// spoiled is what a day does wrong on purpose, for the judge to see.
type spoiled struct {
	calm      bool        // Slack makes no faults by itself
	blind     bool        // the history scope is missing though the judge thinks it is there
	firstSlot func()      // is called before the first schedule fires
	idle      bool        // nobody plays
	until     func() bool // what is waited for before the day goes on, in place of its posts
	untouched bool        // nobody clicks the copies in the end
	lose      string      // the kind of records that are lost in the end
}

// rate is how fast the day's clock runs; between lives it jumps besides. Slack's limits count by it, and the times of
// connections by the process's.
const rate = 20 * time.Second

var midnight = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func newDay(t *testing.T, s size, history, http bool) *day {
	t.Helper()
	d := &day{size: s, seed: *seed, history: history, http: http, patience: 4 * time.Minute}
	if d.seed == 0 {
		d.seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d, %d kills", d.seed, s.kills)
	d.random = rand.New(rand.NewPCG(d.seed, 1))
	d.clock = bottest.NewFastClock(midnight, rate)
	folder := t.TempDir()
	d.slack = newTapped(t, d, folder)
	v := victim{
		API: d.slack.fake.API(), Secret: daySecret,
		App: appConfig{ID: dayClient, Secret: dayClientSecret, Redirect: "http://" + d.slack.victim + "/slack/oauth", Keys: newKeyring(t)},
	}
	if !http {
		v.AppToken = dayAppToken
	}
	d.lives = &campaign.Lives{
		Victim: campaign.Victim{Folder: folder, Banks: 2 * s.channels, Questions: 3, Rate: rate, EditsEvery: time.Second, Platform: v},
		Clock:  d.clock, Hooks: d.slack.hooks, Born: d.slack.Lives,
	}
	for i := range s.workspaces {
		d.teams = append(d.teams, newWorkspace(d, i))
	}
	return d
}

func playAndJudge(t *testing.T, s size, history, http bool) {
	t.Helper()
	if !*whole {
		t.Parallel() // a day is mostly waiting
	}
	d := newDay(t, s, history, http)
	d.play(t)
	for _, v := range d.judge(t) {
		t.Error(v)
	}
}

// play goes through the day.
func (d *day) play(t *testing.T) {
	t.Helper()
	d.start(t, campaign.Strike{})
	d.setUp(t)
	d.lives.End(t)
	rest := d.awaken(t.Context())
	defer rest()
	if !d.calm {
		d.slack.misbehave(d.seed)
	}
	d.began = d.clock.Now()
	doomed := d.doomed()
	if d.firstSlot != nil {
		d.firstSlot()
	}
	for i, at := range d.slots() {
		d.clock.Jump(at.Add(-2 * time.Second).Sub(d.clock.Now()))
		s := campaign.Strike{}
		if doomed[i] {
			s = campaign.AnyStrike(d.random, "chat.postMessage", "chat.postMessage", "chat.postMessage", "views.open", "chat.update", submit, submit)
		}
		d.session(t, at, s)
		if t.Failed() {
			return
		}
	}
	d.ended = d.clock.Now()
	d.clock.Jump(7 * time.Hour) // to the result of the last post
	d.slack.behave()
	d.quiet(t)
	d.start(t, campaign.Strike{})
	d.await(t, "every copy is clicked", d.clickCopies)
	d.lives.End(t)
	d.quiet(t)
}

// doomed chooses the sessions in which the bot is killed.
func (d *day) doomed() map[int]bool {
	doomed := map[int]bool{}
	for _, i := range d.random.Perm(d.instants)[:min(d.kills, d.instants)] {
		doomed[i] = true
	}
	return doomed
}

// session is one life of the bot, or several where it is killed: the schedules of an instant fire and their posts are played.
func (d *day) session(t *testing.T, at time.Time, s campaign.Strike) {
	t.Helper()
	d.start(t, s)
	half := false
	d.await(t, "everything is posted and played", func() bool {
		if d.lives.Life.Over() {
			d.lives.Again(t)
		}
		if !half && d.slack.posts() > 0 && !d.http {
			d.slack.fake.Refresh()
			half = true
		}
		if d.clock.Now().Before(at.Add(time.Second)) || !d.caughtUp() {
			return false
		}
		if s.Kills() && !d.slack.Struck() { // its moment did not come
			d.slack.Strike(0)
			return false
		}
		return true
	})
	d.slack.fake.Settle()
	d.lives.End(t)
}

// caughtUp tells whether every slot so far is posted and played by everybody who wants to.
func (d *day) caughtUp() bool {
	if d.until != nil {
		return d.until()
	}
	for _, team := range d.teams {
		if team.postedSlots() < len(team.expected(d.clock.Now())) || team.busy() {
			return false
		}
	}
	return true
}

// start begins a life that s may end.
func (d *day) start(t *testing.T, s campaign.Strike) {
	t.Helper()
	d.slack.Arm(s)
	d.lives.Begin(t)
}

// quiet lets the bot do what is left to do now.
func (d *day) quiet(t *testing.T) {
	t.Helper()
	d.slack.Arm(campaign.Strike{})
	d.lives.Quiet(t)
}

// await waits for something.
func (d *day) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	d.lives.Await(t, d.patience, what, ok, d.stuck)
}

// stuck says who is still at what.
func (d *day) stuck() string {
	var b strings.Builder
	for _, team := range d.teams {
		fmt.Fprintf(&b, "%s: %d of %d slots posted\n", team.id, team.postedSlots(), len(team.expected(d.clock.Now())))
		for _, m := range team.members {
			if doing := m.Doing(); doing != "" {
				fmt.Fprintf(&b, "%s %s: %s\n", team.id, m.ID, doing)
			}
		}
	}
	return b.String()
}

// slots are the moments at which schedules fire, in order, each once.
func (d *day) slots() []time.Time {
	var all []time.Time
	for _, team := range d.teams {
		for _, s := range team.schedules {
			all = append(all, s.at)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// clickCopies has somebody click every copy of a post that stands besides another. It is true when none is left.
func (d *day) clickCopies() bool {
	if d.untouched {
		return true
	}
	left := 0
	for _, team := range d.teams {
		for key, copies := range team.standing() {
			if len(copies) < 2 {
				continue
			}
			left++
			for _, m := range copies {
				_ = team.keeperClicks(key, m) // the next look tells what came of it
			}
		}
	}
	return left == 0
}
