package discord

import (
	"encoding/json"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	cells "github.com/yuin/goldmark/extension/ast"
	source "github.com/yuin/goldmark/text"
	"pgregory.net/rapid"

	"greenroom/bot/chat"
)

// shown is what one page shows: its text as Discord's markdown, as it is read, its code, and what its file holds.
type shown struct {
	markdown string
	text     string
	code     []string
	answer   string
}

// surfaces draws a message wherever messages stand, and checks every page.
func surfaces(t testing.TB, m chat.Message) map[string][]shown {
	t.Helper()
	pages := map[string][]shown{}
	for i, b := range Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m}) {
		valid(t, "MessageCreateRequest", b)
		valid(t, "MessageEditRequestPartial", b.edit())
		if i == 0 || len(b.Mentions.Users) == 0 {
			pages["thread"] = append(pages["thread"], read(t, b))
		}
	}
	for _, direct := range []bool{true, false} {
		to, place := reader{guild, mira, now, direct}, "ephemeral"
		if direct {
			place = "direct"
		}
		for _, b := range leafed(t, m, to) {
			valid(t, "MessageCreateRequest", b)
			b.Flags |= discordgo.MessageFlagsEphemeral
			valid(t, "CreateMessageInteractionCallbackRequest", response{discordgo.InteractionResponseChannelMessageWithSource, b})
			pages[place] = append(pages[place], read(t, b))
		}
	}
	return pages
}

// leafed are all pages of a private message. One comes to each by a button on the one before.
func leafed(t testing.TB, m chat.Message, to reader) []body {
	t.Helper()
	e := chat.Event{Workspace: to.workspace, Member: to.member, At: to.at}
	if !to.direct {
		e.Channel = prep
	}
	all := PrivateMessages(m, e)
	first, keep := privateMessage(m, to)
	if diff := cmp.Diff(asJSON(t, all[0]), asJSON(t, first)); diff != "" {
		t.Error(diff)
	}
	if keep == nil != (len(all) == 1) {
		t.Fatalf("%d pages, kept is %v", len(all), keep != nil)
	}
	if len(all) == 1 {
		return all
	}
	for _, n := range []int{1, len(all)} {
		b, ok := keep.page(n)
		if diff := cmp.Diff(asJSON(t, all[n-1]), asJSON(t, b)); !ok || b.answer != all[n-1].answer || diff != "" {
			t.Errorf("page %d is kept otherwise: %s", n, diff)
		}
	}
	if _, ok := keep.page(len(all) + 1); ok {
		t.Error("a page after the last")
	}
	return all
}

// read is what a reader sees of a body, buttons left out.
func read(t testing.TB, b body) (s shown) {
	t.Helper()
	s.answer = b.answer
	if b.Content != nil {
		s.markdown = *b.Content
	}
	for _, c := range b.Components {
		switch c.Type {
		case discordgo.TextDisplayComponent:
			s.markdown += c.Content + "\n"
		case discordgo.SeparatorComponent:
			s.markdown += "\n"
		}
	}
	s.text, s.code = reading(s.markdown)
	return s
}

var (
	// fenced and coded are as Discord's reader (simple-markdown) finds them.
	fenced  = regexp.MustCompile("(?s)^```(?:([A-Za-z0-9_+.#-]+?)\n)?\n*([^\n].*?)\n*```")
	links   = regexp.MustCompile(`\]\(<(https?://[^>]*)>\)`)
	subtext = regexp.MustCompile(`(?m)^-# `)
)

// reading reads Discord's markdown: a backslash shows what follows, code shows all as it is, and markers show nothing.
func reading(s string) (text string, code []string) {
	var out strings.Builder
	s = subtext.ReplaceAllString(s, "")
	for len(s) > 0 {
		if m := fenced.FindStringSubmatch(s); m != nil {
			code = append(code, strings.ReplaceAll(m[2], zeroWidth, ""))
			out.WriteString(m[2] + "\n")
			s = s[len(m[0]):]
			continue
		}
		switch {
		case s[0] == '\\' && len(s) > 1:
			out.WriteByte(s[1])
			s = s[2:]
		case s[0] == '`':
			ticks := s[:len(s)-len(strings.TrimLeft(s, "`"))]
			inner, after, ok := strings.Cut(s[len(ticks):], ticks)
			if !ok {
				ticks, inner, after = "", s[:1], s[1:]
			}
			out.WriteString(inner)
			s = after
		case strings.HasPrefix(s, "](<"):
			if m := links.FindString(s); m != "" && strings.HasPrefix(s, m) {
				s = s[len(m):]
				continue
			}
			fallthrough
		default:
			if !strings.ContainsRune("*[", rune(s[0])) {
				out.WriteByte(s[0])
			}
			s = s[1:]
		}
	}
	return strings.ReplaceAll(out.String(), zeroWidth, ""), code
}

