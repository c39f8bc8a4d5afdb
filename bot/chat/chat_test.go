package chat

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A value comes back from a platform as it went out, or it is not ours.
func TestValueRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := Value{
			Look: rapid.Bool().Draw(t, "look"), Verb: rapid.StringMatching(`[a-z][a-z-]{0,9}`).Draw(t, "verb"),
			Post: rapid.StringN(0, 8, 16).Draw(t, "post"), Part: rapid.IntRange(0, 99).Draw(t, "part"),
			Arg: rapid.StringN(0, 3, 6).Draw(t, "arg"),
		}
		s := v.Encode()
		if len(s) > MaxValue {
			t.Skip("too long for a button")
		}
		got, err := ParseValue(s)
		if err != nil || got != v {
			t.Fatalf("%+v as %q came back as %+v, %v", v, s, got, err)
		}
	})
}

func TestForeignValuesAreRefused(t *testing.T) {
	for _, s := range []string{
		"", "answer", "answer:p", ":p:0", "?:p:0", "answer:p:x", "answer:p:-1", "answer:p:0:a:b", "answer:%zz:0", "answer:p:0:%zz",
		"answer:" + strings.Repeat("p", MaxValue) + ":0", "https://example.org/",
	} {
		if v, err := ParseValue(s); err == nil {
			t.Errorf("%q was taken as %+v", s, v)
		}
	}
}

func FuzzParseValue(f *testing.F) {
	f.Add("?answer:abc:2:1")
	f.Add("a:%3A:0")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseValue(s)
		if err != nil {
			return
		}
		again, err := ParseValue(v.Encode())
		if err == nil && again != v {
			t.Fatalf("%q: %+v, then %+v", s, v, again)
		}
	})
}

// What only looks is known from the event alone.
func TestLooks(t *testing.T) {
	for _, c := range []struct {
		e    Event
		want bool
	}{
		{Event{Kind: Complete}, true},
		{Event{Kind: Home}, true},
		{Event{Kind: Click, Value: Value{Look: true, Verb: "more"}}, true},
		{Event{Kind: Click, Value: Value{Verb: "hint"}}, false},
		{Event{Kind: Submit, Value: Value{Look: true, Verb: "answer"}}, false},
		{Event{Kind: Timer}, false},
	} {
		if got := c.e.Looks(); got != c.want {
			t.Errorf("%+v looks: %v", c.e, got)
		}
	}
}

func button(label, verb string) Button { return Button{Label: label, Value: Value{Verb: verb}} }

func TestCheckRefusesWhatAPlatformWould(t *testing.T) {
	line := []Block{Text("something")}
	many := make([]Button, MaxButtons+1)
	for i := range many {
		many[i] = Button{Label: strings.Repeat("x", i+1), Value: Value{Verb: "v", Part: i}}
	}
	for name, m := range map[string]Message{
		"no blocks":          {},
		"too many buttons":   {Blocks: line, Buttons: many},
		"a label twice":      {Blocks: line, Buttons: []Button{button("Go", "a"), button("Go", "b")}},
		"a value twice":      {Blocks: line, Buttons: []Button{button("Go", "a"), button("Stop", "a")}},
		"an empty label":     {Blocks: line, Buttons: []Button{button("", "a")}},
		"a label too long":   {Blocks: line, Buttons: []Button{button(strings.Repeat("x", MaxLabel+1), "a")}},
		"a value too long":   {Blocks: line, Buttons: []Button{{Label: "Go", Value: Value{Verb: "a", Post: strings.Repeat("p", MaxValue)}}}},
		"a value that grows": {Blocks: line, Buttons: []Button{{Label: "Go", Value: Value{Verb: "a", Post: strings.Repeat("é", 20)}}}},
	} {
		if m.Check() == nil {
			t.Errorf("%s: passes", name)
		}
	}
	good := Message{Blocks: line, Buttons: []Button{button("Go", "a"), button(strings.Repeat("x", MaxLabel), "b")}}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}

func TestCheckOfForms(t *testing.T) {
	field := func(change func(*Field)) Form {
		f := Field{Name: "a", Label: "Answer", Kind: LongField}
		change(&f)
		return Form{Title: "T", Submit: "S", Value: Value{Verb: "v"}, Fields: []Field{f}}
	}
	choices := make([]Choice, MaxChoices+1)
	for i := range choices {
		choices[i] = Choice{Label: "c", Value: string(rune('a' + i))}
	}
	for name, f := range map[string]Form{
		"no fields":         {Title: "T", Submit: "S"},
		"long title":        {Title: strings.Repeat("T", MaxTitle+1), Submit: "S", Fields: field(func(*Field) {}).Fields},
		"six with intro":    {Title: "T", Submit: "S", Intro: []Block{Text("i")}, Fields: make([]Field, 5)},
		"no name":           field(func(f *Field) { f.Name = "" }),
		"no label":          field(func(f *Field) { f.Label = "" }),
		"long hint":         field(func(f *Field) { f.Hint = strings.Repeat("h", 101) }),
		"initial too long":  field(func(f *Field) { f.Max, f.Value = 3, "four" }),
		"no choices":        field(func(f *Field) { f.Kind = ManyField }),
		"too many choices":  field(func(f *Field) { f.Kind, f.Choices = ManyField, choices }),
		"a choice twice":    field(func(f *Field) { f.Kind, f.Choices = OneField, []Choice{{"a", "x"}, {"b", "x"}} }),
		"an answer of 3001": field(func(f *Field) { f.Max = MaxAnswer + 1 }),
	} {
		if f.Check() == nil {
			t.Errorf("%s: passes", name)
		}
	}
	if err := field(func(*Field) {}).Check(); err != nil {
		t.Error(err)
	}
}

