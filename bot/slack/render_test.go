package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

var update = flag.Bool("update", false, "write the golden files")

func names(m chat.Member) string {
	if m == "U0MIRA" {
		return "Mira <3"
	}
	return string(m)
}

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

func decoded(t testing.TB, name string) Inbound {
	t.Helper()
	kind := InteractionPayload
	switch name {
	case "command", "alias":
		kind = CommandPayload
	case "direct", "mention", "home":
		kind = EventPayload
	}
	in, err := Decode(kind, payload(t, name), now, now)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestRenderPost(t *testing.T) {
	messages := Messages(chat.Action{Key: "post/C0PREP/12", Do: chat.Post, Workspace: "slack:T0HILL", Channel: "C0PREP", Message: sample(t, "post")}, names)
	if len(messages) != 1 {
		t.Fatalf("%d messages", len(messages))
	}
	checkMessage(t, messages[0], true)
	golden(t, "post", messages[0])
}

// The form itself turns into the feedback.
func TestRenderFeedback(t *testing.T) {
	m := sample(t, "feedback")
	answer := Respond(decoded(t, "submission"), chat.Reply{Message: &m}, names, false)
	raw, ok := answer.Ack.(json.RawMessage)
	var ack slack.ViewSubmissionResponse
	if err := json.Unmarshal(raw, &ack); err != nil || !ok || ack.ResponseAction != slack.RAUpdate || len(answer.Calls) != 0 {
		t.Fatalf("%+v, %v", answer, err)
	}
	checkView(t, ack.View)
	golden(t, "feedback", raw)
}

func TestForm(t *testing.T) {
	for name, f := range map[string]chat.Form{"answer": answerForm(), "correct": correctForm()} {
		if err := f.Check(); err != nil {
			t.Fatal(err)
		}
		answer := Respond(decoded(t, "click"), chat.Reply{Form: &f}, names, false)
		if len(answer.Calls) != 1 || answer.Calls[0].Method != "views.open" {
			t.Fatalf("%+v", answer)
		}
		checkView(t, answer.Calls[0].Body.(viewCall).Body)
		golden(t, "form_"+name, answer.Calls[0].Body)
	}
	many := chat.Form{Title: "Topics", Submit: "Save", Value: chat.Value{Verb: "topics", Post: "1"}, Fields: []chat.Field{
		{Name: "one", Label: "One", Kind: chat.OneField, Chosen: []string{"v3"}}, {Name: "many", Label: "Many", Kind: chat.ManyField, Chosen: []string{"v1", "v2"}},
	}}
	for i := range chat.MaxChoices {
		for j := range many.Fields {
			many.Fields[j].Choices = append(many.Fields[j].Choices, chat.Choice{Label: "topic " + string(rune('a'+i)), Value: "v" + string(rune('0'+i))})
		}
	}
	checkView(t, form(many, Origin{Channel: "C0PREP"}, names))
}

// A form's value and the channel where it was opened come back with its submission.
func TestFormComesBack(t *testing.T) {
	f := correctForm()
	call := Respond(decoded(t, "click"), chat.Reply{Form: &f}, names, false).Calls[0].Body.(viewCall)
	var view map[string]any
	if err := json.Unmarshal(asJSON(t, call.Body), &view); err != nil {
		t.Fatal(err)
	}
	view["id"], view["hash"], view["app_installed_team_id"] = "V1", "1795424400.x", "T0HILL"
	body, _ := json.Marshal(map[string]any{
		"type": "view_submission", "team": map[string]any{"id": "T0HILL"}, "user": map[string]any{"id": "U0MIRA"}, "trigger_id": "1.2.3", "view": view,
	})
	in, err := Decode(InteractionPayload, body, now, now)
	if err != nil || in.Event.Value != f.Value || in.Event.Room != "c:C0PREP" || in.Way.From.Message != "C0PREP/1795420800.000100" {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestRespond(t *testing.T) {
	m, f := sample(t, "feedback"), answerForm()
	long := chat.Message{Blocks: []chat.Block{chat.Text(strings.Repeat("word ", 4000))}}
	wide := chat.Message{Blocks: []chat.Block{chat.Text(strings.Repeat("語", 8000))}} // more bytes than ride on an acknowledgement
	for _, test := range []struct {
		payload string
		reply   chat.Reply
		acked   bool
		ack     string   // what it says
		calls   []string // the methods
		body    string   // what the first call says
	}{
		{"click", chat.Reply{}, false, `null`, nil, ``},
		{"click", chat.Reply{Message: &m, Update: true}, false, `null`, []string{"response_url"}, `"response_type":"ephemeral","replace_original":false`},
		{"click_private", chat.Reply{Message: &m, Update: true}, false, `null`, []string{"response_url"}, `"replace_original":true,"thread_ts":"1795420800.000100"`},
		{"click_private", chat.Reply{Message: &m}, false, `null`, []string{"response_url"}, `"replace_original":false`},
		{"click_private", chat.Reply{Form: &f}, false, `null`, []string{"views.open"}, `"trigger_id":"12321423424.333649436676.d8c1"`},
		{"click_view", chat.Reply{Form: &f}, false, `null`, []string{"views.update"}, `"view_id":"V0FEED"`},
		{"click_view", chat.Reply{Message: &m, Update: true}, false, `null`, []string{"views.update"}, `"view_id":"V0FEED"`},
		{"click_view", chat.Reply{Message: &m}, false, `null`, []string{"views.push"}, `"trigger_id":"156772938.1827394.x"`},
		{"command", chat.Reply{Message: &m}, false, `"response_type":"ephemeral"`, nil, ``},
		{"command", chat.Reply{Message: &m}, true, `null`, []string{"response_url"}, `"response_type":"ephemeral"`},
		{"command", chat.Reply{Message: &long}, false, `"response_type":"ephemeral"`, nil, ``}, // its first page
		{"command", chat.Reply{Form: &f}, false, `null`, []string{"views.open"}, `"trigger_id":"13345224609.`},
		{"submission", chat.Reply{}, false, `null`, nil, ``},
		{"submission", chat.Reply{Errors: map[string]string{"answer": "Four words or more."}}, false, `{"response_action":"errors","errors":{"answer":"Four words or more."}}`, nil, ``},
		{"submission", chat.Reply{Errors: map[string]string{"gone": "Four words or more."}}, false, `{"response_action":"errors","errors":{"answer":"Four words or more."}}`, nil, ``},
		{"submission", chat.Reply{Errors: map[string]string{"answer": "Four words or more."}, Message: &m}, true, `null`, []string{"views.update"}, `Four words or more.`},
		{"submission", chat.Reply{Message: &m}, true, `null`, []string{"views.update"}, `"view_id":"VNHU13V36"`},
		{"submission", chat.Reply{Message: &long}, false, `Page 1 of 3`, nil, ``},
		{"submission", chat.Reply{Message: &wide}, false, `Working on it`, []string{"views.update"}, `語語`},
		{"direct", chat.Reply{Message: &m}, false, `null`, []string{"chat.postMessage"}, `"channel":"D0MIRA"`},
		{"mention", chat.Reply{Message: &m}, false, `null`, []string{"chat.postEphemeral"}, `"user":"U0SAM","thread_ts":"1795420800.000100"`},
		{"home", chat.Reply{Message: &m}, false, `null`, []string{"views.publish"}, `"user_id":"U0MIRA"`},
		{"suggestion", chat.Reply{Choices: []chat.Choice{{Label: "Europe/Berlin", Value: "Europe/Berlin"}}}, false, `{"options":[{"text":{"type":"plain_text","text":"Europe/Berlin","emoji":false},"value":"Europe/Berlin"}]}`, nil, ``},
	} {
		answer := Respond(decoded(t, test.payload), test.reply, names, test.acked)
		ack, _ := json.Marshal(answer.Ack)
		if len(ack) > 20000 || !strings.Contains(string(ack), test.ack) {
			t.Errorf("%s %+v: acknowledged with %.300s, want %s", test.payload, test.reply, ack, test.ack)
		}
		var methods []string
		for i, call := range answer.Calls {
			methods = append(methods, call.Method)
			body, _ := json.Marshal(call.Body)
			if i == 0 && !strings.Contains(string(body), test.body) {
				t.Errorf("%s %+v: %.500s, want %s", test.payload, test.reply, body, test.body)
			}
			switch body := call.Body.(type) {
			case viewCall:
				checkView(t, body.Body)
			case response, posted:
				checkMessage(t, body, false)
			}
		}
		if diff := cmp.Diff(test.calls, methods); diff != "" {
			t.Errorf("%s: %s", test.payload, diff)
		}
	}
}

// A name notifies nobody; only Ping is a mention. In the text everything is inert.
func TestMentions(t *testing.T) {
	m := chat.Message{Blocks: []chat.Block{chat.Say(
		chat.Who("U0MIRA"), chat.Words(" & "), chat.Literal("<!channel> <@U0SAM> "), chat.In("C0PREP"), chat.When(nine, chat.Relative, "Europe/Berlin"), chat.In("<!here>"),
	)}}
	got := Messages(chat.Action{Key: "k", Do: chat.Post, Message: m}, names)[0]
	checkMessage(t, got, true)
	want := "Mira &lt;3 &amp; &lt;!channel&gt; &lt;@U0SAM&gt; <#C0PREP><!date^1795424400^{ago}|Mon 23 Nov, 10:00>&lt;!here&gt;"
	if got.Text != want {
		t.Errorf("got  %s\nwant %s", got.Text, want)
	}
	users := func(m chat.Message) int {
		raw, _ := json.Marshal(Messages(chat.Action{Message: m}, names)[0].Blocks)
		return strings.Count(string(raw), `"type":"user"`)
	}
	if n := users(m); n != 0 {
		t.Errorf("%d members are notified", n)
	}
	if n := users(chat.Message{Blocks: []chat.Block{chat.Say(chat.Ping("U0MIRA"))}}); n != 1 {
		t.Errorf("%d members are notified by a ping", n)
	}
}

// mira is whom private messages are for.
var mira = reader{workspace: "slack:T0HILL", member: "U0MIRA", at: now}

// viewPages are the pages of a message in a modal.
func viewPages(t testing.TB, m chat.Message) []json.RawMessage {
	t.Helper()
	first, keep := privateView(m, "Question 12", Origin{Channel: "C0PREP"}, mira, names)
	return keptPages(t, first, keep)
}

// keptPages are all pages of a private message, of which the first is what is shown.
func keptPages(t testing.TB, first any, keep *Kept) []json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case keep == nil:
		return []json.RawMessage{raw}
	case !bytes.Equal(raw, keep.Pages[0]) || keep.Workspace != mira.workspace || keep.Member != mira.member:
		t.Fatalf("what is shown is not what is kept: %s", raw)
	}
	return keep.Pages
}

// A long message is cut into messages that each fit, with every word; its buttons are on the first.
func TestLongMessage(t *testing.T) {
	m := chat.Message{
		Blocks: []chat.Block{
			chat.Text("Before"), {Kind: chat.CodeBlock, Lang: "python", Text: strings.Repeat("print('a line of code that is long')\n", 300)},
			chat.Text(strings.Repeat("word ", 2000)),
		},
		Buttons: []chat.Button{{Label: "Answer", Value: chat.Value{Verb: "answer", Post: "12"}}},
		After:   []chat.Block{chat.Text(strings.Repeat("small ", 100))},
	}
	messages := Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m}, names)
	var text, blocks strings.Builder
	for i, message := range messages {
		checkMessage(t, message, true)
		raw, _ := json.Marshal(message)
		if buttons := strings.Contains(string(raw), `"type":"actions"`); buttons != (i == 0) {
			t.Errorf("page %d of %d has buttons: %v", i+1, len(messages), buttons)
		}
		text.WriteString(message.Text)
		b, _ := json.Marshal(message.Blocks)
		blocks.Write(b)
	}
	for word, want := range map[string]int{"print": 300, "word": 2000, "small": 100, "Before": 1, "Answer": 1} {
		if got := strings.Count(text.String(), word); got != want {
			t.Errorf("%q stands %d times in the text, want %d", word, got, want)
		}
		if got := strings.Count(blocks.String(), word); word != "Answer" && got-strings.Count(blocks.String(), `"Answer, `+word) != want {
			t.Errorf("%q stands %d times in the blocks, want %d", word, got, want)
		}
	}
	if len(messages) < 6 || len(messages) > 9 {
		t.Errorf("%d pages", len(messages))
	}
}

