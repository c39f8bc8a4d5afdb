package grade

import (
	"math"
	"slices"

	"greenroom/content"
)

// What a key word weighs against an ordinary one, which weighs 1.
const (
	questionWeight = 0.3 // the question says it already
	lightWeight    = 0.3 // it could stand in any answer
)

// builder gathers the key words of a rubric.
type builder struct {
	v        vocabulary
	st       stemmer
	question map[string]bool // stems that the question says
	asked    map[uint32]int32
	pairs    map[[2]int32]bool
	joined   map[string][2]int32 // "eventloop" for the neighbours event and loop
	points   map[int32]int       // in how many key points a term stands
}

// count notes which key points say what: a word that several have tells little about one of them.
func (b *builder) count(k content.KeyPoint) {
	for _, id := range b.take(words(k.Name + "\n" + k.Text)).terms {
		b.points[id]++
	}
}

func newBuilder(question string) *builder {
	b := &builder{
		v:        vocabulary{byStem: map[string]int32{}, byGroup: map[int][]int32{}, known: map[string][]hit{}},
		st:       newStemmer(),
		question: map[string]bool{},
		pairs:    map[[2]int32]bool{},
		joined:   map[string][2]int32{},
		points:   map[int32]int{},
	}
	ws := words(question)
	b.asked = grams(ws)
	for _, w := range ws {
		if w.content() {
			b.question[b.st.stem(w.text)] = true
		}
	}
	for _, w := range ws { // terms too, so that repeating the question is noticed
		if w.content() {
			b.term(w.text)
		}
	}
	return b
}

// wordings of a key point: its name with the text behind it, with each sentence of that (a point of a model answer says
// one thing in several), its name alone, and what its author knows to mean the same.
func (b *builder) wordings(k content.KeyPoint) []wording {
	name := b.wording(k.Name)
	var out []wording
	if k.Text == "" || k.Text == k.Name {
		out = append(out, name)
	} else {
		parts := sentences(k.Text)
		if len(parts) > 1 {
			parts = append(parts, k.Text)
		}
		for _, s := range parts {
			w := b.wording(k.Name + "\n" + s)
			b.stress(&w, name)
			out = append(out, w)
		}
		if len(name.terms) > 1 && name.total >= leastName {
			name.total /= nameAlone
			out = append(out, name)
		}
	}
	for _, also := range k.Also {
		if w := b.wording(also); w.total >= leastAlso {
			out = append(out, w)
		}
	}
	return out
}

const (
	leastName = 1.2 // the weight from which a name of several words says something by itself: "event loop"
	nameAlone = 0.8
	leastAlso = 0.7 // of another wording; with less it has no key word of its own
	mostTitle = 3   // key words of a name that is a title; a longer one is a sentence
	titleHas  = 0.4
	longFrom  = 5.0 // the weight of a plain sentence; nobody repeats every word of a longer one
	longRest  = 0.5
)

// stress gives the words of a title more than a third of the wording: they are the gist, and yet a mention of it is not
// enough. What the question says is not stressed.
func (b *builder) stress(w *wording, title wording) {
	if len(title.terms) > mostTitle {
		w.total = soft(w.total)
		return
	}
	inTitle := func(id int32) bool { return slices.Contains(title.terms, id) && !b.v.terms[id].question }
	var named, rest float32
	for i, id := range w.terms {
		if inTitle(id) {
			named += w.weights[i]
		} else {
			rest += w.weights[i]
		}
	}
	rest = soft(rest)
	w.total = rest
	if named == 0 {
		return
	}
	more := max(1, titleHas/(1-titleHas)*rest/named)
	for i, id := range w.terms {
		if inTitle(id) {
			w.weights[i] *= more
		}
	}
	w.total += more * named
}

// soft asks less of what a wording has beyond a plain sentence.
func soft(total float32) float32 {
	return min(total, longFrom+longRest*(total-longFrom))
}

// wording takes in a text: its distinct key words, in order.
func (b *builder) wording(text string) wording {
	w := b.take(words(text))
	w.total = 0
	for i, id := range w.terms {
		if n := b.points[id]; n > 1 {
			w.weights[i] /= float32(math.Sqrt(float64(n)))
		}
		w.total += w.weights[i]
	}
	w.least = min(leastMatch, nearlyAll*w.total)
	return w
}

func (b *builder) take(ws []word) wording {
	var out wording
	seen := map[int32]bool{}
	var scope scope
	last, lastText := int32(-1), ""
	for _, w := range ws {
		under := scope.step(w)
		if !w.content() {
			last = -1
			continue
		}
		id := b.term(w.text)
		t := &b.v.terms[id]
		t.negated = t.negated || under != upheld
		if last >= 0 {
			b.pairs[[2]int32{last, id}] = true
			b.joined[lastText+w.text] = [2]int32{last, id}
		}
		last, lastText = id, w.text
		if !seen[id] {
			seen[id] = true
			out.terms = append(out.terms, id)
			out.weights = append(out.weights, t.weight)
			out.total += t.weight
		}
	}
	out.least = min(leastMatch, nearlyAll*out.total)
	return out
}

// term is the number of a word's term, new where its stem is new.
func (b *builder) term(text string) int32 {
	stem := b.st.stem(text)
	id, ok := b.v.byStem[stem]
	if !ok {
		id = int32(len(b.v.terms))
		b.v.byStem[stem] = id
		b.v.terms = append(b.v.terms, term{stem: stem, surface: text, weight: weight(stem, b.question[stem]), question: b.question[stem]})
		if g := groups[stem]; g > 0 {
			b.v.byGroup[g] = append(b.v.byGroup[g], id)
		}
		if len(text) >= 5 && len(text) <= maxStem && letters(text) {
			b.v.byHead[text[0]-'a'] = append(b.v.byHead[text[0]-'a'], id)
		}
	}
	b.v.known[text] = nil // filled once all terms are known
	return id
}

func weight(stem string, question bool) float32 {
	switch {
	case question:
		return questionWeight
	case lightWords[stem]:
		return lightWeight
	default:
		return 1
	}
}

// grams numbers the four-character runs of a reference that the question does not have.
func (b *builder) grams(ws []word) map[uint32]int32 {
	own := map[uint32]int32{}
	eachGram(ws, func(gram uint32) {
		if _, asked := b.asked[gram]; asked {
			return
		}
		if _, ok := own[gram]; !ok {
			own[gram] = int32(len(own))
		}
	})
	return own
}

// finish computes what every spelling of the rubric's own words matches; after it nothing changes any more.
func (b *builder) finish() (vocabulary, map[[2]int32]bool) {
	for text := range b.v.known {
		b.v.known[text] = b.v.compare(nil, text, b.st.stem(text))
	}
	for text, pair := range b.joined {
		if _, ok := b.v.known[text]; !ok && text != "" {
			b.v.known[text] = []hit{{pair[0], sameStem}, {pair[1], sameStem}}
		}
	}
	return b.v, b.pairs
}
