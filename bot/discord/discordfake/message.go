package discordfake

import (
	"encoding/json"
	"slices"
	"time"
)

// message is one that stands somewhere.
type message struct {
	id         string
	channel    *channel
	author     *person
	private    *person // who alone sees an ephemeral one; nil otherwise
	kind       int     // type of the message
	content    string
	components []any   // as they were sent, each with its id
	past       [][]any // the components of each time before it was edited
	tree       []component
	embeds     []any
	files      []File
	flags      int
	mentions   []string     // ids of people whom its text names
	notified   []string     // whom it notified when it was posted
	nonce      any          // nil without
	webhook    string       // id of the application, for responses and follow-ups
	made       *interaction // of which it is a response; nil otherwise
	reference  *reference   // of a reply; nil otherwise
	strand     *channel     // the thread that was started from it; nil without
	at, edited time.Time
	edits      []time.Time
	gone       bool
}

// reference is the message to which a reply is one.
type reference struct{ channel, message string }

// Types of messages (docs.discord.com, Message Types).
const (
	defaultMessage = 0
	threadCreated  = 18
	replyMessage   = 19
	commandMessage = 20
	threadStarter  = 21
)

// Flags of messages (docs.discord.com, Message Flags).
const (
	SuppressEmbeds        = 1 << 2
	HasThread             = 1 << 5
	Ephemeral             = 1 << 6
	Loading               = 1 << 7
	SuppressNotifications = 1 << 12
	ComponentsV2          = 1 << 15
)

// draft is a message before it stands.
type draft struct {
	id      string // made when empty
	channel *channel
	author  *person
	private *person         // ephemeral: for them alone
	body    json.RawMessage // content, components, embeds, flags, … as the app sent them, or a person typed
	files   []upload
	made    *interaction // it is a response or a follow-up
	kind    int
}

// create checks a message, makes it stand, shows it to people and tells the app.
func (f *Fake) create(d draft) (*message, *refusal) {
	p, refused := f.readPayload(d.body, d.files)
	if refused != nil {
		return nil, refused
	}
	m := &message{channel: d.channel, author: d.author, private: d.private, made: d.made, kind: d.kind}
	if p.reply != nil {
		m.kind, m.reference = replyMessage, &reference{d.channel.id, p.reply.Message}
	}
	if refused := f.fill(m, p, true); refused != nil {
		return nil, refused
	}
	if m.id = d.id; m.id == "" {
		m.id = f.id()
	}
	m.at = f.cfg.Now()
	if d.made != nil && d.author.ID == f.cfg.AppID {
		m.webhook = f.cfg.AppID
	}
	if d.private != nil {
		m.flags |= Ephemeral
		d.private.whispers = append(d.private.whispers, m)
		f.record(Whispered, m)
		return m, nil
	}
	if m.nonce != nil {
		d.channel.nonces[d.author.ID+" "+p.key()] = nonce{m, m.at}
	}
	f.stand(m)
	return m, nil
}

// stand puts a message that is seen by everybody at the end of its channel.
func (f *Fake) stand(m *message) {
	c := m.channel
	c.messages = append(c.messages, m)
	c.last = m.id
	if s := c.strand; s != nil {
		s.sent++
		s.changed = m.at
		if !slices.Contains(s.members, m.author.ID) {
			s.members = append(s.members, m.author.ID)
		}
	}
	f.record(Posted, m)
	f.wire.emit(c.guild, "MESSAGE_CREATE", f.event(m))
}

// change checks an edit and carries it out; only what the body names changes. Rights are the caller's business.
func (f *Fake) change(m *message, body json.RawMessage, files []upload) *refusal {
	p, refused := f.readPayload(body, files)
	if refused != nil {
		return refused
	}
	edited := *m
	if refused := f.fill(&edited, p, false); refused != nil {
		return refused
	}
	if m.flags&Loading == 0 {
		edited.notified = m.notified // an edit notifies nobody
	}
	edited.edited = f.cfg.Now()
	edited.past = append(slices.Clone(m.past), m.components)
	edited.edits = append(slices.Clone(m.edits), edited.edited)
	edited.past = append(slices.Clone(m.past), m.components)
	*m = edited
	f.record(Edited, m)
	if m.private == nil {
		f.wire.emit(m.channel.guild, "MESSAGE_UPDATE", f.event(m))
	}
	return nil
}

