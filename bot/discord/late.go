package discord

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
)

// tokenLife is how long what follows the response to an interaction may be shown (interactions/receiving-and-responding).
const tokenLife = 15 * time.Minute

// endThinking ends the "thinking…" that an earlier process has left where an interaction was, which comes too late to be answered. What
// that process has shown otherwise stays as it is.
func (d *Discord) endThinking(ctx context.Context, in Inbound, v *voice) {
	switch {
	case v.ride != nil, in.Way.Type == 0, in.Event.Kind == chat.Complete: // nothing like it comes twice, or shows anything
		return
	case d.clock.at(d.cfg.Now()).Sub(in.Event.At) > tokenLife, !d.thinking(ctx, in):
		return
	}
	calls, _ := Later(in, interrupted(in))
	for _, c := range calls {
		if err := d.call(ctx, in, v, c); err != nil {
			d.cfg.Log.Warn("discord: what an earlier process promised still stands", append(attrs(in), slog.Any("err", err))...)
		}
	}
}

// An earlier process may have taken a submission and died before it could say so. Under its own name the bot would have seen it, and say
// nothing; under another one it knows the answer, which counts once, and says the grade.

// untold tells whether a submission that comes too late has no response yet.
func (d *Discord) untold(ctx context.Context, in Inbound) bool {
	if !in.Event.Expired || in.Event.Kind != chat.Submit {
		return false
	}
	there, loading := d.earlier(ctx, in)
	return !there || loading
}

// again is the other name of an event.
func again(name string) string { return "again/" + name }

// silent tells whether a reply shows nothing.
func silent(r chat.Reply) bool {
	return r.Message == nil && r.Form == nil && len(r.Errors) == 0 && len(r.Choices) == 0 && !r.Forget
}

// thinking tells whether Discord still shows "thinking…" as the response to an interaction.
func (d *Discord) thinking(ctx context.Context, in Inbound) bool {
	_, loading := d.earlier(ctx, in)
	return loading
}

// earlier tells whether an interaction has its response already, and whether that is "thinking…".
func (d *Discord) earlier(ctx context.Context, in Inbound) (there, loading bool) {
	var shown struct {
		Flags discordgo.MessageFlags `json:"flags"`
	}
	path := "webhooks/" + in.Way.App + "/" + in.Way.Token + "/messages/@original"
	if err := d.rest.Do(ctx, rest.Request{Method: http.MethodGet, Path: path}, &shown); err != nil {
		d.cfg.Log.Debug("discord: there is no earlier response", append(attrs(in), slog.Any("err", err))...)
		return false, false
	}
	return true, shown.Flags&discordgo.MessageFlagsLoading != 0
}
