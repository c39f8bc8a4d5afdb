package discord

import (
	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// What one message takes. Discord's description lets a content have 4,000 characters, which is what people with Nitro may
// write: bots have 2,000 (resources/message). With components the sum of all text is 4,000 (OpenAPI, TextDisplay; the sum rule is docs pull
// request 8562); more than 10,170 bytes of it, 12 for each text, ended in HTTP 500 (docs issue 8554). Characters are counted as
// UTF-16, the larger of the two readings.
const (
	maxContent   = 2000
	maxText      = 4000
	maxTextBytes = 10170
	textBytes    = 12
)

// space is what is left of a message's text; it satisfies page.Space. It counts what draw writes.
type space struct {
	chars, bytes int // left
	separators   int // left
	last         page.Row
	begun        bool
}

// emptySpace is the space of a message with some buttons.
func emptySpace(on surface, buttons ...[]chat.Button) *space {
	if on == inContent {
		return &space{chars: maxContent, bytes: 4 * maxContent}
	}
	n := separators(buttons...)
	return &space{chars: maxText, bytes: maxTextBytes - textBytes*(2+n), separators: n}
}

// Fits tells whether a row can stand below those that were taken.
func (s *space) Fits(row page.Row) bool {
	_, _, ok := s.cost(row)
	return ok
}

// Take takes a row if it fits.
func (s *space) Take(row page.Row) bool {
	chars, bytes, ok := s.cost(row)
	if ok {
		s.chars, s.bytes = s.chars-chars, s.bytes-bytes
		s.last, s.begun = row, true
	}
	return ok
}

// cost is what a row takes, and whether that is left. Of one that is far too long it is not found out: drawing it takes long.
func (s *space) cost(row page.Row) (chars, bytes int, ok bool) {
	if length(row) > longestUnit*s.chars {
		return 0, 0, false
	}
	text := drawRow(row)
	chars, bytes = page.Units(text), len(text)
	if s.begun {
		n := len(between(s.last, row))
		chars, bytes = chars+n, bytes+n
	}
	return chars, bytes, chars <= s.chars && bytes <= s.bytes
}

// longestUnit is how many bytes one UTF-16 unit of a text has at most.
const longestUnit = 3

// length is how many bytes a row's text has: what is drawn of it has no fewer.
func length(row page.Row) int {
	n := len(row.Code)
	for _, run := range row.Runs {
		n += len(run.Text)
	}
	for _, line := range row.Cells {
		for _, cell := range line {
			for _, run := range cell {
				n += len(run.Text)
			}
		}
	}
	return n
}

// quarter is the last quarter of a space.
func (s *space) quarter() *space {
	s.chars, s.bytes = s.chars/4, s.bytes/4
	return s
}
