package slackfake

import "encoding/json"

// Message is one message as it stands.
type Message struct {
	Channel   string // C…, G… or D…
	TS        string // names it within its channel
	Thread    string // the parent's TS where it is a reply; empty for one in the channel itself
	User      string // who wrote it: a person, or the bot's own member
	App       string // of one that an app wrote
	To        string // of an ephemeral one: the only person who sees it
	Text      string
	Blocks    json.RawMessage // array; nil without blocks
	Metadata  json.RawMessage // nil without
	Edited    string          // TS of the last edit, empty if it never was
	Plain     string          // what a person reads: the blocks, or the text where there are none
	Buttons   []Button
	Broadcast bool // a reply that is shown in the channel too
}

// Button is what a person can press.
type Button struct {
	Label    string
	ActionID string
	BlockID  string
	Value    string
	Spoken   string // what a screen reader says: accessibility_label, or the label
	URL      string
	Style    string
}

// json is the message as Slack puts it into answers and payloads.
func (m Message) json(metadata bool) map[string]any {
	return map[string]any{"type": "message", "ts": m.TS, "text": m.Text}
}

// parseMessage reads what is shown of a message (text, blocks, metadata) from a body such as chat.postMessage's, and refuses what
// Slack refuses. A response URL's body is read by it too.
func parseMessage(body json.RawMessage) (Message, *refusal) {
	return Message{}, refuse("not_built")
}

// edit changes what is shown of a message that stands in the channel.
func (w *Workspace) edit(m *Message, to Message) {}

// remove deletes a message that stands in the channel.
func (w *Workspace) remove(c *channel, m *Message) {}

// show shows an ephemeral message to one person.
func (w *Workspace) show(c *channel, to *member, m Message) Message { return m }
