package discordfake

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Person is somebody with an account.
type Person struct {
	ID          string   // a snowflake
	Name        string   // what others see; made from the id when empty
	Locale      string   // of their client; en-US when empty
	ManageGuild bool     // in the guild to which they are added
	Roles       []string // names of roles there; they are made when they are first named
	Bot         bool
}

// person is a Person with what they have on their screen.
type person struct {
	Person
	closed    bool                                         // takes no direct messages
	direct    *channel                                     // the direct message with the bot; nil before it was first needed
	whispers  []*message                                   // ephemeral messages since the last reload
	form      *form                                        // the modal that is open; nil when none is
	submitted func() (*interaction, map[string]any, error) // makes the last submission of theirs anew; nil before it
	app       bool                                         // has added the app to the own account (user install)
}

// Guild is one server.
type Guild struct {
	f           *Fake
	id, name    string
	owner       string // of the guild: somebody whom no test meets
	locale      string
	members     map[string]*member // by id; the app's bot too while it is installed
	roles       []*role            // the first is @everyone, whose id is the guild's own
	channels    []*channel         // in the order in which they were added; without threads
	installed   bool               // the app's bot is a member
	joined      time.Time          // since when it is
	unavailable bool               // an outage
	threadCap   int                // active threads at most
}

// member is a person in a guild.
type member struct {
	*person
	roles  []*role // beside @everyone
	joined time.Time
}

type role struct {
	id, name    string
	permissions Permission
	app         bool // made by the app's installation
	mentionable bool
}

// AddGuild adds a server with one role, @everyone, without channels, people and the app. Its id is a snowflake.
func (f *Fake) AddGuild(id string) *Guild {
	f.mu.Lock()
	defer f.mu.Unlock()
	mustSnowflake(id)
	if f.guilds[id] != nil {
		panic("discordfake: a test added guild " + id + " twice")
	}
	g := &Guild{
		f: f, id: id, name: "Guild " + id, owner: "1", locale: "en-US", members: map[string]*member{}, threadCap: f.rest.limits.Threads,
		roles: []*role{{id: id, name: "@everyone", permissions: DefaultEveryone}},
	}
	f.guilds[id] = g
	return g
}

// Guild is a guild that was added before; nil if there is none.
func (f *Fake) Guild(id string) *Guild {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.guilds[id]
}

// ID is the guild's snowflake.
func (g *Guild) ID() string { return g.id }

// AddPerson adds somebody who is in no guild yet, or changes what is known of one.
func (f *Fake) AddPerson(p Person) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.addPerson(p)
}

func (f *Fake) addPerson(p Person) *person {
	mustSnowflake(p.ID)
	if p.Locale == "" {
		p.Locale = "en-US"
	}
	if p.Name == "" {
		p.Name = "user" + p.ID
	}
	if known := f.people[p.ID]; known != nil {
		known.Person = p
		return known
	}
	added := &person{Person: p}
	f.people[p.ID] = added
	return added
}

// AddMember adds a person to the guild, or changes what is known of one there.
func (g *Guild) AddMember(p Person) {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	m := &member{person: g.f.addPerson(p), joined: g.f.cfg.Now()}
	for _, name := range p.Roles {
		m.roles = append(m.roles, g.role(name))
	}
	if p.ManageGuild {
		r := g.role("Managers")
		r.permissions |= ManageGuild | ManageChannels
		m.roles = append(m.roles, r)
	}
	g.members[p.ID] = m
}

// role is the role of that name; it is made when it is first named.
func (g *Guild) role(name string) *role {
	for _, r := range g.roles {
		if r.name == name && !r.app {
			return r
		}
	}
	r := &role{id: g.f.id(), name: name}
	g.roles = append(g.roles, r)
	return r
}

// RemoveMember takes a person out of the guild.
func (g *Guild) RemoveMember(user string) {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	delete(g.members, user)
}

// SetRole makes a role, or changes what it may, and gives its id. @everyone is one.
func (g *Guild) SetRole(name string, permissions Permission) string {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	r := g.role(name)
	r.permissions = permissions
	return r.id
}

// SetThreadCap changes how many active threads the guild takes.
func (g *Guild) SetThreadCap(n int) {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	g.threadCap = n
}

// self is the app's bot in the guild; nil while it is not installed.
func (g *Guild) self() *member { return g.members[g.f.cfg.AppID] }

// Least is what Greenroom asks of a guild: what its invite link names.
const Least = ViewChannel | SendMessages | AttachFiles | ReadMessageHistory | CreatePublicThreads | SendMessagesInThreads

// Install adds the app to the guild with a role of its own that has these permissions; Least when none are given.
func (g *Guild) Install(permissions ...Permission) {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	g.remove()
	r := &role{id: g.f.id(), name: g.f.people[g.f.cfg.AppID].Name, permissions: Least, app: true}
	if len(permissions) > 0 {
		r.permissions = 0
		for _, p := range permissions {
			r.permissions |= p
		}
	}
	g.roles = append(g.roles, r)
	g.installed, g.joined = true, g.f.cfg.Now()
	g.members[g.f.cfg.AppID] = &member{person: g.f.people[g.f.cfg.AppID], roles: []*role{r}, joined: g.joined}
	if !g.unavailable {
		g.f.wire.emit(g, "GUILD_CREATE", g.create())
	}
}

