package discord

import (
	"sync"
	"time"
)

// clock is what Discord's clock shows at the least. The machine's own may be off by minutes, and how long something was on its way is
// not known: but Discord's showed at least the time of whatever has arrived (an id, a signature, the Date of an answer), so the
// quickest of the last minutes tells the most. What it says is never too late, so nothing is taken for older than it is.
//
// It counts from one instant, since, by the monotonic clock where that goes: the machine's clock may be set while it runs.
type clock struct {
	since time.Time

	mu           sync.Mutex
	ahead, older *time.Duration // Discord's clock less since's, at the least: of the span since begun, and of the one before; nil where nothing was heard
	begun        time.Duration
}

// clockSpan is how long something that was heard counts, at the least: clocks drift.
const clockSpan = 5 * time.Minute

// heard takes notice that Discord's clock had shown said when the machine's showed at.
func (c *clock) heard(said, at time.Time) {
	run := at.Sub(c.since)
	ahead := said.Sub(c.since) - run
	c.mu.Lock()
	defer c.mu.Unlock()
	switch span := run - c.begun; {
	case c.ahead == nil || span > 2*clockSpan:
		c.ahead, c.older, c.begun = &ahead, nil, run
	case span > clockSpan:
		c.ahead, c.older, c.begun = &ahead, c.ahead, run
	case ahead > *c.ahead:
		c.ahead = &ahead
	}
}

// leap is how far an id may be ahead of what is known. One that is further tells nothing: the next answer's Date says whether the clock
// stood still, as it does where a machine sleeps.
const leap = time.Minute

// made takes notice of when something was made that arrived when the machine's clock showed at. Its id alone says that.
func (c *clock) made(when, at time.Time) {
	if known := c.at(at); known.IsZero() || when.Sub(known) < leap {
		c.heard(when, at)
	}
}

// at is what Discord's clock shows at the least when the machine's shows at; the zero time where nothing was heard yet.
func (c *clock) at(at time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	ahead := c.ahead
	if c.older != nil && (ahead == nil || *c.older > *ahead) {
		ahead = c.older
	}
	if ahead == nil {
		return time.Time{}
	}
	return c.since.Add(at.Sub(c.since) + *ahead)
}

// discordTime is what Discord's clock shows, as far as it is known, when the machine's shows at.
func (d *Discord) discordTime(at time.Time) time.Time {
	if theirs := d.clock.at(at); !theirs.IsZero() {
		return theirs
	}
	return at
}
