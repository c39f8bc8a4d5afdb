package grade

// answer is an answer, or a stretch of one, read against a rubric.
type answer struct {
	text   string
	words  []word
	weight []float32  // of each word; 0 for stop words and fillers
	hits   []hit      // of all words
	from   []int32    // the hits of word i are hits[from[i]:from[i+1]]
	under  []polarity // what stands over each word
}

// read splits an answer into words and finds what each one matches. Time is linear in the answer's length.
func (r *Rubric) read(text string) answer {
	ws := words(text)
	a := answer{
		text:   text,
		words:  ws,
		weight: make([]float32, len(ws)),
		hits:   make([]hit, 0, len(ws)),
		from:   make([]int32, len(ws)+1),
		under:  polarities(ws),
	}
	st := newStemmer()
	var joined []byte
	for i, w := range ws {
		if w.content() {
			a.hits, a.weight[i] = r.vocab.look(a.hits, w.text, st)
		}
		// "event loop" for "eventloop", "data base" for "database"
		if i > 0 && w.sentence == ws[i-1].sentence {
			joined = append(append(joined[:0], ws[i-1].text...), w.text...)
			a.hits = append(a.hits, r.vocab.known[string(joined)]...)
		}
		a.from[i+1] = int32(len(a.hits))
	}
	return a
}

// of returns what word i matches.
func (a answer) of(i int) []hit { return a.hits[a.from[i]:a.from[i+1]] }

// part is the answer from word lo up to word hi.
func (a answer) part(lo, hi int) answer {
	a.words, a.weight, a.under, a.from = a.words[lo:hi], a.weight[lo:hi], a.under[lo:hi], a.from[lo:hi+1]
	return a
}

// bestStretch is the part of a too long answer that covers most: of all that begin at a quarter of their length.
func (r *Rubric) bestStretch(a answer) answer {
	var out answer
	most := float32(-1)
	best := newSided(len(r.vocab.terms))
	for lo := 0; lo < len(a.words); lo += max(1, r.maxWords/4) {
		part := a.part(lo, min(lo+r.maxWords, len(a.words)))
		clear(best.affirmed)
		clear(best.denied)
		part.fill(best)
		if worth := r.worth(best); worth > most {
			most, out = worth, part
		}
	}
	return out
}

// worth orders stretches: by key points found, then by how much of the references is covered.
func (r *Rubric) worth(best sided) float32 {
	var n float32
	for _, p := range r.points {
		if c, _ := p.cover(best); c >= foundAt {
			n++
		}
	}
	var c float32
	for _, ref := range r.refs {
		c = max(c, ref.coverage(best))
	}
	return n + c/2
}

// best is how well the answer matches each term.
func (r *Rubric) best(a answer) sided {
	best := newSided(len(r.vocab.terms))
	a.fill(best)
	return best
}

func (a answer) fill(best sided) {
	for i, under := range a.under {
		s := under.side()
		for _, h := range a.of(i) {
			best.raise(h.term, s, h.worth)
		}
	}
}
