package discord

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// surface is what carries the text of a message.
//
// A message with Components V2 takes twice the text, keeps small print below its buttons and draws separators; but a push notification
// of it says nothing (docs issue 7854, open since 2025), so does a list of conversations, and bridges and other readers of a
// message's content find none. So what a person must hear of stands in the content: every message that the bot
// writes by itself, and all direct messages. What answers a click or a command on the spot notifies nobody, and there components serve
// better. A message that was written with components can never go back (components/reference), so the choice is the
// place's alone and not the length's: an edit is always drawn as what it edits.
type surface int

const (
	inContent surface = iota
	inComponents
)

// body is the JSON of a message: a create, an edit, or the data of an interaction's reply. discordgo's MessageSend has no nonce, and its
// WebhookEdit no flags. Whatever an edit must empty is always said: what is left out stays as it was.
type body struct {
	Content    *string                `json:"content,omitempty"` // nil with Components V2, which refuses any
	Components []component            `json:"components"`
	Flags      discordgo.MessageFlags `json:"flags"`
	Mentions   mentions               `json:"allowed_mentions"`
	Files      []attachment           `json:"attachments"` // see upload
	Nonce      string                 `json:"nonce,omitempty"`
	Enforce    bool                   `json:"enforce_nonce,omitempty"`

	answer string // what the attachment holds; empty where there is none
}

// mentions names who is notified. Both lists are always sent: where they are left out, Discord notifies everybody named.
type mentions struct {
	Parse []string `json:"parse"`
	Users []string `json:"users"`
}

// maxUsers is how many may be named in allowed_mentions (OpenAPI, MessageAllowedMentionsRequest).
const maxUsers = 100

// component is any component of a message. discordgo's own types write each as JSON twice.
type component struct {
	Type       discordgo.ComponentType `json:"type"`
	Components []component             `json:"components,omitempty"`
	Content    string                  `json:"content,omitempty"`
	Style      discordgo.ButtonStyle   `json:"style,omitempty"`
	Label      string                  `json:"label,omitempty"`
	CustomID   string                  `json:"custom_id,omitempty"`
	File       *media                  `json:"file,omitempty"`
}

type media struct {
	URL string `json:"url"`
}

// Messages draws what many read, as bodies for POST /channels/{id}/messages and, edit() of each, for PATCH. The pages after the
// first go to the thread. Buttons stand on the first, which is the message that an edit changes and a click names. Each has a
// nonce of its own made from the action's key, so that Discord refuses a repeat for a few minutes. What goes to one member is
// drawn by directMessage.
func Messages(a chat.Action) []body {
	sheets := divide(a.Message, inContent, inThread)
	bodies := make([]body, len(sheets))
	users := pinged(a.Message)
	for i, s := range sheets {
		bodies[i] = s.body("")
		bodies[i].once(a, i)
		bodies[i].Mentions.Users, users = users, none // once is enough
	}
	return bodies
}

// none is the list that must be said where nobody is meant.
var none = []string{}

// once lets Discord make a page of an action at most one message, for a few minutes.
func (b *body) once(a chat.Action, page int) {
	b.Nonce, b.Enforce = nonce(a, page), true
}

// edit is a body for PATCH.
func (b body) edit() body {
	b.Nonce, b.Enforce = "", false
	return b
}

// withoutFile is a body for where the bot may write and attach no files.
func (b body) withoutFile() body {
	b.Files, b.answer = []attachment{}, ""
	b.Components = slices.DeleteFunc(slices.Clone(b.Components), func(c component) bool { return c.File != nil })
	return b
}

// nonce names one page of an action in at most 25 characters: the same for the same action, another for every other one. An edit's are
// those of the message that it edits.
func nonce(a chat.Action, page int) string {
	key := a.Key
	if a.Do == chat.Edit {
		key = a.Target
	}
	sum := sha256.Sum256([]byte(string(a.Workspace) + "\x00" + string(key) + "\x00" + strconv.Itoa(page)))
	return base32.HexEncoding.EncodeToString(sum[:])[:24]
}

// body draws a sheet. named is the workspace that its buttons must carry, empty where the place tells it.
func (s sheet) body(named chat.Workspace) body {
	b := body{Mentions: mentions{Parse: none, Users: none}, Files: []attachment{}, answer: s.answer}
	if s.answer != "" {
		b.Files = []attachment{{ID: "0", Name: answerName}}
	}
	s.draw()
	b.Components = make([]component, 0, len(s.above)+len(s.below)+maxContentRows+2)
	b.Components = append(b.Components, s.above...)
	b.Components = appendRows(b.Components, s.leaf, named)
	b.Components = appendRows(b.Components, s.buttons, named)
	b.Components = append(b.Components, s.below...)
	if s.on == inContent {
		b.Content, b.Flags = &s.content, discordgo.MessageFlagsSuppressEmbeds
		return b
	}
	b.Flags = discordgo.MessageFlagsIsComponentsV2
	if s.answer != "" {
		b.Components = append(b.Components, component{Type: discordgo.FileComponentType, File: &media{"attachment://" + answerName}})
	}
	if len(b.Components) == 0 {
		b.Components = []component{{Type: discordgo.TextDisplayComponent, Content: nothing}}
	}
	return b
}

// nothing stands in a message of which nothing would be seen: Discord refuses it.
const nothing = "…"

// texts are rows as components, with a separator for each of the first lines between them.
func texts(rows []page.Row, separators int) []component {
	var parts []component
	add := func(rows []page.Row) {
		if text := draw(rows); !page.Blank(text) {
			parts = append(parts, component{Type: discordgo.TextDisplayComponent, Content: text})
		}
	}
	from := 0
	for i, row := range rows {
		if row.Kind != page.Rule || separators == 0 {
			continue
		}
		add(rows[from:i])
		parts = append(parts, component{Type: discordgo.SeparatorComponent})
		from, separators = i+1, separators-1
	}
	add(rows[from:])
	return parts
}

const (
	rowButtons    = 5  // that stand beside one another
	maxComponents = 40 // of a message with Components V2, those within others counted
)

// separators is how many a message has room for beside its buttons: each parts a text in two. Room is kept for the text,
// the small print and the file.
func separators(buttons ...[]chat.Button) int {
	left := maxComponents - 3
	for _, some := range buttons {
		left -= len(some) + (len(some)+rowButtons-1)/rowButtons
	}
	return left / 2
}

// appendRows draws buttons in rows.
func appendRows(rows []component, buttons []chat.Button, named chat.Workspace) []component {
	for start := 0; start < len(buttons); start += rowButtons {
		few := buttons[start:min(start+rowButtons, len(buttons))]
		row := component{Type: discordgo.ActionsRowComponent, Components: make([]component, len(few))}
		for i, b := range few {
			style := discordgo.SecondaryButton
			if b.Main {
				style = discordgo.PrimaryButton
			}
			row.Components[i] = component{
				Type: discordgo.ButtonComponent, Style: style, Label: page.Clip(page.Inert(b.Label), maxLabel), CustomID: customID(b.Value, named),
			}
		}
		rows = append(rows, row)
	}
	return rows
}

const maxLabel = 80 // characters of a button's label

// pinged lists the members whom a message notifies.
func pinged(m chat.Message) []string {
	users := []string{}
	for _, member := range page.Pings(m) {
		if id(string(member)) && len(users) < maxUsers {
			users = append(users, string(member))
		}
	}
	return users
}
