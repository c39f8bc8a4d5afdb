package when

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Spec is which local dates and times a schedule means, in which zone. It is immutable and comparable. The zero Spec
// has no slots.
type Spec struct {
	expr   string            // the cron expression, its white space made single
	fields cron.SpecSchedule // what expr says, stepping in UTC, which stands for wall time; see Next
	zone   *time.Location    // from Zone
}

// At is every one of the days at one wall time: hour 0 to 23, minute 0 to 59, at least one day. The zone is an IANA
// name; an unknown one is a *ZoneError.
func At(hour, minute int, days []time.Weekday, zone string) (Spec, error) {
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return Spec{}, fmt.Errorf("%d:%02d is not a time of day; write one from 00:00 to 23:59", hour, minute)
	}
	if len(days) == 0 {
		return Spec{}, errors.New("no day is named; write days such as weekdays or mon,wed,fri")
	}
	field, err := daysField(days)
	if err != nil {
		return Spec{}, err
	}
	return Cron(fmt.Sprintf("%d %d * * %s", minute, hour, field), zone)
}

// daysField writes days as cron's fifth field.
func daysField(days []time.Weekday) (string, error) {
	days = sortDays(days)
	if len(days) == 7 {
		return "*", nil
	}
	numbers := make([]string, len(days))
	for i, d := range days {
		if d < time.Sunday || d > time.Saturday {
			return "", fmt.Errorf("%d is not a day of the week", d)
		}
		numbers[i] = strconv.Itoa(int(d))
	}
	return strings.Join(numbers, ","), nil
}

// Cron reads a cron expression: five fields (minute, hour, day of the month, month, day of the week) as robfig/cron
// reads them, or a word such as @daily. A schedule posts at most once an hour, so the minute must be one number. The
// zone is an argument and never part of the expression. Where both kinds of day are given, either is enough.
func Cron(expr, zone string) (Spec, error) {
	words := strings.Fields(expr)
	expr = strings.Join(words, " ")
	switch {
	case len(words) == 0:
		return Spec{}, errors.New("the cron expression is empty; write one such as 0 9 * * 1-5")
	case strings.Contains(expr, "TZ="): // robfig/cron v3.0.1 panics on some of these
		return Spec{}, fmt.Errorf("cron expression %q: the zone does not belong in it; name the zone beside it", expr)
	case strings.HasPrefix(expr, "@every"):
		return Spec{}, fmt.Errorf("cron expression %q: an interval has no time of day; write one such as 0 9 * * 1-5", expr)
	case !strings.HasPrefix(expr, "@") && !isNumber(words[0]):
		return Spec{}, fmt.Errorf("cron expression %q: the minute, its first field, must be one number from 0 to 59", expr)
	}
	parsed, err := cronParser.Parse(expr)
	if err != nil {
		return Spec{}, fmt.Errorf("cron expression %q: %w; write five fields such as 0 9 * * 1-5", expr, err)
	}
	fields, ok := parsed.(*cron.SpecSchedule)
	if !ok { // unreachable: only @every makes another kind of schedule
		return Spec{}, fmt.Errorf("cron expression %q has no time of day", expr)
	}
	fields.Location = time.UTC
	if fields.Next(time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Spec{}, fmt.Errorf("cron expression %q: no date matches it", expr)
	}
	location, err := Zone(zone)
	if err != nil {
		return Spec{}, err
	}
	return Spec{expr: expr, fields: *fields, zone: location}, nil
}

var cronParser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 8)
	return err == nil
}

// Zone is the IANA name of the zone.
func (s Spec) Zone() string {
	if s.zone == nil {
		return ""
	}
	return s.zone.String()
}

// Encode writes the Spec for storing: the zone, a space, the cron expression. Decode reads it.
func (s Spec) Encode() string {
	if s.zone == nil {
		return ""
	}
	return s.Zone() + " " + s.expr
}

// Decode reads what Encode wrote.
func Decode(text string) (Spec, error) {
	if text == "" {
		return Spec{}, nil
	}
	zone, expr, _ := strings.Cut(text, " ")
	spec, err := Cron(expr, zone)
	if err != nil {
		return Spec{}, fmt.Errorf("stored schedule %q: %w", text, err)
	}
	return spec, nil
}
