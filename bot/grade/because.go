package grade

import "slices"

// Of a stretch that is shown.
const (
	leastWords   = 3
	mostWords    = 8
	mostStretch  = 2   // stretches a point
	gapInStretch = 3   // words between two that counted
	leastSecond  = 1.5 // weight of what a second stretch must add
)

// stretch is words lo up to hi of an answer, and what they are worth.
type stretch struct {
	lo, hi int
	worth  float32
}

// because finds the stretches of the answer that did most for a wording, in the answer's order and as written there.
// Each stretch counts only what those before it did not.
func (r *Rubric) because(w wording, a answer) []string {
	left := newSided(len(r.vocab.terms))
	for i, id := range w.terms {
		left.raise(id, w.sides[i], w.weights[i])
	}
	var all []stretch
	for len(all) < mostStretch {
		s := a.richest(left)
		if s.worth == 0 || len(all) > 0 && s.worth < leastSecond {
			break
		}
		all = append(all, s)
		for i := s.lo; i < s.hi; i++ {
			for _, h := range a.of(i) {
				left.affirmed[h.term], left.denied[h.term] = 0, 0
			}
		}
	}
	slices.SortFunc(all, func(x, y stretch) int { return x.lo - y.lo })
	return a.quote(all)
}

// richest is the stretch of matched words that holds most of what is left, the first of equals.
func (a answer) richest(left sided) stretch {
	var most, s stretch
	for i := range a.words {
		var worth float32
		for _, h := range a.of(i) {
			worth = max(worth, left.of(h.term, a.under[i].side())*h.worth)
		}
		if worth == 0 {
			continue
		}
		if s.hi > 0 && a.joins(s, i) {
			s.hi = i + 1
			s.worth += worth
		} else {
			s = stretch{i, i + 1, worth}
		}
		if s.worth > most.worth {
			most = s
		}
	}
	return most
}

// joins reports whether word i continues a stretch.
func (a answer) joins(s stretch, i int) bool {
	return i-s.hi <= gapInStretch && i+1-s.lo <= mostWords && a.words[i].sentence == a.words[s.lo].sentence
}

// quote cuts stretches out of the text, each widened to a readable length inside its sentence, overlapping ones as one.
func (a answer) quote(all []stretch) []string {
	out := []string{}
	end := int32(0)
	for i, s := range all {
		for s.hi-s.lo < leastWords && s.lo > 0 && a.words[s.lo-1].clause == a.words[s.lo].clause {
			s.lo--
		}
		for s.hi-s.lo < leastWords && s.hi < len(a.words) && a.words[s.hi].sentence == a.words[s.lo].sentence {
			s.hi++
		}
		for s.lo > 0 && a.words[s.lo-1].run == a.words[s.lo].run {
			s.lo--
		}
		for s.hi < len(a.words) && a.words[s.hi].run == a.words[s.hi-1].run {
			s.hi++
		}
		from, to := a.words[s.lo].start, a.words[s.hi-1].end
		if i > 0 && from < end {
			from = end
		}
		if from < to {
			out = append(out, a.text[from:to])
		}
		end = to
	}
	return out
}
