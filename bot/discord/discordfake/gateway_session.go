package discordfake

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// session is what the app has of one shard, over all its connections.
type session struct {
	id            string
	shard, shards int
	intents       int
	seq           int64
	log           []dispatched // what can be replayed, oldest first
	forgotten     int64        // the highest seq that no longer can
	link          *link        // nil while there is none
	lost          instant      // since when
	over          bool
}

// dispatched is a frame that was sent, or would have been.
type dispatched struct {
	seq   int64
	frame []byte
}

// told is what was last dispatched under one name.
type told struct {
	guild *Guild
	body  func(*session) []byte
}

// shardOf is the shard that hears of a guild; 0 hears of direct messages (docs.discord.com, Sharding).
func shardOf(g *Guild, shards int) int {
	if g == nil {
		return 0
	}
	id, _ := strconv.ParseUint(g.id, 10, 64) // tests are held to numbers
	return int((id >> 22) % uint64(shards))
}

// emit sends a dispatch to the shard of a guild, and to shard 0 where the guild is nil, if the app may hear of it and its session asked for it.
func (w *wire) emit(g *Guild, name string, d map[string]any) {
	if !w.f.hears(g, name, d) {
		return
	}
	full := encode(d)
	w.record(name, full)
	w.emitRaw(g, name, full, w.f.bare(g, name, d))
}

// hears tells whether the app hears of something: it is in the guild, which has no outage, and sees the channel of a message.
func (f *Fake) hears(g *Guild, name string, d map[string]any) bool {
	switch {
	case g == nil || name == "GUILD_DELETE":
		return true
	case !g.installed || g.unavailable:
		return false
	}
	c := f.channels[text(d["channel_id"])]
	return c == nil || !strings.HasPrefix(name, "MESSAGE_") || c.can(f.people[f.cfg.AppID], ViewChannel)
}

// emitRaw is emit with the body for sessions that may know all, and the one for those that did not ask for content; nil where that is the same.
func (w *wire) emitRaw(g *Guild, name string, full, bare []byte) {
	w.spread(g, name, func(s *session) []byte {
		if bare != nil && s.intents&intentContent == 0 {
			return bare
		}
		return full
	})
}

// spread sends a dispatch that may differ between sessions.
func (w *wire) spread(g *Guild, name string, body func(*session) []byte) {
	w.last[name] = &told{g, body}
	w.expire()
	need := intentOf(name, g == nil)
	for _, s := range w.sessions {
		if shardOf(g, s.shards) == s.shard && has(s.intents, need) {
			w.dispatch(s, name, body(s))
		}
	}
}

// dispatch gives a session its next event.
func (w *wire) dispatch(s *session, name string, d []byte) {
	s.seq++
	frame := make([]byte, 0, len(d)+len(name)+48)
	frame = append(frame, `{"t":"`+name+`","s":`...)
	frame = strconv.AppendInt(frame, s.seq, 10)
	frame = append(frame, `,"op":0,"d":`...)
	frame = append(append(frame, d...), '}')
	s.log = append(s.log, dispatched{s.seq, frame})
	if cut := len(s.log) - w.rules.Buffer; cut > 0 {
		s.forgotten = s.log[cut-1].seq
		s.log = s.log[cut:]
	}
	if s.link != nil {
		w.pushRaw(s.link, frame)
	}
}

// expire drops sessions that were without a connection for too long.
func (w *wire) expire() {
	w.sessions = slices.DeleteFunc(w.sessions, func(s *session) bool {
		s.over = s.over || s.link == nil && time.Since(s.lost) > w.rules.Keep
		return s.over
	})
}

// begin makes a session on a connection: READY, then every guild of the shard.
func (w *wire) begin(l *link, shard, shards, intents int) {
	f := w.f
	s := &session{id: fmt.Sprintf("%016x%016x", f.rand.Uint64(), f.rand.Uint64()), shard: shard, shards: shards, intents: intents, link: l}
	l.session = s
	w.sessions = append(w.sessions, s)
	var guilds []*Guild
	for _, id := range slices.SortedFunc(maps.Keys(f.guilds), compareIDs) {
		if g := f.guilds[id]; g.installed && shardOf(g, shards) == shard {
			guilds = append(guilds, g)
		}
	}
	stubs := []any{}
	for _, g := range guilds {
		stubs = append(stubs, map[string]any{"id": g.id, "unavailable": true})
	}
	ready := encode(map[string]any{
		"v": 10, "user": f.selfJSON(), "guilds": stubs, "session_id": s.id, "session_type": "normal",
		"resume_gateway_url": w.gatewayURL(resumePath), "shard": []int{shard, shards},
		"application":      map[string]any{"id": f.cfg.AppID, "flags": 0, "flags_new": "0"},
		"private_channels": []any{}, "relationships": []any{}, "presences": []any{}, "user_settings": map[string]any{}, "guild_join_requests": []any{},
		"auth": map[string]any{}, "_trace": []any{"discord-fake"},
	})
	w.record("READY", ready)
	w.dispatch(s, "READY", ready)
	w.note(GatewayEvent{Shard: shard, What: Readied})
	if !has(intents, intentGuilds) {
		return
	}
	for _, g := range guilds {
		if !g.unavailable {
			w.dispatch(s, "GUILD_CREATE", encode(g.create()))
		}
	}
}

// selfJSON is the bot's user as READY shows it.
func (f *Fake) selfJSON() map[string]any {
	u := f.people[f.cfg.AppID].json()
	u["verified"], u["mfa_enabled"], u["email"] = true, true, nil
	return u
}

// goOn resumes a session on a connection: everything after seq, then RESUMED.
func (w *wire) goOn(l *link, s *session, seq int64) {
	if old := s.link; old != nil { // Discord has not noticed its end
		old.session = nil
		w.hangUp(old, &ending{4000, "Unknown error."})
	}
	s.link, l.session = l, s
	missed := 0
	for _, d := range s.log {
		if d.seq > seq {
			w.pushRaw(l, d.frame)
			missed++
		}
	}
	s.seq++
	w.push(l, map[string]any{"op": opDispatch, "t": "RESUMED", "s": s.seq, "d": map[string]any{"_trace": []any{"discord-fake"}}})
	w.note(GatewayEvent{Shard: s.shard, What: Resumed, Missed: missed})
}

// bare is a message without its content: what a session gets that did not ask for it, unless the message is the bot's own, in a direct
// message, or names the bot; nil where nothing is left out (docs.discord.com, Message Content Intent).
func (f *Fake) bare(g *Guild, name string, d map[string]any) []byte {
	author, _ := d["author"].(map[string]any)
	if g == nil || author == nil || !strings.HasPrefix(name, "MESSAGE_") || author["id"] == f.cfg.AppID || f.names(d) {
		return nil
	}
	without := maps.Clone(d)
	without["content"], without["embeds"], without["attachments"], without["components"] = "", []any{}, []any{}, []any{}
	delete(without, "poll")
	return encode(without)
}

// names tells whether a message mentions the bot.
func (f *Fake) names(d map[string]any) bool {
	mentions, _ := d["mentions"].([]any)
	return slices.ContainsFunc(mentions, func(u any) bool { m, _ := u.(map[string]any); return m["id"] == f.cfg.AppID })
}
