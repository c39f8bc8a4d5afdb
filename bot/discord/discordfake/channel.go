package discordfake

import (
	"slices"
	"strconv"
	"time"
)

// Types of channels (docs.discord.com, Channel Types).
const (
	TextChannel         = 0
	DirectChannel       = 1
	VoiceChannel        = 2
	CategoryChannel     = 4
	AnnouncementChannel = 5
	AnnouncementThread  = 10
	PublicThread        = 11
	PrivateThread       = 12
	ForumChannel        = 15
	MediaChannel        = 16
)

// Channel is a channel of a guild, as a test adds it.
type Channel struct {
	ID         string // a snowflake
	Name       string
	Type       int      // TextChannel when zero
	Tags       []string // names of a forum's tags
	NeedsTag   bool     // a forum takes no post without a tag (REQUIRE_TAG)
	Slowmode   time.Duration
	Deny       Permission // taken from the app in this channel
	Allow      Permission // given to the app in this channel
	Overwrites []Overwrite
}

// Tag is a tag of a forum.
type Tag struct {
	ID, Name  string
	Moderated bool // only who may manage threads sets it
	emoji     any
	emojiName any
}

// channel is a conversation: a guild's channel, a thread or a direct message.
type channel struct {
	f          *Fake
	id, name   string
	kind       int        // type of the channel
	guild      *Guild     // nil of a direct message
	parent     *channel   // of a thread
	person     *person    // of a direct message
	messages   []*message // oldest first; ephemeral ones are not among them
	overwrites []overwrite
	tags       []Tag // of a forum
	needsTag   bool
	slowmode   time.Duration
	spoke      map[string]time.Time // when each person last wrote, for the slowmode
	nonces     map[string]nonce     // by author and nonce
	last       string               // id of the last message that was ever sent here
	threads    []*channel           // of a guild's channel
	oldEdits   bucket               // of messages older than an hour
	strand     *strand              // of a thread; nil otherwise
}

// strand is what a thread has beyond a channel.
type strand struct {
	owner    string
	archived bool
	locked   bool
	archive  int // minutes without a message after which Discord hides it
	changed  time.Time
	tags     []string // ids
	members  []string // ids of people
	sent     int      // messages ever
}

func (c *channel) thread() bool { return c.strand != nil }

func (c *channel) forum() bool { return c.kind == ForumChannel || c.kind == MediaChannel }

// text tells whether messages stand in the channel itself.
func (c *channel) text() bool { return !c.forum() && c.kind != CategoryChannel }

// AddChannel adds a channel to the guild.
func (g *Guild) AddChannel(ch Channel) {
	f := g.f
	f.mu.Lock()
	defer f.mu.Unlock()
	mustSnowflake(ch.ID)
	if f.channels[ch.ID] != nil {
		panic("discordfake: a test added channel " + ch.ID + " twice")
	}
	c := &channel{
		f: f, id: ch.ID, name: ch.Name, kind: ch.Type, guild: g, slowmode: ch.Slowmode, needsTag: ch.NeedsTag,
		spoke: map[string]time.Time{}, nonces: map[string]nonce{},
	}
	if c.name == "" {
		c.name = "channel-" + c.id
	}
	for _, name := range ch.Tags {
		c.tags = append(c.tags, Tag{ID: f.id(), Name: name})
	}
	overwrites := ch.Overwrites
	if ch.Allow|ch.Deny != 0 {
		overwrites = append(slices.Clone(overwrites), Overwrite{Member: f.cfg.AppID, Allow: ch.Allow, Deny: ch.Deny})
	}
	c.setOverwrites(overwrites)
	f.channels[c.id] = c
	g.channels = append(g.channels, c)
	if g.installed {
		f.wire.emit(g, "CHANNEL_CREATE", c.json())
	}
}

func (c *channel) setOverwrites(from []Overwrite) {
	c.overwrites = nil
	for _, o := range from {
		to := overwrite{o.Member, true, o.Allow, o.Deny}
		if o.Member == "" {
			to.id, to.member = c.guild.role(o.Role).id, false
		}
		c.overwrites = append(c.overwrites, to)
	}
}

// SetOverwrites changes who may what in a channel of the guild.
func (g *Guild) SetOverwrites(channel string, overwrites ...Overwrite) {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	c := g.mustChannel(channel)
	c.setOverwrites(overwrites)
	if g.installed {
		g.f.wire.emit(g, "CHANNEL_UPDATE", c.json())
	}
}

