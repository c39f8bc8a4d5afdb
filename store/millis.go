package store

import (
	"math"
	"time"
)

// Millis is an instant as the store counts it: whole milliseconds since 1970, rounded down. Years beyond 9999 are all the
// same to it, so that a far time can stand for "ever".
func Millis(t time.Time) int64 {
	switch {
	case t.Year() > 9999:
		return math.MaxInt64
	case t.Year() < 0:
		return math.MinInt64
	}
	return t.UnixMilli()
}

// FromMillis is the instant in UTC.
func FromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
