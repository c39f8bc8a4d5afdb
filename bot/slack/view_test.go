package slack

import (
	"context"
	"testing"
	"testing/synctest"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// Slack gives a home page a title that nobody sees. What a click there is answered with opens above it under our name.
func TestAnAnswerAboveTheHomePageHasOurTitle(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) {
			return chat.Reply{Message: &chat.Message{
				Blocks:  []chat.Block{chat.Text("Hello.")},
				Buttons: []chat.Button{{Label: "Help", Value: chat.Value{Look: true, Verb: "help"}}},
			}}, nil
		})
		w.must(w.hill.OpenHome("U0MIRA"))
		synctest.Wait()
		w.must(w.hill.Click("U0MIRA", slackfake.Place{Home: true}, "Help"))
		synctest.Wait()
		views := w.hill.Views("U0MIRA")
		if len(views) != 1 || views[0].Title != "Greenroom" {
			t.Errorf("the answer is %+v", views)
		}
	})
}
