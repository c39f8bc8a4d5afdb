package discord

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
	"greenroom/store"
)

// Records in Config.DB:
//
//	direct/USER   the channel of the direct messages with a member: its id
//
// A bot that opens many at once may be stopped from it (docs.discord.com, Create DM), so they are kept.

func directRef(m chat.Member) store.Ref { return store.Key("direct", string(m)) }

// directChannel is the channel of the direct messages with a member. It is opened where none is known.
func (d *Discord) directChannel(ctx context.Context, m chat.Member) (string, error) {
	if channel, ok := d.out.directs.get(string(m)); ok {
		return channel, nil
	}
	records, err := d.cfg.DB.Load(ctx, directRef(m))
	if err != nil {
		d.cfg.Log.Warn("discord: it cannot be read where a member's direct messages are", slog.Any("err", err))
	} else if channel := string(records[0].Bytes); records[0].Version != 0 && id(channel) {
		d.out.directs.set(string(m), channel)
		return channel, nil
	}
	return d.openDirect(ctx, m)
}

// openDirect has Discord open the channel. Opening it again gives the same one.
func (d *Discord) openDirect(ctx context.Context, m chat.Member) (string, error) {
	var opened struct {
		ID string `json:"id"`
	}
	err := d.insist(ctx, func() rest.Request {
		return rest.Request{Method: http.MethodPost, Path: "users/@me/channels", Body: map[string]string{"recipient_id": string(m)}}
	}, &opened)
	if err == nil && !id(opened.ID) {
		err = errors.New("open direct messages: the answer names no channel")
	}
	if err != nil {
		if doubtful(err) { // nothing was sent
			return "", d.wait(afterFailure)
		}
		return "", err
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	if err := d.cfg.DB.Commit(keep, store.Unit{Put: []store.Put{{Ref: directRef(m), Bytes: []byte(opened.ID)}}}); err != nil {
		d.cfg.Log.Warn("discord: it is not kept where a member's direct messages are", slog.Any("err", err))
	}
	d.out.directs.set(string(m), opened.ID)
	return opened.ID, nil
}

// forgetDirect drops what is kept of a member's direct messages.
func (d *Discord) forgetDirect(ctx context.Context, m chat.Member) error {
	d.out.directs.forget(string(m))
	return d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: directRef(m)}}})
}

// forgetDirects drops it for all of whom nothing else is kept.
func (d *Discord) forgetDirects(ctx context.Context) error {
	return d.eachRecord(ctx, store.Prefix("direct"), func(r store.Record) error {
		parts := r.Ref.Parts()
		user := parts[len(parts)-1]
		known, err := d.cfg.DB.Load(ctx, memberRef(user))
		if err != nil || known[0].Version != 0 {
			return err
		}
		return d.forgetDirect(ctx, chat.Member(user))
	})
}

// sendDirect sends a message to one member. It is one message: its pages are turned by buttons.
func (d *Discord) sendDirect(ctx context.Context, a chat.Action) (chat.MessageID, error) {
	b, err := d.drawDirect(ctx, a)
	if err != nil {
		return "", err
	}
	channel, err := d.directChannel(ctx, a.Member)
	if err != nil {
		return "", err
	}
	message, err := d.create(ctx, channel, b)
	if rest.Is(err, unknownChannel) { // what was kept is of another bot
		if err = d.forgetDirect(ctx, a.Member); err != nil {
			return "", d.wait(afterFailure)
		}
		if channel, err = d.openDirect(ctx, a.Member); err == nil {
			message, err = d.create(ctx, channel, b)
		}
	}
	if err != nil {
		return "", err
	}
	return messageID(channel, message), nil
}

// drawDirect draws a private message and keeps its pages, before anything is sent.
func (d *Discord) drawDirect(ctx context.Context, a chat.Action) (body, error) {
	b, keep := directMessage(a, d.cfg.Now())
	if err := d.pages.keep(ctx, keep); err != nil {
		d.cfg.Log.Warn("discord: the pages of a message are not kept yet", slog.String("key", string(a.Key)), slog.Any("err", err))
		return body{}, d.wait(afterFailure)
	}
	return b, nil
}
