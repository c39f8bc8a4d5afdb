package content

// The format of a bank. It is CommonMark; names of headings and labels in any case, headings one level higher or lower.
//
//	---
//	name: python-async        # the file's name where missing
//	lang: en
//	topic: Python async       # the bank's name made readable where missing
//	tags: [asyncio, basics]
//	difficulty: easy          # easy, medium or hard; may be missing
//	---
//
//	## Question
//	<!-- id: python-async/what; topic: …; tags: event loop, basics; difficulty: medium -->
//	**Main question**: What is asynchronous programming in Python?
//
//	**Explanation**: The candidate should explain …, …, and ….
//
//	**Follow-up questions**:
//
//	1. What does the event loop do?
//
//	**Key points**:
//	- Other work runs while one task waits: the text behind it (also: nothing stands still; it switches) (must)
//
//	**Trap**: `gather()` runs coroutines in parallel. — False: they take turns on one thread.
//
//	## Answer
//	Prose, lists, code.
//
//	### Follow-up Questions:
//
//	#### What does the event loop do?
//
//	**Key points**:
//	- It runs what is ready: …
//
//	It runs whatever is ready, one thing at a time.
//
// Only the main question must be there. The comment holds any of its four keys, and each of topic, tags and difficulty
// may be a label instead (**Tags**: a, b). Labels stand in the question part in any order.
//
// A key point is its name, a colon and the text behind the name; the name ends at the first colon outside code, or with
// its bold type where it opens in bold. What is written as (also: …; …) and (must) may stand anywhere in the item. Key
// points of the main question stand in the question part or first thing below ## Answer, those of a follow-up first
// thing below its heading; there the list ends with its first blank line. Anywhere else it is text of the answer.

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxBank is the size of a bank's file that is read, in bytes.
const maxBank = 8 << 20

// Parse reads one bank. It never fails as a whole: a question with an error is left out and named in the problems, and
// the rest of the bank plays. Problems come in the order of the file; those of a question are also in its Warnings.
func Parse(file string, src []byte) (*Bank, []Problem) {
	p := parse(file, src)
	return p.bank, p.problems
}

func parse(file string, src []byte) *bankParser {
	p := &bankParser{file: file, bank: &Bank{Name: bankName(file), Lang: "en", Questions: []Question{}}}
	if len(src) > maxBank {
		p.fail(1, 1, "this file has more than 8 MB, so it is not read; split it into several")
		return p
	}
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		p.fail(1, 1, "this file is UTF-16, so it is not read; save it as UTF-8")
		return p
	}
	p.text = normalise(src)
	p.badBytes()
	first := p.frontMatter()
	p.lines = scan(p.text, first, p.warn)
	p.questions(first)
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return cmp.Or(a.Line-b.Line, a.Col-b.Col) })
	p.shareOut()
	return p
}

type bankParser struct {
	file     string
	text     string
	lines    []line
	bank     *Bank
	defaults meta // of the front matter
	problems []Problem
	blocks   []block // of p.bank.Questions, in the same order
	none     bool    // the text has no sign of a question: it may be a README
}

func (p *bankParser) warn(line, col int, text string) {
	p.problems = append(p.problems, Problem{File: p.file, Line: line, Col: col, Text: text})
}

func (p *bankParser) fail(line, col int, text string) {
	p.problems = append(p.problems, Problem{File: p.file, Line: line, Col: col, Text: text, Error: true})
}

