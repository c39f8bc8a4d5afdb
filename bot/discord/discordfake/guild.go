package discordfake

import "time"

// Person is somebody with an account.
type Person struct {
	ID          string
	Name        string
	Locale      string   // of their client; en-US when empty
	ManageGuild bool     // in the guild to which they are added
	Roles       []string // names of roles there; they are made when they are first named
	Bot         bool
}

// person is a Person with what they have on their screen.
type person struct {
	Person
	closed   bool       // takes no direct messages
	direct   *channel   // the direct message with the bot; nil before it was first needed
	whispers []*message // ephemeral messages since the last reload
	form     *form      // the modal that is open; nil when none is
}

// Guild is one server.
type Guild struct {
	f           *Fake
	id, name    string
	owner       string
	locale      string
	members     map[string]*member
	roles       []*role
	installed   bool // the app's bot is a member
	joined      time.Time
	unavailable bool // an outage
}

// member is a person in a guild.
type member struct {
	*person
	roles  []*role
	joined time.Time
}

type role struct {
	id, name    string
	permissions uint64
}

// channel is a conversation: a guild's channel, a thread or a direct message.
type channel struct {
	id, name string
	kind     int      // type of the channel
	guild    *Guild   // nil of a direct message
	parent   *channel // of a thread
	person   *person  // of a direct message
	messages []*message
	object   map[string]any // what else its JSON says
}

// permissions is what somebody may do in a channel, a bit set.
func (g *Guild) permissions(m *member, c *channel) uint64 { return 0 }

// direct is the direct message between a person and the bot; it is made when it is first needed.
func (f *Fake) direct(p *person) *channel { return p.direct }

// JSON as REST and the gateway show it.

func (p *person) json() map[string]any         { return map[string]any{"id": p.ID} }
func (m *member) json() map[string]any         { return map[string]any{} } // without its user
func (r *role) json() map[string]any           { return map[string]any{"id": r.id} }
func (c *channel) json() map[string]any        { return map[string]any{"id": c.id} }
func (g *Guild) json() map[string]any          { return map[string]any{"id": g.id} }
func (f *Fake) json(m *message) map[string]any { return map[string]any{"id": m.id} } // without guild_id and member
