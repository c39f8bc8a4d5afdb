package discordworld

import (
	"regexp"
	"slices"
	"strings"

	"greenroom/bot/bottest"
)

// Differs compares what Discord shows with what a script says.
func (w *World) Differs(l bottest.Line, want, got []bottest.Shown) string {
	return Allowances.Differs(w, l, want, got)
}

var snowflake = regexp.MustCompile(`\b\d{17,20}\b`)

// named is a text with the script's names in place of Discord's ids.
func (w *World) named(s string) string {
	return snowflake.ReplaceAllStringFunc(s, func(id string) string {
		if name, ok := w.names[id]; ok {
			return name
		}
		return id
	})
}

// Allowances are in what Discord differs from scripts.
var Allowances = bottest.Allowances[*World]{
	{Why: "Discord tells everybody's language: it is kept, so it is exported", Apply: withoutTold},
	{Why: "the button that sends a form says Submit in all of Discord", Apply: withSubmit},
	{Why: "in a plain message of Discord's the buttons stand below all text", Apply: withButtonsBelow},
	{Why: "in Discord a bot comes into a channel by its permissions there", Apply: withInvitation},
	{Why: "in Discord the words after a command stand in an option that has a name, do", Apply: withOption},
	{Why: "a form of Discord's closes: what is wrong stands above the message that opens it again", Apply: withClosedForm},
	{Why: "in Discord nobody adds the bot to a channel: it says no hello there", Apply: withoutJoining},
	{Why: "where posting is refused, Discord still lets the bot edit what stands there", Apply: withoutEdits},
	{Why: "in Discord a channel is chosen from a list, so nobody can name what is none", Apply: withoutUnable},
}

const (
	unasked    = "a bot is added to a server, not to its channels"
	unarchived = "Discord archives threads, not channels"
	hungUp     = "over HTTP Discord hangs up before a form comes too late"
)

// LeftOut are scripts that Discord has no counterpart for, and why.
var LeftOut = map[Way]map[string]string{
	OverGateway: {"invited": unasked, "archived": unarchived},
	OverHTTP:    {"invited": unasked, "archived": unarchived, "expired-submission": hungUp, "direct-closed": hungUp},
}

var told = regexp.MustCompile(`(?m)^"locale": "[^"]*",?\n`)

func withoutTold(_ *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for i := range got {
		got[i].Text = told.ReplaceAllString(got[i].Text, "")
	}
	return want, got
}

var buttons = regexp.MustCompile(`(?m)^\[[^\[\]\n]+\](?: \[[^\[\]\n]+\])*$`)

func withButtonsBelow(_ *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for _, all := range [][]bottest.Shown{want, got} {
		for i, s := range all {
			if rows := buttons.FindAllString(s.Text, -1); len(rows) > 0 {
				text := buttons.ReplaceAllString(s.Text, "")
				all[i].Text = bottest.Normal(text + "\n" + strings.Join(rows, " "))
			}
		}
	}
	return want, got
}

var invitation = regexp.MustCompile(`invite me to (#\w+)`)

func withInvitation(_ *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for i := range want {
		want[i].Text = invitation.ReplaceAllString(want[i].Text, "open the settings of $1, choose Permissions, add Greenroom there and allow "+
			"View Channel, Send Messages, Create Public Threads, Send Messages in Threads and Read Message History")
	}
	return want, got
}

var commandLine = regexp.MustCompile(`/greenroom (schedule\b)`)

func withOption(_ *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for i := range want {
		want[i].Text = commandLine.ReplaceAllString(want[i].Text, "/greenroom do:$1")
	}
	return want, got
}

var lastButton = regexp.MustCompile(`\[[^\[\]]*\]$`)

func withSubmit(_ *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for i := range want {
		if strings.HasSuffix(want[i].Where, " form") {
			want[i].Text = lastButton.ReplaceAllString(want[i].Text, "[Submit]")
		}
	}
	return want, got
}

func withClosedForm(_ *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for i, s := range want {
		member, open := strings.CutSuffix(s.Where, " form, still open")
		if !open || i >= len(got) || got[i].Where != member {
			continue
		}
		var lines []string
		for line := range strings.SplitSeq(s.Text, "\n") {
			_, wrong, _ := strings.Cut(line, ": ")
			lines = append(lines, wrong)
		}
		if wrong := strings.Join(lines, "\n"); strings.HasPrefix(got[i].Text, wrong+"\n") {
			want[i] = bottest.Shown{Where: member, Text: wrong}
			got[i].Text = wrong
		}
	}
	return want, got
}

func withoutJoining(_ *World, l bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	if l.Verb == "joined" {
		want = slices.DeleteFunc(want, func(s bottest.Shown) bool { return strings.HasPrefix(s.Where, "#") })
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

func withoutUnable(w *World, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	if w.unable {
		want = nil
	}
	return want, got
}
