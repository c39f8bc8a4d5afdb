package discord

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"greenroom/bot/chat"
)

// The one way in, whether a payload came by the gateway or over HTTP:
//
//	deliver   takes it off the connection at once, bounded; what is about guilds goes to those who wait for it (news.go)
//	Decode    reads it (decode.go); what was taken before is not taken again (redelivery.go)
//	locate    in which workspace, and what is the member there (members.go)
//	hand      the bot; returns once what changed is durable
//	respond   the one response that an interaction takes, then the calls that show the rest (reply.go, response.go, reply_show.go)
//
// What the bot has not taken because it ends is not done: the gateway's session brings it again after a restart, and it is then too late to be
// shown, so a submission's reply goes by direct message. Everything else is done: a person is told what went wrong (excuse.go).

const (
	handleWithin = 25 * time.Second
	showWithin   = 15 * time.Second

	// Discord gives up an interaction after three seconds (answerWithin). "Working on it" goes out before, as late as it may where a form
	// can still be the answer.
	deferAfter     = 1500 * time.Millisecond
	deferLookAfter = 2300 * time.Millisecond

	locateInTime = 1200 * time.Millisecond // what nobody knows by then is left unknown
	locateAtEase = 5 * time.Second         // for what is typed or expired
)

// delivery is one payload as it arrived, by the gateway or over HTTP.
type delivery struct {
	dispatch string // the name of the gateway's event; INTERACTION_CREATE over HTTP too
	body     []byte
	at       time.Time           // when it arrived
	ride     func(response) bool // answers the request that brought it; false where nobody heard it; nil for the gateway
	over     func()              // is called when nothing of it is under way any more; nil for the gateway
	done     func()              // is called once it is handled for good: by then a restart needs it no more
}

