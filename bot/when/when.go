// Package when tells which instants a schedule means. robfig/cron parses expressions; wall time, gaps and overlaps are
// handled here: a wall time that a clock change skips fires at the first instant after the gap, one that occurs twice
// fires at the first, two on one instant are one, and a date that does not exist has no slot.
//
// It is pure: nothing here asks for the time. The zones are those of the IANA database, which is part of the program.
package when

import "time"

// Slot is one nominal local date and time of a schedule, and the instant that it means.
type Slot struct {
	Nominal string    // 2006-01-02T15:04, local: a slot's key
	At      time.Time // UTC
}
