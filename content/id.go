package content

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// maxSlug is how many letters and digits of a question an id shows.
const maxSlug = 40

// questionID is the id of a question that declares none: bank/slug-hash. It depends on the bank's name and the main
// question only, so that editing an answer keeps it.
func questionID(bank, main string) string {
	sum := sha256.Sum256([]byte(fold(main)))
	s := slug(unmarked(main), maxSlug)
	if s != "" {
		s += "-"
	}
	return slug(bank, maxSlug) + "/" + s + hex.EncodeToString(sum[:3])
}

// slug is a text's letters and digits, of any script and in lower case, with hyphens between its words; at most limit
// characters, cut between words where that keeps at least half of them.
func slug(text string, limit int) string {
	var out []rune
	gap, cut := false, 0
	for _, r := range strings.ToLower(text) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && (!unicode.IsMark(r) || len(out) == 0) {
			gap = len(out) > 0
			continue
		}
		if gap {
			cut = len(out)
			out, gap = append(out, '-'), false
		}
		out = append(out, r)
		if len(out) > limit {
			if cut < max(1, limit/2) {
				cut = limit
			}
			return strings.TrimRight(string(out[:cut]), "-")
		}
	}
	return string(out)
}

// declaredID returns an id as a bank may declare it: letters, digits and - _ . / with at most 80 bytes.
func declaredID(s string) (string, bool) {
	s = strings.TrimSpace(s)
	ok := s != "" && len(s) <= 80
	for _, r := range s {
		ok = ok && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("-_./", r))
	}
	return s, ok
}
