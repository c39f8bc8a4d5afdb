package discord

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

var update = flag.Bool("update", false, "write the golden files")

// sample is one of the messages that both platforms draw in their tests.
func sample(t testing.TB, name string) (m chat.Message) {
	t.Helper()
	raw, err := os.ReadFile("../page/testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// golden compares a body with the one that was looked at.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "golden", name+".json")
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}

func answerForm() chat.Form {
	return chat.Form{
		Title: "Question 12", Submit: "Send", Value: chat.Value{Verb: "answer", Post: "12", Arg: "1"},
		Intro: []chat.Block{
			chat.Heading("What is asynchronous programming in Python?"),
			chat.Text("Two sentences are enough."),
		},
		Fields: []chat.Field{{Name: "answer", Label: "Your answer", Hint: "Only you see it.", Kind: chat.LongField, Value: "One thread"}},
	}
}

func correctForm() chat.Form {
	return chat.Form{
		Title: "Correct this", Submit: "Send", Value: chat.Value{Verb: "correct", Post: "12"},
		Fields: []chat.Field{
			{Name: "said", Label: "I said this", Kind: chat.ManyField, Optional: true, Choices: []chat.Choice{{Label: "It pays off for I/O", Value: "4"}, {Label: "In Python: asyncio", Value: "5"}}},
			{Name: "not", Label: "I did not", Kind: chat.ManyField, Optional: true, Chosen: []string{"2"}, Choices: []chat.Choice{{Label: "Other work runs", Value: "1"}, {Label: "An event loop decides", Value: "2"}}},
			{Name: "send", Label: "Send it to the keeper, without your name", Kind: chat.OneField, Choices: []chat.Choice{{Label: "No", Value: "no"}, {Label: "Yes", Value: "yes"}}},
		},
	}
}

func TestRenderPost(t *testing.T) {
	bodies := Messages(chat.Action{Key: "post/1/12", Do: chat.Post, Workspace: guild, Channel: prep, Message: sample(t, "post")})
	if len(bodies) != 1 {
		t.Fatalf("%d messages", len(bodies))
	}
	valid(t, "MessageCreateRequest", bodies[0])
	golden(t, "post", bodies[0])

	edit := Messages(chat.Action{Key: "edit:post/1/12", Do: chat.Edit, Target: "post/1/12", Workspace: guild, Channel: prep, Message: sample(t, "post")})
	valid(t, "MessageEditRequestPartial", edit[0].edit())
	if diff := cmp.Diff(asJSON(t, bodies[0]), asJSON(t, edit[0])); diff != "" {
		t.Error(diff)
	}
	if b := edit[0].edit(); b.Nonce != "" || b.Enforce {
		t.Errorf("%+v", b)
	}
}

func TestRenderFeedback(t *testing.T) {
	m := sample(t, "feedback")
	in, err := Decode("INTERACTION_CREATE", payload(t, "submission"), app, now)
	if err != nil {
		t.Fatal(err)
	}
	answer := Respond(in, chat.Reply{Message: &m})
	valid(t, "CreateMessageInteractionCallbackRequest", answer.Response)
	golden(t, "feedback", answer.Response)
	if answer.Keep != nil {
		t.Errorf("%+v is kept", answer.Keep)
	}
}

// In a direct message each button names its workspace, and reads back.
func TestRenderDirect(t *testing.T) {
	body, _ := directMessage(chat.Action{Key: "k", Do: chat.Direct, Workspace: guild, Member: mira, Message: sample(t, "feedback")}, now)
	valid(t, "MessageCreateRequest", body)
	raw, _ := json.Marshal(body)
	if n := strings.Count(string(raw), `"custom_id":"@ArwFarCAAAY`); n != 4 {
		t.Errorf("%d of 4 buttons name the guild: %s", n, raw)
	}
}

func TestModal(t *testing.T) {
	for name, form := range map[string]chat.Form{"answer": answerForm(), "correct": correctForm()} {
		if err := form.Check(); err != nil {
			t.Fatal(err)
		}
		in, _ := Decode("INTERACTION_CREATE", payload(t, "click"), app, now)
		answer := Respond(in, chat.Reply{Form: &form})
		valid(t, "ModalInteractionCallbackRequest", answer.Response)
		golden(t, "form_"+name, answer.Response)
	}
}

func TestRespond(t *testing.T) {
	m := sample(t, "feedback")
	for _, test := range []struct {
		payload string
		reply   chat.Reply
		want    int
		private bool // a new message that only the member sees
		schema  string
	}{
		{"click", chat.Reply{Message: &m, Update: true}, 4, true, "CreateMessageInteractionCallbackRequest"}, // a public message is not replaced
		{"click_private", chat.Reply{Message: &m, Update: true}, 7, false, "UpdateMessageInteractionCallbackRequest"},
		{"click_private", chat.Reply{Message: &m}, 4, true, "CreateMessageInteractionCallbackRequest"},
		{"click_direct", chat.Reply{Message: &m, Update: true}, 7, false, "UpdateMessageInteractionCallbackRequest"},
		{"click", chat.Reply{}, 6, false, "UpdateMessageInteractionCallbackRequest"},
		{"command", chat.Reply{}, 4, true, "CreateMessageInteractionCallbackRequest"},
		{"command", chat.Reply{Message: &m}, 4, true, "CreateMessageInteractionCallbackRequest"},
		{"submission", chat.Reply{Errors: map[string]string{"answer": "Write at least four words."}, Message: &m}, 4, true, "CreateMessageInteractionCallbackRequest"},
		{"autocomplete", chat.Reply{Choices: []chat.Choice{{Label: "Python async", Value: "python-async"}}}, 8, false, "ApplicationCommandAutocompleteCallbackRequest"},
	} {
		in, err := Decode("INTERACTION_CREATE", payload(t, test.payload), app, now)
		if err != nil {
			t.Fatal(err)
		}
		got := Respond(in, test.reply).Response
		valid(t, test.schema, got)
		b, _ := got.Data.(body)
		if int(got.Type) != test.want || (b.Flags&64 != 0) != test.private {
			t.Errorf("%s %+v: type %d, flags %d; want type %d, private %v", test.payload, test.reply, got.Type, b.Flags, test.want, test.private)
		}
	}
}

// A private message is not covered by "thinking", and what is being typed has nothing to choose from.
func TestDefer(t *testing.T) {
	for name, want := range map[string]int{"click": 5, "autocomplete": 8, "command": 5, "submission": 5, "click_private": 6} {
		in, _ := Decode("INTERACTION_CREATE", payload(t, name), app, now)
		r := Defer(in)
		if int(r.Type) != want {
			t.Errorf("%s: type %d; want %d", name, r.Type, want)
		}
		schema := map[int]string{
			5: "CreateMessageInteractionCallbackRequest", 6: "UpdateMessageInteractionCallbackRequest",
			8: "ApplicationCommandAutocompleteCallbackRequest",
		}[want]
		valid(t, schema, r)
	}
}

func TestLater(t *testing.T) {
	m, f := sample(t, "feedback"), answerForm()
	long := chat.Message{Blocks: []chat.Block{chat.Text(strings.Repeat("word ", 1500))}}
	for _, test := range []struct {
		payload string
		reply   chat.Reply
		want    string // methods, an asterisk on what is private by a flag
	}{
		{"command", chat.Reply{Message: &m}, "PATCH"},
		{"command", chat.Reply{}, "DELETE"},
		{"command", chat.Reply{Form: &f}, "PATCH"},
		{"command", chat.Reply{Message: &long}, "PATCH"},
		{"submission", chat.Reply{Errors: map[string]string{"answer": "Four words or more."}}, "PATCH"},
		{"click_private", chat.Reply{Message: &m, Update: true}, "PATCH"},
		{"click_private", chat.Reply{Message: &m}, "POST*"},
		{"click_private", chat.Reply{}, ""},
	} {
		in, err := Decode("INTERACTION_CREATE", payload(t, test.payload), app, now)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		calls, keep := Later(in, test.reply)
		if long := test.reply.Message == &long; (keep != nil) != long {
			t.Errorf("%s: kept is %+v", test.payload, keep)
		}
		for _, call := range calls {
			method := call.Method
			if call.Body != nil {
				valid(t, map[string]string{"POST": "IncomingWebhookInteractionRequest", "PATCH": "IncomingWebhookUpdateRequestPartial"}[method], call.Body)
				if call.Body.Flags&64 != 0 {
					method += "*"
				}
			}
			got = append(got, method)
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s %+v: %s, want %s", test.payload, test.reply, s, test.want)
		}
	}
}

// Only Who with Ping notifies; a name without it is shown and notifies nobody.
func TestMentions(t *testing.T) {
	m := chat.Message{Blocks: []chat.Block{chat.Say(
		chat.Who("80351110224678913"), chat.Words(" and "), chat.Ping(mira), chat.Words(" and "), chat.Ping(mira),
		chat.Literal(" <@80351110224678914> @everyone "), chat.In(prep), chat.When(nine, chat.Relative, ""),
	)}}
	b := Messages(chat.Action{Key: "k", Do: chat.Post, Message: m})[0]
	valid(t, "MessageCreateRequest", b)
	if diff := cmp.Diff(mentions{Parse: []string{}, Users: []string{mira}}, b.Mentions); diff != "" {
		t.Error(diff)
	}
	want := `<@80351110224678913> and <@` + mira + `> and <@` + mira + `> \<@80351110224678914\> @` + zeroWidth + `everyone <#` + prep + `><t:` + "1795424400" + `:R>`
	if *b.Content != want {
		t.Errorf("got  %q\nwant %q", *b.Content, want)
	}
	// An edit says the same; a reply that one person sees notifies nobody.
	if diff := cmp.Diff(b.Mentions, b.edit().Mentions); diff != "" {
		t.Error(diff)
	}
	reply, _ := privateMessage(m, reader{guild, mira, now, false})
	if diff := cmp.Diff(mentions{Parse: []string{}, Users: []string{}}, reply.Mentions); diff != "" {
		t.Error(diff)
	}
}

func TestNonce(t *testing.T) {
	a := chat.Action{Workspace: guild, Key: "post/1/12"}
	again, other := a, a
	again.Message, other.Workspace = sample(t, "post"), "other"
	if n := nonce(a, 0); len(n) > 25 || n != nonce(again, 0) || n == nonce(a, 1) || n == nonce(other, 0) {
		t.Error(n, nonce(again, 0), nonce(a, 1), nonce(other, 0))
	}
}

// A long message is cut into messages that each fit; code is closed and opened again with its language.
func TestLongMessage(t *testing.T) {
	code := strings.Repeat("print('a line of code that is long')\n", 300)
	m := chat.Message{
		Blocks:  []chat.Block{chat.Text("Before"), {Kind: chat.CodeBlock, Lang: "python", Text: code}, chat.Text(strings.Repeat("word ", 2000))},
		Buttons: []chat.Button{{Label: "Answer", Value: chat.Value{Verb: "answer", Post: "12"}}},
		After:   []chat.Block{chat.Text(strings.Repeat("small ", 50))},
	}
	bodies := Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m})
	var all strings.Builder
	for i, b := range bodies {
		valid(t, "MessageCreateRequest", b)
		if n := strings.Count(*b.Content, "```"); n%2 != 0 || strings.Count(*b.Content, "```python") != n/2 {
			t.Errorf("page %d has %d fences: %s", i, n, *b.Content)
		}
		if (len(b.Components) > 0) != (i == 0) || (b.answer != "") != (i == len(bodies)-1) || (len(b.upload()) == 1) != (b.answer != "") {
			t.Errorf("page %d of %d has %d components and %d bytes in a file", i+1, len(bodies), len(b.Components), len(b.answer))
		}
		all.WriteString(*b.Content + "\n")
	}
	for word, want := range map[string]int{"print": 300, "word": 2000, "small": 50, "Before": 1} {
		if got := strings.Count(all.String(), word); got != want {
			t.Errorf("%q stands %d times of %d", word, got, want)
		}
		if got := strings.Count(bodies[len(bodies)-1].answer, word); got != want {
			t.Errorf("%q stands %d times of %d in the file", word, got, want)
		}
	}
	if len(bodies) < 10 || len(bodies) > 15 {
		t.Errorf("%d pages", len(bodies))
	}
	if b := bodies[len(bodies)-1].withoutFile(); len(b.Files) != 0 || len(b.upload()) != 0 {
		t.Errorf("%+v", b)
	}
}

