package slackfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Submit fills in the topmost modal and sends it: by block_id, a text, ids, or the values of options. What is not named stays as it
// stands in the form; an empty list empties a field. What the person has filled in is kept while the form shows errors.
func (w *Workspace) Submit(user string, values map[string][]string) error {
	p, v, err := w.fillIn(user, values)
	if err != nil {
		return err
	}
	answer, failed := w.f.wire.deliver(p)
	if failed != "" {
		return fmt.Errorf("%w (%w)", TroubleConnecting, failed.trouble())
	}
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return w.submissionAnswered(v.ID, answer)
}

func (w *Workspace) fillIn(user string, values map[string][]string) (*parcel, *View, error) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	m := w.mustPerson(user)
	switch {
	case w.install == nil:
		return nil, nil, NotInstalled
	case len(m.stack) == 0:
		return nil, nil, NotThere
	}
	v := m.stack[len(m.stack)-1]
	if v.Submit == "" {
		return nil, nil, fmt.Errorf("%w: the modal %q has no button to submit it", NotThere, v.Title)
	}
	v.Errors = nil
	wrong, err := w.f.wire.fill(v, values)
	switch {
	case err != nil:
		return nil, nil, err
	case len(wrong) > 0:
		v.Errors = wrong
		return nil, nil, wrong
	}
	return w.f.wire.submission(w, m, v), v, nil
}

// submissionAnswered does with the stack of modals what the acknowledgement of a submission says. Whatever it cannot carry out leaves the
// form as it is, and the person sees one sentence.
func (w *Workspace) submissionAnswered(view string, answer []byte) error {
	var say struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(answer) > 0 && json.Unmarshal(answer, &say) != nil {
		return TroubleConnecting
	}
	v, m := w.findView(view)
	if v == nil || m == nil {
		return nil // it is no longer open
	}
	var refused *refusal
	switch say.Action {
	case "":
		if m.stack[len(m.stack)-1] == v {
			w.closeView(m, false)
		}
	case "clear":
		w.closeView(m, true)
	case "update":
		_, refused = w.updateView(v, say.View, "")
	case "push":
		_, refused = w.openView(m, say.View, true)
	case "errors":
		if !w.canShow(v, say.Errors) {
			return fmt.Errorf("%w: errors for %q", TroubleConnecting, say.Errors)
		}
		v.Errors = say.Errors
		return FieldErrors(say.Errors)
	default:
		return fmt.Errorf("%w: response_action %q", TroubleConnecting, say.Action)
	}
	if refused != nil {
		return fmt.Errorf("%w: %s %q", TroubleConnecting, refused.code, refused.messages)
	}
	return nil
}

// canShow tells whether a form has an input block for each error.
func (w *Workspace) canShow(v *View, wrong map[string]string) bool {
	controls := controlsOf(v.Blocks)
	for block, text := range wrong {
		if text == "" || !slices.ContainsFunc(controls, func(c control) bool { return c.input && c.block == block }) {
			return false
		}
	}
	return len(wrong) > 0
}

// CloseView closes the topmost modal, and all below it where it says clear_on_close. The app hears of those that say
// notify_on_close.
func (w *Workspace) CloseView(user string) error {
	w.f.mu.Lock()
	m := w.mustPerson(user)
	if len(m.stack) == 0 {
		w.f.mu.Unlock()
		return NotThere
	}
	all := m.stack[len(m.stack)-1].ClearOnClose
	var told []*parcel
	for _, v := range w.closeView(m, all) {
		if v.NotifyOnClose && w.install != nil {
			told = append(told, w.f.wire.closing(w, m, v, all))
		}
	}
	w.f.mu.Unlock()
	for _, p := range told {
		w.f.wire.deliver(p) // the modal is gone, whatever the app says
	}
	return nil
}

// Suggest types into an external select of the topmost modal and gives what the app proposes. Slack asks only once min_query_length
// characters are typed.
func (w *Workspace) Suggest(user, actionID, typed string) ([]Option, error) {
	w.f.mu.Lock()
	m := w.mustPerson(user)
	var p *parcel
	var key string
	if len(m.stack) > 0 && w.install != nil {
		v := m.stack[len(m.stack)-1]
		for _, c := range controlsOf(v.Blocks) {
			if c.text("action_id") != actionID || c.kind() != "external_select" && c.kind() != "multi_external_select" {
				continue
			}
			if least, ok := c.element["min_query_length"].(float64); units(typed) < int(least) || !ok && units(typed) < minQuery {
				w.f.mu.Unlock()
				return nil, nil
			}
			p, key = w.f.wire.suggestion(w, m, v, c, typed), v.ID+"/"+actionID
		}
	}
	w.f.mu.Unlock()
	if p == nil {
		return nil, NotThere
	}
	answer, failed := w.f.wire.deliver(p)
	if failed != "" {
		return nil, fmt.Errorf("%w (%w)", OptionsNotLoaded, failed.trouble())
	}
	options, err := readOptions(answer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", OptionsNotLoaded, err)
	}
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.f.wire.proposed[key] = options
	return options, nil
}

// What an external select asks for and takes (docs.slack.dev, Select menu of external data source, Option object).
const (
	minQuery      = 3
	maxOptions    = 100
	maxOptionText = 75
)

func readOptions(answer []byte) ([]Option, error) {
	type option struct {
		Text struct {
			Type string `json:"type"`
			Text string `json:"text"`
		} `json:"text"`
		Value string `json:"value"`
	}
	var say struct {
		Options *[]option `json:"options"`
		Groups  []struct {
			Options []option `json:"options"`
		} `json:"option_groups"`
	}
	if err := json.Unmarshal(answer, &say); err != nil {
		return nil, err
	}
	var all []option
	if say.Options != nil {
		all = *say.Options
	}
	for _, g := range say.Groups {
		all = append(all, g.Options...)
	}
	if say.Options == nil && say.Groups == nil {
		return nil, errors.New("neither options nor option_groups")
	}
	if len(all) > maxOptions {
		return nil, fmt.Errorf("%d options", len(all))
	}
	options := []Option{}
	for _, o := range all {
		if o.Text.Type != "plain_text" || o.Text.Text == "" || units(o.Text.Text) > maxOptionText || o.Value == "" || units(o.Value) > maxOptionText {
			return nil, fmt.Errorf("option %q %q", o.Text.Text, o.Value)
		}
		options = append(options, Option{Label: o.Text.Text, Value: o.Value})
	}
	return options, nil
}
