package discord

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
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

	edit := Edits(chat.Action{Key: "edit:post/1/12", Do: chat.Edit, Workspace: guild, Channel: prep, Message: sample(t, "post")}, false)
	valid(t, "MessageEditRequestPartial", edit[0])
	if len(edit) != 1 || edit[0].Nonce != "" || edit[0].Flags != bodies[0].Flags {
		t.Errorf("%+v", edit)
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
	if len(answer.More) != 0 {
		t.Errorf("%d more messages", len(answer.More))
	}
}

// An edit in a direct message must keep the workspace in its buttons.
func TestEditDirect(t *testing.T) {
	raw, _ := json.Marshal(Edits(chat.Action{Do: chat.Edit, Workspace: guild, Message: sample(t, "post")}, true)[0])
	if !strings.Contains(string(raw), `"custom_id":"@ArwFarCAAAY`) {
		t.Errorf("%s", raw)
	}
}

// In a direct message each button names its workspace, and reads back.
func TestRenderDirect(t *testing.T) {
	body := Messages(chat.Action{Key: "k", Do: chat.Direct, Workspace: guild, Member: mira, Message: sample(t, "feedback")})[0]
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

// What opens a form is never deferred; a private message is not covered by "thinking".
func TestDefer(t *testing.T) {
	for name, want := range map[string]int{"click": 0, "autocomplete": 0, "command": 5, "submission": 5, "click_private": 6} {
		in, _ := Decode("INTERACTION_CREATE", payload(t, name), app, now)
		r, ok := Defer(in)
		if int(r.Type) != want || ok != (want != 0) {
			t.Errorf("%s: type %d, %v; want %d", name, r.Type, ok, want)
		}
		if ok {
			schema := "CreateMessageInteractionCallbackRequest"
			if want == 6 {
				schema = "UpdateMessageInteractionCallbackRequest"
			}
			valid(t, schema, r)
		}
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
		{"command", chat.Reply{Message: &long}, "PATCH POST*"},
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
		for _, call := range Later(in, test.reply) {
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
	raw, _ := json.Marshal(b.Components[0])
	want := `<@80351110224678913> and <@` + mira + `> and <@` + mira + `> \<@80351110224678914\> @` + zeroWidth + `everyone <#` + prep + `><t:` + "1795424400" + `:R>`
	var got struct{ Content string }
	if err := json.Unmarshal(raw, &got); err != nil || got.Content != want {
		t.Errorf("got  %q\nwant %q, %v", got.Content, want, err)
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
		After:   []chat.Block{chat.Text(strings.Repeat("small ", 100))},
	}
	sheets := page.Sheets(m, emptyMessage)
	var all strings.Builder
	for i, sheet := range sheets {
		text := draw(sheet.Text)
		if n := strings.Count(text, "```"); n%2 != 0 {
			t.Errorf("page %d has %d fences", i, n)
		}
		if strings.Count(text, "```python") != strings.Count(text, "```")/2 {
			t.Errorf("page %d opens code without its language", i)
		}
		if (len(sheet.Buttons) > 0) != (i == len(sheets)-1) {
			t.Errorf("page %d of %d has %d buttons", i+1, len(sheets), len(sheet.Buttons))
		}
		all.WriteString(text + "\n" + draw(sheet.After))
	}
	for _, b := range Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m}) {
		valid(t, "MessageCreateRequest", b)
	}
	for word, want := range map[string]int{"print": 300, "word": 2000, "small": 100, "Before": 1} {
		if got := strings.Count(all.String(), word); got != want {
			t.Errorf("%q stands %d times of %d", word, got, want)
		}
	}
	if len(sheets) < 5 || len(sheets) > 8 {
		t.Errorf("%d pages", len(sheets))
	}
}

// The limits that a plain text seldom meets: bytes of a script with three bytes a character, 25 buttons, a table's width.
func TestLimits(t *testing.T) {
	var buttons []chat.Button
	for i := range chat.MaxButtons {
		buttons = append(buttons, chat.Button{Label: "Part " + strconv.Itoa(i), Value: chat.Value{Verb: "answer", Post: "12", Part: i}})
	}
	m := chat.Message{Blocks: []chat.Block{chat.Text(strings.Repeat("漢字", 1900))}, Buttons: buttons, After: []chat.Block{chat.Text(strings.Repeat("字", 500))}}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	bodies := Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m})
	for _, b := range bodies {
		valid(t, "MessageCreateRequest", b)
	}
	if len(bodies) != 2 {
		t.Errorf("%d messages", len(bodies))
	}
}

func TestDraw(t *testing.T) {
	for markdown, want := range map[string]string{
		"one  \ntwo\n===":             "### one two",
		"one\ntwo\n===":               "### one two",
		"#### deep *one*":             "**deep** ***one***",
		"- a\n  - b\n\n    more\n- c": "- a\n  - b\n    more\n- c",
		"**a***b*":                    "**a**" + zeroWidth + "*b*",
		"3. x\n4. y":                  "3. x\n4. y",
		"> said  \n> so":              "> said\n> so",
		"[five](https://example.com/a_b) [mail](mailto:a@example.com)": "[five](<https://example.com/a_b>) mail (mailto\\:a@example.com)",
		"| k | v |\n|---|---|\n| a | b |":                              "```\nk  v\n-  -\na  b\n```",
		"a\n\n---\n\n`x`":                                              "a\n\n\n`x`",
	} {
		if got := draw(page.Rows([]chat.Block{chat.Markdown(markdown)})); got != want {
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
		emoji := s[i] == ':' && (i+1 == len(s) || strings.ContainsRune("/_+-", rune(s[i+1])) || // an emoji's name is ASCII
			s[i+1] < utf8.RuneSelf && (unicode.IsLetter(rune(s[i+1])) || unicode.IsDigit(rune(s[i+1]))))
		if emoji || strings.ContainsRune("*_~`|[]<>", rune(s[i])) {
			t.Fatalf("%q is active in %q", s[i], s)
		}
		out.WriteByte(s[i])
	}
	return strings.ReplaceAll(out.String(), "@"+zeroWidth, "@")
}

func checkInert(t interface {
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, s string) {
	got := escape(s)
	if strings.Contains(got, "@everyone") || strings.Contains(got, "@here") {
		t.Errorf("%q is shown as a mention of everybody", got)
	}
	for _, line := range strings.Split(got, "\n") {
		text := strings.TrimLeft(line, " \t")
		if strings.HasPrefix(text, "#") || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") || strings.HasPrefix(text, ">") {
			t.Errorf("%q begins with markup", line)
		}
	}
	if want := strings.ReplaceAll(s, "@"+zeroWidth, "@"); unread(t, got) != want {
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
		for _, b := range Messages(chat.Action{Key: "k", Do: chat.Direct, Workspace: guild, Message: m}) {
			valid(t, "MessageCreateRequest", b)
			for _, s := range b.Mentions.Users {
				rt.Errorf("%s is notified", s)
			}
		}
		if t.Failed() {
			rt.FailNow()
		}
	})
}

// Code is cut between characters and comes back whole.
func TestFence(t *testing.T) {
	for _, code := range []string{"x = 1", "```\n<@1>\n````", "`", strings.Repeat("👩‍👩‍👧", 900), ""} {
		m := chat.Message{Blocks: []chat.Block{{Kind: chat.CodeBlock, Lang: "py", Text: code}}}
		var got strings.Builder
		for _, s := range page.Sheets(m, emptyMessage) {
			text := draw(s.Text)
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
