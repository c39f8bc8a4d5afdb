package slackfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// control is an interactive element where it stands.
type control struct {
	block    string         // its block_id
	element  map[string]any // as the app sent it
	input    bool           // in an input block: part of a form
	optional bool
}

// text is a string of the element; empty where there is none.
func (c control) text(name string) string {
	s, _ := c.element[name].(string)
	return s
}

func (c control) kind() string { return c.text("type") }

// controlsOf finds the interactive elements of blocks, in order.
func controlsOf(blocks json.RawMessage) (all []control) {
	var list []map[string]any
	if json.Unmarshal(blocks, &list) != nil {
		return nil // no blocks
	}
	for _, b := range list {
		block, _ := b["block_id"].(string)
		add := func(v any, input bool) {
			if element, ok := v.(map[string]any); ok && element["action_id"] != nil {
				optional, _ := b["optional"].(bool)
				all = append(all, control{block, element, input, optional})
			}
		}
		add(b["element"], true)
		add(b["accessory"], false)
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			add(e, false)
		}
	}
	return all
}

// filling is what a person has put into the controls of a view: what its state says, by block_id and action_id.
type filling map[[2]string]map[string]any

// state is the state of a view: what the person has put in, and what the app has chosen for the rest.
func (w *wire) state(v *View) map[string]any {
	values := map[string]any{}
	for _, c := range controlsOf(v.Blocks) {
		value := initial(c)
		if value == nil {
			continue // a button, or an overflow menu, has no state
		}
		if put, ok := w.filled[v.ID][c.id()]; ok && put["type"] == c.kind() {
			value = put
		}
		block, _ := values[c.block].(map[string]any)
		if block == nil {
			block = map[string]any{}
			values[c.block] = block
		}
		block[c.text("action_id")] = value
	}
	return values
}

func (c control) id() [2]string { return [2]string{c.block, c.text("action_id")} }

// put keeps what a person has put into a control.
func (w *wire) put(v *View, c control, value map[string]any) {
	if w.filled[v.ID] == nil {
		w.filled[v.ID] = filling{}
	}
	w.filled[v.ID][c.id()] = value
}

// single and several say what a control's state is called, and which of its fields it begins with.
var (
	single = map[string][2]string{
		"plain_text_input": {"value", "initial_value"}, "email_text_input": {"value", "initial_value"}, "url_text_input": {"value", "initial_value"}, "number_input": {"value", "initial_value"},
		"static_select": {"selected_option", "initial_option"}, "external_select": {"selected_option", "initial_option"}, "radio_buttons": {"selected_option", "initial_option"},
		"users_select": {"selected_user", "initial_user"}, "conversations_select": {"selected_conversation", "initial_conversation"}, "channels_select": {"selected_channel", "initial_channel"},
		"datepicker": {"selected_date", "initial_date"}, "timepicker": {"selected_time", "initial_time"},
	}
	several = map[string][2]string{
		"multi_static_select": {"selected_options", "initial_options"}, "multi_external_select": {"selected_options", "initial_options"}, "checkboxes": {"selected_options", "initial_options"},
		"multi_users_select": {"selected_users", "initial_users"}, "multi_conversations_select": {"selected_conversations", "initial_conversations"},
		"multi_channels_select": {"selected_channels", "initial_channels"},
	}
)

// initial is the state with which a control begins; nil for one without a state.
func initial(c control) map[string]any {
	if names, ok := single[c.kind()]; ok {
		return map[string]any{"type": c.kind(), names[0]: c.element[names[1]]}
	}
	if names, ok := several[c.kind()]; ok {
		chosen, _ := c.element[names[1]].([]any)
		return map[string]any{"type": c.kind(), names[0]: append([]any{}, chosen...)}
	}
	return nil
}

