package content

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// leastCover is the share of a point's words from which another point already says it.
const leastCover = 0.6

// drawMain draws a main question's key points: from its answer's list or headings, with what only the explanation
// names behind them; else from what the explanation names, with the answer's sentences behind.
func drawMain(q *Question, tree []Node) []KeyPoint {
	d := newDrawer(maxMainPoints, q.Main, q.Topic)
	named := enumerated(plainLine(q.Explanation))
	d.addAll(d.fromList(tree))
	if len(d.points) < 2 {
		d.clear()
		d.addAll(d.fromHeadings(tree))
	}
	if len(d.points) >= 2 {
		d.addNew(d.fromNames(named))
		return d.points
	}
	d.clear()
	d.addAll(d.fromNames(named))
	d.addNew(d.fromSentences(tree))
	d.addAll(d.lastResort(tree))
	return d.points
}

// drawFollowUp draws a follow-up's key points from its answer's list, else from its sentences.
func drawFollowUp(q *Question, followUp string, tree []Node) []KeyPoint {
	d := newDrawer(maxFollowUpPoints, q.Main, q.Topic, followUp)
	d.addAll(d.fromList(tree))
	if len(d.points) < 2 {
		d.clear()
		d.addNew(d.fromSentences(tree))
	}
	d.addAll(d.lastResort(tree))
	return d.points
}

// drawer collects the key points of one part.
type drawer struct {
	asked  map[string]bool // stems of the content words that the question itself has
	most   int
	points []KeyPoint
	said   [][]term // of each point: its content words, as far as they were needed
}

func newDrawer(most int, question ...string) *drawer {
	d := &drawer{asked: map[string]bool{}, most: most}
	for _, t := range contentWords(strings.Join(question, " ")) {
		d.asked[t.stem] = true
	}
	return d
}

func (d *drawer) clear() { d.points, d.said = nil, nil }

// addAll takes points while there is room, those with a new name only.
func (d *drawer) addAll(points []KeyPoint) {
	for _, p := range points {
		same := func(o KeyPoint) bool { return strings.EqualFold(o.Name, p.Name) }
		if len(d.points) < d.most && !slices.ContainsFunc(d.points, same) {
			d.points = append(d.points, p)
		}
	}
}

// addNew takes points that neither the question nor a point so far already says.
func (d *drawer) addNew(points []KeyPoint) {
	for _, p := range points {
		if len(d.points) == d.most {
			return
		}
		for i := len(d.said); i < len(d.points); i++ {
			d.said = append(d.said, contentWords(d.points[i].Name+" "+d.points[i].Text))
		}
		own := slices.DeleteFunc(contentWords(p.Name+" "+p.Text), func(t term) bool { return d.asked[t.stem] })
		said := func(other []term) bool { return covered(own, other) >= leastCover }
		if len(own) > 0 && !slices.ContainsFunc(d.said, said) {
			d.addAll([]KeyPoint{p})
		}
	}
}

// repeats reports whether a text says nothing that the question does not.
func (d *drawer) repeats(text string) bool {
	return !slices.ContainsFunc(contentWords(text), func(t term) bool { return !d.asked[t.stem] })
}

// fromList draws a point from each bullet of the first list level that has at least two, and of the lists beside it.
func (d *drawer) fromList(tree []Node) []KeyPoint {
	var points []KeyPoint
	bullets := 0
	for _, n := range tree {
		if n.Kind != List {
			continue
		}
		bullets += len(n.Children)
		for _, item := range n.Children {
			if p, ok := d.bullet(item); ok {
				points = append(points, p)
			}
		}
	}
	if bullets >= 2 {
		return points
	}
	for _, n := range tree { // at most one bullet: the level below it
		if n.Kind == List || n.Kind == Item {
			return d.fromList(n.Children)
		}
	}
	return nil
}

// bullet makes a point of a list item: its bold lead, else its first sentence names it, and all its prose is behind it.
func (d *drawer) bullet(item Node) (KeyPoint, bool) {
	if len(item.Children) == 0 || item.Children[0].Kind != Paragraph {
		return KeyPoint{}, false
	}
	lead, rest := boldName(item.Children[0].Children)
	text := joinSpace(rest, prose(item.Children[1:]))
	if lead == "" {
		sentences := splitSentences(text)
		if len(sentences) == 0 || len(contentWords(text)) < 2 {
			return KeyPoint{}, false
		}
		return KeyPoint{Name: d.name(sentences[0]), Text: text}, true
	}
	if !hasWord(text) {
		if len(item.Children) > 1 || isFiller(lead) {
			return KeyPoint{}, false // an example: code alone
		}
		text = lead
	}
	return KeyPoint{Name: cutName(lead), Text: text}, true
}

// boldName splits a paragraph at the bold words that open it. Where no colon follows them, they are part of its sentence.
func boldName(inlines []Node) (lead, rest string) {
	text := fold(plainInlines(inlines))
	if len(inlines) == 0 || inlines[0].Kind != Strong {
		return "", text
	}
	lead = fold(plainInlines(inlines[:1]))
	rest = strings.TrimSpace(strings.TrimPrefix(text, lead))
	trimmed := strings.TrimRight(lead, " :.–—")
	if after := strings.TrimLeft(rest, " :–—-"); after != rest || trimmed != lead || rest == "" {
		return trimmed, after
	}
	return trimmed, text
}

