package slack

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"greenroom/bot/page"
	"greenroom/bot/slack/slackfake"
)

// What is drawn must be what Slack takes, as far as the strict fake knows, and keep to our own bounds, which are narrower.

func chars(s string) int { return len(utf16.Encode([]rune(s))) }

// checkMessage holds a message's body; an editable one keeps to what chat.update takes.
func checkMessage(t testing.TB, v any, editable bool) {
	t.Helper()
	raw := asJSON(t, v)
	if err := slackfake.CheckMessage(raw); err != nil {
		t.Errorf("%v: %.3000s", err, raw)
	}
	limit := 9000
	if editable {
		limit = 4000
	}
	c := checkBlocks(t, raw, 45)
	if page.Blank(c.text) || chars(c.text) > limit {
		t.Errorf("text has %d characters, at most %d: %.100q", chars(c.text), limit, c.text)
	}
	if inner := allowedMarkup.ReplaceAllString(c.text, ""); strings.ContainsAny(inner, "<>") {
		t.Errorf("text has markup: %q", inner)
	}
}

// allowedMarkup is all that may stand between angle brackets: dates and channels.
var allowedMarkup = regexp.MustCompile(`<(!date\^\d+\^[^|>]+\|[^<>|]+|#[A-Z][A-Z0-9]+)>`)

func checkView(t testing.TB, v any) {
	t.Helper()
	raw := asJSON(t, v)
	if err := slackfake.CheckView(raw); err != nil {
		t.Errorf("%v: %.3000s", err, raw)
	}
	checkBlocks(t, raw, 100)
}

func asJSON(t testing.TB, v any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// counted is what is counted of a body.
type counted struct {
	text  string
	chars int // of all that blocks show
	said  map[string]bool
	form  bool // it has inputs, whose labels come on top
	t     testing.TB
}

func checkBlocks(t testing.TB, raw json.RawMessage, most int) counted {
	t.Helper()
	var doc struct {
		Text   string `json:"text"`
		Blocks []any  `json:"blocks"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	c := counted{text: doc.Text, said: map[string]bool{}, t: t}
	c.count(doc.Blocks)
	if len(doc.Blocks) == 0 || len(doc.Blocks) > most || c.chars > 9000 && !c.form {
		t.Errorf("%d blocks, 1 to %d, with %d characters, at most 9000", len(doc.Blocks), most, c.chars)
	}
	return c
}

func (c *counted) count(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			c.count(x)
		}
	case map[string]any:
		for _, name := range []string{"text", "fallback", "alt_text"} {
			s, _ := v[name].(string)
			c.chars += chars(s)
		}
		c.form = c.form || v["type"] == "input"
		if v["type"] == "button" {
			c.button(v)
		}
		for _, x := range v {
			c.count(x)
		}
	}
}

// button holds that what a screen reader says of a button tells it from the others.
func (c *counted) button(b map[string]any) {
	value, _ := b["value"].(string)
	spoken, _ := b["accessibility_label"].(string)
	if value == "" || page.Blank(spoken) || chars(spoken) > 75 || c.said[spoken] {
		c.t.Errorf("button %v, beside %v", b, c.said)
	}
	c.said[spoken] = true
}
