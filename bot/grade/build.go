package grade

import "maps"

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
	asked    map[uint32]bool // its runs of four characters
	pairs    map[[2]int32]bool
	joined   map[string][2]int32 // "eventloop" for the neighbours event and loop
	points   map[int32]int       // in how many key points a term stands
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

// read takes a text's words in and returns its distinct terms, in order, each with the side that it stands on.
func (b *builder) read(ws []word) ([]int32, []side) {
	var out []int32
	var sides []side
	seen := map[int32]int{}
	under := polarities(ws)
	last, lastText := int32(-1), ""
	for i, w := range ws {
		if !w.content() {
			last = -1
			continue
		}
		id := b.term(w.text)
		b.v.terms[id].negated = b.v.terms[id].negated || under[i] != upheld
		if last >= 0 {
			b.pairs[[2]int32{last, id}] = true
			b.joined[lastText+w.text] = [2]int32{last, id}
		}
		last, lastText = id, w.text
		if at, ok := seen[id]; ok {
			sides[at] = sides[at].and(under[i].side())
		} else {
			seen[id] = len(out)
			out, sides = append(out, id), append(sides, under[i].side())
		}
	}
	return out, sides
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

// grams are the four-character runs of a reference that the question does not have.
func (b *builder) grams(ws []word) gramSet {
	own := grams(ws)
	maps.DeleteFunc(own, func(gram uint32, _ bool) bool { return b.asked[gram] })
	return newGramSet(own)
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
