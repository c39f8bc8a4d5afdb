package slackfake

import "strings"

// writable is a conversation that the app may write to: docs.slack.dev, chat.postMessage. A person's id opens the direct message with
// them, for which chat:write is enough.
func (c *call) writable(name, thread string) (*channel, *refusal) {
	if strings.HasPrefix(name, "U") || strings.HasPrefix(name, "W") {
		p := c.w.people[name]
		if p == nil {
			return nil, refuse("channel_not_found")
		}
		if refused := c.w.reachable(p); refused != nil {
			return nil, refused
		}
		return c.w.im(name), nil
	}
	ch, refused := c.visible(name)
	switch {
	case refused != nil:
		return nil, refused
	case ch.archived:
		return nil, refuse("is_archived")
	case ch.direct != "":
		return ch, c.w.reachable(c.w.people[ch.direct])
	case !ch.members[c.w.install.bot] && c.need("chat:write.public") != nil:
		return nil, refuse("not_in_channel")
	}
	switch {
	case ch.refuses == "restricted_action_thread_only_channel" && thread != "":
	case ch.refuses == "restricted_action_non_threadable_channel" && thread == "":
	case ch.refuses != "":
		return nil, refuse(ch.refuses)
	}
	return ch, nil
}

// visible is a conversation of which the app may know: a private one only as its member.
func (c *call) visible(name string) (*channel, *refusal) {
	ch := c.w.channels[name]
	if ch == nil || ch.private && !ch.members[c.w.install.bot] {
		return nil, refuse("channel_not_found")
	}
	return ch, nil
}

// reachable refuses to write to people who cannot be written to.
func (w *Workspace) reachable(p *member) *refusal {
	switch {
	case p.Bot:
		return refuse("cannot_dm_bot")
	case p.Gone:
		return refuse("user_disabled")
	case p.Closed:
		return refuse("messages_tab_disabled")
	}
	return nil
}

// thread is where a reply goes: under the parent; into the channel where the parent was deleted meanwhile.
func (ch *channel) thread(ts string) (string, *refusal) {
	if ts == "" || ch.deleted[ts] {
		return "", nil
	}
	if parent := ch.find(ts); parent == nil || parent.Thread != "" {
		return "", refuse("thread_not_found") // docs.slack.dev: use the parent's ts, never that of a reply
	}
	return ts, nil
}

func (c *call) postMessage() (map[string]any, *refusal) {
	ch, refused := c.writable(c.args["channel"], c.args["thread_ts"])
	if refused != nil {
		return nil, refused
	}
	m, refused := c.args.message()
	if refused != nil {
		return nil, refused
	}
	if m.Thread, refused = ch.thread(c.args["thread_ts"]); refused != nil {
		return nil, refused
	}
	m.Broadcast = m.Thread != "" && c.args.flag("reply_broadcast")
	answer := map[string]any{}
	if cut, long := truncate(m.Text, maxPosted); long {
		m.Text = cut
		answer["warning"] = "message_truncated"
		answer["response_metadata"] = map[string]any{"warnings": []string{"message_truncated"}}
	}
	m.User = c.w.install.bot
	posted := c.w.post(ch, m)
	c.w.happened(ch, posted.event(ch))
	answer["channel"], answer["ts"], answer["message"] = ch.id, posted.TS, posted.json(true)
	return answer, nil
}

// truncate cuts a text to n characters; long says whether it had to.
func truncate(s string, n int) (cut string, long bool) {
	used := 0
	for i, r := range s {
		if used += units(string(r)); used > n {
			return s[:i], true
		}
	}
	return s, false
}

func (c *call) postEphemeral() (map[string]any, *refusal) {
	ch, refused := c.writable(c.args["channel"], c.args["thread_ts"])
	if refused != nil {
		return nil, refused
	}
	to := c.w.people[c.args["user"]]
	switch {
	case to == nil:
		return nil, refuse("user_not_found")
	case !ch.members[to.ID]:
		return nil, refuse("user_not_in_channel")
	}
	m, refused := c.args.message()
	if refused != nil {
		return nil, refused
	}
	if m.Thread, refused = ch.thread(c.args["thread_ts"]); refused != nil {
		return nil, refused
	}
	m.Text, _ = truncate(m.Text, maxPosted)
	m.User = c.w.install.bot
	if m.Thread != "" && len(ch.replies(m.Thread)) == 0 { // docs.slack.dev: shown only where there is already an active thread
		return map[string]any{"message_ts": c.ts()}, nil
	}
	return map[string]any{"message_ts": c.w.show(ch, to, m).TS}, nil
}

// own is a message of the app's that stands; otherwise the error is the method's own.
func (c *call) own(code string) (*channel, *Message, *refusal) {
	ch, refused := c.visible(c.args["channel"])
	if refused != nil {
		return nil, nil, refused
	}
	m := ch.find(c.args["ts"])
	switch {
	case m == nil:
		return nil, nil, refuse("message_not_found")
	case m.User != c.w.install.bot:
		return nil, nil, refuse(code)
	}
	return ch, m, nil
}

func (c *call) chatUpdate() (map[string]any, *refusal) {
	ch, m, refused := c.own("cant_update_message")
	switch {
	case refused != nil:
		return nil, refused
	case ch.archived:
		return nil, refuse("is_inactive")
	case c.w.editable > 0 && c.cfg.Now().Sub(timeOf(m.TS)) > c.w.editable:
		return nil, refuse("edit_window_closed")
	case units(c.args["text"]) > maxUpdated:
		return nil, refuse("msg_too_long")
	}
	to, refused := c.args.message()
	switch {
	case refused != nil:
		return nil, refused
	case isRich(m.Blocks) && to.Blocks != nil && !isRich(to.Blocks):
		return nil, refuse("block_mismatch")
	}
	if c.args.has("metadata") && to.Metadata == nil { // an empty object removes what there was
		m.Metadata = nil
	}
	previous := m.shown()
	c.w.edit(m, to)
	c.w.happened(ch, map[string]any{
		"type": "message", "subtype": "message_changed", "channel": ch.id, "channel_type": ch.channelType(), "hidden": true,
		"message": m.shown(), "previous_message": previous, "ts": m.Edited, "event_ts": m.Edited,
	})
	return map[string]any{"channel": ch.id, "ts": m.TS, "text": m.Text, "message": m.json(true)}, nil
}

// isRich tells whether there is a rich_text among blocks.
func isRich(blocks []byte) bool {
	found := false
	if blocks != nil {
		for _, b := range decode(blocks) {
			found = found || b["type"] == "rich_text"
		}
	}
	return found
}

func (c *call) chatDelete() (map[string]any, *refusal) {
	ch, m, refused := c.own("cant_delete_message")
	if refused != nil {
		return nil, refused
	}
	c.w.remove(ch, m)
	ts := c.ts()
	c.w.happened(ch, map[string]any{
		"type": "message", "subtype": "message_deleted", "channel": ch.id, "channel_type": ch.channelType(), "hidden": true,
		"previous_message": m.shown(), "deleted_ts": m.TS, "ts": ts, "event_ts": ts,
	})
	return map[string]any{"channel": ch.id, "ts": m.TS}, nil
}
