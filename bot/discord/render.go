package discord

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"unicode/utf16"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// What one message with components takes. The sum of all text is 4,000 (OpenAPI, TextDisplay; the sum rule is
// docs pull request 8562); more than 10,170 bytes of it, 12 for each text, ended in HTTP 500 (docs issue 8554). Characters are
// counted as UTF-16, the larger of the two readings. 40 components need no counting: two texts, five rows, 25 buttons.
const (
	maxText      = 4000
	maxTextBytes = 10170
	textBytes    = 12
	rowButtons   = 5
)

// body is the JSON of a message: a create, an edit, or the data of an interaction's reply. All text stands in components
// (flag IS_COMPONENTS_V2), which an edit must say again. discordgo's MessageSend has no nonce and its WebhookEdit no flags.
type body struct {
	Components []discordgo.MessageComponent `json:"components"`
	Flags      discordgo.MessageFlags       `json:"flags"`
	Mentions   mentions                     `json:"allowed_mentions"`
	Nonce      string                       `json:"nonce,omitempty"`
	Enforce    bool                         `json:"enforce_nonce,omitempty"`
}

// mentions names who is notified. Both lists are always sent: where they are left out, Discord notifies everybody named.
type mentions struct {
	Parse []string `json:"parse"`
	Users []string `json:"users"`
}

// Messages draws an action's message as one or more bodies for POST /channels/{id}/messages. Each has a nonce of its own
// made from the action's key, so that Discord refuses a repeat for a few minutes.
func Messages(a chat.Action) []body {
	var named chat.Workspace
	if a.Do == chat.Direct {
		named = a.Workspace
	}
	bodies := bodies(a.Message, named)
	for i := range bodies {
		bodies[i].Nonce, bodies[i].Enforce = nonce(a, i), true
	}
	return bodies
}

// Edits draws an action's new content as bodies for PATCH, one for each message that the first drawing made.
func Edits(a chat.Action, direct bool) []body {
	if !direct {
		return bodies(a.Message, "")
	}
	return bodies(a.Message, a.Workspace)
}

// nonce names one page of an action in at most 25 characters: the same for the same action, another for every other one.
func nonce(a chat.Action, i int) string {
	sum := sha256.Sum256([]byte(string(a.Workspace) + "\x00" + string(a.Key) + "\x00" + strconv.Itoa(i)))
	return base32.HexEncoding.EncodeToString(sum[:])[:24]
}

// bodies draws a message. named is the workspace that its buttons must carry, empty where the place tells it.
func bodies(m chat.Message, named chat.Workspace) []body {
	ping := mentions{Parse: []string{}, Users: pinged(m)}
	var bodies []body
	for _, s := range page.Sheets(m, emptyMessage) {
		b := body{Flags: discordgo.MessageFlagsIsComponentsV2, Mentions: ping}
		b.Components = append(b.Components, texts(draw(s.Text))...)
		b.Components = append(b.Components, rows(s.Buttons, named)...)
		b.Components = append(b.Components, texts(draw(s.After))...)
		if len(b.Components) == 0 {
			b.Components = texts(zeroWidth)
		}
		bodies = append(bodies, b)
		ping.Users = []string{} // once is enough
	}
	return bodies
}

// space is what is left of a message's text. It counts one text for what stands above the buttons and one for below.
type space struct {
	used  size
	last  page.Row
	begun bool
}

// size is how much of a message a text takes.
type size struct{ chars, bytes int }

func (s size) fits() bool { return s.chars <= maxText && s.bytes <= maxTextBytes }

func emptyMessage(int) page.Space { return &space{used: size{bytes: 2 * textBytes}} }

// Fits and Take satisfy page.Space.
func (s *space) Fits(row page.Row) bool { return s.with(row).fits() }

func (s *space) Take(row page.Row) bool {
	used := s.with(row)
	if !used.fits() {
		return false
	}
	s.used, s.last, s.begun = used, row, true
	return true
}

func (s *space) with(row page.Row) size {
	text := drawRow(row)
	if s.begun {
		text = between(s.last, row) + text
	}
	return size{s.used.chars + chars(text), s.used.bytes + len(text)}
}

// chars counts characters as UTF-16.
func chars(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// texts is a text as components: none where nothing would be seen, which Discord refuses.
func texts(s string) []discordgo.MessageComponent {
	if blank(s) {
		return nil
	}
	return []discordgo.MessageComponent{discordgo.TextDisplay{Content: s}}
}

func rows(buttons []chat.Button, named chat.Workspace) []discordgo.MessageComponent {
	var rows []discordgo.MessageComponent
	for start := 0; start < len(buttons); start += rowButtons {
		var row discordgo.ActionsRow
		for _, b := range buttons[start:min(start+rowButtons, len(buttons))] {
			style := discordgo.SecondaryButton
			if b.Main {
				style = discordgo.PrimaryButton
			}
			row.Components = append(row.Components, discordgo.Button{Label: b.Label, Style: style, CustomID: customID(b.Value, named)})
		}
		rows = append(rows, row)
	}
	return rows
}

// pinged lists the members whom a message notifies.
func pinged(m chat.Message) []string {
	users := []string{}
	for _, member := range page.Pings(m) {
		if id(string(member)) {
			users = append(users, string(member))
		}
	}
	return users
}
