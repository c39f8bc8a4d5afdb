package discord

import (
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
	"greenroom/store"
)

// Records in Config.DB:
//
//	late/WORKSPACE/KEY   an edit of the message KEY that Discord takes later: lateEdit as JSON
//
// Discord limits how often messages that are older than an hour are edited, in a channel and an hour, and says it with error 30046; it
// names no number, and apps report a few. At the end of a week all its posts close at once. So an edit that Discord does not take now is
// kept, in place of an older one of the same message, and made when it can be. Counters go last: they use a few of the edits only.

const (
	oldAfter     = time.Hour
	oldCounters  = 2                // edits of old messages at once, in a channel, that only refresh a number
	counterBack  = 30 * time.Minute // until there is one more
	closedFor    = time.Hour        // a channel in which there were too many, where Discord does not say
	lateEvery    = time.Minute      // late edits are looked at
	lateLife     = 48 * time.Hour   // after that nobody reads the message any more
	editChannels = 1000             // of which something is known: as many make it look for what is over
)

// lateEdit is an edit that is to be made when Discord takes it.
type lateEdit struct {
	Action chat.Action    `json:"action"`
	Target chat.MessageID `json:"target"`
	At     time.Time      `json:"at"`
}

func lateRef(w chat.Workspace, key chat.Key) store.Ref {
	return store.Key("late", string(w), string(key))
}

// editPace is what is known of the limits on edits of old messages. The zero editPace knows nothing.
type editPace struct {
	mu     sync.Mutex
	closed map[string]time.Time // channels in which Discord takes none, until then
	booked map[string]time.Time // until when a channel's counters are given away, were they made one by one

	keys [64]chan struct{} // one edit of a message at a time, by a hash of its key; holds one while it goes on
}

// take takes an edit, or says how long until there may be one.
func (p *editPace) take(channel string, counter bool, now time.Time) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := p.closed[channel].Sub(now); wait > 0 || !counter {
		return max(wait, 0)
	}
	given := min(max(p.booked[channel].Sub(now), 0), oldCounters*counterBack) // the clock may have been set back
	if given > (oldCounters-1)*counterBack {
		return given - (oldCounters-1)*counterBack
	}
	if p.booked == nil {
		p.booked = map[string]time.Time{}
	}
	forgetOver(p.booked, now)
	p.booked[channel] = now.Add(given + counterBack)
	return 0
}

// close notes that Discord takes no edit in a channel until then.
func (p *editPace) close(channel string, now, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed == nil {
		p.closed = map[string]time.Time{}
	}
	forgetOver(p.closed, now)
	p.closed[channel] = until
}

func forgetOver(all map[string]time.Time, now time.Time) {
	if len(all) < editChannels {
		return
	}
	for channel, until := range all {
		if !until.After(now) {
			delete(all, channel)
		}
	}
}

var editSeed = maphash.MakeSeed()

// lock lets one edit of a message go on at a time. It takes requests, so whoever waits does so on a channel, which has an end where ctx
// has one and is seen by the clock of a testing/synctest bubble.
func (p *editPace) lock(ctx context.Context, key chat.Key) (unlock func(), err error) {
	turn := p.turn(maphash.String(editSeed, string(key)) % uint64(len(p.keys)))
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *editPace) turn(n uint64) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys[n] == nil {
		p.keys[n] = make(chan struct{}, 1)
	}
	return p.keys[n]
}

// errLater is the error of an edit that Discord does not take now.
var errLater = errors.New("Discord takes no more edits of old messages there now")

// edit brings a message up to date, with all its pages. Doing it twice is doing it once.
func (d *Discord) edit(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	a.Key = a.Target // by which the message goes on being known
	unlock, err := d.out.edits.lock(ctx, a.Key)
	if err != nil {
		return "", d.wait(afterFailure) // nothing was sent
	}
	defer unlock()
	err = d.editNow(ctx, a, target)
	_, message := split(target)
	switch {
	case errors.Is(err, errLater):
		return target, d.keepLate(ctx, a, &lateEdit{a, target, d.cfg.Now().UTC()})
	case err != nil:
		return "", err
	case d.old(message):
		return target, d.dropLate(ctx, a)
	}
	return target, nil
}

func (d *Discord) editNow(ctx context.Context, a chat.Action, target chat.MessageID) error {
	channel, message := split(target)
	if a.Channel == "" {
		b, err := d.drawDirect(ctx, a)
		if err == nil {
			err = d.change(ctx, a, channel, message, b)
		}
		return err
	}
	p, begun, err := d.progress(ctx, a)
	if err != nil {
		return err
	}
	if !begun || p.Pages[0].ID != message {
		p = progress{Channel: channel, Pages: []sentPage{{ID: message}}}
	}
	_, err = d.complete(ctx, a, p)
	return err
}

