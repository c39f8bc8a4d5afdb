package content

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// walker turns goldmark's tree into ours.
type walker struct{ src []byte }

// blocks are the blocks below n.
func (w walker) blocks(n ast.Node, depth int) []Node {
	var out []Node
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if node, ok := w.block(c, depth+1); ok {
			out = append(out, node)
		}
	}
	return out
}

// block is one block; it is false for one that shows nothing.
func (w walker) block(n ast.Node, depth int) (Node, bool) {
	switch n.(type) {
	case *ast.List, *ast.Blockquote, *tables.Table:
		if depth > maxTreeDepth-4 {
			return w.flat(n)
		}
	}
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		inlines := w.inlines(n, depth)
		return Node{Kind: Paragraph, Children: inlines}, len(inlines) > 0
	case *ast.Heading:
		return Node{Kind: Heading, Level: n.Level, Children: w.inlines(n, depth)}, n.HasChildren()
	case *ast.List:
		list := Node{Kind: List, Ordered: n.IsOrdered(), Children: w.blocks(n, depth)}
		if list.Ordered {
			list.Start = n.Start
		}
		return list, len(list.Children) > 0
	case *ast.ListItem:
		return Node{Kind: Item, Children: w.blocks(n, depth)}, true
	case *ast.FencedCodeBlock:
		return Node{Kind: CodeBlock, Lang: string(n.Language(w.src)), Text: w.lines(n.Lines())}, true
	case *ast.CodeBlock:
		return Node{Kind: CodeBlock, Text: w.lines(n.Lines())}, true
	case *ast.Blockquote:
		return Node{Kind: Quote, Children: w.blocks(n, depth)}, n.HasChildren()
	case *ast.ThematicBreak:
		return Node{Kind: Rule}, true
	case *mathBlock:
		return mathNode(MathBlock, n.source), true
	case *tables.Table:
		return Node{Kind: Table, Children: w.blocks(n, depth)}, true
	case *tables.TableHeader, *tables.TableRow:
		return Node{Kind: Row, Children: w.blocks(n, depth)}, true
	case *tables.TableCell:
		return Node{Kind: Cell, Children: w.inlines(n, depth)}, true
	}
	return w.flat(n)
}

// flat is a block's words in one paragraph.
func (w walker) flat(n ast.Node) (Node, bool) {
	t := fold(w.below(n))
	return Node{Kind: Paragraph, Children: []Node{{Kind: Text, Text: t}}}, t != ""
}