// The limits that a plain text seldom meets: bytes of a script with three bytes a character, 25 buttons, more rules than separators.
func TestLimits(t *testing.T) {
	var buttons []chat.Button
	for i := range chat.MaxButtons {
		buttons = append(buttons, chat.Button{Label: "Part " + strconv.Itoa(i), Value: chat.Value{Verb: "answer", Post: "12", Part: i}})
	}
	m := chat.Message{
		Blocks:  []chat.Block{chat.Text(strings.Repeat("漢字", 2000)), chat.Markdown(strings.Repeat("word\n\n***\n\n", 50))},
		Buttons: buttons, After: []chat.Block{chat.Text(strings.Repeat("字", 100))},
	}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	if n := len(surfaces(t, m)["ephemeral"]); n != 2 {
		t.Errorf("%d pages", n)
	}
	// No row is left below 25 buttons for those between pages.
	direct := surfaces(t, m)["direct"]
	if len(direct) != 1 || !strings.Contains(direct[0].text, "Page 1 of 3. All of it is in the file.") || strings.Count(direct[0].answer, "漢") != 2000 {
		t.Errorf("%d pages: %s", len(direct), direct[0].text)
	}
}

func TestDraw(t *testing.T) {
	for markdown, want := range map[string]string{
		"one  \ntwo\n===":             "# one two",
		"one\ntwo\n---":               "## one two",
		"### three #":                 "### three",
		"#### deep *one*":             "**deep** ***one***",
		"###### `code` **too**":       "**`code` too**",
		"- a\n  - b\n\n    more\n- c": "- a\n  - b\n    more\n- c",
		"- # head\n- 1\\. x":          "- **head**\n- 1\\. x",
		"- ```\n  x\n  ```":           "- " + zeroWidth + "\n```\nx\n```",
		"**a***b*":                    "**a**" + zeroWidth + "*b*",
		"**run `gather()` now**":      "**run `gather()` now**",
		"**run `**kwargs` now**":      "**run** `**kwargs` **now**",
		"*a***b**":                    "*a*" + zeroWidth + "**b**",
		"``a`b``":                     "``a`b``",
		"``` `a``b ```":               "``" + zeroWidth + "`a`" + zeroWidth + "`b``",
		"3. x\n4. y":                  "3. x\n4. y",
		"> said  \n> so":              "> said\n> so",
		"> one\n>\n> > two\n>\n> - x": "> one\n> \n> two\n> \n> - x",
		"[five](https://example.com/a_b) [mail](mailto:a@example.com)":                                                          "[five](<https://example.com/a_b>) mail (a@example.com)",
		"<https://example.com/x> https://example.com":                                                                           "<https://example.com/x> https\\://example.com",
		"[https://good.example](https://evil.example)":                                                                          "https\\://good.example (<https://evil.example>)",
		"[a `x[0]` b](https://example.com) [wiki](https://example.com/a_(b))":                                                   "a `x[0]` b (<https://example.com>) [wiki](<https://example.com/a_%28b%29>)",
		"![alt](https://example.com/p.png) ![](https://example.com/p.png)":                                                      "[alt](<https://example.com/p.png>) <https://example.com/p.png>",
		"| k | v |\n|---|---|\n| a | b |":                                                                                       "```\nk  v\n-  -\na  b\n```",
		"| k | 語語 |\n|---|---|\n| 👩‍👩‍👧 | b |":                                                                                  "```\nk   語語\n--  ----\n👩‍👩‍👧  b\n```",
		"| name | what it is | and more |\n|---|---|---|\n| a | a long text of a width that fits no phone | c |\n| d | | `e` |": "- **name**: a\n  - **what it is**: a long text of a width that fits no phone\n  - **and more**: c\n- **name**: d\n  - **what it is**: \n  - **and more**: `e`",
		"a\n\n---\n\n`x`":                  "a\n\n`x`",
		"- [ ] open\n- [x] done":           "- \\[ \\] open\n- \\[x\\] done",
		"a[^1]\n\n[^1]: the note here":     "a\\[^1\\]\n\n\\[^1\\]: the note here",
		"$n^2$ and $\\frac{a}{b}$":         "n² and a/b",
		"~~~~python is fun {.x}\na\n~~~~":  "```python\na\n```",
		"~~~what-is-this-language\na\n~~~": "```\na\n```",
		"````\n```\nin\n```\n````":         "```\n`" + zeroWidth + "`" + zeroWidth + "`\nin\n`" + zeroWidth + "`" + zeroWidth + "`\n```",
		"```\n```":                         "```\n" + zeroWidth + "\n```",
	} {
		if got := draw(tables(page.Rows([]chat.Block{chat.Markdown(markdown)}))); got != want {
			t.Errorf("%q is drawn as\n%q, want\n%q", markdown, got, want)
		}
	}
}

