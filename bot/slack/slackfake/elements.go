package slackfake

import (
	"maps"
	"reflect"
	"time"
)

// Which elements may stand where: @slack/types 3.2.0, ActionsBlockElement, SectionBlockAccessory, InputBlockElement. Workflow buttons and
// file inputs are not among them: each needs a part of Slack that the fake does not have.
var (
	selects = []string{
		"static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select",
	}
	pickers   = []string{"checkboxes", "radio_buttons", "datepicker", "timepicker"}
	inActions = concat(selects, pickers, []string{"button", "overflow", "datetimepicker", "rich_text_input"})
	inSection = concat(selects, pickers, []string{"button", "overflow", "image"})
	inInput   = concat(selects, pickers, []string{
		"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input", "datetimepicker",
	})
)

func concat(lists ...[]string) (all []string) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// textKinds make the two text objects with a most of characters.
var textKinds = map[string]func(most int) shape{
	"plain_text": func(most int) shape { return shape{fields: fields{"text!": text(1, most), "emoji": boolean}} },
	"mrkdwn":     func(most int) shape { return shape{fields: fields{"text!": text(1, most), "verbatim": boolean}} },
}

func plainText(most int) rule { return kinds{"plain_text": textKinds["plain_text"](most)}.check }

func anyText(most int) rule {
	return kinds{"plain_text": textKinds["plain_text"](most), "mrkdwn": textKinds["mrkdwn"](most)}.check
}

var (
	confirm = shape{fields: fields{
		"title": plainText(100), "text!": anyText(300), "confirm": plainText(30), "deny": plainText(30), "style": one("primary", "danger"),
	}}.check
	dispatch = shape{fields: fields{"trigger_actions_on": list(1, 2, one("on_enter_pressed", "on_character_entered"))}}.check
	filter   = shape{fields: fields{
		"include": list(1, 4, one("im", "mpim", "private", "public")), "exclude_external_shared_channels": boolean, "exclude_bot_users": boolean,
	}}.check

	// An option's value: 75 characters in @slack/types, 150 in Slack's Python SDK; the smaller is the strict choice.
	option   = shape{fields: fields{"text!": plainText(75), "value!": text(1, 75), "description": plainText(75)}}.check
	rich     = shape{fields: fields{"text!": anyText(75), "value!": text(1, 75), "description": anyText(75)}}.check
	linked   = shape{fields: fields{"text!": plainText(75), "value!": text(1, 75), "description": plainText(75), "url": text(1, 3000)}}.check
	group    = shape{fields: fields{"label!": plainText(75), "options!": list(1, 100, option)}}.check
	entities = list(1, 100, text(1, 255))
)

// element makes an element that a person can act on: fields that all have, and its own.
func element(own fields, also func(*checker, string, map[string]any)) shape {
	all := fields{"action_id": id, "confirm": confirm, "focus_on_load": boolean}
	maps.Copy(all, own)
	return shape{all, also}
}

// field makes an element into which a person writes: it asks for no confirmation.
func field(own fields, also func(*checker, string, map[string]any)) shape {
	all := fields{"action_id": id, "focus_on_load": boolean, "placeholder": plainText(150), "dispatch_action_config": dispatch}
	maps.Copy(all, own)
	return shape{all, also}
}

// menu makes a menu; several says that more than one can be chosen.
func menu(several bool, own fields, also func(*checker, string, map[string]any)) shape {
	all := fields{"placeholder": plainText(150)}
	if several {
		all["max_selected_items"] = whole(1, 100)
	}
	maps.Copy(all, own)
	return element(all, also)
}

