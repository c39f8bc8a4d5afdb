package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"greenroom/bot/page"
)

// unmarked is an inert text for where Slack reads its own markup, mrkdwn: a message's text. Three characters are escaped; those that
// begin bold, italic, struck or code do so only where a word begins, so there an invisible letter stands before them. One stands in
// the name of an emoji too.
func unmarked(s string) string {
	s = escape(page.Inert(s))
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
