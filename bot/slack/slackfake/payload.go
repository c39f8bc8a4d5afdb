package slackfake

import (
	"fmt"
	"slices"
	"strings"
)

// Payloads of what people do, as docs.slack.dev describes them (Interaction payloads, Slash commands) and as @slack/bolt 5.1.0
// types them.

// verificationToken is the deprecated way to tell that Slack sends: every payload still has it.
const verificationToken = "legacy-verification-token"

// command is a slash command.
func (w *wire) command(ws *Workspace, m *member, c *channel, command, text string) *parcel {
	payload := map[string]any{
		"token": verificationToken, "team_id": ws.id, "team_domain": ws.domain(), "channel_id": c.id, "channel_name": c.spokenName(),
		"user_id": m.ID, "user_name": username(m), "command": command, "text": ws.typed(text, true), "api_app_id": w.f.cfg.AppID,
		"is_enterprise_install": "false", "trigger_id": w.trigger(ws, m.ID, ""),
		"response_url": w.responseURL("commands", responseURL{workspace: ws, channel: c.id, user: m.ID}),
	}
	if org := w.orgs[ws.id]; org != "" {
		payload["enterprise_id"], payload["enterprise_name"], payload["is_enterprise_install"] = org, "Org", "true"
	}
	return w.parcel(kindCommand, ws, payload, true)
}

// interaction is what all interactions have.
func (w *wire) interaction(ws *Workspace, m *member, kind string) map[string]any {
	home := ws.id
	if m.Home != "" {
		home = m.Home
	}
	payload := map[string]any{
		"type": kind, "team": map[string]any{"id": ws.id, "domain": ws.domain()}, "api_app_id": w.f.cfg.AppID, "token": verificationToken,
		"user":       map[string]any{"id": m.ID, "username": username(m), "name": username(m), "team_id": home},
		"enterprise": nil, "is_enterprise_install": false,
	}
	if org := w.orgs[ws.id]; org != "" {
		payload["team"], payload["enterprise"], payload["is_enterprise_install"] = nil, map[string]any{"id": org, "name": "Org"}, true
	}
	return payload
}

// inView is an interaction in a modal or on the home page. Slack names the team of a guest there, and the one where the app is
// installed in the view.
func (w *wire) inView(ws *Workspace, m *member, kind string, v *View) map[string]any {
	payload := w.interaction(ws, m, kind)
	if m.Home != "" {
		payload["team"] = map[string]any{"id": m.Home, "domain": strings.ToLower(m.Home)}
	}
	view := v.json(w.f, ws)
	view["state"] = map[string]any{"values": w.state(v)}
	payload["view"] = view
	return payload
}

// click is something pressed or chosen: action is what the element says of it. v is nil in a message.
func (w *wire) click(ws *Workspace, m *member, s spot, action map[string]any) *parcel {
	action["action_ts"] = w.f.ts()
	if s.view != nil {
		payload := w.inView(ws, m, "block_actions", s.view)
		payload["container"] = map[string]any{"type": "view", "view_id": s.view.ID}
		payload["trigger_id"] = w.trigger(ws, m.ID, s.view.ID)
		payload["actions"] = []any{action}
		return w.parcel(kindInteraction, ws, payload, false)
	}
	payload := w.interaction(ws, m, "block_actions")
	container := map[string]any{"type": "message", "message_ts": s.message.TS, "channel_id": s.channel.id, "is_ephemeral": s.message.To != ""}
	if s.message.Thread != "" {
		container["thread_ts"] = s.message.Thread
	}
	if s.message.To == "" { // Slack keeps no ephemeral message, so it cannot say what stood there
		payload["message"] = s.message.json(true)
	}
	payload["container"], payload["actions"] = container, []any{action}
	payload["channel"] = map[string]any{"id": s.channel.id, "name": s.channel.spokenName()}
	payload["state"] = map[string]any{"values": map[string]any{}}
	payload["trigger_id"] = w.trigger(ws, m.ID, "")
	payload["response_url"] = w.responseURL("actions", responseURL{workspace: ws, channel: s.channel.id, user: m.ID, message: s.message.TS, thread: s.message.Thread})
	return w.parcel(kindInteraction, ws, payload, false)
}

// submission is a modal sent.
func (w *wire) submission(ws *Workspace, m *member, v *View) *parcel {
	payload := w.inView(ws, m, "view_submission", v)
	payload["trigger_id"] = w.trigger(ws, m.ID, v.ID)
	payload["response_urls"] = []any{}
	return w.parcel(kindInteraction, ws, payload, true)
}

// closing is a modal closed, or cleared away with all others.
func (w *wire) closing(ws *Workspace, m *member, v *View, cleared bool) *parcel {
	payload := w.inView(ws, m, "view_closed", v)
	payload["is_cleared"] = cleared
	return w.parcel(kindInteraction, ws, payload, false)
}

