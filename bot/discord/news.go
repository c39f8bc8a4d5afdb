package discord

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"greenroom/bot/chat"
)

// news is what nobody did that has a name and an answer: guilds and channels that come and go. It is told to the bot in the order in which
// it came, and until the bot has taken it. There is little of it, so it may wait in memory.
type news struct {
	mu    sync.Mutex
	items []newsItem
	more  chan struct{} // holds one while items may be there
}

// newsItem is what one dispatch says.
type newsItem struct {
	guilds guildNews
	done   func()
}

// take reads a dispatch at once and, where it says something, keeps it for run. It is false while nobody runs; then done is not called.
func (n *news) take(d *Discord, in delivery) bool {
	if !d.running() {
		return false
	}
	said := d.guilds.news(in.dispatch, in.body, in.at)
	if in.dispatch == "CHANNEL_DELETE" {
		left, err := d.read(in)
		if err != nil {
			d.leave(in, err)
		} else {
			said.events = append(said.events, left.Event)
		}
	}
	if len(said.events)+len(said.put)+len(said.down)+len(said.drop) == 0 {
		in.done()
		return true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.items = append(n.items, newsItem{said, in.done})
	select {
	case n.wake() <- struct{}{}:
	default:
	}
	return true
}

func (n *news) wake() chan struct{} {
	if n.more == nil {
		n.more = make(chan struct{}, 1)
	}
	return n.more
}

// run tells the bot, until ctx ends. What is left then is not done.
func (n *news) run(ctx context.Context, d *Discord) {
	for {
		n.mu.Lock()
		more, items := n.wake(), n.items
		n.items = nil
		n.mu.Unlock()
		for _, item := range items {
			if !d.tell(ctx, item) {
				return
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return
		}
	}
}

// tell is false where ctx ended before it was told.
func (d *Discord) tell(ctx context.Context, item newsItem) bool {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := d.tellOnce(ctx, item.guilds)
		switch {
		case err == nil:
			item.done()
			return true
		case ctx.Err() != nil, errors.Is(err, chat.ErrClosed):
			return false
		}
		d.cfg.Log.Error("discord: the bot was not told of a guild", slog.Any("err", err), slog.Duration("again", wait))
		if !sleep(ctx, wait) {
			return false
		}
	}
}

// tellOnce may tell again what was told before: the bot takes it as said.
func (d *Discord) tellOnce(ctx context.Context, n guildNews) error {
	ctx, cancel := context.WithTimeout(ctx, handleWithin)
	defer cancel()
	for _, e := range n.events {
		if _, err := d.hand(ctx, e); err != nil {
			return err
		}
		if err := d.noteGuild(ctx, e); err != nil {
			return err
		}
	}
	return d.guilds.keep(ctx, n)
}
