package slackfake

import (
	"encoding/json"
	"slices"
)

// Message is one message as it stands.
type Message struct {
	Team      string
	Channel   string // C…, G… or D…
	TS        string // names it within its channel
	Thread    string // the parent's TS where it is a reply; empty for one in the channel itself
	User      string // who wrote it: a person, or the bot's own member
	Bot       string // B…, and
	App       string // A…, of one that the app wrote
	To        string // of an ephemeral one: the only person who sees it
	Text      string
	Blocks    json.RawMessage `json:",omitempty"` // array, each block with its block_id; nil without blocks
	Metadata  json.RawMessage `json:",omitempty"` // nil without
	Edited    string          // TS of the last edit, empty if it never was
	Broadcast bool            // a reply that is shown in the channel too

	Buttons []Button // in order
	Pings   []string // whom it notifies by name: ids of people and groups; channel, here, everyone
	Plain   string   // what a person reads: the blocks, or the text where there are none; set in what is given out
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

const (
	maxPosted   = 40_000 // characters of text: docs.slack.dev, Truncating really long messages; what is longer is cut
	maxUpdated  = 4_000  // of chat.update: docs.slack.dev, chat.update, msg_too_long
	maxMarkdown = 12_000 // of markdown_text
	maxAttached = 100    // attachments

	// maxMetadata is bytes of metadata. Slack refuses with metadata_too_large and documents no figure; this one is a guess on the
	// strict side.
	maxMetadata = 8_000
)

// json is the message as Slack puts it into answers and payloads. Of the metadata only the event type comes without being asked for.
func (m Message) json(metadata bool) map[string]any {
	j := map[string]any{"type": "message", "user": m.User, "ts": m.TS, "text": m.Text, "team": m.Team}
	if m.Bot != "" {
		j["bot_id"], j["app_id"] = m.Bot, m.App
	}
	if m.Blocks != nil {
		j["blocks"] = m.Blocks
	}
	if m.Thread != "" {
		j["thread_ts"] = m.Thread
	}
	if m.Broadcast {
		j["subtype"] = "thread_broadcast"
	}
	if m.Edited != "" && m.Blocks == nil { // docs.slack.dev, chat.update: an edit of blocks is not shown as one
		j["edited"] = map[string]any{"user": m.User, "ts": m.Edited}
	}
	switch {
	case m.Metadata != nil && metadata:
		j["metadata"] = m.Metadata
	case m.Metadata != nil:
		var only struct {
			Type string `json:"event_type"`
		}
		_ = json.Unmarshal(m.Metadata, &only) // it was checked when it came
		j["metadata"] = map[string]any{"event_type": only.Type}
	}
	return j
}

// shown is the message as events show it: @slack/types, GenericMessageEvent, has no metadata.
func (m Message) shown() map[string]any {
	e := m.json(false)
	delete(e, "metadata")
	return e
}

// event is the message as the inner event by which the app hears of it.
func (m Message) event(c *channel) map[string]any {
	e := m.shown()
	e["channel"], e["channel_type"], e["event_ts"] = c.id, c.channelType(), m.TS
	return e
}

// parseMessage reads what is shown of a message (text, blocks, metadata) from a JSON body such as chat.postMessage's, and refuses
// what Slack refuses. A response URL's body is read by it too.
func parseMessage(body json.RawMessage) (Message, *refusal) {
	a, refused := jsonArgs(body)
	if refused != nil {
		return Message{}, refused
	}
	return a.message()
}

// message reads text, blocks and metadata from a call.
func (a args) message() (Message, *refusal) {
	m := Message{Text: a["text"]}
	blocks, refused := a.blocks()
	if refused != nil {
		return m, refused
	}
	if markdown := a["markdown_text"]; markdown != "" {
		switch {
		case m.Text != "" || blocks != nil:
			return m, refuse("markdown_text_conflict")
		case units(markdown) > maxMarkdown:
			return m, refuse("msg_too_long")
		}
		blocks = []any{map[string]any{"type": "markdown", "text": markdown}}
	}
	if refused := a.attachments(); refused != nil {
		return m, refused
	}
	if m.Text == "" && len(blocks) == 0 {
		return m, refuse("no_text")
	}
	if refused := checkMessageBlocks(blocks); refused != nil {
		return m, refused
	}
	if m.Metadata, refused = a.metadata(); refused != nil {
		return m, refused
	}
	if m.Metadata != nil {
		Record("metadata", m.Metadata)
	}
	if blocks != nil {
		Record("blocks", encode(blocks))
	}
	m.Blocks = named(blocks)
	m.Buttons, m.Pings = buttonsOf(m.Blocks), pingsOf(m.Blocks, m.Text)
	return m, nil
}

func (a args) blocks() ([]any, *refusal) {
	if !a.has("blocks") {
		return nil, nil
	}
	var blocks []any
	if json.Unmarshal([]byte(a["blocks"]), &blocks) != nil {
		return nil, refuse("invalid_blocks_format", "[ERROR] must provide an array [json-pointer:/blocks]")
	}
	return blocks, nil
}

// attachments are Slack's older way of showing things. The fake shows none, so it refuses them.
func (a args) attachments() *refusal {
	if !a.has("attachments") {
		return nil
	}
	var all []any
	switch err := json.Unmarshal([]byte(a["attachments"]), &all); {
	case err != nil:
		return refuse("invalid_attachments")
	case len(all) > maxAttached:
		return refuse("too_many_attachments")
	case len(all) > 0:
		return refuse("invalid_attachments", "[ERROR] the fake shows no attachments [json-pointer:/attachments]")
	}
	return nil
}

// metadata is docs.slack.dev, Message metadata; @slack/types, MessageMetadata. An empty object is none.
func (a args) metadata() (json.RawMessage, *refusal) {
	if !a.has("metadata") {
		return nil, nil
	}
	raw := a["metadata"]
	var m map[string]any
	if json.Unmarshal([]byte(raw), &m) != nil {
		return nil, refuse("invalid_metadata_format")
	}
	if len(m) == 0 {
		return nil, nil
	}
	c := &checker{}
	shape{fields: fields{"event_type!": text(1, maxID), "event_payload!": payload(0), "entities": anything}}.check(c, "/metadata", m)
	switch {
	case len(c.problems) > 0:
		return nil, refuse("invalid_metadata_schema", c.problems...)
	case len(raw) > maxMetadata:
		return nil, refuse("metadata_too_large")
	}
	return json.RawMessage(raw), nil
}

func anything(*checker, string, any) {}

// payload is an object of strings, numbers and flags; at its own level also of objects of them and of lists.
func payload(depth int) rule {
	return func(c *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			c.wrong(at, "must provide an object")
			return
		}
		for _, name := range sorted(o) {
			switch v := o[name].(type) {
			case string, bool, float64:
			case []any:
				for _, item := range v {
					if _, object := item.(map[string]any); object {
						payload(depth+1)(c, at+"/"+name, item)
					}
				}
			case map[string]any:
				if depth > 0 {
					c.wrong(at+"/"+name, "must not be nested deeper")
					continue
				}
				payload(depth+1)(c, at+"/"+name, v)
			default:
				c.wrong(at+"/"+name, "must provide a string, a number, a boolean or an object")
			}
		}
	}
}

