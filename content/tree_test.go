package content

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// outline writes a tree on one line: kind(children), text in quotes.
func outline(nodes []Node) string {
	var parts []string
	for _, n := range nodes {
		s := string(n.Kind)
		switch {
		case n.Kind == Heading:
			s += strconv.Itoa(n.Level)
		case n.Ordered:
			s += "+" + strconv.Itoa(n.Start)
		case n.Lang != "":
			s += ":" + n.Lang
		case n.URL != "":
			s += ":" + n.URL
		}
		if n.Text != "" {
			s = strings.TrimPrefix(s, "text") + strconv.Quote(n.Text)
		}
		if n.Children != nil {
			s += "(" + outline(n.Children) + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func TestTree(t *testing.T) {
	for _, c := range []struct{ markdown, want string }{
		{"", ""},
		{"a *b* **c** ***d***", `paragraph("a " emphasis("b") " " strong("c") " " emphasis(strong("d")))`},
		{"one\ntwo  \nthree\\\nfour", `paragraph("one two" break "three" break "four")`},
		{"## Title `x` ##", `heading2("Title " code"x")`},
		{"Title\n===", `heading1("Title")`},
		{"- a\n  - b\n- c", `list(item(paragraph("a") list(item(paragraph("b")))) item(paragraph("c")))`},
		{"3. a\n4. b", `list+3(item(paragraph("a")) item(paragraph("b")))`},
		{"```go\nfunc f() {\n\tx\n}\n\n```", `code-block:go"func f() {\n\tx\n}\n"`},
		{"    indented\n", `code-block"indented"`},
		{"> a\n> b", `quote(paragraph("a b"))`},
		{"| a | b |\n|---|--:|\n| `1` | x\\|y |", `table(row(cell("a") cell("b")) row(cell(code"1") cell("x|y")))`},
		{"a\n\n---\n\nb", `paragraph("a") rule paragraph("b")`},
		{`error\_handler \*not\* &amp; &copy; \&amp; &nope; A&B`, `paragraph("error_handler *not* & © &amp; &nope; A&B")`},
		{"`` a`b ``", "paragraph(code\"a`b\")"},
		// Links: only those that are safe to follow.
		{"[a *b*](https://x.org/y?z=1 \"t\")", `paragraph(link:https://x.org/y?z=1("a " emphasis("b")))`},
		{"<https://x.org> <a@x.org>", `paragraph(link:https://x.org("https://x.org") " " link:mailto:a@x.org("a@x.org"))`},
		{"[a](javascript:alert(1)) [b](/x) [c](data:text/html,x) [d](file:///etc) [e](javascript://x.org/%0aalert(1)) [f](https:///x)", `paragraph("a b c d e f")`},
		{"[a][1]\n\n[1]: https://x.org", `paragraph(link:https://x.org("a"))`},
		{"![alt](https://x.org/p.png) ![no](p.png)", `paragraph(link:https://x.org/p.png("alt") " no")`},
		// Raw HTML is what it looks like; comments are not seen.
		{"<b>x</b> & <script>alert(1)</script>", `paragraph("<b>x</b> & <script>alert(1)</script>")`},
		{"<div>\n*x*\n</div>", `paragraph("<div> " emphasis("x") " </div>")`},
		{"a <!-- no\ntes --> b\n\n<!-- id: x -->\n\n<!-- open", `paragraph("a  b") paragraph("<!-- open")`},
		// Maths and money.
		{"$n^2$ and $$x_i$$", `paragraph(math"n²" " and " math"xᵢ")`},
		{"$$\n\\text{A} \\xrightarrow{} \\text{B}\n$$", `math-block"A → B"`},
		{"$$x$$", `math-block"x"`},
		{"so:\n$$\na\n- b\n$$\nend", `paragraph("so:") math-block"a − b" paragraph("end")`},
		{"$5 and $6", `paragraph("$5 and $6")`},
		{"US$5, $6 or 7$", `paragraph("US$5, $6 or 7$")`},
		{"$HOME/$PATH and \\$x$", `paragraph("$HOME/$PATH and $x$")`},
		{"`$x$` and $a `b$ c`", "paragraph(code\"$x$\" \" and $a \" code\"b$ c\")"},
		{"$$\nnever closed\n\ntext", `paragraph("$$ never closed") paragraph("text")`},
		{"$a*b$ and *c*", `paragraph(math"a ∗ b" " and " emphasis("c"))`},
		{"$\\unknown{x}$", `paragraph(math"\\unknown{x}")`},
	} {
		if got := outline(Tree(c.markdown)); got != c.want {
			t.Errorf("%q\n got  %s\n want %s", c.markdown, got, c.want)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, c := range []struct{ markdown, want string }{
		{"", ""},
		{"# A *b*\n\ntext `c()`  \nnext", "A b\n\ntext c()\nnext"},
		{"- a\n  - b\n\n  more\n- c", "- a\n  - b\n  more\n- c"},
		{"9. a\n10. b\n    c", "9. a\n10. b c"},
		{"```go\nif x {\n\ty()\n}\n```", "if x {\n\ty()\n}"},
		{"> a\n>\n> b", "> a\n> \n> b"},
		{"|a|b|\n|-|-|\n|1|2|", "a | b\n1 | 2"},
		{"takes $O(n^2)$ time\n\n$$\n\\frac{1}{2}\n$$", "takes O of n squared time\n\n1 over 2"},
		{"[here](https://x.org) <https://y.org> <a@x.org>", "here (https://x.org) https://y.org a@x.org"},
		{"a\n\n---\n\n<i>b</i>", "a\n\n<i>b</i>"},
	} {
		if got := Plain(c.markdown); got != c.want {
			t.Errorf("%q\n got  %q\n want %q", c.markdown, got, c.want)
		}
	}
}

// hostile are texts that make a careless reader slow or deep.
var hostile = map[string]string{
	"quotes":   strings.Repeat(">", 50_000),
	"lists":    strings.Repeat("- ", 50_000),
	"numbers":  strings.Repeat("1. ", 50_000) + "x",
	"indents":  nested(2000),
	"stars":    strings.Repeat("*a ", 50_000),
	"strong":   strings.Repeat("**a", 30_000) + strings.Repeat("**", 30_000),
	"brackets": strings.Repeat("[", 50_000) + strings.Repeat("](https://x)", 10_000),
	"pictures": strings.Repeat("![a", 30_000),
	"ticks":    strings.Repeat("`a", 50_000),
	"dollars":  strings.Repeat("$a ", 50_000),
	"blocks":   strings.Repeat("$$\n", 50_000),
	"comments": strings.Repeat("<!--", 50_000),
	"groups":   "$" + strings.Repeat("{", 3000) + strings.Repeat("}", 3000) + "$",
	"roots":    "$" + strings.Repeat(`\sqrt`, 700) + "x$",
	"powers":   "$" + strings.Repeat("x^{", 900) + strings.Repeat("}", 900) + "$",
	"tables":   "|a" + strings.Repeat("|a", 2000) + "|\n|-" + strings.Repeat("|-", 2000) + "|\n" + strings.Repeat("|x|\n", 10_000),
	"entities": strings.Repeat("&", 100_000),
	"long":     strings.Repeat("word ", 100_000),
}

// nested is a list in a list in a list …
func nested(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", min(2*i, 200)) + "- x\n")
	}
	return b.String()
}

func TestTreeIsBounded(t *testing.T) {
	for name, markdown := range hostile {
		if testing.Short() {
			markdown = markdown[:min(len(markdown), 20_000)]
		}
		started := time.Now()
		checkTree(t, markdown)
		if spent := time.Since(started); spent > 10*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(markdown), spent)
		}
	}
}

// checkTree holds for any text: bounded depth, valid text, only safe links, nodes in their places.
func checkTree(t *testing.T, markdown string) {
	t.Helper()
	tree, count := Tree(markdown), 0
	var walk func(nodes []Node, depth int)
	walk = func(nodes []Node, depth int) {
		if depth > maxTreeDepth+2 {
			t.Fatalf("depth %d", depth)
		}
		count += len(nodes)
		for _, n := range nodes {
			if !utf8.ValidString(n.Text) || !utf8.ValidString(n.Spoken) || n.Kind == "" {
				t.Errorf("node %+v", n)
			}
			if n.Kind == Link && !safeURL(n.URL) || n.Kind != Link && n.URL != "" {
				t.Errorf("link to %q", n.URL)
			}
			if (n.Kind == Math || n.Kind == MathBlock) && n.Source != "" && (n.Text == "" || n.Spoken == "") {
				t.Errorf("maths %q is not shown", n.Source)
			}
			if n.Kind == Text && n.Text == "" {
				t.Error("an empty text")
			}
			walk(n.Children, depth+1)
		}
	}
	walk(tree, 1)
	if count > maxTreeText+4*maxCells {
		t.Errorf("%d nodes", count)
	}
	if _, err := json.Marshal(tree); err != nil {
		t.Error(err)
	}
	Plain(markdown)
}

func FuzzTree(f *testing.F) {
	for _, piece := range pieces {
		f.Add(piece)
	}
	for _, m := range hostile {
		f.Add(m[:min(len(m), 200)])
	}
	f.Add("$\\frac{a}{b} \\sum_{i=0}^n \\sqrt[3]{x} \\left( \\begin{cases} 1 & x \\\\ 2 \\end{cases} \\right) \\not\\in \\text{a b} \\hat{x}$")
	f.Fuzz(func(t *testing.T, markdown string) {
		if len(markdown) > 4000 {
			return
		}
		checkTree(t, markdown)
		mathNode(Math, markdown)
	})
}