// unread undoes escape as Discord's own reader does: a backslash shows the punctuation after it. It fails on markup that was
// left active.
func unread(t interface{ Fatalf(string, ...any) }, s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			out.WriteByte(s[i])
			continue
		}
		if strings.ContainsRune("*_~`|[]<>", rune(s[i])) || emoji.MatchString(s[i:]) {
			t.Fatalf("%q is active in %q", s[i], s)
		}
		out.WriteByte(s[i])
	}
	return strings.ReplaceAll(out.String(), "@"+zeroWidth, "@")
}

// emoji is what Discord would show as one, or as an address.
var emoji = regexp.MustCompile(`^(:[0-9A-Za-z_+-]+:|://)`)

// invitation is what Discord shows with a button to join, wherever it stands.
var invitation = regexp.MustCompile(`(?i)discord(?:app)?\.(?:gg|com|new)`)

func checkInert(t interface {
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, s string) {
	got := guard(escape(s))
	if strings.Contains(got, "@everyone") || strings.Contains(got, "@here") {
		t.Errorf("%q is shown as a mention of everybody", got)
	}
	if invitation.MatchString(got) {
		t.Errorf("%q is shown as an invitation", got)
	}
	for _, line := range strings.Split(got, "\n") {
		text := strings.TrimLeft(line, " \t")
		if strings.HasPrefix(text, "#") || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") || strings.HasPrefix(text, ">") {
			t.Errorf("%q begins with markup", line)
		}
	}
	if want := strings.ReplaceAll(page.Inert(s), "@"+zeroWidth, "@"); unread(t, got) != want {
		t.Errorf("%q is shown as %q", want, unread(t, got))
	}
}

