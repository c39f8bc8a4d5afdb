package page

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"greenroom/bot/chat"
)

var aloud = chat.Speak{
	Who:     func(m chat.Member) string { return "@" + string(m) },
	Channel: func(c chat.Channel) string { return "#" + string(c) },
	When:    Written,
}

// column is a page of which only the whole tells whether it is full.
type column struct {
	rows []Row
	fits func([]Row) bool
}

func (c *column) Fits(r Row) bool { return c.fits(append(c.rows[:len(c.rows):len(c.rows)], r)) }
func (c *column) Take(r Row) bool {
	ok := c.Fits(r)
	if ok {
		c.rows = append(c.rows, r)
	}
	return ok
}

func fitting(fits func([]Row) bool) func(int) Space {
	return func(int) Space { return &column{fits: fits} }
}

// upTo is a page of so many bytes of plain text.
func upTo(limit int) func(int) Space {
	return fitting(func(rows []Row) bool { return len(Plain(rows, aloud)) <= limit })
}

// What stands in rows, in short: kind, marks, text.
func sketch(rows []Row) string {
	var out []string
	for _, r := range rows {
		s := string(r.Kind)
		if r.Gap {
			s = "/ " + s
		}
		if r.Level > 0 {
			s += fmt.Sprint(" h", r.Level)
		}
		if r.Quote {
			s += " quote"
		}
		if r.Depth > 0 {
			s += fmt.Sprint(" ", r.Depth, r.Mark)
		}
		out = append(out, s+": "+strings.TrimSpace(r.plain(aloud)))
	}
	return strings.Join(out, "\n")
}

