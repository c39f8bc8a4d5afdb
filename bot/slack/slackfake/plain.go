package slackfake

import (
	"encoding/json"
	"strconv"
	"strings"
)

// plain is what a person reads of blocks, or of the text where there are none, line by line. Markup is gone: a heading is its words, an
// item begins with "- " or its number, a nested one is two spaces further in, code is as it is, a date is its fallback, a link is followed
// by where it leads, a table's cells are parted by commas, buttons and menus stand in brackets.
func (w *Workspace) plain(blocks json.RawMessage, text string) string {
	if blocks == nil {
		return w.unmark(text)
	}
	return strings.Join(readBlocks(w, blocks).lines, "\n")
}

// buttonsOf is the buttons of blocks, in order.
func buttonsOf(blocks json.RawMessage) []Button {
	if blocks == nil {
		return nil
	}
	return readBlocks(nil, blocks).buttons
}

// readBlocks reads blocks that have been checked. Without a workspace, people and channels have no names.
func readBlocks(w *Workspace, blocks json.RawMessage) *reader {
	r := &reader{w: w}
	for _, b := range decode(blocks) {
		r.block(b)
	}
	return r
}

// decode is blocks that have been checked, as objects.
func decode(blocks json.RawMessage) (all []map[string]any) {
	if err := json.Unmarshal(blocks, &all); err != nil {
		panic("unreachable: blocks were checked when they came: " + err.Error())
	}
	return all
}

type reader struct {
	w       *Workspace
	lines   []string
	buttons []Button
}

func (r *reader) line(s string) { r.lines = append(r.lines, s) }

func (r *reader) block(b map[string]any) {
	name, _ := b["block_id"].(string)
	switch b["type"] {
	case "header", "markdown":
		r.line(r.words(b["text"]))
	case "section":
		if b["text"] != nil {
			r.line(r.words(b["text"]))
		}
		for _, f := range items(b["fields"]) {
			r.line(r.words(f))
		}
		if e, ok := b["accessory"].(map[string]any); ok {
			r.line(r.element(name, e))
		}
	case "context", "actions", "context_actions":
		var parts []string
		for _, e := range items(b["elements"]) {
			parts = append(parts, r.element(name, e))
		}
		r.line(strings.Join(parts, " "))
	case "image":
		r.line(r.element(name, b))
	case "input":
		r.line(r.words(b["label"]))
		if b["hint"] != nil {
			r.line(r.words(b["hint"]))
		}
	case "rich_text":
		r.lines = append(r.lines, r.w.richLines(b)...)
	case "table":
		rows, _ := b["rows"].([]any)
		for _, row := range rows {
			var cells []string
			for _, cell := range items(row) {
				if cell["type"] == "raw_text" {
					cells = append(cells, r.words(cell))
					continue
				}
				cells = append(cells, strings.Join(r.w.richLines(cell), " "))
			}
			r.line(strings.Join(cells, ", "))
		}
	}
}

// element is a button, a menu, a text or a picture.
func (r *reader) element(block string, e map[string]any) string {
	str := func(name string) string { s, _ := e[name].(string); return s }
	switch str("type") {
	case "plain_text", "mrkdwn":
		return r.words(e)
	case "image":
		return str("alt_text")
	case "button":
		b := Button{
			Label: r.words(e["text"]), ActionID: str("action_id"), BlockID: block, Value: str("value"), Spoken: str("accessibility_label"),
			URL: str("url"), Style: str("style"),
		}
		if b.Spoken == "" {
			b.Spoken = b.Label
		}
		r.buttons = append(r.buttons, b)
		return "[" + b.Label + "]"
	}
	if e["placeholder"] != nil {
		return "[" + r.words(e["placeholder"]) + "]"
	}
	return "[" + str("type") + "]"
}

// words is a text object, or a string, as it is read.
func (r *reader) words(v any) string {
	o, ok := v.(map[string]any)
	if !ok {
		s, _ := v.(string)
		return s
	}
	s, _ := o["text"].(string)
	if o["type"] == "mrkdwn" {
		return r.w.unmark(s)
	}
	return s
}

// richLines is a rich_text block, line by line.
func (w *Workspace) richLines(b map[string]any) (lines []string) {
	for _, part := range items(b["elements"]) {
		if part["type"] != "rich_text_list" {
			lines = append(lines, strings.Split(w.inline(part), "\n")...)
			continue
		}
		indent, _ := part["indent"].(float64)
		offset, _ := part["offset"].(float64)
		for i, item := range items(part["elements"]) {
			mark := "- "
			if part["style"] == "ordered" {
				mark = strconv.Itoa(int(offset)+i+1) + ". "
			}
			for j, line := range strings.Split(w.inline(item), "\n") {
				if j > 0 {
					mark = strings.Repeat(" ", len(mark))
				}
				lines = append(lines, strings.Repeat("  ", int(indent))+mark+line)
			}
		}
	}
	return lines
}

// inline is the elements of a section, a quote or a piece of code.
func (w *Workspace) inline(part map[string]any) string {
	var out strings.Builder
	for _, e := range items(part["elements"]) {
		str := func(name string) string { s, _ := e[name].(string); return s }
		switch str("type") {
		case "text":
			out.WriteString(str("text"))
		case "link":
			out.WriteString(linkText(str("text"), str("url")))
		case "user":
			out.WriteString(w.mention("@" + str("user_id")))
		case "channel":
			out.WriteString(w.mention("#" + str("channel_id")))
		case "usergroup":
			out.WriteString("@" + str("usergroup_id"))
		case "team":
			out.WriteString("@" + str("team_id"))
		case "broadcast":
			out.WriteString("@" + str("range"))
		case "color":
			out.WriteString(str("value"))
		case "emoji":
			out.WriteString(":" + str("name") + ":")
		case "date":
			out.WriteString(str("fallback"))
		}
	}
	return strings.TrimSuffix(out.String(), "\n")
}

func linkText(label, url string) string {
	if label == "" || strings.Contains(url, label) {
		return url
	}
	return label + " (" + url + ")"
}

// mention is what is shown for @U… or #C….
func (w *Workspace) mention(ref string) string {
	if w == nil {
		return ref
	}
	if m := w.people[ref[1:]]; m != nil && ref[0] == '@' {
		return "@" + m.Name
	}
	if c := w.channels[ref[1:]]; c != nil && ref[0] == '#' {
		return "#" + c.name
	}
	return ref
}

var escapes = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// unmark is mrkdwn as it is read: docs.slack.dev, Formatting message text. What emphasises (* _ ~ `) stays.
func (w *Workspace) unmark(s string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "<")
		out.WriteString(escapes.Replace(before))
		inside, after, closed := strings.Cut(rest, ">")
		if !found || !closed {
			if found {
				out.WriteString(escapes.Replace("<" + rest))
			}
			return out.String()
		}
		out.WriteString(w.reference(inside))
		s = after
	}
}

// reference is what is shown for what stands between < and >.
func (w *Workspace) reference(s string) string {
	target, label, _ := strings.Cut(s, "|")
	label = escapes.Replace(label)
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
		return w.mention(target)
	case strings.HasPrefix(target, "!date"):
		return label
	case strings.HasPrefix(target, "!"):
		return "@" + target[1:]
	}
	return linkText(label, escapes.Replace(target))
}

// items is a list of objects.
func items(v any) []map[string]any {
	all, _ := v.([]any)
	out := make([]map[string]any, len(all))
	for i, item := range all {
		out[i], _ = item.(map[string]any)
	}
	return out
}
