package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
)

// The campaign: the real bot, in a process of its own, is killed again and again at moments chosen by a seed, while
// three members of each workspace play and ten schedules of each fire, against a platform in another process that loses
// replies. Then the judge reads the platform's log and the store.
var (
	kills = flag.Int("kills", 8, "how often the campaign kills the bot")
	seed  = flag.Uint64("seed", 0, "which moments the campaign chooses; 0 takes the time")
)

func TestMain(m *testing.M) {
	bottest.MaybePlatform()
	MaybeVictim(parts)
	goleak.VerifyTestMain(m)
}

func TestKill(t *testing.T) {
	c := newCampaign(t, true)
	c.run(t, nil)
	for _, v := range c.judge(t) {
		t.Error(v)
	}
}

// Without Find nobody can tell what a crash or a lost reply has left in a channel, so the same campaign must fail: if it
// did not, it would prove nothing.
func TestKillWithoutFind(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while until a message is in doubt")
	}
	c := newCampaign(t, false)
	c.kills = max(c.kills, 100) // or fewer: the first repeat is enough
	c.run(t, func() bool { return len(c.repeated()) > 0 })
	twice := c.repeated()
	violations := c.judge(t)
	t.Logf("posted twice: %v", twice)
	if len(twice) == 0 {
		t.Error("no slot was posted twice")
	}
	for _, key := range twice {
		if !slices.ContainsFunc(violations, func(v string) bool { return strings.Contains(v, string(key)+" was posted a second time") }) {
			t.Errorf("the judge did not see that %s was posted twice", key)
		}
	}
}

// campaign is one run.
type campaign struct {
	kills   int
	random  *rand.Rand
	clock   *bottest.Clock
	lives   *Lives
	victim  victim
	clients map[bottest.Temperament]*bottest.Client
	people  map[bottest.Temperament][]*Person
	config  bottest.PlatformConfig
	began   time.Time // from when on slots are expected
	ended   time.Time // until when

	mu   sync.Mutex
	logs map[bottest.Temperament][]bottest.Entry
	hits map[string]int // kills by moment
}

// rate is how fast the campaign's clock runs; between lives it jumps besides.
const rate = time.Minute

// lots is how many schedules a workspace has; each asks from a bank of its own.
const lots = 10

func newCampaign(t *testing.T, find bool) *campaign {
	t.Helper()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	n := *kills
	if testing.Short() {
		n = min(n, 3)
	}
	t.Logf("seed %d, %d kills", *seed, n)
	clock := bottest.NewFastClock(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), rate)
	config, clients := bottest.Platforms(t, bottest.Faults{
		LoseReply: 0.08, LoseRequest: 0.04, Limit: 0.04, Delay: 3 * time.Millisecond, Seed: *seed,
	}, clock)
	c := &campaign{
		kills: n, random: rand.New(rand.NewPCG(*seed, 2)), clock: clock, clients: clients, config: config,
		victim: victim{URL: map[bottest.Temperament]string{}, Find: find},
		lives:  &Lives{Victim: Victim{Folder: t.TempDir(), Banks: lots, Questions: 40, Rate: rate}, Clock: clock},
		people: map[bottest.Temperament][]*Person{}, logs: map[bottest.Temperament][]bottest.Entry{}, hits: map[string]int{},
	}
	for temper, client := range clients {
		c.victim.URL[temper] = client.URL
	}
	return c
}

func workspaceOf(t bottest.Temperament) chat.Workspace { return chat.Workspace(string(t) + ":w") }

