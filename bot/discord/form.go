package discord

import (
	"strings"
	"unicode"

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

type selectOption struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// Modal draws a form; named is the workspace that it must carry, as in a button of a direct message. An intro that does not fit
// one text ends with an ellipsis: a form asks, what it asks about stands in the message.
func Modal(f chat.Form, named chat.Workspace) modal {
	m := modal{CustomID: customID(f.Value, named), Title: f.Title}
	intro := page.Cut(page.Rows(f.Intro), func(int) page.Space {
		return &space{used: size{chars: len("\n…"), bytes: textBytes + len("\n…")}}
	})
	if len(intro) > 0 {
		text := draw(intro[0])
		if len(intro) > 1 {
			text += "\n…"
		}
		for _, t := range texts(text) {
			m.Components = append(m.Components, t)
		}
	}
	for _, field := range f.Fields {
		m.Components = append(m.Components, label{labelComponent, field.Label, field.Hint, fieldInput(field)})
	}
	return m
}

func fieldInput(f chat.Field) any {
	switch f.Kind {
	case chat.OneField, chat.ManyField:
		in := selectInput{
			Type: discordgo.SelectMenuComponent, CustomID: f.Name, Required: !f.Optional,
			MinValues: 1, MaxValues: 1,
		}
		if f.Optional {
			in.MinValues = 0
		}
		if f.Kind == chat.ManyField {
			in.MaxValues = len(f.Choices)
		}
		for _, c := range f.Choices {
			chosen := false
			for _, v := range f.Chosen {
				chosen = chosen || v == c.Value
			}
			in.Options = append(in.Options, selectOption{c.Label, c.Value, chosen})
		}
		return in
	}
	style := discordgo.TextInputShort
	if f.Kind == chat.LongField {
		style = discordgo.TextInputParagraph
	}
	return textInput{discordgo.TextInputComponent, f.Name, style, f.Value, !f.Optional, f.Limit()}
}

// blank tells whether nothing of s would be seen.
func blank(s string) bool {
	return strings.TrimFunc(s, unicode.IsSpace) == ""
}
