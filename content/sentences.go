package content

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var abbreviation = regexp.MustCompile(`(?i)\b(?:e\.g|i\.e|etc|vs|cf|approx|no|fig|dr|mr|ms|st|[a-z])\.$`)

// splitSentences splits a line of text behind . ! ? where a new sentence can begin.
func splitSentences(text string) []string {
	var out []string
	start := 0
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		switch r {
		case '。', '！', '？':
		case '.', '!', '?':
			next, _ := utf8.DecodeRuneInString(strings.TrimLeft(text[end:], ` "'(`))
			if end < len(text) && (text[end] != ' ' || unicode.IsLower(next) || abbreviation.MatchString(text[start:end])) {
				continue
			}
		default:
			continue
		}
		if s := strings.TrimSpace(text[start:end]); s != "" {
			out = append(out, s)
		}
		start = end
	}
	if s := strings.TrimSpace(text[start:]); s != "" {
		out = append(out, s)
	}
	return out
}

var filler = regexp.MustCompile(`(?i)^(?:(?:in|to) (?:conclusion|summary|short|sum up|summari[sz]e|conclude)\b|overall,|ultimately,|conclusion|summary|` +
	`by (?:leveraging|understanding|following|mastering|embracing|utili[sz]ing|adopting|considering|applying) |let'?s |here (?:is|are) |` +
	`(?:an? )?(?:\S+ )?(?:example|sample|snippet|code|code snippet|example code|references?|further reading|explanation|overview|introduction)(?: \S+){0,2}$)`)

// isFiller reports whether a sentence or a heading says nothing of its own: summaries, announcements, examples.
func isFiller(s string) bool { return filler.MatchString(s) }

var (
	shouldSay = regexp.MustCompile(`(?i)\bcandidates? (?:should|must|is expected to|are expected to|needs? to|has to|can|may|might|could|will)(?: also)?(?: be able to)? ` +
		`(?:[a-z]+(?:, (?:and )?| and | or | how |))?(?:explain|discuss|describe|mention|name|say|cover|list|outline|compare|know|elaborate on|talk about|highlight|demonstrate|provide|give|address|include|emphasi[sz]e)\b(?: (?:that|on|about|how))? (.*)`)
	leadIn   = regexp.MustCompile(`(?i)(?:,? including|,? such as|,? namely|,? for example|,? like|:) (.*)`)
	by       = regexp.MustCompile(`(?i) (?:using|through|via) ([^,]+, .*\b(?:and|or) .*)`)
	relative = regexp.MustCompile(`(?i)^(?:which|that|who|whose|where|so|but|making|allowing|enabling|leading|resulting)\b`)
	lastAnd  = regexp.MustCompile(`(?i)^(?:and|or|as well as) `)
)

// enumerated are the things that an explanation says a candidate should name: "explain A, B, and C" gives A, B and C,
// and so does "explain X, including A, B, and C". Fewer than two are none.
func enumerated(explanation string) []string {
	var out []string
	for _, s := range splitSentences(explanation) {
		m := shouldSay.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		object := strings.TrimRight(m[1], " .")
		if list := leadIn.FindStringSubmatch(object); list != nil {
			object = list[1]
		} else if list := by.FindStringSubmatch(object); list != nil {
			object = list[1]
		}
		out = append(out, splitParts(object)...)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// splitParts splits "A, B, and C" at its commas, and "A and B" at its "and" where both sides say something.
func splitParts(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ", ") {
		part = strings.TrimSpace(part)
		if n := len(parts); n > 0 && (relative.MatchString(part) || len(contentWords(part)) == 0) {
			parts[n-1] += ", " + part
			continue
		}
		parts = append(parts, part)
	}
	for i, part := range parts {
		parts[i] = lastAnd.ReplaceAllString(part, "")
	}
	last := len(parts) - 1
	if a, b, ok := strings.Cut(parts[last], " and "); ok && len(contentWords(a)) > 0 && len(contentWords(b)) > 0 {
		oxford := last > 0 && strings.Contains(text, ", and ")
		if !oxford && (last > 0 || len(contentWords(a)) > 1 && len(contentWords(b)) > 1) {
			parts = append(parts[:last], a, b)
		}
	}
	return slices.DeleteFunc(parts, func(s string) bool { return len(contentWords(s)) == 0 })
}
