package grade

import "math"

// abstainAt is the score up to which nothing can be said: of 2,273 marked answers one in eight stood there, and people
// gave those 2.86 of 5 on average. Low is not wrong.
const abstainAt = 0.1

// score compares the whole answer with each reference and keeps the best: how much of the reference is said, which of
// its letters are, and how much of what is said is in it. The weights were measured on marked computer-science answers.
func (r *Rubric) score(a answer, best sided) float32 {
	var most float32
	for _, ref := range r.refs {
		c := ref.coverage(best)
		g := c // of a reference too short for character runs
		if len(ref.grams) > 0 {
			g = float32(math.Sqrt(float64(ref.gramShare(a.words))))
		}
		p := a.inside(ref)
		most = max(most, (min(1, 1.5*c)+0.5*g+0.1*p)/1.6)
	}
	return min(1, most)
}

// inside is the share of the answer's words, by weight, that a reference has too.
func (a answer) inside(ref reference) float32 {
	var in, all float32
	for i, weight := range a.weight {
		var worth float32
		for _, h := range a.of(i) {
			if ref.has[h.term] {
				worth = max(worth, h.worth)
			}
		}
		in += weight * worth
		all += weight
	}
	if all == 0 {
		return 0
	}
	return in / all
}

// gramShare is the share of a reference's four-character runs that an answer has.
func (ref reference) gramShare(ws []word) float32 {
	seen := make([]bool, len(ref.grams))
	n := 0
	eachGram(ws, func(gram uint32) {
		if i, ok := ref.grams[gram]; ok && !seen[i] {
			seen[i] = true
			n++
		}
	})
	return float32(n) / float32(len(ref.grams))
}

// grams are the four-character runs of a text.
func grams(ws []word) map[uint32]int32 {
	m := map[uint32]int32{}
	eachGram(ws, func(gram uint32) { m[gram] = 0 })
	return m
}

// eachGram walks over the four-byte runs of the words written with one space between them.
func eachGram(ws []word, visit func(uint32)) {
	var gram uint32
	n := 0
	push := func(c byte) {
		gram = gram<<8 | uint32(c)
		if n++; n >= 4 {
			visit(gram)
		}
	}
	for i, w := range ws {
		if i > 0 {
			push(' ')
		}
		for j := range len(w.text) {
			push(w.text[j])
		}
	}
}
