package bot

import "time"

// Clock is where the shell gets the time from. Instants are wall-clock time, because wake rows and lifetimes outlive the
// process; so a Clock may jump, and the shell never waits longer than a minute without looking at it again.
type Clock interface {
	Now() time.Time
	// After returns a channel that receives once d has passed, and a function that gives the timer up.
	After(d time.Duration) (<-chan time.Time, func())
}

type realClock struct{}

// Now drops the monotonic reading: it stands still while a machine sleeps, and the instants here are compared with
// stored ones.
func (realClock) Now() time.Time { return time.Now().Round(0) }

func (realClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// longestNap bounds how long the shell trusts a timer before it looks at the wall clock again: a laptop that slept, or
// a clock that was set, is noticed within it.
const longestNap = time.Minute

// nap waits until the instant t, or until wake receives, or until stop closes; at most longestNap.
func nap(c Clock, t time.Time, stop, wake <-chan struct{}) {
	d := min(t.Sub(c.Now()), longestNap)
	if d <= 0 {
		return
	}
	fired, giveUp := c.After(d)
	defer giveUp()
	select {
	case <-fired:
	case <-wake:
	case <-stop:
	}
}