var hostile = []string{
	"<@80351110224678912> <@&1> <#2> </cmd:3> @everyone @here", "**bold** __under__ ~~gone~~ ||spoiler|| `code`", "# big\n-# small\n> quote\n- item\n1. one",
	"[click](https://evil.example) <https://evil.example>", "```py\nx\n```", "\\<@1> \\\\<@1>", ":smile: <:a:1> <t:0:R>", "@\u200beveryone", "a\u202eb\u0000c", "1) x\n 22. y",
}

func TestEscape(t *testing.T) {
	for _, s := range hostile {
		checkInert(t, s)
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkInert(t, s) })
}

// Whatever a bank or a member wrote, every body is one that Discord takes, and every word of it is there.
func TestRenderAnything(t *testing.T) {
	words := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.StringMatching("[a-z `*<>@#\n]{0,200}"))
	rapid.Check(t, func(rt *rapid.T) {
		spans := func(label string) []chat.Span {
			var spans []chat.Span
			for range rapid.IntRange(0, 4).Draw(rt, label) {
				s := words.Draw(rt, "text")
				spans = append(spans, rapid.SampledFrom([]chat.Span{
					chat.Literal(s), chat.Strong(s), chat.Code(s), chat.Who(mira), chat.Who(chat.Member(s)), chat.When(nine, chat.DayOnly, "Europe/Berlin"), chat.In(prep),
				}).Draw(rt, "span"))
			}
			return spans
		}
		var m chat.Message
		for range rapid.IntRange(1, 6).Draw(rt, "blocks") {
			long := strings.Repeat(words.Draw(rt, "long"), rapid.IntRange(1, 40).Draw(rt, "times"))
			m.Blocks = append(m.Blocks, rapid.SampledFrom([]chat.Block{
				chat.Say(spans("line")...), chat.List(spans("item"), spans("item")), chat.Markdown(long), chat.Heading(long),
				{Kind: chat.CodeBlock, Lang: words.Draw(rt, "lang"), Text: long},
				{Kind: chat.RowsBlock, Rows: [][][]chat.Span{{spans("cell"), spans("cell")}, {spans("cell")}, {spans("cell"), spans("cell")}}},
			}).Draw(rt, "block"))
		}
		if rapid.Bool().Draw(rt, "after") {
			m.After = []chat.Block{chat.Say(spans("after")...)}
		}
		surfaces(t, m)
		if t.Failed() {
			rt.FailNow()
		}
	})
}

