package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/store"
)

// pages keeps the pages of long private messages in the adapter's part of the store:
//
//	page/<day>-<hash>   a Kept as JSON; the day is that on which it was shown, in UTC, so the oldest come first
//
// A record is written once, expires with its day, and belongs to one member: who asks for another's is answered as if it
// were gone.
type pages struct {
	s *Slack
}

const (
	keepPages  = 7 * 24 * time.Hour // and until the end of that day
	sweepEvery = 6 * time.Hour
	sweepBatch = 100 // records that are removed in one unit
)

func newPages(s *Slack) *pages { return &pages{s: s} }

const pagePrefix = "page"

func pageRef(id string) store.Ref { return store.Key(pagePrefix, id) }

// keep stores what a private message needs to be leafed through; nil is nothing. It returns when that is durable, which must be
// before the first page is shown.
func (p *pages) keep(ctx context.Context, k *Kept) error {
	if k == nil {
		return nil
	}
	found, err := p.s.cfg.DB.Load(ctx, pageRef(k.ID))
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
	if err := p.s.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: pageRef(k.ID), Bytes: raw}}}); err != nil {
		return fmt.Errorf("keep the pages of a message: %w", err)
	}
	return nil
}

// turn answers a click on a button between pages: with the page, in the place of the one that was clicked. Pages that are
// gone, and those of somebody else, are answered with what to do instead. in is one for which turnsPage holds.
func (p *pages) turn(ctx context.Context, in Inbound) (Answer, error) {
	id, n := in.Event.Value.Post, in.Event.Value.Part
	found, err := p.s.cfg.DB.Load(ctx, pageRef(id))
	if err != nil {
		return Answer{}, fmt.Errorf("turn a page: %w", err)
	}
	var k Kept
	if found[0].Version != 0 {
		if err := json.Unmarshal(found[0].Bytes, &k); err != nil {
			return Answer{}, fmt.Errorf("turn a page: record %s: %w", pageRef(id), err)
		}
	}
	e := in.Event
	if k.Workspace != e.Workspace || k.Member != e.Member || n < 1 || n > len(k.Pages) || p.expired(id) {
		return Respond(in, chat.Reply{Message: pageGone()}, nobody, false), nil
	}
	call, err := inItsPlace(in, k.Pages[n-1])
	if err != nil {
		return Answer{}, fmt.Errorf("turn a page: record %s: %w", pageRef(id), err)
	}
	return Answer{Calls: []Call{call}}, nil
}

// inItsPlace shows a page where the button stood that leads to it.
func inItsPlace(in Inbound, raw json.RawMessage) (Call, error) {
	switch {
	case in.Way.Depth > 0:
		v, err := as[slack.ModalViewRequest](raw)
		return Call{"views.update", viewCall{View: in.Way.View, Body: v}}, err
	case in.Way.View != "":
		v, err := as[slack.HomeTabViewRequest](raw)
		return Call{"views.publish", viewCall{User: string(in.Event.Member), Body: v}}, err
	}
	m, err := as[message](raw)
	if channel, ts := split(in.Event.Clicked); ts != "" { // in a direct message
		return Call{"chat.update", updated{m, channel, ts}}, err
	}
	return Call{ResponseURL, response{message: m, Type: slack.ResponseTypeEphemeral, Thread: in.Way.Thread, Replace: true}}, err
}

func pageGone() *chat.Message {
	return &chat.Message{Blocks: []chat.Block{chat.Text(
		"This is no longer open: I keep the further pages of a message for a week. Ask for it again and you can read on; your answers and points are as they were.",
	)}}
}

// expired tells whether the pages of an id are too old.
func (p *pages) expired(id string) bool {
	return id < p.s.cfg.Now().Add(-keepPages).UTC().Format(pageDay)
}

// run removes pages that are too old, until ctx ends.
func (p *pages) run(ctx context.Context) {
	for {
		if err := p.sweep(ctx); err != nil && ctx.Err() == nil {
			p.s.cfg.Log.Warn("slack: old pages are not removed yet", slog.Any("err", err))
		}
		if !sleep(ctx, sweepEvery) {
			return
		}
	}
}

func (p *pages) sweep(ctx context.Context) error {
	for {
		oldest, err := p.s.cfg.DB.List(ctx, store.Prefix(pagePrefix), "", sweepBatch)
		if err != nil {
			return fmt.Errorf("remove old pages: %w", err)
		}
		var u store.Unit
		for _, r := range oldest {
			if parts := r.Ref.Parts(); len(parts) == 2 && p.expired(parts[1]) {
				u.Put = append(u.Put, store.Put{Ref: r.Ref})
			}
		}
		if len(u.Put) == 0 {
			return nil
		}
		if err := p.s.cfg.DB.Commit(ctx, u); err != nil {
			return fmt.Errorf("remove old pages: %w", err)
		}
	}
}
