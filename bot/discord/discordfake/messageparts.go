package discordfake

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"
)

// withIDs gives every component that has none an id that no other of the message has, as Discord does, and leaves out what is null.
func withIDs(components []any) []any {
	used := map[string]bool{}
	walkJSON(components, func(c map[string]any) {
		if id, ok := c["id"].(json.Number); ok && id != "0" {
			used[string(id)] = true
		}
	})
	next := 1
	walkJSON(components, func(c map[string]any) {
		maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
		if id, ok := c["id"].(json.Number); ok && id != "0" {
			return
		}
		for used[strconv.Itoa(next)] {
			next++
		}
		used[strconv.Itoa(next)] = true
		c["id"] = next
	})
	return components
}

// walkJSON visits every component, those within others too, in the order in which they stand.
func walkJSON(components []any, visit func(map[string]any)) {
	for _, v := range components {
		c, ok := v.(map[string]any)
		if !ok {
			continue
		}
		visit(c)
		for _, name := range []string{"components", "accessory", "component"} {
			switch inner := c[name].(type) {
			case []any:
				walkJSON(inner, visit)
			case map[string]any:
				walkJSON([]any{inner}, visit)
			}
		}
	}
}

// withDefaults adds what Discord says of components and embeds beyond what an app sent (OpenAPI: the required fields of the responses).
func withDefaults(components, embeds []any) {
	walkJSON(components, func(c map[string]any) {
		switch number(c["type"]) {
		case container:
			add(c, map[string]any{"accent_color": nil, "spoiler": false})
		case separator:
			add(c, map[string]any{"divider": true, "spacing": 1})
		case thumbnail:
			add(c, map[string]any{"description": nil, "spoiler": false})
		case fileDisplay:
			add(c, map[string]any{"name": nil, "size": nil, "spoiler": false})
		case stringSelect, userSelect, roleSelect, anySelect, chanSelect:
			add(c, map[string]any{"min_values": 1, "max_values": 1})
		case gallery:
			items, _ := c["items"].([]any)
			for _, item := range items {
				add(object(item), map[string]any{"description": nil, "spoiler": false})
			}
		}
	})
	for _, v := range embeds {
		add(object(v), map[string]any{"type": "rich"})
		fields, _ := object(v)["fields"].([]any)
		for _, field := range fields {
			add(object(field), map[string]any{"inline": false})
		}
	}
}

func add(to, defaults map[string]any) {
	for name, v := range defaults {
		if to != nil && to[name] == nil {
			to[name] = v
		}
	}
}

// unfurl says where what components show can be had: an attachment by its name, or an address of the web.
func (f *Fake) unfurl(m *message) {
	walkJSON(m.components, func(c map[string]any) {
		if file := f.unfurlOne(m, c["file"]); file != nil {
			c["name"], c["size"] = file.Name, len(file.Data)
		}
		f.unfurlOne(m, c["media"])
		items, _ := c["items"].([]any)
		for _, item := range items {
			f.unfurlOne(m, object(item)["media"])
		}
	})
}

// unfurlOne fills in one reference, and gives the attachment that it is one to.
func (f *Fake) unfurlOne(m *message, reference any) *File {
	r := object(reference)
	if r == nil || r["id"] != nil {
		return nil
	}
	name, attached := strings.CutPrefix(text(r["url"]), "attachment://")
	if !attached {
		r["id"], r["proxy_url"] = f.id(), r["url"]
		return nil
	}
	for i, file := range m.files {
		if file.Name == name {
			j := f.fileJSON(m, file)
			r["id"], r["url"], r["proxy_url"] = file.id, j["url"], j["proxy_url"]
			return &m.files[i]
		}
	}
	panic("unreachable: references to attachments were checked")
}
