package page

import "greenroom/bot/chat"

// Sheet is what stands in one message of a platform.
type Sheet struct {
	Text    []Row
	Buttons []chat.Button
	After   []Row // the small print below the buttons
}

// Sheets deals a message out, in at least one sheet: its buttons stand below the last of its text, and the small print
// below them. fits is as in Cut; it is asked with the rows of a sheet's Text and After.
func Sheets(m chat.Message, fits func(text, after []Row) bool) []Sheet {
	alone := func(rows []Row) bool { return fits(rows, nil) }
	var sheets []Sheet
	for _, rows := range Cut(Rows(m.Blocks), alone) {
		sheets = append(sheets, Sheet{Text: rows})
	}
	if len(sheets) == 0 {
		sheets = append(sheets, Sheet{})
	}
	last := &sheets[len(sheets)-1]
	last.Buttons = m.Buttons
	text := last.Text
	for i, rows := range Cut(Rows(m.After), alone) {
		if i == 0 && fits(text, rows) {
			last.After = rows
			continue
		}
		sheets = append(sheets, Sheet{Text: rows})
	}
	return sheets
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
