package discord

import (
	"slices"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// modal is the data of a reply of type 9. Its fields stand in Labels, which discordgo v0.29.0 does not have.
type modal struct {
	CustomID   string `json:"custom_id"`
	Title      string `json:"title"`
	Components []any  `json:"components"`
}

type label struct {
	Type        discordgo.ComponentType `json:"type"`
	Label       string                  `json:"label"`
	Description string                  `json:"description,omitempty"`
	Component   any                     `json:"component"`
}

const labelComponent discordgo.ComponentType = 18

type textInput struct {
	Type      discordgo.ComponentType  `json:"type"`
	CustomID  string                   `json:"custom_id"`
	Style     discordgo.TextInputStyle `json:"style"`
	Value     string                   `json:"value,omitempty"`
	Required  bool                     `json:"required"`
	MaxLength int                      `json:"max_length"`
}

type selectInput struct {
	Type      discordgo.ComponentType `json:"type"`
	CustomID  string                  `json:"custom_id"`
	Required  bool                    `json:"required"`
	MinValues int                     `json:"min_values"`
	MaxValues int                     `json:"max_values"`
	Options   []selectOption          `json:"options"`
}

// channelSelect is a menu of the guild's channels; its value is a list of ids.
type channelSelect struct {
	Type      discordgo.ComponentType `json:"type"`
	CustomID  string                  `json:"custom_id"`
	Required  bool                    `json:"required"`
	MinValues int                     `json:"min_values"`
	MaxValues int                     `json:"max_values"`
	Channels  []discordgo.ChannelType `json:"channel_types"`
}

type selectOption struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// Modal draws a form; named is the workspace that it must carry, as in a button of a direct message. A form asks; what it asks about
// stands in the message where it was opened. So of an intro that is longer than one text the rest is left out, and a line says so.
func Modal(f chat.Form, named chat.Workspace) modal {
	m := modal{CustomID: customID(f.Value, named), Title: page.Clip(page.Inert(f.Title), maxTitle)}
	m.Components = append(m.Components, intro(f.Intro)...)
	for _, field := range f.Fields {
		m.Components = append(m.Components, label{
			Type: labelComponent, Label: page.Clip(page.Inert(field.Label), maxTitle),
			Description: page.Clip(page.Inert(field.Hint), maxHint), Component: fieldInput(field),
		})
	}
	return m
}

const (
	maxTitle  = 45  // characters of a form's title and of a field's label
	maxHint   = 100 // of a field's description, and of a choice
	maxChoice = 100
)

// intro draws what stands above a form's fields, as at most one text: a form has room for five things.
func intro(blocks []chat.Block) []any {
	rows := tables(page.Rows(blocks))
	if !page.Fit(rows, introSpace()) {
		rest := page.Row{Kind: page.Text, Small: true, Runs: []page.Run{{Text: leftOut}}}
		cut := page.Cut(rows, func(int) page.Space {
			left := introSpace()
			page.Fit([]page.Row{rest}, left)
			return left
		})
		rows = append(cut[0][:len(cut[0]):len(cut[0])], rest)
	}
	text := draw(rows)
	if page.Blank(text) {
		return nil
	}
	return []any{component{Type: discordgo.TextDisplayComponent, Content: text}}
}

// leftOut stands in for what of an intro is too long for a form.
const leftOut = "… The rest is left out here. It stands in the message where you opened this form."

func introSpace() *space { return &space{chars: maxText, bytes: maxTextBytes - textBytes} }

func fieldInput(f chat.Field) any {
	switch f.Kind {
	case chat.OneField, chat.ManyField:
		return choiceInput(f)
	case chat.ChannelField:
		return channelSelect{
			Type: discordgo.ChannelSelectMenuComponent, CustomID: f.Name, Required: !f.Optional, MinValues: least(f), MaxValues: 1,
			Channels: []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews, discordgo.ChannelTypeGuildForum},
		}
	}
	style := discordgo.TextInputShort
	if f.Kind == chat.LongField {
		style = discordgo.TextInputParagraph
	}
	return textInput{discordgo.TextInputComponent, f.Name, style, page.Clip(f.Value, f.Limit()), !f.Optional, f.Limit()}
}

func choiceInput(f chat.Field) selectInput {
	in := selectInput{
		Type: discordgo.SelectMenuComponent, CustomID: f.Name, Required: !f.Optional, MinValues: least(f), MaxValues: 1,
		Options: make([]selectOption, len(f.Choices)),
	}
	if f.Kind == chat.ManyField {
		in.MaxValues = len(f.Choices)
	}
	left := in.MaxValues // more than that must not be chosen at first
	for i, c := range f.Choices {
		chosen := left > 0 && slices.Contains(f.Chosen, c.Value)
		if chosen {
			left--
		}
		in.Options[i] = selectOption{page.Clip(page.Inert(c.Label), maxChoice), c.Value, chosen}
	}
	return in
}

func least(f chat.Field) int {
	if f.Optional {
		return 0
	}
	return 1
}