// remove deletes a message.
func (f *Fake) remove(m *message) {
	m.gone = true
	f.record(Deleted, m)
	if m.private != nil {
		m.private.whispers = slices.DeleteFunc(m.private.whispers, func(o *message) bool { return o == m })
		return
	}
	c := m.channel
	if i, found := c.find(m.id); found {
		c.messages = slices.Delete(c.messages, i, i+1)
	}
	d := map[string]any{"id": m.id, "channel_id": c.id}
	if c.guild != nil {
		d["guild_id"] = c.guild.id
	}
	f.wire.emit(c.guild, "MESSAGE_DELETE", d)
}

// find gives the place of a message among those of the channel, which are in the order of their ids.
func (c *channel) find(id string) (int, bool) {
	return slices.BinarySearchFunc(c.messages, id, func(m *message, id string) int { return compareIDs(m.id, id) })
}

// message is the message of the channel with that id; nil where none stands there.
func (c *channel) message(id string) *message {
	if i, found := c.find(id); found {
		return c.messages[i]
	}
	return nil
}

// compareIDs orders snowflakes by their number.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// json is the message as REST shows it (OpenAPI: MessageResponse), without guild_id and member.
func (f *Fake) json(m *message) map[string]any {
	mentions, roles := []any{}, []string{}
	for _, id := range m.mentions {
		if p := f.people[id]; p != nil {
			mentions = append(mentions, p.json())
		}
	}
	attachments := []any{}
	for _, file := range m.files {
		attachments = append(attachments, f.fileJSON(m, file))
	}
	j := map[string]any{
		"id": m.id, "channel_id": m.channel.id, "author": m.author.json(), "type": m.kind, "content": m.content, "timestamp": stamp(m.at),
		"edited_timestamp": nil, "tts": false, "mention_everyone": slices.Contains(m.notified, "@everyone") || slices.Contains(m.notified, "@here"),
		"mentions": mentions, "mention_roles": roles, "attachments": attachments, "embeds": list(m.embeds), "components": list(m.components),
		"pinned": false, "flags": m.flags,
	}
	if !m.edited.IsZero() {
		j["edited_timestamp"] = stamp(m.edited)
	}
	if m.webhook != "" {
		j["webhook_id"], j["application_id"] = m.webhook, m.webhook
	}
	if m.made != nil {
		j["interaction_metadata"] = m.made.metadata()
	}
	if m.reference != nil {
		r := map[string]any{"type": 0, "channel_id": m.reference.channel, "message_id": m.reference.message}
		if m.channel.guild != nil {
			r["guild_id"] = m.channel.guild.id
		}
		j["message_reference"] = r
		if m.kind == replyMessage {
			j["referenced_message"] = nil
			if to := m.channel.message(m.reference.message); to != nil {
				to := *to
				to.reference = nil // one level only
				j["referenced_message"] = f.json(&to)
			}
		}
	}
	if m.strand != nil && f.channels[m.strand.id] != nil {
		j["thread"] = m.strand.json()
	}
	return j
}

// event is the message as MESSAGE_CREATE and MESSAGE_UPDATE show it. The nonce is told here and in the answer to the request, never in
// what is read later.
func (f *Fake) event(m *message) map[string]any {
	j := f.json(m)
	j["channel_type"] = m.channel.kind
	if m.nonce != nil {
		j["nonce"] = m.nonce
	}
	g := m.channel.guild
	if g == nil {
		return j
	}
	j["guild_id"] = g.id
	if member := g.members[m.author.ID]; member != nil {
		j["member"] = member.json()
	}
	mentions := []any{}
	for _, id := range m.mentions {
		if p := f.people[id]; p != nil {
			one := p.json()
			if member := g.members[id]; member != nil {
				one["member"] = member.json()
			}
			mentions = append(mentions, one)
		}
	}
	j["mentions"] = mentions
	return j
}

func (f *Fake) fileJSON(m *message, file File) map[string]any {
	url := f.base + "/attachments/" + m.channel.id + "/" + file.id + "/" + file.Name
	j := map[string]any{"id": file.id, "filename": file.Name, "size": len(file.Data), "url": url, "proxy_url": url}
	if file.Type != "" {
		j["content_type"] = file.Type
	}
	if file.Description != "" {
		j["description"] = file.Description
	}
	return j
}

// list is never null in JSON.
func list(v []any) []any {
	if v == nil {
		return []any{}
	}
	return v
}

// File is an attachment.
type File struct {
	Name        string
	Type        string // MIME, as the app said; may be empty
	Description string
	Data        []byte
	Shown       bool // people see it: always, but in a message of flag ComponentsV2 only where a component shows it

	id string
}
