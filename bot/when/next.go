package when

import (
	"slices"
	"time"
)

const nominal = "2006-01-02T15:04"

// Next is the first slot whose instant is after the given one; false when there is none (the zero Spec).
func (s Spec) Next(after time.Time) (Slot, bool) {
	if s.zone == nil {
		return Slot{}, false
	}
	// An instant never comes before its wall time is reached, so no wall time up to the one that the clock shows now
	// can be in the future, and the search starts there.
	wall := wallTime(after, s.zone)
	for {
		wall = s.nextWall(wall)
		if wall.IsZero() {
			return Slot{}, false
		}
		at := instant(wall, s.zone)
		if !at.After(after) || !dateExists(wall, at, s.zone) {
			continue
		}
		return Slot{Nominal: wall.Format(nominal), At: at}, true
	}
}

// Upcoming is the first n slots after an instant.
func (s Spec) Upcoming(after time.Time, n int) []Slot {
	var slots []Slot
	for range n {
		slot, ok := s.Next(after)
		if !ok {
			break
		}
		slots = append(slots, slot)
		after = slot.At
	}
	return slots
}

// Last is what came due in a time when nobody looked: the newest slot after since and not after until (the zero Slot
// when there is none), and the older ones, newest first.
func (s Spec) Last(until, since time.Time) (newest Slot, missed []Slot) {
	for {
		slot, ok := s.Next(since)
		if !ok || slot.At.After(until) {
			break
		}
		if newest != (Slot{}) {
			missed = append(missed, newest)
		}
		newest, since = slot, slot.At
	}
	slices.Reverse(missed)
	return newest, missed
}

// wallTime is what a clock in the zone shows at an instant, written as if the zone were UTC.
func wallTime(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// nextWall is the next wall time that the fields name. robfig/cron looks five years ahead and no further, and a 29
// February can be eight years away (2096 to 2104), so it is asked twice.
func (s Spec) nextWall(wall time.Time) time.Time {
	if next := s.fields.Next(wall); !next.IsZero() {
		return next
	}
	return s.fields.Next(wall.AddDate(5, 0, 0))
}

// instant is the first instant at which a clock in the zone shows the wall time or a later one. That is the one rule
// for all three cases: the wall time's only instant, the first of two, and the end of the gap that swallowed it.
func instant(wall time.Time, zone *time.Location) time.Time {
	// No offset reaches 24 hours, so until a day before this wall time stands for UTC it has not come anywhere.
	t := wall.Add(-24 * time.Hour)
	for {
		_, offset := t.In(zone).Zone()
		_, end := t.In(zone).ZoneBounds()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if at.Before(t) { // the change at t jumped over it
			at = t
		}
		if end.IsZero() || at.Before(end) {
			return at.UTC()
		}
		t = end
	}
}

// dateExists tells whether the wall time's date exists in the zone, at being the wall time's instant. Where a zone
// moved over the date line a whole date is missing (Samoa has no 30 December 2011): the first instant of that date is
// then on another.
func dateExists(wall, at time.Time, zone *time.Location) bool {
	date := wall.Truncate(24 * time.Hour) // wall time stands as UTC, whose days all have 24 hours
	if wallTime(at, zone).Truncate(24 * time.Hour).Equal(date) {
		return true
	}
	start := instant(date, zone)
	return wallTime(start, zone).Truncate(24 * time.Hour).Equal(date)
}
