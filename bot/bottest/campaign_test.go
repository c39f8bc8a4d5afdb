package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"greenroom/bot/chat"
	"greenroom/store/bolt"
)

// The campaign: the real bot, in a process of its own, is killed again and again at moments chosen by a seed, while
// three members of each workspace play and ten schedules of each fire, against a platform in another process that loses
// replies. Then the judge (campaign_judge_test.go) reads the platform's log and the store.
var (
	kills = flag.Int("kills", 8, "how often the campaign kills the bot")
	seed  = flag.Uint64("seed", 0, "which moments the campaign chooses; 0 takes the time")
)

func TestMain(m *testing.M) {
	MaybePlatform()
	maybeVictim()
	goleak.VerifyTestMain(m)
}

func TestCampaignBank(t *testing.T) {
	for _, b := range campaignBanks() {
		if len(b.Questions) != 40 || len(b.Questions[7].KeyPoints) != 3 || len(b.Questions[7].FollowUps) != 2 {
			t.Errorf("bank %s has %d questions", b.Name, len(b.Questions))
		}
	}
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
		if !slices.ContainsFunc(violations, func(v string) bool { return strings.Contains(v, string(key)+" was posted twice") }) {
			t.Errorf("the judge did not see that %s was posted twice", key)
		}
	}
}

// campaign is one run.
type campaign struct {
	kills   int
	folder  string
	random  *rand.Rand
	clock   *Clock
	find    bool
	clients map[Temperament]*Client
	players map[Temperament][]*player
	config  PlatformConfig
	began   time.Time // from when on slots are expected
	ended   time.Time // until when

	mu   sync.Mutex
	logs map[Temperament][]Entry
	hits map[string]int // kills by moment
}

// rate is how fast the campaign's clock runs; between lives it jumps besides.
const rate = time.Minute

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
	config, clients := platforms(t, Faults{
		LoseReply: 0.08, LoseRequest: 0.04, Limit: 0.04, Delay: 3 * time.Millisecond, Seed: *seed,
	})
	clock := NewFastClock(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), rate)
	c := &campaign{
		kills: n, folder: t.TempDir(), random: rand.New(rand.NewPCG(*seed, 2)), clock: clock, find: find, clients: clients,
		players: map[Temperament][]*player{}, config: config, logs: map[Temperament][]Entry{}, hits: map[string]int{},
	}
	for temper, client := range clients {
		client.Clock = clock
		for i, name := range []chat.Member{"ann", "ben", "cleo"} {
			c.players[temper] = append(c.players[temper], &player{
				client: client, clock: clock, workspace: workspaceOf(temper), member: name,
				random: rand.New(rand.NewPCG(*seed, uint64(10+i))),
			})
		}
	}
	return c
}

func workspaceOf(t Temperament) chat.Workspace { return chat.Workspace(string(t) + ":w") }

// run sets up ten schedules in each workspace, kills the bot, lets it catch up, and ends the schedules. enough ends the
// killing early.
func (c *campaign) run(t *testing.T, enough func() bool) {
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	for temper := range c.clients {
		all.Go(func() { c.follow(ctx, temper) })
		for _, p := range c.players[temper] {
			all.Go(func() { c.playAll(ctx, temper, p) })
		}
	}
	c.during(t, c.life(crash{}, false), func() { c.setUp(ctx, t) })
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
	c.during(t, c.life(crash{}, false), func() {
		c.await(t, "everything is posted and played", c.caughtUp)
	})
	c.clock.Jump(c.untilSlot() + 20*time.Minute) // the middle of a gap between slots
	c.during(t, c.life(crash{}, false), func() {
		c.await(t, "the last slot is posted and played", c.caughtUp)
		c.tearDown(ctx)
	})
	c.quiet(t)
}

// name is the moment as the campaign counts it: the words of what is written, synced, sent and recorded.
func (k crash) name() string {
	switch {
	case k.Point == atCommit && k.Phase == before:
		return "write"
	case k.Point == atCommit:
		return "sync " + string(k.Phase)
	}
	return string(k.Point) + " " + string(k.Phase)
}

// moment chooses where the next life ends.
func (c *campaign) moment() crash {
	k := crash{Phase: []phase{before, during, after}[c.random.IntN(3)]}
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

// life starts the bot.
func (c *campaign) life(k crash, quiet bool) *exec.Cmd {
	url := map[Temperament]string{}
	for temper, client := range c.clients {
		url[temper] = client.URL
	}
	config, err := json.Marshal(victim{
		Folder: c.folder, URL: url, Now: c.clock.Now(), Rate: rate, Crash: k, Find: c.find, Quiet: quiet,
	})
	if err != nil {
		panic(err) // unreachable: plain data
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimEnv+"="+string(config))
	return cmd
}

// begin starts a life; what it says goes to a file, and its end of input ends it in order.
func (c *campaign) begin(t *testing.T, cmd *exec.Cmd) (endOfInput func() error) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(c.folder, "victim.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stderr = log
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return in.Close
}

// die lives until the chosen moment. It is false when that did not come, and the life was ended elsewhere.
func (c *campaign) die(t *testing.T, k crash) bool {
	t.Helper()
	cmd := c.life(k, false)
	defer c.begin(t, cmd)()
	over, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		c.endWhenIdle(cmd.Process, over)
	}()
	err := cmd.Wait()
	close(over)
	<-watched
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("a life ended by itself: %v\n%s", err, c.lastWords())
	}
	switch signal := exit.Sys().(syscall.WaitStatus).Signal(); signal {
	case syscall.SIGKILL:
		return true
	case syscall.SIGTERM:
		return false
	default:
		t.Fatalf("a life ended with %v\n%s", err, c.lastWords())
		return false
	}
}

