package discordfake

import (
	"fmt"
	"strings"
)

// plain is what a person reads in a message, line by line. Markup is gone: a heading is its words, an item begins with "- " or its number,
// code is as it is, an instant is written as in "2026-11-24 09:00 UTC", a mention is the name, a link is followed by where it leads unless
// it says so itself, what is hidden until one clicks stands between ▮, buttons, menus, files and pictures stand in brackets.
func (f *Fake) plain(m *message) string {
	r := reading{f: f, g: m.channel.guild}
	var lines []string
	if m.content != "" {
		lines = append(lines, r.markdown(m.content))
	}
	if m.flags&SuppressEmbeds == 0 {
		for _, v := range m.embeds {
			lines = append(lines, r.embed(object(v))...)
		}
	}
	lines = append(lines, r.components(m.tree)...)
	if m.flags&ComponentsV2 == 0 {
		for _, file := range m.files {
			lines = append(lines, "["+file.Name+"]")
		}
	}
	return strings.Join(lines, "\n")
}

// reading is markdown and components as they are read in one place.
type reading struct {
	f *Fake
	g *Guild // whose roles have names; nil in a direct message
}

func (r reading) components(components []component) (lines []string) {
	for _, c := range components {
		switch {
		case c.Type == actionRow:
			var row []string
			for _, inner := range c.Components {
				row = append(row, r.components([]component{inner})...)
			}
			lines = append(lines, strings.Join(row, " "))
			continue
		case c.Type == button:
			lines = append(lines, "["+c.shown()+"]")
		case c.menu():
			lines = append(lines, "["+c.Placeholder+"]")
		case c.Type == textDisplay:
			lines = append(lines, r.markdown(trim(c.Content)))
		case c.Type == fileDisplay && c.File != nil:
			lines = append(lines, "["+strings.TrimPrefix(c.File.URL, "attachment://")+"]")
		case c.Type == gallery:
			for _, item := range c.Items {
				lines = append(lines, "["+item.Description+"]")
			}
		case c.Type == thumbnail:
			lines = append(lines, "["+c.Description+"]")
		}
		inner, _ := c.within("")
		lines = append(lines, r.components(inner)...)
	}
	return lines
}

func (r reading) embed(e map[string]any) (lines []string) {
	add := func(v any) {
		if s := trim(text(v)); s != "" {
			lines = append(lines, r.markdown(s))
		}
	}
	add(object(e["author"])["name"])
	add(e["title"])
	add(e["description"])
	fields, _ := e["fields"].([]any)
	for _, v := range fields {
		add(object(v)["name"])
		add(object(v)["value"])
	}
	add(object(e["footer"])["text"])
	return lines
}

// mention is the name behind <@id>, <@&id> or <#id>.
func (r reading) mention(kind, id string) string {
	switch kind {
	case "@", "@!":
		if p := r.f.people[id]; p != nil {
			return "@" + p.Name
		}
		return "@unknown-user"
	case "@&":
		if r.g != nil {
			for _, role := range r.g.roles {
				if role.id == id {
					return "@" + strings.TrimPrefix(role.name, "@")
				}
			}
		}
		return "@unknown-role"
	}
	if c := r.f.channels[id]; c != nil {
		return "#" + c.name
	}
	return "#unknown"
}

// linkText is a link as it is read.
func linkText(label, url string) string {
	if label == "" || label == url {
		return url
	}
	return fmt.Sprintf("%s (%s)", label, url)
}
