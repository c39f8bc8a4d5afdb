package slackfake

import (
	"strconv"
	"strings"
	"testing"
)

// Blocks as an app sends them.

func ofType(kind string, more object) object {
	o := object{"type": kind}
	for name, v := range more {
		o[name] = v
	}
	return o
}

func chars(n int) string { return strings.Repeat("a", n) }

func says(n int) object { return ofType("plain_text", object{"text": chars(n)}) }

func many[T any](n int, make func(i int) T) []any {
	all := []any{}
	for i := range n {
		all = append(all, make(i))
	}
	return all
}

func divider(int) object { return ofType("divider", nil) }

func button(more object) object {
	o := ofType("button", object{"text": says(1)})
	for name, v := range more {
		o[name] = v
	}
	return o
}

func choice(i int) object {
	return object{"text": says(1), "value": strconv.Itoa(i)}
}

func actions(elements ...any) object {
	return ofType("actions", object{"elements": append([]any{}, elements...)})
}

func rt(parts ...any) object {
	return ofType("rich_text", object{"elements": append([]any{}, parts...)})
}

func part(kind string, more object, elements ...any) object {
	o := ofType("rich_text_"+kind, more)
	o["elements"] = append([]any{}, elements...)
	return o
}

func said(s string) object { return ofType("text", object{"text": s}) }

func inline(kind string, more object) []any {
	return []any{rt(part("section", nil, ofType(kind, more)))}
}

func accessory(e object) []any {
	return []any{ofType("section", object{"text": says(1), "accessory": e})}
}

func confirmed(o object) []any { return []any{actions(button(object{"confirm": o}))} }

