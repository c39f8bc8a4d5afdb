package content

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of key points.
const (
	maxMainPoints     = 5
	maxFollowUpPoints = 3
	maxName           = 75 // characters of a key point's name
)

// points gives the question its key points: those declared, else those drawn from its texts. An answer that says
// nothing, such as a comment alone, becomes empty and has none.
func (p *bankParser) points(q *Question, fields map[string]field, s *section) {
	f, declared := fields[labelKeyPoints]
	if below, ok := s.points[0]; ok && !declared {
		f, declared = below, true
	} else if ok {
		p.warn(below.line+1, 1, "these key points are not read: the question has its own above `## Answer`; keep one list")
	}
	tree := answerTree(&q.Answer)
	if declared {
		q.KeyPoints = p.declared(f, maxMainPoints, q.Answer)
	}
	if len(q.KeyPoints) == 0 && tree != nil {
		q.KeyPoints = drawMain(q, tree)
	}
	for n := range q.FollowUps {
		fu := &q.FollowUps[n]
		tree := answerTree(&fu.Answer)
		if f, ok := s.points[n+1]; ok {
			fu.KeyPoints = p.declared(f, maxFollowUpPoints, fu.Answer)
		}
		if len(fu.KeyPoints) == 0 && tree != nil {
			fu.KeyPoints = drawFollowUp(q, fu.Question, tree)
		}
	}
}

// answerTree reads an answer; one that says nothing is emptied and has no tree.
func answerTree(answer *string) []Node {
	tree := Tree(*answer)
	if !says(tree) {
		*answer = ""
		return nil
	}
	return tree
}

// says reports whether nodes show a letter or a digit.
func says(nodes []Node) bool {
	return slices.ContainsFunc(nodes, func(n Node) bool { return hasWord(n.Text) || hasWord(n.URL) || says(n.Children) })
}

var (
	alsoMark = regexp.MustCompile(`(?i)\s*\(\s*also:((?:[^()]|\([^()]*\))*)\)`)
	mustMark = regexp.MustCompile(`(?i)\s*\(\s*must\s*\)`)
	alsoWord = regexp.MustCompile(`(?i)\balso:`)
)

// declared reads a list of key points.
func (p *bankParser) declared(f field, most int, answer string) []KeyPoint {
	out := []KeyPoint{}
	if answer == "" {
		p.warn(f.line+1, 1, "these key points are not used: there is no answer to them; write one")
		return out
	}
	items, rest := p.items(f)
	for _, i := range rest {
		p.warn(i+1, 1, "this line is not part of the list of key points and is not read; write `- Name: the text behind it`")
	}
	if len(items) == 0 && len(rest) == 0 {
		p.warn(f.line+1, 1, "the list of key points is empty, so they are drawn from the answer; write `- Name: the text behind it`")
	}
	for _, it := range items {
		point, ok := p.declaredPoint(it)
		switch {
		case !ok:
			p.warn(it.line+1, 1, "this key point is empty and is not read; write `- Name: the text behind it`")
		case len(out) == most:
			p.warn(it.line+1, 1, "this key point is one too many and is not read; keep at most 5 for a main question and 3 for a follow-up")
		default:
			out = append(out, point)
		}
	}
	return out
}

// declaredPoint reads one item: name, text, other wordings and whether it must be there.
func (p *bankParser) declaredPoint(it item) (KeyPoint, bool) {
	text := fold(it.text)
	var point KeyPoint
	for _, m := range alsoMark.FindAllStringSubmatch(text, -1) {
		for also := range strings.SplitSeq(m[1], ";") {
			if also = plainLine(also); hasWord(also) {
				point.Also = append(point.Also, also)
			}
		}
	}
	text = alsoMark.ReplaceAllString(text, "")
	point.Must = mustMark.MatchString(text)
	text = strings.TrimSpace(mustMark.ReplaceAllString(text, ""))
	if alsoWord.MatchString(text) {
		p.warn(it.line+1, 1, "`also:` is read as text here; write other wordings as `(also: one; another)`")
	}
	name, rest := splitName(text)
	point.Name, point.Text = plainLine(name), plainLine(rest)
	if !hasWord(point.Name) {
		return point, false
	}
	if !hasWord(point.Text) {
		point.Text = point.Name
	}
	if utf8.RuneCountInString(point.Name) > maxName {
		p.warn(it.line+1, 1, "this key point's name has more than 75 characters and is cut; write a short name, a colon, and the text behind it")
		point.Name = cutName(point.Name)
	}
	return point, true
}

// splitName splits a key point at the end of the bold type that it opens with, else at its first colon outside code.
func splitName(text string) (name, rest string) {
	if words, body, _, ok := boldLead(text); ok {
		return words, strings.TrimLeft(text[body:], " :–—-")
	}
	code := false
	for i, r := range text {
		if r == '`' {
			code = !code
		}
		if r == ':' && !code && (i+1 == len(text) || text[i+1] == ' ') {
			return text[:i], strings.TrimSpace(text[i+1:])
		}
	}
	return text, ""
}

// opening are words whose clause does not stand alone.
var opening = regexp.MustCompile(`(?i)^(?:by|when|if|to|for|after|before|while|because|since|although|as|with|without|in|using) `)

// cutName cuts a text to a name's length: at the end of a clause where that keeps much of it and makes sense alone,
// else behind a word.
func cutName(text string) string {
	if utf8.RuneCountInString(text) <= maxName {
		return text
	}
	cut := string([]rune(text)[:maxName-1])
	for _, mark := range [...]string{", ", "; ", " – ", " — ", " (", ": "} {
		if i := strings.LastIndex(cut, mark); i >= 0 && !opening.MatchString(cut) && utf8.RuneCountInString(cut[:i]) >= 40 {
			return cut[:i]
		}
	}
	i := strings.LastIndexByte(cut, ' ')
	if i <= 0 {
		return cut + "…"
	}
	cut = cut[:i]
	for { // a name does not end in "with the"
		i = strings.LastIndexByte(cut, ' ')
		if i <= 0 || !stopWords[strings.ToLower(cut[i+1:])] {
			return strings.TrimRight(cut, ",;:–—- ") + "…"
		}
		cut = cut[:i]
	}
}
