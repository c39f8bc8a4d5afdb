package discord

import (
	"context"
	"net/http"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
)

// Discord limits how often messages that are older than an hour are edited, and says it with error 30046. It names no number, and
// apps report a few an hour: ours are at most five in any hour and channel.
const (
	oldAfter    = time.Hour
	oldEdits    = 4         // at once, in a channel; counters may use the first half of them
	oldEditBack = time.Hour // until there is one more
	oldChannels = 1000      // with edits: as many make it look for those that are over
)

// editPace is the budget of edits of old messages, by channel. The zero editPace is full.
type editPace struct {
	mu     sync.Mutex
	booked map[string]time.Time // until when a channel's edits are given away, were they made one by one
}

// take takes an edit, or says how long until there is one.
func (p *editPace) take(channel string, counter bool, now time.Time) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(now)
	most := oldEdits
	if counter {
		most /= 2
	}
	given := max(p.booked[channel].Sub(now), 0)
	given = min(given, oldEdits*oldEditBack) // the clock was set back
	if over := given + oldEditBack - time.Duration(most)*oldEditBack; over > 0 {
		return over
	}
	if p.booked == nil {
		p.booked = map[string]time.Time{}
	}
	p.booked[channel] = now.Add(given + oldEditBack)
	return 0
}

// close gives all edits of a channel away: Discord has said that there are too many.
func (p *editPace) close(channel string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.booked == nil {
		p.booked = map[string]time.Time{}
	}
	p.booked[channel] = now.Add(oldEdits * oldEditBack)
}

func (p *editPace) forget(now time.Time) {
	if len(p.booked) < oldChannels {
		return
	}
	for channel, until := range p.booked {
		if !until.After(now) {
			delete(p.booked, channel)
		}
	}
}

// change brings one message up to date. In a thread that is in the archive it is taken out for it.
func (d *Discord) change(ctx context.Context, a chat.Action, channel, message string, b body) error {
	if at, ok := created(message); ok && d.cfg.Now().Sub(at) > oldAfter {
		if wait := d.out.edits.take(channel, a.Counter, d.cfg.Now()); wait > 0 {
			return d.wait(wait)
		}
	}
	err := d.patch(ctx, channel, message, b)
	if rest.Is(err, threadArchived) && d.unarchive(ctx, channel) == nil {
		err = d.patch(ctx, channel, message, b)
	}
	if rest.Is(err, tooManyEdits) {
		d.out.edits.close(channel, d.cfg.Now())
	}
	return err
}

func (d *Discord) patch(ctx context.Context, channel, message string, b body) error {
	b = b.edit()
	send := func() error {
		return d.insist(ctx, func() rest.Request {
			return rest.Request{Method: http.MethodPatch, Path: "channels/" + channel + "/messages/" + message, Body: b, Files: b.upload()}
		}, nil)
	}
	err := send()
	if rest.Is(err, missingRights) && b.upload() != nil {
		b = b.withoutFile()
		err = send()
	}
	return err
}
