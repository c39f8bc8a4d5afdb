package slack

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"greenroom/bot/chat"
	"greenroom/store"
)

// excuse says why nothing was done: in the form itself where there is one, because what was written stays in it then. An event
// that was not taken because there is too much work, or because Greenroom is stopping, is not acknowledged: Slack delivers it again
// and nobody has to do anything.
func (s *Slack) excuse(work context.Context, in Inbound, a *acknowledgement, err error) {
	level, hopeless := slog.LevelError, errors.Is(err, errNotInstalled) || errors.Is(err, ErrOrgWide)
	again := errors.Is(err, chat.ErrBusy) || errors.Is(err, chat.ErrClosed)
	if again || hopeless {
		level = slog.LevelWarn
	}
	s.cfg.Log.Log(work, level, "slack: an event was not taken", append(attrs(in), slog.Any("err", err))...)

	var r chat.Reply
	switch e := in.Event; {
	case e.Member == "", e.Kind == chat.Complete, repeated(e) && hopeless:
		a.send(receipt{Taken: true, Body: Respond(in, r, nobody, false).Ack})
		return
	case repeated(e) && (again || !e.Typed):
		return
	case e.Kind == chat.Submit:
		r.Errors = map[string]string{"": sentence(err)}
	}
	r.Message = &chat.Message{Blocks: []chat.Block{chat.Text(sentence(err))}}
	answer := Respond(in, r, nobody, false)
	if !a.send(receipt{Taken: true, Body: answer.Ack}) && answer.Ack != nil {
		r.Errors = nil
		r = returned(in, r)
		answer = Respond(in, r, nobody, true)
	}
	if hopeless { // without a token only the address that came with the payload is open
		answer.Calls = slices.DeleteFunc(answer.Calls, func(c Call) bool { return c.Method != ResponseURL })
	}
	s.follow(work, in, r, answer)
}

// sentence says what happened and what to do next.
func sentence(err error) string {
	switch {
	case errors.Is(err, chat.ErrBusy):
		return "Too much is going on in this conversation right now. Nothing was lost here: try again in a moment."
	case errors.Is(err, chat.ErrClosed):
		return "Greenroom is starting or stopping. Nothing was lost here: try again in a moment."
	case errors.Is(err, store.ErrFull):
		return "The disk of Greenroom is full, so nothing can be kept right now. Nothing you wrote here is lost: tell whoever runs it, and try again."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "This takes longer than it should, and I cannot tell yet whether it was taken. Look again in a minute before you repeat it."
	case errors.Is(err, errNotInstalled):
		return "Greenroom is not installed in this workspace any more. Ask an admin of the workspace to install it again: what was kept comes back with it."
	case errors.Is(err, ErrOrgWide):
		return "Greenroom works in one workspace at a time, and here it is installed for the whole organisation. Ask an admin to install it in this workspace instead."
	}
	return "Something broke on our side. Nothing was lost here: try again in a moment."
}

// returned gives a person back what they wrote, where the form in which it stood had to go before it was known that it stays.
func returned(in Inbound, r chat.Reply) chat.Reply {
	if len(in.Way.Wrote) == 0 {
		return r
	}
	var m chat.Message
	if r.Message != nil {
		m = *r.Message
	}
	m.Blocks = append(slices.Clip(m.Blocks), chat.Text("What you wrote, so that it is not lost:"))
	for _, text := range in.Way.Wrote {
		m.Blocks = append(m.Blocks, chat.Say(chat.Literal(text)))
	}
	r.Message = &m
	return r
}
