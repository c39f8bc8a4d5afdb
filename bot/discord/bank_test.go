package discord

import (
	"os"
	"strings"
	"testing"

	"greenroom/bot/chat"
	"greenroom/content"
)

// Every text of the banks goes out within all limits, with its words and its code in order.
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
	tree := content.Tree(markdown)
	for place, pages := range surfaces(t, chat.Message{Blocks: []chat.Block{chat.Markdown(markdown)}}) {
		var drawn strings.Builder
		var code []string
		for i, p := range pages {
			drawn.WriteString(withoutLine(p.text, i, len(pages), bindings[place]) + "\n")
			code = append(code, p.code...)
		}
		sameWords(t, place, wordsOf(treeText(tree)), wordsOf(drawn.String()))
		sameCode(t, place, codeOf(tree), code)
		if answer := pages[len(pages)-1].answer; answer != "" && strings.TrimSpace(answer) != strings.TrimSpace(markdown) {
			t.Errorf("%s: the file is another than the text: %.200q", place, answer)
		}
	}
}

// bindings are how the pages of each place are bound.
var bindings = map[string]binding{"thread": inThread, "direct": inPlace(nil), "ephemeral": inPlace(nil)}

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
