package slack_test

import (
	"flag"
	"strings"
	"testing"
	"testing/synctest"

	"greenroom/bot/bottest"
)

// Every conversation script of the engine passes, unchanged, through the shell, the adapter and the fake Slack: over Socket Mode and
// over signed HTTP.
func TestScripts(t *testing.T) {
	which := flag.Lookup("test.run").Value.String() // some scripts need none
	t.Cleanup(func() {
		for _, a := range allowances {
			if !a.used.Load() && !t.Failed() && !testing.Short() && !strings.Contains(which, "/") {
				t.Errorf("no script needs the allowance any more that %s", a.why)
			}
		}
	})
	for _, over := range []way{overSocket, overHTTP} {
		t.Run(string(over), func(t *testing.T) {
			for _, dir := range []string{"", "/think", "/hostile"} {
				t.Run("quiz"+dir, func(t *testing.T) {
					bottest.Scripts(t, "../quiz/testdata"+dir, func(t *testing.T, s bottest.Script) {
						if testing.Short() && !short[s.Name] {
							t.Skip("plays without -short")
						}
						if why := leftOut[over][s.Name]; why != "" {
							t.Skip(why)
						}
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { s.Play(t, newWorld(t, s, over)) })
					})
				})
			}
		})
	}
}

const untimed = "a payload over Socket Mode does not say when it was sent, so a form that comes too late is answered like any other"

// leftOut are scripts that Slack has no counterpart for, and why.
var leftOut = map[way]map[string]string{overSocket: {"expired-submission": untimed, "direct-closed": untimed}}

// short are the scripts that -short plays: what anybody does first.
var short = map[string]bool{"first-run": true, "not-an-attempt": true, "hostile": true}
