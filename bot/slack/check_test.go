package slack

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

// checker refuses what Slack refuses, and what our own bounds forbid: the limits are those of docs.slack.dev and of the builders in
// @slack/types 3.2.0. It reads JSON, as Slack does, and none of our types.
type checker struct {
	t      testing.TB
	view   bool
	tables int
	chars  int
	ids    map[string]bool
}

func (c *checker) errorf(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf(format, args...)
}

func asJSON(t testing.TB, v any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func chars(s string) int { return len(utf16.Encode([]rune(s))) }

// checkMessage holds a message's body; editable ones keep to what chat.update takes.
func checkMessage(t testing.TB, v any, editable bool) {
	t.Helper()
	doc := asJSON(t, v)
	c := checker{t: t, ids: map[string]bool{}}
	c.blocks(doc, 45)
	text, _ := doc["text"].(string)
	limit := 9000
	if editable {
		limit = 4000
	}
	if strings.TrimSpace(text) == "" && c.chars > 0 || chars(text) > limit {
		c.errorf("text has %d characters, at most %d", chars(text), limit)
	}
	if c.chars > 9000 {
		c.errorf("msg_blocks_too_long: %d characters", c.chars)
	}
	markup := regexp.MustCompile(`<(!date\^\d+\^[^|>]+\|[^<>|]+|#[A-Z][A-Z0-9]+)>`).ReplaceAllString(text, "")
	if strings.ContainsAny(markup, "<>") {
		c.errorf("text has markup: %q", markup)
	}
}

func checkView(t testing.TB, v any) {
	t.Helper()
	doc := asJSON(t, v)
	c := checker{t: t, view: true, ids: map[string]bool{}}
	inputs := c.blocks(doc, 100)
	if doc["type"] == "modal" {
		c.text(doc["title"], "plain_text", 24)
		c.text(doc["close"], "plain_text", 24)
	}
	if doc["submit"] != nil {
		c.text(doc["submit"], "plain_text", 24)
	} else if inputs > 0 {
		c.errorf("a view with inputs and without submit")
	}
	if s, _ := doc["private_metadata"].(string); chars(s) > 3000 {
		c.errorf("private_metadata has %d characters", chars(s))
	}
}

// blocks checks all blocks, and says how many are inputs.
func (c *checker) blocks(doc map[string]any, most int) (inputs int) {
	blocks, _ := doc["blocks"].([]any)
	if len(blocks) == 0 || len(blocks) > most {
		c.errorf("%d blocks, 1 to %d", len(blocks), most)
	}
	for _, b := range blocks {
		b := b.(map[string]any)
		if id, _ := b["block_id"].(string); id != "" {
			if c.ids[id] || chars(id) > 255 {
				c.errorf("block_id %q", id)
			}
			c.ids[id] = true
		}
		switch b["type"] {
		case "rich_text":
			c.elements(b, "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
		case "header":
			c.text(b["text"], "plain_text", 150)
		case "divider":
		case "actions":
			c.actions(b)
		case "table":
			c.table(b)
		case "input":
			inputs++
			c.input(b)
		default:
			c.errorf("invalid_blocks: type %v", b["type"])
		}
	}
	return inputs
}

func (c *checker) text(v any, kind string, most int) string {
	o, _ := v.(map[string]any)
	s, _ := o["text"].(string)
	if o["type"] != kind || s == "" || chars(s) > most {
		c.errorf("%s of 1 to %d characters: %v", kind, most, v)
	}
	c.chars += chars(s)
	return s
}

func objects(v any) []map[string]any {
	items, _ := v.([]any)
	out := make([]map[string]any, len(items))
	for i, item := range items {
		out[i], _ = item.(map[string]any)
	}
	return out
}

// elements checks the parts of a rich_text.
func (c *checker) elements(b map[string]any, allowed ...string) {
	parts := objects(b["elements"])
	if len(parts) == 0 {
		c.errorf("%v without elements", b["type"])
	}
	for _, e := range parts {
		kind, _ := e["type"].(string)
		if !strings.Contains(" "+strings.Join(allowed, " ")+" ", " "+kind+" ") {
			c.errorf("%q within %v", kind, b["type"])
		}
		inline := []string{"text", "link", "user", "channel", "date"}
		switch kind {
		case "rich_text_section", "rich_text_quote":
			c.elements(e, inline...)
		case "rich_text_preformatted":
			c.elements(e, "text", "link")
			if e["language"] != nil {
				c.errorf("preformatted with a language")
			}
		case "rich_text_list":
			if style := e["style"]; style != "bullet" && style != "ordered" {
				c.errorf("list of style %v", style)
			}
			if indent := e["indent"].(float64); indent < 0 || indent > 8 {
				c.errorf("list with indent %v", indent)
			}
			c.elements(e, "rich_text_section")
		default:
			c.inline(kind, e)
		}
	}
}

var tokens = regexp.MustCompile(`^(\{(time|ago|date_short_pretty)\}(, )?)+$`)

func (c *checker) inline(kind string, e map[string]any) {
	str := func(name string) string { s, _ := e[name].(string); return s }
	switch kind {
	case "text":
		if str("text") == "" {
			c.errorf("empty text element")
		}
		c.chars += chars(str("text"))
	case "link":
		if u := str("url"); !regexp.MustCompile(`^(https?|mailto):`).MatchString(u) || chars(u) > 3000 {
			c.errorf("link to %q", u)
		}
		c.chars += chars(str("text"))
	case "user":
		if !ident.MatchString(str("user_id")) {
			c.errorf("user %q", str("user_id"))
		}
	case "channel":
		if !ident.MatchString(str("channel_id")) {
			c.errorf("channel %q", str("channel_id"))
		}
	case "date":
		if _, ok := e["timestamp"].(float64); !ok || !tokens.MatchString(str("format")) || str("fallback") == "" {
			c.errorf("date %v", e)
		}
		c.chars += chars(str("fallback"))
	}
}

func (c *checker) actions(b map[string]any) {
	buttons := objects(b["elements"])
	if len(buttons) == 0 || len(buttons) > 25 {
		c.errorf("%d buttons, 1 to 25", len(buttons))
	}
	seen := map[string]bool{}
	for _, e := range buttons {
		c.text(e["text"], "plain_text", 75)
		value, _ := e["value"].(string)
		spoken, _ := e["accessibility_label"].(string)
		if e["type"] != "button" || value == "" || chars(value) > 2000 || spoken == "" || chars(spoken) > 75 {
			c.errorf("button %v", e)
		}
		for _, id := range []string{"id " + fmt.Sprint(e["action_id"]), "label " + spoken} {
			if seen[id] {
				c.errorf("two buttons with the %s", id)
			}
			seen[id] = true
		}
	}
}

func (c *checker) table(b map[string]any) {
	c.tables++
	rows, _ := b["rows"].([]any)
	if c.view || c.tables > 1 || len(rows) == 0 || len(rows) > 100 {
		c.errorf("table %d in a view (%v) with %d rows", c.tables, c.view, len(rows))
	}
	columns := 0
	for i, row := range rows {
		cells := objects(row)
		if i == 0 {
			columns = len(cells)
		}
		if len(cells) != columns || columns == 0 || columns > 20 {
			c.errorf("row of %d cells in a table of %d columns", len(cells), columns)
		}
		for _, cell := range cells {
			c.elements(cell, "rich_text_section")
		}
	}
}

func (c *checker) input(b map[string]any) {
	c.text(b["label"], "plain_text", 2000)
	if b["hint"] != nil {
		c.text(b["hint"], "plain_text", 2000)
	}
	if !c.view {
		c.errorf("an input in a message")
	}
	e, _ := b["element"].(map[string]any)
	most := map[string]int{"checkboxes": 10, "radio_buttons": 10, "static_select": 100, "multi_static_select": 100}
	switch kind, _ := e["type"].(string); kind {
	case "plain_text_input":
		limit, _ := e["max_length"].(float64)
		initial, _ := e["initial_value"].(string)
		if limit < 1 || limit > 3000 || chars(initial) > int(limit) {
			c.errorf("input of at most %v with %d characters", limit, chars(initial))
		}
	case "checkboxes", "radio_buttons", "static_select", "multi_static_select":
		options := objects(e["options"])
		if len(options) == 0 || len(options) > most[kind] {
			c.errorf("%s with %d options", kind, len(options))
		}
		known := map[string]bool{}
		for _, o := range options {
			c.text(o["text"], "plain_text", 75)
			value, _ := o["value"].(string)
			if value == "" || chars(value) > 75 || known[value] {
				c.errorf("option %v", o)
			}
			known[value] = true
		}
		initial := objects(e["initial_options"])
		if o, ok := e["initial_option"].(map[string]any); ok {
			initial = append(initial, o)
		}
		for _, o := range initial {
			if !known[o["value"].(string)] {
				c.errorf("initial option %v is none of the options", o)
			}
		}
	default:
		c.errorf("input of type %q", kind)
	}
}
