package slack

import (
	"testing"

	"greenroom/bot/chat"
)

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

// FuzzUnmarked: whatever a text holds, nothing that is seen of it is lost.
func FuzzUnmarked(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if letters(unescaper.Replace(unmarked(s))) != letters(unescaper.Replace(escape(s))) {
			t.Errorf("%+q loses letters: %+q", s, unmarked(s))
		}
	})
}
