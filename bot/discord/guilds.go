package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Records in Config.DB:
//
//	guild/GUILD   a guild in which Greenroom is, as far as the bot has been told: its id, and " down" behind it in an outage

// guilds knows in which guilds Greenroom is. Discord lists them at the begin of each session (READY) and then sends a
// GUILD_CREATE for each, which says nothing new; one for another guild is an installation. Who was missing from a READY has
// removed Greenroom while it was away. A guild that is unavailable is an outage.
type guilds struct {
	db store.DB

	mu    sync.Mutex
	there map[string]bool // by id
	down  map[string]bool // by id: not available at present
	noted map[string]bool // by id: that is noted, because whoever resumes the session does not hear of it again
}

// guildNews is what one dispatch says about guilds.
type guildNews struct {
	events []chat.Event // Gone and Back, which the bot has to hear, in this order
	put    []string     // guilds that are to be noted once it has heard them
	down   []string     // guilds of which an outage is to be noted
	drop   []string     // guilds that are no longer
}

func guildRef(id string) store.Ref { return store.Key("guild", id) }

// isDown stands behind the id of a guild that is not available.
const isDown = " down"

// guildsAtOnce is how many records of guilds one unit or list holds.
const guildsAtOnce = 500

// load reads what an earlier process knew.
func (g *guilds) load(ctx context.Context) error {
	there, down := map[string]bool{}, map[string]bool{}
	view := store.NewReader(ctx, g.db)
	for after := store.Ref(""); ; {
		page, err := view.List(store.Prefix("guild"), after, guildsAtOnce)
		if err != nil {
			return fmt.Errorf("read in which guilds Greenroom is: %w", err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			id, out := strings.CutSuffix(string(r.Bytes), isDown)
			if there[id] = true; out {
				down[id] = true
			}
		}
		after = page[len(page)-1].Ref
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.there, g.down, g.noted = there, down, maps.Clone(down)
	return nil
}

// news reads READY, GUILD_CREATE and GUILD_DELETE; of any other dispatch there is none. It is quick, and must be called in
// the order in which a shard's dispatches come. Once the bot has heard the events, keep notes that it has.
func (g *guilds) news(dispatch string, body []byte, at time.Time) guildNews {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch dispatch {
	case "READY":
		return g.listed(body, at)
	case "GUILD_CREATE", "GUILD_DELETE":
		return g.changed(dispatch, body, at)
	}
	return guildNews{}
}

// listed reads READY. Its guilds are not available before their GUILD_CREATE, which also tells of new ones.
func (g *guilds) listed(body []byte, at time.Time) (n guildNews) {
	var r struct {
		Shard  [2]uint64 `json:"shard"` // which, of how many
		Guilds []struct {
			ID string `json:"id"`
		} `json:"guilds"`
	}
	if err := json.Unmarshal(body, &r); err != nil || r.Guilds == nil {
		return guildNews{} // nothing can be said of who is missing
	}
	in := make(map[string]bool, len(r.Guilds))
	for _, one := range r.Guilds {
		in[one.ID] = true
		g.down[one.ID] = true
	}
	for _, id := range slices.Sorted(maps.Keys(g.there)) {
		if in[id] || !ofShard(id, r.Shard[0], r.Shard[1]) {
			continue
		}
		n.events = append(n.events, chat.Event{Kind: chat.Gone, At: at, Workspace: Guild(id)})
		n.drop = append(n.drop, id)
		delete(g.there, id)
		delete(g.down, id)
		delete(g.noted, id)
	}
	return n
}

// ofShard tells whether a shard hears of a guild (docs.discord.com, Gateway, Sharding).
func ofShard(guild string, shard, of uint64) bool {
	id, err := strconv.ParseUint(guild, 10, 64)
	return err == nil && (of <= 1 || (id>>22)%of == shard)
}

// changed reads GUILD_CREATE and GUILD_DELETE.
func (g *guilds) changed(dispatch string, body []byte, at time.Time) (n guildNews) {
	var one struct {
		ID          string `json:"id"`
		Unavailable bool   `json:"unavailable"`
	}
	if json.Unmarshal(body, &one) != nil || one.ID == "" {
		return guildNews{}
	}
	if one.Unavailable {
		g.down[one.ID] = true
		if g.there[one.ID] && !g.noted[one.ID] {
			g.noted[one.ID] = true
			n.down = []string{one.ID}
		}
		return n
	}
	noted := g.noted[one.ID]
	delete(g.down, one.ID)
	delete(g.noted, one.ID)
	present := dispatch == "GUILD_CREATE"
	if present && g.there[one.ID] {
		if noted {
			n.put = []string{one.ID}
		}
		return n
	}
	in, err := decodeGuild(dispatch, body, at)
	if err != nil {
		return guildNews{}
	}
	n.events = []chat.Event{in.Event}
	if present {
		g.there[one.ID] = true
		n.put = []string{one.ID}
	} else {
		delete(g.there, one.ID)
		n.drop = []string{one.ID}
	}
	return n
}

// keep notes what the bot has heard. Until then a restart finds the same news again.
func (g *guilds) keep(ctx context.Context, n guildNews) error {
	type change struct {
		id  string
		now []byte // nil removes it
	}
	changes := make([]change, 0, len(n.put)+len(n.down)+len(n.drop))
	for _, id := range n.put {
		changes = append(changes, change{id, []byte(id)})
	}
	for _, id := range n.down {
		changes = append(changes, change{id, []byte(id + isDown)})
	}
	for _, id := range n.drop {
		changes = append(changes, change{id, nil})
	}
	for some := range slices.Chunk(changes, guildsAtOnce) {
		err := store.Update(ctx, g.db, func(d *store.Draft) error {
			for _, c := range some {
				d.Put(guildRef(c.id), c.now)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("note in which guilds Greenroom is: %w", err)
		}
	}
	return nil
}

// outage tells whether Discord has said that a guild is not available now: what fails there may work later.
func (g *guilds) outage(guild string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.down[guild]
}

// few are the guilds in which Greenroom is, in order; none where there are more than most.
func (g *guilds) few(most int) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.there) > most {
		return nil
	}
	return slices.Sorted(maps.Keys(g.there))
}
