package chat

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Value is what a button or a form carries: it names a thing and proves nothing. Rights and state are checked at the
// click, and workspace and member come from the event.
type Value struct {
	Look bool   // the click only reads: it is answered at once, beside the room's queue
	Verb string // what to do: lower-case letters and hyphens
	Post string // the post or other thing it is about
	Part int    // 0 is the main question, n the n-th follow-up
	Arg  string // one more word: which draft, which page
}

// Encode writes a value in at most MaxValue bytes: verb, post, part and argument, parted by colons, with a question
// mark before the verb of what only looks.
func (v Value) Encode() string {
	verb := v.Verb
	if v.Look {
		verb = "?" + verb
	}
	s := verb + ":" + url.QueryEscape(v.Post) + ":" + strconv.Itoa(v.Part)
	if v.Arg != "" {
		s += ":" + url.QueryEscape(v.Arg)
	}
	return s
}

// ParseValue reads what Encode wrote. A value of an older version, or of somebody else, is an error: such a click is
// answered with "this is no longer open".
func ParseValue(s string) (Value, error) {
	parts := strings.Split(s, ":")
	if len(s) > MaxValue || len(parts) < 3 || len(parts) > 4 {
		return Value{}, fmt.Errorf("button value %q: not one of ours", s)
	}
	v := Value{Verb: parts[0]}
	v.Verb, v.Look = strings.CutPrefix(v.Verb, "?")
	var err error
	if v.Post, err = url.QueryUnescape(parts[1]); err != nil {
		return Value{}, fmt.Errorf("button value %q: %w", s, err)
	}
	if v.Part, err = strconv.Atoi(parts[2]); err != nil || v.Part < 0 {
		return Value{}, fmt.Errorf("button value %q: part is not a number", s)
	}
	if len(parts) == 4 {
		if v.Arg, err = url.QueryUnescape(parts[3]); err != nil {
			return Value{}, fmt.Errorf("button value %q: %w", s, err)
		}
	}
	if v.Verb == "" {
		return Value{}, fmt.Errorf("button value %q: no verb", s)
	}
	return v, nil
}

// Looks tells from the event alone that it only reads, where the vocabulary can tell: a completion, a home page, and a
// click whose value says so. The engine knows the same of command lines.
func (e Event) Looks() bool {
	return e.Kind == Complete || e.Kind == Home || (e.Kind == Click && e.Value.Look)
}

// MarshalText and UnmarshalText store a value as it is shown to platforms.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.Encode()), nil }

// UnmarshalText reads what MarshalText wrote.
func (v *Value) UnmarshalText(b []byte) (err error) {
	*v, err = ParseValue(string(b))
	return err
}
