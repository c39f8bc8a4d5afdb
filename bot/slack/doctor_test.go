package slack

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"greenroom/bot/doctor"
	"greenroom/bot/slack/slackfake"
)

// What a script of the command cannot show: a clock that is wrong.
func TestExamineClock(t *testing.T) {
	fake := slackfake.New(slackfake.Config{})
	t.Cleanup(fake.Close)
	cfg := Config{BotToken: fake.AddWorkspace("T1").Install(leastScopes...), AppToken: "xapp-1-fake", API: fake.API(), Dial: fake.Dial}
	for _, c := range []struct {
		off  time.Duration
		want doctor.Verdict
		says string
	}{
		{0, doctor.Good, "it agrees with Slack's"},
		{20 * time.Second, doctor.Notice, "it is (19|20|21) seconds ahead of Slack's"},
		{-90 * time.Second, doctor.Notice, "it is (89|90|91) seconds behind Slack's"},
		{-time.Hour, doctor.Wrong, "it is (59|60) minutes behind Slack's; Slack's requests are refused from five minutes on"},
	} {
		cfg.Now = func() time.Time { return time.Now().Add(c.off) }
		f := Examine(t.Context(), cfg, "")[1]
		if f.About != "clock" || f.Verdict != c.want || !regexp.MustCompile(c.says).MatchString(f.Found) || (f.Fix != "") != (c.want != doctor.Good) {
			t.Errorf("a clock that is off by %v: %+v", c.off, f)
		}
	}
}

// The way from outside is tried with a signed request, and the answer says which half is wrong.
func TestExamineHooks(t *testing.T) {
	fake := slackfake.New(slackfake.Config{})
	t.Cleanup(fake.Close)
	cfg := Config{BotToken: fake.AddWorkspace("T1").Install("commands"), SigningSecret: "s", API: fake.API(), Dial: fake.Dial}
	last := func(outside string) doctor.Finding {
		all := Examine(t.Context(), cfg, outside)
		return all[len(all)-1]
	}
	if f := last(""); f.Verdict != doctor.Notice || !strings.Contains(f.Fix, "--hooks-url") {
		t.Errorf("an address that is not known: %+v", f)
	}
	if f := last(strings.TrimSuffix(fake.API(), "/api/")); f.Verdict != doctor.Wrong || !strings.Contains(f.Found, http.StatusText(http.StatusNotFound)) {
		t.Errorf("an address at which something else answers: %+v", f)
	}
}
