package discord

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"greenroom/bot/chat"
	"greenroom/bot/page"
	"greenroom/content"
)

// npm is the folder in which npm installs a reader of Discord's markdown that others wrote. Tests install nothing.
const npm = "npm"

func needReader(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("left out of -short: a reader of Discord's markdown takes a while to start")
	}
	if _, err := os.Stat(filepath.Join(npm, "node_modules", "discord-markdown-parser")); err != nil {
		t.Skip("left out: the reader of Discord's markdown is not installed; run npm ci in bot/discord/npm")
	}
	version, err := exec.Command("node", "--version").Output()
	if major, _ := strconv.Atoi(strings.Split(strings.TrimPrefix(string(version), "v"), ".")[0]); err != nil || major < 20 {
		t.Skip("left out: node 20 or later is not on the PATH; install it and run npm ci in bot/discord/npm")
	}
}

// styled is a text in one style: "strong, inlineCode", "link https://example.com", or nothing.
type styled struct{ text, style string }

// readAll reads texts in Discord's markdown.
func readAll(t *testing.T, texts []string) [][]styled {
	t.Helper()
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "read.mjs")
	cmd.Dir, cmd.Stdin = npm, bytes.NewReader(in)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &errs)
	}
	var read [][][2]string
	if err := json.Unmarshal(out, &read); err != nil || len(read) != len(texts) {
		t.Fatalf("%d of %d texts, %v", len(read), len(texts), err)
	}
	all := make([][]styled, len(read))
	for i, runs := range read {
		for _, r := range runs {
			all[i] = append(all[i], styled{r[0], r[1]})
		}
	}
	return all
}

// wanted is what a reader should see of a tree: every text in its styles.
func wanted(nodes []content.Node, styles []string, inList bool) (runs []styled) {
	for _, n := range nodes {
		own, list := styles, inList
		with := func(s string) []string { return append(slices.Clone(styles), s) }
		switch n.Kind {
		case content.Strong:
			own = with("strong")
		case content.Emphasis:
			own = with("em")
		case content.Code:
			own = with("inlineCode")
		case content.Link:
			own = with("link " + n.URL)
		case content.Quote:
			own = append(slices.DeleteFunc(slices.Clone(styles), func(s string) bool { return s == "blockQuote" }), "blockQuote") // they do not nest
		case content.Item:
			list = true
		case content.CodeBlock:
			own = []string{"block " + n.Lang}
		case content.Heading:
			own = with("strong")
			if n.Level <= 3 && !inList {
				own = with("heading " + strconv.Itoa(n.Level))
			}
		case content.Table:
			runs = append(runs, wantedTable(n)...)
			continue
		}
		if n.Text != "" {
			if strings.Contains(n.Text, `\`) && n.Source != "" {
				own = with("inlineCode")
			}
			sorted := slices.Compact(slices.Sorted(slices.Values(own)))
			runs = append(runs, styled{n.Text, strings.Join(sorted, ", ")})
		}
		runs = append(runs, wanted(n.Children, own, list)...)
	}
	return runs
}

// wantedTable is a table as code, or as a list where it is wide.
func wantedTable(n content.Node) (runs []styled) {
	var cells [][][]page.Run
	for _, row := range n.Children {
		var line [][]page.Run
		for _, cell := range row.Children {
			line = append(line, []page.Run{{Text: treeText(cell.Children)}})
		}
		cells = append(cells, line)
	}
	if page.Width(cells, verbatim) <= maxAligned {
		for _, row := range cells {
			for _, cell := range row {
				runs = append(runs, styled{cell[0].Text, "block "})
			}
		}
		return runs
	}
	head, rows := n.Children[0], n.Children[1:]
	if len(rows) == 0 {
		return wanted(head.Children, nil, true)
	}
	for _, row := range rows {
		for i, cell := range row.Children {
			runs = append(append(runs, wanted(head.Children[i].Children, []string{"strong"}, true)...), wanted(cell.Children, nil, true)...)
		}
	}
	return runs
}

// merged are the letters of runs, those that stand side by side in one style together. What is small print is ours.
func merged(runs []styled) (out []string) {
	last := styled{style: "none"}
	for _, r := range runs {
		text := strings.Map(func(c rune) rune {
			if unicode.In(c, unicode.L, unicode.M) {
				return c
			}
			return -1
		}, r.text)
		if text == "" || strings.Contains(r.style, "subtext") {
			continue
		}
		if r.style == last.style {
			last.text += text
			out[len(out)-1] = last.text + " {" + last.style + "}"
			continue
		}
		last = styled{text, r.style}
		out = append(out, text+" {"+r.style+"}")
	}
	return out
}

// Bold is bold, code is code and a link leads where it should: random CommonMark, and every text of the banks, on all their pages.
func TestReaderSeesTheSource(t *testing.T) {
	needReader(t)
	sources := bankTexts(t)
	for seed := range 150 {
		sources = append(sources, rapid.Custom(func(rt *rapid.T) string {
			a := &author{t: rt}
			var blocks []string
			for range rapid.IntRange(1, 8).Draw(rt, "blocks") {
				blocks = append(blocks, a.block(0))
			}
			return strings.Join(blocks, "\n\n")
		}).Example(seed))
	}
	var drawn []string
	var of []int
	for i, markdown := range sources {
		for _, b := range Messages(chat.Action{Key: "k", Do: chat.Thread, Message: chat.Message{Blocks: []chat.Block{chat.Markdown(markdown)}}}) {
			drawn, of = append(drawn, *b.Content), append(of, i)
		}
	}
	seen := make([][]styled, len(sources))
	for i, runs := range readAll(t, drawn) {
		seen[of[i]] = append(seen[of[i]], runs...)
	}
	for i, markdown := range sources {
		want := merged(wanted(content.Tree(markdown), nil, false))
		if diff := cmp.Diff(want, merged(seen[i])); diff != "" && !headsRepeat(markdown) {
			t.Errorf("%s\nof\n%.1500s", diff, markdown)
		}
	}
}

// bankTexts are all texts of the banks that are here.
func bankTexts(t *testing.T) (texts []string) {
	for _, file := range []string{"../../../shared/banks/python-async.md", "../../content/library/python-async.md"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Logf("not read: %s is not here", file)
			continue
		}
		bank, _ := content.Parse(file, src)
		for _, q := range bank.Questions {
			texts = append(texts, q.Main, q.Explanation, q.Answer, q.Full)
			for _, f := range q.FollowUps {
				texts = append(texts, f.Question, f.Answer)
			}
		}
	}
	return texts
}
