package discord

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"greenroom/bot/chat"
	"greenroom/store"
)

// excuse says why nothing was done. What came by the gateway and was not taken because Greenroom is stopping comes again after the restart:
// until then a form stays as it is, with what stands in it, because any answer closes it. It is false where that is so; who was told to try
// again must not find that it was done all the same.
func (d *Discord) excuse(work context.Context, in Inbound, v *voice, err error) (told bool) {
	level := slog.LevelError
	if errors.Is(err, chat.ErrBusy) || errors.Is(err, chat.ErrClosed) {
		level = slog.LevelWarn
	}
	d.cfg.Log.Log(work, level, "discord: an event was not taken", append(attrs(in), slog.Any("err", err))...)
	again := errors.Is(err, chat.ErrClosed) && v.ride == nil && (in.Event.Typed || in.Event.Kind == chat.Submit)
	if again && v.quiet() || work.Err() != nil {
		return false
	}
	d.show(work, in, v, apology(in, err))
	return true
}

// apology is a reply that says what happened and what to do next, and gives a person back what they wrote: the form in which it stood is
// gone with it.
func apology(in Inbound, err error) chat.Reply {
	if in.Event.Kind == chat.Complete {
		return chat.Reply{}
	}
	return chat.Reply{Message: returned(in, &chat.Message{Blocks: []chat.Block{chat.Text(sentence(err))}})}
}

// sentence says what happened and what to do next.
func sentence(err error) string {
	switch {
	case errors.Is(err, chat.ErrBusy):
		return "Too much is going on in this conversation right now. Nothing was lost here: try again in a moment."
	case errors.Is(err, chat.ErrClosed):
		return "Greenroom is starting or stopping. Nothing was lost here: try again in a moment."
	case errors.Is(err, store.ErrFull):
		return "The disk of Greenroom is full, so nothing can be kept right now. Tell whoever runs it, and try again."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "This takes longer than it should, and I cannot tell yet whether it was taken. Look again in a minute before you repeat it."
	case errors.Is(err, errRefused):
		return "What I have to say could not be shown here. It is kept: open it again in a moment, and if it stays like this, tell whoever runs Greenroom."
	}
	return "Something broke on our side. Nothing was lost here: try again in a moment."
}

// interrupted is what stands in the end where an earlier process has promised a reply.
func interrupted(in Inbound) chat.Reply {
	text := "Greenroom was restarted while it was working on this, and cannot tell whether it was done. Look before you repeat it."
	if in.Event.Kind == chat.Submit {
		text = "Greenroom was restarted while it was working on this. Its reply is in your direct messages, or opens where you began."
	}
	return chat.Reply{Message: &chat.Message{Blocks: []chat.Block{chat.Text(text)}}}
}

// returned adds to a message what a person wrote in the form that it answers.
func returned(in Inbound, m *chat.Message) *chat.Message {
	if len(in.Way.Wrote) == 0 {
		return m
	}
	with := *m
	with.Blocks = append(slices.Clip(with.Blocks), chat.Text("What you wrote, so that it is not lost:"))
	for _, text := range in.Way.Wrote {
		with.Blocks = append(with.Blocks, chat.Say(chat.Literal(text)))
	}
	return &with
}