// run sets up ten schedules in each workspace, kills the bot, lets it catch up, and ends the schedules. enough ends the
// killing early.
func (c *campaign) run(t *testing.T, enough func() bool) {
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	for temper := range c.clients {
		for i, name := range []string{"ann", "ben", "cleo"} {
			p := NewPerson(name, c.app(ctx, temper, chat.Member(name)), rand.New(rand.NewPCG(*seed, uint64(10+i))))
			c.people[temper] = append(c.people[temper], p)
			all.Go(func() { p.Live(ctx) })
		}
		all.Go(func() { c.follow(ctx, temper) })
	}
	c.during(t, func() { c.setUp(ctx, t) })
	others := 0
	for killed := 0; killed < c.kills && (enough == nil || !enough()) && !t.Failed(); {
		c.jumpIfCaughtUp()
		how := c.moment()
		if c.die(t, how) {
			killed++
			c.hits[how.name()]++
		} else if others++; others > c.kills+10 {
			t.Fatalf("%d of %d lives never came to their end", others, others+killed)
		}
	}
	t.Logf("killed at %v, and %d times elsewhere", c.hits, others)
	c.during(t, func() {
		c.await(t, "everything is posted and played", c.caughtUp)
	})
	c.clock.Jump(c.untilSlot() + 20*time.Minute) // the middle of a gap between slots
	c.during(t, func() {
		c.await(t, "the last slot is posted and played", c.caughtUp)
		c.tearDown(ctx)
	})
	c.lives.Quiet(t)
}

// app is the platform as a member has it.
func (c *campaign) app(ctx context.Context, temper bottest.Temperament, member chat.Member) *app {
	return &app{ctx: ctx, client: c.clients[temper], clock: c.clock, workspace: workspaceOf(temper), member: member,
		posted: func(key string) []bottest.Entry {
			return c.of(temper, func(e bottest.Entry) bool { return isPost(e) && string(e.Action.Key) == key })
		}}
}

// name is the moment as the campaign counts it: the words of what is written, synced, sent and recorded.
func (k crash) name() string {
	switch {
	case k.Point == atCommit && k.Phase == Before:
		return "write"
	case k.Point == atCommit:
		return "sync " + phases[k.Phase]
	}
	return string(k.Point) + " " + phases[k.Phase]
}

var phases = []string{"before", "during", "after"}

// moment chooses where the next life ends.
func (c *campaign) moment() crash {
	k := crash{Phase: Phase(c.random.IntN(3))}
	switch c.random.IntN(4) {
	case 0, 1:
		k.Point, k.Nth, k.Delay = atCommit, 1+c.random.IntN(12), time.Duration(c.random.IntN(1500))*time.Microsecond
	case 2:
		k.Point, k.Nth, k.Delay = atSend, 1+c.random.IntN(4), time.Duration(c.random.IntN(5000))*time.Microsecond
	default:
		k.Point, k.Nth, k.Delay = atRecord, 1+c.random.IntN(3), time.Duration(c.random.IntN(1500))*time.Microsecond
	}
	return k
}

// die lives until the chosen moment. It is false when that did not come, and the life was ended elsewhere: where nothing was
// left to happen, or it took too long.
func (c *campaign) die(t *testing.T, k crash) bool {
	t.Helper()
	const tick, calm, long = 20 * time.Millisecond, 15, 200
	c.begin(t, k)
	life := c.lives.Life
	for ticks, idle := 0, 0; idle < calm && ticks < long; ticks++ {
		select {
		case <-life.ended:
			if !life.Killed() {
				t.Fatalf("a life ended by itself: %v\n%s", life.err, c.lives.LastWords())
			}
			return true
		case <-time.After(tick):
		}
		if idle++; !c.caughtUp() {
			idle = 0
		}
	}
	life.Kill()
	<-life.ended
	return false
}

// begin starts a life that may end at a moment.
func (c *campaign) begin(t *testing.T, k crash) {
	t.Helper()
	c.victim.Crash = k
	c.lives.Victim.Platform = c.victim
	c.lives.Begin(t)
	c.lives.Victim.Platform = victim{URL: c.victim.URL, Find: c.victim.Find}
}

// during does something while the bot lives, and then ends it in order.
func (c *campaign) during(t *testing.T, do func()) {
	t.Helper()
	c.begin(t, crash{})
	do()
	c.lives.End(t)
}

// await waits for something that the platform's log or people show.
func (c *campaign) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	c.lives.Await(t, time.Minute, what, ok, func() string {
		var doing []string
		for temper, people := range c.people {
			for _, p := range people {
				doing = append(doing, fmt.Sprintf("%s %s: %s", temper, p.ID, p.Doing()))
			}
		}
		return strings.Join(doing, "\n")
	})
}

