package grade

import (
	"math/rand/v2"
	"testing"
)

// A set of runs has what was put in, and nothing else, whatever falls on the same slot.
func TestGramSet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 500} {
		runs := map[uint32]bool{}
		for len(runs) < n {
			runs[1+random.Uint32N(1<<12)] = true
		}
		s := newGramSet(runs)
		for gram := uint32(1); gram <= 1<<12; gram++ {
			if has := s.slots[s.slot(gram)] == gram; has != runs[gram] {
				t.Fatalf("%d runs: %#x is in it: %t, want %t", n, gram, has, runs[gram])
			}
		}
	}
}
