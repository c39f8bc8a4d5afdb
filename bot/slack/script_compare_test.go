package slack_test

import (
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"greenroom/bot/bottest"
)

// Differs compares what Slack shows with what a script says. Both are brought into one form first (normal). What is shown at one
// instant may be shown in another order, as long as each place has its own: order is promised within a place.
func (w *world) Differs(l bottest.Line, want, got []bottest.Shown) string {
	want, got = w.allow(l, form(want), form(got))
	if len(want) != len(got) {
		return bottest.FirstDifference(want, got)
	}
	ordered := make([]bottest.Shown, 0, len(want))
	for from, to := 0, 0; from < len(got); from = to {
		for to = from + 1; to < len(got) && got[to].At.Sub(got[to-1].At) < instant; to++ {
		}
		ordered = append(ordered, likewise(want[from:to], got[from:to])...)
	}
	return bottest.FirstDifference(want, ordered)
}

// instant is how far apart things are shown that happen at one time of a script: Slack's pace makes some of them wait.
const instant = 30 * time.Second

// likewise puts what is shown into the order of want, taking of each place what comes first.
func likewise(want, got []bottest.Shown) []bottest.Shown {
	left := slices.Clone(got)
	var ordered []bottest.Shown
	for _, s := range want {
		if i := slices.IndexFunc(left, func(g bottest.Shown) bool { return queue(g.Where) == queue(s.Where) }); i >= 0 {
			ordered = append(ordered, left[i])
			left = slices.Delete(left, i, i+1)
		}
	}
	return append(ordered, left...)
}

// queue is the place in which order is kept: a channel with its threads, a member's direct messages, a member's screen.
func queue(where string) string {
	first, rest, _ := strings.Cut(where, " ")
	if rest == "dm" {
		return where
	}
	return first
}

// form brings what is shown into one form.
func form(all []bottest.Shown) []bottest.Shown {
	all = slices.Clone(all)
	for i := range all {
		all[i].Text = normal(all[i].Text)
	}
	return all
}

var (
	listMark = regexp.MustCompile(`(?m)^\s*(- |\d+\. )`)
	space    = regexp.MustCompile(`[ \t]+`)
	clock    = regexp.MustCompile(`((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ [A-Z][a-z]{2}),? (\d\d:\d\d)(?: UTC)?`)
	who      = regexp.MustCompile(`\B@([a-z]+)\b`)
	turns    = strings.NewReplacer("\u202c", "", "\u2069", "", "\u2060", "")
	ids      = regexp.MustCompile(`\b[UC]0[A-Z]+\b`)
	instants = regexp.MustCompile(`(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d(\.\d+)?Z`)
)

// normal is a text without what platforms may write each in its way: white space, the marks of lists, the comma in a date and the zone
// behind it, @ before a name, ids in the place of names, seconds in what is exported, marks that end a direction of writing or keep
// punctuation from being markup.
func normal(s string) string {
	s = ids.ReplaceAllStringFunc(turns.Replace(s), nameOf)
	s = who.ReplaceAllString(s, "$1")
	s = listMark.ReplaceAllString(s, "")
	s = clock.ReplaceAllString(s, "$1 $2")
	s = instants.ReplaceAllString(s, "${1}Z")
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(space.ReplaceAllString(line, " ")); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

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

// allowance is something in which Slack differs from a script, and why. One that no script needs fails the test.
type allowance struct {
	why   string
	apply func(w *world, l bottest.Line, want, got []bottest.Shown) (wanted, shown []bottest.Shown)
	used  *atomic.Bool
}

var allowances = []allowance{
	{"Slack tells the zone and the language of everybody: they are kept, so they are exported", withoutTold, new(atomic.Bool)},
	{"where posting is restricted, Slack still lets the bot edit what stands there", withoutEdits, new(atomic.Bool)},
	{"Slack posts a reply to a deleted message into the channel; the bot takes it away at once", withoutTakenBack, new(atomic.Bool)},
	{"in Slack a channel is chosen from a list, so nobody can name what is none", withoutUnable, new(atomic.Bool)},
	{"Slack has no completion of a command that is being typed", withoutCompletion, new(atomic.Bool)},
	{"in Slack a bot is brought into a channel by a command that has a name", withInvitation, new(atomic.Bool)},
}

// allow applies the allowances to what a script says and what is shown.
func (w *world) allow(l bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for _, a := range allowances {
		wanted, shown := a.apply(w, l, slices.Clone(want), slices.Clone(got))
		if !slices.Equal(wanted, want) || !slices.Equal(shown, got) {
			a.used.Store(true)
		}
		want, got = wanted, shown
	}
	return want, got
}

var invitation = regexp.MustCompile(`invite me to #\w+`)

func withInvitation(_ *world, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for i := range want {
		want[i].Text = invitation.ReplaceAllString(want[i].Text, "type /invite @Greenroom there")
	}
	return want, got
}

var told = regexp.MustCompile(`(?m)^"(zone|locale)": "[^"]*",?\n`)

func withoutTold(_ *world, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	for i := range got {
		got[i].Text = told.ReplaceAllString(got[i].Text, "")
	}
	return want, got
}

func withoutEdits(w *world, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	return want, slices.DeleteFunc(got, func(s bottest.Shown) bool {
		channel, _, _ := strings.Cut(s.Where, " ")
		wanted := slices.ContainsFunc(want, func(o bottest.Shown) bool { return o.Where == s.Where })
		return w.restricted[channel] && strings.HasSuffix(s.Where, " now") && !wanted
	})
}

func withoutTakenBack(_ *world, _ bottest.Line, want, got []bottest.Shown) (_, left []bottest.Shown) {
	for _, s := range got {
		if n := len(left) - 1; n >= 0 && s.Where == left[n].Where+" gone" && s.Text == left[n].Text && s.At.Equal(left[n].At) {
			left = left[:n]
			continue
		}
		left = append(left, s)
	}
	return want, left
}

func withoutUnable(w *world, _ bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	if w.unable {
		want = nil
	}
	return want, got
}

func withoutCompletion(_ *world, l bottest.Line, want, got []bottest.Shown) (_, _ []bottest.Shown) {
	if l.Verb == "types" {
		want = nil
	}
	return want, got
}