// The limits that a plain text seldom meets: blocks, and 25 buttons.
func TestLimits(t *testing.T) {
	var buttons []chat.Button
	for i := range chat.MaxButtons {
		buttons = append(buttons, chat.Button{Label: "Part " + strconv.Itoa(i), Value: chat.Value{Verb: "answer", Post: "12", Part: i}})
	}
	m := chat.Message{Blocks: []chat.Block{chat.Markdown(strings.Repeat("a\n\n---\n\n", 60))}, Buttons: buttons}
	messages := Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m}, names)
	for _, message := range messages {
		checkMessage(t, message, true)
	}
	if len(messages) != 3 {
		t.Errorf("%d messages", len(messages))
	}
	for _, v := range viewPages(t, m) {
		checkView(t, v)
	}
}

// The tree of a bank's text, drawn.
func TestRenderMarkdown(t *testing.T) {
	m := chat.Message{Blocks: []chat.Block{chat.Markdown("## Head\n\nOne *two* **three** `four` [five](https://example.com).\n\n- a\n  - b\n- c\n\n1. x\n2. y\n\n> quoted\n\n```python\nprint(1)\n```\n\n| k | v |\n|---|---|\n| a | b |\n\n---\n\nend")}}
	message := Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m}, names)[0]
	checkMessage(t, message, true)
	golden(t, "markdown", message)
}

