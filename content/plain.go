package content

import (
	"strconv"
	"strings"
)

// Plain is a text's complete plain form, for screen readers and notifications: maths as one says it, code as it is.
func Plain(markdown string) string { return plainBlocks(Tree(markdown)) }

// plainLine is a text's plain form on one line.
func plainLine(markdown string) string { return fold(Plain(markdown)) }

// plainBlocks writes blocks with a blank line between them.
func plainBlocks(nodes []Node) string {
	var parts []string
	for _, n := range nodes {
		if t := plainBlock(n); t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, "\n\n")
}

func plainBlock(n Node) string {
	switch n.Kind {
	case Paragraph, Heading, Cell:
		return plainInlines(n.Children)
	case List:
		return plainList(n)
	case CodeBlock:
		return n.Text
	case Quote:
		return hang(plainBlocks(n.Children), "> ", "> ")
	case Table:
		var rows []string
		for _, row := range n.Children {
			var cells []string
			for _, c := range row.Children {
				cells = append(cells, plainBlock(c))
			}
			rows = append(rows, strings.Join(cells, " | "))
		}
		return strings.Join(rows, "\n")
	case MathBlock:
		return n.Spoken
	}
	return "" // a rule says nothing
}

func plainList(n Node) string {
	var b strings.Builder
	for i, item := range n.Children {
		mark := "- "
		if n.Ordered {
			mark = strconv.Itoa(n.Start+i) + ". "
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		var parts []string
		for _, c := range item.Children {
			parts = append(parts, plainBlock(c))
		}
		b.WriteString(hang(strings.Join(parts, "\n"), mark, strings.Repeat(" ", len(mark))))
	}
	return b.String()
}

// hang puts first in front of a text's first line and rest in front of the others.
func hang(text, first, rest string) string {
	return first + strings.ReplaceAll(text, "\n", "\n"+rest)
}

func plainInlines(nodes []Node) string {
	var b strings.Builder
	for _, n := range nodes {
		switch n.Kind {
		case Text, Code:
			b.WriteString(n.Text)
		case Math:
			b.WriteString(n.Spoken)
		case LineBreak:
			b.WriteByte('\n')
		case Link:
			words := plainInlines(n.Children)
			b.WriteString(words)
			if address := strings.TrimPrefix(n.URL, "mailto:"); words != n.URL && words != address {
				b.WriteString(" (" + address + ")")
			}
		default:
			b.WriteString(plainInlines(n.Children))
		}
	}
	return b.String()
}
