package slack

import (
	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// What one message or view takes. Slack allows 50 blocks in a message and 100 in a view; the text of all blocks of a message has
// an undocumented end near 12,000 characters (bolt-js issues 2509 and 2867), and nobody has said where that of a view is, so a view keeps
// to the same. chat.update takes 4,000 characters of text, so whatever can be edited keeps to that.
const (
	maxBlocks     = 45
	maxViewBlocks = 95
	maxChars      = 9000 // of all blocks
	maxText       = 4000 // of a message's text
	maxReplyText  = 9000 // of the text of a reply, which nothing edits
)

// space is what is left of a message or a view; it satisfies page.Space. It counts what drawer draws.
type space struct {
	d                   drawer
	blocks, chars, text int // left
	parts               int // of the rich_text that is being filled, at least one a row; 0 where none is
}

func emptyMessage(names Names, text int) *space {
	return &space{d: drawer{names: names}, blocks: maxBlocks, chars: maxChars, text: text}
}

func emptyView(names Names) *space {
	return &space{d: drawer{names: names, view: true}, blocks: maxViewBlocks, chars: maxChars}
}

// cost is what a row takes.
type cost struct {
	blocks, chars, text int
	rich                bool // it stands in a rich_text
	table               bool
}

// Fits tells whether a row can stand below those that were taken.
func (s *space) Fits(row page.Row) bool { return s.has(s.cost(row)) }

// Take takes a row if it fits.
func (s *space) Take(row page.Row) bool {
	c := s.cost(row)
	if !s.has(c) {
		return false
	}
	s.use(c)
	return true
}

func (s *space) has(c cost) bool {
	return c.blocks <= s.blocks && c.chars <= s.chars && c.text <= s.text
}

func (s *space) use(c cost) {
	s.blocks, s.chars, s.text = s.blocks-c.blocks, s.chars-c.chars, s.text-c.text
	switch {
	case !c.rich:
		s.parts = 0
	case c.blocks > 0:
		s.parts = 1
	default:
		s.parts++
	}
	if c.table {
		s.d.tables++
	}
}

func (s *space) cost(row page.Row) cost {
	c := cost{rich: true}
	if !s.d.view {
		c.text = page.Units(page.Plain([]page.Row{row}, s.d.speech())) + len("\n")
	}
	shape := s.d.shape(row)
	if shape == asLines {
		row = row.Lines()
	}
	switch shape {
	case inRichText, asLines:
		c.chars = s.d.chars(row.Runs) + page.Units(row.Code) + len("\n\n")
		if row.Mark != "" {
			c.chars += 2*row.Depth + len(row.Mark)
		}
	case asCode:
		c.chars = page.Units(page.Aligned(row.Cells, s.d.verbatim()))
	default:
		c.rich, c.blocks = false, 1
		c.chars = s.d.chars(row.Runs)
		for _, line := range row.Cells {
			for _, cell := range line {
				c.chars += max(1, s.d.chars(cell))
			}
		}
		c.table = shape == asTable
	}
	if c.rich && (s.parts == 0 || s.parts == maxParts) {
		c.blocks = 1
	}
	return c
}

// chars is how many characters runs have in blocks.
func (d *drawer) chars(runs []page.Run) int {
	n := 0
	for _, run := range runs {
		n += page.Units(d.word(run)) + len(run.URL)
	}
	return n
}

// keep takes the place of buttons, in the actions blocks that draw them.
func (s *space) keep(buttons []chat.Button) {
	if len(buttons) == 0 {
		return
	}
	s.blocks -= 2 // the buttons, and a new rich_text after them
	if !s.d.view {
		s.text -= page.Units(buttonText(buttons)) + len("\n")
	}
	for _, b := range buttons {
		s.chars -= page.Units(b.Label)
	}
}