// Code is cut between characters and comes back whole.
func TestFence(t *testing.T) {
	for _, code := range []string{"x = 1", "```\n<@1>\n`````\n``", "`", strings.Repeat("👩‍👩‍👧", 900), ""} {
		m := chat.Message{Blocks: []chat.Block{{Kind: chat.CodeBlock, Lang: "py", Text: code}}}
		var got strings.Builder
		sheets := divide(m, inContent, inThread)
		for i, s := range sheets {
			text := withoutLine(draw(s.text), i, len(sheets), inThread)
			inside, ok := strings.CutPrefix(text, "```py\n")
			inside, ok2 := strings.CutSuffix(inside, "\n```")
			if !ok || !ok2 || strings.Contains(inside, "```") || !utf8.ValidString(inside) {
				t.Errorf("%.60q", text)
			}
			if strings.HasPrefix(inside, "\u200d") || strings.HasSuffix(inside, "\u200d") {
				t.Errorf("cut within a character: %.20q … %q", inside, inside[len(inside)-9:])
			}
			got.WriteString(strings.ReplaceAll(inside, zeroWidth, ""))
		}
		if got.String() != code {
			t.Errorf("%.40q comes back as %.40q", code, got.String())
		}
	}
}

// What Discord writes itself, and what is written where it cannot.
func TestSpans(t *testing.T) {
	early := chat.When(time.Time{}, chat.DayTime, "UTC")
	for _, test := range []struct {
		span             chat.Span
		drawn, elsewhere string
	}{
		{chat.Who(mira), "<@" + mira + ">", "a member"},
		{chat.Ping(mira), "<@" + mira + ">", "a member"},
		{chat.Who("U0<@1>"), `U0\<@1\>`, "a member"},
		{chat.In(prep), "<#" + prep + ">", "the channel"},
		{chat.In("#prep_1"), `\#prep\_1`, "the channel"},
		{chat.When(nine, chat.TimeOnly, "Europe/Berlin"), "<t:1795424400:t>", "10:00"},
		{chat.When(nine, chat.DayTime, "Europe/Berlin"), "<t:1795424400:F>", "Mon 23 Nov, 10:00"},
		{chat.When(nine, chat.DayOnly, "Europe/Berlin"), "Mon 23 Nov", "Mon 23 Nov"},
		{chat.When(nine, chat.Relative, "Europe/Berlin"), "<t:1795424400:R>", "Mon 23 Nov, 10:00"},
		{early, "Mon 1 Jan, 00:00 UTC", "Mon 1 Jan, 00:00 UTC"},
		{
			chat.Invite(prep), "open the settings of <#" + prep + ">, choose Permissions, add Greenroom there and allow View Channel, Send Messages, " +
				"Create Public Threads, Send Messages in Threads and Read Message History",
			"open the settings of the channel, choose Permissions, add Greenroom there and allow View Channel, Send Messages, " +
				"Create Public Threads, Send Messages in Threads and Read Message History",
		},
	} {
		rows := page.Rows([]chat.Block{chat.Say(test.span)})
		if got := draw(rows); got != test.drawn {
			t.Errorf("%+v is drawn as %q, want %q", test.span, got, test.drawn)
		}
		if got := page.Plain(rows, verbatim); got != test.elsewhere {
			t.Errorf("%+v is written as %q, want %q", test.span, got, test.elsewhere)
		}
	}
}

