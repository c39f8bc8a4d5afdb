package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
	"greenroom/store"
)

// Records in Config.DB:
//
//	member/USER   ids of the guilds in which a member has acted, the last one first, as JSON

// members knows in which guilds a member has acted, which no direct message tells, and what a member may do in a guild, which only an
// interaction there tells.
type members struct {
	d      *Discord
	rights known[inGuild, rights]
}

// inGuild is a member of a guild.
type inGuild struct{ guild, user string }

// rights is what a member is in a guild.
type rights struct {
	manager bool
	roles   []chat.Member
	absent  bool // not in the guild
}

// askedMost is in how many guilds at most a member is looked for who has acted in none.
const askedMost = 3

// actedMost is how many guilds are kept of one member. Whoever acts in more is not known in the one where they last acted longest ago.
const actedMost = 40

func newMembers(d *Discord) *members {
	m := &members{d: d}
	m.rights = known[inGuild, rights]{
		ask: m.askRights, beside: d.beside, now: d.cfg.Now, most: 20_000, fresh: 10 * time.Minute, stale: time.Hour,
	}
	return m
}

func memberRef(user string) store.Ref { return store.Key("member", user) }

// guildsOf are the guilds in which a member has acted, the last one first.
func guildsOf(v store.View, user string) ([]string, error) {
	b, err := v.Get(memberRef(user))
	if err != nil || b == nil {
		return nil, err
	}
	var guilds []string
	if err := json.Unmarshal(b, &guilds); err != nil {
		return nil, fmt.Errorf("record %s: %w", memberRef(user), err)
	}
	return guilds, nil
}

// acted keeps that a member has acted in a guild. That is durable when it returns.
func (m *members) acted(ctx context.Context, user, guild string) error {
	guilds, err := guildsOf(store.NewReader(ctx, m.d.cfg.DB), user)
	if err == nil && len(guilds) > 0 && guilds[0] == guild {
		return nil
	}
	return m.change(ctx, user, func(guilds []string) []string {
		guilds = slices.DeleteFunc(guilds, func(g string) bool { return g == guild })
		return slices.Insert(guilds, 0, guild)[:min(len(guilds)+1, actedMost)]
	})
}

// left removes guilds from those in which a member has acted.
func (m *members) left(ctx context.Context, user string, over ...string) error {
	m.rights.forget(func(k inGuild) bool { return k.user == user && slices.Contains(over, k.guild) })
	return m.change(ctx, user, func(guilds []string) []string {
		return slices.DeleteFunc(guilds, func(g string) bool { return slices.Contains(over, g) })
	})
}

func (m *members) change(ctx context.Context, user string, how func([]string) []string) error {
	err := store.Update(ctx, m.d.cfg.DB, func(d *store.Draft) error {
		guilds, err := guildsOf(d, user)
		if err != nil {
			m.d.cfg.Log.Error("discord: where a member has acted cannot be read and begins anew", slog.String("member", user), slog.Any("err", err))
		}
		now := how(slices.Clone(guilds))
		switch {
		case len(now) == 0 && guilds == nil && err == nil, slices.Equal(now, guilds) && err == nil:
			return nil
		case len(now) == 0:
			d.Delete(memberRef(user))
			return nil
		}
		b, err := json.Marshal(now)
		if err != nil {
			return err // unreachable: it is a list of strings
		}
		d.Put(memberRef(user), b)
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep where a member has acted: %w", err)
	}
	return nil
}

// locate completes an event with what its payload does not tell: the workspace of what happened in a direct message, and what the member
// is there. That workspace is the guild that a button names, if the member has acted there; the guild in which they last acted, of those
// that still have both; for who has acted nowhere, a guild in which they are, where Greenroom is in so few that Discord can be asked of
// each; or the member's own. A button that names another workspace loses its value, so that it is answered like any that is no longer
// open.
func (m *members) locate(ctx context.Context, in *Inbound) error {
	e := &in.Event
	user, guild := string(e.Member), guildOf(e.Workspace)
	switch {
	case user == "":
		return nil
	case e.Workspace == Alone(user):
		e.Manager, e.Alone = true, true
		return nil
	case guild != "" && !in.Named:
		if e.Typed {
			e.Manager = m.manages(ctx, inGuild{guild, user}, e.Roles)
		}
		m.keepActed(ctx, *in, guild)
		m.d.out.homes.set(string(e.Channel), guild)
		return nil
	}
	guilds, err := guildsOf(store.NewReader(ctx, m.d.cfg.DB), user)
	if err != nil {
		return fmt.Errorf("where has the member acted: %w", err)
	}
	in.Several = len(guilds) > 1
	first := len(guilds) == 0
	if first {
		guilds = m.d.guilds.few(askedMost)
	}
	if in.Named && slices.Contains(guilds, guild) {
		guilds = slices.Insert(slices.Clone(guilds), 0, guild)
	} else if in.Named {
		e.Value = chat.Value{}
	}
	for _, g := range guilds {
		r := m.is(ctx, inGuild{g, user})
		if r.absent && in.Named && g == guild {
			e.Value = chat.Value{}
		}
		if !r.absent {
			e.Workspace, e.Manager, e.Roles = Guild(g), r.manager, r.roles
			if first {
				m.keepActed(ctx, *in, g)
			}
			return nil
		}
	}
	e.Workspace, e.Manager, e.Alone = Alone(user), true, true
	return nil
}

// keepActed keeps that a member has acted in a guild; where that fails, it counts the next time.
func (m *members) keepActed(ctx context.Context, in Inbound, guild string) {
	if err := m.acted(ctx, string(in.Event.Member), guild); err != nil {
		m.d.cfg.Log.Error("discord: it is not kept where a member has acted", append(attrs(in), slog.Any("err", err))...)
	}
}

// is what a member is in a guild; where Discord does not say, a member who manages nothing.
func (m *members) is(ctx context.Context, who inGuild) rights {
	r, err := m.rights.of(ctx, who)
	if err != nil {
		m.d.cfg.Log.Warn("discord: what a member may do stays unknown for now", slog.String("guild", who.guild), slog.String("member", who.user), slog.Any("err", err))
	}
	return r
}

// manages tells whether a member with these roles manages a guild: whoever owns it, and whoever has a role that may.
func (m *members) manages(ctx context.Context, who inGuild, roles []chat.Member) bool {
	g, err := m.d.places.guilds.of(ctx, who.guild)
	if err != nil {
		m.d.cfg.Log.Warn("discord: who manages a guild stays unknown for now", slog.String("guild", who.guild), slog.Any("err", err))
		return false
	}
	return g.managedBy(who.user, roles)
}

// askRights asks Discord what a member is in a guild.
func (m *members) askRights(ctx context.Context, who inGuild) (rights, error) {
	var member struct {
		Roles []string `json:"roles"`
	}
	err := m.d.rest.Do(ctx, rest.Request{Method: http.MethodGet, Path: "guilds/" + who.guild + "/members/" + who.user}, &member)
	switch {
	case rest.Is(err, discordgo.ErrCodeUnknownMember, discordgo.ErrCodeUnknownUser, discordgo.ErrCodeUnknownGuild, discordgo.ErrCodeMissingAccess):
		return rights{absent: true}, nil
	case err != nil:
		return rights{}, fmt.Errorf("ask Discord about a member: %w", err)
	}
	roles := roleMembers(member.Roles)
	g, err := m.d.places.guilds.of(ctx, who.guild)
	if err != nil {
		return rights{}, err
	}
	return rights{manager: g.managedBy(who.user, roles), roles: roles}, nil
}
