// Package page lays a message out for a platform that shows text in a column: blocks and their trees become a flat list
// of rows (paragraphs, list items, code, tables), and the rows are cut into pages that fit. It draws nothing: an adapter
// draws rows and says what fits.
//
// It is pure and knows no platform, so that a long message is cut alike everywhere: never inside a character, a mention
// or a link, code closed and opened again with its language, a table with its head repeated.
package page

import (
	"strconv"

	"greenroom/bot/chat"
	"greenroom/content"
)

// Kind says what a Row is.
type Kind string

const (
	Text  Kind = "text"  // Runs: a paragraph, a heading (Level), an item of a list (Depth)
	Code  Kind = "code"  // Code, Lang
	Table Kind = "table" // Cells; the first line is the head
	Rule  Kind = "rule"
)

// Row is one thing that stands below the one before.
type Row struct {
	Kind  Kind
	Gap   bool // a blank line parts it from the row before
	Level int  // of a heading, 1 to 6; 0 for none
	Depth int  // within lists; 0 outside
	Mark  string
	Quote bool
	Small bool // small print
	Runs  []Run
	Lang  string
	Code  string // without a newline at its end
	Cells [][][]Run

	Picture string // of Text: the address of a picture that shows what the runs say; a platform that cannot show it writes them
}

// Mark of an item is Bullet, or its number and a dot; a row that goes on an item has none.
const Bullet = "-"

// Run is a stretch of a row in one style. A run with a Span of kind Who, When or Channel is drawn from that and cannot be
// cut.
type Run struct {
	Text                   string
	Spoken                 string // of maths: as one says it
	URL                    string // of a link
	Strong, Emphasis, Code bool
	Span                   *chat.Span
}

// Rows lays blocks out.
func Rows(blocks []chat.Block) []Row {
	var rows []Row
	for i, b := range blocks {
		next := block(b)
		if i > 0 && len(next) > 0 && len(rows) > 0 {
			// Lines follow one another closely; what a bank wrote stands apart.
			next[0].Gap = b.Kind != chat.LineBlock && !(b.Kind == chat.MarkdownBlock && b.Strong) && b.Kind != chat.ListBlock
		}
		rows = append(rows, next...)
	}
	return rows
}

func block(b chat.Block) []Row {
	switch b.Kind {
	case chat.MarkdownBlock:
		rows := blocksOf(content.Tree(b.Text), place{})
		for i := range rows {
			if b.Strong && rows[i].Kind == Text && rows[i].Depth == 0 {
				rows[i].Level = 3
			}
		}
		return rows
	case chat.ListBlock:
		rows := make([]Row, len(b.Items))
		for i, item := range b.Items {
			rows[i] = Row{Kind: Text, Depth: 1, Mark: mark(b.Numbered, i+1), Runs: spans(item)}
		}
		return rows
	case chat.RowsBlock:
		cells := make([][][]Run, len(b.Rows))
		for i, row := range b.Rows {
			for _, cell := range row {
				cells[i] = append(cells[i], spans(cell))
			}
		}
		return []Row{{Kind: Table, Cells: cells}}
	case chat.CodeBlock:
		return []Row{{Kind: Code, Lang: b.Lang, Code: trimEnd(b.Text)}}
	case chat.PictureBlock:
		return []Row{{Kind: Text, Picture: b.Text, Runs: []Run{{Text: b.Alt}}}}
	}
	return []Row{{Kind: Text, Runs: spans(b.Spans)}}
}

func mark(numbered bool, n int) string {
	if numbered {
		return strconv.Itoa(n) + "."
	}
	return Bullet
}

func spans(spans []chat.Span) []Run {
	runs := make([]Run, 0, len(spans))
	for i := range spans {
		s := &spans[i]
		run := Run{Text: s.Text, Strong: s.Strong}
		switch s.Kind {
		case chat.WhoSpan, chat.WhenSpan, chat.ChannelSpan, chat.InviteSpan:
			run.Span = s
		case chat.CodeSpan:
			run.Code = true
		}
		runs = append(runs, run)
	}
	return runs
}

// place is where in a tree a node stands.
type place struct {
	depth int
	quote bool
}

func blocksOf(nodes []content.Node, at place) []Row {
	var rows []Row
	for _, n := range nodes {
		next := rowsOf(n, at)
		if len(rows) > 0 && len(next) > 0 && at.depth == 0 {
			next[0].Gap = true
		}
		rows = append(rows, next...)
	}
	return rows
}

func rowsOf(n content.Node, at place) []Row {
	switch n.Kind {
	case content.Heading:
		return []Row{{Kind: Text, Level: n.Level, Depth: at.depth, Quote: at.quote, Runs: runsOf(n.Children, Run{})}}
	case content.List:
		return listRows(n, place{at.depth + 1, at.quote})
	case content.Quote:
		return blocksOf(n.Children, place{at.depth, true})
	case content.CodeBlock:
		return []Row{{Kind: Code, Depth: at.depth, Lang: n.Lang, Code: trimEnd(n.Text)}}
	case content.Table:
		row := Row{Kind: Table}
		for _, line := range n.Children {
			var cells [][]Run
			for _, cell := range line.Children {
				cells = append(cells, runsOf(cell.Children, Run{}))
			}
			row.Cells = append(row.Cells, cells)
		}
		return []Row{row}
	case content.Rule:
		return []Row{{Kind: Rule}}
	case content.MathBlock:
		return []Row{{Kind: Text, Depth: at.depth, Quote: at.quote, Runs: []Run{{Text: n.Text, Spoken: n.Spoken}}}}
	case content.Paragraph:
		return []Row{{Kind: Text, Depth: at.depth, Quote: at.quote, Runs: runsOf(n.Children, Run{})}}
	}
	// What is no block (an item or an inline that stands alone) is shown as a paragraph: no text may be lost.
	return []Row{{Kind: Text, Depth: at.depth, Quote: at.quote, Runs: runsOf([]content.Node{n}, Run{})}}
}

func listRows(n content.Node, at place) []Row {
	var rows []Row
	for i, item := range n.Children {
		next := blocksOf(item.Children, at)
		if len(next) == 0 || next[0].Kind != Text || next[0].Mark != "" {
			next = append([]Row{{Kind: Text, Depth: at.depth, Quote: at.quote}}, next...)
		}
		next[0].Mark = mark(n.Ordered, n.Start+i)
		rows = append(rows, next...)
	}
	return rows
}

// runsOf lays inline nodes out in the style that surrounds them.
func runsOf(nodes []content.Node, style Run) []Run {
	var runs []Run
	for _, n := range nodes {
		run := style
		switch n.Kind {
		case content.Strong:
			run.Strong = true
		case content.Emphasis:
			run.Emphasis = true
		case content.Link:
			run.URL = n.URL
		case content.Code:
			run.Code, run.Text = true, n.Text
		case content.Math:
			run.Text, run.Spoken = n.Text, n.Spoken
		case content.LineBreak:
			run.Text = "\n"
		default:
			run.Text = n.Text
		}
		if run.Text != "" {
			runs = append(runs, run)
		}
		run.Text = ""
		runs = append(runs, runsOf(n.Children, run)...)
	}
	return runs
}

func trimEnd(s string) string {
	for len(s) > 0 && s[len(s)-1] == '\n' {
		s = s[:len(s)-1]
	}
	return s
}
