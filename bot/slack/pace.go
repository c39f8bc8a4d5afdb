package slack

import (
	"sync"
	"time"

	"greenroom/bot/chat"
)

// limit is how often something may be done: once every so often, and burst times at once.
type limit struct {
	every time.Duration
	burst int
}

// perMinute is at most n in any minute: a fifth of them at once, the rest as the minute passes.
func perMinute(n int) limit { return limit{75 * time.Second / time.Duration(n), n / 5} }

// Slack's limits (docs.slack.dev, Rate limits; the methods' tiers from the official Java SDK): a message a second and channel, of
// which it tolerates short bursts whose size it does not tell; several hundred messages a minute and workspace; tier 3, some 50 a
// minute, method and workspace. Methods that only replies use are not here: a person waits for those, so they are tried.
var (
	perChannel = limit{time.Second, 3}
	perMethod  = map[string]limit{
		"chat.postMessage":      perMinute(300),
		"chat.update":           perMinute(50), // the budget of edits in the shell is the same; pages and replies come on top
		"chat.delete":           perMinute(50),
		"conversations.history": perMinute(50),
		"conversations.replies": perMinute(50),
		"conversations.open":    perMinute(50),
		signInMethod:            perMinute(100),
	}
)

// pace keeps the app within Slack's limits and remembers what Slack said when it was not (429). It never sleeps: it tells by
// chat.Wait when to come again.
type pace struct {
	now func() time.Time

	mu     sync.Mutex
	booked map[spot]time.Time // up to when a limit's turns are given away, were they taken one by one
	shut   map[spot]closing
	many   int // as many entries make it look for old ones
}

// spot is what a limit counts: a method in a workspace, or a channel in it.
type spot struct {
	workspace chat.Workspace
	method    string
	channel   string
}

// closing is a method that Slack has closed; from is there for a clock that is set back.
type closing struct{ from, until time.Time }

func newPace(now func() time.Time) *pace {
	return &pace{now: now, booked: map[spot]time.Time{}, shut: map[spot]closing{}, many: 1000}
}

// take takes a turn at a method in a workspace and, with a channel, at that channel; or tells by chat.Wait when to ask again.
func (p *pace) take(w chat.Workspace, method, channel string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.forget(now)
	turns := map[spot]limit{}
	if l, ok := perMethod[method]; ok {
		turns[spot{w, method, ""}] = l
	}
	if channel != "" {
		turns[spot{w, "", channel}] = perChannel
	}
	free := now
	if c, ok := p.shut[spot{w, method, ""}]; ok && c.holds(now) {
		free = c.until
	}
	for at, l := range turns {
		if next := p.next(at, l, now); next.After(free) {
			free = next
		}
	}
	if free.After(now) {
		return &chat.Wait{Until: free}
	}
	for at, l := range turns {
		p.booked[at] = latest(p.booked[at], now).Add(l.every)
	}
	return nil
}

// next is when a limit has a turn again.
func (p *pace) next(at spot, l limit, now time.Time) time.Time {
	whole := l.every * time.Duration(l.burst)
	if p.booked[at].Sub(now) > whole { // the clock was set back
		p.booked[at] = now.Add(whole)
	}
	return p.booked[at].Add(l.every - whole)
}

// close remembers that Slack takes no call of a method for a while, and tells until when.
func (p *pace) close(w chat.Workspace, method string, after time.Duration) *chat.Wait {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	c := closing{now, now.Add(after)}
	if old := p.shut[spot{w, method, ""}]; old.holds(now) && old.until.After(c.until) {
		c = old
	}
	p.shut[spot{w, method, ""}] = c
	return &chat.Wait{Until: c.until}
}

func (c closing) holds(now time.Time) bool { return !now.Before(c.from) && now.Before(c.until) }

// forget drops now and then what is over: a channel in which nothing is posted costs nothing.
func (p *pace) forget(now time.Time) {
	if len(p.booked)+len(p.shut) < p.many {
		return
	}
	for at, until := range p.booked {
		if !until.After(now) {
			delete(p.booked, at)
		}
	}
	for at, c := range p.shut {
		if !c.holds(now) {
			delete(p.shut, at)
		}
	}
	p.many = max(1000, 2*(len(p.booked)+len(p.shut)))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