// suggestion is something typed into an external select.
func (w *wire) suggestion(ws *Workspace, m *member, v *View, e control, typed string) *parcel {
	payload := w.inView(ws, m, "block_suggestion", v)
	payload["container"] = map[string]any{"type": "view", "view_id": v.ID}
	payload["block_id"], payload["action_id"], payload["value"] = e.block, e.text("action_id"), typed
	return w.parcel(kindInteraction, ws, payload, true)
}

// event is an inner event in its envelope; nil where the app may not hear of it. by is the person who caused it, if one did: a guest's
// envelope names the guest's own team.
func (w *wire) eventParcel(ws *Workspace, event map[string]any, by string) *parcel {
	if !ws.hears(event) {
		return nil
	}
	team := ws.id
	if m := ws.people[by]; m != nil && m.Home != "" {
		team = m.Home
	}
	if event["event_ts"] == nil && event["type"] != "app_uninstalled" && event["type"] != "tokens_revoked" {
		event["event_ts"] = w.f.ts()
	}
	org, orgWide := any(nil), false
	authorized := any(ws.id)
	if id := w.orgs[ws.id]; id != "" {
		org, orgWide, authorized = id, true, nil
	}
	payload := map[string]any{
		"token": verificationToken, "team_id": team, "context_team_id": ws.id, "context_enterprise_id": org, "api_app_id": w.f.cfg.AppID, "event": event,
		"type": "event_callback", "event_id": w.f.id("Ev"), "event_time": w.f.cfg.Now().Unix(), "is_ext_shared_channel": team != ws.id,
		"authorizations": []any{map[string]any{
			"enterprise_id": org, "team_id": authorized, "user_id": ws.install.bot, "is_bot": true, "is_enterprise_install": orgWide,
		}},
	}
	if orgWide {
		payload["enterprise_id"] = org
	}
	return w.parcel(kindEvent, ws, payload, false)
}

// hears tells whether the app has subscribed to an event and its scopes let it hear of it. An event that is not in the table needs
// none.
func (w *Workspace) hears(event map[string]any) bool {
	name := fmt.Sprint(event["type"])
	if name == "message" {
		name = fmt.Sprint("message.", event["channel_type"])
	}
	if subscribed := w.f.cfg.Events; w.install == nil || subscribed != nil && !slices.Contains(subscribed, name) {
		return false
	}
	private := false
	if id, ok := event["channel"].(string); ok && w.channels[id] != nil {
		private = w.channels[id].private
	}
	scope := map[any]string{
		"app_mention": "app_mentions:read", "member_joined_channel": "channels:read", "member_left_channel": "channels:read",
		"channel_left": "channels:read", "channel_archive": "channels:read", "channel_deleted": "channels:read",
		"group_left": "groups:read", "group_archive": "groups:read", "group_deleted": "groups:read",
	}[event["type"]]
	switch {
	case event["type"] == "message":
		scope = map[any]string{"im": "im:history", "channel": "channels:history", "group": "groups:history"}[event["channel_type"]]
	case scope == "channels:read" && private:
		scope = "groups:read"
	}
	return scope == "" || w.install.can(scope)
}

func (w *Workspace) domain() string { return strings.ToLower(w.id) }

// username is a person's handle.
func username(m *member) string { return strings.ToLower(strings.ReplaceAll(m.Name, " ", ".")) }

// spokenName is a channel's name as payloads say it.
func (c *channel) spokenName() string {
	switch {
	case c.direct != "":
		return "directmessage"
	case c.private:
		return "privategroup"
	}
	return c.name
}

// typed is text as Slack passes on what a person typed: &, < and > are escaped, and a name after @ or # that somebody or a channel
// has is the mention that Slack's own completion makes of it. In a command a mention has the name too.
func (w *Workspace) typed(text string, command bool) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	words := strings.Split(text, " ")
	for i, word := range words {
		switch {
		case strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://"):
			words[i] = "<" + word + ">"
		case strings.HasPrefix(word, "#"):
			for _, c := range w.channels {
				if c.name == word[1:] && c.name != "" && command {
					words[i] = "<#" + c.id + "|" + c.name + ">"
				} else if c.name == word[1:] && c.name != "" {
					words[i] = "<#" + c.id + "|>"
				}
			}
		case strings.HasPrefix(word, "@"):
			for _, m := range w.people {
				if m.Name == word[1:] && command {
					words[i] = "<@" + m.ID + "|" + username(m) + ">"
				} else if m.Name == word[1:] {
					words[i] = "<@" + m.ID + ">"
				}
			}
		}
	}
	return strings.Join(words, " ")
}
