package main

import (
	"fmt"
	"time"

	"greenroom/bot/when"
)

type schedule struct {
	Next scheduleNext `cmd:"" help:"Write the next instants of a schedule, one a line."`
}

type scheduleNext struct {
	// At is the local time of day. Required unless Cron is given.
	At string `placeholder:"09:00" xor:"times" help:"Local time of day: 09:00, 9am, noon."`
	// Days are the days of the week. Optional; every day when empty. Not with Cron.
	Days string `placeholder:"mon-fri" help:"Days: weekdays, mon-fri, mon,wed (default: every day)."`
	// Cron is a cron expression of five fields whose minute is one number. Not with At or Days.
	Cron string `placeholder:"'0 9 * * 1-5'" xor:"times" help:"A cron expression instead of --at and --days."`
	// Zone is the IANA zone of the times. Required.
	Zone string `required:"" placeholder:"Europe/Berlin" help:"IANA time zone."`
	// From is the instant after which to look, in RFC 3339. Optional; now when empty.
	From string `placeholder:"2026-01-02T15:04:05Z" help:"Look after this instant, RFC 3339 (default: now)."`
	// N is how many instants to write, from 1 to 100,000. Optional; 5 when not given.
	N int `short:"n" default:"5" placeholder:"N" help:"How many (default 5)."`
}

// Run writes each slot's instant in RFC 3339 with the zone's offset at that instant.
func (c scheduleNext) Run(std streams) error {
	spec, err := c.spec()
	if err != nil {
		return &usageError{err}
	}
	zone, err := when.Zone(c.Zone)
	if err != nil {
		return &usageError{err}
	}
	from := time.Now()
	if c.From != "" {
		if from, err = time.Parse(time.RFC3339, c.From); err != nil {
			return usagef("--from %q is not an instant; write one such as 2026-01-02T15:04:05Z", c.From)
		}
	}
	if c.N < 1 || c.N > 100_000 {
		return usagef("-n %d is out of range; write a number from 1 to 100000", c.N)
	}
	for range c.N {
		slot, ok := spec.Next(from)
		if !ok {
			break
		}
		if _, err := fmt.Fprintln(std.out, slot.At.In(zone).Format(time.RFC3339)); err != nil {
			return err
		}
		from = slot.At
	}
	return nil
}

func (c scheduleNext) spec() (when.Spec, error) {
	switch {
	case c.Cron != "" && c.Days != "":
		return when.Spec{}, usagef("--days and --cron can't be used together; write the days in the expression's last field")
	case c.Cron != "":
		return when.Cron(c.Cron, c.Zone)
	case c.At == "":
		return when.Spec{}, usagef("no time is given; write --at 09:00 or --cron '0 9 * * 1-5'")
	}
	hour, minute, ok := when.ParseClock(c.At)
	if !ok {
		return when.Spec{}, usagef("--at %q is not a time of day; write one such as 09:00", c.At)
	}
	word := c.Days
	if word == "" {
		word = "daily"
	}
	days, ok := when.ParseDays(word)
	if !ok {
		return when.Spec{}, usagef("--days %q are not days; write days such as weekdays, mon-fri or mon,wed", c.Days)
	}
	return when.At(hour, minute, days, c.Zone)
}
