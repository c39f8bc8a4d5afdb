package discordworld

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// standing is a message with buttons that somebody sees.
type standing struct {
	where   string // as the script says it
	to      string // the only member who sees it; empty for all
	place   discordfake.Place
	buttons []discordfake.Button
}

func (s standing) has(label string) bool {
	return slices.ContainsFunc(s.buttons, func(b discordfake.Button) bool { return b.Label == label })
}

// id is what a button carries.
func (s standing) id(label string) string {
	i := slices.IndexFunc(s.buttons, func(b discordfake.Button) bool { return b.Label == label })
	return s.buttons[i].CustomID
}

// put adds what stands, or changes it where it stands already.
func (w *World) put(s standing) {
	for i, old := range w.stands {
		if old.place == s.place {
			w.stands[i].buttons = s.buttons
			return
		}
	}
	w.stands = append(w.stands, s)
}

// shown is what a line led to: what its member sees on their screen, then what was written.
func (w *World) shown(l bottest.Line, saw error) []bottest.Shown {
	w.T.Helper()
	var all []bottest.Shown
	var fields discordfake.FieldErrors
	switch {
	case errors.As(saw, &fields):
		all = append(all, bottest.Shown{Where: l.Member + " form, still open", Text: bottest.ErrorText(fields), At: time.Now()})
	case saw != nil:
		all = append(all, bottest.Shown{Where: l.Member + " trouble", Text: saw.Error(), At: time.Now()})
	}
	if l.Member != "" && l.Event() {
		all = append(all, w.screen(l)...)
	}
	return append(all, w.journal(l)...)
}

// screen is the form that has been opened for a line's member, and what is proposed to them.
func (w *World) screen(l bottest.Line) (all []bottest.Shown) {
	who := w.Member(l.Member)
	if l.Verb == "types" {
		var labels []string
		for _, c := range w.Fake.Choices(who) {
			_, word, _ := strings.Cut(c.Name, l.Said[:strings.LastIndex(l.Said, " ")+1]) // it stands there with what was typed before
			labels = append(labels, word)
		}
		if len(labels) > 0 {
			all = append(all, bottest.Shown{Where: l.Member + " may type", Text: strings.Join(labels, ", "), At: time.Now()})
		}
	}
	form, open := w.Fake.Form(who)
	before := w.forms[l.Member]
	if w.forms[l.Member] = form.ID; open && (form.ID != before || l.Verb == "clicks") {
		all = append(all, bottest.Shown{Where: l.Member + " form", Text: formText(form), At: time.Now()})
	}
	return all
}

// formText shows a form as scripts do. Discord's button that sends it says Submit in every form.
func formText(f discordfake.Form) string {
	var fields []chat.Field
	for _, seen := range f.Fields {
		field := chat.Field{Name: seen.ID, Label: seen.Label, Hint: seen.Description, Chosen: seen.Value}
		for _, o := range seen.Options {
			field.Choices = append(field.Choices, chat.Choice{Label: o.Name, Value: o.Value})
		}
		if len(seen.Options) == 0 && len(seen.Value) > 0 {
			field.Value = seen.Value[0]
		}
		fields = append(fields, field)
	}
	return bottest.FormText(f.Title, f.Text, fields, "Submit")
}

// journal is what was written since it was last read.
func (w *World) journal(l bottest.Line) (all []bottest.Shown) {
	w.T.Helper()
	entries := w.Fake.Journal()
	fresh := entries[w.read:]
	w.read = len(entries)
	for _, e := range fresh {
		m := e.Message
		if m.Author != w.Fake.AppID() || e.Kind == discordfake.Deleted && (m.To != "" || l.Verb == "removed") || m.Thinking {
			continue // a person wrote it; an ephemeral message was put away; the script says so itself; it is still to come
		}
		w.inert(m)
		text := w.plain(m)
		at, to, further := w.place(l, e)
		if further && e.Kind == discordfake.Posted && len(all) > 0 { // a long message goes on
			all[len(all)-1].Text += "\n" + text
			continue
		}
		where := at
		switch {
		case e.Kind == discordfake.Deleted:
			where += " gone"
			w.numbers.Undo(m.Channel, m.ID) // the bot takes nothing away but what it has just posted
		case e.Kind == discordfake.Edited && to != "" && l.Verb == "sends": // in place of the message whose button opened the form
			where = to
		case e.Kind == discordfake.Edited && to != "":
			where = to + " now"
		case e.Kind == discordfake.Edited:
			where += fmt.Sprintf(" %d now", w.numbers.Of(m.Channel, m.ID))
		}
		s := standing{where: at, to: to, place: discordfake.Place{Channel: m.Channel, Message: m.ID}, buttons: m.Buttons}
		if w.put(s); l.Verb == "sends" && to != "" && len(m.Buttons) > 0 {
			w.reopen[to] = s
		}
		all = append(all, bottest.Shown{Where: where, Text: text, At: e.At})
	}
	return all
}

