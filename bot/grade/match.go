package grade

// How much of a key word an answer's word is worth.
const (
	sameStem    = 1.0
	sameTypo    = 0.95 // one letter wrong, or two from eight letters
	sameStart   = 0.85 // "schedule" for "scheduler"
	sameMeaning = 0.8  // "pause" for "suspend"
)

// hit says that a word of the answer stands for a term, and how well (0 to 1).
type hit struct {
	term  int32
	worth float32
}

// term is one key word of the rubric, known by its stem.
type term struct {
	stem     string
	surface  string
	weight   float32
	question bool // the question says it itself
	negated  bool // stands somewhere in the references under a negation
}

// vocabulary is every key word of a rubric. It is built once and then only read.
type vocabulary struct {
	terms   []term
	byStem  map[string]int32
	byGroup map[int][]int32
	byHead  [26][]int32      // by first letter: only these are compared letter by letter
	known   map[string][]hit // what the spellings of the rubric's own words match
}

// look appends what a word of an answer matches, and tells what the word itself weighs.
func (v *vocabulary) look(to []hit, w string, st stemmer) ([]hit, float32) {
	if list, ok := v.known[w]; ok {
		return append(to, list...), v.terms[list[0].term].weight
	}
	stem := st.stem(w)
	return v.compare(to, w, stem), weight(stem, false)
}

// compare matches a word by stem, by synonym, then by spelling.
func (v *vocabulary) compare(to []hit, w, stem string) []hit {
	exact := int32(-1)
	if id, ok := v.byStem[stem]; ok {
		exact = id
		to = append(to, hit{id, sameStem})
	}
	if group := groups[stem]; group > 0 {
		for _, id := range v.byGroup[group] {
			if id != exact {
				to = append(to, hit{id, sameMeaning})
			}
		}
	}
	if len(w) < 5 || len(w) > maxStem || !letters(w) {
		return to
	}
	for _, id := range v.byHead[w[0]-'a'] {
		if id == exact {
			continue
		}
		if worth := alike(w, stem, &v.terms[id], exact < 0); worth > 0 {
			to = append(to, hit{id, worth})
		}
	}
	return to
}

// alike compares a word with a term by spelling. A word that the rubric knows is no typo of another one.
func alike(w, stem string, t *term, mayBeTypo bool) float32 {
	if len(t.surface) < 5 || lookalikes[[2]string{stem, t.stem}] {
		return 0
	}
	if mayBeTypo && (typo(w, t.surface) || typo(stem, t.stem)) {
		return sameTypo
	}
	if n := commonPrefix(stem, t.stem); n >= 5 && 3*n >= 2*max(len(stem), len(t.stem)) {
		return sameStart
	}
	return 0
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// typo reports whether two words of at least five letters differ by one letter added, lost, changed or swapped with its
// neighbour, or by two such slips where both have at least eight letters.
func typo(a, b string) bool {
	if len(a) < 5 || len(b) < 5 {
		return false
	}
	slips := 1
	if len(a) >= 8 && len(b) >= 8 {
		slips = 2
	}
	return within(a, b, slips)
}

// within reports whether the Damerau distance (optimal string alignment) of a and b is at most k, for small k.
func within(a, b string, k int) bool {
	n := commonPrefix(a, b)
	a, b = a[n:], b[n:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 || len(b) == 0 {
		return len(a)+len(b) <= k
	}
	if k == 0 || len(a)-len(b) > k || len(b)-len(a) > k {
		return false
	}
	// The first letters differ: one slip mends them in one of four ways.
	return within(a[1:], b[1:], k-1) || within(a[1:], b, k-1) || within(a, b[1:], k-1) ||
		len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && within(a[2:], b[2:], k-1)
}
