package chat

import (
	"strconv"
	"strings"
)

// Speak says how a platform puts into words what only it knows. Every function but Text and Invite must be set.
type Speak struct {
	Who      func(Member) string  // a member's name
	Channel  func(Channel) string // a channel's name
	When     func(Span) string    // an instant, written
	Markdown func(string) string  // a bank's text, with maths spoken
	Text     func(string) string  // all other text: how it is written where some of it would be markup; nil leaves it
	Invite   func(Channel) string // how the bot is brought into a channel; nil is in no platform's words
}

func (s Speak) text(t string) string {
	if s.Text == nil {
		return t
	}
	return s.Text(t)
}

// Invited says how the bot is brought into a channel.
func (s Speak) Invited(c Channel) string {
	if s.Invite == nil {
		return "invite me to " + s.Channel(c)
	}
	return s.Invite(c)
}

// Plain is the whole message as plain text, one block a line or more, buttons in brackets: a screen reader, a
// notification and a test need nothing else.
func (m Message) Plain(s Speak) string {
	var lines []string
	for _, b := range m.Blocks {
		lines = append(lines, b.plain(s))
	}
	if len(m.Buttons) > 0 {
		labels := make([]string, len(m.Buttons))
		for i, b := range m.Buttons {
			labels[i] = "[" + s.text(b.Label) + "]"
		}
		lines = append(lines, strings.Join(labels, " "))
	}
	for _, b := range m.After {
		lines = append(lines, b.plain(s))
	}
	return strings.Join(lines, "\n")
}

func (b Block) plain(s Speak) string {
	switch b.Kind {
	case MarkdownBlock:
		return s.Markdown(b.Text)
	case ListBlock:
		lines := make([]string, len(b.Items))
		for i, item := range b.Items {
			mark := "- "
			if b.Numbered {
				mark = strconv.Itoa(i+1) + ". "
			}
			lines[i] = mark + plainSpans(item, s)
		}
		return strings.Join(lines, "\n")
	case RowsBlock:
		lines := make([]string, len(b.Rows))
		for i, row := range b.Rows {
			cells := make([]string, len(row))
			for j, cell := range row {
				cells[j] = plainSpans(cell, s)
			}
			lines[i] = strings.Join(cells, ", ")
		}
		return strings.Join(lines, "\n")
	case CodeBlock:
		return s.text(b.Text)
	case PictureBlock:
		return s.text(b.Alt)
	default:
		return plainSpans(b.Spans, s)
	}
}

func plainSpans(spans []Span, s Speak) string {
	var out strings.Builder
	for _, span := range spans {
		switch span.Kind {
		case WhoSpan:
			out.WriteString(s.Who(span.Member))
		case WhenSpan:
			out.WriteString(s.When(span))
		case ChannelSpan:
			out.WriteString(s.Channel(Channel(span.Text)))
		case InviteSpan:
			out.WriteString(s.Invited(Channel(span.Text)))
		default:
			out.WriteString(s.text(span.Text))
		}
	}
	return out.String()
}
