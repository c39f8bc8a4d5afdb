package slack_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// workspace is one team: its channels, their schedules, its people.
type workspace struct {
	d         *day
	id        string
	space     *slackfake.Workspace
	keeper    string
	channels  []string
	members   []*campaign.Person
	schedules []schedule

	mu     sync.Mutex
	posted map[string]bool // keys of posts that appeared
	random *rand.Rand
}

// schedule is what fires once in the day.
type schedule struct {
	id      string // as the bot numbers it
	channel string
	topic   string
	at      time.Time
}

func newWorkspace(d *day, n int) *workspace {
	t := &workspace{d: d, id: fmt.Sprintf("T0TEAM%d", n), keeper: "U0KEEPER", posted: map[string]bool{}, random: rand.New(rand.NewPCG(d.seed, uint64(100+n)))}
	t.space = d.slack.fake.AddWorkspace(t.id)
	t.space.AddPerson(slackfake.Person{ID: t.keeper, Name: "Keeper", Owner: true, TZ: "Etc/UTC"})
	var ids []string
	for i := range d.members {
		id := fmt.Sprintf("U%d%05d", n, i)
		t.space.AddPerson(slackfake.Person{ID: id, Name: fmt.Sprint("Member ", i), TZ: "Europe/Berlin", Locale: "en-GB"})
		t.members = append(t.members, campaign.NewPerson(id, screen{t, id}, rand.New(rand.NewPCG(d.seed, uint64(1000+i)))))
		ids = append(ids, id)
	}
	for c := range d.channels {
		id := fmt.Sprintf("C%d%05d", n, c)
		sit := []string{t.keeper}
		for i := range d.seats {
			sit = append(sit, ids[(c*5+i)%len(ids)])
		}
		t.space.AddChannel(id, fmt.Sprint("prep-", c), c%5 == 4, sit...)
		t.channels = append(t.channels, id)
		for half := range 2 {
			instant := (c + half*d.instants/2) % d.instants
			at := midnight.Add(5*time.Hour + time.Duration(instant)*(11*time.Hour)/time.Duration(d.instants)) // results come the same day
			k := len(t.schedules)
			t.schedules = append(t.schedules, schedule{fmt.Sprint("s", k+1), id, campaign.Topic(k), at.Truncate(time.Minute)})
		}
	}
	return t
}

// setUp signs the workspaces in, invites the bot and saves the schedules.
func (d *day) setUp(t *testing.T) {
	t.Helper()
	for _, team := range d.teams {
		d.slack.signIn(t, team.id, team.keeper)
	}
	for _, team := range d.teams {
		for _, c := range team.channels {
			d.await(t, "the bot is in "+c, func() bool { return team.space.Invite(c, team.keeper) == nil })
		}
		for _, s := range team.schedules {
			team.save(t, s)
		}
		d.await(t, "every schedule is on", team.allOn)
	}
}

// allOn tells whether every announcement has come back to the bot as sent: a schedule has no slots before that.
func (t *workspace) allOn() bool {
	t.space.Reload(t.keeper)
	if t.space.Command(t.keeper, t.channels[0], "/greenroom", "schedule list") != nil {
		return false
	}
	said := t.space.Ephemerals(t.keeper)
	return len(said) > 0 && !strings.Contains(said[len(said)-1].Plain, "Being announced")
}

// save adds one schedule: a command, and the button under what it answers.
func (t *workspace) save(tt *testing.T, s schedule) {
	tt.Helper()
	line := fmt.Sprintf("schedule add %s daily UTC %s follow-ups 1h result 6h", s.at.Format("15:04"), s.topic)
	if err := t.space.Command(t.keeper, s.channel, "/greenroom", line); err != nil {
		tt.Fatalf("%s: %q: %v\n%s", t.id, line, err, t.d.lives.LastWords())
	}
	t.d.await(tt, fmt.Sprintf("%q is saved in %s", line, s.channel), func() bool {
		for _, m := range slices.Backward(t.space.Ephemerals(t.keeper)) {
			if b, ok := button(m.Buttons, "save"); ok {
				return t.space.Click(t.keeper, m.Place(), b.Value) == nil
			}
		}
		return false
	})
	t.d.await(tt, fmt.Sprintf("%q is announced", line), func() bool { return t.announced(s.channel) >= t.schedulesOf(s) })
	t.space.Reload(t.keeper)
}

// announced counts the messages in a channel that say that a schedule begins.
func (t *workspace) announced(channel string) int {
	n := 0
	for _, m := range t.space.Messages(channel) {
		if key, _ := keyOf(m.Metadata); key != "" && !campaign.IsPost(key) && !strings.Contains(key, "/greet/") {
			n++
		}
	}
	return n
}

// schedulesOf counts the schedules of a channel up to one.
func (t *workspace) schedulesOf(last schedule) int {
	n := 0
	for _, s := range t.schedules {
		if s.channel == last.channel {
			n++
		}
		if s.id == last.id {
			break
		}
	}
	return n
}

// expected are the schedules that should have posted until now.
func (t *workspace) expected(now time.Time) (due []schedule) {
	for _, s := range t.schedules {
		if s.at.After(t.d.began) && !s.at.After(now) {
			due = append(due, s)
		}
	}
	return due
}

func (t *workspace) postedSlots() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.posted)
}

// appeared has members play a post that they see for the first time. The fake calls it under its lock.
func (t *workspace) appeared(e entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.posted[e.Key] {
		return
	}
	t.posted[e.Key] = true
	c := slices.Index(t.channels, e.Message.Channel)
	for i := range t.d.seats {
		if !t.d.idle && t.random.IntN(2) == 0 {
			t.members[(c*5+i)%len(t.members)].Take(campaign.Post{Key: e.Key, Channel: e.Message.Channel})
		}
	}
}

// standing are the copies of each post that stand now, oldest first.
func (t *workspace) standing() map[string][]slackfake.Message {
	all := map[string][]slackfake.Message{}
	for _, c := range t.channels {
		for _, m := range t.space.Messages(c) {
			if key, page := keyOf(m.Metadata); campaign.IsPost(key) && page == "1" {
				all[key] = append(all[key], m)
			}
		}
	}
	return all
}

// keeperClicks clicks a copy of a post.
func (t *workspace) keeperClicks(key string, m slackfake.Message) error {
	defer t.space.Reload(t.keeper)
	b, ok := button(m.Buttons, "answer")
	if !ok {
		return fmt.Errorf("%s has no button to answer", key)
	}
	t.d.slack.clicks(m.Place())
	return t.space.Click(t.keeper, m.Place(), b.Value)
}

// button finds a button by the verb of its value.
func button(all []slackfake.Button, verb string) (slackfake.Button, bool) {
	for _, b := range all {
		if v, err := chat.ParseValue(b.Value); err == nil && v.Verb == verb {
			return b, true
		}
	}
	return slackfake.Button{}, false
}

func (t *workspace) busy() bool {
	return slices.ContainsFunc(t.members, func(m *campaign.Person) bool { return m.Doing() != "" })
}

// awaken lets the members play; rest ends that and waits for them.
func (d *day) awaken(ctx context.Context) (rest func()) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, t := range d.teams {
		for _, m := range t.members {
			all.Go(func() { m.Live(ctx) })
		}
	}
	return func() {
		cancel()
		all.Wait()
	}
}
