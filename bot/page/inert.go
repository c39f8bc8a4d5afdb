package page

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Inert makes a text of people or of a bank act on nothing but itself, whatever stands around it: a direction of writing that
// it turns is turned back at its end, a turn back that turns nothing is left out, and a control character becomes a visible mark.
func Inert(s string) string {
	if !strings.ContainsFunc(s, acts) {
		return s
	}
	var out strings.Builder
	var open []rune // the closing marks that are owed, the next one last
	for _, r := range s {
		switch {
		case r == pop || r == popIsolate:
			if n := lastOf(open, r); n >= 0 && (r == popIsolate || n == len(open)-1) {
				for ; len(open) > n; open = open[:len(open)-1] {
					out.WriteRune(open[len(open)-1])
				}
			}
			continue
		case embeds(r):
			open = append(open, pop)
		case isolates(r):
			open = append(open, popIsolate)
		case control(r):
			r = utf8.RuneError
		}
		out.WriteRune(r)
	}
	for n := len(open) - 1; n >= 0; n-- {
		out.WriteRune(open[n])
	}
	return out.String()
}

// The marks of direction (UAX 9): embeddings and overrides end with pop, isolates with popIsolate, which ends what stands open
// within as well.
const (
	pop        = '\u202c'
	popIsolate = '\u2069'
)

func embeds(r rune) bool   { return r >= '\u202a' && r <= '\u202e' && r != pop }
func isolates(r rune) bool { return r >= '\u2066' && r <= '\u2068' }
func control(r rune) bool  { return unicode.IsControl(r) && r != '\n' && r != '\t' }

func acts(r rune) bool {
	return control(r) || embeds(r) || isolates(r) || r == pop || r == popIsolate
}

func lastOf(open []rune, r rune) int {
	n := len(open) - 1
	for n >= 0 && open[n] != r {
		n--
	}
	return n
}

// Blank tells whether nothing of a text is seen. Platforms refuse a message of which nothing is.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Variation_Selector, r) &&
			r != '\u3164' && r != '\u115f' && r != '\u1160' && r != '\uffa0' && r != '\u2800'
	})
}

// Units counts characters as UTF-16, which is the larger of the two ways in which platforms count.
func Units(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// Clip cuts a text to n UTF-16 units, between characters as people see them, with an ellipsis for what is left out. It reads no
// further than that.
func Clip(s string, n int) string {
	read := s[:min(len(s), 4*(n+longestGrapheme))] // a unit has at most three bytes
	if len(read) == len(s) && (len(s) <= n || Units(s) <= n) {
		return s
	}
	end := 0
	for _, at := range Boundaries(read) {
		if Units(s[:at]) > n-1 { // the ellipsis is one
			break
		}
		end = at
	}
	return strings.TrimSpace(s[:end]) + "…"
}
