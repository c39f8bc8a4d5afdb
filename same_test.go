package greenroom

import (
	"testing"
	"testing/synctest"

	"greenroom/bot/bottest"
	"greenroom/bot/slack/slackworld"
)

// The engine never learns which platform it speaks to: of the same script it makes the same on each, and as by itself.
func TestSameResults(t *testing.T) {
	for _, dir := range []string{"", "/think", "/hostile"} {
		t.Run("quiz"+dir, func(t *testing.T) {
			bottest.Scripts(t, "bot/quiz/testdata"+dir, func(t *testing.T, s bottest.Script) {
				if testing.Short() && !bottest.InShort[s.Name] {
					t.Skip("plays without -short")
				}
				t.Parallel()
				want := bottest.OnStage(t, s)
				t.Run("slack", func(t *testing.T) {
					if why := slackworld.LeftOut[slackworld.OverHTTP][s.Name]; why != "" {
						t.Skip(why)
					}
					var got bottest.Results
					synctest.Test(t, func(t *testing.T) { got = s.Play(t, slackworld.New(t, s, slackworld.OverHTTP)) })
					if d := want.Differ(got); d != "" {
						t.Error(d)
					}
				})
			})
		})
	}
}
