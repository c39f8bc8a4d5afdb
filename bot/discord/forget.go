package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Records in Config.DB:
//
//	gone/GUILD   since when Greenroom is no longer in a guild, as JSON

// forgetAfter is how long what is kept of a guild that removed Greenroom stays: as long as the bot's own records.
const forgetAfter = 30 * 24 * time.Hour

func goneRef(guild string) store.Ref { return store.Key("gone", guild) }

// forgetMember removes what is kept of a member who has erased what is kept about them in a workspace. When it returns without an error
// that is durable. Doing it twice is doing it once.
func (d *Discord) forgetMember(ctx context.Context, w chat.Workspace, m chat.Member) error {
	if guild := guildOf(w); guild != "" {
		if err := d.members.left(ctx, string(m), guild); err != nil {
			return fmt.Errorf("forget a member: %w", err)
		}
	}
	if err := d.forgetDirect(ctx, m); err != nil {
		return fmt.Errorf("forget a member: %w", err)
	}
	if err := d.forgetLateOf(ctx, w, m); err != nil {
		return fmt.Errorf("forget a member: %w", err)
	}
	return d.pages.forget(ctx, func(k Kept) bool { return k.Workspace == w && k.Member == m })
}

// noteGuild notes that a guild has removed Greenroom, or has it again.
func (d *Discord) noteGuild(ctx context.Context, e chat.Event) error {
	var put store.Put
	switch guild := guildOf(e.Workspace); e.Kind {
	case chat.Gone:
		at, err := json.Marshal(d.cfg.Now().UTC())
		if err != nil {
			return fmt.Errorf("note that a guild removed Greenroom: %w", err)
		}
		put = store.Put{Ref: goneRef(guild), Bytes: at}
	case chat.Back:
		put = store.Put{Ref: goneRef(guild)}
	default:
		return nil
	}
	if err := d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{put}}); err != nil {
		return fmt.Errorf("note a guild that came or went: %w", err)
	}
	return nil
}

// forgetGone forgets guilds that removed Greenroom long ago, until ctx ends.
func (d *Discord) forgetGone(ctx context.Context) {
	for {
		if err := d.forgetGuilds(ctx); err != nil && ctx.Err() == nil {
			d.cfg.Log.Warn("discord: guilds that removed Greenroom are not forgotten yet", slog.Any("err", err))
		}
		if !sleep(ctx, sweepEvery) {
			return
		}
	}
}

func (d *Discord) forgetGuilds(ctx context.Context) error {
	var over []string
	var done []store.Put
	err := d.eachRecord(ctx, store.Prefix("gone"), func(r store.Record) error {
		var since time.Time
		if err := json.Unmarshal(r.Bytes, &since); err != nil {
			return fmt.Errorf("record %s: %w", r.Ref, err)
		}
		if d.cfg.Now().Sub(since) >= forgetAfter {
			parts := r.Ref.Parts()
			over = append(over, parts[len(parts)-1])
			done = append(done, store.Put{Ref: r.Ref})
		}
		return nil
	})
	if err != nil || len(over) == 0 {
		return err
	}
	err = d.eachRecord(ctx, store.Prefix("member"), func(r store.Record) error {
		parts := r.Ref.Parts()
		return d.members.left(ctx, parts[len(parts)-1], over...)
	})
	if err == nil {
		err = d.forgetDirects(ctx)
	}
	for _, guild := range over {
		if err == nil {
			err = errors.Join(d.forgetSent(ctx, Guild(guild)), d.forgetLate(ctx, Guild(guild)), d.forgetHome(ctx, guild))
		}
	}
	if err == nil {
		err = d.pages.forget(ctx, func(k Kept) bool { return slices.Contains(over, guildOf(k.Workspace)) })
	}
	if err != nil {
		return err
	}
	return d.cfg.DB.Commit(ctx, store.Unit{Put: done})
}

// eachRecord calls do for every record below a prefix.
func (d *Discord) eachRecord(ctx context.Context, below store.Ref, do func(store.Record) error) error {
	for after := store.Ref(""); ; {
		records, err := d.cfg.DB.List(ctx, below, after, sweepBatch)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := do(r); err != nil {
				return err
			}
			after = r.Ref
		}
		if len(records) < sweepBatch {
			return nil
		}
	}
}

// dropRecords drops every record below a prefix, those that cannot be read too.
func (d *Discord) dropRecords(ctx context.Context, below store.Ref) error {
	return d.eachRecord(ctx, below, func(r store.Record) error {
		return d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: r.Ref}}})
	})
}
