package slackworld

import (
	"regexp"
	"slices"
	"strings"

	"greenroom/bot/bottest"
)

// Differs compares what Slack shows with what a script says.
func (w *World) Differs(l bottest.Line, want, got []bottest.Shown) string {
	return Allowances.Differs(w, l, want, got)
}

var ids = regexp.MustCompile(`\b[UC]0[A-Z]+\b`)

// named is a text with the script's names in place of Slack's ids.
func named(s string) string { return ids.ReplaceAllStringFunc(s, nameOf) }

var (
	reference = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)
	entities  = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// unmark is what a person reads of a message's text.
func unmark(s string) string {
	s = reference.ReplaceAllStringFunc(s, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		if strings.HasPrefix(m[1], "#") {
			return "#" + nameOf(m[1][1:])
		}
		return m[2]
	})
	return entities.Replace(s)
}

// Allowances are in what Slack differs from scripts.
var Allowances = bottest.Allowances[*World]{
	{Why: "Slack tells the zone and the language of everybody: they are kept, so they are exported", Apply: withoutTold},
	{Why: "where posting is restricted, Slack still lets the bot edit what stands there", Apply: withoutEdits},
	{Why: "Slack posts a reply to a deleted message into the channel; the bot takes it away at once", Apply: withoutTakenBack},
	{Why: "in Slack a channel is chosen from a list, so nobody can name what is none", Apply: withoutUnable},
	{Why: "Slack has no completion of a command that is being typed", Apply: withoutCompletion},
	{Why: "in Slack a bot is brought into a channel by a command that has a name", Apply: withInvitation},
}

const (
	untimed = "a payload over Socket Mode does not say when it was sent, so a form that comes too late is answered like any other"
	noRoles = "Slack has no roles of a workspace's own"
)

// LeftOut are scripts that Slack has no counterpart for, and why.
var LeftOut = map[Way]map[string]string{
	OverSocket: {"expired-submission": untimed, "direct-closed": untimed, "role-manages": noRoles},
	OverHTTP:   {"role-manages": noRoles},
}

var invitation = regexp.MustCompile(`invite me to #\w+`)

func withInvitation(_ *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for i := range want {
		want[i].Text = invitation.ReplaceAllString(want[i].Text, "type /invite @Greenroom there")
	}
	return want, got
}

var told = regexp.MustCompile(`(?m)^"(zone|locale)": "[^"]*",?\n`)

func withoutTold(_ *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for i := range got {
		got[i].Text = told.ReplaceAllString(got[i].Text, "")
	}
	return want, got
}

func withoutEdits(w *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	return want, slices.DeleteFunc(got, func(s bottest.Shown) bool {
		channel, _, _ := strings.Cut(s.Where, " ")
		wanted := slices.ContainsFunc(want, func(o bottest.Shown) bool { return o.Where == s.Where })
		return w.restricted[channel] && strings.HasSuffix(s.Where, " now") && !wanted
	})
}

func withoutTakenBack(_ *World, _ bottest.Line, want, got []bottest.Shown) (_, left []bottest.Shown) {
	for _, s := range got {
		if n := len(left) - 1; n >= 0 && s.Where == left[n].Where+" gone" && s.Text == left[n].Text && s.At.Equal(left[n].At) {
			left = left[:n]
			continue
		}
		left = append(left, s)
	}
	return want, left
}

func withoutUnable(w *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	if w.unable {
		want = nil
	}
	return want, got
}

func withoutCompletion(_ *World, l bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	if l.Verb == "types" {
		want = nil
	}
	return want, got
}