// Schedules: ten in each workspace, two at a time, sometimes both in one channel, five times a day.

func channelOf(lot int) chat.Channel { return chat.Channel(fmt.Sprint("ch", (lot/2+lot%2*(lot/4))%4)) }

// slotOf is the time of day of a schedule, in UTC.
func slotOf(lot int) time.Duration { return time.Duration(lot/2)*288*time.Minute + 30*time.Minute }

func (c *campaign) setUp(ctx context.Context, t *testing.T) {
	t.Helper()
	for temper := range c.clients {
		keeper := c.app(ctx, temper, "keeper")
		for lot := range lots {
			at := slotOf(lot)
			line := fmt.Sprintf("schedule add %02d:%02d daily UTC %s", int(at.Hours()), int(at.Minutes())%60, Topic(lot))
			r, err := keeper.say(chat.Event{Kind: chat.Line, Channel: channelOf(lot), Text: line})
			if err != nil || r.Message == nil {
				t.Fatalf("%q is answered with %+v, %v\n%s", line, r, err, c.lives.LastWords())
			}
			answer := sight(nil, "", *r.Message)
			save, ok := answer.Button("save")
			if !ok || keeper.Press(answer, save) != nil {
				t.Fatalf("%q is answered with %+v", line, *r.Message)
			}
		}
		c.await(t, "all schedules are announced", func() bool { return distinct(c.of(temper, isAnnouncement)) == lots })
	}
	c.began = c.clock.Now().Add(time.Minute)
}

func (c *campaign) tearDown(ctx context.Context) {
	c.ended = c.clock.Now()
	for temper := range c.clients {
		keeper := c.app(ctx, temper, "keeper")
		keeper.said = 1000
		for lot := range lots {
			_, _ = keeper.say(chat.Event{Kind: chat.Line, Channel: channelOf(lot), Text: fmt.Sprint("schedule remove s", lot+1)}) // until the end
		}
	}
}

// slots are the instants at which a schedule should have posted until now.
func (c *campaign) slots(lot int, until time.Time) []time.Time {
	var all []time.Time
	for day := c.began.Truncate(24 * time.Hour); !day.After(until); day = day.Add(24 * time.Hour) {
		if at := day.Add(slotOf(lot)); at.After(c.began) && !at.After(until) {
			all = append(all, at)
		}
	}
	return all
}

// untilSlot is how long it takes until the next slot of any schedule.
func (c *campaign) untilSlot() time.Duration {
	now := c.clock.Now()
	next := now.Add(48 * time.Hour)
	for lot := range lots {
		at := now.Truncate(24 * time.Hour).Add(slotOf(lot))
		if !at.After(now) {
			at = at.Add(24 * time.Hour)
		}
		if at.Before(next) {
			next = at
		}
	}
	return next.Sub(now)
}

// jumpIfCaughtUp brings the clock to the next slot when nothing of earlier ones is left to be posted or played.
func (c *campaign) jumpIfCaughtUp() {
	if c.caughtUp() {
		c.clock.Jump(c.untilSlot() + time.Second)
	}
}

// caughtUp tells whether every slot so far is posted and played by everybody.
func (c *campaign) caughtUp() bool {
	expected := 0
	for lot := range lots {
		expected += len(c.slots(lot, c.clock.Now()))
	}
	for temper := range c.clients {
		if distinct(c.of(temper, isPost)) < expected {
			return false
		}
		for _, p := range c.people[temper] {
			if p.Doing() != "" {
				return false
			}
		}
	}
	return true
}

func isPost(e bottest.Entry) bool { return e.Action.Do == chat.Post && IsPost(string(e.Action.Key)) }

func isAnnouncement(e bottest.Entry) bool { return e.Action.Do == chat.Post && !isPost(e) }

func distinct(entries []bottest.Entry) int {
	keys := map[chat.Key]bool{}
	for _, e := range entries {
		keys[e.Action.Key] = true
	}
	return len(keys)
}

// of are the entries of a log so far that fit.
func (c *campaign) of(temper bottest.Temperament, fits func(bottest.Entry) bool) []bottest.Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	var some []bottest.Entry
	for _, e := range c.logs[temper] {
		if fits(e) {
			some = append(some, e)
		}
	}
	return some
}

