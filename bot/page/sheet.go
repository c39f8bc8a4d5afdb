package page

import "greenroom/bot/chat"

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
	seen := map[chat.Member]bool{}
	look := func(runs []Run) {
		for _, run := range runs {
			if s := run.Span; s != nil && s.Kind == chat.WhoSpan && s.Ping && !seen[s.Member] {
				seen[s.Member] = true
				members = append(members, s.Member)
			}
		}
	}
	for _, row := range append(Rows(m.Blocks), Rows(m.After)...) {
		look(row.Runs)
		for _, cells := range row.Cells {
			for _, cell := range cells {
				look(cell)
			}
		}
	}
	return members
}
