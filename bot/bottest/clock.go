package bottest

import (
	"sync"
	"time"
)

// Clock is a wall clock that a test sets; it satisfies bot.Clock. It runs on the time of the process, which inside a
// synctest bubble is the bubble's: there a whole day passes at once and every run is the same. Outside of a bubble it
// may run faster than the process's time.
type Clock struct {
	mu    sync.Mutex
	began time.Time     // process time at which the clock was set
	set   time.Time     // what it was set to
	rate  time.Duration // wall time that passes in a second of process time
}

// NewClock is a clock that shows an instant and runs as fast as the process's time.
func NewClock(now time.Time) *Clock { return NewFastClock(now, time.Second) }

// NewFastClock is a clock that shows an instant and on which rate passes in each second.
func NewFastClock(now time.Time, rate time.Duration) *Clock {
	return &Clock{began: time.Now(), set: now.Round(0).UTC(), rate: rate}
}

// Now is the wall time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	passed := time.Since(c.began)
	if c.rate == time.Second { // exactly
		return c.set.Add(passed)
	}
	return c.set.Add(time.Duration(passed.Seconds() * float64(c.rate)))
}

// After receives once d of wall time has passed, as far as the clock is not set meanwhile: like a real timer it does not
// notice that.
func (c *Clock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(c.real(d))
	return t.C, func() { t.Stop() }
}

// real is the process time in which d passes on the clock, rounded up.
func (c *Clock) real(d time.Duration) time.Duration {
	if c.rate == time.Second {
		return d
	}
	return time.Duration(d.Seconds()/c.rate.Seconds()*float64(time.Second)) + 1
}

// Until lets time pass until the clock shows an instant; an instant that is over is no wait. In a bubble everything that
// is due until then happens first; call synctest.Wait to let what is due at that very instant happen too.
func (c *Clock) Until(t time.Time) {
	for d := t.Sub(c.Now()); d > 0; d = t.Sub(c.Now()) {
		time.Sleep(c.real(d))
	}
}

// Jump sets the clock forward or back, as a machine that slept or an administrator does.
func (c *Clock) Jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set, c.began = c.now().Add(d), time.Now()
}