// lines is a code block's text without its last line end.
func (w walker) lines(lines *text.Segments) string {
	var b strings.Builder
	for i := range lines.Len() {
		segment := lines.At(i)
		b.Write(segment.Value(w.src))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// inlines are the inlines below n, with neighbouring texts joined.
func (w walker) inlines(n ast.Node, depth int) []Node {
	var out []Node
	add := func(nodes ...Node) {
		for _, node := range nodes {
			if last := len(out) - 1; node.Kind == Text && last >= 0 && out[last].Kind == Text {
				out[last].Text += node.Text
			} else if node.Kind != Text || node.Text != "" {
				out = append(out, node)
			}
		}
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		add(w.inline(c, depth+1)...)
	}
	if n.Type() == ast.TypeBlock {
		out = trimInlines(out)
	}
	return out
}

// inline is one inline, as the nodes that show it.
func (w walker) inline(n ast.Node, depth int) []Node {
	if depth >= maxTreeDepth {
		return []Node{{Kind: Text, Text: w.below(n)}}
	}
	switch n := n.(type) {
	case *ast.Text:
		t := string(n.Value(w.src))
		if !n.IsRaw() {
			t = unescape(t)
		}
		switch {
		case n.HardLineBreak():
			return []Node{{Kind: Text, Text: strings.TrimRight(t, " \t")}, {Kind: LineBreak}}
		case n.SoftLineBreak():
			t = strings.TrimRight(t, " \t") + " "
		}
		return []Node{{Kind: Text, Text: t}}
	case *ast.String:
		return []Node{{Kind: Text, Text: string(n.Value)}}
	case *ast.CodeSpan:
		return []Node{{Kind: Code, Text: strings.ReplaceAll(w.below(n), "\n", " ")}}
	case *ast.Emphasis:
		kind := Emphasis
		if n.Level >= 2 {
			kind = Strong
		}
		return w.wrap(Node{Kind: kind}, n, depth)
	case *ast.Link:
		return w.link(string(util.UnescapePunctuations(n.Destination)), n, depth)
	case *ast.Image:
		return w.link(string(util.UnescapePunctuations(n.Destination)), n, depth)
	case *ast.AutoLink:
		address := string(n.URL(w.src))
		if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
			address = "mailto:" + address
		}
		label := Node{Kind: Text, Text: string(n.Label(w.src))}
		if !safeURL(address) {
			return []Node{label}
		}
		return []Node{{Kind: Link, URL: address, Children: []Node{label}}}
	case *mathInline:
		return []Node{mathNode(Math, n.source)}
	case *commentInline:
		return nil
	}
	return []Node{{Kind: Text, Text: w.below(n)}}
}

// wrap puts the inlines below n into a node, unless there are none.
func (w walker) wrap(node Node, n ast.Node, depth int) []Node {
	if node.Children = w.inlines(n, depth); len(node.Children) == 0 {
		return nil
	}
	return []Node{node}
}

// link is a link, or its words alone where the address is none that may be followed.
func (w walker) link(address string, n ast.Node, depth int) []Node {
	if !safeURL(address) {
		return w.inlines(n, depth)
	}
	node := Node{Kind: Link, URL: address, Children: w.inlines(n, depth)}
	if len(node.Children) == 0 {
		node.Children = []Node{{Kind: Text, Text: address}}
	}
	return []Node{node}
}

// safeURL reports whether an address is an absolute http, https or mailto one.
func safeURL(address string) bool {
	u, err := url.Parse(address)
	if err != nil || strings.ContainsAny(address, "\n\t <>") || len(address) > 2000 {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Host != ""
	case "mailto":
		return u.Opaque != ""
	}
	return false
}

// below is the text below n, without marks.
func (w walker) below(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			if c.Type() == ast.TypeBlock {
				b.WriteByte('\n')
			}
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Value(w.src))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(c.Value)
		case *mathInline:
			b.WriteString("$" + c.source + "$")
		case *mathBlock:
			b.WriteString("$$" + c.source + "$$")
		case *ast.AutoLink:
			b.Write(c.Label(w.src))
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			b.WriteString(w.lines(c.Lines()))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// trimInlines cuts white space and breaks at the ends of a block.
func trimInlines(nodes []Node) []Node {
	for len(nodes) > 0 {
		last := &nodes[len(nodes)-1]
		if last.Kind == Text {
			last.Text = strings.TrimRight(last.Text, " \t\n")
		}
		if last.Kind != LineBreak && (last.Kind != Text || last.Text != "") {
			break
		}
		nodes = nodes[:len(nodes)-1]
	}
	for len(nodes) > 0 {
		first := &nodes[0]
		if first.Kind == Text {
			first.Text = strings.TrimLeft(first.Text, " \t\n")
		}
		if first.Kind != LineBreak && (first.Kind != Text || first.Text != "") {
			break
		}
		nodes = nodes[1:]
	}
	return nodes
}

// unescape resolves backslash escapes and character references in one pass, so that \&amp; stays &amp;.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 && strings.IndexByte(s, '&') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && util.IsPunct(s[i+1]):
			i++
			b.WriteByte(s[i])
		case s[i] == '&':
			n := strings.IndexByte(s[i:min(len(s), i+40)], ';')
			if n < 0 {
				b.WriteByte('&')
				continue
			}
			ref := []byte(s[i : i+n+1])
			resolved := util.ResolveNumericReferences(util.ResolveEntityNames(ref))
			if !utf8.Valid(resolved) || string(resolved) == string(ref) {
				b.WriteByte('&')
				continue
			}
			b.Write(resolved)
			i += n
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