// values is the state of a control into which a person has put these: a text, ids, or the values of options. proposed is what the app
// last proposed for an external select.
func (c control) values(put []string, proposed []Option) (map[string]any, error) {
	var chosen []any
	for _, v := range put {
		one, err := c.value(v, proposed)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, one)
	}
	if names, ok := several[c.kind()]; ok {
		return map[string]any{"type": c.kind(), names[0]: append([]any{}, chosen...)}, nil
	}
	names, ok := single[c.kind()]
	switch {
	case !ok:
		return nil, fmt.Errorf("slackfake: nothing can be put into a %s", c.kind())
	case len(put) > 1:
		return nil, fmt.Errorf("slackfake: %d values for the %s of block %s, which holds one", len(put), c.kind(), c.block)
	case len(put) == 0:
		return map[string]any{"type": c.kind(), names[0]: nil}, nil
	}
	return map[string]any{"type": c.kind(), names[0]: chosen[0]}, nil
}

// value is one of what a person has put in, as the state says it.
func (c control) value(v string, proposed []Option) (any, error) {
	switch c.kind() {
	case "static_select", "multi_static_select", "radio_buttons", "checkboxes":
		for _, o := range c.options() {
			if o["value"] == v {
				return o, nil
			}
		}
		return nil, fmt.Errorf("slackfake: block %s has no option %q, only %q", c.block, v, optionValues(c.options()))
	case "external_select", "multi_external_select":
		if i := slices.IndexFunc(proposed, func(o Option) bool { return o.Value == v }); i >= 0 {
			return map[string]any{"text": map[string]any{"type": "plain_text", "text": proposed[i].Label, "emoji": true}, "value": v}, nil
		}
		return nil, fmt.Errorf("slackfake: the app did not propose %q for block %s", v, c.block)
	}
	return v, nil
}

// options is what a menu offers, groups flattened.
func (c control) options() (all []map[string]any) {
	add := func(list any) {
		options, _ := list.([]any)
		for _, o := range options {
			if o, ok := o.(map[string]any); ok {
				all = append(all, o)
			}
		}
	}
	add(c.element["options"])
	groups, _ := c.element["option_groups"].([]any)
	for _, g := range groups {
		if g, ok := g.(map[string]any); ok {
			add(g["options"])
		}
	}
	return all
}

func optionValues(options []map[string]any) (all []any) {
	for _, o := range options {
		all = append(all, o["value"])
	}
	return all
}

// missing is what Slack itself finds wrong with what stands in a control of a form; empty where it is right.
func (c control) missing(value map[string]any) string {
	if names, ok := several[c.kind()]; ok {
		if chosen, _ := value[names[0]].([]any); len(chosen) == 0 && !c.optional {
			return "Please select at least one option."
		}
		return ""
	}
	put := value[single[c.kind()][0]]
	s, isText := put.(string)
	least, _ := c.element["min_length"].(float64)
	most, limited := c.element["max_length"].(float64)
	if !limited {
		most = maxInput
	}
	switch {
	case put == nil || isText && s == "":
		if c.optional {
			return ""
		}
		return "Please complete this required field."
	case c.kind() != "plain_text_input":
	case units(s) < int(least):
		return fmt.Sprintf("Please enter at least %d characters.", int(least))
	case units(s) > int(most):
		return fmt.Sprintf("Please enter at most %d characters.", int(most))
	}
	return ""
}

// maxInput is how many characters a plain_text_input takes (@slack/types, PlainTextInput).
const maxInput = 3000

// fill puts values into a form by block_id and gives what Slack finds wrong with it all. An unknown block_id is a fault of the test.
func (w *wire) fill(v *View, values map[string][]string) (FieldErrors, error) {
	left, wrong := maps.Clone(values), FieldErrors{}
	for _, c := range controlsOf(v.Blocks) {
		if !c.input {
			continue
		}
		if put, ok := values[c.block]; ok {
			value, err := c.values(put, w.proposed[v.ID+"/"+c.text("action_id")])
			if err != nil {
				return nil, err
			}
			w.put(v, c, value)
			delete(left, c.block)
		}
		state, _ := w.state(v)[c.block].(map[string]any)
		value, _ := state[c.text("action_id")].(map[string]any)
		if problem := c.missing(value); problem != "" {
			wrong[c.block] = problem
		}
	}
	for block := range left {
		return nil, fmt.Errorf("slackfake: the form has no field %q", block)
	}
	return wrong, nil
}
