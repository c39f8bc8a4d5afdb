package discord_test

import (
	"flag"
	"strings"
	"testing"
	"testing/synctest"

	"greenroom/bot/bottest"
	"greenroom/bot/discord/discordworld"
)

// Every conversation script of the engine passes, unchanged, through the shell, the adapter and the fake Discord: with interactions by
// the gateway and over signed HTTP.
func TestScripts(t *testing.T) {
	if which := flag.Lookup("test.run").Value.String(); !testing.Short() && !strings.Contains(which, "/") { // some scripts need none
		discordworld.Allowances.Needed(t)
	}
	for _, over := range []discordworld.Way{discordworld.OverGateway, discordworld.OverHTTP} {
		t.Run(string(over), func(t *testing.T) {
			for _, dir := range []string{"", "/think", "/hostile"} {
				t.Run("quiz"+dir, func(t *testing.T) {
					bottest.Scripts(t, "../quiz/testdata"+dir, func(t *testing.T, s bottest.Script) {
						if testing.Short() && !bottest.InShort[s.Name] {
							t.Skip("plays without -short")
						}
						if why := discordworld.LeftOut[over][s.Name]; why != "" {
							t.Skip(why)
						}
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { s.Play(t, discordworld.New(t, s, over)) })
					})
				})
			}
		})
	}
}
