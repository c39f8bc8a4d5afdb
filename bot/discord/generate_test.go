package discord

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// author writes random CommonMark of which every word is another, and remembers them: what is lost, doubled or out of order shows.
type author struct {
	t     *rapid.T
	n     int
	words []string // as they are read, in order
	code  []string // of code blocks, as they stand
}

// word is a new one: letters only, so that the numbers of lists are none.
func (a *author) word(prefix string) string {
	a.n++
	w := prefix
	for n := a.n; n > 0; n /= 20 {
		w += string(rune('a' + n%20))
	}
	if prefix != "code" {
		w += rapid.SampledFrom([]string{"", "", "", "", "é", "e\u0301\u0323", "👩‍👩‍👧", "🇩🇪", "👍🏽", "क्षि", "مرحبا", "שלום", "語"}).Draw(a.t, "tail")
	}
	return w + "z"
}

func (a *author) said(w string) string {
	a.words = append(a.words, w)
	return w
}

// inline is a phrase of a few words, some in a style.
func (a *author) inline(prefix string) string {
	var parts []string
	for range rapid.IntRange(1, 6).Draw(a.t, "words") {
		w := a.said(a.word(prefix))
		switch rapid.IntRange(0, 9).Draw(a.t, "style") {
		case 0:
			w = "*" + w + "*"
		case 1:
			w = "**" + w + " " + a.said(a.word(prefix)) + "**"
		case 2:
			w = "`" + w + "`"
		case 3:
			w = "[" + w + "](https://example.com/1)"
		case 4:
			w += rapid.SampledFrom([]string{"\\*", "\\_", " & ", ".", ",", " \\< ", "\\`", "—", "\u200b", "\u202e"}).Draw(a.t, "sign")
		}
		parts = append(parts, w)
	}
	return strings.Join(parts, " ")
}

// block writes one block, indented so that it belongs to the item that it stands in.
func (a *author) block(depth int) string {
	kinds := []string{"text", "text", "text", "heading", "code", "quote", "list", "list", "numbers", "rule", "table"}
	if depth > 0 {
		kinds = []string{"text", "code", "list", "numbers"}
	}
	if depth >= 10 {
		kinds = []string{"text"}
	}
	switch kind := rapid.SampledFrom(kinds).Draw(a.t, "block"); kind {
	case "heading":
		return strings.Repeat("#", rapid.IntRange(1, 6).Draw(a.t, "level")) + " " + a.inline("h")
	case "code":
		return a.fence(rapid.IntRange(0, 5).Draw(a.t, "lines"))
	case "quote":
		return "> " + a.inline("q") + "\n>\n> " + a.inline("q")
	case "rule":
		return "***"
	case "table":
		return a.table(rapid.IntRange(0, 6).Draw(a.t, "rows"), rapid.IntRange(1, 25).Draw(a.t, "columns"))
	case "list", "numbers":
		return a.list(depth, kind == "numbers", rapid.IntRange(1, 4).Draw(a.t, "items"))
	}
	return a.inline("p")
}

func (a *author) list(depth int, numbers bool, n int) string {
	var items []string
	for i := range n {
		mark := "- "
		if numbers {
			mark = fmt.Sprintf("%d. ", i+3)
		}
		body := a.inline("i")
		for range rapid.IntRange(0, 1).Draw(a.t, "inner") {
			body += "\n\n" + a.block(depth+1)
		}
		items = append(items, mark+strings.ReplaceAll(body, "\n", "\n"+strings.Repeat(" ", len(mark))))
	}
	return strings.Join(items, "\n")
}

// fence writes a code block, with runs of backticks within.
func (a *author) fence(lines int) string {
	var code []string
	for range lines {
		code = append(code, a.said(a.word("code"))+rapid.SampledFrom([]string{"", "  <b>&", " ``", " ```", "\t*x*"}).Draw(a.t, "signs"))
	}
	text := strings.Join(code, "\n")
	a.code = append(a.code, text)
	return "`````go\n" + text + "\n`````"
}

func (a *author) table(rows, columns int) string {
	var b strings.Builder
	line := func(prefix string) {
		for range columns {
			b.WriteString("| " + a.said(a.word(prefix)) + " ")
		}
		b.WriteString("|\n")
	}
	line("head")
	b.WriteString(strings.Repeat("|---", columns) + "|\n")
	for range rows {
		line("cell")
	}
	return b.String()
}
