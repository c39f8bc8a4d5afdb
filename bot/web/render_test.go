package web

import (
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
)

// nasty is what somebody may write who means no good.
const nasty = `<script>alert(1)</script><img src=x onerror=alert(2)>" autofocus onfocus="alert(3)' {{.}} javascript:alert(4)`

func (w *world) drawn(m message) string {
	w.t.Helper()
	s, err := w.pages.text("message", entry{message: m, Names: func(id chat.Member) string { return "N:" + string(id) }})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func body(blocks ...chat.Block) message {
	return message{ID: "c:random.1", Channel: "random", Body: &chat.Message{Blocks: blocks}}
}

func TestDrawBlocks(t *testing.T) {
	w := newWorld(t, nil)
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		block chat.Block
		want  string
	}{
		"markdown": {chat.Markdown("a *b* and `c`"), `<div class="markdown"><p>a <em>b</em> and <code>c</code></p></div>`},
		"heading":  {chat.Heading("What?"), `<div class="markdown strong"><p>What?</p></div>`},
		"fence":    {chat.Markdown("```go\nif a < b {}\n```"), `<pre tabindex="0"><code>if a &lt; b {}`},
		"items":    {chat.Markdown("- a\n- b"), `<ul><li>`},
		"link":     {chat.Markdown("[x](https://go.dev/)"), `<a href="https://go.dev/" rel="noopener noreferrer nofollow" target="_blank">x</a>`},
		"line":     {chat.Say(chat.Strong("One"), chat.Words(" & "), chat.Code("a<b")), `<p><strong>One</strong> &amp; <code>a&lt;b</code></p>`},
		"who":      {chat.Say(chat.Who("m2"), chat.Ping("m3")), `<span class="who"><bdi>N:m2</bdi></span><span class="who ping">@<bdi>N:m3</bdi></span>`},
		"when":     {chat.Say(chat.When(at, chat.DayTime, "Europe/Berlin")), `<time datetime="2026-11-24T08:00:00Z" data-style="day">Tue 24 Nov, 09:00</time>`},
		"time":     {chat.Say(chat.When(at, chat.TimeOnly, "Asia/Tokyo")), `data-style="time">17:00</time>`},
		"date":     {chat.Say(chat.When(at, chat.DayOnly, "nowhere")), `data-style="date">Tue 24 Nov</time>`},
		"channel":  {chat.Say(chat.In("random")), `<a href="/c/random">#random</a>`},
		"list":     {chat.List([]chat.Span{chat.Words("a")}, []chat.Span{chat.Literal("b")}), `<ul><li>a</li><li><bdi>b</bdi></li></ul>`},
		"numbered": {chat.Block{Kind: chat.ListBlock, Numbered: true, Items: [][]chat.Span{{chat.Words("a")}}}, `<ol><li>a</li></ol>`},
		"rows": {
			chat.Block{Kind: chat.RowsBlock, Rows: [][][]chat.Span{{{chat.Words("Name")}}, {{chat.Words("Mira")}}}},
			`<tr><th scope="col">Name</th></tr><tr><td>Mira</td></tr>`,
		},
		"code":           {chat.Block{Kind: chat.CodeBlock, Text: "<b>"}, `<pre tabindex="0"><code>&lt;b&gt;</code></pre>`},
		"picture":        {chat.Block{Kind: chat.PictureBlock, Text: "/p/1.svg", Alt: "a graph"}, `<img src="/p/1.svg" alt="a graph">`},
		"foreign":        {chat.Block{Kind: chat.PictureBlock, Text: "//evil.example/1.svg", Alt: "a graph"}, `<p>a graph</p>`},
		"a bad link":     {chat.Markdown("[x](javascript:alert(1))"), `x`},
		"maths, spoken":  {chat.Markdown("$n^2$"), `role="math" aria-label="n squared"`},
		"maths, written": {chat.Markdown("$n^2$"), `>n²</span>`},
	} {
		if got := w.drawn(body(c.block)); !strings.Contains(got, c.want) {
			t.Errorf("%s: no %s in\n%s", name, c.want, got)
		}
	}
}

func TestTextFromPeopleIsInert(t *testing.T) {
	w := newWorld(t, nil)
	m := body(
		chat.Say(chat.Literal(nasty), chat.Words(nasty), chat.Code(nasty), chat.Who(chat.Member(nasty)), chat.In(chat.Channel(nasty))),
		chat.Markdown(nasty), chat.Heading(nasty), chat.List([]chat.Span{chat.Literal(nasty)}),
		chat.Block{Kind: chat.CodeBlock, Text: nasty, Lang: nasty}, chat.Block{Kind: chat.PictureBlock, Text: nasty, Alt: nasty},
	)
	m.Body.Buttons = []chat.Button{{Label: nasty[:70], Value: chat.Value{Verb: "x", Post: nasty[:20]}}}
	m.From = chat.Member(nasty)
	for name, html := range map[string]string{"a message of the bot": w.drawn(m), "a member's message": w.drawn(message{From: "m2", Text: nasty})} {
		for _, bad := range []string{"<script", "<img", `" autofocus`, `onfocus="`} {
			if strings.Contains(html, bad) {
				t.Errorf("%s holds %s:\n%s", name, bad, html)
			}
		}
	}
	s, err := w.pages.text("form", form{Form: chat.Form{
		Title: nasty, Submit: nasty, Intro: []chat.Block{chat.Text(nasty)}, Value: chat.Value{Verb: "x", Post: nasty},
		Fields: []chat.Field{
			{Name: nasty, Label: nasty, Hint: nasty, Kind: chat.LongField, Value: "</textarea>" + nasty},
			{Name: "b", Label: nasty, Kind: chat.ShortField, Value: nasty},
			{Name: "c", Label: nasty, Kind: chat.OneField, Choices: []chat.Choice{{Label: nasty, Value: nasty}}},
		},
	}, Origin: origin{Thread: nasty}, Names: func(chat.Member) string { return nasty }})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", `" autofocus`, `onfocus="`} {
		if strings.Contains(s, bad) {
			t.Errorf("the form holds %s:\n%s", bad, s)
		}
	}
	if strings.Count(s, "</textarea>") != 1 {
		t.Error("a text ends its own field")
	}
}

func TestPrivateMessagesAreMarked(t *testing.T) {
	w := newWorld(t, nil)
	m := body(chat.Text("x"))
	m.Only = host
	if got := w.drawn(m); !strings.Contains(got, "Only you see this") {
		t.Error("a private message in a channel is not marked")
	}
	m.Body = &chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong("Question 1."), chat.Words(" Only you see this."))}}
	if got := w.drawn(m); strings.Count(got, "Only you see this") != 1 || strings.Count(m.Body.Blocks[0].Spans[1].Text, "Only") != 1 {
		t.Errorf("a text that says it itself is marked twice, or was changed: %s", got)
	}
	m.Body = body(chat.Text("x")).Body
	m.Only, m.Direct, m.Channel = "", host, ""
	if got := w.drawn(m); strings.Contains(got, "Only you see this") {
		t.Error("in a direct conversation, where everything is private, the mark is noise")
	}
}

func TestAddressesStayWithin(t *testing.T) {
	for in, want := range map[string]string{
		"/p/a.svg": "/p/a.svg", "//x/y": "", "https://x/y": "", "": "", "/a\\b": "", "javascript:x": "", "/a\nb": "",
	} {
		if got := localAddress(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	for in, want := range map[string]string{"http://127.0.0.1:8080/c/random?x=1": "/c/random", "": "/", "http://x//evil.example": "/", ":": "/"} {
		if got := backTo(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
