package discord_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
	"greenroom/store"
)

// server is one guild: its one channel with one schedule, who keeps that, and who plays.
type server struct {
	d       *day
	n       int
	id      string
	channel string
	keeper  string
	members []*campaign.Person
	late    *latecomer // nil but in a few

	mu   sync.Mutex
	post campaign.Post // that stands; empty before
}

// snowflake is the id of the k-th thing of the n-th guild: one guild after the other is on the next shard.
func snowflake(n, k int) string { return strconv.Itoa((45_000_000_000+n)<<22 + k) }

func newServer(d *day, n int) *server {
	g := &server{d: d, n: n, id: snowflake(n, 0), channel: snowflake(n, 1), keeper: snowflake(n, 2)}
	guild := d.tap.fake.AddGuild(g.id)
	guild.AddMember(discordfake.Person{ID: g.keeper, Name: fmt.Sprint("Keeper ", n), ManageGuild: true})
	guild.AddChannel(discordfake.Channel{ID: g.channel, Name: "interview-prep"})
	if n%d.quietGuilds == 0 && !d.idle {
		for i := range d.players {
			id := snowflake(n, 10+i)
			guild.AddMember(discordfake.Person{ID: id, Name: fmt.Sprintf("Member %d of %d", i, n), Locale: "en-GB"})
			g.members = append(g.members, campaign.NewPerson(id, screen{g, id}, rand.New(rand.NewPCG(d.seed, uint64(1000+10*n+i)))))
		}
	}
	guild.Install()
	return g
}

func (g *server) workspace() chat.Workspace { return chat.Workspace("discord:" + g.id) }

// keyOf is the key of a message in the guild's channel and its threads, as its buttons tell it; empty of what is neither question nor
// follow-up nor result.
func (g *server) keyOf(m discordfake.Message) string {
	key := func(parts ...string) string {
		return string(store.Key(append([]string{string(g.workspace())}, parts...)...))
	}
	answer, thread := "", m.Channel != g.channel
	for _, b := range m.Buttons {
		v, ok := value(b.CustomID)
		switch {
		case !ok:
		case thread && v.Verb == "full":
			return key("result", v.Post)
		case thread && v.Verb == "answer":
			answer = key("follow", v.Post, strconv.Itoa(v.Part))
		case v.Verb == "answer" && v.Part == 0:
			answer = key("post", v.Post)
		}
	}
	return answer
}

// command writes a line as an option of the command.
func (g *server) command(user, line string) error {
	return g.d.tap.fake.Command(user, discordfake.Place{Channel: g.channel}, "greenroom", discordfake.Option{Name: "do", Value: line})
}

// topic is what all schedules ask.
var topic = campaign.Topic(0)

// save adds the schedule: a command, and the button under what it answers. It is true when the schedule is announced.
func (g *server) save() bool {
	fake := g.d.tap.fake
	if len(fake.Messages(g.channel)) > 0 {
		return true
	}
	for _, m := range slices.Backward(fake.Ephemerals(g.keeper)) {
		for _, b := range m.Buttons {
			if v, ok := value(b.CustomID); ok && v.Verb == "save" {
				return fake.Click(g.keeper, discordfake.Place{Channel: g.channel, Message: m.ID}, b.CustomID) == nil
			}
		}
	}
	_ = g.command(g.keeper, fmt.Sprintf("schedule add %s daily UTC %s follow-ups 1h result 6h", slotAt.Format("15:04"), topic)) // the next look tells
	return false
}

// setUp saves every schedule and waits until each is announced.
func (d *day) setUp(t *testing.T) {
	t.Helper()
	d.await(t, "every shard is there", func() bool { return len(d.tap.fake.Shards()) == d.shards })
	d.await(t, "the commands are registered", func() bool { return d.guilds[0].command(d.guilds[0].keeper, "help") == nil })
	var all sync.WaitGroup
	next := make(chan *server)
	ctx, stop := context.WithCancel(t.Context())
	defer all.Wait()
	defer stop()
	for range 16 {
		all.Go(func() {
			for g := range next {
				for ctx.Err() == nil && !g.save() {
				}
			}
		})
	}
	all.Go(func() {
		defer close(next)
		for _, g := range d.guilds {
			select {
			case next <- g:
			case <-ctx.Done():
				return
			}
		}
	})
	d.await(t, "every schedule is announced", func() bool { return d.tap.announced() == len(d.guilds) })
}

// appeared has members play a post that they see for the first time. The fake calls it under its lock.
func (g *server) appeared(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.post.Key != "" {
		return
	}
	g.post = campaign.Post{Key: key, Channel: g.channel}
	for _, m := range g.members {
		m.Take(g.post)
	}
}

// standing is the post that stands.
func (g *server) standing() (campaign.Post, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.post, g.post.Key != ""
}

// awaken lets the members play; rest ends that and waits for them.
func (d *day) awaken(ctx context.Context) (rest func()) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, g := range d.guilds {
		for _, m := range g.members {
			all.Go(func() { m.Live(ctx) })
		}
	}
	return func() {
		cancel()
		all.Wait()
	}
}
