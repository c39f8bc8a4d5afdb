package discordfake

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// offer is a command as it was registered (docs.discord.com, Application Command Structure).
type offer struct {
	ID       string        `json:"id"`
	Type     int           `json:"type"`
	Name     string        `json:"name"`
	Options  []offerOption `json:"options"`
	Contexts []int         `json:"contexts"`
	Installs []int         `json:"integration_types"`
	Rights   any           `json:"default_member_permissions"`
	guild    string        // where it is registered; empty for all
}

type offerOption struct {
	Type         int           `json:"type"`
	Name         string        `json:"name"`
	Required     bool          `json:"required"`
	Options      []offerOption `json:"options"`
	Choices      []offerChoice `json:"choices"`
	Autocomplete bool          `json:"autocomplete"`
	Channels     []int         `json:"channel_types"`
	Min          *float64      `json:"min_value"`
	Max          *float64      `json:"max_value"`
	MinLength    *int          `json:"min_length"`
	MaxLength    *int          `json:"max_length"`
}

type offerChoice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// Types of options (docs.discord.com, Application Command Option Type).
const (
	subcommandOption = 1
	groupOption      = 2
	stringOption     = 3
	integerOption    = 4
	booleanOption    = 5
	userOption       = 6
	channelOption    = 7
	roleOption       = 8
	anyOption        = 9
	numberOption     = 10
)

// maxString is how long an option of text may be.
const maxString = 6000

// Command uses a slash command by its name, subcommands behind it: "greenroom schedule add". It must be registered for the place.
func (f *Fake) Command(user string, in Place, name string, options ...Option) error {
	i, payload, err := f.typed(commandInteraction, user, in, name, options)
	if err != nil {
		return err
	}
	return f.wire.deliver(i, payload)
}

// Type types the last of options into a command and gives what the app proposes for it.
func (f *Fake) Type(user string, in Place, name string, options ...Option) ([]Choice, error) {
	i, payload, err := f.typed(completeInteraction, user, in, name, options)
	if err != nil {
		return nil, err
	}
	if err := f.wire.deliver(i, payload); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.proposed[user] = i.choices
	return slices.Clone(i.choices), nil
}

// Choices is what autocomplete last proposed to a person.
func (f *Fake) Choices(user string) []Choice {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.wire.proposed[user])
}

// typed makes the interaction of a command, or of one that is being typed. It takes the lock itself.
func (f *Fake) typed(kind int, user string, in Place, name string, options []Option) (*interaction, map[string]any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h, err := f.here(user, in)
	if err != nil {
		return nil, nil, err
	}
	if !h.writes() {
		return nil, nil, NotMember
	}
	words := strings.Fields(name)
	o := f.offered(h, words[0])
	if o == nil {
		return nil, nil, NotOffered
	}
	i := f.wire.interaction(kind, h.person, h.channel)
	i.command = name
	t := typing{r: &resolved{f: f, i: i, j: map[string]any{}}, complete: kind == completeInteraction}
	filled, err := t.walk(o.Options, words[1:], options)
	if err != nil {
		return nil, nil, err
	}
	data := map[string]any{"id": o.ID, "name": o.Name, "type": 1}
	if len(filled) > 0 {
		data["options"] = filled
	}
	if o.guild != "" {
		data["guild_id"] = o.guild
	}
	t.r.into(data)
	return i, f.payload(i, data), nil
}

// offered is the command of that name which Discord offers to a person there; nil where it offers none. One of the guild's own goes before
// one for all (docs.discord.com, Application Commands: contexts, integration types, permissions).
func (f *Fake) offered(h here, name string) *offer {
	scopes := []string{""}
	if g := h.channel.guild; g != nil && g.installed {
		scopes = []string{g.id, ""}
	}
	owners := f.owners(h.person, h.channel)
	for _, scope := range scopes {
		for _, raw := range f.registered(scope) {
			var o offer
			if decode(encode(raw), &o) != nil || o.Name != name || o.Type > 1 {
				continue
			}
			if o.guild = scope; f.mayUse(h, o, owners) {
				return &o
			}
		}
	}
	return nil
}

func (f *Fake) mayUse(h here, o offer, owners map[string]string) bool {
	if o.guild == "" {
		installs := o.Installs
		if installs == nil {
			installs = []int{0}
		}
		if !slices.ContainsFunc(installs, func(n int) bool { _, ok := owners[strconv.Itoa(n)]; return ok }) {
			return false
		}
		if o.Contexts != nil && !slices.Contains(o.Contexts, contextOf(h.channel)) {
			return false
		}
	}
	may := h.channel.rights(h.person)
	if may&UseCommands == 0 {
		return false
	}
	if o.Rights == nil || h.channel.guild == nil {
		return true
	}
	need, _ := strconv.ParseInt(plainValue(o.Rights), 10, 64)
	if need == 0 {
		return may&Administrator != 0
	}
	return may&Permission(need) == Permission(need)
}

