package content

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// field is what stands behind a label: lines from line on, the first of them from byte start on, up to byte end.
type field struct {
	line       int // index of the label's line
	start, end int
}

func (p *bankParser) fieldText(f field) string {
	text := p.text[f.start:f.end]
	if f.start > p.lines[f.line].start && f.start <= p.lines[f.line].end { // behind its label
		text = strings.TrimLeft(text, " \t")
	}
	return trimBlank(text)
}

// question reads one block; it is false, and reported as an error, where there is nothing to ask.
func (p *bankParser) question(b block) (Question, bool) {
	q := Question{Bank: p.bank.Name, Lang: p.bank.Lang, FollowUps: []FollowUp{}, KeyPoints: []KeyPoint{}}
	at, titled := b.from, ""
	for i := b.from; i < b.to; i++ {
		if p.lines[i].kind == headingLine {
			if is, rest := questionHeading(p.lines[i].name); is {
				at, titled = i, rest
			}
			break
		}
		if p.lines[i].kind == labelLine {
			at = i
			break
		}
	}
	q.Source = Source{File: p.file, Line: at + 1}
	answer := p.answerLine(b)
	m := p.defaults
	fields := p.fields(b, answer, &m)
	if f, ok := fields[labelMain]; ok {
		q.Main = p.fieldText(f)
	}
	if q.Main == "" && titled != "" {
		q.Main = titled
		p.warn(at+1, 1, "this question has no main question, so its heading is asked; write `**Main question**: …` below it")
	}
	if !hasWord(q.Main) {
		p.fail(at+1, 1, "this question has no main question, so it is skipped; write `**Main question**: …` below its heading")
		return q, false
	}
	if f, ok := fields[labelExplanation]; ok {
		q.Explanation = p.fieldText(f)
	}
	if q.ID = m.id; q.ID == "" {
		q.ID = questionID(p.bank.Name, q.Main)
	}
	q.Tags = append([]string{}, m.tags...)
	q.Difficulty = m.difficulty
	if q.Topic = m.topic; q.Topic == "" {
		q.Topic = readable(p.bank.Name)
	}
	if f, ok := fields[labelTrap]; ok {
		q.Trap = p.trap(f)
	}
	asked := p.followUps(fields)
	s := p.section(&q, b, answer, asked)
	p.points(&q, fields, s)
	p.unanswered(&q, b, answer, asked)
	return q, true
}

// answerLine is the line that opens the block's answer section, or its end where there is none.
func (p *bankParser) answerLine(b block) int {
	for i := b.from; i < b.to; i++ {
		l := p.lines[i]
		if l.kind == headingLine && answerHeading(l.name) || l.kind == labelLine && l.name == labelAnswer {
			return i
		}
	}
	return b.to
}

// fields reads the labels and comments of the question part, lines b.from to answer.
func (p *bankParser) fields(b block, answer int, m *meta) map[string]field {
	fields := map[string]field{}
	var open *field
	name := ""
	closeAt := func(i int) {
		if open == nil {
			return
		}
		open.end = p.startOf(i, b.to)
		if before, twice := fields[name]; twice {
			p.warn(open.line+1, 1, "`"+name+"` stands here a second time and is not read; line "+
				strconv.Itoa(before.line+1)+" has the first")
		} else {
			fields[name] = *open
		}
		open = nil
	}
	for i := b.from; i < answer; i++ {
		l := p.lines[i]
		heading := ""
		if l.kind == headingLine {
			heading = labelNames[strings.ToLower(strings.TrimSuffix(unmarked(l.name), ":"))]
		}
		switch {
		case l.kind == labelLine:
			closeAt(i)
			name, open = l.name, &field{line: i, start: l.body}
		case heading != "":
			closeAt(i)
			name, open = heading, &field{line: i, start: p.startOf(i+1, b.to)}
		case l.kind == headingLine:
			closeAt(i)
			if is, _ := questionHeading(l.name); !is {
				p.warn(i+1, 1, "this heading stands in the question's part, so what is below it is not read; write `## Answer` above it if the answer begins here")
			}
		case l.kind == metaLine:
			closeAt(i)
			p.comment(l.name, i, m)
		case l.kind == textLine:
			p.strayLine(i, open != nil)
		}
	}
	closeAt(answer)
	for _, key := range [...]string{labelTopic, labelTags, labelDifficulty} {
		if f, ok := fields[key]; ok {
			p.set(m, key, fold(p.fieldText(f)), f.line)
		}
	}
	return fields
}

