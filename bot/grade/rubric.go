package grade

import (
	"slices"
	"strings"

	"greenroom/content"
)

// Rubric is a task made ready for grading. It never changes, so one rubric serves any number of goroutines.
type Rubric struct {
	readable bool // the language is one that this package knows
	points   []point
	refs     []reference
	vocab    vocabulary
	pairs    map[[2]int32]bool // terms that follow one another in a reference
	maxWords int               // the longest answer that is graded whole
}

// point is a key point: covered when any of its wordings is.
type point struct {
	name     string
	wordings []wording
}

// reference is a model answer, with which the whole answer is compared.
type reference struct {
	wording
	has   []bool  // by term
	grams gramSet // its runs of four characters that the question does not have
}

// Prepare reads a task once, so that grading an answer costs little.
func Prepare(t Task) *Rubric {
	r := &Rubric{readable: readable(t.Lang)}
	keyPoints := t.KeyPoints
	if len(keyPoints) == 0 {
		keyPoints = drawPoints(t)
	}
	b := newBuilder(t.Question)
	for _, k := range keyPoints {
		b.count(k)
	}
	for _, k := range keyPoints {
		r.points = append(r.points, point{k.Name, b.wordings(k)})
	}
	texts := references(t, keyPoints)
	for _, text := range texts {
		ws := words(text)
		r.refs = append(r.refs, reference{wording: b.whole(ws), grams: b.grams(ws)})
		r.maxWords = max(r.maxWords, len(ws))
	}
	r.maxWords = max(timesReference*r.maxWords, timesReference*shortReference)
	r.vocab, r.pairs = b.finish()
	for i := range r.refs {
		r.refs[i].has = make([]bool, len(r.vocab.terms))
		for _, id := range r.refs[i].terms {
			r.refs[i].has[id] = true
		}
	}
	return r
}

// An answer of more than six times the longest reference is graded by its best stretch; a reference of few words
// counts as eight, because people explain more than a terse one does.
const (
	timesReference = 6
	shortReference = 8
)

// readable reports whether this package knows the language of a BCP 47 tag; an undeclared one is taken for English.
func readable(tag string) bool {
	tag = strings.ToLower(tag)
	return tag == "" || tag == "en" || strings.HasPrefix(tag, "en-")
}

// references are the plain texts to compare a whole answer with: the model answers, else the key points together.
func references(t Task, points []content.KeyPoint) []string {
	var texts []string
	for _, ref := range t.Refs {
		if text := prose(ref); strings.TrimSpace(text) != "" {
			texts = append(texts, text)
		}
	}
	if len(texts) > 0 || len(points) == 0 {
		return texts
	}
	var all strings.Builder
	for _, k := range points {
		all.WriteString(k.Name + "\n" + k.Text + "\n")
	}
	return []string{all.String()}
}

// Grade says which key points the answer covers. The same answer always gets the same grade.
func (r *Rubric) Grade(answer string) Grade {
	g := Grade{Points: make([]Point, len(r.points)), Flags: []Flag{}}
	for i := range r.points {
		g.Points[i] = Point{Text: r.points[i].name, Because: []string{}}
	}
	if GivesUp(answer) {
		g.Flags = append(g.Flags, FlagEmpty)
		return g
	}
	if !r.readable || len(r.refs) == 0 {
		g.Abstained = true
		return g
	}
	a := r.read(answer)
	if len(a.words) > r.maxWords {
		g.Flags = append(g.Flags, FlagLong)
		a = r.bestStretch(a)
	}
	best := r.best(a)
	for i := range g.Points {
		r.judge(&g.Points[i], r.points[i], a, best)
	}
	g.Score = float64(r.score(a, best))
	found := slices.ContainsFunc(g.Points, func(p Point) bool { return p.Found })
	g.Abstained = g.Score <= abstainAt && !found
	g.Flags = append(g.Flags, r.flags(a, best)...)
	return g
}
