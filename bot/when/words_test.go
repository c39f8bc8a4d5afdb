package when

import (
	"slices"
	"testing"
	"time"
)

func TestParseDays(t *testing.T) {
	for word, want := range map[string]string{
		"weekdays": "weekdays", "Weekday": "weekdays", "daily": "daily", "every day": "daily", "weekends": "weekends",
		"mon": "Mon", "Tuesdays": "Tue", "thur": "Thu", "mon-fri": "weekdays", "Mon–Wed": "Mon, Tue, Wed",
		"fri-mon": "Mon, Fri, Sat, Sun", "mon-sun": "daily", "sun-sat": "daily", "mon,wed,fri": "Mon, Wed, Fri",
		"mon, wed and fri": "Mon, Wed, Fri", "tue & thu": "Tue, Thu", "weekends,mon": "Mon, Sat, Sun", "wed-wed": "Wed",
	} {
		days, ok := ParseDays(word)
		if got := dayWords(days); !ok || got != want {
			t.Errorf("ParseDays(%q) = %s, %t, want %s", word, got, ok, want)
		}
	}
	for _, word := range []string{"", ",", "and", "mo", "montag", "mon-", "-mon", "mon-funday", "mon,python", "python", "9:00", "thuersday"} {
		if days, ok := ParseDays(word); ok {
			t.Errorf("ParseDays(%q) = %v, want no days", word, days)
		}
	}
}

func TestParseDaysGivesItsOwnSlice(t *testing.T) {
	days, _ := ParseDays("weekdays")
	days[0] = time.Sunday
	if again, _ := ParseDays("weekdays"); again[0] != time.Monday {
		t.Error("a caller can change what weekdays means")
	}
}

func TestParseClock(t *testing.T) {
	for word, want := range map[string][2]int{
		"9:00": {9, 0}, "09:00": {9, 0}, "9.30": {9, 30}, "23:59": {23, 59}, "0:05": {0, 5}, "9am": {9, 0}, "9.30pm": {21, 30},
		"9:30 PM": {21, 30}, "12am": {0, 0}, "12:15am": {0, 15}, "12pm": {12, 0}, "noon": {12, 0}, "Midnight": {0, 0}, " 9:00 ": {9, 0},
	} {
		if hour, minute, ok := ParseClock(word); !ok || [2]int{hour, minute} != want {
			t.Errorf("ParseClock(%q) = %d, %d, %t, want %v", word, hour, minute, ok, want)
		}
	}
	for _, word := range []string{"", "9", "24:00", "9:60", "9:5", "009:00", "13pm", "0am", "am", "9:", ":30", "9:00:00", "+9:00", "-1:00", "9h", "9:3pm", "python"} {
		if hour, minute, ok := ParseClock(word); ok {
			t.Errorf("ParseClock(%q) = %d:%d, want no time", word, hour, minute)
		}
	}
}

// FuzzWords: whatever is written, days come sorted and single, a clock is a time of day, and At takes both.
func FuzzWords(f *testing.F) {
	for _, word := range []string{"mon-fri", "mon, wed and fri", "9:00", "9.30pm", "noon", "sun–mon", "12am"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		days, isDays := ParseDays(word)
		hour, minute, isClock := ParseClock(word)
		if isDays && isClock {
			t.Fatalf("%q is both days and a time", word)
		}
		if isDays && !slices.Equal(days, sortDays(days)) {
			t.Fatalf("ParseDays(%q) = %v", word, days)
		}
		if !isDays {
			days = week
		}
		if spec, err := At(hour, minute, days, "UTC"); err != nil {
			t.Fatalf("%q gives %v, %d:%d: %v %v", word, days, hour, minute, spec, err)
		}
	})
}
