package discord_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/discord/discordfake"
	"greenroom/bot/discord/discordworld"
)

// What people are called and how much they write is shown as it is, or refused kindly, and nothing of it is lost; what no client of
// Discord's sends changes nothing. What is shown is held to notify nobody by the world itself. The texts are in testdata/hostile.
func TestHostileText(t *testing.T) {
	for _, over := range []discordworld.Way{discordworld.OverGateway, discordworld.OverHTTP} {
		t.Run(string(over), func(t *testing.T) {
			bottest.Scripts(t, "../quiz/testdata/hostile", func(t *testing.T, s bottest.Script) {
				synctest.Test(t, func(t *testing.T) { hostile(t, discordworld.New(t, s, over)) })
			})
		})
	}
}

func hostile(t *testing.T, w *discordworld.World) {
	const name = "@everyone **jo** ||\u202e<#1>|| אבג"
	w.Calls("jo", name)
	k := bottest.Talk{T: t, W: w}
	jo := w.Member("jo")

	k.Says("mira", "setup now Europe/Berlin 9:00 daily", "#team", "Question 1 · <!here> & <#C1>")

	// Too long for the form, which Discord's own client says; then nothing but emoji: what was typed is not lost.
	k.Clicks("jo", "Answer", "jo form", "Submit")
	k.Sends("jo", strings.Repeat("🙂", 4000), "jo form, still open", "answer: ")
	k.Sends("jo", strings.Repeat("🙂", 1500), "jo", "Say a little more")
	if shown := last(w.Fake.Ephemerals(jo)).Plain; strings.Count(shown, "🙂") != 1500 {
		t.Errorf("of 1500 characters that were typed %d are shown", strings.Count(shown, "🙂"))
	}

	// As long as an answer may be, with all of Discord's marks, from right to left: graded, and all of it stands in the form that
	// improves it.
	const escaped = "<@U1> is escaped before it is shown"
	const marks = " @everyone <@&1> ||a|| **b** `c` ```d``` [e](https://evil.example) </f:1> <t:0:R> :g: discord.gg/h\n> i\n>>> j\n-# k\n# l"
	full := func(answer string) string {
		answer += marks
		return answer + strings.Repeat(" שלום", (2999-len([]rune(answer)))/5) + "\u202e"
	}
	k.Sends("jo", full(escaped+", and a mention wakes nobody."), "jo", "found 2 of 2 points")
	k.Clicks("jo", "Show me on the board", "jo now", "by name")
	k.Clicks("jo", "Share my answer in the result", "jo now", "Don't share my answer")
	k.Says("sam", "leaderboard", "sam", name+": 2 points")

	// A direct message has at most 2,000 characters, and an emoji is two: what is nothing but emoji is no answer.
	k.Writes("ana", strings.Repeat("🙂", 1000), "ana", "I don't know")
	answer := escaped + marks + strings.Repeat(" שלום", 300)
	k.Writes("ana", answer, "ana", "Is that your answer?")
	k.Clicks("ana", "Grade it", "ana now", "points")
	k.Clicks("ana", "Improve it once", "ana form", "<@U1> is escaped")
	form, _ := w.Fake.Form(w.Member("ana"))
	if kept := form.Fields[0].Value[0]; kept != answer {
		t.Errorf("of an answer of %d bytes %d stand in the form that improves it:\n%q\n%q", len(answer), len(kept), answer, kept)
	}

	// A form without its field is an answer without a word; a component of next year is nobody's.
	k.Clicks("leo", "Answer", "leo form", "Submit")
	w.Fake.Twist(func(payload map[string]any) { payload["data"].(map[string]any)["components"] = []any{} })
	k.Sends("leo", full(escaped), "leo", "does not count as an attempt")
	w.Fake.Twist(func(payload map[string]any) {
		data := payload["data"].(map[string]any)
		data["components"] = append(data["components"].([]any), map[string]any{"type": 99, "custom_id": "x", "value": map[string]any{}})
	})
	k.Sends("ana", full(escaped), "ana", "found 1 of 2 points")

	// A button that names a server in which they never were.
	const otherGuild = "@AVNGAA-GAAo" // 12 characters, as the adapter names a server
	direct := discordfake.Place{Channel: w.Fake.Direct(w.Member("ana")), Message: last(w.Fake.Directs(w.Member("ana"))).ID}
	if err := w.Fake.Forge(w.Member("ana"), direct, otherGuild+"full:x:0"); err != nil {
		t.Errorf("a button that names another server: %v", err)
	}
	k.Does(bottest.Line{Verb: "wait", At: w.Script.Begin.Add(time.Hour)}, "ana", "no longer open")

	k.Does(bottest.Line{Verb: "wait", At: w.Script.Begin.Add(24 * time.Hour)}, "#team thread 2", "Shared by @"+name+": \"<@U1> is escaped")
	w.Finish()
}

func last(messages []discordfake.Message) discordfake.Message { return messages[len(messages)-1] }
