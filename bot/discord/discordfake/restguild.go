package discordfake

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// guildRoutes are the endpoints of guilds, people and the app itself.
var guildRoutes = []route{
	{method: "GET", path: "guilds/{guild}", limit: limit{major: "guild"}, serve: (*Fake).getGuild},
	{method: "GET", path: "guilds/{guild}/channels", limit: limit{major: "guild"}, serve: (*Fake).guildChannels},
	{method: "GET", path: "guilds/{guild}/roles", limit: limit{major: "guild"}, serve: (*Fake).guildRoles},
	{method: "GET", path: "guilds/{guild}/members/{user}", limit: limit{major: "guild"}, serve: (*Fake).guildMember},
	{method: "GET", path: "users/@me", serve: (*Fake).getSelf},
	{method: "GET", path: "users/@me/guilds", serve: (*Fake).ownGuilds},
	{method: "DELETE", path: "users/@me/guilds/{guild}", serve: (*Fake).leaveGuild},
	{method: "GET", path: "users/{user}", serve: (*Fake).getUser},
	{method: "GET", path: "applications/@me", serve: (*Fake).getApplication},
	{method: "PATCH", path: "applications/@me", serve: (*Fake).patchApplication},
	{method: "GET", path: "oauth2/applications/@me", serve: (*Fake).getApplication},
}

// guild is the guild that a request names, if the app is in it.
func (f *Fake) guild(c *call) (*Guild, *refusal) {
	g := f.guilds[c.vars["guild"]]
	switch {
	case g == nil || !g.installed:
		return nil, refuse(10004)
	case g.unavailable:
		return nil, outage()
	}
	return g, nil
}

func (f *Fake) getGuild(c *call) (int, any, *refusal) {
	g, refused := f.guild(c)
	if refused != nil {
		return 0, nil, refused
	}
	j := g.json()
	if c.query.Get("with_counts") == "true" {
		j["approximate_member_count"], j["approximate_presence_count"] = len(g.members), len(g.members)
	}
	return http.StatusOK, j, nil
}

func (f *Fake) guildChannels(c *call) (int, any, *refusal) {
	g, refused := f.guild(c)
	if refused != nil {
		return 0, nil, refused
	}
	all := []any{}
	for _, ch := range g.channels {
		all = append(all, ch.json())
	}
	return http.StatusOK, all, nil
}

func (f *Fake) guildRoles(c *call) (int, any, *refusal) {
	g, refused := f.guild(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, g.json()["roles"], nil
}

func (f *Fake) guildMember(c *call) (int, any, *refusal) {
	g, refused := f.guild(c)
	if refused != nil {
		return 0, nil, refused
	}
	m := g.members[c.vars["user"]]
	switch {
	case f.people[c.vars["user"]] == nil:
		return 0, nil, refuse(10013)
	case m == nil:
		return 0, nil, refuse(10007)
	}
	j := m.json()
	j["user"] = m.person.json()
	return http.StatusOK, j, nil
}

func (f *Fake) getSelf(c *call) (int, any, *refusal) {
	j := f.self().json()
	maps.Copy(j, map[string]any{"mfa_enabled": true, "locale": "en-US", "email": nil, "verified": true, "premium_type": 0})
	return http.StatusOK, j, nil
}

func (f *Fake) getUser(c *call) (int, any, *refusal) {
	p := f.people[c.vars["user"]]
	if p == nil {
		return 0, nil, refuse(10013)
	}
	return http.StatusOK, p.json(), nil
}

// ownGuilds lists the guilds that the app is in, by id, up to 200 at a time.
func (f *Fake) ownGuilds(c *call) (int, any, *refusal) {
	n, err := strconv.Atoi(cmp.Or(c.query.Get("limit"), "200"))
	if wrong := (fieldErrors{}); err != nil || n < 1 || n > 200 {
		wrong.add("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 200.")
		return 0, nil, wrong.refusal()
	}
	var ids []string
	for id, g := range f.guilds {
		if after := c.query.Get("after"); g.installed && (after == "" || compareIDs(id, after) > 0) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, compareIDs)
	all := []any{}
	for _, id := range ids[:min(n, len(ids))] {
		g := f.guilds[id]
		all = append(all, map[string]any{
			"id": id, "name": g.name, "icon": nil, "banner": nil, "owner": false, "features": []string{},
			"permissions": strconv.FormatInt(int64(g.everywhere(g.self())), 10),
		})
	}
	return http.StatusOK, all, nil
}

func (f *Fake) leaveGuild(c *call) (int, any, *refusal) {
	g, refused := f.guild(c)
	if refused != nil {
		return 0, nil, refused
	}
	g.kick()
	return http.StatusNoContent, nil, nil
}

// getApplication is the app itself (OpenAPI: PrivateApplicationResponse).
func (f *Fake) getApplication(c *call) (int, any, *refusal) {
	self := f.self()
	installed := 0
	for _, g := range f.guilds {
		if g.installed {
			installed++
		}
	}
	var endpoint any // where interactions go over signed HTTP
	if h := f.wire.hooks; h != nil {
		endpoint = h.url
	}
	owner := map[string]any{"id": "1", "username": "owner", "global_name": "Owner", "discriminator": "0", "avatar": nil, "public_flags": 0, "flags": 0, "primary_guild": nil}
	j := map[string]any{
		"id": f.cfg.AppID, "name": self.Name, "icon": nil, "description": "", "type": nil, "bot": self.json(), "summary": "",
		"bot_public": true, "bot_require_code_grant": false, "verify_key": hex.EncodeToString(f.PublicKey()), "flags": 0, "owner": owner, "team": nil,
		"redirect_uris": []string{}, "interactions_endpoint_url": endpoint, "role_connections_verification_url": nil, "tags": []string{},
		"approximate_guild_count": installed, "approximate_user_install_count": 0, "integration_types_config": map[string]any{"0": map[string]any{}, "1": map[string]any{}},
		"event_webhooks_url": nil, "event_webhooks_status": 1, "event_webhooks_types": []string{}, "explicit_content_filter": 0,
		"flags_new": "0", "approximate_user_authorization_count": 0, "eligible_oauth2_scopes": []string{},
	}
	maps.Copy(j, f.rest.app)
	return http.StatusOK, j, nil
}

func (f *Fake) patchApplication(c *call) (int, any, *refusal) {
	var b map[string]json.RawMessage
	if refused := c.read(&b); refused != nil {
		return 0, nil, refused
	}
	for name, v := range b {
		f.rest.app[name] = v
	}
	return f.getApplication(c)
}

// SetApplication sets fields of GET applications/@me, as the developer portal does: bot_public, flags, install_params, ….
func (f *Fake) SetApplication(fields map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.Copy(f.rest.app, fields)
}
