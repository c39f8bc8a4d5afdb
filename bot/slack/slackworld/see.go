package slackworld

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// standing is something with buttons that somebody sees.
type standing struct {
	where   string // as the script says it
	to      string // the only member who sees it; empty for all
	place   slackfake.Place
	view    string // id of the modal that it is; empty for a message and the home page
	buttons []slackfake.Button
}

func (s standing) has(label string) bool {
	return slices.ContainsFunc(s.buttons, func(b slackfake.Button) bool { return b.Label == label })
}

// put adds what stands, or changes it where it stands already.
func (w *World) put(s standing) {
	for i, old := range w.stands {
		if old.place == s.place && old.view == s.view && old.to == s.to {
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
	var fields slackfake.FieldErrors
	switch {
	case errors.As(saw, &fields):
		all = append(all, bottest.Shown{Where: l.Member + " form, still open", Text: bottest.ErrorText(fields), At: time.Now()})
	case saw != nil:
		all = append(all, bottest.Shown{Where: l.Member + " trouble", Text: saw.Error(), At: time.Now()})
	}
	if l.Member != "" {
		all = append(all, w.views(l)...)
	}
	if l.Verb == "opens" {
		if home, ok := w.Slack.Home(MemberID(l.Member)); ok {
			w.put(standing{where: l.Member, to: l.Member, place: slackfake.Place{Home: true}, buttons: home.Buttons})
			all = append(all, bottest.Shown{Where: l.Member, Text: w.inert(home.Plain, home.Blocks), At: time.Now()})
		}
	}
	return append(all, w.journal(l)...)
}

// views is what has changed in the modals of a line's member.
func (w *World) views(l bottest.Line) []bottest.Shown {
	w.T.Helper()
	before, now := w.screen[l.Member], w.Slack.Views(MemberID(l.Member))
	w.screen[l.Member] = now
	if len(now) == 0 {
		return nil
	}
	top := now[len(now)-1]
	i := slices.IndexFunc(before, func(v slackfake.View) bool { return v.ID == top.ID })
	if i >= 0 && before[i].Hash == top.Hash {
		return nil
	}
	text, where := w.inert(top.Plain, top.Blocks), l.Member
	switch {
	case len(top.Fields) > 0:
		text, where = formText(top, text), l.Member+" form"
	case i >= 0 && l.Verb != "sends":
		where = l.Member + " now"
	}
	w.put(standing{where: l.Member, to: l.Member, view: top.ID, buttons: top.Buttons})
	return []bottest.Shown{{Where: where, Text: text, At: time.Now()}}
}

// formText shows a form as scripts do.
func formText(v slackfake.View, plain string) string {
	lines := strings.Split(plain, "\n")
	inputs := 0 // their labels and hints come last
	var fields []chat.Field
	for _, f := range v.Fields {
		field := chat.Field{Name: f.BlockID, Label: f.Label, Hint: f.Hint, Chosen: f.Initial}
		if inputs++; f.Hint != "" {
			inputs++
		}
		if len(f.Options) == 0 && len(f.Initial) > 0 {
			field.Value = f.Initial[0]
		}
		for _, o := range f.Options {
			field.Choices = append(field.Choices, chat.Choice{Label: o.Label, Value: o.Value})
		}
		fields = append(fields, field)
	}
	return bottest.FormText(v.Title, strings.Join(lines[:len(lines)-inputs], "\n"), fields, v.Submit)
}

// journal is what was written since it was last read.
func (w *World) journal(l bottest.Line) []bottest.Shown {
	w.T.Helper()
	entries := w.fake.Journal()
	fresh := entries[w.read:]
	w.read = len(entries)
	var all []bottest.Shown
	for _, e := range fresh {
		m := e.Message
		if m.App == "" || e.Kind == slackfake.Deleted && (m.To != "" || l.Verb == "removed") {
			continue // a person wrote it; an ephemeral message was put away; the script says so itself
		}
		text := w.inert(m.Plain, m.Blocks)
		w.sameText(m)
		at, to, page := w.place(e)
		if page > 1 && e.Kind == slackfake.Posted { // a long message goes on
			all[len(all)-1].Text += "\n" + text
			continue
		}
		where := at
		switch {
		case e.Kind == slackfake.Deleted:
			where += " gone"
			w.numbers.Undo(m.Channel, m.TS)
		case e.Kind == slackfake.Edited && to != "":
			where = to + " now"
		case e.Kind == slackfake.Edited:
			where += fmt.Sprintf(" %d now", w.numbers.Of(m.Channel, m.TS))
		}
		w.put(standing{where: at, to: to, place: m.Place(), buttons: m.Buttons})
		all = append(all, bottest.Shown{Where: where, Text: text, At: e.At})
	}
	return all
}

// place says where a message stands as scripts say it, to whom alone, and which page of a long message it is. Messages of a
// channel are counted from 1.
func (w *World) place(e slackfake.Entry) (where, to string, page int) {
	w.T.Helper()
	m := e.Message
	page, key := metadata(m)
	switch {
	case m.To != "":
		to = nameOf(m.To)
		return to, to, page
	case strings.HasPrefix(m.Channel, "D"):
		for name := range w.people {
			if w.Slack.Direct(MemberID(name)) == m.Channel {
				to = name
			}
		}
		if key != "" {
			return to + " dm", to, page
		}
		return to, to, page
	case m.Thread != "":
		if e.Kind == slackfake.Posted && page == 1 {
			w.numbers.Reply(w.T, m.Channel, m.Thread)
		}
		return fmt.Sprintf("#%s thread %d", nameOf(m.Channel), w.numbers.Of(m.Channel, m.Thread)), "", page
	}
	if e.Kind == slackfake.Posted && page == 1 {
		w.numbers.Post(m.Channel, m.TS)
	}
	return "#" + nameOf(m.Channel), "", page
}

// message is the ts of a channel's n-th message.
func (w *World) message(channel string, n int) string {
	ts, ok := w.numbers.At(channelID(channel), n)
	if !ok {
		w.T.Fatalf("channel %s has no message %d", channel, n)
	}
	return ts
}

// metadata is which page of a long message it is, from 1, and our key where the bot wrote it by itself.
func metadata(m slackfake.Message) (page int, key string) {
	var data struct {
		Payload struct{ Key, Page string } `json:"event_payload"`
	}
	if m.Metadata != nil {
		_ = json.Unmarshal(m.Metadata, &data) // the fake has checked it
	}
	page = 1
	if data.Payload.Page != "" {
		_, _ = fmt.Sscan(data.Payload.Page, &page)
	}
	return page, data.Payload.Key
}

// nameOf is the script's name of a member or channel.
func nameOf(id string) string { return strings.ToLower(id[2:]) }

// inert holds that nothing that is shown notifies anybody or leads anywhere by itself.
func (w *World) inert(plain string, blocks json.RawMessage) string {
	w.T.Helper()
	for _, mark := range []string{`"type":"user"`, `"type":"usergroup"`, `"type":"broadcast"`, `"type":"mrkdwn"`, `"type":"markdown"`} {
		if strings.Contains(string(blocks), mark) {
			w.T.Errorf("what is shown may notify somebody: it has %s: %s", mark, blocks)
		}
	}
	return plain
}

// sameText holds that a message's text, which notifications and screen readers have, says what its blocks say.
func (w *World) sameText(m slackfake.Message) {
	w.T.Helper()
	if strings.Contains(m.Text, "<!") && !strings.HasPrefix(m.Text[strings.Index(m.Text, "<!"):], "<!date") || strings.Contains(m.Text, "<@") {
		w.T.Errorf("the text of a message may notify somebody: %s", m.Text)
	}
	if text, blocks := bottest.Normal(named(unmark(m.Text))), bottest.Normal(named(m.Plain)); text != blocks {
		w.T.Errorf("the text of a message differs from its blocks:\ntext   %q\nblocks %q", text, blocks)
	}
}