// fromHeadings draws a point from each heading that stands at least twice on its level and has prose below it.
func (d *drawer) fromHeadings(tree []Node) []KeyPoint {
	for level := 1; level <= 6; level++ {
		var points []KeyPoint
		for i, n := range tree {
			if n.Kind != Heading || n.Level != level {
				continue
			}
			name := fold(numbering.ReplaceAllString(plainInlines(n.Children), ""))
			text := prose(below(tree[i+1:], level))
			if isFiller(name) || len(contentWords(text)) < 3 || d.repeats(name) {
				continue
			}
			points = append(points, KeyPoint{Name: cutName(strings.TrimRight(name, " :.")), Text: text})
		}
		if len(points) >= 2 {
			return points
		}
	}
	return nil
}

// below are the blocks up to the next heading of the level or above.
func below(tree []Node, level int) []Node {
	for i, n := range tree {
		if n.Kind == Heading && n.Level <= level {
			return tree[:i]
		}
	}
	return tree
}

// fromNames makes points of what an explanation names.
func (d *drawer) fromNames(names []string) []KeyPoint {
	var points []KeyPoint
	for _, n := range names {
		if !d.repeats(n) {
			points = append(points, KeyPoint{Name: cutName(upper(n)), Text: n})
		}
	}
	return points
}

// fromSentences draws a point from each sentence that says something: three content words, and no filler.
func (d *drawer) fromSentences(tree []Node) []KeyPoint {
	var points []KeyPoint
	for _, s := range allSentences(tree) {
		if isFiller(s) || strings.HasSuffix(s, ":") || strings.HasSuffix(s, "?") || len(contentWords(s)) < 3 {
			continue
		}
		points = append(points, KeyPoint{Name: d.name(s), Text: s})
	}
	return points
}

// lastResort is the one point of an answer that has no better: its prose, else the words of its code.
func (d *drawer) lastResort(tree []Node) []KeyPoint {
	if len(d.points) > 0 {
		return nil
	}
	text := prose(tree)
	if !hasWord(text) {
		text = strings.Join(words(plainBlocks(tree)), " ")
	}
	if sentences := splitSentences(text); len(sentences) > 0 && hasWord(sentences[0]) {
		return []KeyPoint{{Name: d.name(sentences[0]), Text: text}}
	}
	return []KeyPoint{{Name: cutName(text), Text: text}}
}

var (
	linking = map[string]bool{"is": true, "are": true, "was": true, "were": true, "means": true}
	leading = map[string]bool{
		"by": true, "using": true, "through": true, "via": true, "with": true, "because": true, "when": true,
		"allows": true, "enables": true, "lets": true, "requires": true, "involves": true, "helps": true, "makes": true,
	}
)

// name makes a sentence a name: without words at its start that only repeat the question, where what follows them can
// stand first.
func (d *drawer) name(sentence string) string {
	parts := strings.Fields(strings.TrimRight(sentence, " .:;。"))
	for range 2 { // "In Python," and then "asynchronous programming is"
		parts = d.withoutRepeat(parts)
	}
	return cutName(upper(strings.Join(parts, " ")))
}

func (d *drawer) withoutRepeat(parts []string) []string {
	end := 0 // of the words that repeat the question
	for i, w := range parts {
		if len(contentWords(w)) > 0 {
			if !d.repeats(w) {
				break
			}
			end = i + 1
			if strings.HasSuffix(w, ",") {
				break
			}
		}
	}
	if end == 0 || end == len(parts) {
		return parts
	}
	rest, next := parts[end:], strings.ToLower(parts[end])
	if linking[next] {
		rest = rest[1:]
	}
	fits := linking[next] || leading[next] || strings.HasSuffix(parts[end-1], ",")
	if !fits || len(contentWords(strings.Join(rest, " "))) < 2 {
		return parts
	}
	return rest
}

// upper makes a name begin with a capital, unless its first word is code.
func upper(name string) string {
	first, _, _ := strings.Cut(name, " ")
	if strings.ContainsAny(first, "_.()=[]{}`") {
		return name
	}
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}

// prose is the plain text of blocks on one line, code blocks, maths blocks and headings left out.
func prose(nodes []Node) string {
	var parts []string
	for _, n := range nodes {
		switch n.Kind {
		case Paragraph, Cell:
			parts = append(parts, strings.TrimPrefix(fold(plainInlines(n.Children)), "- "))
		case List, Item, Quote, Table, Row:
			parts = append(parts, prose(n.Children))
		}
	}
	return joinSpace(parts...)
}

func joinSpace(parts ...string) string { return fold(strings.Join(parts, " ")) }

// allSentences are the sentences of paragraphs and list items, in order.
func allSentences(nodes []Node) []string {
	var out []string
	for _, n := range nodes {
		switch n.Kind {
		case Paragraph, Cell:
			out = append(out, splitSentences(fold(plainInlines(n.Children)))...)
		case List, Item, Quote, Table, Row:
			out = append(out, allSentences(n.Children)...)
		}
	}
	return out
}