var (
	seenInstant = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`)
	instantTag  = regexp.MustCompile(`(\\?)<t:-?\d+(?::(\w))?>`)
)

var zoned = regexp.MustCompile(`\b(UTC|[A-Z][a-z]+/[A-Z][A-Za-z_]+)\b`)

// plain is what a person reads, with instants as scripts write them: in the zone that the message names, else where the script's people
// live.
func (w *World) plain(m discordfake.Message) string {
	w.T.Helper()
	var styles []string
	for _, tag := range instantTag.FindAllStringSubmatch(contents(w.T, m.Raw), -1) {
		if tag[1] == "" { // else it is a text that only looks like one
			styles = append(styles, tag[2])
		}
	}
	live := w.Script.Zone()
	if name := zoned.FindString(seenInstant.ReplaceAllString(m.Plain, "")); name != "" {
		if zone, err := time.LoadLocation(name); err == nil {
			live = zone
		}
	}
	return seenInstant.ReplaceAllStringFunc(m.Plain, func(seen string) string {
		at, err := time.Parse("2006-01-02 15:04 UTC", seen)
		if err != nil || len(styles) == 0 {
			return seen
		}
		layout := map[string]string{"t": "15:04", "D": "Mon 2 Jan"}[styles[0]]
		styles = styles[1:]
		return at.In(live).Format(cmp.Or(layout, "Mon 2 Jan 15:04"))
	})
}

// contents are all texts of a message, in the order in which they are read.
func contents(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	type component struct {
		Content    string
		Components []json.RawMessage
	}
	var m component
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatalf("a message cannot be read: %v", err)
	}
	text := m.Content
	for _, inner := range m.Components {
		text += "\n" + contents(t, inner)
	}
	return text
}

// place says where a message stands as scripts say it, to whom alone, and whether it is a further page of a long one. Messages of a
// channel are counted from 1.
func (w *World) place(l bottest.Line, e discordfake.Entry) (where, to string, further bool) {
	w.T.Helper()
	m := e.Message
	own := w.sent.has(m.Channel + "/" + m.ID)
	if m.To != "" {
		to = w.names[m.To]
		return to, to, false
	}
	if m.Guild == "" {
		for name, p := range w.people {
			if w.Fake.Direct(p.ID) == m.Channel {
				to = name
			}
		}
		if own {
			return to + " dm", to, false
		}
		return to, to, false
	}
	if t, ok := w.Fake.Thread(m.Channel); ok {
		if e.Kind == discordfake.Posted && own {
			w.numbers.Reply(w.T, t.Parent, t.ID)
		}
		return fmt.Sprintf("#%s thread %d", w.names[t.Parent], w.numbers.Of(t.Parent, t.ID)), "", !own
	}
	if e.Kind == discordfake.Posted && own {
		w.numbers.Post(m.Channel, m.ID)
	}
	return "#" + w.names[m.Channel], "", !own
}

// message is where a channel's n-th message stands.
func (w *World) message(channel string, n int) discordfake.Place {
	id, ok := w.numbers.At(w.channel(channel), n)
	if !ok {
		w.T.Fatalf("channel %s has no message %d", channel, n)
	}
	return discordfake.Place{Channel: w.channel(channel), Message: id}
}

// inert holds that nothing that is shown notifies anybody.
func (w *World) inert(m discordfake.Message) {
	w.T.Helper()
	if len(m.Notified) > 0 && m.Guild != "" {
		w.T.Errorf("a message notifies %q: %s", m.Notified, m.Raw)
	}
}
