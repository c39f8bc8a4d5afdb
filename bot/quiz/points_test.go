package quiz

import (
	"slices"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// TestQuarters goes through the rules of points line by line.
func TestQuarters(t *testing.T) {
	for name, c := range map[string]struct {
		part part
		want int64
	}{
		"a key point found is a point":                   {part{Found: []int{0}}, 4},
		"five found are five":                            {part{Found: []int{0, 1, 2, 3, 4}}, 20},
		"claimed half":                                   {part{Claimed: []int{0}}, 2},
		"what only the redraft covers counts half":       {part{Found: []int{0}, Later: []int{1}}, 6},
		"found and claimed counts once":                  {part{Found: []int{0}, Claimed: []int{0}}, 4},
		"an accepted claim counts whole":                 {part{Claimed: []int{0}, Accepted: []int{0}}, 4},
		"accepted and found later, whole":                {part{Later: []int{0}, Claimed: []int{0}, Accepted: []int{0}}, 4},
		"accepted and then taken back, nothing":          {part{Accepted: []int{0}}, 0},
		"a held claim scores nothing":                    {part{Claimed: []int{0, 1}, Held: []int{0}}, 2},
		"what the grader finds scores though it is held": {part{Found: []int{0}, Held: []int{0}}, 4},
		"what the redraft finds scores though held":      {part{Later: []int{0}, Held: []int{0}}, 2},
		"denied counts nothing":                          {part{Found: []int{0, 1}, Denied: []int{0}}, 4},
		"each hint takes one":                            {part{Found: []int{0, 1, 2}, Hints: 2}, 4},
		"not below zero":                                 {part{Found: []int{0}, Hints: 3}, 0},
		"halved if late":                                 {part{Found: []int{0}, Half: true}, 2},
		"halved after the hints":                         {part{Found: []int{0, 1}, Hints: 1, Half: true}, 2},
		"halved, rounded down":                           {part{Found: []int{0}, Claimed: []int{1}, Hints: 0, Half: true}, 3},
		"a late claim":                                   {part{Claimed: []int{0}, Half: true}, 1},
		"what scores nothing":                            {part{Found: []int{0}, Why: unscoredSeen}, 0},
		"nothing said":                                   {part{}, 0},
	} {
		c.part.At = monday
		if got := c.part.quarters(); got != c.want {
			t.Errorf("%s: %d quarters, want %d", name, got, c.want)
		}
	}
	if got := (&part{Found: []int{0}}).quarters(); got != 0 {
		t.Errorf("no attempt is worth %d quarters", got)
	}
}

// TestJudge goes through the rules of what scores at all.
func TestJudge(t *testing.T) {
	closes := monday.Add(5 * day)
	open := post{ID: "p", Channel: "team", QuestionID: "q", State: postOpen, Closes: closes}
	late, closed, mine := open, open, open
	late.State, closed.State = postLate, postClosed
	mine.Channel, mine.Member, mine.Closes = "", "sam", time.Time{}
	before := func(d time.Duration) time.Time { return monday.Add(-d) }
	for name, c := range map[string]struct {
		p    post
		at   part
		was  scoredPart
		now  time.Time
		why  unscored
		half bool
	}{
		"an open post":                            {p: open},
		"after the result, half":                  {p: late, half: true},
		"after the week of the result, nothing":   {p: closed, why: unscoredClosed},
		"the same where the timer is late":        {p: late, now: closes, why: unscoredClosed, half: true},
		"a moment before the end of the week":     {p: late, now: closes.Add(-1), half: true},
		"on demand is practice":                   {p: mine, why: unscoredPractice},
		"aloud":                                   {p: open, at: part{Aloud: true}, why: unscoredAloud},
		"the answer was seen":                     {p: open, at: part{Seen: true}, why: unscoredSeen},
		"the answer was seen elsewhere":           {p: open, was: scoredPart{Seen: before(59 * day)}, why: unscoredSeen},
		"seen 60 days ago":                        {p: open, was: scoredPart{Seen: before(60 * day)}},
		"scored elsewhere within 60 days":         {p: open, was: scoredPart{Post: "other", At: before(60*day - 1)}, why: unscoredTwice},
		"scored elsewhere 60 days ago":            {p: open, was: scoredPart{Post: "other", At: before(60 * day)}},
		"scored by the same post, and was erased": {p: open, was: scoredPart{Post: "p", At: before(day)}},
	} {
		if c.now.IsZero() {
			c.now = monday
		}
		engine, db := New(Config{}), store.NewMemory()
		err := store.Update(t.Context(), db, func(d *store.Draft) error {
			l, err := engine.look(d, chat.Event{Workspace: "w", Member: "sam", At: c.now})
			if err != nil {
				return err
			}
			s := &step{look: *l, d: d}
			save(d, s.metRef("sam", "q"), met{Parts: map[int]scoredPart{0: c.was}})
			return s.judge(&c.p, 0, &c.at)
		})
		if err != nil || c.at.Why != c.why || c.at.Half != c.half {
			t.Errorf("%s: %q, half %t, %v; want %q, half %t", name, c.at.Why, c.at.Half, err, c.why, c.half)
		}
	}
}

func TestCovers(t *testing.T) {
	p := part{Found: []int{2, 0}, Later: []int{3, 2}, Claimed: []int{1}, Denied: []int{0}}
	if got := p.covers(); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("covers %v", got)
	}
}

func TestMayRedraft(t *testing.T) {
	answered := part{At: monday}
	for name, c := range map[string]struct {
		state  postState
		change func(*part)
		want   bool
	}{
		"an answered part":                     {postOpen, func(*part) {}, true},
		"after the result":                     {postLate, func(*part) {}, true},
		"after the end of the week":            {postClosed, func(*part) {}, false},
		"not answered":                         {postOpen, func(p *part) { p.At = time.Time{} }, false},
		"improved once":                        {postOpen, func(p *part) { p.Redrafted = true }, false},
		"the answer was seen":                  {postOpen, func(p *part) { p.Seen = true }, false},
		"aloud":                                {postOpen, func(p *part) { p.Aloud = true }, false},
		"ticked, as the grader could not tell": {postOpen, func(p *part) { p.Abstained = true }, false},
	} {
		at := answered
		c.change(&at)
		if got := mayRedraft(&post{State: c.state}, &at); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestPointsAsWritten(t *testing.T) {
	for quarters, want := range map[int64]string{0: "0 points", 1: "0.2 points", 2: "0.5 points", 3: "0.7 points", 4: "1 point", 5: "1.2 points", 6: "1.5 points", 48: "12 points", 4002: "1000.5 points"} {
		if got := pointsWord(quarters); got != want {
			t.Errorf("%d quarters are %q, want %q", quarters, got, want)
		}
	}
}

func TestTooManyClaims(t *testing.T) {
	for _, c := range []struct {
		attempts, looked, claimed int
		want                      bool
	}{
		{9, 0, 9, false}, {10, 0, 3, false}, {10, 0, 4, true}, {20, 0, 6, false}, {20, 0, 7, true},
		{19, 10, 9, false}, {20, 10, 3, false}, {20, 10, 4, true},
	} {
		all := claims{Attempts: map[int]int{0: c.attempts}, Claimed: map[string]int{"0.1": c.claimed}, Looked: map[string]int{"0.1": c.looked}}
		if got := all.tooMany(0, "0.1"); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}

func TestCounts(t *testing.T) {
	shown := []int{1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000}
	for n := range 10001 {
		if got := counts(n); got != slices.Contains(shown, n) {
			t.Errorf("counts(%d) is %t", n, got)
		}
	}
}
