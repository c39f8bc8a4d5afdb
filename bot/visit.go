package bot

import (
	"context"
	"errors"
	"slices"

	"greenroom/bot/chat"
	"greenroom/store"
)

// queue waits for the event's turn in its room and for its end there.
func (b *Bot) queue(ctx context.Context, e chat.Event) (chat.Reply, error) {
	v := &visit{event: e, ctx: ctx, done: make(chan struct{})}
	if err := b.rooms.add(roomName(e), e.Member != "", job{visit: v}); err != nil {
		return chat.Reply{}, err
	}
	select {
	case <-v.done:
	case <-ctx.Done():
		return chat.Reply{}, ctx.Err()
	}
	if errors.Is(v.err, store.ErrSeen) {
		return chat.Reply{}, nil
	}
	return v.reply, v.err
}

// visit is an event on its way through its room.
type visit struct {
	event chat.Event
	ctx   context.Context // of who waits for it
	reply chat.Reply
	err   error
	done  chan struct{} // closed when reply and err are set
}

// together makes the visits that wait in a room, in their order. They share one unit, so whoever came while the room was
// at its last commit waits for one more and not for one for each of those before. Where they cannot share (one of them
// fails, or was seen before, or reads what one before it may change) each is made by itself.
func (b *Bot) together(visits []*visit) {
	visits = slices.DeleteFunc(visits, func(v *visit) bool {
		if v.err = v.ctx.Err(); v.err == nil {
			return false
		}
		close(v.done) // nobody waits any more, so it is not begun
		return true
	})
	replies, shared := b.share(visits)
	for i, v := range visits {
		if shared {
			v.reply = replies[i]
		} else {
			v.reply, v.err = b.step(v.event, nil)
		}
		b.heal(b.work, v.event)
		close(v.done)
	}
}

// share handles the events of several visits in one unit, or none of them. After a failure that leaves open whether the
// unit was applied, the seen marks tell.
func (b *Bot) share(visits []*visit) (replies []chat.Reply, shared bool) {
	unnamed := func(v *visit) bool { return v.event.ID.Name == "" } // nothing would tell that it was handled
	if len(visits) < 2 || b.work.Err() != nil || slices.ContainsFunc(visits, unnamed) {
		return nil, false
	}
	begun := b.Clock.Now()
	err := b.commit(b.work, func(d *store.Draft) error {
		replies = replies[:0]
		for i, v := range visits {
			if i == 0 {
				d.Unit.Event = seenMark(v.event)
			} else {
				d.Unit.Also = append(d.Unit.Also, seenMark(v.event))
			}
			reply, err := b.decide(d, v.event)
			if err == nil && b.work.Err() != nil {
				err = chat.ErrClosed
			}
			if err != nil {
				return err
			}
			replies = append(replies, reply)
		}
		return nil
	})
	if err != nil {
		return nil, false
	}
	took := b.Clock.Now().Sub(begun)
	for _, v := range visits {
		b.logEvent(v.event, took, nil)
	}
	return replies, true
}
