package slackfake

import (
	"encoding/json"
	"fmt"
	"slices"
)

// View is a modal or a home page as it stands.
type View struct {
	ID, Hash        string
	Team, User      string
	Type            string // modal or home
	Root, Previous  string // ids; Previous is empty for the lowest modal
	CallbackID      string
	ExternalID      string
	PrivateMetadata string
	Title           string
	Submit, Close   string // labels; empty without
	NotifyOnClose   bool
	ClearOnClose    bool
	Blocks          json.RawMessage   // array, each block with its block_id
	Buttons         []Button          // in order
	Fields          []Field           // inputs, in order
	Errors          map[string]string // by block_id: what the app found wrong with the last submission
	Plain           string            // what a person reads; set in what is given out

	sent map[string]any // as the app sent it: title, submit and close are given back so
}

// Field is an input of a view.
type Field struct {
	BlockID  string
	ActionID string
	Type     string // of its element: plain_text_input, checkboxes, …
	Label    string
	Hint     string
	Optional bool
	Options  []Option
	Initial  []string // a text, or the values of chosen options
	Min, Max int      // characters of a text; Max 0 is Slack's own 3,000
}

// Option is a choice of a field.
type Option struct{ Label, Value string }

// Limits of views: docs.slack.dev, Modals and view objects.
const (
	maxStack    = 3
	maxTitle    = 24 // also of submit and close
	maxPrivate  = 3000
	maxViewSize = 250_000 // bytes: views.open, view_too_large
)

var viewKinds = kinds{
	"modal": {fields: fields{
		"title!": plainText(maxTitle), "submit": plainText(maxTitle), "close": plainText(maxTitle), "blocks!": blockList,
		"private_metadata": text(0, maxPrivate), "callback_id": text(0, maxID), "external_id": text(0, maxID),
		"clear_on_close": boolean, "notify_on_close": boolean, "submit_disabled": boolean,
	}, also: func(c *checker, at string, o map[string]any) {
		blocks := o["blocks"].([]any)
		checkBlocks(c, at+"/blocks", blocks, inModal)
		input := func(b any) bool { o, _ := b.(map[string]any); return o["type"] == "input" }
		if slices.ContainsFunc(blocks, input) && o["submit"] == nil {
			c.wrong(at, "missing required field: submit")
		}
	}},
	"home": {fields: fields{
		"blocks!": blockList, "private_metadata": text(0, maxPrivate), "callback_id": text(0, maxID), "external_id": text(0, maxID),
	}, also: func(c *checker, at string, o map[string]any) {
		checkBlocks(c, at+"/blocks", o["blocks"].([]any), inHome)
	}},
}

func blockList(c *checker, at string, v any) {
	if _, ok := v.([]any); !ok {
		c.wrong(at, "must provide an array")
	}
}

// parseView reads a view, and refuses what Slack refuses.
func parseView(body json.RawMessage) (*View, *refusal) {
	if len(body) > maxViewSize {
		return nil, refuse("view_too_large")
	}
	var o map[string]any
	if json.Unmarshal(body, &o) != nil {
		return nil, refuse("invalid_arguments", "[ERROR] must provide an object [json-pointer:/view]")
	}
	c := &checker{}
	viewKinds.check(c, "/view", o)
	if len(c.problems) > 0 {
		return nil, refuse("invalid_arguments", c.problems...)
	}
	Record("view", body)
	str := func(name string) string { s, _ := o[name].(string); return s }
	label := func(name string) string { l, _ := o[name].(map[string]any); s, _ := l["text"].(string); return s }
	v := &View{
		Type: str("type"), CallbackID: str("callback_id"), ExternalID: str("external_id"), PrivateMetadata: str("private_metadata"),
		Title: label("title"), Submit: label("submit"), Close: label("close"),
		NotifyOnClose: o["notify_on_close"] == true, ClearOnClose: o["clear_on_close"] == true, sent: o,
	}
	if v.Blocks = named(o["blocks"].([]any)); v.Blocks == nil {
		v.Blocks = json.RawMessage("[]")
	}
	v.Buttons, v.Fields = buttonsOf(v.Blocks), fieldsOf(v.Blocks)
	return v, nil
}

// fieldsOf is the inputs of blocks, in order.
func fieldsOf(blocks json.RawMessage) (all []Field) {
	for _, b := range decode(blocks) {
		if b["type"] != "input" {
			continue
		}
		r := &reader{}
		e := b["element"].(map[string]any)
		str := func(name string) string { s, _ := e[name].(string); return s }
		number := func(name string) int { n, _ := e[name].(float64); return int(n) }
		block, _ := b["block_id"].(string)
		f := Field{
			BlockID: block, ActionID: str("action_id"), Type: str("type"), Label: r.words(b["label"]), Hint: r.words(b["hint"]),
			Optional: b["optional"] == true, Min: number("min_length"), Max: number("max_length"),
		}
		options := items(e["options"])
		for _, g := range items(e["option_groups"]) {
			options = append(options, items(g["options"])...)
		}
		for _, o := range options {
			value, _ := o["value"].(string)
			f.Options = append(f.Options, Option{r.words(o["text"]), value})
		}
		if s := str("initial_value"); s != "" {
			f.Initial = []string{s}
		}
		chosen := items(e["initial_options"])
		if one, ok := e["initial_option"].(map[string]any); ok {
			chosen = append(chosen, one)
		}
		for _, o := range chosen {
			value, _ := o["value"].(string)
			f.Initial = append(f.Initial, value)
		}
		all = append(all, f)
	}
	return all
}