var hostile = []string{
	"<!channel> <!everyone> <@U0SAM> <#C0PREP|x> <!date^1^{time}|x> <https://evil.example|click>", "&lt;!channel&gt; &amp;amp;", "*bold* _it_ ~gone~ `code`",
	"```\nx\n```", "> quote\n- item\n# head", "a\u202eb\u0000c", ":smile:", "https://evil.example", strings.Repeat("👩‍👩‍👧", 50), "مرحبا بالعالم",
}

// Whatever a bank or a member wrote, every message and view is one that Slack takes, and nobody is notified.
func TestRenderAnything(t *testing.T) {
	fewWhenShort(t)
	words := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.StringMatching("[a-z `*<>@#\n|&-]{0,200}"))
	rapid.Check(t, func(rt *rapid.T) {
		spans := func(label string) []chat.Span {
			var spans []chat.Span
			for range rapid.IntRange(0, 4).Draw(rt, label) {
				s := words.Draw(rt, "text")
				spans = append(spans, rapid.SampledFrom([]chat.Span{
					chat.Literal(s), chat.Strong(s), chat.Code(s), chat.Who("U0MIRA"), chat.Who(chat.Member(s)), chat.When(nine, chat.DayOnly, "Europe/Berlin"), chat.In(chat.Channel(s)),
				}).Draw(rt, "span"))
			}
			return spans
		}
		m := chat.Message{Buttons: []chat.Button{{Label: "Answer", Value: chat.Value{Verb: "answer"}}, {Label: "More", Value: chat.Value{Verb: "more"}}}}
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
		for _, message := range Messages(chat.Action{Key: "k", Do: chat.Direct, Message: m}, names) {
			checkMessage(t, message, true)
			if raw, _ := json.Marshal(message.Blocks); strings.Contains(string(raw), `"type":"user"`) || strings.Contains(string(raw), `"type":"broadcast"`) || strings.Contains(string(raw), `"type":"mrkdwn"`) {
				t.Errorf("somebody is notified: %s", raw)
			}
		}
		for _, v := range viewPages(t, m) {
			checkView(t, v)
		}
		if t.Failed() {
			rt.FailNow()
		}
	})
}

