package content

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// lineKind says what a line is for the structure of a bank.
type lineKind uint8

const (
	textLine    lineKind = iota
	blankLine            // nothing but white space
	headingLine          // an ATX heading
	labelLine            // **Name**: at the start of a line, with a name that the format knows
	metaLine             // <!-- key: value; … --> with a key that the format knows
	quietLine            // inside a fence or a comment: never structure
)

// line is one line of the text. Line i of a scan is line i+1 of the file.
type line struct {
	start, end int // bytes of the text; the line end is not part of it
	kind       lineKind
	level      int    // of a heading
	name       string // a heading's words, a label's canonical name, what stands inside a meta comment
	body       int    // of a label: where the text after it begins
}

// scanner splits a text into lines and tells structure from what only looks like it: fences and comments.
type scanner struct {
	text     string
	lines    []line
	report   func(line, col int, text string) // a warning
	distrust bool                             // a listing was never closed: no question is taken for part of one any more
	closer   int                              // where the next "-->" stands from here on; len(text) when there is none
}

// scan returns the lines of text, those from first on with their kinds. What is never closed ends, and is reported, at
// the next question, so that a forgotten fence costs no question.
func scan(text string, first int, report func(line, col int, text string)) []line {
	s := &scanner{text: text, report: report, closer: -1}
	s.lines = make([]line, 0, strings.Count(text, "\n")+1)
	for start := 0; start < len(text); {
		end := strings.IndexByte(text[start:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += start
		}
		s.lines = append(s.lines, line{start: start, end: end})
		start = end + 1
	}
	for i := first; i < len(s.lines); {
		i = s.classify(i)
	}
	return s.lines
}

// classify gives line i its kind, together with the lines that it makes quiet, and returns the next line to look at.
func (s *scanner) classify(i int) int {
	l := &s.lines[i]
	src := s.text[l.start:l.end]
	trimmed := strings.TrimLeft(src, " \t")
	if strings.TrimSpace(trimmed) == "" {
		l.kind = blankLine
		return i + 1
	}
	switch trimmed[0] {
	case '`', '~':
		if char, n, info, ok := fenceOpen(trimmed); ok {
			return s.fence(i, char, n, info)
		}
	case '<':
		if strings.HasPrefix(trimmed, "<!--") {
			return s.comment(i, len(src)-len(trimmed))
		}
	case '#':
		if level, words, ok := heading(src); ok {
			l.kind, l.level, l.name = headingLine, level, words
		}
	case '*', '_':
		if name, body, ok := label(src); ok {
			l.kind, l.name, l.body = labelLine, name, l.start+body
		}
	}
	return i + 1
}

// fence makes the lines of the fence that opens at line i quiet.
func (s *scanner) fence(i int, char byte, n int, info string) int {
	s.lines[i].kind = quietLine
	listing := isMarkdown(info) && !s.distrust // may well show what a bank looks like
	question, nested, end := -1, -1, -1
	for j := i + 1; j < len(s.lines) && end < 0 && (question < 0 || listing); j++ {
		trimmed := strings.TrimLeft(s.text[s.lines[j].start:s.lines[j].end], " \t")
		if c, m, rest, ok := fenceOpen(trimmed); ok && c == char && m >= n {
			if rest == "" {
				end = j + 1
			} else if nested < 0 {
				nested = j
			}
		}
		if question < 0 && s.opensQuestion(j) {
			question = j
		}
	}
	marks := strings.Repeat(string(char), n)
	switch {
	case end >= 0 && nested >= 0 && !listing:
		s.report(i+1, 1, "this code fence is still open where line "+strconv.Itoa(nested+1)+" opens another; close it with "+
			marks+" on a line of its own")
	case end < 0:
		s.report(i+1, 1, "this code fence is never closed; write "+marks+" on a line of its own where the code ends")
		s.distrust = s.distrust || listing
		end = question
		if question < 0 {
			end = len(s.lines)
		}
	}
	for j := i + 1; j < end; j++ {
		s.lines[j].kind = quietLine
	}
	for j := i + 1; j < end; j++ {
		if name, _, ok := label(s.text[s.lines[j].start:s.lines[j].end]); ok && name == labelMain {
			s.report(j+1, 1, "this question stands in a code listing, so it is not asked; take the "+marks+" of line "+strconv.Itoa(i+1)+
				" and its end away to have it asked")
			break
		}
	}
	return end
}

// comment reads the HTML comment that opens line i: one that stands on its line may carry keys, one over several lines
// is quiet.
func (s *scanner) comment(i, indent int) int {
	l := &s.lines[i]
	open := l.start + indent + len("<!--")
	if s.closer < open {
		s.closer = len(s.text)
		if at := strings.Index(s.text[open:], "-->"); at >= 0 {
			s.closer = open + at
		}
	}
	switch {
	case s.closer == len(s.text):
		s.report(i+1, indent+1, "this comment is never closed and is read as text; write --> where it ends")
		return i + 1
	case s.closer <= l.end:
		inside := s.text[open:s.closer]
		if isMeta(inside) && strings.TrimSpace(s.text[s.closer+len("-->"):l.end]) == "" {
			l.kind, l.name = metaLine, inside
		}
		return i + 1
	}
	j := i
	for ; j < len(s.lines) && s.lines[j].start < s.closer; j++ {
		if s.opensQuestion(j) {
			s.report(j+1, 1, "this question stands inside a comment, so it is not asked; close the comment of line "+
				strconv.Itoa(i+1)+" with --> above it to have it asked")
		}
		s.lines[j].kind = quietLine
	}
	return j
}

// opensQuestion reports whether line i is a Question heading with a main question right below it.
func (s *scanner) opensQuestion(i int) bool {
	_, words, ok := heading(s.text[s.lines[i].start:s.lines[i].end])
	if !ok {
		return false
	}
	if is, _ := questionHeading(words); !is {
		return false
	}
	for j := i + 1; j < len(s.lines); j++ {
		src := strings.TrimSpace(s.text[s.lines[j].start:s.lines[j].end])
		if src == "" || strings.HasPrefix(src, "<!--") {
			continue
		}
		name, _, ok := label(src)
		return ok && name == labelMain
	}
	return false
}

// fenceOpen reads the opening of a code fence; a closing one is an opening without info.
func fenceOpen(trimmed string) (char byte, n int, info string, ok bool) {
	if trimmed == "" || trimmed[0] != '`' && trimmed[0] != '~' {
		return 0, 0, "", false
	}
	char = trimmed[0]
	for n < len(trimmed) && trimmed[n] == char {
		n++
	}
	info = strings.TrimSpace(trimmed[n:])
	if n < 3 || char == '`' && strings.IndexByte(info, '`') >= 0 {
		return 0, 0, "", false
	}
	return char, n, info, true
}

// isMarkdown reports whether a fence's info names a language in which a bank may be shown.
func isMarkdown(info string) bool {
	switch strings.ToLower(info) {
	case "markdown", "md", "text", "txt":
		return true
	}
	return false
}

// heading reads an ATX heading. One without a space after its signs counts only where it is of the format's own words,
// which is what was meant.
func heading(src string) (level int, words string, ok bool) {
	s := strings.TrimLeft(src, " ")
	if len(src)-len(s) > 3 {
		return 0, "", false
	}
	for level < len(s) && s[level] == '#' {
		level++
	}
	if level == 0 || level > 6 {
		return 0, "", false
	}
	rest := s[level:]
	words = strings.TrimSpace(rest)
	if bare := strings.TrimRight(words, "#"); bare == "" || strings.HasSuffix(bare, " ") || strings.HasSuffix(bare, "\t") {
		words = strings.TrimSpace(bare)
	}
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		is, _ := questionHeading(words)
		return level, words, is || answerHeading(words)
	}
	return level, words, true
}

// column is the column, in characters from 1, of byte at of text in the line that starts at start.
func column(text string, start, at int) int {
	return utf8.RuneCountInString(text[start:at]) + 1
}
