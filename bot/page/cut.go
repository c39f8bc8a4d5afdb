package page

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Space is what is left of one page. It has room for a row that shows less wherever it has room for one that shows more.
type Space interface {
	Fits(Row) bool // whether the row can stand below those that were taken
	Take(Row) bool // takes the row if it fits
}

// Cut deals rows out to pages, in order, as many on each as fit; space makes the empty page of an index, from 0. A row that
// fits on no page of its own is cut; what cannot be cut any further stands alone, whether or not it fits. A heading goes
// with what it stands above.
func Cut(rows []Row, space func(page int) Space) [][]Row {
	pages, _ := deal(rows, space)
	return pages
}

// deal is Cut, and tells what is left of the last page; nil where there is none.
func deal(rows []Row, space func(page int) Space) (pages [][]Row, left Space) {
	for len(rows) > 0 {
		left = space(len(pages))
		var page []Row
		page, rows = fill(rows, left, space(len(pages)+1))
		pages = append(pages, page)
	}
	return pages, left
}

// fill takes the rows of one page; next is the page after it, empty.
func fill(rows []Row, left, next Space) (page, rest []Row) {
	n := 0
	for n < len(rows) && left.Take(rows[n]) {
		n++
	}
	if n == len(rows) {
		return rows, nil
	}
	if n > 0 && next.Fits(rows[n]) {
		for n > 1 && rows[n-1].Level > 0 {
			n--
		}
		return rows[:n:n], rows[n:]
	}
	head, tail, ok := rows[n].cut(left.Fits)
	switch {
	case ok && (n == 0 || left.Fits(head)):
		return append(rows[:n:n], head), append([]Row{tail}, rows[n+1:]...)
	case n == 0:
		return rows[:1:1], rows[1:]
	}
	return rows[:n:n], rows[n:]
}

// cut parts a row into the longest head that fits, and its tail. A row of one character is not cut.
func (r Row) cut(fits func(Row) bool) (head, tail Row, ok bool) {
	switch r.Kind {
	case Code:
		return r.cutCode(fits)
	case Table:
		return r.cutTable(fits)
	case Text:
		return r.cutText(fits)
	}
	return r, Row{}, false
}

// most is the greatest n in 1 to last for which fits holds, and 1 where it never does.
func most(last int, fits func(int) bool) int {
	return max(1, sort.Search(last, func(i int) bool { return !fits(i + 1) }))
}

func (r Row) cutTable(fits func(Row) bool) (head, tail Row, ok bool) {
	if len(r.Cells) <= 2 {
		return r.Lines().cutText(fits)
	}
	first, rest := r, r
	n := most(len(r.Cells)-2, func(n int) bool { first.Cells = r.Cells[:1+n]; return fits(first) })
	first.Cells = r.Cells[:1+n]
	rest.Cells = append([][][]Run{r.Cells[0]}, r.Cells[1+n:]...)
	if !fits(first) {
		return r.Lines().cutText(fits)
	}
	return first, rest, true
}

// Lines is a table as text, a line a row: for one that is too wide, or of which a single row is too long, to be a table.
func (r Row) Lines() Row {
	text := Row{Kind: Text, Gap: r.Gap}
	for i, row := range r.Cells {
		if i > 0 {
			text.Runs = append(text.Runs, Run{Text: "\n"})
		}
		for j, cell := range row {
			if j > 0 {
				text.Runs = append(text.Runs, Run{Text: " | "})
			}
			text.Runs = append(text.Runs, cell...)
		}
	}
	return text
}

// Entries is a table as a list, for one that is too wide to be a table: an item for each row, which its first cell names, and below it one
// for each other cell, with the head of its column.
func (r Row) Entries() []Row {
	if len(r.Cells) == 0 {
		return nil
	}
	head, rest := r.Cells[0], r.Cells[1:]
	if len(rest) == 0 {
		rest, head = r.Cells, nil
	}
	var rows []Row
	for _, cells := range rest {
		for j, cell := range cells {
			row := Row{Kind: Text, Gap: r.Gap && len(rows) == 0, Depth: min(j, 1) + 1, Mark: Bullet}
			if j < len(head) && len(head[j]) > 0 {
				for _, run := range head[j] {
					run.Strong = true
					row.Runs = append(row.Runs, run)
				}
				row.Runs = append(row.Runs, Run{Text: ": "})
			}
			row.Runs = append(row.Runs, cell...)
			rows = append(rows, row)
		}
	}
	return rows
}

