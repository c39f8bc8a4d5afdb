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
	chars, bytes := s.cost(row)
	return chars <= s.chars && bytes <= s.bytes
}

// Take takes a row if it fits.
func (s *space) Take(row page.Row) bool {
	chars, bytes := s.cost(row)
	if chars > s.chars || bytes > s.bytes {
		return false
	}
	s.chars, s.bytes = s.chars-chars, s.bytes-bytes
	s.last, s.begun = row, true
	return true
}

func (s *space) cost(row page.Row) (chars, bytes int) {
	text := drawRow(row)
	chars, bytes = page.Units(text), len(text)
	if s.begun {
		n := len(between(s.last, row))
		chars, bytes = chars+n, bytes+n
	}
	return chars, bytes
}

// quarter is the last quarter of a space.
func (s *space) quarter() *space {
	s.chars, s.bytes = s.chars/4, s.bytes/4
	return s
}
