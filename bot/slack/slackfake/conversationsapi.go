package slackfake

import (
	"encoding/base64"
	"slices"
	"strings"
)

// channelType is a conversation's channel_type in events.
func (ch *channel) channelType() string {
	switch {
	case ch.direct != "":
		return "im"
	case ch.private:
		return "group"
	}
	return "channel"
}

// scope is the scope that something needs in this kind of conversation, such as history: channels:history, groups:history, im:history.
func (ch *channel) scope(what string) string {
	switch ch.channelType() {
	case "im":
		return "im:" + what
	case "group":
		return "groups:" + what
	}
	return "channels:" + what
}

// reading is a conversation of which the app may ask what it is or who is in it. A missing scope is told first for what can be seen.
func (c *call) reading() (*channel, *refusal) {
	ch := c.w.channels[c.args["channel"]]
	if ch == nil {
		return nil, refuse("channel_not_found")
	}
	if refused := c.need(ch.scope("read")); refused != nil {
		return nil, refused
	}
	return c.visible(ch.id)
}

// open opens the direct message with one person: docs.slack.dev, conversations.open. Several at once would need mpim:write.
func (c *call) open() (map[string]any, *refusal) {
	users := c.args["users"]
	if ch := c.w.channels[c.args["channel"]]; ch != nil && ch.direct != "" {
		users = ch.direct
	}
	switch {
	case users == "" && c.args.has("channel"):
		return nil, refuse("channel_not_found")
	case users == "":
		return nil, refuse("users_list_not_supplied")
	case strings.Contains(users, ","):
		return nil, c.need("mpim:write")
	}
	p := c.w.people[users]
	switch {
	case p == nil:
		return nil, refuse("user_not_found")
	case p.Bot:
		return nil, refuse("cannot_dm_bot")
	case p.Gone:
		return nil, refuse("user_disabled")
	}
	answer := map[string]any{}
	if c.w.direct(users) != nil {
		answer["no_op"], answer["already_open"] = true, true
	}
	ch := c.w.im(users)
	answer["channel"] = map[string]any{"id": ch.id}
	if c.args.flag("return_im") {
		answer["channel"] = c.conversation(ch)
	}
	return answer, nil
}

func (c *call) conversation(ch *channel) map[string]any {
	j := map[string]any{
		"id": ch.id, "is_channel": ch.channelType() == "channel", "is_group": ch.channelType() == "group", "is_im": ch.channelType() == "im", "is_mpim": false,
		"is_private": ch.private, "is_archived": ch.archived, "is_member": ch.members[c.w.install.bot], "context_team_id": c.w.id,
		"is_general": false, "is_shared": false, "is_ext_shared": false, "is_org_shared": false,
	}
	if ch.direct != "" {
		j["user"] = ch.direct
	} else {
		j["name"], j["name_normalized"] = ch.name, ch.name
	}
	return j
}

func (c *call) info() (map[string]any, *refusal) {
	ch, refused := c.reading()
	if refused != nil {
		return nil, refused
	}
	j := c.conversation(ch)
	if c.args.flag("include_num_members") {
		j["num_members"] = len(ch.members)
	}
	return map[string]any{"channel": j}, nil
}

func (c *call) members() (map[string]any, *refusal) {
	ch, refused := c.reading()
	if refused != nil {
		return nil, refused
	}
	limit, ok := c.args.number("limit", 100, 1, 1000)
	if !ok {
		return nil, refuse("invalid_limit")
	}
	after, ok := uncursor(c.args["cursor"])
	if !ok {
		return nil, refuse("invalid_cursor")
	}
	rest := slices.DeleteFunc(sorted(ch.members), func(id string) bool { return id <= after })
	page := rest[:min(limit, len(rest))]
	next := ""
	if len(page) < len(rest) {
		next = cursor(page[len(page)-1])
	}
	return map[string]any{"members": page, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

// A cursor says after what the next page begins.
func cursor(last string) string { return base64.StdEncoding.EncodeToString([]byte("next:" + last)) }

func uncursor(s string) (last string, ok bool) {
	if s == "" {
		return "", true
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	last, ok = strings.CutPrefix(string(raw), "next:")
	return last, ok && err == nil
}

func (c *call) join() (map[string]any, *refusal) {
	ch, refused := c.visible(c.args["channel"])
	switch {
	case refused != nil:
		return nil, refused
	case ch.channelType() != "channel":
		return nil, refuse("method_not_supported_for_channel_type")
	case ch.archived:
		return nil, refuse("is_archived")
	}
	answer := map[string]any{}
	if bot := c.w.install.bot; ch.members[bot] {
		answer["warning"] = "already_in_channel"
	} else {
		ch.members[bot] = true
		if c.need("channels:read") == nil {
			c.wire.emit(c.w, map[string]any{
				"type": "member_joined_channel", "user": bot, "channel": ch.id, "channel_type": "C", "team": c.w.id, "event_ts": c.ts(),
			})
		}
	}
	answer["channel"] = c.conversation(ch)
	return answer, nil
}
