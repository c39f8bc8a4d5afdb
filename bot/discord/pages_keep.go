package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// pages keeps long private messages in the adapter's part of the store, so that they can be leafed through:
//
//	page/<day>-<hash>   a Kept as JSON; the day is that on which it was shown, in UTC, so the oldest come first
//
// A record is written once, expires with its day, and belongs to one member: who asks for another's is answered as if it
// were gone.
type pages struct {
	db  store.DB
	log *slog.Logger
	now func() time.Time
}

const (
	keepPages  = 7 * 24 * time.Hour // and until the end of that day
	sweepEvery = 6 * time.Hour
	sweepBatch = 100 // records that are removed in one unit
)

func newPages(db store.DB, log *slog.Logger, now func() time.Time) *pages {
	return &pages{db: db, log: log, now: now}
}

const pagePrefix = "page"

func pageRef(id string) store.Ref { return store.Key(pagePrefix, id) }

// keep stores what a private message needs to be leafed through; nil is nothing. It returns when that is durable, which must be
// before the first page is shown.
func (p *pages) keep(ctx context.Context, k *Kept) error {
	if k == nil {
		return nil
	}
	found, err := p.db.Load(ctx, pageRef(k.ID))
	if err != nil {
		return fmt.Errorf("keep the pages of a message: %w", err)
	}
	if found[0].Version != 0 {
		return nil // the same message, to the same member, today
	}
	raw, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("keep the pages of a message: %w", err) // unreachable: it is plain data
	}
	if err := p.db.Commit(ctx, store.Unit{Put: []store.Put{{Ref: pageRef(k.ID), Bytes: raw}}}); err != nil {
		return fmt.Errorf("keep the pages of a message: %w", err)
	}
	return nil
}

// turn draws the page to which a click on a button between pages leads; it takes the place of the one that was clicked (update). Pages
// that are gone, and those of somebody else, are answered with what to do instead, beside it. e is one for which turnsPage holds.
func (p *pages) turn(ctx context.Context, e chat.Event) (b body, update bool, err error) {
	id := e.Value.Post
	found, err := p.db.Load(ctx, pageRef(id))
	if err != nil {
		return body{}, false, fmt.Errorf("turn a page: %w", err)
	}
	var k Kept
	if found[0].Version != 0 {
		if err := json.Unmarshal(found[0].Bytes, &k); err != nil {
			return body{}, false, fmt.Errorf("turn a page: record %s: %w", pageRef(id), err)
		}
	}
	k.ID = id
	if k.Member == e.Member && !p.expired(id) {
		if b, ok := k.page(e.Value.Part); ok {
			return b, true, nil
		}
	}
	b, _ = privateMessage(pageGone(), readerOf(e))
	return b, false, nil
}

func pageGone() chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Text(
		"This is no longer open: I keep the further pages of a message for a week. Ask for it again and you can read on; your answers and points are as they were.",
	)}}
}

// expired tells whether the pages of an id are too old.
func (p *pages) expired(id string) bool {
	return id < p.now().Add(-keepPages).UTC().Format(pageDay)
}

// forget removes some of what is kept, and what cannot be read: it can be nobody's any more.
func (p *pages) forget(ctx context.Context, which func(Kept) bool) error {
	return p.drop(ctx, func(r store.Record) bool {
		var k Kept
		return json.Unmarshal(r.Bytes, &k) != nil || which(k)
	})
}

// run removes pages that are too old, until ctx ends.
func (p *pages) run(ctx context.Context) {
	for {
		err := p.drop(ctx, func(r store.Record) bool {
			parts := r.Ref.Parts()
			return len(parts) == 2 && p.expired(parts[1])
		})
		if err != nil && ctx.Err() == nil {
			p.log.Warn("discord: old pages are not removed yet", slog.Any("err", err))
		}
		if !sleep(ctx, sweepEvery) {
			return
		}
	}
}

// drop removes the records that are old or unwanted.
func (p *pages) drop(ctx context.Context, unwanted func(store.Record) bool) error {
	var after store.Ref
	for {
		some, err := p.db.List(ctx, store.Prefix(pagePrefix), after, sweepBatch)
		if err != nil {
			return fmt.Errorf("remove pages: %w", err)
		}
		var u store.Unit
		for _, r := range some {
			if after = r.Ref; unwanted(r) {
				u.Put = append(u.Put, store.Put{Ref: r.Ref})
			}
		}
		if len(u.Put) > 0 {
			if err := p.db.Commit(ctx, u); err != nil {
				return fmt.Errorf("remove pages: %w", err)
			}
		}
		if len(some) < sweepBatch {
			return nil
		}
	}
}
