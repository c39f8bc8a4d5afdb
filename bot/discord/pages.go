package discord

import (
	"fmt"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// sheet is what stands in one message: rows, buttons, and the small print, which is below the buttons where components carry the text. leaf
// are the buttons between the pages of a private message; they stand right below the text that they go on with. answer is
// what is attached.
type sheet struct {
	on      surface
	text    []page.Row
	leaf    []chat.Button
	buttons []chat.Button
	small   []page.Row
	answer  string

	drawn        bool
	content      string      // with the content: all that stands there
	above, below []component // with components: what stands above the buttons, and below
}

// fits tells whether a sheet is one that Discord takes.
func (s *sheet) fits() bool {
	n := 0
	for _, row := range s.text {
		n += length(row)
	}
	if n > longestUnit*maxText {
		return false
	}
	s.draw()
	if s.on == inContent {
		return page.Units(s.content) <= maxContent
	}
	chars, bytes := 0, 0
	for _, some := range [][]component{s.above, s.below} {
		for _, c := range some {
			if c.Type == discordgo.TextDisplayComponent {
				chars, bytes = chars+page.Units(c.Content), bytes+len(c.Content)+textBytes
			}
		}
	}
	return chars <= maxText && bytes <= maxTextBytes
}

// draw draws the text, once.
func (s *sheet) draw() {
	if s.drawn {
		return
	}
	s.drawn = true
	if s.on == inComponents {
		s.above, s.below = texts(s.text, separators(s.leaf, s.buttons)), texts(s.small, 0)
		return
	}
	rows := s.text
	if len(s.small) > 0 {
		rows = append(rows[:len(rows):len(rows)], s.small...)
	}
	if s.content = draw(rows); page.Blank(s.content) {
		s.content = nothing
	}
}

// binding is how the pages of a long message hang together.
type binding struct {
	more  string                           // where the others are: a sentence on the first page
	every bool                             // buttons and small print stand on every page, else on the first
	leaf  func(page, of int) []chat.Button // the buttons between pages; nil where each page is a message
}

// inThread binds pages that stand below one another. What can be done with the message stands on the first of them: that is
// the one which edits reach and whose clicks name it, and of a post the only one in the channel.
var inThread = binding{more: " It goes on in the thread."}

// inPlace binds pages that stand in one place, one at a time. What can be done with the message stands on each: whoever has read enough
// need not leaf to the end, and a button does not move.
func inPlace(leaf func(page, of int) []chat.Button) binding { return binding{every: true, leaf: leaf} }

// divide deals a message out to sheets, at least one. The last of several has the whole as a file.
func divide(m chat.Message, on surface, how binding) []sheet {
	rows, small := tables(page.Rows(m.Blocks)), smallRows(m.After)
	whole := sheet{on: on, text: rows, buttons: m.Buttons, small: small}
	if whole.fits() {
		return []sheet{whole}
	}
	if !page.Fit(small, emptySpace(on).quarter()) { // too long to stand beside a page of the text
		rows, small = append(rows[:len(rows):len(rows)], page.Rows(m.After)...), nil
	}
	texts := page.Cut(rows, func(n int) page.Space {
		left := emptySpace(on, leaves(how, 2, 3), m.Buttons)
		page.Fit([]page.Row{how.line(n, 10_000)}, left)
		if n == 0 || how.every {
			page.Fit(small, left)
		}
		return left
	})
	sheets := make([]sheet, len(texts))
	for i, text := range texts {
		s := sheet{on: on, leaf: leaves(how, i+1, len(texts))}
		line := how.line(i, len(texts))
		if s.text = append(text[:len(text):len(text)], line); i > 0 {
			s.text = append([]page.Row{line}, text...)
		}
		if i == 0 || how.every {
			s.buttons, s.small = m.Buttons, small
		}
		sheets[i] = s
	}
	sheets[len(sheets)-1].answer = answerFile(m)
	return sheets
}

// line says on which page the reader is: at the end of the first, where the reading stops, and at the top of the others.
func (how binding) line(i, of int) page.Row {
	text := fmt.Sprintf("Page %d of %d.", i+1, of)
	if i == 0 {
		text += how.more
	}
	return page.Row{Kind: page.Text, Small: true, Runs: []page.Run{{Text: text}}}
}

func leaves(how binding, n, of int) []chat.Button {
	if how.leaf == nil {
		return nil
	}
	return how.leaf(n, of)
}

// smallRows are the rows of small print.
func smallRows(blocks []chat.Block) []page.Row {
	rows := tables(page.Rows(blocks))
	for i := range rows {
		rows[i].Small = true
	}
	return rows
}
