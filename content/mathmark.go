package content

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Maths and comments in CommonMark, as extensions of goldmark.

var (
	kindMathBlock  = ast.NewNodeKind("MathBlock")
	kindMathInline = ast.NewNodeKind("MathInline")
	kindComment    = ast.NewNodeKind("Comment")
)

// mathBlock is $$…$$ on lines of its own; source is the LaTeX in it.
type mathBlock struct {
	ast.BaseBlock
	source string
	open   int // where the text behind the opening $$ begins
}

func (n *mathBlock) Kind() ast.NodeKind            { return kindMathBlock }
func (n *mathBlock) IsRaw() bool                   { return true }
func (n *mathBlock) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

type mathInline struct {
	ast.BaseInline
	source string
}

func (n *mathInline) Kind() ast.NodeKind            { return kindMathInline }
func (n *mathInline) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

type commentInline struct{ ast.BaseInline }

func (n *commentInline) Kind() ast.NodeKind            { return kindComment }
func (n *commentInline) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

var mathFence = []byte("$$")

// mathBlockParser reads a block that opens with $$ at the start of a line and closes with $$ at the end of one. Without
// a close it is text.
type mathBlockParser struct{}

func (mathBlockParser) Trigger() []byte             { return []byte{'$'} }
func (mathBlockParser) CanInterruptParagraph() bool { return true }
func (mathBlockParser) CanAcceptIndentedLine() bool { return false }

func (mathBlockParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	pos := pc.BlockOffset()
	if pos < 0 || !bytes.HasPrefix(line[pos:], mathFence) {
		return nil, parser.NoChildren
	}
	rest := bytes.TrimSpace(line[pos+2:])
	if n := bytes.Index(rest, mathFence); n >= 0 { // on one line
		if n == 0 || n+2 != len(rest) {
			return nil, parser.NoChildren // text goes on behind it: an inline
		}
		reader.AdvanceToEOL()
		return &mathBlock{source: string(bytes.TrimSpace(rest[:n])), open: -1}, parser.NoChildren
	}
	if !mathCloses(reader.Source()[segment.Stop:]) {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return &mathBlock{source: string(rest)}, parser.NoChildren
}

// mathCloses reports whether a line within the next hundred ends with $$.
func mathCloses(src []byte) bool {
	for range 100 {
		line, rest, more := bytes.Cut(src, []byte{'\n'})
		if bytes.HasSuffix(bytes.TrimSpace(line), mathFence) {
			return true
		}
		if !more {
			return false
		}
		src = rest
	}
	return false
}

func (mathBlockParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	n := node.(*mathBlock)
	if n.open < 0 {
		return parser.Close
	}
	line, _ := reader.PeekLine()
	words := bytes.TrimSpace(line)
	end := bytes.HasSuffix(words, mathFence)
	if end {
		words = bytes.TrimSpace(words[:len(words)-2])
	}
	if len(words) > 0 {
		if n.source != "" {
			n.source += "\n"
		}
		n.source += string(words)
	}
	reader.AdvanceToEOL()
	if end {
		n.open = -1
		return parser.Close
	}
	return parser.Continue | parser.NoChildren
}

func (mathBlockParser) Close(ast.Node, text.Reader, parser.Context) {}

// mathParser reads $…$ and, within a line, $$…$$. A dollar opens maths only in front of a character that is no space,
// and closes it only behind one and in front of neither letter nor digit; so "$5 and $6" is money.
type mathParser struct{}

func (mathParser) Trigger() []byte { return []byte{'$'} }

func (mathParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, _ := block.PeekLine()
	n := 1
	if bytes.HasPrefix(line, mathFence) {
		n = 2
	}
	if before == '$' || isWordRune(before) || len(line) < 2*n+1 || isBlank(line[n]) || line[n] == '$' {
		return nil
	}
	for i := n; i+n <= len(line); i++ {
		switch {
		case line[i] == '`':
			return nil
		case line[i] == '\\':
			i++
		case line[i] == '$':
			if n == 2 && !bytes.HasPrefix(line[i:], mathFence) {
				return nil
			}
			after := byte(' ')
			if i+n < len(line) {
				after = line[i+n]
			}
			if isBlank(line[i-1]) || after == '$' || isWordRune(rune(after)) {
				return nil
			}
			if isProse(line[n:i]) {
				return nil
			}
			block.Advance(i + n)
			return &mathInline{source: string(line[n:i])}
		}
	}
	return nil
}

var (
	mathWords = regexp.MustCompile(`\\(?:text|mbox|operatorname)[a-z]*\s*\{[^}]*\}`)
	proseRun  = regexp.MustCompile(`(?:^|\s)(?:[A-Za-z0-9]+ [A-Za-z]{2,}|[A-Za-z]{2,} [A-Za-z0-9]+)(?:\s|$)`)
)

// isProse reports whether what stands between two dollars is words rather than maths: "$6 or 7$".
func isProse(source []byte) bool { return proseRun.Match(mathWords.ReplaceAll(source, nil)) }

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' }

func isWordRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// commentParser leaves <!-- … --> out.
type commentParser struct{}

func (commentParser) Trigger() []byte { return []byte{'<'} }

func (commentParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("<!--")) {
		return nil
	}
	number, at := block.Position()
	for range 50 { // lines of the paragraph
		line, _ = block.PeekLine()
		if line == nil {
			break
		}
		if n := bytes.Index(line, []byte("-->")); n >= 0 {
			block.Advance(n + 3)
			return &commentInline{}
		}
		block.AdvanceLine()
	}
	block.SetPosition(number, at)
	return nil
}
