package discordfake

import "slices"

// Permission is a set of rights (docs.discord.com, Permissions).
type Permission int64

// The rights that the fake knows.
const (
	Administrator         Permission = 1 << 3
	ManageChannels        Permission = 1 << 4
	ManageGuild           Permission = 1 << 5
	AddReactions          Permission = 1 << 6
	ViewChannel           Permission = 1 << 10
	SendMessages          Permission = 1 << 11
	ManageMessages        Permission = 1 << 13
	EmbedLinks            Permission = 1 << 14
	AttachFiles           Permission = 1 << 15
	ReadMessageHistory    Permission = 1 << 16
	MentionEveryone       Permission = 1 << 17
	ManageRoles           Permission = 1 << 28
	UseCommands           Permission = 1 << 31
	ManageThreads         Permission = 1 << 34
	CreatePublicThreads   Permission = 1 << 35
	CreatePrivateThreads  Permission = 1 << 36
	SendMessagesInThreads Permission = 1 << 38
	BypassSlowmode        Permission = 1 << 52

	allPermissions Permission = 1<<53 - 1
)

// DefaultEveryone is what @everyone may in a new guild, as far as the fake knows it.
const DefaultEveryone = AddReactions | ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory | MentionEveryone |
	UseCommands | CreatePublicThreads | CreatePrivateThreads | SendMessagesInThreads

// directRights is what is possible in a direct message.
const directRights = AddReactions | ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory | UseCommands

// Overwrite changes what a role or a member may in one channel.
type Overwrite struct {
	Role        string // name of the role; @everyone is one
	Member      string // id of the member, in place of a role; the app's own is Fake.AppID
	Allow, Deny Permission
}

// overwrite is an Overwrite, by id.
type overwrite struct {
	id          string
	member      bool
	allow, deny Permission
}

// can tells whether somebody has all of these rights in a channel.
func (c *channel) can(p *person, need Permission) bool { return c.rights(p)&need == need }

// rights is what somebody may in a channel; none where they are not in it.
func (c *channel) rights(p *person) Permission {
	if c.guild == nil {
		if c.person == p || c.f.people[c.f.cfg.AppID] == p {
			return directRights
		}
		return 0
	}
	return c.guild.permissions(c.guild.members[p.ID], c)
}

// permissions is what a member may do in a channel; in a thread it is what they may in its parent (docs.discord.com, Permissions,
// Permission Overwrites, Implicit Permissions, Inherited Permissions for Threads).
func (g *Guild) permissions(m *member, c *channel) Permission {
	if m == nil {
		return 0
	}
	may := g.everywhere(m)
	if may&Administrator != 0 {
		return allPermissions
	}
	send, where := SendMessages, c
	if c.thread() {
		send, where = SendMessagesInThreads, c.parent
	}
	may = where.overwritten(may, m)
	if may&ViewChannel == 0 {
		return 0
	}
	if may&send == 0 {
		may &^= MentionEveryone | AttachFiles | EmbedLinks
	}
	return may
}

// everywhere is what a member may in the guild, before any channel's overwrites.
func (g *Guild) everywhere(m *member) Permission {
	may := g.roles[0].permissions
	for _, r := range m.roles {
		may |= r.permissions
	}
	if m.ID == g.owner || may&Administrator != 0 {
		return allPermissions
	}
	return may
}

// overwritten applies a channel's overwrites in Discord's order: @everyone, all roles together, the member.
func (c *channel) overwritten(may Permission, m *member) Permission {
	var everyone, roles, own overwrite
	for _, o := range c.overwrites {
		switch {
		case o.member && o.id == m.ID:
			own = o
		case !o.member && o.id == c.guild.id:
			everyone = o
		case !o.member && slices.ContainsFunc(m.roles, func(r *role) bool { return r.id == o.id }):
			roles.allow |= o.allow
			roles.deny |= o.deny
		}
	}
	for _, o := range []overwrite{everyone, roles, own} {
		may = may&^o.deny | o.allow
	}
	return may
}