// Permit changes what the app's own role may.
func (g *Guild) Permit(permissions Permission) {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	for _, r := range g.roles {
		if r.app {
			r.permissions = permissions
		}
	}
}

// Kick removes the app from the guild.
func (g *Guild) Kick() {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	g.kick()
}

func (g *Guild) kick() {
	g.remove()
	g.f.wire.emit(g, "GUILD_DELETE", map[string]any{"id": g.id})
}

// remove takes the app out of the guild.
func (g *Guild) remove() {
	g.installed = false
	delete(g.members, g.f.cfg.AppID)
	g.roles = slices.DeleteFunc(g.roles, func(r *role) bool { return r.app })
}

// Unavailable makes the guild unavailable: an outage, in which REST requests for it fail and nothing arrives.
func (g *Guild) Unavailable() {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	g.unavailable = true
	g.f.wire.emit(g, "GUILD_DELETE", map[string]any{"id": g.id, "unavailable": true})
}

// Available ends the outage.
func (g *Guild) Available() {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	g.unavailable = false
	if g.installed {
		g.f.wire.emit(g, "GUILD_CREATE", g.create())
	}
}

// create is the guild as GUILD_CREATE shows it (docs.discord.com, Gateway Events, Guild Create).
func (g *Guild) create() map[string]any {
	j := g.json()
	members := []any{}
	if m := g.self(); m != nil {
		j := m.json()
		j["user"] = m.person.json()
		members = append(members, j)
	}
	channels, threads := []any{}, []any{}
	for _, c := range g.channels {
		channels = append(channels, c.json())
	}
	for _, c := range g.activeThreads() {
		threads = append(threads, c.json())
	}
	maps.Copy(j, map[string]any{
		"joined_at": stamp(g.joined), "large": len(g.members) > 250, "unavailable": false, "member_count": len(g.members),
		"voice_states": []any{}, "members": members, "channels": channels, "threads": threads, "presences": []any{},
		"stage_instances": []any{}, "guild_scheduled_events": []any{}, "soundboard_sounds": []any{},
	})
	return j
}

// JSON as REST and the gateway show it (OpenAPI: UserResponse, GuildMemberResponse, GuildRoleResponse, GuildWithCountsResponse).

func (p *person) json() map[string]any {
	j := map[string]any{
		"id": p.ID, "username": strings.ToLower(strings.ReplaceAll(p.Name, " ", ".")), "global_name": p.Name, "discriminator": "0", "avatar": nil,
		"public_flags": 0, "flags": 0, "primary_guild": nil,
	}
	if p.Bot {
		j["bot"] = true
	}
	return j
}

// json is the member without its user.
func (m *member) json() map[string]any {
	roles := []string{}
	for _, r := range m.roles {
		roles = append(roles, r.id)
	}
	return map[string]any{
		"roles": roles, "joined_at": stamp(m.joined), "nick": nil, "avatar": nil, "banner": nil, "premium_since": nil, "deaf": false, "mute": false,
		"pending": false, "flags": 0, "communication_disabled_until": nil,
	}
}

func (r *role) json() map[string]any {
	return map[string]any{
		"id": r.id, "name": r.name, "permissions": strconv.FormatInt(int64(r.permissions), 10), "color": 0, "hoist": false, "position": 0,
		"managed": r.app, "mentionable": r.mentionable, "icon": nil, "unicode_emoji": nil, "description": nil, "flags": 0,
		"colors": map[string]any{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil},
	}
}

func (g *Guild) json() map[string]any {
	roles := []any{}
	for _, r := range g.roles {
		roles = append(roles, r.json())
	}
	return map[string]any{
		"id": g.id, "name": g.name, "owner_id": g.owner, "preferred_locale": g.locale, "roles": roles, "emojis": []any{}, "stickers": []any{},
		"features": []string{}, "icon": nil, "banner": nil, "splash": nil, "discovery_splash": nil, "home_header": nil, "description": nil,
		"region": "deprecated", "afk_channel_id": nil, "afk_timeout": 300, "verification_level": 1, "default_message_notifications": 1,
		"explicit_content_filter": 0, "mfa_level": 0, "application_id": nil, "system_channel_id": nil, "system_channel_flags": 0,
		"rules_channel_id": nil, "public_updates_channel_id": nil, "safety_alerts_channel_id": nil, "vanity_url_code": nil, "premium_tier": 0,
		"premium_subscription_count": 0, "premium_progress_bar_enabled": false, "nsfw": false, "nsfw_level": 0, "max_members": 25_000_000,
		"max_presences": nil, "max_video_channel_users": 25, "max_stage_video_channel_users": 50, "widget_enabled": false, "widget_channel_id": nil,
		"hub_type": nil, "incidents_data": nil,
	}
}

// stamp writes an instant as Discord does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }

// mustPerson is the person with this id, whom a test must have added.
func (f *Fake) mustPerson(id string) *person {
	if p := f.people[id]; p != nil {
		return p
	}
	panic("discordfake: a test names " + id + ", whom nobody has added")
}

// mustSnowflake holds tests to ids such as Discord has.
func mustSnowflake(id string) {
	if !snowflake(id) || id == "0" {
		panic(fmt.Sprintf("discordfake: a test used %q, which is no snowflake", id))
	}
}

// snowflake tells whether a text is an id such as Discord has (OpenAPI: SnowflakeType).
func snowflake(s string) bool {
	_, err := strconv.ParseUint(s, 10, 63)
	return err == nil && (s == "0" || s[0] != '0')
}