// startOf is where line i begins; the end of the block, before its last line end, for the line after it.
func (p *bankParser) startOf(i, to int) int {
	if i < to && i < len(p.lines) {
		return p.lines[i].start
	}
	return p.endOf(to)
}

// endOf is where the lines before line to end.
func (p *bankParser) endOf(to int) int {
	if to < len(p.lines) {
		return p.lines[to].start
	}
	return len(p.text)
}

// strayLine warns of a label that is nearly one of the format's, and of text that belongs to no label.
func (p *bankParser) strayLine(i int, labelled bool) {
	src := p.text[p.lines[i].start:p.lines[i].end]
	if meant := p.nearLabel(i); meant != "" {
		words, _, _, _ := boldLead(src)
		p.warn(i+1, 1, "`**"+words+"**` is not a label, so this is read as text; did you mean `**"+
			strings.ToUpper(meant[:1])+meant[1:]+"**`?")
		return
	}
	if !labelled && !strings.HasPrefix(strings.TrimSpace(src), "<!--") && !isRule(src) {
		p.warn(i+1, 1, "this line belongs to no label and is not read; write `**Main question**:` or `**Explanation**:` in front of it")
	}
}

var knownLabels = []string{labelMain, labelExplanation, labelFollowUps, labelKeyPoints, labelTrap}

// nearLabel is the label that line i was meant to have, empty where it has none or has it.
func (p *bankParser) nearLabel(i int) string {
	if p.lines[i].kind != textLine {
		return ""
	}
	words, _, colon, ok := boldLead(p.text[p.lines[i].start:p.lines[i].end])
	if !ok || !colon {
		return ""
	}
	if n := near(words, knownLabels); len(n) > 0 && distance(strings.ToLower(words), n[0]) <= 2 {
		return n[0]
	}
	return ""
}

const indentedQuestion = "this question is indented, quoted or a list's item, so it is skipped and is text of what stands around it; " +
	"begin its lines at the margin, or put it between ```markdown and ``` if it is an example"

// indented reports whether line i would open a question if it began at the margin.
func (p *bankParser) indented(i int) bool {
	l := p.lines[i]
	if l.kind != textLine {
		return false
	}
	src := p.text[l.start:l.end]
	inner := strings.TrimLeft(src, " \t>")
	inner = strings.TrimPrefix(strings.TrimPrefix(inner, "- "), "* ")
	if len(inner) == len(src) {
		return false
	}
	if _, words, ok := heading(inner); ok {
		is, _ := questionHeading(words)
		return is
	}
	name, _, ok := label(inner)
	return ok && name == labelMain
}

// comment reads the keys of a comment: id, topic, tags and difficulty, separated by semicolons.
func (p *bankParser) comment(inside string, i int, m *meta) {
	for part := range strings.SplitSeq(inside, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		key, value, _ := strings.Cut(part, ":")
		p.set(m, strings.ToLower(strings.TrimSpace(key)), fold(value), i)
	}
}

// set gives a question one of its own values.
func (p *bankParser) set(m *meta, key, value string, i int) {
	switch key {
	case "id":
		id, ok := declaredID(value)
		switch {
		case !ok:
			p.warn(i+1, 1, "`"+value+"` is not an id, so one is made from the question; write letters, digits, - _ . and / only, at most 80 bytes")
		case m.id != "" && m.id != id:
			p.warn(i+1, 1, "a second id is not read; keep one")
		default:
			m.id = id
		}
	case labelTopic:
		if value != "" {
			m.topic = value
		}
	case labelTags:
		m.tags = splitTags(value)
	case labelDifficulty:
		if d := p.difficulty(value, i+1, 1); d != "" {
			m.difficulty = d
		}
	default:
		p.warn(i+1, 1, "`"+key+"` is not a key of this comment and is not read; "+
			instead(key, []string{"id", labelTopic, labelTags, labelDifficulty}, "write id, topic, tags or difficulty, with a semicolon between them"))
	}
}

// maxFollowUps is how many follow-ups of a question are read; three of them are asked in a thread.
const maxFollowUps = 50

// asked is a follow-up as it is listed.
type asked struct {
	question string
	line     int // index
}

