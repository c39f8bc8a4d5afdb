package slack_test

import (
	"flag"
	"strings"
	"testing"
	"testing/synctest"

	"greenroom/bot/bottest"
	"greenroom/bot/slack/slackworld"
)

// Every conversation script of the engine passes, unchanged, through the shell, the adapter and the fake Slack: over Socket Mode and
// over signed HTTP.
func TestScripts(t *testing.T) {
	if which := flag.Lookup("test.run").Value.String(); !testing.Short() && !strings.Contains(which, "/") { // some scripts need none
		slackworld.Allowances.Needed(t)
	}
	for _, over := range []slackworld.Way{slackworld.OverSocket, slackworld.OverHTTP} {
		t.Run(string(over), func(t *testing.T) {
			for _, dir := range []string{"", "/think", "/hostile"} {
				t.Run("quiz"+dir, func(t *testing.T) {
					bottest.Scripts(t, "../quiz/testdata"+dir, func(t *testing.T, s bottest.Script) {
						if testing.Short() && !bottest.InShort[s.Name] {
							t.Skip("plays without -short")
						}
						if why := slackworld.LeftOut[over][s.Name]; why != "" {
							t.Skip(why)
						}
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { s.Play(t, slackworld.New(t, s, over)) })
					})
				})
			}
		})
	}
}
