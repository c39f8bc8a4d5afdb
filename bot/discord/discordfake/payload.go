package discordfake

import (
	"encoding/base64"
	"maps"
	"strconv"
)

// Payloads of what people do (docs.discord.com, Receiving and Responding, Interaction Object; npm discord-api-types, APIBaseInteraction).

// maxAttachment is the default attachment_size_limit: 10 MiB.
const maxAttachment = 10 << 20

// payload is an interaction as the app gets it.
func (f *Fake) payload(i *interaction, data map[string]any) map[string]any {
	c := i.channel
	d := map[string]any{
		"id": i.id, "application_id": f.cfg.AppID, "type": i.kind, "token": i.token, "version": 1, "data": data,
		"channel_id": c.id, "channel": f.channelOf(i), "app_permissions": bits(c.rights(f.people[f.cfg.AppID])),
		"locale": i.by.Locale, "entitlements": []any{}, "entitlement_sku_ids": []any{}, "authorizing_integration_owners": i.owners,
		"context": contextOf(c), "attachment_size_limit": maxAttachment,
	}
	if i.source != nil {
		d["message"] = f.json(i.source)
	}
	g := c.guild
	if g == nil {
		d["user"] = i.by.json()
		return d
	}
	member := g.members[i.by.ID].json()
	member["user"], member["permissions"] = i.by.json(), bits(c.rights(i.by))
	d["member"], d["guild_id"], d["guild_locale"] = member, g.id, g.locale
	d["guild"] = map[string]any{"id": g.id, "locale": g.locale, "features": []any{}}
	return d
}

// contextOf is where something happens (docs.discord.com, Interaction Context Types).
func contextOf(c *channel) int {
	if c.guild == nil {
		return 1 // BOT_DM
	}
	return 0
}

// channelOf is the channel of an interaction: partial, with what its person may do there.
func (f *Fake) channelOf(i *interaction) map[string]any {
	j := maps.Clone(i.channel.json())
	delete(j, "permission_overwrites")
	if i.channel.guild != nil {
		j["permissions"] = bits(i.channel.rights(i.by))
	}
	return j
}

func bits(p Permission) string { return strconv.FormatInt(int64(p), 10) }

// interactionToken makes a token such as Discord's: it begins with the interaction's id.
func (f *Fake) interactionToken(id string) string {
	raw := []byte("interaction:" + id + ":")
	for range 60 {
		raw = append(raw, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[f.rand.IntN(62)])
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// metadata is how a message tells of the interaction to which it is a response (docs.discord.com, Message Interaction Metadata).
func (i *interaction) metadata() map[string]any {
	j := map[string]any{"id": i.id, "type": i.kind, "user": i.by.json(), "authorizing_integration_owners": i.owners}
	switch {
	case i.kind == componentInteraction:
		j["interacted_message_id"] = i.source.id
	case i.kind == modalInteraction:
		j["triggering_interaction_metadata"] = i.trigger.metadata()
	}
	return j
}

// resolved collects what the values of options and selects name.
type resolved struct {
	f *Fake
	i *interaction
	j map[string]any
}

func (r *resolved) put(kind, id string, v any) {
	all, ok := r.j[kind].(map[string]any)
	if !ok {
		all = map[string]any{}
		r.j[kind] = all
	}
	all[id] = v
}

// user resolves a person; false where nobody has that id.
func (r *resolved) user(id string) bool {
	p := r.f.people[id]
	if p == nil {
		return false
	}
	r.put("users", id, p.json())
	if g := r.i.channel.guild; g != nil && g.members[id] != nil {
		member := g.members[id].json()
		delete(member, "deaf")
		delete(member, "mute")
		member["permissions"] = bits(r.i.channel.rights(p))
		r.put("members", id, member)
	}
	return true
}

func (r *resolved) role(id string) bool {
	g := r.i.channel.guild
	if g == nil {
		return false
	}
	for _, one := range g.roles {
		if one.id == id {
			r.put("roles", id, one.json())
			return true
		}
	}
	return false
}

// channel resolves a channel of the guild that the person sees, if its type is among kinds or kinds is empty.
func (r *resolved) channel(id string, kinds []int) bool {
	c := r.f.channels[id]
	if c == nil || c.guild == nil || c.guild != r.i.channel.guild || !c.can(r.i.by, ViewChannel) || !among(kinds, c.kind) {
		return false
	}
	j := map[string]any{
		"id": c.id, "name": c.name, "type": c.kind, "permissions": bits(c.rights(r.i.by)),
		"app_permissions": bits(c.rights(r.f.people[r.f.cfg.AppID])),
	}
	if c.thread() {
		j["parent_id"], j["thread_metadata"] = c.parent.id, c.json()["thread_metadata"]
	}
	r.put("channels", id, j)
	return true
}

func among(kinds []int, kind int) bool {
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return len(kinds) == 0
}

// into puts what was resolved into the data of an interaction.
func (r *resolved) into(data map[string]any) {
	if len(r.j) > 0 {
		data["resolved"] = r.j
	}
}
