package grade

// scope follows a text word by word and knows what stands under a negation.
type scope struct {
	left     int // content words that the negation still reaches
	sentence int // in which the negation stands
	clause   int
	whole    bool // the sentence as a whole is denied
	negator  bool // no content word since the negation
	denial   bool // the word before is a denier: "that" makes it one of the sentence
}

func newScope() *scope { return &scope{sentence: -1, clause: -1} }

// negationReach is how many content words a negation turns round, inside its clause.
const negationReach = 3

// step takes the next word and reports whether it stands under a negation.
func (s *scope) step(w word) bool {
	if w.sentence != s.sentence {
		*s = scope{sentence: w.sentence, clause: w.clause}
	}
	if w.clause != s.clause || w.text == "but" {
		s.left, s.clause = 0, w.clause
	}
	if negators[w.text] {
		s.left, s.negator, s.denial = negationReach, true, false
		return false
	}
	s.whole = s.whole || s.denial && (w.text == "that" || w.text == "to")
	turned := s.whole || s.left > 0
	s.denial = denies[w.text] || affirms[w.text] && s.negator
	if isContent(w.text) {
		s.negator = false
		s.left = max(0, s.left-1)
	}
	return turned
}

// flags are what is odd about an answer.
func (r *Rubric) flags(a answer, best []float32) []Flag {
	var out []Flag
	if r.negated(a) {
		out = append(out, FlagNegated)
	}
	if r.keywords(a) {
		out = append(out, FlagKeywords)
	}
	if r.parrots(a) {
		out = append(out, FlagParrot)
	}
	return out
}

// negated reports whether a negation stands over a word that counted and that no reference negates.
func (r *Rubric) negated(a answer) bool {
	for i := range a.words {
		if !a.turned[i] {
			continue
		}
		for _, h := range a.of(i) {
			t := &r.vocab.terms[h.term]
			if h.worth >= sameTypo && t.plain && !t.negated && t.weight > lightWeight {
				return true
			}
		}
	}
	return false
}

// keywords reports whether the answer is the references' words without their order: neighbours there are none here, or
// hardly any word of grammar stands between them.
func (r *Rubric) keywords(a answer) bool {
	matched, ordered, content := 0, 0, 0
	last := int32(-1)
	for i := range a.words {
		if a.weight[i] == 0 {
			continue
		}
		content++
		id := int32(-1)
		for _, h := range a.of(i) {
			if h.worth == sameStem {
				id = h.term
				break
			}
		}
		if id >= 0 {
			matched++
			if last >= 0 && r.pairs[[2]int32{last, id}] {
				ordered++
			}
		}
		last = id
	}
	_ = content
	return matched >= 8 && float32(ordered) < 0.1*float32(matched)
}

// parrots reports whether an answer says little more than the question does.
func (r *Rubric) parrots(a answer) bool {
	var own, asked int
	for i := range a.words {
		if a.weight[i] == 0 {
			continue
		}
		if hits := a.of(i); len(hits) > 0 && r.vocab.terms[hits[0].term].question {
			asked++
		} else {
			own++
		}
	}
	return asked >= 3 && 4*own <= asked
}