// blockLimits is every limit of blocks in a message: what is just taken, and what is just refused.
var blockLimits = []struct {
	name    string
	taken   []any
	refused []any
	code    string // invalid_blocks when empty
	problem string // that response_metadata.messages tells
}{
	{"blocks", many(50, divider), many(51, divider), "", "no more than 50 items allowed"},
	{"text of all blocks",
		[]any{rt(part("section", nil, said(chars(12_000))))},
		[]any{rt(part("section", nil, said(chars(12_000)))), ofType("header", object{"text": says(1)})}, "msg_blocks_too_long", ""},
	{"markdown blocks", []any{ofType("markdown", object{"text": chars(12_000)})},
		[]any{ofType("markdown", object{"text": chars(6_000)}), ofType("markdown", object{"text": chars(6_001)})}, "msg_blocks_too_long", ""},
	{"a markdown block", nil, []any{ofType("markdown", object{"text": chars(12_001)})}, "", "must be less than 12001 characters"},
	{"section", []any{ofType("section", object{"text": says(3000)})}, []any{ofType("section", object{"text": says(3001)})}, "",
		"must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
	{"section without text", nil, []any{ofType("section", nil)}, "", "missing required field"},
	{"section with empty text", nil, []any{ofType("section", object{"text": says(0)})}, "", "must be more than 0 characters"},
	{"fields", []any{ofType("section", object{"fields": many(10, func(int) object { return says(1) })})},
		[]any{ofType("section", object{"fields": many(11, func(int) object { return says(1) })})}, "", "no more than 10"},
	{"a field", []any{ofType("section", object{"fields": []any{says(2000)}})}, []any{ofType("section", object{"fields": []any{says(2001)}})}, "", "2001"},
	{"header", []any{ofType("header", object{"text": says(150)})}, []any{ofType("header", object{"text": says(151)})}, "", "151"},
	{"header level", nil, []any{ofType("header", object{"text": says(1), "level": 2})}, "", "invalid additional property: level"},
	{"header as mrkdwn", nil, []any{ofType("header", object{"text": object{"type": "mrkdwn", "text": "a"}})}, "", "unsupported type: mrkdwn"},
	{"context", []any{ofType("context", object{"elements": many(10, func(int) object { return says(1) })})},
		[]any{ofType("context", object{"elements": many(11, func(int) object { return says(1) })})}, "", "no more than 10"},
	{"context text", []any{ofType("context", object{"elements": []any{says(3000)}})}, []any{ofType("context", object{"elements": []any{says(3001)}})}, "", "3001"},
	{"actions", []any{actions(many(25, func(int) object { return button(nil) })...)},
		[]any{actions(many(26, func(int) object { return button(nil) })...)}, "", "no more than 25"},
	{"no actions", nil, []any{actions()}, "", "no less than 1"},
	{"context actions", []any{ofType("context_actions", object{"elements": many(5, icon)})},
		[]any{ofType("context_actions", object{"elements": many(6, icon)})}, "", "no more than 5"},
	{"feedback", []any{ofType("context_actions", object{"elements": []any{feedbackOf(75, 75, 2000)}})},
		[]any{ofType("context_actions", object{"elements": []any{feedbackOf(76, 75, 2000)}})}, "", "76"},
	{"feedback label", nil, []any{ofType("context_actions", object{"elements": []any{feedbackOf(75, 76, 2000)}})}, "", "76"},
	{"feedback value", nil, []any{ofType("context_actions", object{"elements": []any{feedbackOf(75, 75, 2001)}})}, "", "2001"},
	{"button label", []any{actions(button(object{"text": says(75)}))}, []any{actions(button(object{"text": says(76)}))}, "", "76"},
	{"button label in emoji", nil, []any{actions(button(object{"text": ofType("plain_text", object{"text": strings.Repeat("🎉", 38)})}))}, "", "76"},
	{"button value", []any{actions(button(object{"value": chars(2000)}))}, []any{actions(button(object{"value": chars(2001)}))}, "", "2001"},
	{"button url", []any{actions(button(object{"url": "https://" + chars(2992)}))}, []any{actions(button(object{"url": "https://" + chars(2993)}))}, "", "3001"},
	{"button style", []any{actions(button(object{"style": "danger"}))}, []any{actions(button(object{"style": "green"}))}, "", "enum"},
	{"accessibility label", []any{actions(button(object{"accessibility_label": chars(75)}))},
		[]any{actions(button(object{"accessibility_label": chars(76)}))}, "", "76"},
	{"action_id", []any{actions(button(object{"action_id": chars(255)}))}, []any{actions(button(object{"action_id": chars(256)}))}, "", "256"},
	{"two action_ids", []any{actions(button(object{"action_id": "a"})), actions(button(object{"action_id": "a"}))},
		[]any{actions(button(object{"action_id": "a"}), button(object{"action_id": "a"}))}, "", "action_id already exists"},
	{"block_id", []any{ofType("divider", object{"block_id": chars(255)})}, []any{ofType("divider", object{"block_id": chars(256)})}, "", "256"},
	{"two block_ids", nil, []any{ofType("divider", object{"block_id": "a"}), ofType("divider", object{"block_id": "a"})}, "", "block_id already exists"},
	{"confirm title", confirmed(object{"text": says(1), "title": says(100)}), confirmed(object{"text": says(1), "title": says(101)}), "", "101"},
	{"confirm text", confirmed(object{"text": says(300)}), confirmed(object{"text": says(301)}), "", "301"},
	{"confirm buttons", confirmed(object{"text": says(1), "confirm": says(30), "deny": says(30)}),
		confirmed(object{"text": says(1), "confirm": says(31), "deny": says(30)}), "", "31"},
	{"options", accessory(ofType("static_select", object{"options": many(100, choice)})),
		accessory(ofType("static_select", object{"options": many(101, choice)})), "", "no more than 100"},
	{"option groups", accessory(ofType("static_select", object{"option_groups": many(100, groupOf)})),
		accessory(ofType("static_select", object{"option_groups": many(101, groupOf)})), "", "no more than 100"},
	{"group label", nil, accessory(ofType("static_select", object{"option_groups": []any{object{"label": says(76), "options": many(1, choice)}}})), "", "76"},
	{"options of a group", accessory(ofType("static_select", object{"option_groups": []any{object{"label": says(1), "options": many(100, choice)}}})),
		accessory(ofType("static_select", object{"option_groups": []any{object{"label": says(1), "options": many(101, choice)}}})), "", "100"},
	{"options of several", accessory(ofType("multi_static_select", object{"options": many(100, choice)})),
		accessory(ofType("multi_static_select", object{"options": many(101, choice)})), "", "100"},
	{"too many at first", accessory(ofType("multi_static_select", object{"options": many(3, choice), "initial_options": many(2, choice), "max_selected_items": 2})),
		accessory(ofType("multi_static_select", object{"options": many(3, choice), "initial_options": many(3, choice), "max_selected_items": 2})), "", "max_selected_items"},
	{"options and groups", nil, accessory(ofType("static_select", object{"options": many(1, choice), "option_groups": many(1, groupOf)})), "", "exactly one"},
	{"two options of one value", nil, accessory(ofType("static_select", object{"options": []any{choice(1), choice(1)}})), "", "two options"},
	{"option text", accessory(ofType("radio_buttons", object{"options": []any{object{"text": says(75), "value": "a"}}})),
		accessory(ofType("radio_buttons", object{"options": []any{object{"text": says(76), "value": "a"}}})), "", "76"},
	{"option value", accessory(ofType("radio_buttons", object{"options": []any{object{"text": says(1), "value": chars(75)}}})),
		accessory(ofType("radio_buttons", object{"options": []any{object{"text": says(1), "value": chars(76)}}})), "", "76"},
	{"option description", accessory(ofType("radio_buttons", object{"options": []any{object{"text": says(1), "value": "a", "description": says(75)}}})),
		accessory(ofType("radio_buttons", object{"options": []any{object{"text": says(1), "value": "a", "description": says(76)}}})), "", "76"},
	{"checkboxes", accessory(ofType("checkboxes", object{"options": many(10, choice)})), accessory(ofType("checkboxes", object{"options": many(11, choice)})), "", "10"},
	{"radio buttons", accessory(ofType("radio_buttons", object{"options": many(10, choice)})),
		accessory(ofType("radio_buttons", object{"options": many(11, choice)})), "", "10"},
	{"overflow", accessory(ofType("overflow", object{"options": many(5, choice)})), accessory(ofType("overflow", object{"options": many(6, choice)})), "", "5"},
	{"overflow link", accessory(ofType("overflow", object{"options": []any{object{"text": says(1), "value": "a", "url": "https://" + chars(2992)}}})),
		accessory(ofType("overflow", object{"options": []any{object{"text": says(1), "value": "a", "url": "https://" + chars(2993)}}})), "", "3001"},
	{"date", accessory(ofType("datepicker", object{"initial_date": "2026-02-28"})), accessory(ofType("datepicker", object{"initial_date": "2026-02-29"})), "", "form"},
	{"time", accessory(ofType("timepicker", object{"initial_time": "23:59"})), accessory(ofType("timepicker", object{"initial_time": "24:00"})), "", "form"},
	{"initial option", accessory(ofType("radio_buttons", object{"options": many(2, choice), "initial_option": choice(1)})),
		accessory(ofType("radio_buttons", object{"options": many(2, choice), "initial_option": choice(2)})), "", "does not match"},
	{"placeholder", accessory(ofType("users_select", object{"placeholder": says(150)})), accessory(ofType("users_select", object{"placeholder": says(151)})), "", "151"},
	{"image alt text", []any{ofType("image", object{"image_url": "https://a", "alt_text": chars(2000)})},
		[]any{ofType("image", object{"image_url": "https://a", "alt_text": chars(2001)})}, "", "2001"},
	{"image title", []any{ofType("image", object{"image_url": "https://a", "alt_text": "a", "title": says(2000)})},
		[]any{ofType("image", object{"image_url": "https://a", "alt_text": "a", "title": says(2001)})}, "", "2001"},
	{"image address", []any{ofType("image", object{"image_url": chars(3000), "alt_text": "a"})},
		[]any{ofType("image", object{"image_url": chars(3001), "alt_text": "a"})}, "", "3001"},
	{"image without a source", nil, []any{ofType("image", object{"alt_text": "a"})}, "", "exactly one of image_url and slack_file"},
	{"table rows", []any{ofType("table", object{"rows": many(100, row(1, 1))})}, []any{ofType("table", object{"rows": many(101, row(1, 1))})}, "", "100"},
	{"table columns", []any{ofType("table", object{"rows": many(1, row(20, 1))})}, []any{ofType("table", object{"rows": many(1, row(21, 1))})}, "", "20"},
	{"table text", []any{ofType("table", object{"rows": many(2, row(1, 5000))})},
		[]any{ofType("table", object{"rows": []any{row(1, 5000)(0), row(1, 5001)(0)}})}, "", "10001"},
	{"two tables", nil, []any{ofType("table", object{"rows": many(1, row(1, 1))}), ofType("table", object{"rows": many(1, row(1, 1))})},
		"invalid_attachments", "only_one_table_allowed"},
	{"rich text without parts", nil, []any{rt()}, "", "no less than 1"},
	{"rich text with an empty text", []any{rt(part("section", nil, said(" ")))}, []any{rt(part("section", nil, said("")))}, "", "more than 0"},
	{"code", []any{rt(part("preformatted", object{"border": 0}, said("a")))}, []any{rt(part("preformatted", object{"language": "go"}, said("a")))}, "",
		"invalid additional property: language"},
	{"a person in code", nil, []any{rt(part("preformatted", nil, ofType("user", object{"user_id": "UMIRA"})))}, "", "unsupported type: user"},
	{"list indent", []any{listOf("bullet", 8)}, []any{listOf("bullet", 9)}, "", "less than or equal to 8"},
	{"list style", []any{listOf("ordered", 0)}, []any{listOf("dotted", 0)}, "", "enum"},
	{"a text in a list", nil, []any{rt(part("list", object{"style": "bullet"}, said("a")))}, "", "unsupported type: text"},
	{"text style", inline("text", object{"text": "a", "style": object{"bold": true}}), inline("text", object{"text": "a", "style": object{"blink": true}}), "", "blink"},
	{"link", inline("link", object{"url": "https://a"}), inline("link", object{"url": "javascript:a"}), "", "valid URL"},
	{"link address", inline("link", object{"url": "https://" + chars(2992)}), inline("link", object{"url": "https://" + chars(2993)}), "", "3001"},
	{"date format", inline("date", object{"timestamp": 1, "format": "{date_short_pretty}, {time}"}), inline("date", object{"timestamp": 1, "format": "{dote}"}), "", "dote"},
	{"date without a token", nil, inline("date", object{"timestamp": 1, "format": "soon"}), "", "date token"},
	{"date timestamp", nil, inline("date", object{"timestamp": "1", "format": "{time}"}), "", "integer"},
	{"person", inline("user", object{"user_id": "UMIRA"}), inline("user", object{"user_id": "@mira"}), "", "valid id"},
	{"broadcast", inline("broadcast", object{"range": "here"}), inline("broadcast", object{"range": "all"}), "", "enum"},
	{"an unknown block", nil, []any{ofType("carousel", nil)}, "", "unsupported type: carousel"},
	{"an unknown element", nil, []any{actions(ofType("lever", nil))}, "", "unsupported type: lever"},
	{"an unknown field", nil, []any{ofType("divider", object{"colour": "red"})}, "", "invalid additional property: colour"},
	{"a field of another type", nil, []any{actions(button(object{"value": 7}))}, "", "must provide a string"},
	{"a block that is no object", nil, []any{"divider"}, "", "must provide an object"},
	{"a block without a type", nil, []any{object{}}, "", "missing required field: type"},
	{"an input", nil, []any{inputOf(ofType("plain_text_input", nil))}, "", "unsupported type: input"},
}

func feedbackOf(text, label, value int) object {
	one := object{"text": says(text), "accessibility_label": chars(label), "value": chars(value)}
	return ofType("feedback_buttons", object{"positive_button": one, "negative_button": one})
}

func icon(int) object { return ofType("icon_button", object{"icon": "trash", "text": says(1)}) }

func groupOf(i int) object {
	return object{"label": says(75), "options": many(1, func(int) object { return choice(i) })}
}

func row(cells, length int) func(int) []any {
	return func(int) []any {
		return many(cells, func(int) object { return ofType("raw_text", object{"text": chars(length)}) })
	}
}

func listOf(style string, indent int) object {
	return rt(part("list", object{"style": style, "indent": indent}, part("section", nil, said("a"))))
}

func inputOf(element object) object {
	return ofType("input", object{"label": says(1), "element": element})
}

func TestBlockLimits(t *testing.T) {
	x := newWorld(t, Config{})
	for _, test := range blockLimits {
		if test.taken != nil {
			if answer := x.call("chat.postMessage", object{"channel": "C1", "blocks": test.taken}); answer["ok"] != true {
				t.Errorf("%s: %v", test.name, answer)
			}
		}
		if test.refused == nil {
			continue
		}
		if test.code == "" {
			test.code = "invalid_blocks"
		}
		answer := x.call("chat.postMessage", object{"channel": "C1", "blocks": test.refused})
		if told := string(encode(answer["response_metadata"])); answer["error"] != test.code || !strings.Contains(told, test.problem) {
			t.Errorf("%s: got %v, want the error %s with %q", test.name, answer, test.code, test.problem)
		}
	}
}

// viewLimits is every limit of modals: what is just taken, and what is just refused.
var viewLimits = []struct {
	name    string
	taken   object // added to a modal that is taken
	refused object
	problem string
}{
	{"blocks", object{"blocks": many(100, divider)}, object{"blocks": many(101, divider)}, "no more than 100"},
	{"title", object{"title": says(24)}, object{"title": says(25)}, "must be less than 25 characters [json-pointer:/view/title/text]"},
	{"submit", object{"submit": says(24)}, object{"submit": says(25)}, "less than 25"},
	{"close", object{"close": says(24)}, object{"close": says(25)}, "less than 25"},
	{"private_metadata", object{"private_metadata": chars(3000)}, object{"private_metadata": chars(3001)}, "less than 3001"},
	{"callback_id", object{"callback_id": chars(255)}, object{"callback_id": chars(256)}, "less than 256"},
	{"external_id", object{"external_id": chars(255)}, object{"external_id": chars(256)}, "less than 256"},
	{"input without submit", object{"submit": says(1), "blocks": []any{inputOf(ofType("plain_text_input", nil))}},
		object{"blocks": []any{inputOf(ofType("plain_text_input", nil))}}, "missing required field: submit"},
	{"label", field1(object{"label": says(2000)}, nil), field1(object{"label": says(2001)}, nil), "2001"},
	{"hint", field1(object{"hint": says(2000)}, nil), field1(object{"hint": says(2001)}, nil), "2001"},
	{"max_length", field1(nil, object{"max_length": 3000}), field1(nil, object{"max_length": 3001}), "3000"},
	{"no max_length", nil, field1(nil, object{"max_length": 0}), "greater than or equal to 1"},
	{"min_length", field1(nil, object{"min_length": 9, "max_length": 9}), field1(nil, object{"min_length": 10, "max_length": 9}), "min_length"},
	{"min_length at most", field1(nil, object{"min_length": 3000}), field1(nil, object{"min_length": 3001}), "3000"},
	{"lines", field1(object{"element": ofType("rich_text_input", object{"max_lines": 100})}, nil),
		field1(object{"element": ofType("rich_text_input", object{"max_lines": 101})}, nil), "100"},
	{"dispatch", field1(nil, object{"dispatch_action_config": object{"trigger_actions_on": []any{"on_enter_pressed"}}}),
		field1(nil, object{"dispatch_action_config": object{"trigger_actions_on": []any{"on_leaving"}}}), "enum"},
	{"initial value", field1(nil, object{"max_length": 9, "initial_value": chars(9)}), field1(nil, object{"max_length": 9, "initial_value": chars(10)}), "less than 10"},
	{"placeholder", field1(nil, object{"placeholder": says(150)}), field1(nil, object{"placeholder": says(151)}), "151"},
	{"several at first", field1(object{"element": ofType("checkboxes", object{"options": many(2, choice), "initial_options": many(2, choice)})}, nil),
		field1(object{"element": ofType("checkboxes", object{"options": many(2, choice), "initial_options": many(3, choice)})}, nil), "does not match"},
	{"a button as an input", nil, field1(object{"element": button(nil)}, nil), "unsupported type: button"},
	{"a table", nil, object{"blocks": []any{ofType("table", object{"rows": many(1, row(1, 1))})}}, "unsupported type: table"},
	{"markdown", nil, object{"blocks": []any{ofType("markdown", object{"text": "a"})}}, "unsupported type: markdown"},
	{"two with the focus", nil, object{"submit": says(1), "blocks": many(2, func(int) object { return inputOf(ofType("plain_text_input", object{"focus_on_load": true})) })},
		"focus_on_load"},
	{"two block_ids", nil, object{"blocks": many(2, func(int) object { return ofType("divider", object{"block_id": "a"}) })}, "block_id already exists"},
	{"an unknown field", nil, object{"colour": "red"}, "invalid additional property: colour"},
	{"a view of another type", nil, object{"type": "panel"}, "unsupported type: panel"},
}

// field1 is a modal with one text field, to which more is added.
func field1(block, element object) object {
	e := ofType("plain_text_input", element)
	return object{"submit": says(1), "blocks": []any{inputOf(e)}, "": block}
}

func TestViewLimits(t *testing.T) {
	x := newWorld(t, Config{})
	view := func(more object) object {
		v := object{"type": "modal", "title": says(1), "blocks": []any{}}
		for name, value := range more {
			v[name] = value
		}
		if extra, ok := v[""].(object); ok {
			for name, value := range extra {
				v["blocks"].([]any)[0].(object)[name] = value
			}
		}
		delete(v, "")
		return v
	}
	open := func(v object) object {
		x.f.mu.Lock()
		id := x.f.wire.trigger(x.w, "UMIRA", "")
		x.f.mu.Unlock()
		return x.call("views.open", object{"trigger_id": id, "view": v})
	}
	for _, test := range viewLimits {
		if test.taken != nil {
			if answer := open(view(test.taken)); answer["ok"] != true {
				t.Errorf("%s: %v", test.name, answer)
			}
		}
		answer := open(view(test.refused))
		if told := string(encode(answer["response_metadata"])); answer["error"] != "invalid_arguments" || !strings.Contains(told, test.problem) {
			t.Errorf("%s: got %v, want the problem %q", test.name, answer, test.problem)
		}
	}
	large := func(n int) object {
		blocks := many(100, func(int) object { return ofType("section", object{"text": says(2400)}) })
		blocks[0] = ofType("section", object{"text": says(n)})
		return view(object{"blocks": blocks})
	}
	if answer := open(large(1)); answer["ok"] != true {
		t.Errorf("a large view: %v", answer)
	}
	if answer := open(large(250_000)); answer["error"] != "view_too_large" {
		t.Errorf("a view that is too large: %v", answer["error"])
	}
}
