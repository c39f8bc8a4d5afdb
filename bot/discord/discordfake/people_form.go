package discordfake

import (
	"maps"
	"slices"
	"strings"
)

// Form is an open modal as the person sees it.
type Form struct {
	ID     string // custom_id
	Title  string
	Text   string // its text displays, as a person reads them
	Fields []Field
}

// Field is one field of an open form as the person sees it.
type Field struct {
	ID          string // custom_id
	Type        int    // of the component: 3 a select, 4 a text input, …
	Label       string
	Description string
	Value       []string // what stands in it
	Options     []Choice // of a select
	Required    bool
	Min, Max    int // characters, or how many options
}

// Form is the modal that a person has open; false when none is.
func (f *Fake) Form(user string) (Form, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	open := f.mustPerson(user).form
	if open == nil {
		return Form{}, false
	}
	seen := Form{ID: open.id, Title: open.title}
	reading := reading{f: f, g: open.by.channel.guild}
	for _, c := range open.components {
		if c.Type == textDisplay {
			seen.Text += reading.markdown(trim(c.Content)) + "\n"
		}
	}
	seen.Text = strings.TrimSuffix(seen.Text, "\n")
	fields, labels := open.fields()
	for n, c := range fields {
		field := Field{
			ID: c.CustomID, Type: c.Type, Label: labels[n].Label, Description: labels[n].Description, Value: c.standing(), Required: c.needed(),
		}
		field.Min, field.Max = c.bounds()
		for _, o := range c.Options {
			field.Options = append(field.Options, Choice{o.Label, o.Value})
		}
		seen.Fields = append(seen.Fields, field)
	}
	return seen, true
}

// Submit fills in the open form by custom_id and sends it. Fields that are not named keep what stands in them. The form stays open where
// Discord's client finds something wrong, or the app did not respond.
func (f *Fake) Submit(user string, values map[string][]string) error {
	f.mu.Lock()
	p := f.mustPerson(user)
	open := p.form
	i, payload, err := f.submit(p, open, values)
	f.mu.Unlock()
	if err != nil {
		return err
	}
	if err := f.wire.deliver(i, payload); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.form == open {
		p.form = nil
	}
	p.submitted = func() (*interaction, map[string]any, error) { return f.submit(p, open, values) }
	return nil
}

// Resubmit sends the form that a person sent last once more, from another device on which it is still open.
func (f *Fake) Resubmit(user string) error {
	f.mu.Lock()
	p := f.mustPerson(user)
	if p.submitted == nil {
		f.mu.Unlock()
		return NoForm
	}
	i, payload, err := p.submitted()
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return f.wire.deliver(i, payload)
}

func (f *Fake) submit(p *person, open *form, values map[string][]string) (*interaction, map[string]any, error) {
	if open == nil {
		return nil, nil, NoForm
	}
	filled, wrong := maps.Clone(values), FieldErrors{}
	if filled == nil {
		filled = map[string][]string{}
	}
	fields, _ := open.fields()
	for _, c := range fields {
		if _, ok := filled[c.CustomID]; !ok {
			filled[c.CustomID] = c.standing()
		}
		if why := c.fault(filled[c.CustomID]); why != "" {
			wrong[c.CustomID] = why
		}
	}
	for id := range filled {
		if !slices.ContainsFunc(fields, func(c component) bool { return c.CustomID == id }) {
			wrong[id] = string(NotThere)
		}
	}
	if len(wrong) > 0 {
		return nil, nil, wrong
	}
	i := f.wire.interaction(modalInteraction, p, open.by.channel)
	i.trigger, i.source = open.by, open.by.source
	r := &resolved{f: f, i: i, j: map[string]any{}}
	return i, f.payload(i, open.submission(filled, r)), nil
}

// CloseForm closes the open form; the app hears nothing.
func (f *Fake) CloseForm(user string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.mustPerson(user)
	if p.form == nil {
		return NoForm
	}
	p.form = nil
	return nil
}
