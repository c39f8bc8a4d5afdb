package discord

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
	"greenroom/store"
)

const (
	greenID = "197038439483319999"
	green   = "discord:" + greenID
)

// green adds a second guild, in which Sam is an owner's deputy and Mira plays.
func (w *world) green() *discordfake.Guild {
	g := w.fake.AddGuild(greenID)
	g.AddMember(discordfake.Person{ID: mira, Name: "Mira"})
	g.AddMember(discordfake.Person{ID: sam, Name: "Sam", ManageGuild: true})
	g.AddChannel(discordfake.Channel{ID: inGreen, Name: "green"})
	g.Install()
	return g
}

// last is the newest event.
func (w *world) last() chat.Event {
	w.Helper()
	events := w.bot.got()
	if len(events) == 0 {
		w.Fatalf("the bot was handed nothing\n%s", w.log)
	}
	return events[len(events)-1]
}

// dm has a person write to the bot and gives what the bot was handed.
func (w *world) dm(user, text string) chat.Event {
	w.Helper()
	_, err := w.fake.DM(user, text)
	w.must(err)
	w.quiet()
	return w.last()
}

// Text in a direct message belongs to the guild in which the member last acted, with their rights there, and the reply names it where
// there are several.
func TestDirectMessageBelongsToAGuild(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.green()
		w.quiet()
		e := w.dm(sam, "help")
		w.want("before anything", e.Workspace, guild)
		w.want("manages it", e.Manager, false)

		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		e = w.dm(sam, "help")
		w.want("in the one", e.Workspace, guild)
		w.want("manages it", e.Manager, false)
		w.want("the coach", len(e.Roles), 1)
		w.want("reply", w.directs(sam)[1], "Hello.")

		w.must(w.fake.Command(sam, discordfake.Place{Channel: inGreen}, "greenroom"))
		e = w.dm(sam, "help")
		w.want("in the last one", e.Workspace, green)
		w.want("manages it", e.Manager, true)
		if got := w.directs(sam)[2]; !strings.Contains(got, "For the server ") {
			t.Errorf("the reply does not name its server: %q", got)
		}
		w.must(w.fake.Command(sam, discordfake.Place{}, "greenroom"))
		w.want("a command in private", w.last().Workspace, green)

		w.restart(func() {})
		w.want("after a restart", w.dm(sam, "help").Workspace, green)

		w.fake.Guild(greenID).Kick()
		w.quiet()
		w.restart(func() {}) // what is known for a while is asked again
		w.want("without the last one", w.dm(sam, "help").Workspace, guild)
		w.hill.RemoveMember(sam)
		w.restart(func() {})
		_, err := w.fake.DM(sam, "help")
		w.want("without any", err, discordfake.NotDelivered)
	})
}

// Who has acted nowhere is looked for in a few guilds; where there are many, they have a workspace of their own.
func TestDirectMessageOfAStranger(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.want("in one guild", w.dm(sam, "help").Workspace, guild)
		for n := range askedMost {
			g := w.fake.AddGuild(fmt.Sprintf("19703843948332000%d", n))
			g.Install()
		}
		w.quiet()
		w.want("who has written before", w.dm(sam, "help").Workspace, guild)
		e := w.dm(mira, "help")
		w.want("in many", e.Workspace, Alone(mira))
		w.want("manages it", e.Manager, true)
		w.want("has no channels", e.Alone, true)
	})
}

// Whoever begins with a direct message can press what they got there, also after they have erased what is kept about them.
func TestButtonsOfAStranger(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) {
			return chat.Reply{Message: &chat.Message{
				Blocks: []chat.Block{chat.Text("Hello.")}, Buttons: []chat.Button{{Label: "Go", Value: chat.Value{Verb: "go"}}},
			}}, nil
		})
		w.dm(sam, "help")
		in := discordfake.Place{Message: w.fake.Directs(sam)[1].ID}
		for range 2 {
			w.must(w.fake.Click(sam, in, "Go"))
			e := w.last()
			w.want("the guild", e.Workspace, guild)
			w.want("the verb", e.Value.Verb, "go")
			w.must(w.discord.forgetMember(context.Background(), guild, sam))
		}
	})
}

