package slackfake

import "time"

// tier is how often a method may be called: docs.slack.dev, Rate limits; which method has which: Slack's Java SDK,
// MethodsRateLimits. A limit is per method and workspace.
type tier int

const (
	special tier = iota // several hundred a minute
	tier1
	tier2
	tier3
	tier4
	posting // chat.postMessage: also a message a second and channel
	history // tier 3; for an app that is distributed outside of the Marketplace once a minute
)

// limit is a rate and how much may come at once. Slack names no bursts but says that a small one is tolerated in tier 1, that they are
// welcome in tier 3 and large in tier 4: a minute's calls, and a few for the once a minute.
type limit struct {
	every time.Duration
	burst float64
}

var limits = map[tier]limit{
	special: {time.Minute / 300, 300},
	tier1:   {time.Minute, 5},
	tier2:   {time.Minute / 20, 20},
	tier3:   {time.Minute / 50, 50},
	tier4:   {time.Minute / 100, 100},
	posting: {time.Minute / 300, 300},
	history: {time.Minute / 50, 50},
}

// perChannel is chat.postMessage in one channel: a message a second, "short bursts" allowed. Slack gives no number; five is on the
// strict side of what its clients do without being refused.
var perChannel = limit{time.Second, 5}

// outside is conversations.history and replies for an app that is distributed outside of the Marketplace.
var outside = limit{time.Minute, 1}

// bucket is what is left of one limit.
type bucket struct {
	left float64
	at   time.Time
}

// within refuses a call that comes too often, and counts it if it does not.
func (c *call) within(m method) *refusal {
	if !c.cfg.RateLimits {
		return nil
	}
	team := ""
	if c.w != nil {
		team = c.w.id
	}
	l := limits[m.tier]
	if m.tier == history && c.cfg.Distributed {
		l = outside
	}
	if refused := c.take(c.method+" "+team, l); refused != nil || m.tier != posting {
		return refused
	}
	where := c.args["channel"]
	if ch := c.w.channels[where]; ch != nil && ch.direct != "" {
		where = ch.direct // a direct message goes by the person's id too
	}
	return c.take("channel "+team+" "+where, perChannel)
}

// take takes one call from a bucket.
func (c *call) take(name string, l limit) *refusal {
	now := c.cfg.Now()
	b := c.rates[name]
	if b == nil {
		b = &bucket{l.burst, now}
		c.rates[name] = b
	}
	b.left = min(l.burst, b.left+float64(now.Sub(b.at))/float64(l.every))
	b.at = now
	if b.left < 1 {
		r := refuse("ratelimited")
		r.after = max(time.Second, time.Duration((1-b.left)*float64(l.every)))
		return r
	}
	b.left--
	return nil
}
