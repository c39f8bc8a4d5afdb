package main

import (
	"strconv"
	"strings"
	"unicode"
)

// printable is a text in one line for a terminal. What a name or a bank holds could clear the screen, forge a line or
// turn the reading order round: such characters are written as Go writes them in a string.
func printable(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
