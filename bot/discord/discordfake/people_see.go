package discordfake

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

// Form is an open modal as the person sees it.
type Form struct {
	ID     string // custom_id
	Title  string
	Text   string // its text displays
	Fields []Field
}

// Form is the modal that a person has open; false when none is.
func (f *Fake) Form(user string) (Form, bool) { return Form{}, false }

// Choices is what autocomplete last proposed to a person.
func (f *Fake) Choices(user string) []Choice { return nil }