// cutCode cuts after a line, and within one that is too long by itself.
func (r Row) cutCode(fits func(Row) bool) (head, tail Row, ok bool) {
	head, tail = r, r
	var ends []int
	for size := firstLook; ; size *= 4 {
		head.Code = start(r.Code, size)
		ends = Boundaries(head.Code)
		if len(head.Code) == len(r.Code) || !fits(head) {
			break
		}
	}
	if len(ends) == 0 {
		return r, Row{}, false
	}
	n := ends[most(len(ends), func(n int) bool { head.Code = r.Code[:ends[n-1]]; return fits(head) })-1]
	if line := strings.LastIndexByte(r.Code[:n], '\n'); line > 0 {
		head.Code, tail.Code = r.Code[:line], r.Code[line+1:]
	} else {
		head.Code, tail.Code = r.Code[:n], r.Code[n:]
	}
	return head, tail, true
}

// firstLook is how many bytes of a text are looked at first for places to cut: a page holds seldom more, and what follows may be
// very long.
const firstLook = 16 << 10

// start is at most the first n bytes of a text, in whole code points.
func start(s string, n int) string {
	if n >= len(s) {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// cutText cuts before a word, and within one that is too long by itself. What is drawn from a span stays whole.
func (r Row) cutText(fits func(Row) bool) (head, tail Row, ok bool) {
	var ends []end
	for size, all := firstLook, false; !all; size *= 4 {
		if ends, all = r.ends(size); len(ends) == 0 {
			return r, Row{}, false
		}
		if head, _ := r.part(ends[len(ends)-1]); !fits(head) {
			break
		}
	}
	n := most(len(ends), func(n int) bool { head, _ := r.part(ends[n-1]); return fits(head) }) - 1
	word := n
	for word > 0 && n-word < longestWord && !r.spaced(ends[word]) {
		word--
	}
	if r.spaced(ends[word]) {
		n = word
	}
	head, tail = r.part(ends[n])
	return head, tail, true
}

// longestWord is how many characters before the end of a page a space is looked for.
const longestWord = 200

// end is a place to cut a row of text: before it stand the runs before run, and n bytes of that one.
type end struct{ run, n int }

// ends are the places to cut within the first bytes of a row, at least one where there is any, and whether these are all.
func (r Row) ends(bytes int) (ends []end, all bool) {
	for i, run := range r.Runs {
		if bytes <= 0 && len(ends) > 0 {
			return ends, false
		}
		if i > 0 {
			ends = append(ends, end{i, 0})
		}
		if run.Span != nil || run.Spoken != "" {
			continue
		}
		text := start(run.Text, max(bytes, longestGrapheme))
		for _, n := range Boundaries(text) {
			ends = append(ends, end{i, n})
		}
		if bytes -= len(text); len(text) < len(run.Text) {
			return ends, false
		}
	}
	return ends, true
}

// part cuts a row at a place.
func (r Row) part(at end) (head, tail Row) {
	head, tail = r, r
	head.Runs = append([]Run{}, r.Runs[:at.run]...)
	tail.Runs = append([]Run{}, r.Runs[at.run:]...)
	if at.n > 0 {
		first := r.Runs[at.run]
		first.Text = first.Text[:at.n]
		head.Runs = append(head.Runs, first)
		tail.Runs[0].Text = tail.Runs[0].Text[at.n:]
	}
	head.Picture, tail.Picture, tail.Mark, tail.Gap = "", "", "", false
	return head, tail
}

// spaced tells whether a space or a line's end stands before a place.
func (r Row) spaced(at end) bool {
	run, n := at.run, at.n
	if n == 0 {
		run--
		n = len(r.Runs[run].Text)
	}
	before, _ := utf8.DecodeLastRuneInString(r.Runs[run].Text[:n])
	return unicode.IsSpace(before)
}
