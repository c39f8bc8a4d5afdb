package slack

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"greenroom/bot/slack/slackfake"
)

// TestExamine holds what is said about a setup: the verdict on each thing, in order, and what to do where it is wrong.
func TestExamine(t *testing.T) {
	least := []string{"commands", "chat:write", "im:write", "im:history", "users:read"}
	for _, c := range []struct {
		name   string
		scopes []string
		change func(*Config)
		want   string // a line each: verdict, about, and a part of what was found or is to be done
	}{
		{"the least scopes", least, nil, `
			good reaching Slack: it answers
			good clock: it agrees
			good bot token: it is of workspace T1
			good scopes: all that are needed
			note scope app_mentions:read: left out: @Greenroom in a channel is not heard
			note scope channels:history: left out: in public channels
			note scope groups:history: left out: in private channels
			note scope channels:read: left out: no greeting
			note scope groups:read: left out: no greeting
			good app token: Socket Mode`},
		{"all scopes", append(scopeNames(optionalScopes), least...), nil, `
			good reaching Slack: it answers
			good clock: it agrees
			good bot token: it is of workspace T1
			good scopes: all that are needed
			good app token: Socket Mode`},
		{"a needed scope", append(scopeNames(optionalScopes), "commands", "im:write", "im:history", "users:read"), nil, `
			good reaching Slack: it answers
			good clock: it agrees
			good bot token: it is of workspace T1
			WRONG scope chat:write: it is missing: nothing can be posted: add it on the app's page
			good app token: Socket Mode`},
		{"a clock that is a little fast", append(scopeNames(optionalScopes), least...), clockOff(20 * time.Second), `
			good reaching Slack: it answers
			note clock: it is 20 seconds ahead of Slack's: set this machine's clock
			good bot token: it is of workspace T1
			good scopes: all that are needed
			good app token: Socket Mode`},
		{"a clock that is an hour slow", append(scopeNames(optionalScopes), least...), clockOff(-time.Hour), `
			good reaching Slack: it answers
			WRONG clock: it is 60 minutes behind Slack's; Slack's requests are refused from five minutes on: set this machine's clock
			good bot token: it is of workspace T1
			good scopes: all that are needed
			good app token: Socket Mode`},
		{"tokens that Slack does not know", least, func(c *Config) { c.BotToken, c.AppToken = "xoxb-none", "xapp-none" }, `
			good reaching Slack: it answers
			good clock: it agrees
			WRONG bot token: Slack does not know it, or does not let this machine's address in (invalid_auth): copy the Bot User OAuth Token
			WRONG app token: Slack does not know it, or does not let this machine's address in (invalid_auth): copy an app-level token`},
	} {
		t.Run(c.name, func(t *testing.T) {
			fake := slackfake.New(slackfake.Config{})
			t.Cleanup(fake.Close)
			cfg := Config{BotToken: fake.AddWorkspace("T1").Install(c.scopes...), AppToken: "xapp-1-fake", API: fake.API(), Dial: fake.Dial, Now: time.Now}
			if c.change != nil {
				c.change(&cfg)
			}
			findings := Examine(t.Context(), cfg, "")
			want := strings.Split(strings.TrimSpace(c.want), "\n")
			for i, f := range findings {
				line := string(f.Verdict) + " " + f.About + ": " + f.Found
				if f.Fix != "" {
					line += ": " + f.Fix
				}
				if i < len(want) && !strings.HasPrefix(line, strings.TrimSpace(want[i])) {
					t.Errorf("line %d is %q, want it to begin with %q", i+1, line, strings.TrimSpace(want[i]))
				}
				if strings.Contains(line, cfg.BotToken) || strings.Contains(line, cfg.AppToken) {
					t.Errorf("line %d shows a token: %q", i+1, line)
				}
			}
			if len(findings) != len(want) {
				t.Errorf("%d lines, want %d: %q", len(findings), len(want), findings)
			}
		})
	}
}

func clockOff(by time.Duration) func(*Config) {
	return func(c *Config) { c.Now = func() time.Time { return time.Now().Add(by) } }
}

// TestExamineHooks: the way from outside is tried with a signed request, and the answer says which half is wrong.
func TestExamineHooks(t *testing.T) {
	fake := slackfake.New(slackfake.Config{})
	t.Cleanup(fake.Close)
	cfg := Config{BotToken: fake.AddWorkspace("T1").Install("commands"), SigningSecret: "s", API: fake.API(), Dial: fake.Dial}
	last := func(outside string) Finding {
		all := Examine(t.Context(), cfg, outside)
		return all[len(all)-1]
	}
	if f := last(""); f.Verdict != Notice || !strings.Contains(f.Fix, "--hooks-url") {
		t.Errorf("an address that is not known: %+v", f)
	}
	if f := last(strings.TrimSuffix(fake.API(), "/api/")); f.Verdict != Wrong || !strings.Contains(f.Found, http.StatusText(http.StatusNotFound)) {
		t.Errorf("an address at which something else answers: %+v", f)
	}
}
