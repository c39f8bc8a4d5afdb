package discord

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// tricks are what people write to make a bot's message do something.
var tricks = map[string]string{
	"mention of a member":     "<@80351110224678912> <@!80351110224678912>",
	"mention of everybody":    "@everyone and @here",
	"mention of a role":       "<@&290926798626357250>",
	"channel":                 "<#290926798626357250>",
	"command":                 "</greenroom setup:290926798626357250>",
	"navigation":              "<id:browse> <id:customize> <id:guide> <id:linked-roles>",
	"time":                    "<t:1795424400:R> <t:0> <t:-62135596800:F>",
	"custom emoji":            "<:a:290926798626357250> <a:wave:290926798626357250>",
	"emoji by name":           ":smile: :+1::skin-tone-2: 10:30:00 a:b:c",
	"masked link":             "[click here](https://evil.example) [x](<https://evil.example> \"title\")",
	"link as another":         "[https://good.example](https://evil.example)",
	"bare link":               "https://evil.example/a_b?c=d#e http://evil.example <https://evil.example> mailto:a@evil.example",
	"invitation":              "discord.gg/abcdef DISCORD.GG/abcdef https://discord.com/invite/abc discordapp.com/invite/abc discord.new/abc",
	"spoiler":                 "||secret|| a || b ||",
	"quote":                   "> quote\n>> nested\n>>> all that follows\nand more",
	"headings":                "# one\n## two\n ### three\n#### four\n-# small",
	"lists":                   "- a\n  * b\n+ c\n1. d\n2) e\n١. f",
	"emphasis":                "*a* **b** ***c*** _d_ __e__ ___f___ ~~g~~ snake_case_name 2*3*4",
	"code":                    "`a` ``b`` ```c```",
	"fence":                   "```py\nprint()\n```\n~~~\nx\n~~~",
	"open fence":              "```ansi\n\u001b[31mred",
	"backslashes":             `\ \\ \* \\* \<@1> \\<@1> C:\dir\` + "`x`" + `\`,
	"only marks":              "* _ ~ ` | < > [ ] ( ) # - + : @ \\",
	"override of direction":   "user\u202egnp.exe \u2066\u2067x\u2069 \u202d\u202c\u202c",
	"unclosed direction":      "\u202e\u2067\u202b right to left",
	"control characters":      "a\u0000b\u0007c\u009bd\u001b[2J",
	"zalgo":                   "Z" + strings.Repeat("\u0310\u0353\u0489", 300) + "algo",
	"4,000 emoji":             strings.Repeat("👩‍👩‍👧👍🏽🇩🇪❤️", 1000),
	"a word of 4,000":         strings.Repeat("x", 4000),
	"4,000 backticks":         strings.Repeat("`", 4000),
	"4,000 brackets":          strings.Repeat("[", 4000),
	"3,000 lines":             strings.Repeat("\n", 3000),
	"nothing that is seen":    "\u200b\u2060\u00ad \u3164\ufe0f",
	"broken encoding":         "a\xff\xfeb\xed\xa0\x80",
	"a table":                 "| a | b |\n|---|---|\n| c | d |",
	"HTML":                    "<b>bold</b> <script>alert(1)</script> <!-- x --> &lt;",
	"fullwidth and lookalike": "＠everyone ＜@1＞ ＃ ‹›",
	"email":                   "mira@example.com @everyonex a@here.example",
	"emoticon":                `¯\_(ツ)_/¯`,
	"custom_id":               "@ArwFarCAAAYanswer:12:0 ?answer:12:0",
}

// everywhere puts a text wherever people's and banks' texts stand.
func everywhere(s string) chat.Message {
	label := page.Clip(page.Inert(strings.ToValidUTF8(s, "?")), 60)
	if page.Blank(label) {
		label = "x"
	}
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Literal(s)), chat.Say(chat.Words("Said: "), chat.Literal(s), chat.Words(" by "), chat.Who(chat.Member(s)), chat.In(chat.Channel(s))),
			chat.Say(chat.Span{Kind: chat.LiteralSpan, Text: s, Strong: true}, chat.Code(s)), chat.List([]chat.Span{chat.Literal(s)}, []chat.Span{chat.Code(s)}),
			chat.Markdown(s), chat.Heading(s), {Kind: chat.CodeBlock, Lang: s, Text: s},
			{Kind: chat.RowsBlock, Rows: [][][]chat.Span{{{chat.Literal(s)}, {chat.Words("b")}}, {{chat.Literal(s)}, {chat.Literal(s)}}}},
			{Kind: chat.PictureBlock, Text: s, Alt: s},
		},
		Buttons: []chat.Button{{Label: label, Value: chat.Value{Verb: "answer", Post: "12"}}},
		After:   []chat.Block{chat.Say(chat.Literal(page.Clip(strings.ToValidUTF8(s, "?"), 200)))},
	}
}