// post puts a message into a channel. It gets its timestamp, and names the app where the bot wrote it.
func (w *Workspace) post(c *channel, m Message) *Message {
	m.Channel, m.TS = c.id, w.f.ts()
	w.sign(&m)
	c.messages = append(c.messages, &m)
	w.record(Posted, m)
	return &m
}

// show shows an ephemeral message to one person.
func (w *Workspace) show(c *channel, to *member, m Message) Message {
	m.Channel, m.TS, m.To = c.id, w.f.ts(), to.ID
	m.Metadata = nil
	w.sign(&m)
	to.whisper = append(to.whisper, m)
	w.record(Whispered, m)
	return m
}

func (w *Workspace) sign(m *Message) {
	m.Team = w.id
	if w.install != nil && m.User == w.install.bot {
		m.App, m.Bot = w.f.cfg.AppID, w.install.botID
	}
}

// edit changes what is shown of a message, in a channel or among a person's ephemeral ones. Metadata stays unless there is new one.
func (w *Workspace) edit(m *Message, to Message) {
	m.Text, m.Blocks, m.Buttons, m.Pings, m.Edited = to.Text, to.Blocks, to.Buttons, to.Pings, w.f.ts()
	if to.Metadata != nil && m.To == "" {
		m.Metadata = to.Metadata
	}
	w.record(Edited, *m)
}

// remove deletes a message that stands in a channel.
func (w *Workspace) remove(c *channel, m *Message) {
	c.messages = slices.DeleteFunc(c.messages, func(other *Message) bool { return other == m })
	c.deleted[m.TS] = true
	w.record(Deleted, *m)
}

// hide takes an ephemeral message away from the person who sees it.
func (w *Workspace) hide(from *member, ts string) {
	from.whisper = slices.DeleteFunc(from.whisper, func(m Message) bool {
		if m.TS == ts {
			w.record(Deleted, m)
		}
		return m.TS == ts
	})
}