// A button in a direct message names its guild, and counts only for who has acted there.
func TestNamedGuild(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.green()
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) {
			return chat.Reply{Message: &chat.Message{
				Blocks: []chat.Block{chat.Text("Hello.")}, Buttons: []chat.Button{{Label: "Go", Value: chat.Value{Verb: "go"}}},
			}}, nil
		})
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.dm(sam, "help")
		in := discordfake.Place{Message: w.fake.Directs(sam)[1].ID}
		w.must(w.fake.Command(sam, discordfake.Place{Channel: inGreen}, "greenroom"))
		w.must(w.fake.Click(sam, in, "Go"))
		e := w.last()
		w.want("a button of the other guild", e.Workspace, guild)
		w.want("its verb", e.Value.Verb, "go")
		w.want("rights", e.Manager, false)

		w.must(w.fake.Command(mira, inPrep, "greenroom"))
		w.dm(mira, "help")
		in = discordfake.Place{Message: w.fake.Directs(mira)[1].ID}
		w.must(w.fake.Forge(mira, in, customID(chat.Value{Verb: "go"}, green)))
		e = w.last()
		w.want("a forged one", e.Workspace, guild)
		w.want("its verb", e.Value.Verb, "")
		w.must(w.fake.Forge(mira, in, customID(chat.Value{Verb: "go"}, Alone(sam))))
		e = w.last()
		w.want("somebody else's own", e.Workspace, guild)
		w.want("its verb", e.Value.Verb, "")
		w.must(w.fake.Forge(mira, in, customID(chat.Value{Verb: "go"}, Alone(mira))))
		e = w.last()
		w.want("her own", e.Workspace, Alone(mira))
		w.want("rights", e.Manager, true)
	})
}

// Mentions tell no rights: roles do, and who owns the guild.
func TestRightsOfMentions(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		mention := func(user string, in discordfake.Place) chat.Event {
			_, err := w.fake.Mention(user, in, "settings")
			w.must(err)
			w.quiet()
			return w.last()
		}
		w.want("Mira", mention(mira, inPrep).Manager, true)
		e := mention(sam, inPrep)
		w.want("Sam", e.Manager, false)
		coach := w.hill.SetRole("coach", 0)
		w.want("his role", e.Roles, []chat.Member{roleMember(coach)})
		w.hill.SetRole("coach", discordfake.ManageGuild)
		w.restart(func() {})
		w.want("a role that may", mention(sam, inPrep).Manager, true)

		thread := w.fake.StartThread(mira, prep, w.post().Message, "Question 12")
		e = mention(sam, discordfake.Place{Channel: thread})
		w.want("in a thread", e.Channel, prep)
		w.want("its room", e.Room, "c:"+prep)
	})
}

// What is kept of a member is bounded, and goes when they ask for that.
func TestForget(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		ctx := context.Background()
		for n := range 100 {
			w.must(w.discord.members.acted(ctx, mira, string(rune('0'+n%10))+strings.Repeat("1", 1+n/10)))
		}
		guilds, err := guildsOf(store.NewReader(ctx, w.db), mira)
		w.must(err)
		w.want("guilds", len(guilds), actedMost)

		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.dm(sam, "hello")
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) {
			r := says("Erased.")
			r.Forget = true
			return r, nil
		})
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		records, err := w.db.List(ctx, "", "", 1000)
		w.must(err)
		for _, r := range records {
			if strings.Contains(string(r.Ref)+string(r.Bytes), sam) {
				t.Errorf("left is %s: %s", r.Ref, r.Bytes)
			}
		}
	})
}

// A guild that removed Greenroom is forgotten after thirty days, and not before; one that came back is not.
func TestForgetGuilds(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		g := w.green()
		w.quiet()
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.must(w.fake.Command(sam, discordfake.Place{Channel: inGreen}, "greenroom"))
		kept := func() bool {
			guilds, err := guildsOf(store.NewReader(context.Background(), w.db), sam)
			w.must(err)
			return slices.Contains(guilds, greenID)
		}
		g.Kick()
		w.quiet()
		w.pass(29)
		w.want("after 29 days", kept(), true)
		g.Install()
		w.quiet()
		w.pass(29)
		w.want("came back", kept(), true)
		g.Kick()
		w.quiet()
		w.pass(31)
		w.want("after 31 days", kept(), false)
	})
}
