package grade

// side says whether a key point affirms a word or denies it: "it blocks" or "it does not block". An answer that has the
// word on the other side only says the opposite: the word counts nothing there.
type side uint8

const (
	either  side = iota // both, or it does not matter
	affirms             // nowhere under a negation
	denies              // only under one
)

func (p polarity) side() side {
	switch p {
	case upheld:
		return affirms
	case reached:
		return either
	default:
		return denies
	}
}

// and is the side of a word that stands on both.
func (s side) and(other side) side {
	if s == other {
		return s
	}
	return either
}

// sided is a number for each term, apart for the words of an answer that affirm it and those that deny it.
type sided struct{ affirmed, denied []float32 }

func newSided(terms int) sided {
	all := make([]float32, 2*terms)
	return sided{all[:terms], all[terms:]}
}

// raise makes the number of a term at least so much on a side, or on both.
func (v sided) raise(id int32, s side, to float32) {
	if s != denies {
		v.affirmed[id] = max(v.affirmed[id], to)
	}
	if s != affirms {
		v.denied[id] = max(v.denied[id], to)
	}
}

// of is the number of a term, as far as it lies on a side.
func (v sided) of(id int32, s side) float32 {
	switch s {
	case affirms:
		return v.affirmed[id]
	case denies:
		return v.denied[id]
	default:
		return max(v.affirmed[id], v.denied[id])
	}
}

// anyhow is the same with affirmed and denied taken for one.
func (v sided) anyhow() sided {
	all := make([]float32, len(v.affirmed))
	for id := range all {
		all[id] = v.of(int32(id), either)
	}
	return sided{all, all}
}