// bankName is a bank's name by its file.
func bankName(file string) string {
	base := path.Base(strings.ReplaceAll(file, `\`, "/"))
	name := strings.TrimSuffix(base, path.Ext(base))
	if slug(name, maxSlug) == "" {
		return "bank"
	}
	return name
}

// readable makes a bank's name a topic: python-async becomes Python async.
func readable(name string) string {
	name = fold(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}

// normalise gives the text in which all positions count: without a BOM, with \n as line end, valid UTF-8 without NUL.
func normalise(src []byte) string {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	text := strings.ToValidUTF8(string(src), "\ufffd")
	if strings.IndexByte(text, '\r') >= 0 {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	return strings.ReplaceAll(text, "\x00", "\ufffd")
}

// badBytes warns once of what normalise had to replace.
func (p *bankParser) badBytes() {
	at := strings.IndexRune(p.text, utf8.RuneError)
	if at < 0 {
		return
	}
	start := strings.LastIndexByte(p.text[:at], '\n') + 1
	p.warn(strings.Count(p.text[:at], "\n")+1, column(p.text, start, at),
		"a byte here is not text and is shown as \ufffd; save the file as UTF-8")
}

// block is one question's lines: from its heading to the next question.
type block struct{ from, to int }

// questions splits the lines into questions and reads each.
func (p *bankParser) questions(first int) {
	blocks := p.split(first)
	if len(blocks) == 0 {
		p.nothing(first)
		return
	}
	declared := map[string]int{}
	for _, b := range blocks {
		q, ok := p.question(b)
		if !ok {
			continue
		}
		if before, twice := declared[q.ID]; twice {
			p.fail(q.Source.Line, 1, sameID(q.ID, q.Source, Source{p.file, before}))
			continue
		}
		declared[q.ID] = q.Source.Line
		p.bank.Questions = append(p.bank.Questions, q)
		p.blocks = append(p.blocks, b)
	}
}

// nothing reports a text without a question, at the first sign that there was meant to be one.
func (p *bankParser) nothing(first int) {
	line, text := min(first+1, max(1, len(p.lines))), "no question found"
	if strings.TrimSpace(p.text) == "" {
		text = "this file is empty"
	}
	p.none = true
	for i := first; i < len(p.lines) && p.none; i++ {
		switch l := p.lines[i]; {
		case p.indented(i):
			p.none = false
			p.fail(i+1, 1, indentedQuestion)
			return
		case l.kind == labelLine, l.kind == metaLine, l.kind == headingLine && answerHeading(l.name), p.nearLabel(i) != "":
			p.none, line = false, i+1
		}
	}
	p.fail(line, 1, text+"; begin each question with `## Question` and, below it, `**Main question**: …`")
}

// split finds where questions begin: at a Question heading, or at a main question that has none above it.
func (p *bankParser) split(first int) []block {
	var blocks []block
	begin := func(i int) {
		if n := len(blocks); n > 0 {
			blocks[n-1].to = i
		}
		blocks = append(blocks, block{i, len(p.lines)})
	}
	level, open := 0, false // of the bank's Question headings; whether the latest still lacks its main question
	for i := first; i < len(p.lines); i++ {
		switch l := p.lines[i]; {
		case l.kind == headingLine && p.opens(i, level):
			if level == 0 {
				level = l.level
			}
			begin(p.withMeta(i, first, blocks))
			open = true
		case l.kind == headingLine && answerHeading(l.name):
			open = false
		case l.kind == labelLine && l.name == labelMain:
			if !open {
				begin(i)
				p.warn(i+1, 1, "this question has no heading; write `## Question` on a line above it")
			}
			open = false
		}
	}
	return blocks
}

// opens reports whether heading i opens a question. One that is deeper than the bank's others opens a question only
// with a main question below it: it may be a heading of an answer.
func (p *bankParser) opens(i, level int) bool {
	l := p.lines[i]
	if is, _ := questionHeading(l.name); !is {
		return false
	}
	if level == 0 || l.level <= level {
		return true
	}
	for _, next := range p.lines[i+1:] {
		if next.kind != blankLine && next.kind != metaLine {
			if next.kind == labelLine && next.name == labelMain {
				return true
			}
			break
		}
	}
	p.warn(i+1, 1, "this heading is deeper than the other questions' and is read as part of the answer above; write `"+
		strings.Repeat("#", level)+" Question` if a question begins here")
	return false
}

// withMeta is where a question with its heading at line i begins: a comment with its id may stand right above.
func (p *bankParser) withMeta(i, first int, blocks []block) int {
	from := i
	least := first
	if n := len(blocks); n > 0 {
		least = blocks[n-1].from + 1
	}
	for j := i - 1; j >= least; j-- {
		switch p.lines[j].kind {
		case metaLine:
			from = j
		case blankLine:
		default:
			return from
		}
	}
	return from
}

// shareOut gives each question the warnings of its lines.
func (p *bankParser) shareOut() {
	for i := range p.bank.Questions {
		q := &p.bank.Questions[i]
		q.Warnings = []Problem{}
		for _, problem := range p.problems {
			if !problem.Error && problem.Line > p.blocks[i].from && problem.Line <= p.blocks[i].to {
				q.Warnings = append(q.Warnings, problem)
			}
		}
	}
}
