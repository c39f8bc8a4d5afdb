package content

import (
	"regexp"
	"strings"
)

// Bounds of a formula; beyond them its source is shown.
const (
	maxFormula      = 4000 // bytes
	maxFormulaDepth = 40   // groups in groups
)

// mathNode is LaTeX as it is shown and said. What this subset does not know is shown and said as its source: half a
// formula would mislead.
func mathNode(kind Kind, source string) Node {
	node := Node{Kind: kind, Text: source, Spoken: source, Source: source}
	if len(source) > maxFormula {
		return node
	}
	p := formulaParser{rest: source}
	f, ok := p.sequence("")
	if !ok {
		return node
	}
	shown, spoken := strings.TrimSpace(show(f)), fold(speech.Replace(speak(f)))
	if shown != "" && spoken != "" {
		node.Text, node.Spoken = shown, spoken
	}
	return node
}

// speech joins what is said to its signs.
var speech = strings.NewReplacer("( ", "(", " )", ")", "[ ", "[", " ]", "]", " ,", ",", " ;", ";", " :", ":")

// class says how TeX sets an atom: it decides the spaces around it.
type class uint8

const (
	ordinary class = iota
	operator       // log, sum: a space in front of its argument
	binary         // + : spaces on both sides, where it stands between two things
	relation       // = : spaces on both sides
	starting
	ending
	punctuation // , : a space behind it
	space       // a space that the source asks for
)

// form says what an atom is made of.
type form uint8

const (
	symbol   form = iota // shown, spoken
	group                // parts[0]
	scripts              // parts[0] with parts[1] above it and parts[2] below; either may be nil
	fraction             // parts[0] over parts[1]
	binomial             // parts[0] choose parts[1]
	root                 // parts[0]; parts[1] is its degree, nil for a square root
	accent               // parts[0] with the combining mark shown, called spoken
	arrow                // an arrow with parts[0] written above it and parts[1] below
	rows                 // each of parts is a row; shown says with which brackets
)

// atom is one piece of a formula.
type atom struct {
	form   form
	class  class
	shown  string
	spoken string
	parts  [][]atom
}

// formulaParser reads a formula piece by piece.
type formulaParser struct {
	rest  string
	depth int
}

// sequence reads atoms up to the closing token, "" for the end of the formula. It is false for what it does not know.
func (p *formulaParser) sequence(end string) ([]atom, bool) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxFormulaDepth {
		return nil, false
	}
	out := []atom{}
	for {
		t := p.token()
		switch {
		case t == end:
			return out, true
		case t == "" || t == "}" || t == "&" || t == `\\` || t == `\end` || t == `\right`:
			return nil, false
		case t == "^" || t == "_":
			base := atom{form: group, parts: [][]atom{{}}}
			if n := len(out); n > 0 {
				base, out = out[n-1], out[:n-1]
			}
			a, ok := p.script(base, t)
			if !ok {
				return nil, false
			}
			out = append(out, a)
		default:
			a, ok := p.atom(t + p.digits(t))
			if !ok {
				return nil, false
			}
			out = append(out, a...)
		}
	}
}

var moreDigits = regexp.MustCompile(`^(?:\d|[.]\d|,\d{3}\b)+`)

// digits takes the rest of the number that a digit begins. Not in an argument: \frac12 is a half.
func (p *formulaParser) digits(t string) string {
	if t[0] < '0' || t[0] > '9' {
		return ""
	}
	more := moreDigits.FindString(p.rest)
	p.rest = p.rest[len(more):]
	return more
}

// token takes the next token: a command with its backslash, or one character; white space and comments are skipped.
func (p *formulaParser) token() string {
	p.rest = strings.TrimLeft(p.rest, " \t\n")
	if p.rest == "" {
		return ""
	}
	n := 1
	if p.rest[0] == '\\' {
		for n < len(p.rest) && isLetter(p.rest[n]) {
			n++
		}
		if n == 1 {
			n = min(2, len(p.rest))
			for n < len(p.rest) && p.rest[n]&0xc0 == 0x80 {
				n++
			}
		}
	} else {
		for n < len(p.rest) && p.rest[n]&0xc0 == 0x80 {
			n++
		}
	}
	t := p.rest[:n]
	p.rest = p.rest[n:]
	return t
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// peek is the next token, left where it is.
func (p *formulaParser) peek() string {
	rest := p.rest
	t := p.token()
	p.rest = rest
	return t
}

// script reads what stands above or below base, and the other of the two where it follows.
func (p *formulaParser) script(base atom, mark string) (atom, bool) {
	if base.form != scripts {
		base = atom{form: scripts, class: base.class, parts: [][]atom{{base}, nil, nil}}
	}
	at := 1
	if mark == "_" {
		at = 2
	}
	if base.parts[at] != nil { // a double script is an error in TeX too
		return atom{}, false
	}
	arg, ok := p.argument()
	base.parts[at] = arg
	return base, ok
}

// argument reads one group or one atom.
func (p *formulaParser) argument() ([]atom, bool) {
	switch t := p.token(); t {
	case "{":
		return p.sequence("}")
	case "", "}", "^", "_", "&":
		return nil, false
	default:
		p.depth++
		defer func() { p.depth-- }()
		if p.depth > maxFormulaDepth {
			return nil, false
		}
		return p.atom(t)
	}
}

// words reads a group as it stands: the argument of \text.
func (p *formulaParser) words() (string, bool) {
	p.rest = strings.TrimLeft(p.rest, " \t\n")
	if !strings.HasPrefix(p.rest, "{") {
		return "", false
	}
	depth := 0
	for i := 0; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				inside := p.rest[1:i]
				p.rest = p.rest[i+1:]
				return textEscapes.Replace(inside), !strings.ContainsAny(textEscapes.Replace(inside), `\{}$`)
			}
		}
	}
	return "", false
}

var textEscapes = strings.NewReplacer(`\_`, "_", `\%`, "%", `\&`, "&", `\#`, "#", `\ `, " ", "~", " ", "``", "“", "''", "”", "\n", " ")

// optional reads [ … ] where it follows; nil where it does not.
func (p *formulaParser) optional() ([]atom, bool) {
	if p.peek() != "[" {
		return nil, true
	}
	p.token()
	return p.sequence("]")
}

// atom reads what a token begins.
func (p *formulaParser) atom(t string) ([]atom, bool) {
	if t == "{" {
		inside, ok := p.sequence("}")
		return []atom{{form: group, parts: [][]atom{inside}}}, ok
	}
	if t[0] != '\\' {
		return []atom{character(t)}, true
	}
	name := t[1:]
	if s, ok := symbols[name]; ok {
		return []atom{{class: s.class, shown: s.shown, spoken: s.spoken}}, true
	}
	if mark, ok := accents[name]; ok {
		arg, ok := p.argument()
		return []atom{{form: accent, shown: mark.shown, spoken: mark.spoken, parts: [][]atom{arg}}}, ok
	}
	if letters, ok := alphabets[name]; ok {
		return p.alphabet(letters)
	}
	return p.command(name)
}
