package slackfake

import "encoding/json"

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
	Plain           string            // what a person reads
	Buttons         []Button          //
	Fields          []Field           // inputs, in order
	Errors          map[string]string // by block_id: what the app found wrong with the last submission
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

// json is the view as Slack puts it into answers and payloads, without its state.
func (v *View) json(f *Fake, w *Workspace) map[string]any {
	return map[string]any{"id": v.ID}
}

// openView shows a modal to a person: as the only one, or (push) on top of what is open. body is the view as the app sent it.
func (w *Workspace) openView(m *member, body json.RawMessage, push bool) (*View, *refusal) {
	return nil, refuse("not_built")
}

// updateView replaces the content of a view that is open. hash may be empty.
func (w *Workspace) updateView(v *View, body json.RawMessage, hash string) (*View, *refusal) {
	return nil, refuse("not_built")
}

// closeView takes the topmost modal away; all takes away the whole stack. It says which were taken.
func (w *Workspace) closeView(m *member, all bool) []*View { return nil }

// findView finds an open modal, or a home page, by its id.
func (w *Workspace) findView(id string) (*View, *member) { return nil, nil }
