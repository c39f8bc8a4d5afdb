package content

import (
	"slices"
	"strings"
)

// near returns up to three of names that a misspelt word may have meant, best first.
func near(word string, names []string) []string {
	type candidate struct {
		name string
		d    int
	}
	word = strings.ToLower(word)
	var found []candidate
	for _, name := range names {
		low := strings.ToLower(name)
		d := distance(word, low)
		if d > max(1, min(len(word), len(low))/3) {
			if len(word) < 3 || !strings.HasPrefix(low, word) {
				continue
			}
			d = 64 + len(low) // a beginning counts, after what is merely misspelt
		}
		found = append(found, candidate{name, d})
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.d - b.d })
	var out []string
	for _, c := range found {
		if len(out) < 3 && !slices.Contains(out, c.name) {
			out = append(out, c.name)
		}
	}
	return out
}

// distance is the number of insertions, deletions, changes and swaps of neighbours that turn a into b. Words of over
// 64 bytes are as far apart as they are long.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			d := last[j-1]
			if x[i-1] != y[j-1] {
				d = 1 + min(last[j-1], last[j], row[j-1])
			}
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
