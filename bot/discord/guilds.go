package discord

import (
	"context"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Records in Config.DB:
//
//	guild/GUILD   a guild in which Greenroom is, as far as the bot has been told: its id

// guilds knows in which guilds Greenroom is. Discord lists them at the begin of each session (READY) and then sends a
// GUILD_CREATE for each, which says nothing new; one for another guild is an installation. Who was missing from a READY has
// removed Greenroom while it was away. A guild that is unavailable is an outage.
type guilds struct {
	db store.DB

	mu    sync.Mutex
	there map[string]bool // by id
	down  map[string]bool // by id: not available at present
}

// guildNews is what one dispatch says about guilds.
type guildNews struct {
	events []chat.Event // Gone and Back, which the bot has to hear, in this order
	put    []string     // guilds that are to be noted once it has heard them
	drop   []string     // guilds that are no longer
}

// news reads READY, GUILD_CREATE and GUILD_DELETE; of any other dispatch there is none. It is quick, and must be called in
// the order in which a shard's dispatches come. Once the bot has heard the events, keep notes that it has.
func (g *guilds) news(dispatch string, body []byte, at time.Time) guildNews { return guildNews{} }

// keep notes what the bot has heard. Until then a restart finds the same news again.
func (g *guilds) keep(ctx context.Context, n guildNews) error { return nil }

// outage tells whether Discord has said that a guild is not available now: what fails there may work later.
func (g *guilds) outage(guild string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.down[guild]
}
