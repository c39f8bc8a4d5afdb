package content

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// words splits a text into lower-case words of letters and digits. A rune of a script that writes without spaces is a
// word of its own.
func words(text string) []string {
	var out []string
	start := -1
	text = strings.ToLower(text)
	for i, r := range text {
		switch {
		case r < utf8.RuneSelf && isWordRune(r):
			if start < 0 {
				start = i
			}
		case r < utf8.RuneSelf:
			if start >= 0 {
				out, start = append(out, text[start:i]), -1
			}
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			if start >= 0 {
				out, start = append(out, text[start:i]), -1
			}
			out = append(out, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if start < 0 {
				start = i
			}
		case start >= 0:
			out, start = append(out, text[start:i]), -1
		}
	}
	if start >= 0 {
		out = append(out, text[start:])
	}
	return out
}

// term is a word that carries meaning, prepared for comparing.
type term struct {
	word  string
	stem  string
	group int // of synonyms; 0 for none
}

// contentWords are the words that carry meaning.
func contentWords(text string) []term {
	all := words(text)
	out := make([]term, 0, len(all))
	for _, w := range all {
		if !isStopWord(w) {
			s := stem(w)
			out = append(out, term{w, s, synonyms[s]})
		}
	}
	return out
}

var stopWords = set(`a an the this that these those it its they them their there here he she his her we us our you your i
	and or but nor so as if than then also of in on at by for from to into onto with within without about above below under over
	between through during after before while when where who whom whose which what why how is are was were be been being am do
	does did done doing have has had having can could may might must shall should will would not no yes each every both all any
	some such only just very more most much many other another same own up down out off again further once e g eg ie etc vs
	versus s t don use used uses using user explain describe discuss provide provides example examples one two`)

// isStopWord reports whether a lower-case word says nothing about a subject; a single Latin letter does not either.
func isStopWord(w string) bool {
	return stopWords[w] || len(w) == 1 && (w[0] < '0' || w[0] > '9')
}

func set(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// synonyms maps a word's stem to its group. The groups are the words by which headings and questions about programming
// say the same thing; they are used to match a heading with a question, never to grade.
var synonyms = func() map[string]int {
	groups := []string{
		"situation case scenario circumstance occasion",
		"recommended suitable advisable appropriate ideal fit",
		"improve enhance boost better increase optimise optimize",
		"benefit advantage strength upside pro merit",
		"drawback disadvantage limitation con downside weakness",
		"pitfall mistake gotcha trap challenge problem issue",
		"difference differ compare comparison contrast distinguish distinction",
		"library framework package tool module",
		"role purpose function significance importance responsibility",
		"handle manage deal cope treat",
		"practice tip guideline recommendation advice",
		"performance speed efficiency throughput",
		"execute run",
		"error exception failure fault",
		"create build make construct define",
		"example sample instance illustration",
	}
	out := map[string]int{}
	for i, g := range groups {
		for _, w := range strings.Fields(g) {
			out[stem(w)] = i + 1
		}
	}
	return out
}()

// stem cuts an English word's commonest endings: enough to match a heading with a question.
func stem(w string) string {
	for _, end := range [...]string{
		"ations", "ation", "ities", "ingly", "ments", "ness", "ment", "ings", "ions", "edly", "ity",
		"ing", "ies", "ion", "ed", "es", "ly", "s", "e", "y",
	} {
		if len(w)-len(end) >= 3 && strings.HasSuffix(w, end) {
			return w[:len(w)-len(end)]
		}
	}
	return w
}

// alike reports whether two words mean the same for matching: same stem, a long common start, or synonyms.
func alike(a, b term) bool {
	if a.stem == b.stem || a.group != 0 && a.group == b.group {
		return true
	}
	n, least := 0, min(len(a.word), len(b.word))
	for n < least && a.word[n] == b.word[n] {
		n++
	}
	return n >= 5 && 10*n >= 6*max(len(a.word), len(b.word))
}

// covered is the share of terms that have one alike in others; 0 for no terms.
func covered(terms, others []term) float64 {
	if len(terms) == 0 {
		return 0
	}
	n := 0
	for _, t := range terms {
		if anyAlike(t, others) {
			n++
		}
	}
	return float64(n) / float64(len(terms))
}

func anyAlike(t term, others []term) bool {
	for _, o := range others {
		if alike(t, o) {
			return true
		}
	}
	return false
}

// fold joins a text's words with single spaces: line ends and indentation go.
func fold(text string) string { return strings.Join(strings.Fields(text), " ") }
