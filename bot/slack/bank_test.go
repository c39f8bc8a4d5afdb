package slack

import (
	"os"
	"strings"
	"testing"

	"greenroom/bot/chat"
	"greenroom/content"
)

// Every text of the banks goes out within all limits, with its words and its code in order, in the blocks and in the text.
func TestRenderBanks(t *testing.T) {
	for _, file := range []string{"../../../shared/banks/python-async.md", "../../content/library/python-async.md"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Logf("not drawn: %s is not here", file)
			continue
		}
		bank, problems := content.Parse(file, src)
		if len(bank.Questions) == 0 {
			t.Fatalf("%s: %v", file, problems)
		}
		for _, q := range bank.Questions {
			texts := []string{q.Main, q.Explanation, q.Answer, q.Full}
			for _, f := range q.FollowUps {
				texts = append(texts, f.Question, f.Answer)
			}
			for _, text := range texts {
				if text != "" {
					t.Run(q.ID, func(t *testing.T) { holdText(t, text) })
				}
			}
		}
	}
}

// holdText holds a text of a bank against content's reading of it.
func holdText(t *testing.T, markdown string) {
	code := codeOf(content.Tree(markdown))
	for place, pages := range surfaces(t, chat.Message{Blocks: []chat.Block{chat.Markdown(markdown)}}) {
		var drawn, said strings.Builder
		var shown []string
		for i, p := range pages {
			drawn.WriteString(withoutLine(p.blocks, i, len(pages), place))
			said.WriteString(withoutLine(p.text, i, len(pages), place))
			shown = append(shown, p.code...)
		}
		sameWords(t, place+", blocks", wordsOf(treeText(content.Tree(markdown))), wordsOf(drawn.String()))
		if place != "modal" {
			sameWords(t, place+", text", wordsOf(content.Plain(markdown)), wordsOf(said.String()))
		}
		sameCode(t, place, code, shown)
	}
}

// withoutLine is a page without the line that says which it is.
func withoutLine(s string, i, of int, place string) string {
	how := binding{}
	if place == "thread" {
		how = inThread
	}
	line := how.line(i, of).Runs[0].Text
	at := strings.Index(s, line)
	if i == 0 {
		at = strings.LastIndex(s, line)
	}
	if of == 1 || at < 0 {
		return s + "\n"
	}
	return s[:at] + s[at+len(line):] + "\n"
}

// codeOf are the code blocks of a tree.
func codeOf(nodes []content.Node) (code []string) {
	for _, n := range nodes {
		if n.Kind == content.CodeBlock {
			code = append(code, strings.TrimRight(n.Text, "\n"))
		}
		code = append(code, codeOf(n.Children)...)
	}
	return code
}

// treeText is what a tree shows: maths as it is written, not as it is said.
func treeText(nodes []content.Node) string {
	var out strings.Builder
	for _, n := range nodes {
		out.WriteString(n.Text + treeText(n.Children))
		switch n.Kind {
		case content.Paragraph, content.Heading, content.Cell, content.CodeBlock, content.MathBlock, content.LineBreak:
			out.WriteString("\n")
		}
	}
	return out.String()
}
