package discord

import (
	"context"
	"log/slog"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Records in Config.DB:
//
//	home/CHANNEL   the guild of a channel that was posted to: its id
//
// One token writes in the channels of all guilds, and anybody may name any channel's id: in a command, or in a form of a modified client.
// So before the first post in a channel it is made sure that it is the workspace's own.

func homeRef(channel string) store.Ref { return store.Key("home", channel) }

// within refuses a post in a channel that is not of the action's workspace, as one that is not there.
func (d *Discord) within(ctx context.Context, a chat.Action, channel string) error {
	guild := guildOf(a.Workspace)
	switch {
	case guild == "":
		return &chat.Refused{Reason: chat.ReasonGone, Detail: "who has no server has no channels"}
	case !id(channel):
		return &chat.Refused{Reason: chat.ReasonGone, Detail: "that is no channel's id"}
	}
	home, err := d.homeOf(ctx, channel)
	if err == nil && home != guild {
		return &chat.Refused{Reason: chat.ReasonGone, Detail: "the channel is not of that server"}
	}
	return err
}

// homeOf is the guild of a channel, which never changes: what people did there told it, or Discord is asked once.
func (d *Discord) homeOf(ctx context.Context, channel string) (guild string, err error) {
	records, err := d.cfg.DB.Load(ctx, homeRef(channel))
	if err != nil {
		return "", d.wait(afterFailure)
	}
	if guild = string(records[0].Bytes); guild != "" {
		return guild, nil
	}
	if guild, _ = d.out.homes.get(channel); guild == "" {
		var c struct {
			Guild string `json:"guild_id"`
		}
		if err := d.get(ctx, "channels/"+channel, &c); err != nil {
			return "", notSent(d, err)
		}
		if guild = c.Guild; !id(guild) { // a direct message
			return "", nil
		}
	}
	if err := d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: homeRef(channel), Bytes: []byte(guild)}}}); err != nil {
		d.cfg.Log.Warn("discord: it is not kept whose a channel is", slog.Any("err", err))
	}
	return guild, nil
}

// forgetHome drops what is kept of a guild's channels.
func (d *Discord) forgetHome(ctx context.Context, guild string) error {
	return d.eachRecord(ctx, store.Prefix("home"), func(r store.Record) error {
		if string(r.Bytes) != guild {
			return nil
		}
		return d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: r.Ref}}})
	})
}
