package slack

import (
	"testing"
	"unicode"

	"greenroom/bot/chat"
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
		if got := inert(text); got != want {
			t.Errorf("%+q becomes %+q, want %+q", text, got, want)
		}
	}
}

func TestUnmarked(t *testing.T) {
	for text, want := range map[string]string{
		"*bold* and _it_":          "\u2060*bold* and \u2060_it_",
		"2*3*4 snake_case a * b ":  "2*3*4 snake_case a * b ",
		"```x```":                  "\u2060`\u2060`\u2060`x`\u2060`\u2060`",
		"__init__(~x)":             "\u2060_\u2060_init_\u2060_(\u2060~x)",
		"<@U1> & <!channel>":       "&lt;@U1&gt; &amp; &lt;!channel&gt;",
		"&lt;!channel&gt; &#60;":   "&amp;lt;!channel&amp;gt; &amp;#60;",
		":smile: a:+1:b : c: std":  ":\u2060smile: a:\u2060+1:b : c: std",
		"x[1::2] std::string 9:30": "x[1::2] std::string 9:30",
		"::on::":                   "::\u2060on::",
	} {
		if got := unmarked(text); got != want {
			t.Errorf("%q becomes %+q, want %+q", text, got, want)
		}
	}
}

func TestBlank(t *testing.T) {
	for text, want := range map[string]bool{"": true, " \n\t\u200b\u2060\u202e\ufe0f": true, "\u3164\u2800": true, "a": false, "👩‍👩‍👧": false, ".": false, "\u0301": false} {
		if blank(text) != want {
			t.Errorf("%+q is blank: %v", text, !want)
		}
	}
}

// A message of which nothing would be seen is one that Slack takes all the same.
func TestNothingToSee(t *testing.T) {
	for _, m := range []chat.Message{
		{}, {Blocks: []chat.Block{chat.Text("")}}, {Blocks: []chat.Block{chat.Text("\u200b")}}, {Blocks: []chat.Block{chat.Markdown("\n")}},
		{Blocks: []chat.Block{chat.Heading("\u202e")}}, {Blocks: []chat.Block{{Kind: chat.RowsBlock}}}, {Blocks: []chat.Block{{Kind: chat.ListBlock, Items: [][]chat.Span{{}}}}},
		{Blocks: []chat.Block{{Kind: chat.CodeBlock}}}, {Blocks: []chat.Block{{Kind: chat.PictureBlock, Text: "https://a.example/x.png"}}},
	} {
		for _, drawn := range Messages(chat.Action{Key: "k", Do: chat.Post, Message: m}, names) {
			checkMessage(t, drawn, true)
		}
		for _, v := range viewPages(t, m) {
			checkView(t, v)
		}
	}
}

// FuzzInert: whatever a text holds, its directions end within it and it begins no markup, and nothing that is seen is lost.
func FuzzInert(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := inert(s)
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
		if len(open) > 0 || inert(got) != got {
			t.Errorf("%+q: %+q is not closed", s, got)
		}
		if letters(got) != letters(s) || letters(unescaper.Replace(unmarked(s))) != letters(unescaper.Replace(escape(s))) {
			t.Errorf("%+q loses letters: %+q", s, got)
		}
	})
}
