package bottest

import (
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// What a platform shows is compared with what a script says in three steps: both are brought into one form ([Normal]),
// what the platform cannot do as scripts say is allowed for ([Allowance]), and what happens at one instant is put into one
// order, as order is promised only within a place ([likewise]).

// Allowance is something in which a platform differs from scripts, and why. W is the platform's world.
type Allowance[W any] struct {
	Why string
	// Apply takes it out of what a line says and what is shown. Both are its own to change.
	Apply func(w W, l Line, want, got []Shown) (wanted, shown []Shown)

	used atomic.Bool
}

// Allowances are all in which a platform differs.
type Allowances[W any] []*Allowance[W]

// Differs says how what a platform shows differs from what a script says, but for what is allowed. The names of members
// and channels must be those of the script already.
func (all Allowances[W]) Differs(w W, l Line, want, got []Shown) string {
	want, got = normalised(want), normalised(got)
	for _, a := range all {
		wanted, shown := a.Apply(w, l, slices.Clone(want), slices.Clone(got))
		if !slices.Equal(wanted, want) || !slices.Equal(shown, got) {
			a.used.Store(true)
		}
		want, got = wanted, shown
	}
	if len(want) != len(got) {
		return FirstDifference(want, got)
	}
	ordered := make([]Shown, 0, len(want))
	for from, to := 0, 0; from < len(got); from = to {
		for to = from + 1; to < len(got) && got[to].At.Sub(got[to-1].At) < oneInstant; to++ {
		}
		ordered = append(ordered, likewise(want[from:to], got[from:to])...)
	}
	return FirstDifference(want, ordered)
}

// Needed fails a test that plays every script, once it is over, for each allowance that no script has needed.
func (all Allowances[W]) Needed(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		for _, a := range all {
			if !a.used.Load() && !t.Failed() && !t.Skipped() {
				t.Errorf("no script needs the allowance any more that %s", a.Why)
			}
		}
	})
}

// oneInstant is how far apart things are shown that happen at one time of a script: a platform's limits make some of them wait.
const oneInstant = 30 * time.Second

// likewise puts what is shown into the order of want, taking of each place what comes first.
func likewise(want, got []Shown) []Shown {
	left := slices.Clone(got)
	var ordered []Shown
	for _, s := range want {
		if i := slices.IndexFunc(left, func(g Shown) bool { return queue(g.Where) == queue(s.Where) }); i >= 0 {
			ordered = append(ordered, left[i])
			left = slices.Delete(left, i, i+1)
		}
	}
	return append(ordered, left...)
}

// queue is the place in which order is kept: a channel with its threads, a member's direct messages, a member's screen. What a
// channel's message becomes is a place of its own: when that is due counts from when it was sent, to the moment.
func queue(where string) string {
	first, rest, _ := strings.Cut(where, " ")
	if rest == "dm" || strings.HasPrefix(where, "#") && strings.HasSuffix(rest, "now") {
		return where
	}
	return first
}

func normalised(all []Shown) []Shown {
	all = slices.Clone(all)
	for i := range all {
		all[i].Text = Normal(all[i].Text)
	}
	return all
}

var (
	listMark  = regexp.MustCompile(`(?m)^\s*(- |\d+\. )`)
	spaces    = regexp.MustCompile(`[ \t]+`)
	dayTime   = regexp.MustCompile(`((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ [A-Z][a-z]{2}),? (\d\d:\d\d)(?: UTC)?`)
	who       = regexp.MustCompile(`\B@([a-z]+)\b`)
	invisible = strings.NewReplacer("\u202c", "", "\u2069", "", "\u2060", "", "\u200b", "")
	instants  = regexp.MustCompile(`(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d(\.\d+)?Z`)
)

// Normal is a text without what platforms may write each in its way: white space, the marks of lists, the comma in a date
// and the zone behind it, @ before a name, seconds in what is exported, marks that end a direction of writing or keep
// punctuation from being markup.
func Normal(s string) string {
	s = who.ReplaceAllString(invisible.Replace(s), "$1")
	s = listMark.ReplaceAllString(s, "")
	s = dayTime.ReplaceAllString(s, "$1 $2")
	s = instants.ReplaceAllString(s, "${1}Z")
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(spaces.ReplaceAllString(line, " ")); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Named is a list of what is shown, with its texts as name writes them: with the script's names in place of a platform's ids.
func Named(all []Shown, name func(text string) string) []Shown {
	all = slices.Clone(all)
	for i := range all {
		all[i].Text = name(all[i].Text)
	}
	return all
}
