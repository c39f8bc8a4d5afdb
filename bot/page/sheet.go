package page

import (
	"slices"

	"greenroom/bot/chat"
)

// Sheet is what stands in one message of a platform.
type Sheet struct {
	Text    []Row
	Buttons []chat.Button
	After   []Row // the small print below the buttons
}

// Sheets deals a message out, in at least one sheet: its buttons stand below the last of its text, and the small print
// below them. space is as in Cut; small print that fits below it stands with the text above it.
func Sheets(m chat.Message, space func(page int) Space) []Sheet {
	var sheets []Sheet
	text, left := deal(Rows(m.Blocks), space)
	for _, rows := range text {
		sheets = append(sheets, Sheet{Text: rows})
	}
	if len(sheets) == 0 {
		sheets, left = append(sheets, Sheet{}), space(0)
	}
	last := &sheets[len(sheets)-1]
	last.Buttons = m.Buttons
	small := Rows(m.After)
	if Fit(small, left) {
		last.After = small
		return sheets
	}
	for _, rows := range Cut(small, space) {
		sheets = append(sheets, Sheet{Text: rows})
	}
	return sheets
}

// Fit puts rows on a page as long as they fit, and tells whether all did.
func Fit(rows []Row, left Space) bool {
	for _, row := range rows {
		if !left.Take(row) {
			return false
		}
	}
	return true
}

// Pings are the members whom a message notifies, each once, in order.
func Pings(m chat.Message) []chat.Member {
	var members []chat.Member
	look := func(spans []chat.Span) {
		for _, s := range spans {
			if s.Kind == chat.WhoSpan && s.Ping && !slices.Contains(members, s.Member) {
				members = append(members, s.Member)
			}
		}
	}
	for _, blocks := range [][]chat.Block{m.Blocks, m.After} {
		for _, b := range blocks {
			look(b.Spans)
			for _, item := range b.Items {
				look(item)
			}
			for _, row := range b.Rows {
				for _, cell := range row {
					look(cell)
				}
			}
		}
	}
	return members
}