func TestRows(t *testing.T) {
	got := sketch(Rows([]chat.Block{
		chat.Say(chat.Strong("Hello "), chat.Who("U1"), chat.Words(" in "), chat.In("C1")),
		chat.Heading("What is `it`?"),
		chat.Markdown("#### Deep\n\nTwo *words*.\n\n1. one\n   - inner\n2. two\n\n> said\n\n```go\nx := 1\n```\n\n| a | b |\n|---|---|\n| c | d |"),
		chat.List([]chat.Span{chat.Words("found")}, []chat.Span{chat.Words("missing")}),
		{Kind: chat.CodeBlock, Text: "y\n\n"},
		chat.Text("end"),
	}))
	want := strings.Join([]string{
		"text: Hello @U1 in #C1",
		"text h3: What is it?",
		"/ text h4: Deep",
		"/ text: Two words.",
		"/ text 11.: 1. one",
		"text 2-: - inner",
		"text 12.: 2. two",
		"/ text quote: said",
		"/ code: x := 1",
		"/ table: a, b\nc, d",
		"text 1-: - found",
		"text 1-: - missing",
		"/ code: y",
		"text: end",
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// No page is longer than it may be, and all that was said stands on them in order, whatever the text.
func TestCut(t *testing.T) {
	text := rapid.OneOf(rapid.StringN(0, 60, 200), rapid.StringMatching(`([a-z]{1,9} ){0,60}`), rapid.SampledFrom([]string{"👩‍👩‍👧🇩🇪🇫🇷", "e\u0301e\u0301", "한국어", ""}))
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || strings.ContainsRune("|,-", r) {
				return -1
			}
			return r
		}, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		var rows []Row
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			s := text.Draw(t, "text")
			rows = append(rows, rapid.SampledFrom([]Row{
				{Kind: Text, Runs: []Run{{Text: s, Strong: true}, {Text: s}}},
				{Kind: Text, Depth: 1, Mark: Bullet, Runs: []Run{{Text: s}}},
				{Kind: Code, Code: s + "\n" + s},
				{Kind: Table, Cells: [][][]Run{{{{Text: "k"}}}, {{{Text: s}}}, {{{Text: s}}}}},
				{Kind: Rule},
			}).Draw(t, "row"))
		}
		limit := rapid.IntRange(40, 400).Draw(t, "limit")
		fits := func(rows []Row) bool { return utf8.RuneCountInString(Plain(rows, aloud)) <= limit }
		var all strings.Builder
		for _, page := range Cut(rows, fitting(fits)) {
			if len(page) == 0 || !fits(page) {
				t.Fatalf("a page of %d rows with %d of %d characters", len(page), utf8.RuneCountInString(Plain(page, aloud)), limit)
			}
			said := Plain(page, aloud)
			all.WriteString(said)
		}
		got, want := letters(all.String()), letters(Plain(rows, aloud))
		if strings.Count(got, "k") != strings.Count(want, "k") { // a table's head is repeated on each page
			got, want = strings.ReplaceAll(got, "k", ""), strings.ReplaceAll(want, "k", "")
		}
		if got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

func TestCutKeepsWordsAndSpans(t *testing.T) {
	row := Row{Kind: Text, Depth: 1, Mark: "1.", Runs: append(spans([]chat.Span{chat.Words("alpha beta "), chat.Who("U12345678")}), Run{Text: " gamma"})}
	pages := Cut([]Row{row}, upTo(16))
	var got []string
	for _, p := range pages {
		got = append(got, Plain(p, aloud))
	}
	if want := []string{"1. alpha beta ", "@U12345678 gamma"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCutRepeatsTheHeadOfATable(t *testing.T) {
	table := Row{Kind: Table, Cells: [][][]Run{{{{Text: "name"}}}, {{{Text: "Ana"}}}, {{{Text: "fox"}}}, {{{Text: "Sam"}}}}}
	var got []string
	for _, p := range Cut([]Row{table}, upTo(12)) {
		got = append(got, Plain(p, aloud))
	}
	if want := []string{"name\nAna\nfox", "name\nSam"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestListGoesOnFromItsNumber(t *testing.T) {
	if got, want := sketch(Rows([]chat.Block{chat.Markdown("3. x\n4. y")})), "text 13.: 3. x\ntext 14.: 4. y"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What cannot be cut is not lost, and does not loop.
func TestCutWhereNothingFits(t *testing.T) {
	rows := []Row{{Kind: Rule}, {Kind: Text, Runs: spans([]chat.Span{chat.Who("U1")})}, {Kind: Text, Runs: []Run{{Text: "ab"}}}}
	pages := Cut(rows, fitting(func([]Row) bool { return false }))
	if len(pages) != 4 {
		t.Errorf("%d pages: %v", len(pages), pages)
	}
}

func TestBoundaries(t *testing.T) {
	for s, want := range map[string]int{"abc": 2, "e\u0301x": 1, "👩‍👩‍👧👍🏽": 1, "🇩🇪🇫🇷": 1, "a\r\nb": 2, "": 0, "\xff\xfe": 1,
		"क्षि": 0, "กำ": 0, "각": 0, "e" + strings.Repeat("\u0301", 100): 0, "e" + strings.Repeat("\u0301", 200): 200} {
		if got := len(Boundaries(s)); got != want {
			t.Errorf("%q has %d places to cut, want %d", s, got, want)
		}
	}
}

func TestSheets(t *testing.T) {
	m := chat.Message{
		Blocks: []chat.Block{chat.Text("one two"), chat.Text("three")}, After: []chat.Block{chat.Text("small"), chat.Text("print")},
		Buttons: []chat.Button{{Label: "Go"}},
	}
	for limit, want := range map[int]string{
		100: "one two|three +1 small|print",
		12:  "one two +0 ; three +1 ; small|print +0 ",
	} {
		var got []string
		for _, s := range Sheets(m, upTo(limit)) {
			got = append(got, fmt.Sprint(strings.ReplaceAll(Plain(s.Text, aloud), "\n", "|"), " +", len(s.Buttons), " ", strings.ReplaceAll(Plain(s.After, aloud), "\n", "|")))
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%d: %s\nwant %s", limit, s, want)
		}
	}
	if sheets := Sheets(chat.Message{}, upTo(9)); len(sheets) != 1 {
		t.Errorf("an empty message has %d sheets", len(sheets))
	}
}

func TestPings(t *testing.T) {
	m := chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Who("U1"), chat.Ping("U2"), chat.Ping("U2")),
		{Kind: chat.RowsBlock, Rows: [][][]chat.Span{{{chat.Ping("U3")}}}},
	}, After: []chat.Block{chat.Say(chat.Ping("U4"))}}
	if got := Pings(m); !slices.Equal(got, []chat.Member{"U2", "U3", "U4"}) {
		t.Errorf("%v are notified", got)
	}
}

func TestWritten(t *testing.T) {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for style, want := range map[chat.WhenStyle]string{chat.TimeOnly: "09:00", chat.DayTime: "Tue 24 Nov, 09:00", chat.DayOnly: "Tue 24 Nov", chat.Relative: "Tue 24 Nov, 09:00"} {
		if got := Written(chat.When(at, style, "Europe/Berlin")); got != want {
			t.Errorf("%s: %q, want %q", style, got, want)
		}
	}
	if got := Written(chat.When(at, chat.TimeOnly, "Nowhere/Town")); got != "08:00 UTC" {
		t.Error(got)
	}
}

func TestAligned(t *testing.T) {
	cells := func(words ...string) (row [][]Run) {
		for _, w := range words {
			row = append(row, []Run{{Text: w}})
		}
		return row
	}
	got := Aligned([][][]Run{cells("name", "n"), cells("fox", "12"), cells("Ana")}, aloud)
	if want := "name  n\n----  --\nfox   12\nAna"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	// A character of East Asia and an emoji take two columns, a mark on a letter none.
	wide := [][][]Run{cells("語語", "b"), cells("👩‍👩‍👧", "c"), cells("e\u0301a", "d"), cells("🇩🇪❤️", "e"), cells("ｆ", "f")}
	got = Aligned(wide, aloud)
	if want := "語語  b\n----  -\n👩‍👩‍👧    c\ne\u0301a    d\n🇩🇪❤️  e\nｆ    f"; got != want || Width(wide, aloud) != 7 {
		t.Errorf("%d columns\n%s\nwant\n%s", Width(wide, aloud), got, want)
	}
}

func TestEntries(t *testing.T) {
	cells := func(words ...string) (row [][]Run) {
		for _, w := range words {
			row = append(row, []Run{{Text: w}})
		}
		return row
	}
	for want, table := range map[string][][][]Run{
		"/ text 1-: - name: Ana\ntext 2-: - points: 12\ntext 2-: - late\ntext 1-: - name: fox": {cells("name", "points"), cells("Ana", "12", "late"), cells("fox")},
		"/ text 1-: - only\ntext 2-: - a head":                                                 {cells("only", "a head")},
		"":                                                                                     nil,
	} {
		rows := Row{Kind: Table, Gap: true, Cells: table}.Entries()
		if diff := cmp.Diff(want, sketch(rows)); diff != "" {
			t.Error(diff)
		}
		if len(table) > 1 && (!rows[0].Runs[0].Strong || rows[0].Runs[2].Strong) {
			t.Errorf("%+v", rows[0].Runs)
		}
	}
}

// A heading never ends a page, and a page that has less room than the one after it is used all the same.
func TestCutKeepsHeadingsWithTheirText(t *testing.T) {
	rows := []Row{
		{Kind: Text, Runs: []Run{{Text: "one two"}}}, {Kind: Text, Level: 2, Runs: []Run{{Text: "Head"}}}, {Kind: Text, Runs: []Run{{Text: "three four"}}},
	}
	var got []string
	for _, p := range Cut(rows, upTo(16)) {
		got = append(got, Plain(p, aloud))
	}
	if want := []string{"one two", "Head\nthree four"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	got = nil
	growing := func(page int) Space { return upTo(4 + 12*page)(page) }
	for _, p := range Cut(rows, growing) {
		got = append(got, Plain(p, aloud))
	}
	if want := []string{"one ", "two", "Head\nthree four"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What a page costs does not depend on all that is still to come.
func BenchmarkCut(b *testing.B) {
	for name, row := range map[string]Row{
		"code": {Kind: Code, Code: strings.Repeat("print('a line')\n", 20_000)},
		"text": {Kind: Text, Runs: []Run{{Text: strings.Repeat("word ", 60_000)}}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Cut([]Row{row}, upTo(4000))
			}
		})
	}
}
