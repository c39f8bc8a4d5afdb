package content

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Kind says what a Node is.
type Kind string

// Blocks. Item, Row and Cell stand only inside List, Table and Row.
const (
	Paragraph Kind = "paragraph"  // Children: inline
	Heading   Kind = "heading"    // Level 1 to 6; Children: inline
	List      Kind = "list"       // Ordered, Start; Children: Item
	Item      Kind = "item"       // Children: blocks
	CodeBlock Kind = "code-block" // Lang, Text
	Quote     Kind = "quote"      // Children: blocks
	Table     Kind = "table"      // Children: Row, the first is the header
	Row       Kind = "row"        // Children: Cell
	Cell      Kind = "cell"       // Children: inline
	Rule      Kind = "rule"
	MathBlock Kind = "math-block" // Text, Spoken, Source
)

// Inlines.
const (
	Text      Kind = "text"     // Text
	Strong    Kind = "strong"   // Children: inline
	Emphasis  Kind = "emphasis" // Children: inline
	Code      Kind = "code"     // Text
	Link      Kind = "link"     // URL (http, https or mailto); Children: inline
	Math      Kind = "math"     // Text, Spoken, Source
	LineBreak Kind = "break"
)

// Node is a block or an inline of a text.
type Node struct {
	Kind     Kind   `json:"kind"`
	Level    int    `json:"level,omitempty"`
	Ordered  bool   `json:"ordered,omitempty"`
	Start    int    `json:"start,omitempty"`  // number of an ordered list's first item
	Lang     string `json:"lang,omitempty"`   // of a code block, as written, may be empty
	URL      string `json:"url,omitempty"`    // where a link leads
	Text     string `json:"text,omitempty"`   // what is shown: of math its Unicode form
	Spoken   string `json:"spoken,omitempty"` // of math: as one says it ("n squared")
	Source   string `json:"source,omitempty"` // of math: the LaTeX itself
	Children []Node `json:"children,omitempty"`
}

// Bounds of a tree. What lies beyond them is shown as plain text: nothing is lost.
const (
	maxTreeText  = 128 << 10 // bytes of a text that is read as CommonMark
	maxBrackets  = 2000      // opening brackets of such a text: goldmark takes their square in time
	maxCells     = 20_000    // columns of its widest table times its lines: goldmark fills every row
	maxTreeDepth = 24        // levels above an inline; lists, quotes and tables stop four earlier
)

// Tree reads CommonMark with tables and LaTeX maths ($…$ and $$…$$). Raw HTML is literal text, comments are left out,
// and a picture is a link to it, so nothing in a tree can be executed or fetched.
func Tree(markdown string) []Node {
	markdown = normalise([]byte(markdown))
	if len(markdown) > maxTreeText || strings.Count(markdown, "[") > maxBrackets || tooDeep(markdown) || tooWide(markdown) {
		return literal(markdown)
	}
	w := walker{src: []byte(markdown)}
	return w.blocks(commonMark.Parse(text.NewReader(w.src)), 0)
}

// literal is a text as it stands, in paragraphs.
func literal(markdown string) []Node {
	var out []Node
	for part := range strings.SplitSeq(markdown, "\n\n") {
		if t := strings.TrimSpace(part); t != "" {
			out = append(out, Node{Kind: Paragraph, Children: []Node{{Kind: Text, Text: t}}})
		}
	}
	return out
}

var openings = regexp.MustCompile(`^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t])){100}`)

// tooDeep reports whether a line opens so many quotes and lists in each other that reading them would take long.
func tooDeep(markdown string) bool {
	for l := range strings.SplitSeq(markdown, "\n") {
		if len(l) > 100 && openings.MatchString(l) && !isRule(l) {
			return true
		}
	}
	return false
}

var delimiterRow = regexp.MustCompile(`(?m)^[ \t>]*[|:-][ \t|:-]*\|[ \t|:-]*$`)

// tooWide reports whether a table would have more cells than anybody reads.
func tooWide(markdown string) bool {
	if !strings.Contains(markdown, "|") {
		return false
	}
	columns := 0
	for _, row := range delimiterRow.FindAllString(markdown, -1) {
		columns = max(columns, strings.Count(row, "|")+1)
	}
	return columns*strings.Count(markdown, "\n") > maxCells
}

// commonMark is goldmark's CommonMark without raw HTML, with tables and maths.
var commonMark = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(mathBlockParser{}, 750),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(mathParser{}, 150),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(commentParser{}, 400),
		util.Prioritized(parser.NewEmphasisParser(), 500),
	),
	parser.WithParagraphTransformers(
		util.Prioritized(parser.LinkReferenceParagraphTransformer, 100),
		util.Prioritized(extension.NewTableParagraphTransformer(), 200),
	),
	parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
)
