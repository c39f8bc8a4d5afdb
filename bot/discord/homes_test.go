package discord

import (
	"context"
	"testing"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
	"greenroom/store"
)

// Nothing is posted in a channel of another guild, whoever names it: one token writes everywhere.
func TestPostStaysInItsGuild(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		const theirs, forumThere = "290926798626358998", "290926798626358999"
		other := o.fake.AddGuild(greenID)
		other.AddChannel(discordfake.Channel{ID: theirs, Name: "theirs"})
		other.AddChannel(discordfake.Channel{ID: forumThere, Name: "forum", Type: discordfake.ForumChannel})
		other.AddMember(discordfake.Person{ID: sam})
		other.Install()
		o.mustSend(o.direct("d1", "Hello."), "")

		refused := func(from chat.Workspace, channel, key string) {
			t.Helper()
			a := o.post(key)
			a.Workspace, a.Channel = from, chat.Channel(channel)
			o.refused(a, "", chat.ReasonGone)
		}
		for _, from := range []chat.Workspace{Guild(officeGuild), Alone(writer)} {
			for _, channel := range []string{theirs, forumThere, o.fake.Direct(writer), "general", ""} {
				refused(from, channel, string(from)+channel)
			}
		}
		refused(Alone(writer), general, "own")
		o.mustSend(o.post("p1"), "")
		refused(green, general, "after its own guild")
		o.restart()
		refused(green, general, "after a restart")
		if n := len(o.fake.Messages(theirs)) + len(o.fake.Threads(forumThere)); n > 0 {
			t.Errorf("%d messages stand in the other guild", n)
		}
		if texts := o.stands(general); len(texts) != 1 {
			t.Errorf("in general stand %q", texts)
		}
	})
}

// Discord is asked once whose a channel is; what it says goes with the guild.
func TestChannelIsAskedAboutOnce(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		for _, key := range []string{"p1", "p2", "p3"} {
			o.mustSend(o.post(key), "")
			o.restart()
		}
		if n := o.fake.Counts().Routes["GET channels/{channel}"]; n != 1 {
			t.Errorf("Discord was asked %d times", n)
		}
		if err := o.d.forgetHome(context.Background(), officeGuild); err != nil {
			t.Fatal(err)
		}
		left, err := store.NewReader(context.Background(), o.db).List(store.Prefix("home"), "", 10)
		if err != nil || len(left) > 0 {
			t.Errorf("%v is kept, %v", left, err)
		}
	})
}
