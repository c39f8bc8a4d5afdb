package slack

import (
	"fmt"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// sheet is what stands in one message or view: rows, buttons, and the small print below them. leaf are the buttons between
// the pages of a private message; they stand right below the text that they go on with.
type sheet struct {
	text    []page.Row
	leaf    []chat.Button
	buttons []chat.Button
	small   []page.Row
	subject string
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

// divide deals a message out to sheets, at least one.
func divide(m chat.Message, names Names, empty func() *space, how binding) []sheet {
	rows, small := page.Rows(m.Blocks), page.Rows(m.After)
	first := sheet{text: rows, buttons: m.Buttons, small: small, subject: subject(rows, names)}
	left := empty()
	left.keep(m.Buttons)
	if page.Fit(rows, left) && page.Fit(small, left) {
		return []sheet{first}
	}
	if !page.Fit(small, quarter(empty())) { // too long to stand beside a page of the text
		rows, small = append(rows[:len(rows):len(rows)], small...), nil
	}
	texts := page.Cut(rows, func(n int) page.Space {
		left := empty()
		left.keep(leaves(how, 2, 3))
		page.Fit([]page.Row{how.line(0, 100)}, left)
		if n == 0 || how.every {
			left.keep(m.Buttons)
			page.Fit(small, left)
		}
		return left
	})
	sheets := make([]sheet, len(texts))
	for i, text := range texts {
		s := sheet{subject: first.subject, leaf: leaves(how, i+1, len(texts))}
		line := how.line(i, len(texts))
		if s.text = append(text[:len(text):len(text)], line); i > 0 {
			s.text = append([]page.Row{line}, text...)
		}
		if i == 0 || how.every {
			s.buttons, s.small = m.Buttons, small
		}
		sheets[i] = s
	}
	return sheets
}

// line says on which page the reader is: at the end of the first, where the reading stops, and at the top of the others.
func (how binding) line(i, of int) page.Row {
	text := fmt.Sprintf("Page %d of %d.", i+1, of)
	if i == 0 {
		text += how.more
	}
	return page.Row{Kind: page.Text, Gap: true, Runs: []page.Run{{Text: text, Emphasis: true}}}
}

func leaves(how binding, n, of int) []chat.Button {
	if how.leaf == nil {
		return nil
	}
	return how.leaf(n, of)
}

// quarter is the last quarter of a space's text.
func quarter(s *space) *space {
	s.blocks, s.chars, s.text = s.blocks/4, s.chars/4, s.text/4
	return s
}