// deliver takes a delivery and returns at once. Deliveries of a shard come in order, one after the other. It is false where nobody will
// answer it; then done is not called.
func (d *Discord) deliver(in delivery) bool {
	if !d.concerns(in) {
		in.done()
		return true
	}
	switch in.dispatch {
	case "INTERACTION_CREATE", "MESSAGE_CREATE":
	default:
		return d.news.take(d, in)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bot == nil {
		return false
	}
	full, ok := d.taking.begin()
	if !ok {
		d.cfg.Log.Warn("discord: too much is under way, a delivery is left", slog.String("dispatch", in.dispatch))
		in.done() // nobody is left to answer it, and it would come again the same
		return false
	}
	work := d.work
	before, over := d.turns.of(in)
	d.jobs.Go(func() {
		defer d.taking.end()
		defer over()
		if in.over != nil {
			defer in.over()
		}
		if d.take(work, in, before, full) {
			in.done()
		}
	})
	return true
}

// concerns tells what may be for Greenroom without reading it: messages in channels come by the thousand, and those in which the bot's
// id does not stand are nobody's business.
func (d *Discord) concerns(in delivery) bool {
	if in.dispatch != "MESSAGE_CREATE" {
		return true
	}
	return bytes.Contains(in.body, []byte(d.me())) || !bytes.Contains(in.body, []byte(`"guild_id"`))
}

// take brings a delivery all its way, once before is closed, and tells whether it is handled for good. full says that too much is under way
// for the bot to see it.
func (d *Discord) take(work context.Context, in delivery, before <-chan struct{}, full bool) (done bool) {
	done = true
	defer func() {
		if p := recover(); p != nil { // one payload must not end the others
			what := fmt.Sprintf("a %T", p) // its value may hold what a person wrote
			if own, ok := p.(runtime.Error); ok {
				what = own.Error()
			}
			d.cfg.Log.Error("discord: a delivery panicked", slog.String("dispatch", in.dispatch), slog.String("panic", what), slog.String("stack", string(debug.Stack())))
		}
	}()
	got, err := d.read(in)
	if err != nil {
		d.leave(in, err)
		return true
	}
	in.body = nil // it may be large, and may wait
	v := d.voice(work, got, in)
	switch {
	case got.Event.Expired && got.Event.Kind != chat.Submit:
		d.cfg.Log.Info("discord: an interaction came too late to be answered", attrs(got)...)
		ctx, cancel := context.WithTimeout(work, showWithin)
		defer cancel()
		d.endThinking(ctx, got, v)
		return true
	case !d.told.first(got.name()):
		d.cfg.Log.Debug("discord: a delivery came twice", attrs(got)...)
		return true
	}
	guildFull, ok, leave := d.taking.of(got.Event)
	defer leave()
	if !ok {
		return true
	}
	if before != nil {
		<-before
	}
	defer v.promise()()
	return d.answer(work, got, v, full || guildFull)
}

// read decodes a delivery by Discord's clock.
func (d *Discord) read(in delivery) (Inbound, error) {
	got, err := Decode(in.dispatch, in.body, d.me(), d.clock.at(in.at))
	if err == nil {
		d.clock.made(got.Event.At, in.at)
	}
	return got, err
}

// answer brings an event to the bot and its reply to the member; false where it was not taken, and comes again.
func (d *Discord) answer(work context.Context, in Inbound, v *voice, full bool) (done bool) {
	ctx, cancel := context.WithTimeout(work, handleWithin)
	defer cancel()
	err := d.locate(ctx, &in)
	switch {
	case err != nil:
	case turnsPage(in.Event):
		err = d.turnPage(ctx, in, v)
	case full:
		err = chat.ErrBusy
	default:
		var reply chat.Reply
		if reply, err = d.reply(ctx, in); err == nil {
			d.show(work, in, v, reply)
		}
	}
	return err == nil || d.excuse(work, in, v, err)
}

// reply asks the bot, which returns once what changed is durable.
func (d *Discord) reply(ctx context.Context, in Inbound) (chat.Reply, error) {
	e := in.Event
	if d.untold(ctx, in) {
		e.ID.Name = again(e.ID.Name)
	}
	r, err := d.hand(ctx, e)
	if err == nil && silent(r) && e.Kind == chat.Submit && !e.Expired { // it was taken before, by a process that could not say so
		e.ID.Name = again(e.ID.Name)
		r, err = d.hand(ctx, e)
	}
	if err == nil && r.Forget {
		err = d.forgetMember(ctx, e.Workspace, e.Member)
	}
	return r, err
}

// locate completes an event with what its payload does not tell. An interaction must not grow old over that.
func (d *Discord) locate(ctx context.Context, in *Inbound) error {
	wait := locateInTime
	if in.Event.Typed || in.Event.Expired {
		wait = locateAtEase
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if in.Event.Typed && in.Event.Channel != "" {
		in.Event.Channel = chat.Channel(d.places.home(ctx, in.Way.Channel))
		in.Event.Room = chat.ChannelRoom(in.Event.Channel)
	}
	return d.members.locate(ctx, in)
}

// leave is done with what is not for us and with what nobody can read: it would come again the same. Nothing that people wrote is logged,
// only what it was.
func (d *Discord) leave(in delivery, err error) {
	if errors.Is(err, ErrIgnored) {
		d.cfg.Log.Debug("discord: a delivery is not for Greenroom", slog.String("dispatch", in.dispatch), slog.Any("err", err))
		return
	}
	d.cfg.Log.Error("discord: a delivery cannot be read and is left", slog.String("dispatch", in.dispatch), slog.Int("bytes", len(in.body)), slog.Any("err", err))
}

// attrs name an event in the log: ids and kinds.
func attrs(in Inbound) []any {
	return []any{
		slog.String("event", in.Event.ID.Name), slog.String("kind", string(in.Event.Kind)),
		slog.String("workspace", string(in.Event.Workspace)), slog.String("room", string(in.Event.Room)),
	}
}
