package when

import (
	"slices"
	"testing"
	"time"
)

// TestNext is what is promised about time, by example. The instants are from the IANA database.
func TestNext(t *testing.T) {
	for _, c := range []struct {
		name, expr, zone, after string
		want                    []string
	}{
		{
			"plain", "0 9 * * 1-5", "Europe/Berlin", "2026-11-20T08:00:00Z",
			[]string{"2026-11-23T09:00 2026-11-23T08:00:00Z", "2026-11-24T09:00 2026-11-24T08:00:00Z"},
		},
		{"strictly after", "0 9 * * *", "UTC", "2026-11-20T09:00:00Z", []string{"2026-11-21T09:00 2026-11-21T09:00:00Z"}},
		{"within the minute before", "0 9 * * *", "UTC", "2026-11-20T08:59:59.5Z", []string{"2026-11-20T09:00 2026-11-20T09:00:00Z"}},
		{"just after its instant", "0 9 * * *", "UTC", "2026-11-20T09:00:00.000000001Z", []string{"2026-11-21T09:00 2026-11-21T09:00:00Z"}},
		{
			"gap", "30 2 * * *", "America/New_York", "2026-03-07T08:00:00Z",
			[]string{"2026-03-08T02:30 2026-03-08T07:00:00Z", "2026-03-09T02:30 2026-03-09T06:30:00Z"},
		},
		{
			"gap of half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z",
			[]string{"2026-10-04T02:15 2026-10-03T15:30:00Z", "2026-10-05T02:15 2026-10-04T15:15:00Z"},
		},
		{
			"gap at the day's start", "0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z",
			[]string{"2026-09-06T00:00 2026-09-06T04:00:00Z", "2026-09-07T00:00 2026-09-07T03:00:00Z"},
		},
		{
			"gap that ends on the next date", "30 23 * * *", "America/Nuuk", "2027-03-27T12:00:00Z",
			[]string{"2027-03-27T23:30 2027-03-28T01:00:00Z", "2027-03-28T23:30 2027-03-29T00:30:00Z"},
		},
		{
			"overlap fires once, at the first", "30 1 * * *", "America/New_York", "2026-11-01T04:00:00Z",
			[]string{"2026-11-01T01:30 2026-11-01T05:30:00Z", "2026-11-02T01:30 2026-11-02T06:30:00Z"},
		},
		{
			"asked within the second pass", "30 1 * * *", "America/New_York", "2026-11-01T06:10:00Z",
			[]string{"2026-11-02T01:30 2026-11-02T06:30:00Z"},
		},
		{
			"two on one instant are the earlier one", "0 2,3 * * *", "America/New_York", "2026-03-08T05:00:00Z",
			[]string{"2026-03-08T02:00 2026-03-08T07:00:00Z", "2026-03-09T02:00 2026-03-09T06:00:00Z"},
		},
		{
			"a date that does not exist: Samoa", "0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z",
			[]string{"2011-12-29T09:00 2011-12-29T19:00:00Z", "2011-12-31T09:00 2011-12-30T19:00:00Z"},
		},
		{
			"a date that does not exist, at its first minute", "0 0 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z",
			[]string{"2011-12-31T00:00 2011-12-30T10:00:00Z"},
		},
		{
			"a date that does not exist: Kwajalein", "0 9 * * *", "Pacific/Kwajalein", "1993-08-20T12:00:00Z",
			[]string{"1993-08-20T09:00 1993-08-20T21:00:00Z", "1993-08-22T09:00 1993-08-21T21:00:00Z"},
		},
		{
			"a date twice as long: Kwajalein", "0 9 * * *", "Pacific/Kwajalein", "1969-09-29T12:00:00Z",
			[]string{"1969-09-30T09:00 1969-09-29T22:00:00Z", "1969-10-01T09:00 1969-10-01T21:00:00Z"},
		},
		{
			"an offset with seconds", "0 9 * * *", "Africa/Monrovia", "1971-01-01T00:00:00Z",
			[]string{"1971-01-01T09:00 1971-01-01T09:44:30Z"},
		},
		{"29 February", "0 9 29 2 *", "UTC", "2026-01-01T00:00:00Z", []string{"2028-02-29T09:00 2028-02-29T09:00:00Z"}},
		{"29 February over 2100", "0 9 29 2 *", "UTC", "2096-03-01T00:00:00Z", []string{"2104-02-29T09:00 2104-02-29T09:00:00Z"}},
		{
			"either kind of day", "0 9 13 * 5", "UTC", "2026-11-12T12:00:00Z",
			[]string{"2026-11-13T09:00 2026-11-13T09:00:00Z", "2026-11-20T09:00 2026-11-20T09:00:00Z"},
		},
		{"descriptor", "@weekly", "UTC", "2026-11-20T00:00:00Z", []string{"2026-11-22T00:00 2026-11-22T00:00:00Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, slot := range must(Cron(c.expr, c.zone)).Upcoming(instantOf(c.after), len(c.want)) {
				got = append(got, slot.Nominal+" "+slot.At.Format(time.RFC3339))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestLast(t *testing.T) {
	spec := must(At(9, 0, weekdays, "Europe/Berlin"))
	for _, c := range []struct {
		name, since, until string
		want               []string // newest first
	}{
		{"nothing came due", "2026-11-20T08:00:00Z", "2026-11-23T07:59:59Z", nil},
		{"until is included, since is not", "2026-11-20T08:00:00Z", "2026-11-23T08:00:00Z", []string{"2026-11-23T09:00"}},
		{
			"a long weekend off", "2026-11-19T07:00:00Z", "2026-11-24T09:00:00Z",
			[]string{"2026-11-24T09:00", "2026-11-23T09:00", "2026-11-20T09:00", "2026-11-19T09:00"},
		},
		{"the clock went back", "2026-11-24T09:00:00Z", "2026-11-19T07:00:00Z", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			newest, missed := spec.Last(instantOf(c.until), instantOf(c.since))
			if newest != (Slot{}) {
				got = append(got, newest.Nominal)
			}
			for _, slot := range missed {
				got = append(got, slot.Nominal)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestZeroSpec(t *testing.T) {
	var spec Spec
	if slot, ok := spec.Next(time.Now()); ok {
		t.Errorf("the zero Spec has a slot: %v", slot)
	}
	if got := spec.Upcoming(time.Now(), 3); len(got) != 0 {
		t.Errorf("the zero Spec has slots: %v", got)
	}
	if back, err := Decode(spec.Encode()); err != nil || back != spec || spec.String() != "never" {
		t.Errorf("Decode(Encode()) = %v, %v; String() = %q", back, err, spec)
	}
}

func instantOf(s string) time.Time { return must(time.Parse(time.RFC3339Nano, s)) }

func BenchmarkNext(b *testing.B) {
	spec := must(At(9, 0, weekdays, "Europe/Berlin"))
	after := instantOf("2026-11-23T12:00:00Z")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := spec.Next(after); !ok {
			b.Fatal("no slot")
		}
	}
}
