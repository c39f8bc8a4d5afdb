package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// A channel is chosen from a menu of those in which Greenroom can post.
func TestChannelField(t *testing.T) {
	f := chat.Form{Title: "Set-up", Submit: "Next", Value: chat.Value{Verb: "setup"}, Fields: []chat.Field{
		{Name: "channel", Label: "Channel", Kind: chat.ChannelField, Hint: "Such as #interview-prep.", Max: 80},
		{Name: "other", Label: "Another", Kind: chat.ChannelField, Optional: true},
	}}
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	m := Modal(f, "")
	valid(t, "ModalInteractionCallbackRequest", response{9, m})
	want := `[{"type":18,"label":"Channel","description":"Such as #interview-prep.","component":{"type":8,"custom_id":"channel","required":true,"min_values":1,"max_values":1,"channel_types":[0,5,15]}},` +
		`{"type":18,"label":"Another","component":{"type":8,"custom_id":"other","required":false,"min_values":0,"max_values":1,"channel_types":[0,5,15]}}]`
	if got := asJSON(t, m.Components); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// An intro that is too long for a form ends with where the rest stands; forms with all that fits are whole.
func TestLongIntro(t *testing.T) {
	fields := make([]chat.Field, chat.MaxFields-1)
	for i := range fields {
		fields[i] = chat.Field{Name: fmt.Sprint(i), Label: fmt.Sprint("Field ", i), Kind: chat.LongField}
	}
	for length, whole := range map[int]bool{700: true, 790: true, 900: false, 4000: false} {
		f := chat.Form{Title: "Question 12", Submit: "Send", Value: chat.Value{Verb: "answer", Post: "12"}, Fields: fields,
			Intro: []chat.Block{chat.Heading("What is it?"), chat.Markdown(strings.Repeat("word ", length)), chat.Text("The end.")}}
		if err := f.Check(); err != nil {
			t.Fatal(err)
		}
		m := Modal(f, "")
		valid(t, "ModalInteractionCallbackRequest", response{9, m})
		if len(m.Components) != chat.MaxFields {
			t.Errorf("%d components", len(m.Components))
		}
		text := m.Components[0].(component).Content
		if strings.HasSuffix(text, "The end.") != whole || strings.HasSuffix(text, "-# "+leftOut) == whole {
			t.Errorf("%d words: %d characters, ends with %q", length, page.Units(text), text[len(text)-100:])
		}
		if n := strings.Count(text, "word"); whole && n != length || n < min(length, 770) {
			t.Errorf("%d of %d words", n, length)
		}
	}
	// A question of one line without anything to see is no component.
	if m := Modal(chat.Form{Title: "x", Intro: []chat.Block{chat.Text("\u200b")}}, ""); len(m.Components) != 0 {
		t.Errorf("%+v", m.Components)
	}
}

// What a form holds at first is clipped to what Discord takes where an emoji counts twice, and no more is chosen than may be.
func TestFormsAtTheirLimits(t *testing.T) {
	many := chat.Field{Name: "many", Label: strings.Repeat("👍", 45), Hint: strings.Repeat("👍", 100), Kind: chat.ManyField, Optional: true}
	for i := range chat.MaxChoices {
		many.Choices = append(many.Choices, chat.Choice{Label: fmt.Sprint(i, " ", strings.Repeat("👍", 70)), Value: fmt.Sprint(i)})
		many.Chosen = append(many.Chosen, fmt.Sprint(i))
	}
	one := many
	one.Name, one.Kind, one.Optional = "one", chat.OneField, false
	f := chat.Form{Title: strings.Repeat("👍", 24), Submit: "Send", Value: chat.Value{Verb: "correct", Post: strings.Repeat("x", 70)}, Fields: []chat.Field{
		many, one, {Name: "text", Label: "Text", Kind: chat.LongField, Value: strings.Repeat("👍", 3000)}, {Name: "short", Label: "Short", Kind: chat.ShortField, Value: "👍👍👍👍", Max: 4},
	}}
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	m := Modal(f, guild)
	valid(t, "ModalInteractionCallbackRequest", response{9, m})
	var read struct {
		Title      string
		Components []struct {
			Label       string
			Description string
			Component   struct {
				Value     string
				MaxLength int `json:"max_length"`
				MaxValues int `json:"max_values"`
				Options   []struct {
					Label   string
					Default bool
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(asJSON(t, m)), &read); err != nil {
		t.Fatal(err)
	}
	if page.Units(read.Title) > 45 {
		t.Errorf("a title of %d", page.Units(read.Title))
	}
	for _, c := range read.Components {
		chosen := 0
		for _, o := range c.Component.Options {
			if page.Units(o.Label) > 100 {
				t.Errorf("a choice of %d", page.Units(o.Label))
			}
			if o.Default {
				chosen++
			}
		}
		in := c.Component
		if page.Units(c.Label) > 45 || page.Units(c.Description) > 100 || page.Units(in.Value) > max(in.MaxLength, 0) || chosen > max(in.MaxValues, 0) {
			t.Errorf("%d, %d, %d of %d, %d of %d", page.Units(c.Label), page.Units(c.Description), page.Units(in.Value), in.MaxLength, chosen, in.MaxValues)
		}
	}
}
