package page

import (
	"strings"
	"testing"
	"unicode"
)

func TestInert(t *testing.T) {
	for text, want := range map[string]string{
		"plain *text* <!channel>":     "plain *text* <!channel>",
		"مرحبا שלום\u200f":            "مرحبا שלום\u200f",
		"a\u202eb":                    "a\u202eb\u202c",
		"a\u202eb\u202cc":             "a\u202eb\u202cc",
		"\u202c\u2069x":               "x",
		"\u2067a\u202eb\u2069c":       "\u2067a\u202eb\u202c\u2069c",
		"\u202ea\u2067b\u202cc":       "\u202ea\u2067bc\u2069\u202c",
		"nul\x00 bell\a tab\t end\n":  "nul\ufffd bell\ufffd tab\t end\n",
		"zero\u200bwidth\u2060\ufeff": "zero\u200bwidth\u2060\ufeff",
	} {
		if got := Inert(text); got != want {
			t.Errorf("%+q becomes %+q, want %+q", text, got, want)
		}
	}
}

func TestBlank(t *testing.T) {
	for text, want := range map[string]bool{"": true, " \n\t\u200b\u2060\u202e\ufe0f": true, "\u3164\u2800": true, "a": false, "👩‍👩‍👧": false, ".": false, "\u0301": false} {
		if Blank(text) != want {
			t.Errorf("%+q is blank: %v", text, !want)
		}
	}
}

// FuzzInert: whatever a text holds, its directions end within it, and nothing that is seen is lost.
func FuzzInert(f *testing.F) {
	for _, s := range []string{"a\u202eb\u2067c\u2069\u202c", "\u202c\u2069x", "nul\x00 \u009b[2J", "\xff\u202d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Inert(s)
		var open []rune
		for _, r := range got {
			switch {
			case embeds(r):
				open = append(open, pop)
			case isolates(r):
				open = append(open, popIsolate)
			case r == pop || r == popIsolate:
				if len(open) == 0 || open[len(open)-1] != r {
					t.Fatalf("%+q: %+q closes what is not open", s, got)
				}
				open = open[:len(open)-1]
			case unicode.IsControl(r) && r != '\n' && r != '\t':
				t.Fatalf("%+q: a control character in %+q", s, got)
			}
		}
		if len(open) > 0 || Inert(got) != got {
			t.Errorf("%+q: %+q is not closed", s, got)
		}
		if letters(got) != letters(s) {
			t.Errorf("%+q loses letters: %+q", s, got)
		}
	})
}

// letters are the letters of a text and the marks on them.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M) {
			return r
		}
		return -1
	}, s)
}

func TestClip(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		want string
	}{
		{"whole", 5, "whole"}, {"longer", 5, "long…"}, {"two words", 5, "two…"}, {"👩‍👩‍👧👩‍👩‍👧", 10, "👩‍👩‍👧…"}, {"👩‍👩‍👧", 8, "👩‍👩‍👧"}, {"", 3, ""},
	} {
		if got := Clip(test.text, test.n); got != test.want || Units(got) > test.n {
			t.Errorf("%q in %d is %q, want %q", test.text, test.n, got, test.want)
		}
	}
	if got := Clip(strings.Repeat("x", 1<<20), 10); got != "xxxxxxxxx…" {
		t.Errorf("%q", got)
	}
}
