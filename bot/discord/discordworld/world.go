// Package discordworld is where conversation scripts happen in Discord: the bot with the Discord adapter, at the fake Discord.
package discordworld

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/discord"
	"greenroom/bot/discord/discordfake"
	"greenroom/store"
)

// Way is how interactions reach the app. What people write comes by the gateway in any case.
type Way string

// The ways there are.
const (
	OverGateway Way = "gateway"
	OverHTTP    Way = "http"
)

const (
	guild     = "100000000000000001"
	workspace = chat.Workspace("discord:" + guild)
	token     = "a.bot.token"
	seldom    = 12 * time.Hour // between two heartbeats: months pass
)

// World is a bottest.World: one guild, with the bot in it as it is in production but for its store. The bot may what its invite
// link asks for. It lives in a synctest bubble, whose time is the script's.
type World struct {
	*bottest.Bubble
	Fake  *discordfake.Fake
	Guild *discordfake.Guild

	over    Way
	discord *discord.Discord // of this life

	// What has happened.
	people     map[string]discordfake.Person // by their names in the script
	channels   map[string]string             // ids, by name
	names      map[string]string             // of people and channels, by id
	there      map[string]bool               // who has used the bot in the guild before writing to it
	late       bool                          // the next form comes too late
	typed      bool                          // what was done last was written to the bot, not pressed or filled in
	last       deed
	restricted map[string]bool     // channels, with "#", in which posting is refused but editing is not
	reopen     map[string]standing // by member: the message that opens their form again
	unable     bool                // the last line is something that nobody can do in Discord

	// What was shown.
	read    int               // entries of the journal
	numbers bottest.Numbers   // messages, by channel and id
	stands  []standing        // oldest first
	forms   map[string]string // by member: the form that was open after the last line
	sent    sent
}

// deed is what somebody did last, and how they do it once more.
type deed struct {
	member, verb string
	again        func() error
}

// New is a world in which a script is about to begin: the bot is in the guild. Call it within synctest.Test.
func New(t *testing.T, s bottest.Script, over Way) *World {
	w := &World{
		Bubble: bottest.NewBubble(t, s), over: over,
		people: map[string]discordfake.Person{}, channels: map[string]string{}, names: map[string]string{},
		there: map[string]bool{}, restricted: map[string]bool{}, reopen: map[string]standing{}, forms: map[string]string{}, sent: sent{ids: map[string]bool{}},
	}
	w.Adapter, w.Arrived = w.adapter, w.arrived
	w.Connected = func() bool { return len(w.Fake.Shards()) > 0 }
	w.Fake = discordfake.New(discordfake.Config{Token: token, RateLimits: true, Gateway: discordfake.Gateway{Heartbeat: seldom}})
	t.Cleanup(func() {
		w.End()
		w.Fake.Close()
	})
	w.Guild = w.Fake.AddGuild(guild)
	w.Guild.Install()
	w.channel("team")
	w.Up()
	return w
}

// adapter is a life's adapter, tapped.
func (w *World) adapter() (string, chat.Platform) {
	w.T.Helper()
	cfg := discord.Config{DB: store.Space(w.DB, "discord"), Log: w.Log, Token: token, API: w.Fake.API(), Dial: w.Fake.Dial}
	if w.over == OverHTTP {
		cfg.PublicKey = w.Fake.PublicKey()
	}
	adapter, err := discord.New(cfg)
	if err != nil {
		w.T.Fatal(err)
	}
	w.discord = adapter
	return "discord", tapped{adapter, &w.sent}
}

// arrived tells Discord where the bot takes interactions, once it does.
func (w *World) arrived() {
	w.T.Helper()
	if w.over != OverHTTP {
		return
	}
	if err := w.Fake.DeliverTo(context.Background(), discordfake.Hooks{Handler: w.discord.Hooks()}); err != nil {
		w.T.Fatal(err)
	}
}

// tapped is an adapter that tells which messages the bot has sent on its own initiative. Others answer what somebody did.
type tapped struct {
	*discord.Discord
	sent *sent
}

func (t tapped) Send(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	id, err := t.Discord.Send(ctx, a, target)
	if err == nil && a.Do != chat.Edit && a.Do != chat.Delete {
		t.sent.note(string(id))
	}
	return id, err
}

// sent are the first pages of messages that the bot has sent on its own initiative: channel/message.
type sent struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (s *sent) note(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[id] = true
}

func (s *sent) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[id]
}

// Finish audits what is kept. The token may not be in the log, and Discord may have nothing to complain of.
func (w *World) Finish() {
	w.T.Helper()
	w.Bubble.Finish(workspace, token)
	for _, complaint := range w.Fake.Complaints() {
		w.T.Errorf("Discord complains: %s", complaint)
	}
}

// Results are what the engine has made of the script.
func (w *World) Results() bottest.Results {
	w.T.Helper()
	return bottest.ResultsOf(w.T, w.DB, workspace, w.named)
}

// Member is the id of a person of the script, who is in the guild from the first time that they are named.
func (w *World) Member(name string) string {
	if p, known := w.people[name]; known {
		return p.ID
	}
	id := strconv.Itoa(200000000000000001 + len(w.people))
	w.names[id] = name
	w.person(name, discordfake.Person{ID: id, Name: name, ManageGuild: true})
	return id
}

// Calls gives a person of the script a name in Discord of their own choice.
func (w *World) Calls(person, name string) {
	w.Member(person)
	p := w.people[person]
	p.Name = name
	w.person(person, p)
}

func (w *World) person(name string, p discordfake.Person) {
	w.people[name] = p
	w.Guild.AddMember(p)
}

// role is the id of a role of the script, which allows nothing by itself.
func (w *World) role(name string) string {
	id := w.Guild.SetRole(name, 0)
	w.names[id] = name
	return id
}

// channel is the id of a channel of the script.
func (w *World) channel(name string) string {
	id := w.channels[name]
	if id == "" {
		id = strconv.Itoa(300000000000000001 + len(w.channels))
		w.channels[name], w.names[id] = id, name
		w.Guild.AddChannel(discordfake.Channel{ID: id, Name: name})
	}
	return id
}
