package quiz

import (
	"testing"
	"time"
)

func TestISOWeek(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time][2]string{
		time.Date(2026, 11, 23, 0, 0, 0, 0, berlin):    {"2026-W48", "2026-11-29T23:00:00Z"}, // the first moment of a Monday
		time.Date(2026, 11, 29, 23, 59, 59, 0, berlin): {"2026-W48", "2026-11-29T23:00:00Z"}, // the last of a Sunday
		time.Date(2026, 12, 31, 12, 0, 0, 0, berlin):   {"2026-W53", "2027-01-03T23:00:00Z"}, // a year with 53 weeks
		time.Date(2027, 1, 3, 12, 0, 0, 0, berlin):     {"2026-W53", "2027-01-03T23:00:00Z"},
		time.Date(2027, 1, 4, 0, 0, 0, 0, berlin):      {"2027-W01", "2027-01-10T23:00:00Z"},
		time.Date(2024, 12, 30, 12, 0, 0, 0, berlin):   {"2025-W01", "2025-01-05T23:00:00Z"}, // December in the next year's week
		time.Date(2026, 10, 25, 12, 0, 0, 0, berlin):   {"2026-W43", "2026-10-25T23:00:00Z"}, // clocks go back
		time.Date(2026, 3, 29, 12, 0, 0, 0, berlin):    {"2026-W13", "2026-03-29T22:00:00Z"}, // clocks go forward
	} {
		name, ends := isoWeek(at)
		if name != want[0] || ends.Format(time.RFC3339) != want[1] {
			t.Errorf("%s is in %s, which ends %s; want %v", at, name, ends.Format(time.RFC3339), want)
		}
	}
}

func TestStreakOf(t *testing.T) {
	type weeks = map[string]int
	for name, c := range map[string]struct {
		posts, answered weeks
		want            int
	}{
		"nothing":                             {weeks{}, weeks{}, 0},
		"this week, full enough":              {weeks{"2026-W48": 5}, weeks{"2026-W48": 3}, 1},
		"this week, not yet":                  {weeks{"2026-W48": 5}, weeks{"2026-W48": 2}, 0},
		"60 % counts, less does not":          {weeks{"2026-W46": 5, "2026-W47": 10}, weeks{"2026-W46": 5, "2026-W47": 6}, 2},
		"59 % breaks":                         {weeks{"2026-W46": 5, "2026-W47": 17}, weeks{"2026-W46": 5, "2026-W47": 10}, 0},
		"the running week breaks nothing":     {weeks{"2026-W47": 5, "2026-W48": 1}, weeks{"2026-W47": 5}, 1},
		"weeks without posts are skipped":     {weeks{"2026-W40": 5, "2026-W47": 5}, weeks{"2026-W40": 3, "2026-W47": 3}, 2},
		"a week whose posts are gone":         {weeks{"2026-W46": 5, "2026-W47": 0}, weeks{"2026-W46": 5}, 1},
		"over the end of a year":              {weeks{"2025-W52": 1, "2026-W01": 1, "2026-W02": 1}, weeks{"2025-W52": 1, "2026-W01": 1, "2026-W02": 1}, 3},
		"a hole in the middle ends it":        {weeks{"2026-W45": 1, "2026-W46": 1, "2026-W47": 1}, weeks{"2026-W45": 1, "2026-W47": 1}, 1},
		"a result that falls into next week":  {weeks{"2026-W48": 5, "2026-W49": 1}, weeks{"2026-W48": 5}, 1},
		"answered in a week without its post": {weeks{"2026-W47": 5}, weeks{"2026-W46": 5, "2026-W47": 5}, 1},
	} {
		if got := streakOf(c.posts, c.answered, "2026-W48"); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestPeriodDates(t *testing.T) {
	for _, c := range []struct {
		period    period
		now, a, b string
	}{
		{periodDay, "2026-11-29", "2026-11-29", "2026-11-29"},
		{periodWeek, "2026-11-23", "2026-11-23", "2026-11-29"}, // Monday
		{periodWeek, "2026-11-29", "2026-11-23", "2026-11-29"}, // Sunday
		{periodWeek, "2027-01-01", "2026-12-28", "2027-01-03"},
		{periodMonth, "2026-12-31", "2026-12-01", "2026-12-31"},
		{periodMonth, "2028-02-29", "2028-02-01", "2028-02-29"},
		{periodAll, "2026-11-23", "", ""},
	} {
		for _, clock := range []string{"T00:00:00Z", "T23:59:59Z"} {
			now, err := time.Parse(time.RFC3339, c.now+clock)
			if err != nil {
				t.Fatal(err)
			}
			if from, to := c.period.dates(now); from != c.a || to != c.b {
				t.Errorf("%s around %s: %s to %s, want %s to %s", c.period, now, from, to, c.a, c.b)
			}
		}
	}
}
