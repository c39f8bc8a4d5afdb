package when

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestSpecWords(t *testing.T) {
	at := func(hour, minute int, days string, zone string) Spec {
		parsed, ok := ParseDays(days)
		if !ok {
			t.Fatalf("ParseDays(%q) failed", days)
		}
		return must(At(hour, minute, parsed, zone))
	}
	for _, c := range []struct {
		spec          Spec
		words, stored string
	}{
		{at(9, 0, "weekdays", "Europe/Berlin"), "weekdays at 09:00, Europe/Berlin", "Europe/Berlin 0 9 * * 1,2,3,4,5"},
		{at(17, 5, "daily", "UTC"), "daily at 17:05, UTC", "UTC 5 17 * * *"},
		{at(0, 0, "weekends", "Asia/Kolkata"), "weekends at 00:00, Asia/Kolkata", "Asia/Kolkata 0 0 * * 6,0"},
		{at(9, 30, "sun,fri,mon,fri", "UTC"), "Mon, Fri, Sun at 09:30, UTC", "UTC 30 9 * * 1,5,0"},
		{must(Cron("  0  9 * *   MON-FRI ", "UTC")), "weekdays at 09:00, UTC", "UTC 0 9 * * MON-FRI"},
		{must(Cron("@daily", "UTC")), "daily at 00:00, UTC", "UTC @daily"},
		{must(Cron("0 9,17 * * *", "UTC")), "cron 0 9,17 * * *, UTC", "UTC 0 9,17 * * *"},
		{must(Cron("0 9 1 * *", "UTC")), "cron 0 9 1 * *, UTC", "UTC 0 9 1 * *"},
		{must(Cron("0 9 * 6 *", "UTC")), "cron 0 9 * 6 *, UTC", "UTC 0 9 * 6 *"},
	} {
		if got := c.spec.String(); got != c.words {
			t.Errorf("String() = %q, want %q", got, c.words)
		}
		if got := c.spec.Encode(); got != c.stored {
			t.Errorf("Encode() = %q, want %q", got, c.stored)
		}
		if back, err := Decode(c.stored); err != nil || back != c.spec {
			t.Errorf("Decode(%q) = %v, %v", c.stored, back, err)
		}
	}
}

func TestCronRefuses(t *testing.T) {
	for expr, want := range map[string]string{
		"":                         "is empty",
		"* * * * *":                "must be one number",
		"*/5 * * * *":              "must be one number",
		"0,30 9 * * *":             "must be one number",
		"0-0 9 * * *":              "must be one number",
		"? 9 * * *":                "must be one number",
		"60 9 * * *":               "above maximum",
		"0 9 * *":                  "expected exactly 5 fields",
		"0 0 9 * * 1":              "expected exactly 5 fields",
		"0 9 30 2 *":               "no date matches",
		"0 9 31 2,4,6,9,11 *":      "no date matches",
		"TZ=UTC":                   "zone does not belong",
		"CRON_TZ=":                 "zone does not belong",
		"TZ=UTC 0 9 * * *":         "zone does not belong",
		" CRON_TZ=Asia/Tokyo @day": "zone does not belong",
		"@every 1h":                "interval",
		"@EVERY 1h":                "descriptor",
		"@fortnightly":             "descriptor",
	} {
		if spec, err := Cron(expr, "UTC"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Cron(%q) = %v, %v, want an error with %q", expr, spec, err, want)
		}
	}
}

func TestAtRefuses(t *testing.T) {
	for _, c := range []struct {
		hour, minute int
		days         []time.Weekday
	}{{24, 0, week}, {-1, 0, week}, {9, 60, week}, {9, -1, week}, {9, 0, nil}, {9, 0, []time.Weekday{7}}} {
		if spec, err := At(c.hour, c.minute, c.days, "UTC"); err == nil {
			t.Errorf("At(%v) = %v, want an error", c, spec)
		}
	}
	var zone *ZoneError
	if _, err := At(9, 0, week, "berlin"); !errors.As(err, &zone) {
		t.Errorf("At in no zone: %v, want a *ZoneError", err)
	}
}

// FuzzCron: no text makes Cron panic, and what it takes has slots at its minute and survives storing.
func FuzzCron(f *testing.F) {
	for _, expr := range []string{"0 9 * * 1-5", "@monthly", "TZ=UTC", "CRON_TZ=", "0 9 30 2 *", "0 9 29 2 *", "5 */2 1-7 jan,dec SUN", "0 0 31 */2 ?"} {
		f.Add(expr, "Europe/Berlin")
	}
	after := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expr, zone string) {
		spec, err := Cron(expr, zone)
		if err != nil {
			return
		}
		slots := spec.Upcoming(after, 3)
		if len(slots) != 3 {
			t.Fatalf("%q has %d slots", expr, len(slots))
		}
		for i, slot := range slots {
			if !slot.At.After(after) || slot.Nominal[14:] != slots[0].Nominal[14:] {
				t.Fatalf("%q: slot %d is %v, after %v", expr, i, slot, after)
			}
			after = slot.At
		}
		if back, err := Decode(spec.Encode()); err != nil || back != spec {
			t.Fatalf("%q is stored as %q, which is %v, %v", expr, spec.Encode(), back, err)
		}
	})
}
