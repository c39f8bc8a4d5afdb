package chat

import (
	"fmt"
	"unicode/utf8"
)

// Limits that hold everywhere: the smallest of what the platforms take.
const (
	MaxAnswer  = 3000 // characters of an answer (a Slack input)
	MaxLabel   = 75   // characters of a button's or choice's label (Slack)
	MaxValue   = 88   // bytes of a button's value (a Discord custom_id has 100; 12 name the workspace in a direct message)
	MaxFields  = 5    // fields of a form, its Intro counted (Discord)
	MaxChoices = 25   // choices of a field or completion (Discord)
	MaxTitle   = 24   // characters of a form's title and of its submit button (Slack)
	MaxButtons = 25   // buttons of a message (five rows of five on Discord)
)

// Check says what in a message breaks a limit that holds everywhere. Text may have any length: adapters split it.
func (m Message) Check() error {
	if len(m.Buttons) > MaxButtons {
		return fmt.Errorf("message has %d buttons, at most %d", len(m.Buttons), MaxButtons)
	}
	seen, values := map[string]bool{}, map[string]bool{}
	for _, b := range m.Buttons {
		if n := utf8.RuneCountInString(b.Label); n == 0 || n > MaxLabel {
			return fmt.Errorf("button label %q has %d characters, 1 to %d", b.Label, n, MaxLabel)
		}
		if seen[b.Label] {
			return fmt.Errorf("two buttons are labelled %q", b.Label)
		}
		seen[b.Label] = true
		v := b.Value.Encode()
		if len(v) > MaxValue {
			return fmt.Errorf("button value %q has %d bytes, at most %d", v, len(v), MaxValue)
		}
		if values[v] {
			return fmt.Errorf("two buttons have the value %q", v)
		}
		values[v] = true
	}
	if len(m.Blocks) == 0 {
		return fmt.Errorf("message has no blocks")
	}
	return nil
}

// Check says what in a form breaks a limit that holds everywhere.
func (f Form) Check() error {
	n := len(f.Fields)
	if len(f.Intro) > 0 {
		n++
	}
	if n == 0 || n > MaxFields {
		return fmt.Errorf("form %q has %d fields, 1 to %d", f.Title, n, MaxFields)
	}
	for _, s := range []string{f.Title, f.Submit} {
		if k := utf8.RuneCountInString(s); k == 0 || k > MaxTitle {
			return fmt.Errorf("form title or button %q has %d characters, 1 to %d", s, k, MaxTitle)
		}
	}
	if v := f.Value.Encode(); len(v) > MaxValue {
		return fmt.Errorf("form value %q has %d bytes, at most %d", v, len(v), MaxValue)
	}
	names := map[string]bool{}
	for _, field := range f.Fields {
		if err := field.check(); err != nil {
			return err
		}
		if names[field.Name] {
			return fmt.Errorf("two fields are named %q", field.Name)
		}
		names[field.Name] = true
	}
	return nil
}

func (f Field) check() error {
	if n := len(f.Name); n == 0 || n > MaxValue {
		return fmt.Errorf("field %q: its name %q has %d bytes, 1 to %d", f.Label, f.Name, n, MaxValue)
	}
	if n := utf8.RuneCountInString(f.Value); f.Max < 0 || f.Max > MaxAnswer || n > f.Limit() {
		return fmt.Errorf("field %q holds %d of at most %d characters; no field takes more than %d", f.Label, n, f.Limit(), MaxAnswer)
	}
	if n := utf8.RuneCountInString(f.Label); n == 0 || n > 45 {
		return fmt.Errorf("field label %q has %d characters, 1 to 45", f.Label, n)
	}
	if n := utf8.RuneCountInString(f.Hint); n > 100 {
		return fmt.Errorf("field hint %q has %d characters, at most 100", f.Hint, n)
	}
	chosen := f.Kind == OneField || f.Kind == ManyField
	if chosen && (len(f.Choices) == 0 || len(f.Choices) > MaxChoices) {
		return fmt.Errorf("field %q has %d choices, 1 to %d", f.Label, len(f.Choices), MaxChoices)
	}
	seen := map[string]bool{}
	for _, c := range f.Choices {
		if n := utf8.RuneCountInString(c.Label); n == 0 || n > MaxLabel || len(c.Value) == 0 || len(c.Value) > 75 {
			return fmt.Errorf("field %q: choice %q does not fit", f.Label, c.Label)
		}
		if seen[c.Value] {
			return fmt.Errorf("field %q: two choices have the value %q", f.Label, c.Value)
		}
		seen[c.Value] = true
	}
	return nil
}

// Limit is how many characters a Short or Long field takes.
func (f Field) Limit() int {
	if f.Max == 0 {
		return MaxAnswer
	}
	return f.Max
}
