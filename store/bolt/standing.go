package bolt

import (
	"cmp"
	"slices"
	"sort"

	"greenroom/store"
)

// standing is an ordered list of members with their sums: most first, ties by name. Members without points are not on it.
type standing struct {
	of     map[string]int64
	scores []store.Score // Member and N only
}

func newStanding(sums map[string]int64) standing {
	s := standing{of: sums}
	for member, n := range sums {
		if n == 0 {
			delete(sums, member)
			continue
		}
		s.scores = append(s.scores, store.Score{Member: member, N: n})
	}
	slices.SortFunc(s.scores, before)
	return s
}

func before(a, b store.Score) int {
	return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Member, b.Member))
}

func (s *standing) add(member string, n int64) {
	if old := s.of[member]; old != 0 {
		i, _ := slices.BinarySearchFunc(s.scores, store.Score{Member: member, N: old}, before)
		s.scores = slices.Delete(s.scores, i, i+1)
		n += old
	}
	if n == 0 {
		delete(s.of, member)
		return
	}
	s.of[member] = n
	score := store.Score{Member: member, N: n}
	i, _ := slices.BinarySearchFunc(s.scores, score, before)
	s.scores = slices.Insert(s.scores, i, score)
}

func (s *standing) top(n int) []store.Score {
	top := slices.Clone(s.scores[:min(max(n, 0), len(s.scores))])
	for i := range top {
		top[i].Rank = i + 1
		if i > 0 && top[i].N == top[i-1].N {
			top[i].Rank = top[i-1].Rank
		}
	}
	return top
}

func (s *standing) rank(member string) store.Score {
	n, ok := s.of[member]
	if !ok {
		return store.Score{Member: member, Of: len(s.scores)}
	}
	i, _ := slices.BinarySearchFunc(s.scores, store.Score{Member: member, N: n}, before)
	score := s.at(i)
	score.Of = len(s.scores)
	if i > 0 {
		above := s.at(i - 1)
		score.Above = &above
	}
	if i+1 < len(s.scores) {
		below := s.at(i + 1)
		score.Below = &below
	}
	return score
}

// at gives the i-th score with its rank: one more than how many have more points.
func (s *standing) at(i int) store.Score {
	score := s.scores[i]
	score.Rank = 1 + sort.Search(i, func(j int) bool { return s.scores[j].N <= score.N })
	return score
}
