package discordfake

// DM writes a direct message to the bot and gives its id.
func (f *Fake) DM(user, text string) (string, error) { return f.Say(user, Place{}, text) }

// Mention is Say with the bot's mention before the text.
func (f *Fake) Mention(user string, in Place, text string) (string, error) {
	return f.Say(user, in, "<@"+f.cfg.AppID+"> "+text)
}

// Say writes a message in a channel or thread, or in the direct message where in names no channel, and gives its id. The bot is mentioned
// where text has its name as <@ID>. Where in names a message, it is a reply to that.
func (f *Fake) Say(user string, in Place, text string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h, err := f.here(user, in)
	if err != nil {
		return "", err
	}
	c := h.channel
	switch {
	case c.guild == nil && !f.shares(h.person) && !h.person.app:
		return "", NotDelivered
	case !h.writes():
		return "", NotMember
	}
	body := map[string]any{"content": text, "nonce": f.id()}
	if h.message != nil {
		body["message_reference"] = map[string]any{"message_id": h.message.id}
	}
	m, refused := f.create(draft{channel: c, author: h.person, body: encode(body), kind: replyKind(h.message)})
	if refused != nil {
		return "", refused
	}
	return m.id, nil
}

// writes tells whether the person has a line to type into.
func (h here) writes() bool {
	send := SendMessages
	if h.channel.thread() {
		send = SendMessagesInThreads
	}
	return h.channel.text() && h.channel.can(h.person, send)
}

func replyKind(to *message) int {
	if to != nil {
		return replyMessage
	}
	return defaultMessage
}