// followUps reads the list of follow-up questions.
func (p *bankParser) followUps(fields map[string]field) []asked {
	f, ok := fields[labelFollowUps]
	if !ok {
		return nil
	}
	var out []asked
	items, rest := p.items(f)
	for n, it := range items {
		if n == maxFollowUps {
			p.warn(it.line+1, 1, "this follow-up and those below it are too many and are not asked; keep at most 50")
			break
		}
		if hasWord(it.text) {
			out = append(out, asked{it.text, it.line})
		} else {
			p.warn(it.line+1, 1, "this follow-up is empty and is not asked; write its question behind the number")
		}
	}
	for _, i := range rest {
		src := strings.TrimSpace(p.text[max(p.lines[i].start, f.start):p.lines[i].end])
		if len(items) == 0 && len(out) < maxFollowUps && strings.HasSuffix(src, "?") {
			out = append(out, asked{src, i})
		}
		p.warn(i+1, 1, "this line is not part of the list of follow-ups; write one question a line with its number: `1. …?`")
	}
	return out
}

// item is one entry of a list, without its marker.
type item struct {
	text string
	line int // index
}

var itemMark = regexp.MustCompile(`^([ \t]*)(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)`)

// items reads the first level of a list, and says which lines stand outside it.
func (p *bankParser) items(f field) (items []item, rest []int) {
	base, blank := -1, false
	var text []string // the lines of the latest item
	done := func() {
		if len(text) > 0 {
			items[len(items)-1].text, text = strings.Join(text, "\n"), nil
		}
	}
	for i := f.line; i < len(p.lines) && p.lines[i].start < f.end; i++ {
		start := max(p.lines[i].start, f.start)
		if start > p.lines[i].end {
			continue
		}
		src := p.text[start:p.lines[i].end]
		if strings.TrimSpace(src) == "" {
			blank = true
			continue
		}
		width := indent(src)
		mark := itemMark.FindString(src)
		switch {
		case p.lines[i].kind != quietLine && mark != "" && (base < 0 || width <= base+1):
			if base < 0 {
				base = width
			}
			done()
			items, text = append(items, item{line: i}), []string{strings.TrimSpace(src[len(mark):])}
		case len(items) > 0 && (!blank || width > base || p.lines[i].kind == quietLine):
			if blank {
				text = append(text, "")
			}
			text = append(text, outdent(src, base+3))
		default:
			rest = append(rest, i)
		}
		blank = false
	}
	done()
	return items, rest
}

// indent is the width of the white space that opens a line; a tab reaches the next multiple of four.
func indent(src string) int {
	n := 0
	for _, r := range src {
		switch r {
		case ' ':
			n++
		case '\t':
			n += 4 - n%4
		default:
			return n
		}
	}
	return n
}

// outdent takes up to width columns of white space from the front of a line.
func outdent(src string, width int) string {
	for n := 0; src != "" && n < width; {
		switch src[0] {
		case ' ':
			n++
		case '\t':
			n += 4 - n%4
		default:
			return src
		}
		src = src[1:]
	}
	return src
}

var falseMark = regexp.MustCompile(`(?:^|[\s(])(?:[—–-]+\s*)?(?:\*\*)?(?:False(?:\*\*)?[:,.]|(?i:false|why|because)(?:\*\*)?\s*:)(?:\*\*)?\s+`)

// trap reads a false claim and, behind "False:", why it is false.
func (p *bankParser) trap(f field) *Trap {
	text := fold(p.fieldText(f))
	m := falseMark.FindStringIndex(text)
	if m == nil || !hasWord(text[:m[0]]) || !hasWord(text[m[1]:]) {
		p.warn(f.line+1, 1, "this trap is not read: it needs a claim and why it is false; write `**Trap**: claim — False: why`")
		return nil
	}
	return &Trap{Claim: strings.TrimSpace(text[:m[0]]), Why: strings.TrimSpace(text[m[1]:])}
}

// hasWord reports whether a text has a letter or a digit.
func hasWord(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// trimBlank cuts blank lines at the start, and white space at the end.
func trimBlank(text string) string {
	text = strings.TrimRight(text, " \t\n")
	for {
		l, rest, more := strings.Cut(text, "\n")
		if !more || strings.TrimSpace(l) != "" {
			return text
		}
		text = rest
	}
}