// inWord tells what a word is made of here: emoji and marks are no less text than letters.
func inWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.So) || r == '\u200d' || r >= 0x1F3FB && r <= 0x1F3FF
}

func wordsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !inWord(r) })
}

// authored are the words of an author in a text: they end with a z. The heads of a table's columns may stand again, with each of its
// rows or pages, and stand between its cells where it is a list.
func authored(s string) (words, heads []string) {
	seen := map[string]bool{}
	for _, w := range wordsOf(s) {
		switch {
		case !strings.HasSuffix(w, "z"):
		case strings.HasPrefix(w, "head"):
			if !seen[w] {
				heads = append(heads, w)
			}
			seen[w] = true
		default:
			words = append(words, w)
		}
	}
	return words, heads
}

// holdWords holds that everything that was written is shown once and in order, and code as it stands; and that the file has all of it.
func holdWords(t testing.TB, a *author, m chat.Message) {
	t.Helper()
	words, heads := authored(strings.Join(a.words, " "))
	for place, pages := range surfaces(t, m) {
		var texts strings.Builder
		var code []string
		for i, p := range pages {
			if says := fmt.Sprintf("Page %d of %d.", i+1, len(pages)); len(pages) > 1 && !strings.Contains(p.text, says) {
				t.Errorf("%s: page %d does not say so: %q", place, i+1, p)
			}
			if (p.answer != "") != (len(pages) > 1 && i == len(pages)-1) {
				t.Errorf("%s: page %d of %d has a file of %d bytes", place, i+1, len(pages), len(p.answer))
			}
			texts.WriteString(p.text + "\n")
			for _, c := range p.code {
				if strings.Contains(c, "code") || strings.TrimSpace(c) == "" {
					code = append(code, c)
				}
			}
		}
		gotWords, gotHeads := authored(texts.String())
		sameWords(t, place, words, gotWords)
		sameWords(t, place+", heads", heads, gotHeads)
		sameCode(t, place, a.code, code)
		if answer := pages[len(pages)-1].answer; answer != "" {
			gotWords, gotHeads = authored(answer)
			sameWords(t, place+", file", words, gotWords)
			sameWords(t, place+", file's heads", heads, gotHeads)
		}
	}
}

func sameWords(t testing.TB, where string, want, got []string) {
	t.Helper()
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Errorf("%s: word %d of %d, %d shown: want %q, got %q", where, i, len(want), len(got), want[min(i, len(want)):min(i+5, len(want))], got[min(i, len(got)):min(i+5, len(got))])
			return
		}
	}
}