// RemoveChannel deletes a channel or a thread of the guild, with all that stands in it.
func (g *Guild) RemoveChannel(channel string) {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	g.mustChannel(channel).remove()
}

// remove deletes a channel and its threads.
func (c *channel) remove() {
	if c.guild == nil {
		return // Discord hides a direct message, no more
	}
	for _, t := range slices.Clone(c.threads) {
		t.remove()
	}
	delete(c.f.channels, c.id)
	event, d := "CHANNEL_DELETE", c.json()
	if c.thread() {
		event, d = "THREAD_DELETE", map[string]any{"id": c.id, "guild_id": c.guild.id, "parent_id": c.parent.id, "type": c.kind}
		c.parent.threads = slices.DeleteFunc(c.parent.threads, func(t *channel) bool { return t == c })
	} else {
		c.guild.channels = slices.DeleteFunc(c.guild.channels, func(o *channel) bool { return o == c })
	}
	if c.guild.installed {
		c.f.wire.emit(c.guild, event, d)
	}
}

func (g *Guild) mustChannel(id string) *channel {
	c := g.f.channels[id]
	if c == nil || c.guild != g {
		panic("discordfake: a test names channel " + id + ", which guild " + g.id + " does not have")
	}
	return c
}

// direct is the direct message between a person and the bot; it is made when it is first needed.
func (f *Fake) direct(p *person) *channel {
	if p.direct == nil {
		p.direct = &channel{f: f, id: f.id(), kind: DirectChannel, person: p, spoke: map[string]time.Time{}, nonces: map[string]nonce{}}
		f.channels[p.direct.id] = p.direct
	}
	return p.direct
}

// json is the channel as REST and the gateway show it (OpenAPI: GuildChannelResponse, ThreadResponse, PrivateChannelResponse).
func (c *channel) json() map[string]any {
	j := map[string]any{"id": c.id, "type": c.kind, "flags": 0, "last_message_id": nil}
	if c.last != "" {
		j["last_message_id"] = c.last
	}
	if c.guild == nil {
		j["recipients"] = []any{c.person.json()}
		return j
	}
	j["name"], j["guild_id"], j["rate_limit_per_user"] = c.name, c.guild.id, int(c.slowmode/time.Second)
	if c.thread() {
		return c.threadJSON(j)
	}
	j["parent_id"], j["position"], j["topic"], j["nsfw"] = nil, 0, nil, false
	overwrites := []any{}
	for _, o := range c.overwrites {
		kind := 0
		if o.member {
			kind = 1
		}
		overwrites = append(overwrites, map[string]any{
			"id": o.id, "type": kind, "allow": strconv.FormatInt(int64(o.allow), 10), "deny": strconv.FormatInt(int64(o.deny), 10),
		})
	}
	j["permission_overwrites"] = overwrites
	if c.forum() {
		tags := []any{}
		for _, t := range c.tags {
			tags = append(tags, t.json())
		}
		j["available_tags"], j["default_reaction_emoji"], j["default_sort_order"], j["default_forum_layout"] = tags, nil, nil, 0
		if c.needsTag {
			j["flags"] = requireTag
		}
	}
	return j
}

// requireTag is the flag of a forum whose posts must have a tag (docs.discord.com, Channel Flags).
const requireTag = 1 << 4

func (t Tag) json() map[string]any {
	return map[string]any{"id": t.ID, "name": t.Name, "moderated": t.Moderated, "emoji_id": t.emoji, "emoji_name": t.emojiName}
}

// talk is how many messages stand in a thread, but the one from which it was started.
func (c *channel) talk() int {
	n := len(c.messages)
	if n > 0 && (c.messages[0].kind == threadStarter || c.messages[0].id == c.id) {
		n--
	}
	return n
}

func (c *channel) threadJSON(j map[string]any) map[string]any {
	s := c.strand
	j["parent_id"], j["owner_id"] = c.parent.id, s.owner
	j["message_count"], j["total_message_sent"], j["member_count"] = c.talk(), s.sent, min(len(s.members), 50)
	j["thread_metadata"] = map[string]any{
		"archived": s.archived, "locked": s.locked, "auto_archive_duration": s.archive, "archive_timestamp": stamp(s.changed),
		"create_timestamp": stamp(created(c.id)),
	}
	if c.parent.forum() {
		j["applied_tags"] = append([]string{}, s.tags...)
	}
	return j
}
