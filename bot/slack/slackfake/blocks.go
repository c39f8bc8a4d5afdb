package slackfake

import (
	"encoding/json"
	"strconv"
)

// surface is where blocks stand.
type surface string

const (
	inMessage surface = "message"
	inModal   surface = "modal"
	inHome    surface = "home"
)

// Limits of blocks: docs.slack.dev, Block Kit reference, and @slack/types 3.2.0.
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxID            = 255 // block_id, action_id, callback_id, external_id

	// maxBlocksText bounds the text of all blocks of one message. Slack documents it for markdown blocks only; bolt-js issues
	// 2509 and 2867 saw it for all ("12,000 text characters with a buffer for block containers").
	maxBlocksText = 12_000
	maxTablesText = 10_000 // of all cells of a message: docs.slack.dev, table block
)

// blockKinds are the blocks that an app can send. A field that is in no page and not in @slack/types, such as a header's level, is refused,
// though some SDK may know it. Those for agents (alert, card, carousel, plan, task_card …), video, which wants a scope
// of its own, and file, which Slack makes itself, are not among them.
var blockKinds = kinds{
	"actions":         {fields: fields{"block_id": id, "elements!": list(1, 25, elementKinds.only(inActions...))}},
	"context":         {fields: fields{"block_id": id, "elements!": list(1, 10, contextKinds.check)}},
	"context_actions": {fields: fields{"block_id": id, "elements!": list(1, 5, elementKinds.only("feedback_buttons", "icon_button"))}},
	"divider":         {fields: fields{"block_id": id}},
	"header":          {fields: fields{"block_id": id, "text!": plainText(150)}},
	"image":           {fields: imageFields(fields{"block_id": id, "title": plainText(2000)}), also: oneImage},
	"input": {fields: fields{
		"block_id": id, "label!": plainText(2000), "hint": plainText(2000), "optional": boolean, "dispatch_action": boolean,
		"element!": elementKinds.only(inInput...),
	}},
	"markdown":  {fields: fields{"block_id": id, "text!": text(1, 12_000)}},
	"rich_text": {fields: fields{"block_id": id, "elements!": list(1, 1000, richKinds.check)}},
	"section": {fields: fields{
		"block_id": id, "text": anyText(3000), "fields": list(1, 10, anyText(2000)), "expand": boolean,
		"accessory": elementKinds.only(inSection...),
	}, also: func(c *checker, at string, o map[string]any) {
		if o["text"] == nil && o["fields"] == nil {
			c.wrong(at, "missing required field: text or fields")
		}
	}},
	"table": {fields: fields{
		"block_id": id, "rows!": list(1, 100, list(1, 20, cellKinds.check)), "column_settings": list(0, 20, columnShape.check),
	}},
}

// where says which blocks a surface takes. Slack also takes inputs in messages and home pages, where each change is sent at once; nobody
// here can fill those in, so the fake refuses them.
var where = map[surface][]string{
	inMessage: {"actions", "context", "context_actions", "divider", "header", "image", "markdown", "rich_text", "section", "table"},
	inModal:   {"actions", "context", "divider", "header", "image", "input", "rich_text", "section"},
	inHome:    {"actions", "context", "divider", "header", "image", "rich_text", "section"},
}

var contextKinds = kinds{
	"image":      {fields: imageFields(nil), also: oneImage},
	"plain_text": textKinds["plain_text"](3000),
	"mrkdwn":     textKinds["mrkdwn"](3000),
}

var cellKinds = kinds{
	"rich_text": {fields: fields{"block_id": id, "elements!": list(1, 1000, richKinds.check)}},
	"raw_text":  {fields: fields{"text!": text(1, maxTablesText)}},
}

var columnShape = shape{fields: fields{"align": one("left", "center", "right"), "is_wrapped": boolean}}

func id(c *checker, at string, v any) { text(1, maxID)(c, at, v) }

// imageFields adds an image's own fields to those of what holds it.
func imageFields(more fields) fields {
	f := fields{"alt_text!": text(1, 2000), "image_url": text(1, 3000), "slack_file": shape{fields: fields{"id": text(1, 255), "url": text(1, 3000)}}.check}
	for name, r := range more {
		f[name] = r
	}
	return f
}

func oneImage(c *checker, at string, o map[string]any) {
	if (o["image_url"] == nil) == (o["slack_file"] == nil) {
		c.wrong(at, "must provide exactly one of image_url and slack_file")
	}
}

// checkBlocks says what is wrong with the blocks of a surface; at is the JSON pointer to them.
func checkBlocks(c *checker, at string, blocks []any, on surface) {
	most := maxViewBlocks
	if on == inMessage {
		most = maxMessageBlocks
	}
	list(0, most, blockKinds.only(where[on]...))(c, at, blocks)
	if len(c.problems) > 0 {
		return
	}
	seen := map[string]bool{}
	focused := 0
	for i, b := range blocks {
		b := b.(map[string]any)
		here := at + "/" + strconv.Itoa(i)
		if name, _ := b["block_id"].(string); name != "" {
			if seen[name] {
				c.wrong(here+"/block_id", "block_id already exists: %s", name)
			}
			seen[name] = true
		}
		actions := map[string]bool{}
		every(b, "action_id", func(v any) {
			name, _ := v.(string)
			if actions[name] {
				c.wrong(here, "action_id already exists: %s", name)
			}
			actions[name] = true
		})
		every(b, "focus_on_load", func(v any) {
			if v == true {
				focused++
			}
		})
	}
	if focused > 1 {
		c.wrong(at, "only one element can have focus_on_load")
	}
}

// textLength is how many characters the texts of blocks have together.
func textLength(v any) int {
	n := 0
	every(v, "text", func(s any) {
		if s, ok := s.(string); ok {
			n += units(s)
		}
	})
	return n
}

// checkMessageBlocks says why a message with these blocks is refused; nil if it is not.
func checkMessageBlocks(blocks []any) *refusal {
	c := &checker{}
	checkBlocks(c, "/blocks", blocks, inMessage)
	if len(c.problems) > 0 {
		return refuse("invalid_blocks", c.problems...)
	}
	tables, cells, markdown := 0, 0, 0
	for _, b := range blocks {
		switch b := b.(map[string]any); b["type"] {
		case "table":
			tables++
			cells += textLength(b["rows"])
		case "markdown":
			markdown += textLength(b)
		}
	}
	switch {
	case tables > 1: // docs.slack.dev, table block
		return refuse("invalid_attachments", "[ERROR] only_one_table_allowed")
	case cells > maxTablesText:
		return refuse("invalid_blocks", "[ERROR] the cells of a table must be less than 10001 characters together [json-pointer:/blocks]")
	case markdown > 12_000, textLength(blocks) > maxBlocksText:
		return refuse("msg_blocks_too_long")
	}
	return nil
}

// named is checked blocks as JSON, where every block without a block_id has got one, as Slack does.
func named(blocks []any) json.RawMessage {
	if len(blocks) == 0 {
		return nil
	}
	taken := map[any]bool{}
	for _, b := range blocks {
		taken[b.(map[string]any)["block_id"]] = true
	}
	n := 0
	for _, b := range blocks {
		b := b.(map[string]any)
		if b["block_id"] != nil {
			continue
		}
		for n++; taken["b"+strconv.Itoa(n)]; n++ {
		}
		b["block_id"] = "b" + strconv.Itoa(n)
	}
	return encode(blocks)
}

// encode is v as JSON.
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("unreachable: it was read from JSON or is made of strings: " + err.Error())
	}
	return raw
}
