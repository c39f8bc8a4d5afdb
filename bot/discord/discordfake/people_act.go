package discordfake

import (
	"errors"
	"fmt"
	"slices"
)

// here is a place as it stands before a person.
type here struct {
	person  *person
	channel *channel
	message *message // nil where Place names none
}

// here finds a place on a person's screen.
func (f *Fake) here(user string, in Place) (here, error) {
	p := f.mustPerson(user)
	h := here{person: p}
	switch c := f.channels[in.Channel]; {
	case in.Channel == "":
		h.channel = f.direct(p)
	case c == nil || !c.can(p, ViewChannel) || c.guild != nil && c.guild.unavailable:
		return h, NotMember
	default:
		h.channel = c
	}
	if in.Message == "" {
		return h, nil
	}
	if n := slices.IndexFunc(p.whispers, func(m *message) bool { return m.id == in.Message && m.channel == h.channel }); n >= 0 {
		h.message = p.whispers[n]
	} else {
		h.message = h.channel.message(in.Message)
	}
	if h.message == nil {
		return h, NotThere
	}
	return h, nil
}

// press delivers what a person did to a message's component.
func (f *Fake) press(user string, in Place, what func(h here, r *resolved) (map[string]any, error)) error {
	f.mu.Lock()
	h, err := f.here(user, in)
	if err == nil && h.message == nil {
		err = errors.New("discordfake: a test presses something without naming its message")
	}
	if err == nil && h.message.webhook == "" && h.message.author.ID != f.cfg.AppID {
		err = fmt.Errorf("%w: the message is not the app's", NotThere)
	}
	var i *interaction
	var payload map[string]any
	if err == nil {
		i = f.wire.interaction(componentInteraction, h.person, h.channel)
		i.source = h.message
		r := &resolved{f: f, i: i, j: map[string]any{}}
		var data map[string]any
		if data, err = what(h, r); err == nil {
			r.into(data)
			payload = f.payload(i, data)
		}
	}
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return f.wire.deliver(i, payload)
}

// Click presses a button of in.Message, named by its label or its custom_id, in this order.
func (f *Fake) Click(user string, in Place, button string) error {
	return f.press(user, in, func(h here, _ *resolved) (map[string]any, error) { return clicked(h.message.components, button) })
}

// ClickOld presses a button that in.Message showed before it was edited: the person's client has not drawn it anew yet.
func (f *Fake) ClickOld(user string, in Place, button string) error {
	return f.press(user, in, func(h here, _ *resolved) (map[string]any, error) {
		for _, old := range slices.Backward(h.message.past) {
			if data, err := clicked(old, button); err == nil {
				return data, nil
			}
		}
		return nil, fmt.Errorf("%w: no button %q, not even an old one", NotThere, button)
	})
}

// Forge presses a button that no message shows, as a modified client might: in.Message is the message that it claims to stand on.
func (f *Fake) Forge(user string, in Place, customID string) error {
	return f.press(user, in, func(here, *resolved) (map[string]any, error) {
		return map[string]any{"custom_id": customID, "component_type": button, "id": 1}, nil
	})
}

// clicked is the data of a click on a button among components.
func clicked(components []any, name string) (map[string]any, error) {
	for _, of := range []string{"label", "custom_id"} {
		var found []map[string]any
		walkJSON(components, func(c map[string]any) {
			if isType(c, button) && c["custom_id"] != nil && c[of] == name {
				found = append(found, c)
			}
		})
		switch {
		case len(found) > 1:
			return nil, fmt.Errorf("discordfake: %d buttons are called %q", len(found), name)
		case len(found) == 1 && found[0]["disabled"] == true:
			return nil, fmt.Errorf("%w: button %q is disabled", NotThere, name)
		case len(found) == 1:
			return map[string]any{"custom_id": found[0]["custom_id"], "component_type": button, "id": found[0]["id"]}, nil
		}
	}
	return nil, fmt.Errorf("%w: no button %q", NotThere, name)
}

// isType tells whether a component, as it was sent, is of a type.
func isType(c map[string]any, kind int) bool { return fmt.Sprint(c["type"]) == fmt.Sprint(kind) }

// Choose picks in a select of in.Message, named by its custom_id.
func (f *Fake) Choose(user string, in Place, menu string, values ...string) error {
	return f.press(user, in, func(h here, r *resolved) (map[string]any, error) {
		found, id := selectOf(h.message, menu)
		if found == nil {
			return nil, fmt.Errorf("%w: no select %q", NotThere, menu)
		}
		low, high := found.bounds()
		if len(values) < low || len(values) > high {
			return nil, fmt.Errorf("discordfake: a test chooses %d in a select of %d to %d", len(values), low, high)
		}
		for _, v := range values {
			if found.listed() && !slices.ContainsFunc(found.Options, func(o selectOption) bool { return o.Value == v }) {
				return nil, fmt.Errorf("%w: no option %q", NotThere, v)
			}
		}
		if !found.resolve(values, r) {
			return nil, fmt.Errorf("%w: %q names nobody and nothing here", NotThere, values)
		}
		return map[string]any{"custom_id": menu, "component_type": found.Type, "id": id, "values": append([]string{}, values...)}, nil
	})
}

// selectOf is a message's select that can be used, and its id; nil where there is none.
func selectOf(m *message, customID string) (menu *component, id any) {
	walkJSON(m.components, func(raw map[string]any) {
		var c component
		if err := decode(encode(raw), &c); err == nil && c.menu() && c.CustomID == customID && !c.Disabled {
			menu, id = &c, raw["id"]
		}
	})
	return menu, id
}
