package slack

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// message is the JSON of chat.postMessage and chat.update, but for the channel and the timestamps.
type message struct {
	Text        string               `json:"text"`
	Blocks      slack.Blocks         `json:"blocks"`
	Metadata    *slack.SlackMetadata `json:"metadata,omitempty"`
	UnfurlLinks bool                 `json:"unfurl_links"`
	UnfurlMedia bool                 `json:"unfurl_media"`
}

const (
	eventType    = "greenroom" // of our messages' metadata
	metadataKey  = "key"       // names our key in it
	metadataPage = "page"      // and which page of a long message it is, from 1
)

// Messages draws what many read: an action's message as one message or more, each with the action's key in its metadata, so that
// Find knows them and a click tells which message it was in. The pages after the first go to the thread. Buttons and
// small print stand on the first, which is the message that an edit changes and a click names. Metadata can be read by any member
// and app; a key is no secret. What goes to one member is drawn by directMessage.
func Messages(a chat.Action, names Names) []message {
	sheets := divide(a.Message, names, func() *space { return emptyMessage(names, maxText) }, inThread)
	messages := make([]message, len(sheets))
	for i, s := range sheets {
		messages[i] = s.message(names)
		messages[i].Metadata = metadata(a, i+1)
	}
	return messages
}

// metadata names the message of an action; an edit is of the message that it edits.
func metadata(a chat.Action, page int) *slack.SlackMetadata {
	key := a.Key
	if a.Do == chat.Edit {
		key = a.Target
	}
	// All strings: a number of 64 bits does not survive Slack's JSON.
	return &slack.SlackMetadata{EventType: eventType, EventPayload: map[string]any{
		metadataKey: string(key), metadataPage: strconv.Itoa(page),
	}}
}

// message draws a sheet as a message. Its text says all that its blocks say: a screen reader and a notification have nothing else.
func (s sheet) message(names Names) message {
	d := drawer{names: names}
	var said strings.Builder
	for _, part := range []string{
		page.Plain(s.text, d.speech()), buttonText(s.leaf), buttonText(s.buttons), page.Plain(s.small, d.speech()),
	} {
		if part != "" && said.Len() > 0 {
			said.WriteString("\n")
		}
		said.WriteString(part)
	}
	m := message{Text: said.String(), Blocks: slack.Blocks{BlockSet: s.blocks(names, false)}}
	if page.Blank(m.Text) {
		m.Text = "…"
	}
	return m
}

// buttonText is how a message's text names its buttons; it never takes more than half of it.
func buttonText(buttons []chat.Button) string {
	if len(buttons) == 0 {
		return ""
	}
	labels := make([]string, len(buttons))
	for i, b := range buttons {
		labels[i] = "[" + unmarked(b.Label) + "]"
	}
	return page.Clip(strings.Join(labels, " "), maxText/2)
}

// blocks draws a sheet.
func (s sheet) blocks(names Names, view bool) []slack.Block {
	blocks := draw(s.text, names, view)
	said := map[string]bool{}
	if len(s.leaf) > 0 {
		blocks = append(blocks, actions("pages", s.leaf, s.subject, said))
	}
	if len(s.buttons) > 0 {
		blocks = append(blocks, actions("buttons", s.buttons, s.subject, said))
	}
	blocks = append(blocks, draw(s.small, names, view)...)
	if len(blocks) == 0 { // Slack refuses a message without any
		blocks = draw([]page.Row{{Kind: page.Text, Runs: []page.Run{{Text: "…"}}}}, names, view)
	}
	return blocks
}

// actions draws buttons. A screen reader that lists a channel's buttons hears which message each belongs to; said holds what it hears
// of this message already, so that it hears no two alike.
func actions(id string, buttons []chat.Button, subject string, said map[string]bool) slack.Block {
	row := buttonRow{Type: slack.MBTAction, BlockID: id}
	for i, b := range buttons {
		button := slack.NewButtonBlockElement(id[:1]+strconv.Itoa(i), b.Value.Encode(), label(b.Label, chat.MaxLabel))
		if b.Main {
			button.Style = slack.StylePrimary
		}
		spoken := page.Inert(b.Label)
		button.AccessibilityLabel = accessible(spoken, subject)
		for n := 2; said[button.AccessibilityLabel]; n++ { // two labels that only their subject or their end makes alike
			number := " " + strconv.Itoa(n)
			button.AccessibilityLabel = page.Clip(spoken, chat.MaxLabel-len(number)) + number
		}
		said[button.AccessibilityLabel] = true
		row.Elements = append(row.Elements, button)
	}
	return row
}

// buttonRow is slack.ActionBlock without the MarshalJSON within, whose result encoding/json reads once more.
type buttonRow struct {
	Type     slack.MessageBlockType      `json:"type"`
	BlockID  string                      `json:"block_id"`
	Elements []*slack.ButtonBlockElement `json:"elements"`
}

func (r buttonRow) BlockType() slack.MessageBlockType { return r.Type }

func (r buttonRow) ID() string { return r.BlockID }

// subject is the first line of rows, as plain text, as far as a label holds it.
func subject(rows []page.Row, names Names) string {
	d := drawer{names: names}
	spoken := d.verbatim()
	spoken.Channel = func(chat.Channel) string { return "the channel" } // its id says nothing to a listener, and its name is not known
	for _, row := range rows {
		if line, _, _ := strings.Cut(strings.TrimSpace(page.Plain([]page.Row{row}, spoken)), "\n"); line != "" {
			return page.Clip(line, chat.MaxLabel)
		}
	}
	return ""
}

// accessible is a button's label with its message's subject, as far as that fits.
func accessible(label, subject string) string {
	label = page.Clip(label, chat.MaxLabel)
	room := chat.MaxLabel - page.Units(label) - len(", ")
	if subject == "" || room < 10 {
		return label
	}
	return label + ", " + page.Clip(subject, room)
}
