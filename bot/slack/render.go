package slack

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/page"
	"greenroom/content"
)

// What one message takes. Slack allows 50 blocks; the text of all blocks has an undocumented end near 12,000 characters
// (bolt-js issues 2509 and 2867). chat.update takes 4,000 characters of text, so whatever can be edited keeps to that; a private
// reply cannot be edited.
const (
	maxBlocks     = 45
	maxText       = 4000
	maxReplyText  = 9000
	maxViewBlocks = 95 // of 100
	maxViewText   = 30000
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

// Messages draws an action's message as one or more messages, each with the action's key in its metadata: so Find knows them,
// and a click tells which message it was in. Metadata can be read by any member and app; a key is no secret.
func Messages(a chat.Action, names Names) []message {
	var messages []message
	for i, m := range messagesOf(a.Message, names, maxText) {
		// All strings: a number of 64 bits does not survive Slack's JSON.
		m.Metadata = &slack.SlackMetadata{EventType: eventType, EventPayload: map[string]any{
			metadataKey: string(a.Key), metadataPage: strconv.Itoa(i + 1),
		}}
		messages = append(messages, m)
	}
	return messages
}

func messagesOf(m chat.Message, names Names, limit int) []message {
	speak := speech(names)
	fits := func(text, after []page.Row) bool {
		said := page.Plain(text, speak) + buttonText(m.Buttons) + page.Plain(after, speak)
		return len(draw(text, names, false))+len(draw(after, names, false)) < maxBlocks && units(said) <= limit
	}
	sheets := page.Sheets(m, fits)
	messages := make([]message, len(sheets))
	for i, s := range sheets {
		messages[i] = message{
			Text:   page.Plain(s.Text, speak) + buttonText(s.Buttons) + page.Plain(s.After, speak),
			Blocks: slack.Blocks{BlockSet: blocksOf(s, m, names, false)},
		}
	}
	if len(messages) == 1 {
		speak.Markdown = func(s string) string { return escape(content.Plain(s)) }
		if whole := m.Plain(speak); units(whole) <= limit {
			messages[0].Text = whole
		}
	}
	return messages
}

// buttonText is how a message's text names its buttons; it never takes more than half of it.
func buttonText(buttons []chat.Button) string {
	if len(buttons) == 0 {
		return "\n"
	}
	labels := make([]string, len(buttons))
	for i, b := range buttons {
		labels[i] = "[" + escape(b.Label) + "]"
	}
	return "\n" + clip(strings.Join(labels, " "), maxText/2) + "\n"
}

// blocksOf draws a sheet of m.
func blocksOf(s page.Sheet, m chat.Message, names Names, view bool) []slack.Block {
	blocks := draw(s.Text, names, view)
	if len(s.Buttons) > 0 {
		blocks = append(blocks, actions(s.Buttons, subject(m, names)))
	}
	blocks = append(blocks, draw(s.After, names, view)...)
	if len(blocks) == 0 { // Slack refuses a message without any
		blocks = draw([]page.Row{{Kind: page.Text, Runs: []page.Run{{Text: "…"}}}}, names, view)
	}
	return blocks
}

// actions draws buttons. A screen reader that lists a channel's buttons hears which message each belongs to.
func actions(buttons []chat.Button, subject string) slack.Block {
	said := map[string]bool{}
	for _, b := range buttons {
		said[accessible(b.Label, subject)] = true
	}
	if len(said) < len(buttons) { // two labels that only the subject makes alike
		subject = ""
	}
	elements := &slack.BlockElements{}
	for i, b := range buttons {
		button := slack.NewButtonBlockElement("b"+strconv.Itoa(i), b.Value.Encode(), plainText(b.Label))
		if b.Main {
			button.Style = slack.StylePrimary
		}
		button.AccessibilityLabel = accessible(b.Label, subject)
		elements.ElementSet = append(elements.ElementSet, button)
	}
	return &slack.ActionBlock{Type: slack.MBTAction, BlockID: "buttons", Elements: elements}
}

// subject is a message's first line, as plain text.
func subject(m chat.Message, names Names) string {
	d := drawer{names: names}
	for _, row := range page.Rows(m.Blocks) {
		if line, _, _ := strings.Cut(strings.TrimSpace(page.Plain([]page.Row{row}, d.speak())), "\n"); line != "" {
			return line
		}
	}
	return ""
}

// accessible is a button's label with its message's subject, as far as that fits.
func accessible(label, subject string) string {
	room := chat.MaxLabel - units(label) - len(", ")
	if subject == "" || room < 10 {
		return label
	}
	return label + ", " + clip(subject, room)
}

// clip cuts a text to n UTF-16 units, at a character.
func clip(s string, n int) string {
	if units(s) <= n {
		return s
	}
	used := 1 // the ellipsis
	for i, r := range s {
		if used += max(1, utf16.RuneLen(r)); used > n {
			return strings.TrimSpace(s[:i]) + "…"
		}
	}
	return s
}

// units counts characters as UTF-16, which is the larger of the two ways in which Slack may count.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}