var elementKinds = kinds{
	"button": {fields: fields{
		"action_id": id, "text!": plainText(75), "value": text(0, 2000), "url": text(1, 3000), "style": one("primary", "danger"),
		"confirm": confirm, "accessibility_label": text(1, 75),
	}},
	"icon_button": {fields: fields{
		"action_id": id, "icon!": text(1, 255), "text!": plainText(75), "value": text(0, 2000), "confirm": confirm,
		"accessibility_label": text(1, 75), "visible_to_user_ids": entities,
	}},
	"feedback_buttons": {fields: fields{"action_id": id, "positive_button!": feedback, "negative_button!": feedback}},
	"overflow":         {fields: fields{"action_id": id, "options!": list(1, 5, linked), "confirm": confirm}},
	"image":            {fields: imageFields(nil), also: oneImage},

	"checkboxes":    element(fields{"options!": list(1, 10, rich), "initial_options": list(1, 10, rich)}, chosen),
	"radio_buttons": element(fields{"options!": list(1, 10, rich), "initial_option": rich}, chosen),

	"datepicker":     menu(false, fields{"initial_date": written(time.DateOnly)}, nil),
	"timepicker":     menu(false, fields{"initial_time": written("15:04"), "timezone": text(1, 255)}, nil),
	"datetimepicker": element(fields{"initial_date_time": whole(1e9, 1e10-1)}, nil),

	"static_select": menu(false, fields{
		"options": list(1, 100, option), "option_groups": list(1, 100, group), "initial_option": option,
	}, chosen),
	"multi_static_select": menu(true, fields{
		"options": list(1, 100, option), "option_groups": list(1, 100, group), "initial_options": list(1, 100, option),
	}, chosen),
	"external_select":       menu(false, fields{"initial_option": option, "min_query_length": whole(0, 255)}, nil),
	"multi_external_select": menu(true, fields{"initial_options": list(1, 100, option), "min_query_length": whole(0, 255)}, nil),
	"users_select":          menu(false, fields{"initial_user": text(1, 255)}, nil),
	"multi_users_select":    menu(true, fields{"initial_users": entities}, nil),
	"channels_select":       menu(false, fields{"initial_channel": text(1, 255), "response_url_enabled": boolean}, nil),
	"multi_channels_select": menu(true, fields{"initial_channels": entities}, nil),
	"conversations_select": menu(false, fields{
		"initial_conversation": text(1, 255), "default_to_current_conversation": boolean, "filter": filter, "response_url_enabled": boolean,
	}, nil),
	"multi_conversations_select": menu(true, fields{
		"initial_conversations": entities, "default_to_current_conversation": boolean, "filter": filter,
	}, nil),

	"plain_text_input": field(fields{
		"multiline": boolean, "min_length": whole(0, 3000), "max_length": whole(1, 3000), "initial_value": text(0, 3000),
	}, lengths),
	"number_input": field(fields{
		"is_decimal_allowed!": boolean, "initial_value": text(1, 255), "min_value": text(1, 255), "max_value": text(1, 255),
	}, nil),
	"email_text_input": field(fields{"initial_value": text(1, 3000)}, nil),
	"url_text_input":   field(fields{"initial_value": text(1, 3000)}, nil),
	"rich_text_input": field(fields{
		"initial_value": kinds{"rich_text": {fields: fields{"block_id": id, "elements!": list(1, 1000, richKinds.check)}}}.check,
		"min_lines":     whole(1, 100), "max_lines": whole(1, 100),
	}, nil),
}

var feedback = shape{fields: fields{"text!": plainText(75), "value!": text(1, 2000), "accessibility_label": text(1, 75)}}.check

// written is a date or time in a layout of package time.
func written(layout string) rule {
	return func(c *checker, at string, v any) {
		s, _ := v.(string)
		if _, err := time.Parse(layout, s); err != nil {
			c.wrong(at, "must be in the form of %s", layout)
		}
	}
}

// chosen holds what is chosen at first against what there is to choose: each must be one of the options, to the last field, and no two
// options have the same value.
func chosen(c *checker, at string, o map[string]any) {
	options, _ := o["options"].([]any)
	groups, _ := o["option_groups"].([]any)
	if (options == nil) == (groups == nil) {
		c.wrong(at, "must provide exactly one of options and option_groups")
		return
	}
	for _, g := range groups {
		options = append(options, g.(map[string]any)["options"].([]any)...)
	}
	seen := map[any]bool{}
	for _, o := range options {
		value := o.(map[string]any)["value"]
		if seen[value] {
			c.wrong(at, "two options have the value %v", value)
		}
		seen[value] = true
	}
	initial, _ := o["initial_options"].([]any)
	if one := o["initial_option"]; one != nil {
		initial = append(initial, one)
	}
	for _, in := range initial {
		found := false
		for _, o := range options {
			found = found || reflect.DeepEqual(o, in)
		}
		if !found {
			c.wrong(at, "initial option does not match one of the options: %v", in.(map[string]any)["value"])
		}
	}
	if most, ok := o["max_selected_items"].(float64); ok && len(initial) > int(most) {
		c.wrong(at, "more initial options than max_selected_items")
	}
}

// lengths holds a text field's bounds against each other and against what stands in it at first.
func lengths(c *checker, at string, o map[string]any) {
	least, _ := o["min_length"].(float64)
	most, ok := o["max_length"].(float64)
	if !ok {
		most = 3000
	}
	initial, _ := o["initial_value"].(string)
	switch {
	case least > most:
		c.wrong(at, "min_length must be less than or equal to max_length")
	case units(initial) > int(most):
		c.wrong(at+"/initial_value", "must be less than %v characters", most+1)
	}
}
