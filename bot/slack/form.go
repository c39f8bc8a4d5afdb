package slack

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

const (
	callback     = "greenroom" // callback_id of our views
	fewAtOnce    = 10          // choices that Slack shows all at once; more stand in a menu
	maxInputText = 2000        // characters of an input's label and of its hint
)

// form draws a form as a modal. from is where it was opened: it comes back with the submission.
func form(f chat.Form, from Origin, names Names) slack.ModalViewRequest {
	from.Value = f.Value.Encode()
	v := modal(f.Title, from)
	v.Submit, v.Close = label(f.Submit, chat.MaxTitle), plainText("Cancel")
	v.Blocks.BlockSet = intro(f.Intro, names)
	for _, field := range f.Fields {
		input := slack.NewInputBlock(field.Name, label(field.Label, maxInputText), nil, element(field))
		if field.Hint != "" {
			input.Hint = label(field.Hint, maxInputText)
		}
		input.Optional = field.Optional
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, input)
	}
	return v
}

// messageView draws a message of one page as a modal.
func messageView(m chat.Message, title string, from Origin, names Names) slack.ModalViewRequest {
	rows := page.Rows(m.Blocks)
	return messageModal(sheet{text: rows, buttons: m.Buttons, small: page.Rows(m.After), subject: subject(rows, names)}, title, from, names)
}

// messageModal draws a sheet as a modal, with the title of the form that it stands in for.
func messageModal(s sheet, title string, from Origin, names Names) slack.ModalViewRequest {
	from.Value = ""
	v := modal(cmp.Or(title, "Greenroom"), from)
	v.Close = plainText("Close")
	v.Blocks.BlockSet = s.blocks(names, true)
	return v
}

func modal(title string, from Origin) slack.ModalViewRequest {
	metadata, _ := json.Marshal(from) // strings only: cannot fail
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: label(title, chat.MaxTitle), CallbackID: callback, PrivateMetadata: string(metadata),
	}
}

// intro draws what stands above a form's fields. A form asks; what it asks about stands in the message where it was opened. So of an intro
// that is longer than a view the rest is left out, and an ellipsis says so.
func intro(blocks []chat.Block, names Names) []slack.Block {
	const ellipsis = "…"
	pages := page.Cut(page.Rows(blocks), func(int) page.Space {
		left := emptyView(names)
		left.blocks -= chat.MaxFields + 1
		left.chars -= len(ellipsis)
		return left
	})
	if len(pages) == 0 {
		return nil
	}
	rows := pages[0]
	if len(pages) > 1 {
		rows = append(rows, page.Row{Kind: page.Text, Runs: []page.Run{{Text: ellipsis}}})
	}
	return draw(rows, names, true)
}

func element(f chat.Field) slack.BlockElement {
	all := make([]*slack.OptionBlockObject, len(f.Choices))
	var chosen []*slack.OptionBlockObject
	for i, c := range f.Choices {
		all[i] = slack.NewOptionBlockObject(c.Value, label(c.Label, chat.MaxLabel), nil)
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
		Type: slack.METPlainTextInput, ActionID: f.Name, Multiline: f.Kind == chat.LongField, InitialValue: page.Clip(f.Value, f.Limit()), MaxLength: f.Limit(),
	}
}
