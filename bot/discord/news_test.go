package discord

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// news is what the bot was told that nobody did, and forgets it.
func (p *puppet) news() (told []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		if e.Member == "" {
			told = append(told, fmt.Sprint(e.Kind, " ", e.Workspace, " ", e.Channel))
		}
	}
	p.events = nil
	return told
}

// The bot is told of guilds and channels that come and go, in order, once; an outage is no news.
func TestNews(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.want("at first", w.bot.news(), []string{"back " + guild + " "})
		w.hill.AddChannel(discordfake.Channel{ID: "290926798626358777", Name: "other"})
		w.hill.RemoveChannel("290926798626358777")
		w.hill.Unavailable()
		w.hill.Available()
		g := w.green()
		g.Kick()
		g.Install()
		w.quiet()
		w.want("told", w.bot.news(), []string{"left " + guild + " 290926798626358777", "back " + green + " ", "gone " + green + " ", "back " + green + " "})
		w.restart(func() { g.Kick() })
		w.want("while it was away", w.bot.news(), []string{"gone " + green + " "})
		w.restart(func() {})
		w.want("after a restart", w.bot.news(), []string(nil))
	})
}

// What the bot could not take it is told again, and nothing after it before.
func TestNewsAgain(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.bot.news()
		failing := 3
		w.bot.will(func(_ context.Context, e chat.Event) (chat.Reply, error) {
			if failing--; failing >= 0 {
				return chat.Reply{}, errors.New("the disk is slow")
			}
			return chat.Reply{}, nil
		})
		g := w.green()
		g.Kick()
		w.quiet()
		w.restart(func() {})
		want := []string{"back " + green + " ", "back " + green + " ", "back " + green + " ", "back " + green + " ", "gone " + green + " "}
		w.want("told", w.bot.news(), want)
	})
}