// endWhenIdle ends a life in which nothing is left to happen, and one that takes too long.
func (c *campaign) endWhenIdle(p *os.Process, over <-chan struct{}) {
	const tick, calm, long = 20 * time.Millisecond, 15, 200
	for ticks, idle := 0, 0; idle < calm && ticks < long; ticks++ {
		select {
		case <-over:
			return
		case <-time.After(tick):
		}
		if idle++; !c.caughtUp() {
			idle = 0
		}
	}
	_ = p.Signal(syscall.SIGTERM)
}

// during does something while the bot lives, and then ends it in order.
func (c *campaign) during(t *testing.T, cmd *exec.Cmd, do func()) {
	t.Helper()
	endOfInput := c.begin(t, cmd)
	do()
	_ = endOfInput()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("a life that should end in order ended with %v\n%s", err, c.lastWords())
	}
}

// quiet lets the bot do what is left to do now.
func (c *campaign) quiet(t *testing.T) {
	t.Helper()
	cmd := c.life(crash{}, true)
	defer c.begin(t, cmd)()
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the bot does not become quiet: %v\n%s", err, c.lastWords())
	}
}

func (c *campaign) lastWords() string {
	log, err := os.ReadFile(filepath.Join(c.folder, "victim.log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(string(log), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// await waits for something that the platform's log or the players show.
func (c *campaign) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("waited a minute until %s\n%s", what, c.lastWords())
			return
		}
	}
}

// Schedules: ten in each workspace, two at a time, sometimes both in one channel, five times a day.

func channelOf(lot int) chat.Channel { return chat.Channel(fmt.Sprint("ch", (lot/2+lot%2*(lot/4))%4)) }

// slotOf is the time of day of a schedule, in UTC.
func slotOf(lot int) time.Duration { return time.Duration(lot/2)*288*time.Minute + 30*time.Minute }

func (c *campaign) setUp(ctx context.Context, t *testing.T) {
	t.Helper()
	for temper, client := range c.clients {
		keeper := &player{client: client, clock: c.clock, workspace: workspaceOf(temper), member: "keeper"}
		for lot := range lots {
			at := slotOf(lot)
			line := fmt.Sprintf("schedule add %02d:%02d daily UTC lot%d", int(at.Hours()), int(at.Minutes())%60, lot)
			r := keeper.say(ctx, chat.Event{Kind: chat.Line, Channel: channelOf(lot), Text: line})
			if r.Message == nil {
				t.Fatalf("%q is answered with %+v\n%s", line, r, c.lastWords())
			}
			save, ok := button(*r.Message, "save")
			if !ok {
				t.Fatalf("%q is answered with %+v", line, *r.Message)
			}
			keeper.say(ctx, chat.Event{Kind: chat.Click, Channel: channelOf(lot), Value: save})
		}
		c.await(t, "all schedules are announced", func() bool { return distinct(c.of(temper, isAnnouncement)) == lots })
	}
	c.began = c.clock.Now().Add(time.Minute)
}

func (c *campaign) tearDown(ctx context.Context) {
	c.ended = c.clock.Now()
	for temper, client := range c.clients {
		keeper := &player{client: client, clock: c.clock, workspace: workspaceOf(temper), member: "keeper", said: 1000}
		for lot := range lots {
			keeper.say(ctx, chat.Event{Kind: chat.Line, Channel: channelOf(lot), Text: fmt.Sprint("schedule remove s", lot+1)})
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
		posts := distinct(c.of(temper, isPost))
		if posts < expected {
			return false
		}
		for _, p := range c.players[temper] {
			if int(p.played.Load()) < posts {
				return false
			}
		}
	}
	return true
}

func isPost(e Entry) bool {
	_, ok := button(e.Action.Message, "answer")
	return ok && e.Action.Do == chat.Post
}

func isAnnouncement(e Entry) bool { return e.Action.Do == chat.Post && !isPost(e) }

func distinct(entries []Entry) int {
	keys := map[chat.Key]bool{}
	for _, e := range entries {
		keys[e.Action.Key] = true
	}
	return len(keys)
}

// of are the entries of a log so far that fit.
func (c *campaign) of(temper Temperament, fits func(Entry) bool) []Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	var some []Entry
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

// follow keeps a copy of a platform's log.
func (c *campaign) follow(ctx context.Context, temper Temperament) {
	for n := 0; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		entries, err := c.clients[temper].Log(ctx, n)
		if err != nil {
			continue
		}
		n += len(entries)
		c.mu.Lock()
		c.logs[temper] = append(c.logs[temper], entries...)
		c.mu.Unlock()
	}
}

// playAll plays every post once, in the order in which they appear.
func (c *campaign) playAll(ctx context.Context, temper Temperament, p *player) {
	played := map[chat.Key]bool{}
	for ; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		for _, e := range c.of(temper, isPost) {
			if !played[e.Action.Key] {
				played[e.Action.Key] = true
				p.play(ctx, e)
			}
		}
	}
}

// opened reads the store between two lives.
func (c *campaign) opened(t *testing.T) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(filepath.Join(c.folder, "greenroom.db"), bolt.Options{Now: c.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return db
}
