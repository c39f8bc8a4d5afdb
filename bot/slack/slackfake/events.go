package slackfake

// Events of the Events API (docs.slack.dev, Events), and what people do that makes them.

// DM writes to the bot; the message stands in Directs. The app hears of it with im:history.
func (w *Workspace) DM(user, text string) error { return w.DMInThread(user, "", text) }

// DMInThread is DM in a thread.
func (w *Workspace) DMInThread(user, thread, text string) error {
	return w.tell(user, func(m *member) (map[string]any, error) {
		c := w.im(m.ID)
		message := w.post(c, Message{User: m.ID, Text: w.typed(text, false), Thread: thread})
		event := w.written(m, c, message)
		event["type"], event["channel_type"] = "message", "im"
		return event, nil
	})
}

// Mention writes in a channel, with the bot's mention before the text. The app hears of it with app_mentions:read where it is a
// member.
func (w *Workspace) Mention(user, channel, text string) error {
	return w.MentionInThread(user, channel, "", text)
}

// MentionInThread is Mention in a thread.
func (w *Workspace) MentionInThread(user, channel, thread, text string) error {
	return w.tell(user, func(m *member) (map[string]any, error) {
		c := w.mustChannel(channel)
		if !w.sees(m, c) {
			return nil, NotThere
		}
		message := w.post(c, Message{User: m.ID, Text: "<@" + w.install.bot + "> " + w.typed(text, false), Thread: thread})
		if !c.members[w.install.bot] {
			return nil, NotInvited
		}
		event := w.written(m, c, message)
		event["type"] = "app_mention"
		return event, nil
	})
}

// written is what events say of a message that a person wrote.
func (w *Workspace) written(m *member, c *channel, message *Message) map[string]any {
	team := w.id
	if m.Home != "" {
		team = m.Home
	}
	event := map[string]any{
		"client_msg_id": w.f.wire.uuid(), "text": message.Text, "user": m.ID, "ts": message.TS, "team": team, "channel": c.id, "event_ts": message.TS,
		"blocks": []any{map[string]any{"type": "rich_text", "block_id": "typed", "elements": []any{
			map[string]any{"type": "rich_text_section", "elements": []any{map[string]any{"type": "text", "text": message.Text}}},
		}}},
	}
	if message.Thread != "" {
		event["thread_ts"] = message.Thread
	}
	return event
}

// OpenHome opens the app's home.
func (w *Workspace) OpenHome(user string) error {
	return w.tell(user, func(m *member) (map[string]any, error) {
		event := map[string]any{"type": "app_home_opened", "user": m.ID, "channel": w.im(m.ID).id, "tab": "home"}
		if m.home != nil {
			view := m.home.json(w.f, w)
			view["state"] = map[string]any{"values": w.f.wire.state(m.home)}
			event["view"] = view
		}
		return event, nil
	})
}

// Invite adds the bot to a channel. The app hears of it with channels:read, of a private one with groups:read.
func (w *Workspace) Invite(channel, by string) error {
	return w.tell(by, func(m *member) (map[string]any, error) {
		c := w.mustChannel(channel)
		c.members[w.install.bot] = true
		return map[string]any{
			"type": "member_joined_channel", "user": w.install.bot, "channel": c.id, "channel_type": c.letter(), "team": w.id, "inviter": m.ID,
		}, nil
	})
}

// Kick removes the bot from a channel. Slack's pages do not say which of two events tells the bot so: it gets both.
func (w *Workspace) Kick(channel, by string) error {
	return w.tell(by, func(m *member) (map[string]any, error) {
		c := w.mustChannel(channel)
		delete(c.members, w.install.bot)
		w.f.wire.emit(w, map[string]any{"type": "member_left_channel", "user": w.install.bot, "channel": c.id, "channel_type": c.letter(), "team": w.id})
		return map[string]any{"type": c.kind() + "_left", "channel": c.id, "actor_id": m.ID}, nil
	})
}

// ArchiveChannel archives a channel, and the app hears of it where it is a member.
func (w *Workspace) ArchiveChannel(channel, by string) error {
	return w.tell(by, func(m *member) (map[string]any, error) {
		c := w.mustChannel(channel)
		c.archived = true
		return c.told(w.install.bot, map[string]any{"type": c.kind() + "_archive", "channel": c.id, "user": m.ID, "is_moved": 0}), nil
	})
}

// UnarchiveChannel takes it back; the app hears nothing of it, as it has no event for that in its table.
func (w *Workspace) UnarchiveChannel(channel string) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.mustChannel(channel).archived = false
}

