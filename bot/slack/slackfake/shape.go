package slackfake

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
)

// What JSON must look like is written as tables of rules (see blocks.go, elements.go, richtext.go). The words of problems and the pointer
// behind them are those that Slack puts into response_metadata.messages.

// checker gathers what is wrong with a JSON value.
type checker struct {
	problems []string
}

// wrong notes a problem with the value at a JSON pointer.
func (c *checker) wrong(at, format string, args ...any) {
	c.problems = append(c.problems, "[ERROR] "+fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// rule checks one value.
type rule func(c *checker, at string, v any)

// fields are those that an object may have. A name with an exclamation mark must be there; a name that is not listed is refused.
type fields map[string]rule

// shape is an object: its fields, and what else must hold of it when they are right.
type shape struct {
	fields fields
	also   func(c *checker, at string, o map[string]any)
}

func (s shape) check(c *checker, at string, v any) {
	o, ok := v.(map[string]any)
	if !ok {
		c.wrong(at, "must provide an object")
		return
	}
	before := len(c.problems)
	for _, name := range sorted(s.fields) {
		plain, need := strings.CutSuffix(name, "!")
		value, there := o[plain]
		switch {
		case there && value != nil: // Slack takes null as absent
			s.fields[name](c, at+"/"+plain, value)
		case need:
			c.wrong(at, "missing required field: %s", plain)
		}
	}
	for _, name := range sorted(o) {
		if s.fields[name] == nil && s.fields[name+"!"] == nil {
			c.wrong(at, "invalid additional property: %s", name)
		}
	}
	if s.also != nil && len(c.problems) == before {
		s.also(c, at, o)
	}
}

// kinds are the shapes that an object can have, by its type.
type kinds map[string]shape

func (k kinds) check(c *checker, at string, v any) {
	o, ok := v.(map[string]any)
	if !ok {
		c.wrong(at, "must provide an object")
		return
	}
	kind, _ := o["type"].(string)
	s, known := k[kind]
	switch {
	case kind == "":
		c.wrong(at, "missing required field: type")
	case !known:
		c.wrong(at+"/type", "unsupported type: %s", kind)
	default:
		all := fields{"type!": one(kind)}
		for name, r := range s.fields {
			all[name] = r
		}
		shape{all, s.also}.check(c, at, v)
	}
}

// only picks some of the kinds.
func (k kinds) only(names ...string) rule {
	some := kinds{}
	for _, name := range names {
		if _, known := k[name]; !known {
			panic("unreachable: a table names the kind " + name + ", which no table has")
		}
		some[name] = k[name]
	}
	return some.check
}

// text is a string of least to most characters.
func text(least, most int) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		switch n := units(s); {
		case !ok:
			c.wrong(at, "must provide a string")
		case n < least:
			c.wrong(at, "must be more than %d characters", least-1)
		case n > most:
			c.wrong(at, "must be less than %d characters", most+1)
		}
	}
}

// one is one of some strings.
func one(of ...string) rule {
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(of, s) {
			c.wrong(at, "must be a valid enum value: %s", strings.Join(of, ", "))
		}
	}
}

func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.wrong(at, "must provide a boolean")
	}
}

// whole is a number without fraction of least to most.
func whole(least, most float64) rule {
	return func(c *checker, at string, v any) {
		switch n, ok := v.(float64); {
		case !ok || n != math.Trunc(n):
			c.wrong(at, "must provide an integer")
		case n < least:
			c.wrong(at, "must be greater than or equal to %v", least)
		case n > most:
			c.wrong(at, "must be less than or equal to %v", most)
		}
	}
}

// list is an array of least to most items that all keep to a rule.
func list(least, most int, item rule) rule {
	return func(c *checker, at string, v any) {
		items, ok := v.([]any)
		switch {
		case !ok:
			c.wrong(at, "must provide an array")
		case len(items) < least:
			c.wrong(at, "no less than %d items allowed", least)
		case len(items) > most:
			c.wrong(at, "no more than %d items allowed", most)
		}
		for i, v := range items {
			item(c, at+"/"+strconv.Itoa(i), v)
		}
	}
}

// units counts characters as UTF-16, the larger of the ways in which Slack may count: the strict choice.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// every calls f with each string, number or flag under a field's name, anywhere in a JSON value.
func every(v any, name string, f func(any)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			every(item, name, f)
		}
	case map[string]any:
		for _, key := range sorted(v) {
			switch v[key].(type) {
			case []any, map[string]any:
				every(v[key], name, f)
			default:
				if key == name {
					f(v[key])
				}
			}
		}
	}
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
