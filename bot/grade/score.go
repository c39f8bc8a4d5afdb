package grade

import (
	"math"
	"math/bits"
)

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
		if ref.grams.n > 0 {
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
	seen := make([]bool, len(ref.grams.slots))
	n := 0
	eachGram(ws, func(gram uint32) {
		if i := ref.grams.slot(gram); ref.grams.slots[i] == gram && !seen[i] {
			seen[i] = true
			n++
		}
	})
	return float32(n) / float32(ref.grams.n)
}

// gramSet is a set of four-character runs, made once and then asked for every letter of an answer: a hash table whose
// slots hold the runs themselves. At least half of them are empty, and are zero, which is no run.
type gramSet struct {
	slots []uint32
	shift uint8 // 32 - the logarithm of len(slots)
	n     int   // how many runs
}

func newGramSet(runs map[uint32]bool) gramSet {
	s := gramSet{shift: 32 - uint8(bits.Len(uint(2*len(runs)))), n: len(runs)}
	s.slots = make([]uint32, 1<<(32-s.shift))
	for gram := range runs {
		s.slots[s.slot(gram)] = gram
	}
	return s
}

// slot is where a run stands, or the empty slot where it would.
func (s gramSet) slot(gram uint32) int {
	i := int(gram * 0x9e3779b1 >> s.shift) // Knuth's multiplicative hashing
	for s.slots[i] != gram && s.slots[i] != 0 {
		i = (i + 1) & (len(s.slots) - 1)
	}
	return i
}

// grams are the four-character runs of a text.
func grams(ws []word) map[uint32]bool {
	m := map[uint32]bool{}
	eachGram(ws, func(gram uint32) { m[gram] = true })
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