// DeleteMessage is an admin deleting a message, whoever wrote it. The app hears nothing of it.
func (w *Workspace) DeleteMessage(channel, ts string) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	c := w.mustChannel(channel)
	m := c.find(ts)
	if m == nil {
		panic("slackfake: a test deletes message " + ts + ", which does not stand in channel " + channel)
	}
	w.remove(c, m)
}

// DeleteChannel deletes a channel with all its messages, and the app hears of it where it was a member.
func (w *Workspace) DeleteChannel(channel, by string) error {
	return w.tell(by, func(m *member) (map[string]any, error) {
		c := w.mustChannel(channel)
		event := c.told(w.install.bot, map[string]any{"type": c.kind() + "_deleted", "channel": c.id, "actor_id": m.ID})
		if event != nil && c.private {
			event["date_deleted"] = w.f.cfg.Now().Unix()
		}
		if event != nil && !w.hears(event) { // once the channel is gone nobody can tell whether it was private
			event = nil
		}
		delete(w.channels, channel)
		return event, nil
	})
}

// told is an event where the bot is a member, else none.
func (c *channel) told(bot string, event map[string]any) map[string]any {
	if !c.members[bot] {
		return nil
	}
	return event
}

// kind is how types of events call a channel.
func (c *channel) kind() string {
	if c.private {
		return "group"
	}
	return "channel"
}

// letter is how member events call a channel.
func (c *channel) letter() string {
	if c.private {
		return "G"
	}
	return "C"
}

// Uninstall removes the app: its tokens end, and it hears tokens_revoked and app_uninstalled, in any order.
func (w *Workspace) Uninstall() error {
	w.f.mu.Lock()
	if w.install == nil {
		w.f.mu.Unlock()
		return NotInstalled
	}
	first := w.f.wire.eventParcel(w, map[string]any{"type": "app_uninstalled"}, "")
	second := w.f.wire.eventParcel(w, tokensRevoked(w.bot), "")
	w.endTokens("account_inactive")
	w.install = nil
	w.f.mu.Unlock()
	w.f.wire.deliver(first)
	w.f.wire.deliver(second)
	return nil
}

// RevokeToken ends the bot's tokens without removing the app.
func (w *Workspace) RevokeToken() error {
	w.f.mu.Lock()
	if w.install == nil {
		w.f.mu.Unlock()
		return NotInstalled
	}
	p := w.f.wire.eventParcel(w, tokensRevoked(w.bot), "")
	w.endTokens("token_revoked")
	w.f.mu.Unlock()
	w.f.wire.deliver(p)
	return nil
}

// Event delivers an inner event of any type, as Slack does with those of next year, where the app's scopes let it hear of it.
func (w *Workspace) Event(inner map[string]any) error {
	w.f.mu.Lock()
	if w.install == nil {
		w.f.mu.Unlock()
		return NotInstalled
	}
	p := w.f.wire.eventParcel(w, inner, "")
	w.f.mu.Unlock()
	if p != nil {
		p.made = true
		w.f.wire.deliver(p)
	}
	return nil
}

// OrgWide makes the installation one for a whole organisation, as payloads say it.
func (w *Workspace) OrgWide(organisation string) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.f.wire.orgs[w.id] = organisation
}

// Redeliver delivers the last payload of this workspace once more: an event under another event id, all else under another envelope
// id.
func (w *Workspace) Redeliver() error {
	w.f.mu.Lock()
	p := w.f.wire.last[w.id]
	if p == nil {
		w.f.mu.Unlock()
		return NotThere
	}
	p = w.f.wire.again(p)
	w.f.mu.Unlock()
	if p.kind == kindEvent {
		w.f.wire.event(p)
		return nil
	}
	_, failed := w.f.wire.attempt(p, 0, "")
	return failed.trouble()
}

// tell lets something happen in the workspace and delivers the event that says so, where the app may hear of it.
func (w *Workspace) tell(by string, happen func(*member) (map[string]any, error)) error {
	w.f.mu.Lock()
	m := w.mustPerson(by)
	if w.install == nil {
		w.f.mu.Unlock()
		return NotInstalled
	}
	event, err := happen(m)
	var p *parcel
	if err == nil && event != nil {
		p = w.f.wire.eventParcel(w, event, by)
	}
	w.f.mu.Unlock()
	if p != nil {
		w.f.wire.deliver(p)
	}
	return err
}
