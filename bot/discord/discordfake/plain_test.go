package discordfake

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestPlain: markdown as Discord's client reads it.
func TestPlain(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	players := g.SetRole("Players", 0)
	r := reading{f: f, g: g}
	for in, want := range map[string]string{
		"plain words, 2 * 3 * 4":                     "plain words, 2 * 3 * 4",
		"**bold** *italic* _italic_ __under__":       "bold italic italic under",
		"***both*** ~~gone~~ ||hidden||":             "both gone ▮hidden▮",
		"**bold with `code` and *more***":            "bold with code and more",
		"*one **two** three*":                        "one two three",
		"snake_case_name and __init__":               "snake_case_name and init",
		"**not closed":                               "**not closed",
		"* not italic*":                              "- not italic*",
		"2*3 and 4*5":                                "23 and 45",
		`\*\*shown\*\* \_as\_ \~\~typed\~\~`:         "**shown** _as_ ~~typed~~",
		`\# no heading`:                              "# no heading",
		`1\. no item`:                                "1. no item",
		`back\\slash \a`:                             `back\slash \a`,
		"# Title\n## Second\n### Third\n-# small":    "Title\nSecond\nThird\nsmall",
		"#### four":                                  "#### four",
		"#nospace":                                   "#nospace",
		"- one\n  - two\n* three\n3. four":           "- one\n  - two\n- three\n3. four",
		"> quoted **words**\n> more\nnot":            "quoted words\nmore\nnot",
		">>> all\nof it":                             "all\nof it",
		"`code *stays* \\*`":                         `code *stays* \*`,
		"``a ` b``":                                  "a ` b",
		"`` `x` ``":                                  "`x`",
		"a ` alone":                                  "a ` alone",
		"```go\nx := 1 // *a*\n\n# b\n```\nafter":    "x := 1 // *a*\n\n# b\nafter",
		"before\n```\nno language\n```":              "before\nno language",
		"```inline```":                               "inline",
		"```not closed":                              "```not closed",
		"[label](https://example.org/a_b)":           "label (https://example.org/a_b)",
		"[la**b**el](<https://example.org/>)":        "label (https://example.org/)",
		"[https://a.example](https://b.example)":     "https://a.example (https://b.example)",
		"[label](javascript:x)":                      "[label](javascript:x)",
		`\[label\](https://example.org)`:             "[label](https://example.org)",
		"<https://example.org/a*b*c>":                "https://example.org/a*b*c",
		"see https://example.org/a_b_c.":             "see https://example.org/a_b_c.",
		"<@" + miraID + "> <@!" + samID + "> <@9>":   "@Mira @Sam @unknown-user",
		"<@&" + players + "> <#" + prepID + "> <#9>": "@Players #prep #unknown",
		`\<@` + miraID + `>`:                         "<@" + miraID + ">",
		"<t:1795510800:R> <t:1795510800>":            "2026-11-24 09:00 UTC 2026-11-24 09:00 UTC",
		"<t:x:R> a < b > c":                          "<t:x:R> a < b > c",
		"</greenroom setup:12> <:smile:1> <a:w:2>":   "/greenroom setup :smile: :w:",
		"@everyone \u200bx":                          "@everyone x",
		"**a**\u200b*b*":                             "ab",
		"ü ist *schön* 日本語 **太字**":                   "ü ist schön 日本語 太字",
		"x | y || z":                                 "x | y || z",
		"<b>html</b> &amp;":                          "<b>html</b> &amp;",
	} {
		if got := r.markdown(in); got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}

// TestPlainMessage: all that stands in a message, in order.
func TestPlainMessage(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	c.post(prepID, parts(
		textPart("# Question 1"),
		map[string]any{"type": separator},
		map[string]any{"type": container, "components": []any{textPart("inside")}},
		map[string]any{"type": section, "components": []any{textPart("beside")}, "accessory": buttonPart("Press", "p")},
		rowPart(buttonPart("Answer", "a"), map[string]any{"type": button, "style": linkStyle, "label": "Read", "url": "https://example.org", "disabled": true}),
		rowPart(map[string]any{"type": stringSelect, "custom_id": "s", "placeholder": "Choose", "max_values": 2, "options": []any{
			map[string]any{"label": "A", "value": "a", "default": true}, map[string]any{"label": "B", "value": "b"},
		}}),
	))
	c.post(prepID, map[string]any{"content": "above", "embeds": []any{map[string]any{
		"title": "T", "description": "**D**", "fields": []any{map[string]any{"name": "N", "value": "V"}}, "footer": map[string]any{"text": "F"},
	}}})
	seen := f.Messages(prepID)
	m := seen[0]
	if want := "Question 1\ninside\nbeside\n[Press]\n[Answer] [Read]\n[Choose]"; m.Plain != want {
		t.Errorf("read as %q, want %q", m.Plain, want)
	}
	if len(m.Buttons) != 3 || m.Buttons[2] != (Button{Label: "Read", URL: "https://example.org", Style: linkStyle, Disabled: true}) {
		t.Errorf("buttons %+v", m.Buttons)
	}
	if s := m.Selects[0]; s.Placeholder != "Choose" || s.Max != 2 || len(s.Options) != 2 || len(s.Chosen) != 1 || s.Chosen[0] != "a" {
		t.Errorf("select %+v", s)
	}
	if want := "above\nT\nD\nN\nV\nF"; seen[1].Plain != want {
		t.Errorf("read as %q, want %q", seen[1].Plain, want)
	}
	c.want(200, 0, "PATCH", "channels/"+prepID+"/messages/"+seen[1].ID, map[string]any{"flags": SuppressEmbeds})
	if got := f.Messages(prepID)[1].Plain; got != "above" {
		t.Errorf("without embeds: %q", got)
	}
}

// FuzzPlain: whatever is written can be read, soon, and nothing appears that nobody wrote.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"**a** `b` [c](https://d.e) <t:1:R>", "```go\nx```", strings.Repeat("*_", 2000), strings.Repeat("[", 4000), strings.Repeat("||", 2000), "\\", "`", "~~_", "> - # a"} {
		f.Add(s)
	}
	fake := New(Config{})
	f.Cleanup(fake.Close)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > maxText {
			t.Skip("Discord shows no text that long")
		}
		began := time.Now()
		got := reading{f: fake}.markdown(s)
		if time.Since(began) > 5*time.Second {
			t.Errorf("%d bytes are read in %s", len(s), time.Since(began))
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q is read as %q", s, got)
		}
	})
}
