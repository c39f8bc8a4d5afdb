package discordfake

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// tolerated are fields that discord.js 14.28.1 sends although Discord's description does not know them there.
var tolerated = map[string][]string{"CreateTextThreadWithMessageRequest": {"type"}}

// strange lists what a body names that Discord's description does not know: Discord ignores it, and so would hide a misspelt field.
// The body has been found valid. It takes no lock.
func (f *Fake) strange(schema string, body json.RawMessage) []string {
	d := theDescription()
	if d.err != nil || f.unchecked.Load() {
		return nil
	}
	s, err := d.schema(schema)
	var doc any
	if err != nil || decode(body, &doc) != nil {
		return nil
	}
	found := unknown([]*jsonschema.Schema{s}, doc, "")
	return slices.DeleteFunc(found, func(field string) bool { return slices.Contains(tolerated[schema], field) })
}

// unknown lists the paths of fields that none of the schemas names, where they name any.
func unknown(schemas []*jsonschema.Schema, v any, path string) (found []string) {
	schemas = meaning(schemas, v)
	switch v := v.(type) {
	case []any:
		var items []*jsonschema.Schema
		for _, s := range schemas {
			if s.Items2020 != nil {
				items = append(items, s.Items2020)
			}
		}
		for i, item := range v {
			found = append(found, unknown(items, item, join(path, strconv.Itoa(i)))...)
		}
	case map[string]any:
		named, open := map[string][]*jsonschema.Schema{}, true
		for _, s := range schemas {
			for name, p := range s.Properties {
				named[name] = append(named[name], p)
				open = false
			}
			if s.AdditionalProperties != nil {
				return found // a map of anything
			}
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			switch at, known := named[name]; {
			case known:
				found = append(found, unknown(at, v[name], join(path, name))...)
			case !open && !idle(v[name]):
				found = append(found, join(path, name))
			}
		}
	}
	return found
}

// idle tells whether a value says nothing: libraries send such fields for every message.
func idle(v any) bool { return v == nil || v == false || v == "" }

// meaning is the schemas that say something of a value: behind references, and of several branches those that it fits.
func meaning(schemas []*jsonschema.Schema, v any) (all []*jsonschema.Schema) {
	for _, s := range schemas {
		all = append(all, s)
		if s.Ref != nil {
			all = append(all, meaning([]*jsonschema.Schema{s.Ref}, v)...)
		}
		all = append(all, meaning(s.AllOf, v)...)
		for _, branch := range slices.Concat(s.OneOf, s.AnyOf) {
			if branch.Validate(v) == nil {
				all = append(all, meaning([]*jsonschema.Schema{branch}, v)...)
			}
		}
	}
	return all
}
