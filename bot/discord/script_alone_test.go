package discord_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/discord"
	"greenroom/bot/discord/discordfake"
	"greenroom/bot/discord/discordworld"
)

// Who has no guild with Greenroom, and has added it to their own account, plays alone: in a workspace of their own, of which no guild
// hears. There they manage; a question comes when they ask, and is graded.
func TestPlayAlone(t *testing.T) {
	for _, over := range []discordworld.Way{discordworld.OverGateway, discordworld.OverHTTP} {
		t.Run(string(over), func(t *testing.T) {
			bottest.Scripts(t, "../quiz/testdata/hostile", func(t *testing.T, s bottest.Script) {
				synctest.Test(t, func(t *testing.T) { playAlone(t, discordworld.New(t, s, over)) })
			})
		})
	}
}

const loner = "400000000000000001"

func playAlone(t *testing.T, w *discordworld.World) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		w.Settle()
	}
	shown := func() discordfake.Message {
		t.Helper()
		all := slices.Concat(w.Fake.Directs(loner), w.Fake.Ephemerals(loner))
		all = slices.DeleteFunc(all, func(m discordfake.Message) bool { return m.Author == loner })
		if len(all) == 0 {
			t.Fatal("nothing is shown")
		}
		return slices.MaxFunc(all, func(a, b discordfake.Message) int { return a.At.Compare(b.At) })
	}
	press := func(label string) {
		t.Helper()
		m := shown()
		must(w.Fake.Click(loner, discordfake.Place{Channel: m.Channel, Message: m.ID}, label))
	}
	w.Fake.AddPerson(discordfake.Person{ID: loner, Name: "Lo"})
	w.Fake.UserInstall(loner, true)

	must(w.Fake.Command(loner, discordfake.Place{}, "greenroom", discordfake.Option{Name: "do", Value: "question"}))
	question := shown()
	if !slices.Contains(question.Labels(), "Answer") {
		t.Fatalf("asked for a question, %q came", question.Plain)
	}
	press("Answer")
	must(w.Fake.Submit(loner, map[string][]string{"answer": {"It is escaped before it is shown, and a mention wakes nobody."}}))
	if graded := shown(); !strings.Contains(graded.Plain, "I found 1 of 2 points") {
		t.Errorf("the answer is followed by %q", graded.Plain)
	}
	_, err := w.Fake.DM(loner, "settings")
	must(err)
	time.Sleep(3 * time.Second) // Discord's limits keep the answer back for a moment
	if told := shown(); !strings.Contains(told.Plain, "As a manager") {
		t.Errorf("settings are %q", told.Plain)
	}

	if own := bottest.ResultsOf(t, w.DB, discord.Alone(loner), func(s string) string { return s }); len(own) == 0 {
		t.Error("nothing is kept in the member's own workspace")
	}
	for _, line := range w.Results() {
		t.Errorf("the guild's workspace holds %s", line)
	}
	w.Finish()
	w.Bubble.Finish(discord.Alone(loner))
}
