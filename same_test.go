package greenroom

import (
	"testing"
	"testing/synctest"

	"greenroom/bot/bottest"
	"greenroom/bot/discord/discordworld"
	"greenroom/bot/slack/slackworld"
)

// platforms are where each script is played.
var platforms = []struct {
	name    string
	leftOut map[string]string // scripts for which it has no counterpart, and why
	world   func(*testing.T, bottest.Script) bottest.World
}{
	{"slack", slackworld.LeftOut[slackworld.OverHTTP], func(t *testing.T, s bottest.Script) bottest.World {
		return slackworld.New(t, s, slackworld.OverHTTP)
	}},
	{"discord", discordworld.LeftOut[discordworld.OverGateway], func(t *testing.T, s bottest.Script) bottest.World {
		return discordworld.New(t, s, discordworld.OverGateway)
	}},
}

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
				for _, p := range platforms {
					t.Run(p.name, func(t *testing.T) {
						if why := p.leftOut[s.Name]; why != "" {
							t.Skip(why)
						}
						var got bottest.Results
						synctest.Test(t, func(t *testing.T) { got = s.Play(t, p.world(t, s)) })
						if d := want.Differ(got); d != "" {
							t.Error(d)
						}
					})
				}
			})
		})
	}
}
