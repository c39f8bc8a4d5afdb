package slack

import (
	"encoding/json"
	"slices"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

const (
	callback  = "greenroom" // callback_id of our views
	fewAtOnce = 10          // choices that Slack shows all at once; more stand in a menu
)

// form draws a form as a modal. from is where it was opened: it comes back with the submission.
func form(f chat.Form, from Origin, names Names) slack.ModalViewRequest {
	from.Value = f.Value.Encode()
	v := modal(f.Title, from)
	v.Submit, v.Close = plainText(f.Submit), plainText("Cancel")
	if len(f.Intro) > 0 {
		v.Blocks.BlockSet = viewBlocks(chat.Message{Blocks: f.Intro}, names)
	}
	for _, field := range f.Fields {
		input := slack.NewInputBlock(field.Name, plainText(field.Label), nil, element(field))
		if field.Hint != "" {
			input.Hint = plainText(field.Hint)
		}
		input.Optional = field.Optional
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, input)
	}
	return v
}

// messageView draws a private message as a modal, with the title of the form that it stands in for.
func messageView(m chat.Message, title string, from Origin, names Names) slack.ModalViewRequest {
	from.Value = ""
	if title == "" {
		title = "Greenroom"
	}
	v := modal(title, from)
	v.Close = plainText("Close")
	v.Blocks.BlockSet = viewBlocks(m, names)
	return v
}

func modal(title string, from Origin) slack.ModalViewRequest {
	metadata, _ := json.Marshal(from) // strings only: cannot fail
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(clip(title, chat.MaxTitle)), CallbackID: callback, PrivateMetadata: string(metadata),
	}
}

// viewBlocks draws a message in a view. A view holds one message: of one that is longer than a view, the rest is left out and an
// ellipsis says so; its buttons are kept.
func viewBlocks(m chat.Message, names Names) []slack.Block {
	speak := speech(names)
	fits := func(text, after []page.Row) bool {
		return len(draw(text, names, true))+len(draw(after, names, true)) < maxViewBlocks-chat.MaxFields &&
			units(page.Plain(text, speak))+units(page.Plain(after, speak)) <= maxViewText
	}
	sheets := page.Sheets(m, fits)
	first := sheets[0]
	if len(sheets) > 1 {
		first.Text = append(first.Text, page.Row{Kind: page.Text, Runs: []page.Run{{Text: "…"}}})
		first.Buttons = m.Buttons
	}
	return blocksOf(first, m, names, true)
}

func element(f chat.Field) slack.BlockElement {
	all := make([]*slack.OptionBlockObject, len(f.Choices))
	var chosen []*slack.OptionBlockObject
	for i, c := range f.Choices {
		all[i] = slack.NewOptionBlockObject(c.Value, plainText(c.Label), nil)
		if slices.Contains(f.Chosen, c.Value) {
			chosen = append(chosen, all[i])
		}
	}
	var one *slack.OptionBlockObject
	if len(chosen) > 0 {
		one = chosen[0]
	}
	few := len(all) <= fewAtOnce
	switch {
	case f.Kind == chat.ManyField && few:
		return &slack.CheckboxGroupsBlockElement{Type: slack.METCheckboxGroups, ActionID: f.Name, Options: all, InitialOptions: chosen}
	case f.Kind == chat.ManyField:
		return &slack.MultiSelectBlockElement{Type: slack.MultiOptTypeStatic, ActionID: f.Name, Options: all, InitialOptions: chosen}
	case f.Kind == chat.OneField && few:
		return &slack.RadioButtonsBlockElement{Type: slack.METRadioButtons, ActionID: f.Name, Options: all, InitialOption: one}
	case f.Kind == chat.OneField:
		return &slack.SelectBlockElement{Type: slack.OptTypeStatic, ActionID: f.Name, Options: all, InitialOption: one}
	case f.Kind == chat.ChannelField: // what is typed into an input stays text: Slack makes no channel of it
		return &slack.SelectBlockElement{Type: slack.OptTypeConversations, ActionID: f.Name,
			Filter: &slack.SelectBlockElementFilter{Include: []string{"public", "private"}}}
	}
	return &slack.PlainTextInputBlockElement{
		Type: slack.METPlainTextInput, ActionID: f.Name, Multiline: f.Kind == chat.LongField, InitialValue: f.Value, MaxLength: f.Limit(),
	}
}