// typing is a command on its way into a payload.
type typing struct {
	r        *resolved
	complete bool // only the last option is typed; what is required may still be missing, and numbers are text
}

// walk goes down the subcommands that words name and fills in the options of the last.
func (t typing) walk(offered []offerOption, words []string, options []Option) ([]any, error) {
	if len(words) == 0 {
		return t.fill(offered, options)
	}
	for _, o := range offered {
		if o.Name != words[0] || o.Type != subcommandOption && o.Type != groupOption {
			continue
		}
		inner, err := t.walk(o.Options, words[1:], options)
		if err != nil {
			return nil, err
		}
		return []any{map[string]any{"name": o.Name, "type": o.Type, "options": append([]any{}, inner...)}}, nil
	}
	return nil, fmt.Errorf("%w: no subcommand %q", NotOffered, words[0])
}

func (t typing) fill(offered []offerOption, options []Option) (filled []any, err error) {
	for n, given := range options {
		at := slices.IndexFunc(offered, func(o offerOption) bool { return o.Name == given.Name })
		if at < 0 {
			return nil, fmt.Errorf("%w: no option %q", NotOffered, given.Name)
		}
		o := offered[at]
		one := map[string]any{"name": o.Name, "type": o.Type}
		if t.complete && n == len(options)-1 {
			if !o.Autocomplete {
				return nil, fmt.Errorf("%w: option %q proposes nothing", NotOffered, given.Name)
			}
			one["focused"], one["value"] = true, given.Value
		} else if t.complete && (o.Type == integerOption || o.Type == numberOption) {
			one["value"] = given.Value
		} else if one["value"], err = t.value(o, given.Value); err != nil {
			return nil, err
		}
		filled = append(filled, one)
	}
	for _, o := range offered {
		if o.Type == subcommandOption || o.Type == groupOption {
			return nil, fmt.Errorf("%w: a subcommand is missing", NotOffered)
		}
		if o.Required && !t.complete && !slices.ContainsFunc(options, func(given Option) bool { return given.Name == o.Name }) {
			return nil, fmt.Errorf("%w: option %q is required", NotOffered, o.Name)
		}
	}
	return filled, nil
}

// value is what was typed as Discord's client sends it; the error says why it does not.
func (t typing) value(o offerOption, typed string) (any, error) {
	no := func(why string) (any, error) {
		return nil, fmt.Errorf("%w: %s: %q %s", NotOffered, o.Name, typed, why)
	}
	if len(o.Choices) > 0 {
		for _, c := range o.Choices {
			if c.Name == typed || plainValue(c.Value) == typed {
				return c.Value, nil
			}
		}
		return no("is not among the choices")
	}
	switch o.Type {
	case stringOption:
		low, high := 0, maxString
		if o.MinLength != nil {
			low = *o.MinLength
		}
		if o.MaxLength != nil {
			high = *o.MaxLength
		}
		if n := length(typed); n < low || n > high {
			return no("is too short or too long")
		}
		return typed, nil
	case booleanOption:
		on, err := strconv.ParseBool(strings.ToLower(typed))
		if err != nil {
			return no("is neither true nor false")
		}
		return on, nil
	case integerOption, numberOption:
		return o.number(typed, no)
	}
	id := strings.Trim(typed, "<>@#&!")
	known := false
	switch o.Type {
	case userOption:
		known = t.r.user(id)
	case roleOption:
		known = t.r.role(id)
	case anyOption:
		known = t.r.user(id) || t.r.role(id)
	case channelOption:
		known = t.r.channel(id, o.Channels)
	}
	if !known {
		return no("is nobody and nothing here")
	}
	return id, nil
}

func (o offerOption) number(typed string, no func(string) (any, error)) (any, error) {
	n, err := strconv.ParseFloat(typed, 64)
	switch {
	case err != nil:
		return no("is no number")
	case o.Type == integerOption && n != math.Trunc(n):
		return no("is no whole number")
	case o.Min != nil && n < *o.Min || o.Max != nil && n > *o.Max:
		return no("is too small or too large")
	case o.Type == integerOption:
		return int64(n), nil
	}
	return n, nil
}

// plainValue is a choice's value as text.
func plainValue(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}
