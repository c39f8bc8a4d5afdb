package greenroom

import (
	"testing"
	"testing/synctest"

	"greenroom/bot/bottest"
	"greenroom/bot/discord/discordworld"
	"greenroom/bot/slack/slackworld"
	"greenroom/bot/web/webworld"
)

// platforms are where each script is played.
var platforms = []struct {
	name    string
	leftOut func(bottest.Script) string // why it has no counterpart for a script; empty where it has one
	world   func(*testing.T, bottest.Script) bottest.World
}{
	{"slack", func(s bottest.Script) string { return slackworld.LeftOut[slackworld.OverHTTP][s.Name] }, func(t *testing.T, s bottest.Script) bottest.World {
		return slackworld.New(t, s, slackworld.OverHTTP)
	}},
	{"discord", func(s bottest.Script) string { return discordworld.LeftOut[discordworld.OverGateway][s.Name] }, func(t *testing.T, s bottest.Script) bottest.World {
		return discordworld.New(t, s, discordworld.OverGateway)
	}},
	{"playground", webworld.LeftOut, func(t *testing.T, s bottest.Script) bottest.World { return webworld.New(t, s) }},
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
						if why := p.leftOut(s); why != "" {
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
