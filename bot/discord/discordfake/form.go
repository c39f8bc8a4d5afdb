package discordfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// form is a modal that a person has open.
type form struct {
	by         *interaction // opened it
	id, title  string
	components []component
	raw        []any // the same as they were sent, each with its id
}

// Types of components that stand only in forms (docs.discord.com, Component Types).
const (
	fileUpload    = 19
	radioGroup    = 21
	checkboxGroup = 22
	checkbox      = 23
)

// maxFormComponents is docs.discord.com, Modal; Discord's OpenAPI description allows 40.
const maxFormComponents = 5

// open shows a form to the person of an interaction; another that was open is gone.
func (f *Fake) open(i *interaction, raw json.RawMessage) *refusal {
	var d struct {
		ID         string      `json:"custom_id"`
		Title      string      `json:"title"`
		Components []component `json:"components"`
	}
	var plain struct {
		Components []any `json:"components"`
	}
	if decode(raw, &d) != nil || decode(raw, &plain) != nil {
		return refuse(50035)
	}
	wrong := fieldErrors{}
	if blank(d.Title) {
		wrong.add("data.title", "BASE_TYPE_REQUIRED", "This field is required")
	}
	if len(d.Components) == 0 || len(d.Components) > maxFormComponents {
		wrong.add("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	ids := map[string]bool{}
	for n, c := range d.Components {
		checkFormPart(c, "data.components."+strconv.Itoa(n), ids, wrong)
	}
	if refused := wrong.refusal(); refused != nil {
		return refused
	}
	i.by.form = &form{by: i, id: d.ID, title: d.Title, components: d.Components, raw: withIDs(plain.Components)}
	return nil
}

// checkFormPart holds a component of a form to what Discord's description leaves out (docs.discord.com, Component Reference, Label, Text Input).
func checkFormPart(c component, path string, ids map[string]bool, wrong fieldErrors) {
	switch c.Type {
	case textDisplay:
		if blank(c.Content) {
			wrong.add(path+".content", "BASE_TYPE_REQUIRED", "This field is required")
		}
	case actionRow:
		for n, field := range c.Components {
			at := path + ".components." + strconv.Itoa(n)
			if field.Type != textInput || len(c.Components) > 1 {
				wrong.add(at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "An action row of a form holds one text input")
			}
			if blank(field.Label) {
				wrong.add(at+".label", "BASE_TYPE_REQUIRED", "This field is required")
			}
			checkField(field, at, ids, wrong)
		}
	case labelled:
		if c.Component == nil || blank(c.Label) {
			wrong.add(path, "BASE_TYPE_REQUIRED", "This field is required")
			return
		}
		if c.Component.Type == textInput && c.Component.Label != "" {
			wrong.add(path+".component.label", "COMPONENT_LABEL_FORBIDDEN", "A text input in a label has no label of its own")
		}
		checkField(*c.Component, path+".component", ids, wrong)
	}
}

func checkField(c component, path string, ids map[string]bool, wrong fieldErrors) {
	if ids[c.CustomID] {
		wrong.add(path+".custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	ids[c.CustomID] = true
	low, high := c.bounds()
	if c.Type == textInput {
		if low > high {
			wrong.add(path+".min_length", "TEXT_INPUT_MIN_LENGTH_TOO_LARGE", "Min length must be at most max length")
		}
		if length(c.Value) > high {
			wrong.add(path+".value", "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", high))
		}
		return
	}
	if low > high {
		wrong.add(path+".min_values", "SELECT_COMPONENT_MIN_VALUES_TOO_LARGE", "Min values must be at most max values")
	}
	if !c.listed() {
		return
	}
	if c.Type == stringSelect && high > len(c.Options) {
		wrong.add(path+".max_values", "SELECT_COMPONENT_MAX_VALUES_TOO_LARGE", "Max values must be at most the number of options")
	}
	values, chosen := map[string]bool{}, 0
	for n, o := range c.Options {
		if values[o.Value] {
			wrong.add(path+".options."+strconv.Itoa(n)+".value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		values[o.Value] = true
		if o.Default {
			chosen++
		}
	}
	if chosen > high {
		wrong.add(path+".options", "SELECT_COMPONENT_TOO_MANY_DEFAULT", "There are more default options than max values")
	}
}

// listed tells whether one chooses among options that stand in the component.
func (c component) listed() bool {
	return c.Type == stringSelect || c.Type == radioGroup || c.Type == checkboxGroup
}

// bounds is how many characters or values a field takes where something is filled in.
func (c component) bounds() (low, high int) {
	set := func(to *int, from *int, or int) {
		if *to = or; from != nil {
			*to = *from
		}
	}
	switch c.Type {
	case textInput:
		set(&low, c.MinLength, 0)
		set(&high, c.MaxLength, 4000)
	case checkboxGroup:
		set(&low, c.Min, 1)
		set(&high, c.Max, len(c.Options))
	default:
		set(&low, c.Min, 1)
		set(&high, c.Max, 1)
	}
	return low, high
}

// needed tells whether a field must be filled in: where nothing is said it must, and a switch need not be on.
func (c component) needed() bool {
	return c.Type != checkbox && (c.Required == nil || *c.Required)
}

// fields are the parts of a form that one fills in, with the labels above them.
func (f *form) fields() (fields []component, labels []component) {
	for _, c := range f.components {
		switch {
		case c.Type == labelled && c.Component != nil:
			fields, labels = append(fields, *c.Component), append(labels, c)
		case c.Type == actionRow:
			fields, labels = append(fields, c.Components...), append(labels, c.Components...)
		}
	}
	return fields, labels
}

// standing is what stands in a field when the form opens.
func (c component) standing() []string {
	switch {
	case c.Type == textInput && c.Value != "":
		return []string{c.Value}
	case c.listed():
		var chosen []string
		for _, o := range c.Options {
			if o.Default {
				chosen = append(chosen, o.Value)
			}
		}
		return chosen
	}
	return nil
}

// fault says what Discord's client says to what is filled in; empty where nothing is wrong.
func (c component) fault(values []string) string {
	low, high := c.bounds()
	if c.Type == textInput {
		text := strings.Join(values, "")
		switch n := length(text); {
		case strings.TrimSpace(text) == "" && c.needed():
			return "This field is required"
		case n > 0 && n < low:
			return fmt.Sprintf("Must be at least %d characters.", low)
		case n > high:
			return fmt.Sprintf("Must be %d or fewer in length.", high)
		}
		return ""
	}
	switch n := len(values); {
	case n == 0 && c.needed():
		return "This field is required"
	case n > 0 && n < low:
		return fmt.Sprintf("Choose at least %d.", low)
	case n > high:
		return fmt.Sprintf("Choose at most %d.", high)
	}
	for _, v := range values {
		if c.listed() && !slices.ContainsFunc(c.Options, func(o selectOption) bool { return o.Value == v }) {
			return fmt.Sprintf("%q is not among the options", v)
		}
	}
	return ""
}

// filled is a field as a submitted form carries it (npm discord-api-types, ModalSubmitComponent).
func (c component) filled(id any, values []string) map[string]any {
	j := map[string]any{"type": c.Type, "id": id, "custom_id": c.CustomID}
	switch c.Type {
	case textInput:
		j["value"] = strings.Join(values, "")
	case checkbox:
		j["value"] = len(values) > 0 && values[0] == "true"
	case radioGroup:
		j["value"] = nil
		if len(values) > 0 {
			j["value"] = values[0]
		}
	default:
		j["values"] = append([]string{}, values...)
	}
	return j
}

// submission is the data of the interaction that sends the form.
func (f *form) submission(values map[string][]string, r *resolved) map[string]any {
	parts := []any{}
	for n, c := range f.components {
		raw, _ := f.raw[n].(map[string]any)
		part := map[string]any{"type": c.Type, "id": raw["id"]}
		switch c.Type {
		case labelled:
			inner, _ := raw["component"].(map[string]any)
			part["component"] = c.Component.filled(inner["id"], values[c.Component.CustomID])
			c.Component.resolve(values[c.Component.CustomID], r)
		case actionRow:
			inner, _ := raw["components"].([]any)
			one, _ := inner[0].(map[string]any)
			part["components"] = []any{c.Components[0].filled(one["id"], values[c.Components[0].CustomID])}
		}
		parts = append(parts, part)
	}
	data := map[string]any{"custom_id": f.id, "components": parts}
	r.into(data)
	return data
}

// resolve looks up what the values of a select of people, roles or channels name; false where one is nobody.
func (c component) resolve(values []string, r *resolved) bool {
	for _, v := range values {
		ok := true
		switch c.Type {
		case userSelect:
			ok = r.user(v)
		case roleSelect:
			ok = r.role(v)
		case anySelect:
			ok = r.user(v) || r.role(v)
		case chanSelect:
			ok = r.channel(v, nil)
		}
		if !ok {
			return false
		}
	}
	return true
}

const roleSelect = 6
