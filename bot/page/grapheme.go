package page

import (
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// longestGrapheme is more bytes than any character that people see has: a family of four with skin tones has 41. What is longer,
// hundreds of marks on one letter, may be cut between its code points, so that it fits somewhere.
const longestGrapheme = 256

// Boundaries are the places within a text where it may be cut, in bytes: between characters as people see them (UAX 29).
func Boundaries(s string) []int {
	var ends []int
	g := graphemes.FromString(s)
	for g.Next() {
		if g.Start() > 0 {
			ends = append(ends, g.Start())
		}
		if g.End()-g.Start() <= longestGrapheme {
			continue
		}
		for i := range g.Value() {
			if i > 0 {
				ends = append(ends, g.Start()+i)
			}
		}
	}
	return ends
}