// What is longer in Slack's way of counting than in ours is cut, so that the form can be opened at all.
func TestFormOfEmoji(t *testing.T) {
	wide := func(n int) string { return strings.Repeat("🐍", n) }
	f := chat.Form{
		Title: wide(24), Submit: wide(24), Value: chat.Value{Verb: "answer"}, Intro: []chat.Block{chat.Text(wide(12_000))},
		Fields: []chat.Field{
			{Name: "answer", Label: wide(45), Hint: wide(100), Kind: chat.LongField, Value: wide(3000)},
			{Name: "many", Label: "a\u202eb", Kind: chat.ManyField, Choices: []chat.Choice{{Label: wide(75), Value: "1"}, {Label: wide(74), Value: "2"}}},
		},
	}
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	checkView(t, form(f, Origin{Channel: "C0PREP"}, names))
	m := chat.Message{Blocks: []chat.Block{chat.Text(wide(30))}, Buttons: []chat.Button{
		{Label: wide(75), Value: chat.Value{Verb: "a"}}, {Label: wide(74), Value: chat.Value{Verb: "b"}}, {Label: "c", Value: chat.Value{Verb: "c"}},
	}}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	checkMessage(t, Messages(chat.Action{Key: "k", Do: chat.Post, Message: m}, names)[0], true)
}

