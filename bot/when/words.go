package when

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// String is the Spec as people read it: "weekdays at 09:00, Europe/Berlin".
func (s Spec) String() string {
	if s.zone == nil {
		return "never"
	}
	if clock, ok := s.clock(); ok && s.fields.Dom&starBit != 0 && s.fields.Month&starBit != 0 {
		return dayWords(s.days()) + " at " + clock + ", " + s.Zone()
	}
	return "cron " + s.expr + ", " + s.Zone()
}

const starBit = 1 << 63 // robfig/cron marks a field that was written as a star

// clock is the time of day, where there is only one.
func (s Spec) clock() (string, bool) {
	hours := s.fields.Hour &^ starBit
	if bits.OnesCount64(hours) != 1 {
		return "", false
	}
	minute := bits.TrailingZeros64(s.fields.Minute &^ starBit)
	return fmt.Sprintf("%02d:%02d", bits.TrailingZeros64(hours), minute), true
}

// days is the days of the week that the fields name.
func (s Spec) days() []time.Weekday {
	var days []time.Weekday
	for d := time.Sunday; d <= time.Saturday; d++ {
		if s.fields.Dow&(1<<d) != 0 {
			days = append(days, d)
		}
	}
	return sortDays(days)
}

var (
	week     = []time.Weekday{1, 2, 3, 4, 5, 6, 0}
	weekdays = week[:5]
	weekends = week[5:]
)

// sortDays gives each day once, Monday first.
func sortDays(days []time.Weekday) []time.Weekday {
	sorted := slices.Clone(days)
	slices.SortFunc(sorted, func(a, b time.Weekday) int { return int(a+6)%7 - int(b+6)%7 })
	return slices.Compact(sorted)
}

// dayWords names days, which are sorted.
func dayWords(days []time.Weekday) string {
	switch {
	case slices.Equal(days, week):
		return "daily"
	case slices.Equal(days, weekdays):
		return "weekdays"
	case slices.Equal(days, weekends):
		return "weekends"
	}
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = d.String()[:3]
	}
	return strings.Join(names, ", ")
}

// ParseDays reads the days that a word or two name, in English: weekdays, daily, every day, weekends, mon, Tuesdays,
// mon-fri, fri-mon, "mon, wed and fri". The days come Monday first; false when anything in it is not a day.
func ParseDays(word string) ([]time.Weekday, bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	switch word {
	case "daily", "everyday", "every day", "all", "all days":
		return slices.Clone(week), true
	}
	var days []time.Weekday
	separator := func(r rune) bool { return r == ',' || r == ' ' || r == '&' || r == '+' || r == '/' }
	for _, part := range strings.FieldsFunc(word, separator) {
		if part == "and" && len(days) > 0 {
			continue
		}
		named, ok := parseDayRange(part)
		if !ok {
			return nil, false
		}
		days = append(days, named...)
	}
	return sortDays(days), len(days) > 0
}

// parseDayRange reads one day, a range of days (which may run over the end of the week), weekdays or weekends.
func parseDayRange(word string) ([]time.Weekday, bool) {
	switch word {
	case "weekday", "weekdays", "workdays":
		return weekdays, true
	case "weekend", "weekends":
		return weekends, true
	}
	first, last, isRange := strings.Cut(strings.ReplaceAll(word, "–", "-"), "-")
	from, ok := parseDay(first)
	if !ok || !isRange {
		return []time.Weekday{from}, ok
	}
	to, ok := parseDay(last)
	if !ok {
		return nil, false
	}
	days := []time.Weekday{from}
	for d := from; d != to; {
		d = (d + 1) % 7
		days = append(days, d)
	}
	return days, true
}

// parseDay reads a day's name, its plural, or its first letters, at least three.
func parseDay(word string) (time.Weekday, bool) {
	if len(word) < 3 {
		return 0, false
	}
	for _, d := range week {
		if strings.HasPrefix(strings.ToLower(d.String())+"s", word) {
			return d, true
		}
	}
	return 0, false
}

// ParseClock reads a time of day: 9:00, 09:00, 9.30, 9am, 9.30pm, noon, midnight. A bare number is not one.
func ParseClock(word string) (hour, minute int, ok bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	switch word {
	case "noon":
		return 12, 0, true
	case "midnight":
		return 0, 0, true
	}
	half := "" // of the day: am, pm or unsaid
	for _, h := range []string{"am", "pm"} {
		if rest, found := strings.CutSuffix(word, h); found {
			word, half = strings.TrimSpace(rest), h
		}
	}
	hours, minutes, hasMinutes := strings.Cut(strings.Replace(word, ".", ":", 1), ":")
	hour, ok = digits(hours, 1)
	if ok && hasMinutes {
		minute, ok = digits(minutes, 2)
	}
	switch {
	case !ok || minute > 59 || half == "" && (!hasMinutes || hour > 23):
		return 0, 0, false
	case half != "" && (hour < 1 || hour > 12):
		return 0, 0, false
	case half != "":
		hour %= 12
	}
	if half == "pm" {
		hour += 12
	}
	return hour, minute, true
}

// digits reads a number of at least min and at most two digits.
func digits(s string, min int) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 8)
	return int(n), err == nil && len(s) >= min && len(s) <= 2
}
