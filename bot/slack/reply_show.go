package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"greenroom/bot/chat"
)

// show carries out the calls of an answer, after its acknowledgement and after what it keeps was kept. r is the reply that
// the answer draws: where the place in which it should be shown is gone (a view that was closed, an address or a trigger that is too
// old, a channel that the member has left), or Slack makes us wait for longer than a person does, it is shown in another private
// place, at last by direct message. After a call that ended unknown nothing else is tried: it may have been shown.
func (s *Slack) show(ctx context.Context, in Inbound, r chat.Reply, a Answer) error {
	for _, c := range a.Calls {
		err := s.call(ctx, in.Event.Workspace, c, in.Way.Response)
		if notShown(err) {
			err = s.showElsewhere(ctx, in, r, c, err)
		}
		if err != nil {
			return fmt.Errorf("show a reply: %w", err)
		}
	}
	return nil
}

// notShown tells that a call was certainly not carried out. Of a workspace that removed the app nobody is left to be answered.
func notShown(err error) bool {
	var refused *chat.Refused
	if errors.As(err, &refused) {
		return refused.Reason != chat.ReasonRevoked
	}
	return errors.As(err, new(*chat.Wait))
}

func (s *Slack) showElsewhere(ctx context.Context, in Inbound, r chat.Reply, c Call, err error) error {
	var messages []chat.Message
	if r.Message != nil {
		messages = append(messages, *r.Message)
	}
	calls, keep := Instead(in, r, c, s.people.names(ctx, in.Event.Workspace, messages...))
	if len(calls) > 0 {
		s.cfg.Log.Info("slack: a reply is shown elsewhere", slog.String("workspace", string(in.Event.Workspace)),
			slog.String("method", c.Method), slog.Any("err", err))
	}
	if err := s.pages.keep(ctx, keep); err != nil {
		return err
	}
	for _, c := range calls {
		if err = s.call(ctx, in.Event.Workspace, c, in.Way.Response); !notShown(err) {
			return err
		}
	}
	return err
}

// homes lets the home page of one member be drawn and published once at a time, so that the page that is drawn last is the one
// that stays: Slack shows whichever it got last.
type homes struct {
	mu    sync.Mutex
	turns map[homeOf]*homeTurn
}

type homeOf struct {
	workspace chat.Workspace
	member    chat.Member
}

type homeTurn struct {
	free    chan struct{} // holds one while nobody has the turn
	waiting int           // with the one who has it; at most two
}

// turn waits until nobody else draws the home page of the member, and returns how to let the next one. It is nil where another waits
// already: that one has yet to look, so it draws what is now.
func (h *homes) turn(e chat.Event) (done func()) {
	of := homeOf{e.Workspace, e.Member}
	h.mu.Lock()
	if h.turns == nil {
		h.turns = map[homeOf]*homeTurn{}
	}
	t := h.turns[of]
	if t == nil {
		t = &homeTurn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		h.turns[of] = t
	}
	if t.waiting == 2 { // one draws and one waits
		h.mu.Unlock()
		return nil
	}
	t.waiting++
	h.mu.Unlock()
	<-t.free // each holds it within handleWithin and showWithin
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if t.waiting--; t.waiting == 0 {
			delete(h.turns, of)
		}
		t.free <- struct{}{}
	}
}