// Slack takes no instant before 1970 nor one of thousands of years hence; and what a label holds acts on nothing where it is spoken.
func TestOddInstantsAndLabels(t *testing.T) {
	for _, at := range []time.Time{{}, time.Unix(-1, 0), time.Unix(0, 0), time.Unix(1, 0), time.Unix(1e11, 0), time.Unix(1e11+1, 0), time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC)} {
		for _, zone := range []string{"Europe/Berlin", "Nowhere/At_All", "../../etc/passwd", ""} {
			for _, style := range []chat.WhenStyle{chat.TimeOnly, chat.DayTime, chat.DayOnly, chat.Relative, "odd"} {
				m := chat.Message{Blocks: []chat.Block{chat.Say(chat.When(at, style, zone))}}
				checkMessage(t, Messages(chat.Action{Key: "k", Do: chat.Post, Message: m}, names)[0], true)
				checkView(t, viewPages(t, m)[0])
			}
		}
	}
	m := chat.Message{Blocks: []chat.Block{chat.Text("a")}, Buttons: []chat.Button{{Label: "\x00b\u202ec", Value: chat.Value{Verb: "a"}}}}
	drawn := Messages(chat.Action{Key: "k", Do: chat.Post, Message: m}, names)[0]
	if raw := string(asJSON(t, drawn)); strings.Contains(raw, "\\u0000") || strings.Count(raw, "\u202e") != strings.Count(raw, "\u202c") {
		t.Errorf("%s", raw)
	}
	wide := chat.Choice{Label: strings.Repeat("🐍", chat.MaxLabel), Value: "1"}
	if got := options([]chat.Choice{wide}).Options[0].Text.Text; chars(got) > chat.MaxLabel {
		t.Errorf("a choice of %d characters is offered", chars(got))
	}
}

// What is cut is not read to its end: a line may have hundreds of thousands of characters, and each button speaks of it.
func TestClipReadsNoFurtherThanItMust(t *testing.T) {
	for name, one := range map[string]string{"a": "a", "🐍": "🐍", "é": "e\u0301", "family": "👩‍👩‍👧", "flood": "a" + strings.Repeat("\u0301", 300)} {
		for n := 1; n < 200; n += 7 {
			got := page.Clip(strings.Repeat(one, 400), n)
			kept, cut := strings.CutSuffix(got, "…")
			if !cut || page.Units(got) > n || name != "flood" && (strings.Count(kept, one)*len(one) != len(kept) || page.Units(kept)+page.Units(one) < n) {
				t.Errorf("%s, to %d: %q", name, n, got)
			}
		}
	}
	places := func(bytes int) float64 { // of which clip learns
		line := strings.Repeat("word ", bytes/5)
		return testing.AllocsPerRun(1, func() { page.Clip(line, chat.MaxLabel) })
	}
	if short, long := places(5000), places(500_000); long > short {
		t.Errorf("of a longer line it reads more: %v allocations after %v", long, short)
	}
}

