package bot

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"log/slog"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Handle carries an event through its room and the engine and returns when what it changed is durable. What only looks
// is answered at once, beside the room.
//
// An event that was handled before changes nothing and gets the zero Reply and no error: an adapter acknowledges it and
// shows nothing, because whatever was to be seen went out the first time; a reply is made from records, so the member
// has it again by clicking again. ErrBusy and ErrClosed mean that the event was not taken: it is not acknowledged, or
// the member is asked to try again. After any other error, and when ctx ends first, the event may or may not have been
// taken; handing it in again is safe.
func (b *Bot) Handle(ctx context.Context, e chat.Event) (chat.Reply, error) {
	if !b.rooms.open() {
		return chat.Reply{}, chat.ErrClosed
	}
	if e.At.IsZero() {
		e.At = b.Clock.Now()
	}
	e.Seed = seed(e.ID)
	if b.Engine.Looks(e) {
		reply, err := b.look(ctx, e)
		b.heal(ctx, e)
		return reply, err
	}
	return b.queue(ctx, e)
}

func roomName(e chat.Event) string { return string(store.Key(string(e.Workspace), string(e.Room))) }

// seenMark names an event in the store. Platforms name events within a workspace, so the tenant comes first: two of them
// may use one name at one time.
func seenMark(e chat.Event) store.EventID {
	id := store.EventID(e.ID)
	if id.Name != "" {
		id.Name = string(store.Key(string(e.Workspace), id.Name))
	}
	return id
}

// step runs one event in its room: one unit, with the wake row that fired it, if one did.
func (b *Bot) step(e chat.Event, fired *store.Wake) (reply chat.Reply, err error) {
	if b.work.Err() != nil {
		return chat.Reply{}, chat.ErrClosed
	}
	begun := b.Clock.Now()
	err = b.commit(b.work, func(d *store.Draft) error {
		if d.Unit.Fired = fired; fired == nil { // a row that fired is its own mark
			d.Unit.Event = seenMark(e)
		}
		reply, err = b.decide(d, e)
		return err
	})
	b.logEvent(e, b.Clock.Now().Sub(begun), err)
	return reply, err
}

// commit decides and commits a unit and tells timers and outbox what is in it. They are told after a failure too: what
// failed may have been applied all the same, unless it is nothing that a store takes.
func (b *Bot) commit(ctx context.Context, decide func(*store.Draft) error) error {
	var unit store.Unit
	err := store.Update(ctx, b.DB, func(d *store.Draft) error {
		err := decide(d)
		unit = d.Unit
		return err
	})
	if errors.Is(err, store.ErrInvalid) {
		return err
	}
	for _, w := range unit.Wake {
		b.timers.notice(w.At)
	}
	for _, r := range unit.Send {
		b.outbox.notice(r.Place)
	}
	return err
}

func (b *Bot) decide(d *store.Draft, e chat.Event) (reply chat.Reply, err error) {
	defer b.recovered(&err)
	return b.Engine.Step(d, e)
}

func (b *Bot) look(ctx context.Context, e chat.Event) (reply chat.Reply, err error) {
	defer b.recovered(&err)
	begun := b.Clock.Now()
	reply, err = b.Engine.Look(store.NewReader(ctx, b.DB), e)
	b.logEvent(e, b.Clock.Now().Sub(begun), err)
	return reply, err
}

// logEvent never tells what was written: ids, kinds and durations.
func (b *Bot) logEvent(e chat.Event, took time.Duration, err error) {
	level, how := slog.LevelDebug, "event handled"
	switch {
	case errors.Is(err, store.ErrSeen):
		how = "event seen before"
	case err != nil:
		level, how = slog.LevelError, "event failed"
	}
	if !b.Log.Enabled(b.work, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("event", e.ID.Name), slog.String("kind", string(e.Kind)), slog.String("workspace", string(e.Workspace)),
		slog.String("room", string(e.Room)), slog.Duration("took", took),
	}
	if level == slog.LevelError {
		attrs = append(attrs, slog.Any("err", err))
	}
	b.Log.LogAttrs(b.work, level, how, attrs...)
}

// seed is the randomness of an event: the same on each delivery and after a restart.
func seed(id chat.EventID) uint64 {
	sum := sha256.Sum256([]byte(id.At.UTC().Format(time.RFC3339Nano) + " " + id.Name))
	return binary.BigEndian.Uint64(sum[:])
}