func TestPlainSaysEverything(t *testing.T) {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	m := Message{
		Blocks: []Block{
			Say(Strong("Question 12"), Words(" by "), Who("m1"), Words(" in "), In("c1"), Words(" until "), When(at, DayTime, "UTC")),
			Heading("What is `x`?"), List([]Span{Literal("one")}, []Span{Code("two")}),
			{Kind: ListBlock, Numbered: true, Items: [][]Span{{Words("first")}}},
			{Kind: RowsBlock, Rows: [][][]Span{{{Words("a")}, {Words("b")}}}},
			{Kind: CodeBlock, Text: "code()"}, {Kind: PictureBlock, Text: "/p.png", Alt: "a picture"},
		},
		Buttons: []Button{button("Answer", "answer"), button("More", "more")},
		After:   []Block{Text("small print")},
	}
	got := m.Plain(Speak{
		Who: func(m Member) string { return "@" + string(m) }, Channel: func(c Channel) string { return "#" + string(c) },
		When: func(s Span) string { return s.At.Format("15:04") }, Markdown: func(s string) string { return strings.ToUpper(s) },
	})
	want := "Question 12 by @m1 in #c1 until 08:00\nWHAT IS `X`?\n- one\n- two\n1. first\na, b\ncode()\na picture\n[Answer] [More]\nsmall print"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// An action is stored in the outbox as JSON: nothing of it may be lost there.
func TestActionSurvivesTheOutbox(t *testing.T) {
	a := Action{
		Key: "w/post/1", Do: Thread, Workspace: "w:1", Channel: "c", Member: "m", Room: "c:c", Target: "t", Copy: "x",
		Message: Message{
			Blocks:  []Block{{Kind: RowsBlock, Text: "t", Lang: "go", Alt: "a", Strong: true, Numbered: true, Spans: []Span{{Kind: WhoSpan, Text: "x", Strong: true, Member: "m", Ping: true, At: time.Unix(1, 0).UTC(), Zone: "UTC", Style: TimeOnly}}, Items: [][]Span{{Words("i")}}, Rows: [][][]Span{{{Words("r")}}}}},
			Buttons: []Button{{Label: "L", Value: Value{Look: true, Verb: "v", Post: "p", Part: 2, Arg: "a"}, Main: true}},
			After:   []Block{Text("after")}, Topic: "topic",
		},
		Until: time.Unix(2, 0).UTC(), Tell: true, Once: true, Counter: true,
	}
	full(t, "Action", reflect.ValueOf(a))
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var got Action
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, got) {
		t.Errorf("got %+v\nwant %+v", got, a)
	}
}

// full fails where a field of a struct is zero: a new field must be in the test above.
func full(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") == "-" { // said to the platform only, never stored
				continue
			}
			if v.Field(i).IsZero() && v.Type() != reflect.TypeFor[Span]() && v.Type() != reflect.TypeFor[Block]() {
				t.Errorf("%s.%s is zero", name, v.Type().Field(i).Name)
			}
			full(t, name+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			full(t, name, v.Index(i))
		}
	}
}

// Edits have keys of their own, so that a refused edit is not taken for a refused message.
func TestEditKeys(t *testing.T) {
	if k := EditKey("w/post/1"); k == "w/post/1" || !IsEdit(k) || IsEdit("w/post/1") {
		t.Errorf("the edit of w/post/1 is %q", k)
	}
}

// Order is kept within a place: a channel with its threads, or one member's direct messages.
func TestPlaces(t *testing.T) {
	post := Action{Do: Post, Workspace: "w:1", Channel: "c"}
	thread, edit := Action{Do: Thread, Workspace: "w:1", Channel: "c"}, Action{Do: Edit, Workspace: "w:1", Channel: "c"}
	if post.Place() != thread.Place() || post.Place() != edit.Place() {
		t.Error("a post, its thread and its edits are in different places")
	}
	seen := map[string]bool{}
	for _, a := range []Action{
		post, {Do: Post, Workspace: "w:2", Channel: "c"}, {Do: Post, Workspace: "w:1", Channel: "d"},
		{Do: Direct, Workspace: "w:1", Member: "c"}, {Do: Direct, Workspace: "w:1", Member: "d", Channel: "c"},
	} {
		if seen[a.Place()] {
			t.Errorf("%+v shares the place %s", a, a.Place())
		}
		seen[a.Place()] = true
	}
}
