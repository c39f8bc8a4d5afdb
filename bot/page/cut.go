package page

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cut deals rows out to pages, in order, as many on each as fit. fits must say yes to fewer rows and to shorter ones where
// it says yes to more. A row that fits on no page of its own is cut; what cannot be cut any further stands alone, whether
// or not it fits.
func Cut(rows []Row, fits func([]Row) bool) [][]Row {
	var pages [][]Row
	for len(rows) > 0 {
		n := longest(len(rows), func(n int) bool { return fits(rows[:n]) })
		page, rest := slices.Clone(rows[:n]), rows[n:]
		if len(rest) > 0 && !fits(rest[:1]) {
			with := func(r Row) bool { return fits(append(page[:n:n], r)) }
			head, tail, ok := rest[0].cut(with)
			switch {
			case ok && (n == 0 || with(head)):
				page, rest = append(page, head), append([]Row{tail}, rest[1:]...)
			case n == 0:
				page, rest = append(page, rest[0]), rest[1:]
			}
		}
		pages, rows = append(pages, page), rest
	}
	return pages
}

// longest is the greatest n in 0 to last for which fits holds. It asks about twice the length of the answer at most, so that
// a page costs what it holds and not what is still to come.
func longest(last int, fits func(int) bool) int {
	bound := 1
	for bound < last && fits(bound) {
		bound *= 2
	}
	return sort.Search(min(bound, last), func(i int) bool { return !fits(i + 1) })
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
		return r.lines().cutText(fits)
	}
	first, rest := r, r
	n := most(len(r.Cells)-2, func(n int) bool { first.Cells = r.Cells[:1+n]; return fits(first) })
	first.Cells = r.Cells[:1+n]
	rest.Cells = append([][][]Run{r.Cells[0]}, r.Cells[1+n:]...)
	if !fits(first) {
		return r.lines().cutText(fits)
	}
	return first, rest, true
}

// lines is a table as text, a line a row: for one whose single row is too long to be a table.
func (r Row) lines() Row {
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

// cutCode cuts after a line, and within one that is too long by itself.
func (r Row) cutCode(fits func(Row) bool) (head, tail Row, ok bool) {
	head, tail = r, r
	ends := boundaries(r.Code)
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

// cutText cuts before a word, and within one that is too long by itself. What is drawn from a span stays whole.
func (r Row) cutText(fits func(Row) bool) (head, tail Row, ok bool) {
	type end struct{ run, n int } // the head holds the runs before run, and n bytes of it
	var ends []end
	for i, run := range r.Runs {
		if i > 0 {
			ends = append(ends, end{i, 0})
		}
		if run.Span == nil && run.Spoken == "" {
			for _, n := range boundaries(run.Text) {
				ends = append(ends, end{i, n})
			}
		}
	}
	if len(ends) == 0 {
		return r, Row{}, false
	}
	part := func(e end) (head, tail Row) {
		head, tail = r, r
		head.Runs = append([]Run{}, r.Runs[:e.run]...)
		tail.Runs = append([]Run{}, r.Runs[e.run:]...)
		if e.n > 0 {
			first := r.Runs[e.run]
			first.Text = first.Text[:e.n]
			head.Runs = append(head.Runs, first)
			tail.Runs[0].Text = tail.Runs[0].Text[e.n:]
		}
		tail.Mark, tail.Gap = "", false
		return head, tail
	}
	n := most(len(ends), func(n int) bool { head, _ := part(ends[n-1]); return fits(head) }) - 1
	word := n
	for word > 0 && !spaced(r.Runs, ends[word].run, ends[word].n) {
		word--
	}
	if word > 0 {
		n = word
	}
	head, tail = part(ends[n])
	return head, tail, true
}

// spaced tells whether a space or a line's end stands before byte n of a run.
func spaced(runs []Run, run, n int) bool {
	if n == 0 {
		run--
		n = len(runs[run].Text)
	}
	before, _ := utf8.DecodeLastRuneInString(runs[run].Text[:n])
	return unicode.IsSpace(before)
}

// boundaries are the places within a text where it may be cut: between characters as people see them. Go's library has
// no segmentation; this keeps together what Unicode's rules join most often (UAX 29: marks, joiners, flags, skin tones).
func boundaries(s string) []int {
	var ends []int
	var before rune
	flags := 0
	for i, after := range s {
		if i > 0 && !joined(before, after, flags) {
			ends = append(ends, i)
		}
		if flag(after) {
			flags++
		} else {
			flags = 0
		}
		before = after
	}
	return ends
}

const joiner = '\u200d'

// joined tells whether two neighbours belong to one character; flags counts the flag letters just before the second.
func joined(before, after rune, flags int) bool {
	return before == joiner || after == joiner || before == '\r' && after == '\n' ||
		unicode.In(after, unicode.Mn, unicode.Me, unicode.Mc, unicode.Variation_Selector) ||
		after >= 0x1F3FB && after <= 0x1F3FF || // skin tones
		after >= 0xE0020 && after <= 0xE007F || // tags
		flag(before) && flag(after) && flags%2 == 1 ||
		after >= 0x1160 && after <= 0x11FF // the vowels and endings of a Hangul syllable
}

func flag(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
