package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text of people and of banks is shown as it was typed and does nothing. Blocks take text literally, but two things act on what
// stands around them wherever they stand: control characters, and marks that turn the direction of writing.

// inert makes a text act on nothing but itself: a direction that it turns is turned back at its end, a turn back that turns
// nothing is left out, and a control character becomes a visible mark.
func inert(s string) string {
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

// unmarked is an inert text for where Slack reads its own markup, mrkdwn: a message's text. Three characters are escaped; those that
// begin bold, italic, struck or code do so only where a word begins, so there an invisible letter stands before them. One stands in
// the name of an emoji too.
func unmarked(s string) string {
	s = escape(inert(s))
	if !strings.ContainsAny(s, markers+":") {
		return s
	}
	var out strings.Builder
	before := ' '
	for i, r := range s {
		if strings.ContainsRune(markers, r) && !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			if after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):]); !unicode.IsSpace(after) {
				out.WriteRune(wordJoiner)
			}
		}
		out.WriteRune(r)
		before = r
		if r == ':' && namesEmoji(s[i+1:]) {
			out.WriteRune(wordJoiner)
		}
	}
	return out.String()
}

// namesEmoji tells whether what stands after a colon can be the name of an emoji, with the colon that ends it.
func namesEmoji(after string) bool {
	end := strings.IndexFunc(after, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_+-'", r)
	})
	return end > 0 && after[end] == ':'
}

const (
	markers    = "*_~`"
	wordJoiner = '\u2060'
)

// blank tells whether nothing of a text is seen. Slack refuses a message of which nothing is.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Variation_Selector, r) &&
			r != '\u3164' && r != '\u115f' && r != '\u1160' && r != '\uffa0' && r != '\u2800'
	})
}