// old tells whether edits of a message are limited.
func (d *Discord) old(message string) bool {
	at, ok := created(message)
	return ok && d.discordTime(d.cfg.Now()).Sub(at) > oldAfter
}

// change brings one message up to date. In a thread that is in the archive it is taken out for it.
func (d *Discord) change(ctx context.Context, a chat.Action, channel, message string, b body) error {
	if d.old(message) && d.out.edits.take(channel, a.Counter, d.cfg.Now()) > 0 {
		return errLater
	}
	err := d.patch(ctx, channel, message, b)
	if rest.Is(err, threadArchived) && d.unarchive(ctx, channel) == nil {
		err = d.patch(ctx, channel, message, b)
	}
	var said *rest.Error
	if errors.As(err, &said) && said.Code == tooManyEdits {
		after := said.After
		if after <= 0 {
			after = closedFor
		}
		now := d.cfg.Now()
		d.out.edits.close(channel, now, now.Add(after))
		return errLater
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

// keepLate keeps an edit for later. Where that fails the edit was not made either.
func (d *Discord) keepLate(ctx context.Context, a chat.Action, e *lateEdit) error {
	raw, err := json.Marshal(e)
	if err == nil {
		err = d.putLate(ctx, a, raw)
	}
	if err != nil {
		d.cfg.Log.Warn("discord: an edit for later is not kept", slog.String("key", string(a.Key)), slog.Any("err", err))
		return d.wait(afterFailure)
	}
	return nil
}

// dropLate drops what was kept: the message shows something newer, or is gone.
func (d *Discord) dropLate(ctx context.Context, a chat.Action) error {
	records, err := d.cfg.DB.Load(ctx, lateRef(a.Workspace, a.Key))
	if err == nil && records[0].Version == 0 {
		return nil
	}
	if err == nil {
		err = d.putLate(ctx, a, nil)
	}
	return err // unknown: the edit is made again
}

func (d *Discord) putLate(ctx context.Context, a chat.Action, raw []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	return d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: lateRef(a.Workspace, a.Key), Bytes: raw}}})
}

// lateEdits makes edits that were kept, until ctx ends.
func (d *Discord) lateEdits(ctx context.Context) {
	for {
		err := d.eachRecord(ctx, store.Prefix("late"), func(r store.Record) error { return d.tryLate(ctx, r) })
		if err != nil && ctx.Err() == nil {
			d.cfg.Log.Warn("discord: edits that were kept are not made yet", slog.Any("err", err))
		}
		if !sleep(ctx, lateEvery) {
			return
		}
	}
}

// tryLate makes one edit that was kept. One that cannot be read, is too old, or is refused, is dropped.
func (d *Discord) tryLate(ctx context.Context, r store.Record) error {
	var e lateEdit
	if json.Unmarshal(r.Bytes, &e) != nil {
		return d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: r.Ref}}})
	}
	unlock, err := d.out.edits.lock(ctx, e.Action.Key)
	if err != nil {
		return err
	}
	defer unlock()
	records, err := d.cfg.DB.Load(ctx, r.Ref)
	if err != nil || records[0].Version != r.Version { // a newer one is there
		return err
	}
	try, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	if d.cfg.Now().Sub(e.At) < lateLife {
		err = d.verdict(try, e.Action, d.editNow(try, e.Action, e.Target))
	}
	if err != nil && !errors.As(err, new(*chat.Refused)) {
		return nil // later
	}
	return d.putLate(ctx, e.Action, nil)
}

// forgetLate drops what is kept of a workspace's edits.
func (d *Discord) forgetLate(ctx context.Context, w chat.Workspace) error {
	return d.dropRecords(ctx, store.Prefix("late", string(w)))
}

// forgetLateOf drops what is kept of edits of the direct messages to a member.
func (d *Discord) forgetLateOf(ctx context.Context, w chat.Workspace, m chat.Member) error {
	return d.eachRecord(ctx, store.Prefix("late", string(w)), func(r store.Record) error {
		var e lateEdit
		if json.Unmarshal(r.Bytes, &e) == nil && e.Action.Member != m {
			return nil
		}
		unlock, err := d.out.edits.lock(ctx, e.Action.Key) // one that is being made now is not kept again
		if err != nil {
			return err
		}
		defer unlock()
		return d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: r.Ref}}})
	})
}