// Whatever somebody writes, wherever it stands: Discord takes the message, nobody is notified, and no text is markup.
func TestTricks(t *testing.T) {
	for name, s := range tricks {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && len(s) > 1000 {
				t.Skip("takes a while")
			}
			m := everywhere(s)
			for place, pages := range surfaces(t, m) {
				for i, p := range pages {
					if strings.Count(p.markdown, "```")%2 != 0 {
						t.Errorf("%s: page %d leaves code open: %.300q", place, i+1, p.markdown)
					}
				}
			}
			for _, b := range append(Messages(chat.Action{Key: "k", Do: chat.Post, Message: m}), leafed(t, m, reader{guild, mira, now, true})...) {
				if len(b.Mentions.Users) > 0 || len(b.Mentions.Parse) > 0 {
					t.Errorf("%v are notified", b.Mentions)
				}
			}
			if len(s) < 5000 {
				checkInert(t, strings.ToValidUTF8(s, "\ufffd"))
			}
			f := chat.Form{Title: s, Submit: s, Value: chat.Value{Verb: "answer", Post: s}, Intro: m.Blocks, Fields: []chat.Field{
				{Name: "a", Label: s, Hint: s, Kind: chat.LongField, Value: s, Optional: true},
				{Name: "b", Label: s, Kind: chat.OneField, Choices: []chat.Choice{{Label: s, Value: "1"}, {Label: "x", Value: "2"}}},
				{Name: "c", Label: s, Hint: s, Kind: chat.ShortField, Value: s, Max: 20},
			}}
			if f.Value.Post = "12"; page.Blank(s) {
				return // no form of ours is titled so
			}
			valid(t, "ModalInteractionCallbackRequest", response{9, Modal(f, guild)})
		})
	}
}

// A reader that others wrote sees each text as it was typed, with no style at all, alone on a line or within one.
func TestReaderSeesTricks(t *testing.T) {
	needReader(t)
	var texts []string
	for _, s := range tricks {
		if len(s) < 5000 {
			texts = append(texts, strings.ToValidUTF8(s, "\ufffd"))
		}
	}
	marks := rapid.StringOfN(rapid.SampledFrom([]rune("*_~`|<>[]()#-+:@\\.!/ \n1a©é語👍\u200b")), 1, 40, -1)
	for seed := range 500 {
		texts = append(texts, marks.Example(seed))
	}
	var drawn []string
	for _, s := range texts {
		drawn = append(drawn,
			draw(page.Rows([]chat.Block{chat.Say(chat.Literal(s))})),
			draw(page.Rows([]chat.Block{chat.Say(chat.Words("a"), chat.Literal(s), chat.Code("c"), chat.Words("b"))})),
			draw(page.Rows([]chat.Block{chat.List([]chat.Span{chat.Literal(s)})})),
			draw([]page.Row{{Kind: page.Text, Quote: true, Runs: []page.Run{{Text: s}}}}),
		)
	}
	for i, runs := range readAll(t, drawn) {
		s := texts[i/4]
		var got string
		for _, r := range runs {
			quoted := i%4 == 3 && r.style == "blockQuote"
			if r.style == "inlineCode" && i%4 == 1 && r.text == "c" {
				continue
			}
			if r.style != "" && !quoted {
				t.Errorf("%q has %q: %q", s, r.text, r.style)
			}
			got += r.text
		}
		if i%4 == 1 {
			got = strings.TrimSuffix(strings.TrimPrefix(got, "a"), "b")
		}
		if i%4 == 2 {
			got = strings.TrimPrefix(got, "- ")
		}
		if want := seen(page.Inert(s)); seen(got) != want {
			t.Errorf("%q is seen as %q, drawn as %q", want, seen(got), drawn[i])
		}
	}
}

// seen is a text without what nobody sees.
func seen(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, zeroWidth, "")), "")
}