// repeated are the posts that stand more than once.
func (c *campaign) repeated() []chat.Key {
	var all []chat.Key
	for temper := range c.clients {
		seen := map[chat.Key]int{}
		for _, e := range c.of(temper, isPost) {
			if seen[e.Action.Key]++; seen[e.Action.Key] == 2 {
				all = append(all, e.Action.Key)
			}
		}
	}
	slices.Sort(all)
	return all
}

// follow keeps a copy of a platform's log, and has everybody play every post once, in the order in which they appear.
func (c *campaign) follow(ctx context.Context, temper bottest.Temperament) {
	played := map[chat.Key]bool{}
	for n := 0; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		entries, err := c.clients[temper].Log(ctx, n)
		if err != nil {
			continue
		}
		n += len(entries)
		c.mu.Lock()
		for _, e := range entries {
			if c.logs[temper] = append(c.logs[temper], e); !isPost(e) || played[e.Action.Key] {
				continue
			}
			played[e.Action.Key] = true
			for _, p := range c.people[temper] {
				p.Take(Post{Key: string(e.Action.Key), Channel: string(e.Action.Channel)})
			}
		}
		c.mu.Unlock()
	}
}

// judge says what is wrong: first with everything that is due done; then, with the clock brought far enough that every
// timer has fired, what is left behind.
func (c *campaign) judge(t *testing.T) []string {
	t.Helper()
	found := c.hear(t, false)
	for _, later := range []time.Duration{25 * time.Hour, 8 * 24 * time.Hour, 40 * 24 * time.Hour} {
		c.clock.Jump(later)
		c.lives.Quiet(t)
	}
	found = append(found, c.hear(t, true)...)
	for _, people := range c.people {
		for _, p := range people {
			found = append(found, p.Wrong()...)
		}
	}
	slices.Sort(found)
	return found
}

func (c *campaign) hear(t *testing.T, over bool) (found []string) {
	t.Helper()
	db := c.lives.Store(t)
	defer db.Close()
	for temper := range c.clients {
		one := c.caseOf(t, temper, over)
		one.DB = db
		wrong, err := one.Judge(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Log(one.Counts())
		found = append(found, wrong...)
	}
	now := c.clock.Now()
	if over {
		now = now.AddDate(100, 0, 0)
	}
	return append(found, Left(t.Context(), db, now)...)
}

// caseOf is what the judge hears of one workspace; in the end, when texts are erased and schedules are gone, only what stays.
func (c *campaign) caseOf(t *testing.T, temper bottest.Temperament, over bool) Case {
	one := Case{Name: string(temper), Workspace: workspaceOf(temper), Log: c.log(t, temper), Certain: true, Over: over}
	if over {
		return one
	}
	for lot := range lots {
		for _, at := range c.slots(lot, c.ended) {
			one.Slots = append(one.Slots, Slot{Schedule: fmt.Sprint("s", lot+1), Channel: string(channelOf(lot)), At: SlotAt(at)})
		}
	}
	one.Promises = []Promise{}
	for _, p := range c.people[temper] {
		one.Promises = append(one.Promises, p.Promises()...)
	}
	return one
}

// log is what a platform has synced to its log.
func (c *campaign) log(t *testing.T, temper bottest.Temperament) (log []Entry) {
	t.Helper()
	file, err := os.ReadFile(c.config.LogFile(temper))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(file) {
		var e bottest.Entry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		log = append(log, heard(e))
	}
	return log
}

// heard is an entry of a platform's log as the judge hears it.
func heard(e bottest.Entry) Entry {
	one := Entry{Kind: Posted, Key: string(e.Action.Key), Channel: string(e.Action.Channel), ID: string(e.ID)}
	switch e.Action.Do {
	case chat.Edit:
		one.Kind, one.Key, one.ID = Edited, string(e.Action.Target), string(e.Target)
	case chat.Delete:
		one.Kind, one.ID = Deleted, string(e.Target)
	case chat.Thread:
		one.Parent = string(e.Target)
	}
	return one
}