// sameCode holds that code is shown as it stands; one block may be cut at the end of a page.
func sameCode(t testing.TB, where string, want, got []string) {
	t.Helper()
	for i, code := range want {
		code = strings.Trim(code, "\n") // Discord leaves out blank lines around code
		shown := ""
		for first := true; first || shown != code; first = false {
			if len(got) == 0 || !strings.HasPrefix(code, shown) {
				t.Errorf("%s: code %d is %q, want %q", where, i, shown, code)
				return
			}
			next := got[0]
			if got = got[1:]; code == "" && strings.TrimSpace(next) == "" {
				break
			}
			for shown != "" && !strings.HasPrefix(code, shown+next) && strings.HasPrefix(code, shown+"\n") {
				shown += "\n" // where it was cut
			}
			shown += next
		}
	}
	if len(got) > 0 {
		t.Errorf("%s: more code: %q", where, got)
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// withoutLine is a page without the line that says which it is.
func withoutLine(s string, i, of int, how binding) string {
	line := how.line(i, of).Runs[0].Text
	at := strings.Index(s, line)
	if i == 0 {
		at = strings.LastIndex(s, line)
	}
	if of == 1 || at < 0 {
		return s
	}
	return strings.TrimSuffix(strings.TrimSuffix(s[:at], "-# "), "\n") + strings.TrimPrefix(s[at+len(line):], "\n")
}

// Random CommonMark: see author.
func TestWords(t *testing.T) {
	fewWhenShort(t)
	rapid.Check(t, func(rt *rapid.T) {
		a := &author{t: rt}
		var blocks []string
		for range rapid.IntRange(1, 14).Draw(rt, "blocks") {
			blocks = append(blocks, a.block(0))
		}
		m := chat.Message{Blocks: []chat.Block{chat.Markdown(strings.Join(blocks, "\n\n"))}, Buttons: book().Buttons, After: book().After}
		holdWords(t, a, m)
		if t.Failed() {
			rt.Fatalf("of\n%s", m.Blocks[0].Text)
		}
	})
}

// fewWhenShort makes a property be tried a few times only in a short run, where no number was asked for.
func fewWhenShort(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	if before := checks.Value.String(); testing.Short() && before == checks.DefValue {
		t.Cleanup(func() { _ = flag.Set(checks.Name, before) })
		_ = flag.Set(checks.Name, "10")
	}
}

// What is longer than anybody writes.
func TestWordsOfExtremes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	repeat := func(n int, sep string, one func() string) string {
		var all []string
		for range n {
			all = append(all, one())
		}
		return strings.Join(all, sep)
	}
	for name, write := range map[string]func(*author) string{
		"lists 10 deep": func(a *author) string {
			out := ""
			for depth := range 10 {
				out += strings.Repeat("  ", depth) + "- " + a.said(a.word("i")) + "\n"
			}
			return out
		},
		"a line of 5,000 characters":  func(a *author) string { return repeat(400, " ", func() string { return a.said(a.word("p")) }) },
		"a table of 40 columns":       func(a *author) string { return a.table(30, 40) },
		"a table of 300 rows":         func(a *author) string { return a.table(300, 5) },
		"ten tables":                  func(a *author) string { return repeat(10, "\n\n", func() string { return a.table(3, 4) }) },
		"200 code blocks":             func(a *author) string { return repeat(200, "\n\n", func() string { return a.fence(2) }) },
		"a code block of 2,000 lines": func(a *author) string { return a.fence(2000) },
		"an answer of 30,000 characters": func(a *author) string {
			return repeat(500, "\n\n", func() string { return a.inline("p") + " " + a.inline("p") })
		},
		"a list of 1,000 items": func(a *author) string { return a.list(10, false, 1000) },
		"1,000 lists": func(a *author) string {
			return repeat(1000, "\n", func() string { return "- " + a.said(a.word("i")) + "\n\n1. " + a.said(a.word("i")) + "\n" })
		},
		"100 rules": func(a *author) string {
			return repeat(100, "\n\n***\n\n", func() string { return a.said(a.word("p")) })
		},
		"100 headings": func(a *author) string {
			return repeat(100, "\n\n", func() string { return "# " + a.said(a.word("h")) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var a *author
			markdown := rapid.Custom(func(rt *rapid.T) string {
				a = &author{t: rt}
				return write(a)
			}).Example(1)
			holdWords(t, a, chat.Message{Blocks: []chat.Block{chat.Markdown(markdown)}, Buttons: book().Buttons, After: book().After})
		})
	}
}

// FuzzWords holds any text against goldmark itself: every letter that goldmark finds is shown, once and in order.
func FuzzWords(f *testing.F) {
	for _, s := range append(hostile, "- a\n  1. b\n\n     ```go\n     x\n     ```\n> c\n\n| d | e |\n|---|:-:|\n| *f* | `g` |\n\n# h\n***\n[i](https://example.com) ![j](k)\n", "") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		// Content reads no HTML, no entities and reads maths: what differs there is held by its own tests.
		markdown = strings.NewReplacer("<", "x", "&", "x", "$", "x", "\r\n", "\n", "\r", "\n", "\x00", "x", "\ufeff", "x").Replace(strings.ToValidUTF8(markdown, "x"))
		if len(markdown) > 20_000 || strings.Count(markdown, "[") > 500 || deep(markdown) {
			return
		}
		want := letters(goldmarkText(markdown))
		for place, pages := range surfaces(t, chat.Message{Blocks: []chat.Block{chat.Markdown(markdown)}}) {
			var got strings.Builder
			for i, p := range pages {
				got.WriteString(withoutLine(p.text, i, len(pages), bindings[place]) + "\n")
			}
			if got := letters(got.String()); got != want && !headsRepeat(markdown) {
				t.Errorf("%s of %q shows\n%.2000q\nwant\n%.2000q", place, markdown, got, want)
			}
		}
	})
}

// letters are the letters of a text and the marks on them.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M) {
			return r
		}
		return -1
	}, s)
}

// headsRepeat tells that a table may go on on another page, under its head again.
func headsRepeat(markdown string) bool {
	return len(markdown) > 1500 && strings.Contains(markdown, "|")
}

// deep tells that a line opens more lists and quotes than content reads as such.
func deep(markdown string) bool {
	return slices.ContainsFunc(strings.Split(markdown, "\n"), func(line string) bool {
		return strings.Count(line, ">")+strings.Count(line, "-")+strings.Count(line, "+")+strings.Count(line, "*")+strings.Count(line, ".")+strings.Count(line, ")") > 40
	})
}

// goldmarkText is the text of CommonMark with tables, as goldmark reads it, block by block.
func goldmarkText(markdown string) string {
	src := []byte(markdown)
	doc := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(source.NewReader(src))
	var out strings.Builder
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			out.Write(n.Value(src))
		case *ast.String:
			out.Write(n.Value)
		case *ast.AutoLink:
			out.Write(n.Label(src))
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				out.Write(line.Value(src))
			}
		case *cells.TableCell:
			out.WriteString(" ")
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}
