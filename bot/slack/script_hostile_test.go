package slack_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/slack/slackworld"
)

// What people are called and how much they write is shown as it is, or refused kindly, and nothing of it is lost: over both ways. What
// is shown is held to notify nobody by the world itself (inert, sameText). The texts are in testdata/hostile.
func TestHostileText(t *testing.T) {
	for _, over := range []slackworld.Way{slackworld.OverSocket, slackworld.OverHTTP} {
		t.Run(string(over), func(t *testing.T) {
			bottest.Scripts(t, "../quiz/testdata/hostile", func(t *testing.T, s bottest.Script) {
				synctest.Test(t, func(t *testing.T) { hostile(t, slackworld.New(t, s, over)) })
			})
		})
	}
}

func hostile(t *testing.T, w *slackworld.World) {
	const name = "<!channel> <@U1> *jo* \u202e& אבג"
	w.Calls("jo", name)
	k := bottest.Talk{T: t, W: w}

	k.Says("mira", "setup now Europe/Berlin 9:00 daily", "#team", "Question 1 · <!here> & <#C1>")

	// Too long for Slack, then nothing but emoji: the form stays, with what was typed.
	k.Clicks("jo", "Answer", "jo form", "Grade it")
	k.Sends("jo", strings.Repeat("🙂", 4000), "jo form, still open", "answer: ")
	k.Sends("jo", strings.Repeat("🙂", 1500), "jo form, still open", "answer: Say a little more")
	if kept := w.Slack.Views(slackworld.MemberID("jo")); len(kept) != 1 || len(kept[0].Fields) != 1 {
		t.Fatalf("the form is gone: %+v", kept)
	}

	// As long as an answer may be, from right to left: graded, and all of it stands in the form that improves it.
	const escaped = "<@U1> is escaped before it is shown"
	full := func(answer string) string {
		return answer + strings.Repeat(" שלום", (2999-len(answer))/5) + "\u202e"
	}
	k.Sends("jo", full(escaped+", and a mention wakes nobody."), "jo", "found 2 of 2 points")
	k.Clicks("jo", "Show me on the board", "jo now", "by name")
	k.Clicks("jo", "Share my answer in the result", "jo now", "Don't share my answer")
	k.Says("sam", "leaderboard", "sam", name+": 2 points")

	// A direct message has no end: what is longer than an answer is told so, what is nothing but emoji is no answer.
	k.Writes("ana", strings.Repeat("🙂", 4000), "ana", "characters; I can take 3000")
	k.Writes("ana", strings.Repeat("🙂", 2000), "ana", "I don't know")
	k.Writes("ana", full(escaped)+strings.Repeat(" <!channel>", 300), "ana", "characters; I can take 3000")
	k.Writes("ana", full(escaped), "ana", "Is that your answer?")
	k.Clicks("ana", "Grade it", "ana now", "points")
	k.Clicks("ana", "Improve it once", "ana form", "<@U1> is escaped")
	open := w.Slack.Views(slackworld.MemberID("ana"))
	if kept := open[len(open)-1].Fields[0].Initial[0]; kept != full(escaped) {
		t.Errorf("of an answer of %d bytes %d stand in the form that improves it", len(full(escaped)), len(kept))
	}

	k.Does(bottest.Line{Verb: "wait", At: w.Script.Begin.Add(24 * time.Hour)}, "#team thread 2", "Shared by "+name+": \"<@U1> is escaped")
	w.Finish()
}
