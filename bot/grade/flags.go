package grade

import "slices"

// flags are what is odd about an answer.
func (r *Rubric) flags(a answer, best sided) []Flag {
	var out []Flag
	if r.negated(a, best) {
		out = append(out, FlagNegated)
	}
	if r.keywords(a, best) {
		out = append(out, FlagKeywords)
	}
	if r.parrots(a) {
		out = append(out, FlagParrot)
	}
	return out
}

// negated reports whether the answer denies what a reference affirms: a sentence as a whole, or a good part of what
// counted for a key point or for a reference. A word that also stands there without a negation is not denied.
func (r *Rubric) negated(a answer, best sided) bool {
	upright := make([]float32, len(best.affirmed))
	denied := 0
	for i := range a.words {
		for _, h := range a.of(i) {
			switch {
			case a.under[i] == upheld:
				upright[h.term] = max(upright[h.term], h.worth)
			case a.under[i] == denial && h.worth == sameStem:
				denied++
			}
		}
	}
	if denied >= 2 {
		return true
	}
	turned := func(w wording) bool {
		var all, reversed float32
		for i, id := range w.terms {
			worth := w.weights[i] * best.of(id, either)
			all += worth
			if upright[id] == 0 && !r.vocab.terms[id].negated {
				reversed += worth
			}
		}
		return reversed >= lightWeight && reversed >= 0.25*all
	}
	anyhow := best.anyhow() // the words of a point that is denied count
	for _, p := range r.points {
		if c, by := p.cover(anyhow); c >= foundAt && turned(p.wordings[by]) {
			return true
		}
	}
	return slices.ContainsFunc(r.refs, func(ref reference) bool { return ref.coverage(best) >= partlyAt && turned(ref.wording) })
}

// keywords reports whether the answer has the references' words but not their order: hardly any two neighbours are
// neighbours there, and either nearly all is matched (people who say it all in their own words do not hit every word) or
// hardly any grammar stands between the words.
func (r *Rubric) keywords(a answer, best sided) bool {
	content, matched, ordered := 0, 0, 0
	last := int32(-1)
	for i, weight := range a.weight {
		if weight == 0 {
			continue
		}
		content++
		id := a.exact(i)
		if id >= 0 {
			matched++
			if last >= 0 && r.pairs[[2]int32{last, id}] {
				ordered++
			}
		}
		last = id
	}
	if matched < leastMatched || float32(ordered) >= 0.1*float32(matched) {
		return false
	}
	return 5*content > 4*len(a.words) || r.refs[0].coverage(best) >= 0.7
}

// leastMatched is how many matched words it takes to speak of their order.
const leastMatched = 8

// exact is the term whose stem word i has, or -1.
func (a answer) exact(i int) int32 {
	for _, h := range a.of(i) {
		if h.worth == sameStem {
			return h.term
		}
	}
	return -1
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
