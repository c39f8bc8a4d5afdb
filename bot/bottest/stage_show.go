package bottest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/content"
	"greenroom/store"
)

// settle delivers the outbox until it is empty.
func (s *stage) settle() {
	s.t.Helper()
	ctx := context.Background()
	for range 1000 {
		rows, err := s.db.Outbox(ctx, "", 100)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(rows) == 0 {
			return
		}
		for _, row := range rows {
			s.deliverRow(ctx, row)
		}
	}
	s.t.Fatal("the outbox never ends")
}

func (s *stage) deliverRow(ctx context.Context, row store.Row) {
	s.t.Helper()
	var a chat.Action
	if err := json.Unmarshal(row.Body, &a); err != nil {
		s.t.Fatal(err)
	}
	done := store.Done{Key: row.Key, Rev: row.Rev, At: s.now}
	back := chat.Event{Kind: chat.Sent, Workspace: a.Workspace, Room: a.Room, Channel: a.Channel, Key: a.Key, At: s.now, Due: s.now}
	reason, refused := s.refusal(a)
	switch {
	case refused:
		back.Kind, back.Reason = chat.Failed, reason
	case a.Do == chat.Edit || a.Do == chat.Delete:
		s.edit(a)
	default:
		done.ID = string(a.Key)
		s.stand(a)
	}
	if err := s.db.Commit(ctx, store.Unit{Sent: []store.Done{done}}); err != nil {
		s.t.Fatal(err)
	}
	if refused || a.Tell {
		s.deliver(back)
	}
}

func (s *stage) refusal(a chat.Action) (chat.Reason, bool) {
	place := "#" + string(a.Channel)
	if a.Do == chat.Direct {
		place = "@" + string(a.Member)
	}
	if target := s.find(a.Target); target != nil && target.removed {
		return chat.ReasonParentGone, true
	}
	reason, ok := s.refusals[place]
	if a.Do == chat.Thread && !ok {
		reason, ok = s.refusals["thread"]
	}
	return reason, ok
}

// stand shows a new message.
func (s *stage) stand(a chat.Action) {
	s.t.Helper()
	m := &standing{key: a.Key, message: a.Message, channel: a.Channel}
	switch a.Do {
	case chat.Post:
		s.numbers.Post(string(a.Channel), string(a.Key))
		m.n = s.numbers.Of(string(a.Channel), string(a.Key))
		m.where = "#" + string(a.Channel)
	case chat.Thread:
		parent := s.find(a.Target)
		if parent == nil {
			s.t.Fatalf("%s: no message %s to reply to", a.Key, a.Target)
		}
		s.numbers.Reply(s.t, string(a.Channel), string(a.Target))
		m.where = fmt.Sprintf("#%s thread %d", a.Channel, parent.n)
	default:
		m.where, m.private = string(a.Member)+" dm", a.Member
	}
	s.messages = append(s.messages, m)
	s.show(m.where, a.Message)
}

func (s *stage) edit(a chat.Action) {
	s.t.Helper()
	m := s.find(a.Target)
	if m == nil {
		s.t.Fatalf("%s: no message %s to edit", a.Key, a.Target)
	}
	m.message = a.Message
	s.show(fmt.Sprintf("%s %d now", m.where, m.n), a.Message)
}

func (s *stage) find(key chat.Key) *standing {
	for _, m := range s.messages {
		if m.key == key {
			return m
		}
	}
	return nil
}

func (s *stage) showReply(ev chat.Event, r chat.Reply, clicked *standing) {
	s.t.Helper()
	who := string(ev.Member)
	if r.Form != nil {
		if err := r.Form.Check(); err != nil {
			s.t.Error(err)
		}
		if ev.Kind == chat.Submit {
			s.t.Errorf("a form is the reply to a form")
		}
		s.forms[ev.Member] = r.Form
		s.write(who+" form", formText(r.Form))
		return
	}
	if len(r.Choices) > 0 {
		var labels []string
		for _, c := range r.Choices {
			labels = append(labels, c.Label)
		}
		s.write(who+" may type", strings.Join(labels, ", "))
	}
	if len(r.Errors) > 0 {
		s.write(who+" form, still open", ErrorText(r.Errors))
		if r.Message == nil || r.Message.Check() != nil {
			s.t.Errorf("errors come without a message for platforms that close forms")
		}
		return
	}
	if ev.Kind == chat.Submit {
		delete(s.forms, ev.Member)
	}
	if r.Message == nil {
		return
	}
	if r.Update && clicked != nil && clicked.private != "" {
		clicked.message = *r.Message
		s.show(who+" now", *r.Message)
		return
	}
	s.messages = append(s.messages, &standing{where: who, channel: ev.Channel, private: ev.Member, message: *r.Message})
	s.show(who, *r.Message)
}

// ErrorText is how a script shows the errors of a form that stays open, by field.
func ErrorText(errors map[string]string) string {
	var lines []string
	for name, text := range errors {
		lines = append(lines, name+": "+text)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func formText(f *chat.Form) string {
	intro := ""
	if len(f.Intro) > 0 {
		intro = chat.Message{Blocks: f.Intro}.Plain(speak())
	}
	return FormText(f.Title, intro, f.Fields, f.Submit)
}

// FormText is how a script shows a form: its title, what stands above the fields, the fields and the button.
func FormText(title, intro string, fields []chat.Field, submit string) string {
	text := title
	if intro != "" {
		text += "\n" + intro
	}
	for _, field := range fields {
		text += "\n" + field.Name + ": " + field.Label
		if field.Hint != "" {
			text += " (" + field.Hint + ")"
		}
		if field.Value != "" {
			text += " = " + field.Value
		}
		for _, c := range field.Choices {
			mark := "[ ] "
			if slices.Contains(field.Chosen, c.Value) {
				mark = "[x] "
			}
			text += "\n  " + mark + c.Label
		}
	}
	return text + "\n[" + submit + "]"
}

// show writes a message as everybody without eyes would have it.
func (s *stage) show(where string, m chat.Message) {
	s.t.Helper()
	if err := m.Check(); err != nil {
		s.t.Errorf("%s: %v", where, err)
	}
	for _, b := range slices.Concat(m.Blocks, m.After) {
		for _, span := range b.Spans {
			if span.Ping {
				s.t.Errorf("%s: pings %s", where, span.Member)
			}
		}
	}
	s.write(where, m.Plain(speak()))
}

func (s *stage) write(where, text string) {
	s.shown = append(s.shown, Shown{Where: where, Text: text, At: s.now})
}

func speak() chat.Speak {
	return chat.Speak{
		Who:     func(m chat.Member) string { return "@" + strings.TrimPrefix(string(m), "&") }, // a role too
		Channel: func(c chat.Channel) string { return "#" + string(c) },
		When: func(span chat.Span) string {
			zone, err := time.LoadLocation(span.Zone)
			if err != nil {
				return span.At.Format(time.RFC3339)
			}
			layout := map[chat.WhenStyle]string{chat.TimeOnly: "15:04", chat.DayOnly: "Mon 2 Jan"}[span.Style]
			return span.At.In(zone).Format(cmp.Or(layout, "Mon 2 Jan 15:04"))
		},
		Markdown: content.Plain,
	}
}
