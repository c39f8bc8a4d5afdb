package discord

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
)

// places knows guilds and channels as far as Discord was asked about them.
type places struct {
	guilds   known[string, server]
	channels known[string, place]
}

// server is what Discord says of a guild.
type server struct {
	Name  string `json:"name"`
	Owner string `json:"owner_id"`
	Roles []struct {
		ID          string `json:"id"` // of the one that everybody has: the guild's
		Permissions string `json:"permissions"`
	} `json:"roles"`
	ID string `json:"id"`
}

// place is what Discord says of a channel or a thread.
type place struct {
	Type   discordgo.ChannelType `json:"type"`
	Parent string                `json:"parent_id"` // of a thread: its channel; of a channel: its category
}

func newPlaces(d *Discord) *places {
	get := func(ctx context.Context, path string, v any) error {
		if err := d.rest.Do(ctx, rest.Request{Method: http.MethodGet, Path: path}, v); err != nil {
			return fmt.Errorf("ask Discord about a place: %w", err)
		}
		return nil
	}
	return &places{
		guilds: known[string, server]{
			ask: func(ctx context.Context, id string) (g server, err error) {
				err = get(ctx, "guilds/"+id, &g)
				return g, err
			},
			beside: d.beside, now: d.cfg.Now, most: 1000, fresh: 10 * time.Minute, stale: time.Hour,
		},
		channels: known[string, place]{
			ask: func(ctx context.Context, id string) (p place, err error) {
				err = get(ctx, "channels/"+id, &p)
				return p, err
			},
			beside: d.beside, now: d.cfg.Now, most: 5000, fresh: 24 * time.Hour, stale: 48 * time.Hour, // a thread stays where it is
		},
	}
}

// managers are the permissions that make a member a manager.
const managers = discordgo.PermissionManageGuild | discordgo.PermissionAdministrator

// managedBy tells whether a member with these roles manages the guild.
func (g server) managedBy(user string, roles []chat.Member) bool {
	if user == g.Owner {
		return true
	}
	for _, r := range g.Roles {
		if manages(r.Permissions) && (r.ID == g.ID || slices.Contains(roles, roleMember(r.ID))) {
			return true
		}
	}
	return false
}

// manages reads a decimal bit set of permissions.
func manages(permissions string) bool {
	bits, _ := strconv.ParseInt(permissions, 10, 64)
	return bits&managers != 0
}

// home is the channel to which a channel belongs: its parent, where it is a thread; itself, where Discord does not say.
func (p *places) home(ctx context.Context, channel string) string {
	if at, err := p.channels.of(ctx, channel); err == nil && thread(at.Type) && at.Parent != "" {
		return at.Parent
	}
	return channel
}

// roleMember is a role where the engine names members: mentions of both are written alike.
func roleMember(id string) chat.Member { return chat.Member("&" + id) }

func roleMembers(ids []string) []chat.Member {
	var all []chat.Member
	for _, id := range ids {
		all = append(all, roleMember(id))
	}
	return all
}