// What follows the command stands in an option that has a name; a line without it is understood all the same.
func TestCommandLine(t *testing.T) {
	for line, want := range map[string]string{
		"/greenroom schedule add 9:00": "`/greenroom do:schedule add 9:00`",
		"/greenroom":                   "`/greenroom`",
		"schedule list":                "`schedule list`",
		"see /greenroom help":          "`see /greenroom help`",
	} {
		got := draw(page.Rows([]chat.Block{chat.Say(chat.Code(line))}))
		if got != want {
			t.Errorf("%s is drawn as %s, want %s", line, got, want)
		}
		if back := asTyped(strings.Trim(want, "`")); back != line {
			t.Errorf("%s is read as %s", want, back)
		}
	}
}

// Who is named on several pages is notified by the first.
func TestPingOnce(t *testing.T) {
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Ping(mira)), chat.Text(strings.Repeat("word ", 600)), chat.Say(chat.Ping(mira))}}
	bodies := Messages(chat.Action{Key: "k", Do: chat.Post, Message: m})
	if len(bodies) != 2 || strings.Count(asJSON(t, bodies[1]), "@"+mira) != 1 {
		t.Fatalf("%d pages", len(bodies))
	}
	if first, second := bodies[0].Mentions.Users, bodies[1].Mentions.Users; len(first) != 1 || len(second) != 0 {
		t.Errorf("%v, then %v", first, second)
	}
	if direct, _ := directMessage(chat.Action{Key: "k", Do: chat.Direct, Message: m}, now); len(direct.Mentions.Users) != 1 || direct.Nonce == "" {
		t.Errorf("%+v", direct.Mentions)
	}
}