// json is the view as Slack puts it into answers and payloads, without its state.
func (v *View) json(f *Fake, w *Workspace) map[string]any {
	j := map[string]any{
		"id": v.ID, "team_id": w.id, "type": v.Type, "blocks": v.Blocks, "private_metadata": v.PrivateMetadata, "callback_id": v.CallbackID,
		"external_id": v.ExternalID, "state": map[string]any{"values": map[string]any{}}, "hash": v.Hash, "clear_on_close": v.ClearOnClose,
		"notify_on_close": v.NotifyOnClose, "root_view_id": v.Root, "previous_view_id": nil, "app_id": f.cfg.AppID,
		"app_installed_team_id": w.id, "bot_id": w.install.botID,
		"title": map[string]any{"type": "plain_text", "text": "View Title", "emoji": true}, "submit": nil, "close": nil, // a home page's
	}
	for _, name := range []string{"title", "submit", "close"} {
		if v.sent[name] != nil {
			j[name] = v.sent[name]
		}
	}
	if v.Previous != "" {
		j["previous_view_id"] = v.Previous
	}
	return j
}

// hash marks the content of a view: the second in which it was written, and eight figures.
func (f *Fake) hash() string {
	return fmt.Sprintf("%d.%08x", f.cfg.Now().Unix(), f.rand.Uint32())
}

// openView shows a modal to a person: as the only one, or (push) on top of what is open. body is the view as the app sent it.
func (w *Workspace) openView(m *member, body json.RawMessage, push bool) (*View, *refusal) {
	v, refused := parseView(body)
	if refused == nil {
		refused = w.mayOpen(m, v, push)
	}
	if refused != nil {
		return nil, refused
	}
	w.put(m, v, push)
	return v, nil
}

// mayOpen tells whether a modal can be shown to a person now.
func (w *Workspace) mayOpen(m *member, v *View, push bool) *refusal {
	switch {
	case v.Type != "modal":
		return refuse("invalid_arguments", "[ERROR] must be a modal [json-pointer:/view/type]")
	case push && len(m.stack) == 0:
		return refuse("not_found")
	case push && len(m.stack) >= maxStack:
		return refuse("push_limit_reached")
	case w.taken(v.ExternalID, ""):
		return refuse("duplicate_external_id")
	}
	return nil
}

func (w *Workspace) put(m *member, v *View, push bool) {
	v.ID, v.Hash, v.Team, v.User = w.f.id("V"), w.f.hash(), w.id, m.ID
	v.Root = v.ID
	if push {
		below := m.stack[len(m.stack)-1]
		v.Root, v.Previous = below.Root, below.ID
	} else {
		m.stack = nil
	}
	m.stack = append(m.stack, v)
}

// taken tells whether another view of the workspace than id has an external_id.
func (w *Workspace) taken(external, id string) bool {
	if external == "" {
		return false
	}
	v, _ := w.findView(external)
	return v != nil && v.ID != id
}

// updateView replaces the content of a view that is open, and gives it a new hash. hash is the one that the app thinks it has; it may be
// empty. The view keeps its place and its id, so v itself stays the one that is open.
func (w *Workspace) updateView(v *View, body json.RawMessage, hash string) (*View, *refusal) {
	to, refused := parseView(body)
	switch {
	case refused != nil:
		return nil, refused
	case hash != "" && hash != v.Hash:
		return nil, refuse("hash_conflict")
	case to.Type != v.Type:
		return nil, refuse("invalid_arguments", "[ERROR] the type of a view cannot change [json-pointer:/view/type]")
	case w.taken(to.ExternalID, v.ID):
		return nil, refuse("duplicate_external_id")
	}
	to.ID, to.Hash, to.Team, to.User, to.Root, to.Previous = v.ID, w.f.hash(), v.Team, v.User, v.Root, v.Previous
	*v = *to
	return v, nil
}

// publishView sets a person's home page.
func (w *Workspace) publishView(m *member, body json.RawMessage, hash string) (*View, *refusal) {
	v, refused := parseView(body)
	switch {
	case refused != nil:
		return nil, refused
	case v.Type != "home":
		return nil, refuse("invalid_arguments", "[ERROR] must be a home page [json-pointer:/view/type]")
	case m.home != nil:
		return w.updateView(m.home, body, hash)
	case w.taken(v.ExternalID, ""):
		return nil, refuse("duplicate_external_id")
	}
	v.ID, v.Hash, v.Team, v.User = w.f.id("V"), w.f.hash(), w.id, m.ID
	v.Root = v.ID
	m.home = v
	return v, nil
}

// closeView takes the topmost modal away; all takes away the whole stack. It says which were taken, topmost first.
func (w *Workspace) closeView(m *member, all bool) (taken []*View) {
	for len(m.stack) > 0 && (all || len(taken) == 0) {
		last := len(m.stack) - 1
		taken = append(taken, m.stack[last])
		m.stack = m.stack[:last]
	}
	return taken
}

// findView finds an open modal, or a home page, by its id or its external_id.
func (w *Workspace) findView(name string) (*View, *member) {
	for _, m := range w.people {
		for _, v := range append(slices.Clone(m.stack), m.home) {
			if v != nil && (v.ID == name || v.ExternalID == name) {
				return v, m
			}
		}
	}
	return nil, nil
}
