package quiz

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"greenroom/bot/chat"
	"greenroom/content"
)

// The words files hold every sentence that Greenroom says: short, warm, precise; verbs on buttons, the price on the
// button; never by colour or emoji alone. words.go is what many features say, words_post.go the daily question,
// words_schedule.go what managers read, words_member.go what members read about themselves.

// plainly is a message of one sentence or two.
func plainly(s string) chat.Message { return chat.Message{Blocks: []chat.Block{chat.Text(s)}} }

// sentence makes one of an error: a capital first, a full stop last.
func sentence(s string) string {
	if s == "" {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[n:]
	if !strings.ContainsAny(s[len(s)-1:], ".?!") {
		s += "."
	}
	return s
}

func noLongerOpen() chat.Message {
	return plainly("This is no longer open. Type help to see what is.")
}

func managersOnly() chat.Message {
	return plainly("Only managers can change that here. Everyone can play and read.")
}

func unknownVerb(line string, near []string) chat.Message {
	if len(near) == 0 {
		return chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("I don't know "), chat.Literal(quote(line)), chat.Words(". Type help for what I do."))}}
	}
	return chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Words("I don't know "), chat.Literal(quote(line)), chat.Words(". Did you mean "), chat.Code(cut(near[0], 120)), chat.Words("?")),
	}}
}

// quote puts quotation marks around a person's text, cut at a length that fits a line.
func quote(s string) string { return "\"" + cut(s, 120) + "\"" }

// cut shortens a text to n characters at a word.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	short := string(r[:n-1])
	if i := strings.LastIndexByte(short, ' '); i > len(short)/2 {
		short = short[:i]
	}
	return strings.TrimRight(short, " ,;:") + "…"
}

// count writes a number with its noun: 1 point, 3 points.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// list joins names: a, b and c.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// either joins names: a, b or c.
func either(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// title names a post: Question 12, or what it is to who asked for it.
func (p *post) title() string {
	if p.Number == 0 {
		return "Your question"
	}
	return "Question " + strconv.Itoa(p.Number)
}

// partTitle names a part of a post.
func (t *subject) partTitle() string {
	if t.n == 0 {
		return t.p.title()
	}
	return fmt.Sprintf("%s, follow-up %d of %d", t.p.title(), t.n, len(t.q.FollowUps))
}

// button makes one about a part of a post.
func (t *subject) button(label, verb string) chat.Button {
	return chat.Button{Label: label, Value: chat.Value{Verb: verb, Post: t.p.ID, Part: t.n}}
}

// lookButton is a button that only reads.
func (t *subject) lookButton(label, verb string, part int) chat.Button {
	return chat.Button{Label: label, Value: chat.Value{Look: true, Verb: verb, Post: t.p.ID, Part: part}}
}

func (l *look) sayHelp() chat.Message {
	items := [][]chat.Span{}
	for _, verb := range l.verbs() {
		c := l.on.lines[verb]
		items = append(items, []chat.Span{chat.Code(c.usage), chat.Words(": " + c.says + ".")})
	}
	return chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong("I get your team ready for technical interviews."),
			chat.Words(" I post a question on a schedule; you answer in private, I say what you covered and what you left out.")),
		chat.Text("Type one of these after /greenroom, after my name, or in a direct message to me:"),
		chat.List(items...),
		chat.Text("Answers, grades and hints are seen by you only. I never read what people write in channels."),
	}}
}

func directClosed() chat.Block {
	return chat.Text("I could not send you a direct message: yours are closed. Your grades stand behind Answer and How I did.")
}

// hello answers a greeting.
func hello() chat.Message {
	return chat.Message{
		Blocks:  []chat.Block{chat.Say(chat.Words("Hello. Type "), chat.Code("help"), chat.Words(" to see what I do."))},
		Buttons: []chat.Button{{Label: "Help", Value: chat.Value{Look: true, Verb: "help"}}},
	}
}

func (l *look) sayUnknownTopic(e *content.UnknownWord) chat.Message {
	var topics []string
	for _, t := range l.banks.Topics() {
		topics = append(topics, t.Topic)
	}
	spans := []chat.Span{chat.Words("I have no such question.")}
	if e.Word != "" {
		spans = []chat.Span{chat.Words("I have no questions about "), chat.Literal(quote(e.Word)), chat.Words(".")}
	}
	if len(e.Near) > 0 {
		spans = append(spans, chat.Words(" Did you mean "), chat.Code(e.Near[0]), chat.Words("?"))
	}
	if len(topics) > 0 {
		spans = append(spans, chat.Words(" I have: "), chat.Literal(list(topics[:min(12, len(topics))])), chat.Words("."))
	}
	return chat.Message{Blocks: []chat.Block{chat.Say(spans...)}}
}

func (l *look) topicsNeeded() string {
	var topics []string
	for _, t := range l.banks.Topics() {
		topics = append(topics, t.Topic)
	}
	return cut("Leave it empty for all, or name some of: "+list(topics)+".", 140)
}

// distinct keeps the first of buttons that have the same label or do the same, at most as many as a message may have.
func distinct(buttons []chat.Button) []chat.Button {
	labels, values := map[string]bool{}, map[chat.Value]bool{}
	buttons = slices.DeleteFunc(buttons, func(b chat.Button) bool {
		twice := labels[b.Label] || values[b.Value]
		labels[b.Label], values[b.Value] = true, true
		return twice
	})
	return buttons[:min(len(buttons), chat.MaxButtons)]
}