// A screen reader that lists the buttons of a channel hears no two alike, and of each which message it belongs to.
func TestAccessibleButtons(t *testing.T) {
	said := func(m chat.Message) (labels []string) {
		for _, b := range Messages(chat.Action{Key: "k", Do: chat.Post, Message: m}, names)[0].Blocks.BlockSet {
			if row, ok := b.(buttonRow); ok {
				for _, e := range row.Elements {
					labels = append(labels, e.AccessibilityLabel)
				}
			}
		}
		return labels
	}
	long := strings.Repeat("long ", 14)
	m := chat.Message{Blocks: []chat.Block{chat.Text("Question 12"), chat.Text("Why?")}, Buttons: []chat.Button{
		{Label: "Answer", Value: chat.Value{Verb: "a"}}, {Label: "Answer, Question 12", Value: chat.Value{Verb: "b"}},
		{Label: long + "é", Value: chat.Value{Verb: "c"}}, {Label: long + "ü", Value: chat.Value{Verb: "d"}},
	}}
	want := []string{"Answer, Question 12", "Answer, Question 12, Question 12", long + "é", long + "ü"}
	if diff := cmp.Diff(want, said(m)); diff != "" {
		t.Error(diff)
	}
	m.Buttons[1].Label = "Answer" // no engine's message has this; Slack takes it
	if got := said(m)[:2]; got[0] == got[1] {
		t.Errorf("%q", got)
	}
	m = chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("Every day in "), chat.In("C0PREP"))}, Buttons: m.Buttons[:1]}
	if got := said(m)[0]; got != "Answer, Every day in the channel" {
		t.Errorf("%q, want no id of a channel in it", got)
	}
}

// A picture is shown where Slack can fetch it; elsewhere what it shows is said.
func TestPicture(t *testing.T) {
	for address, shown := range map[string]bool{
		"https://greenroom.example.com/p/1.png": true, "http://greenroom.example.com/p/1.png": false, "/p/1.png": false, "//evil.example/1.png": false,
		"https://127.0.0.1/1.png": false, "https://[::1]/1.png": false, "https://10.0.0.1/p.png": false, "https://localhost/1.png": false,
		"https://box.local/1.png": false, "https://a@b.example/1.png": false, "javascript:alert(1)": false, "https://x.example/" + strings.Repeat("a", 3000): false,
	} {
		m := chat.Message{Blocks: []chat.Block{chat.Text("Week 48"), {Kind: chat.PictureBlock, Text: address, Alt: "Mira <3 leads"}}}
		got := Messages(chat.Action{Key: "k", Do: chat.Post, Message: m}, names)[0]
		checkMessage(t, got, true)
		checkView(t, viewPages(t, m)[0])
		raw := string(asJSON(t, got.Blocks))
		if strings.Contains(raw, `"type":"image"`) != shown || !strings.Contains(raw, "leads") || !strings.HasSuffix(got.Text, "Mira &lt;3 leads") {
			t.Errorf("%s: %s, %s", address, raw, got.Text)
		}
	}
}

// A table that Slack has no block for is drawn as code while that can be read, then as lines.
func TestTables(t *testing.T) {
	row := func(cells ...string) (row [][]chat.Span) {
		for _, c := range cells {
			row = append(row, []chat.Span{chat.Words(c)})
		}
		return row
	}
	narrow := chat.Block{Kind: chat.RowsBlock, Rows: [][][]chat.Span{row("name", "points"), row("Mira", "27")}}
	wide := chat.Block{Kind: chat.RowsBlock, Rows: [][][]chat.Span{row("name", strings.Repeat("points ", 12)), row("Mira", "27")}}
	drawn := func(view bool, blocks ...chat.Block) string {
		return string(asJSON(t, slack.Blocks{BlockSet: draw(page.Rows(blocks), names, view)}))
	}
	for name, test := range map[string]struct{ got, want string }{
		"one in a message": {drawn(false, narrow), `"type":"table"`},
		"a second one":     {drawn(false, narrow, narrow), `"text":"name  points\n----  ------\nMira  27"`},
		"in a view":        {drawn(true, narrow), `"text":"name  points\n----  ------\nMira  27"`},
		"wide in a view":   {drawn(true, wide), `\nMira | 27"`},
	} {
		if !strings.Contains(strings.ReplaceAll(test.got, `"},{"type":"text","text":"`, ""), test.want) {
			t.Errorf("%s: %s", name, test.got)
		}
	}
}

// What Slack sends of a text is read as it was typed.
func FuzzText(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		inert := escape(s)
		if strings.ContainsAny(inert, "<>") {
			t.Errorf("%q has markup", inert)
		}
		if got := plain(inert); got != s {
			t.Errorf("%q comes back as %q", s, got)
		}
	})
}
