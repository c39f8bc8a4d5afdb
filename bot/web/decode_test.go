package web

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"greenroom/bot/chat"
)

var (
	noon  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	robin = sender{Member: "m1", Channels: []chat.Channel{"interview-prep", "random"}, Now: noon}
)

// posting is a form as a page posts it, changed by pairs of a name and a value.
func posting(pairs ...string) url.Values {
	v := url.Values{"token": {"1795435200000-abcdef123456"}, "room": {"c:random"}, "zone": {"Europe/Berlin"}, "kind": {"line"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func TestDecode(t *testing.T) {
	base := chat.Event{
		ID:        chat.EventID{At: time.UnixMilli(1795435200000).UTC(), Name: "web:m1:1795435200000-abcdef123456"},
		Workspace: Workspace, Room: "c:random", Channel: "random", Member: "m1", Manager: true, At: noon, Zone: "Europe/Berlin",
	}
	with := func(change func(*chat.Event)) chat.Event {
		e := base
		change(&e)
		return e
	}
	line := func(text string, typed bool) chat.Event {
		return with(func(e *chat.Event) { e.Kind, e.Text, e.Typed = chat.Line, text, typed })
	}
	direct := func(text string, typed bool) chat.Event {
		return with(func(e *chat.Event) { e.Kind, e.Text, e.Typed, e.Room, e.Channel = chat.Line, text, typed, "d:m1", "" })
	}
	value := chat.Value{Verb: "answer", Post: "p/1", Part: 2, Arg: "1"}
	for _, c := range []struct {
		name  string
		form  url.Values
		event chat.Event
		show  string
	}{
		{"words in a channel are for the people there", posting("text", "has anybody slept?"), with(func(*chat.Event) {}), "has anybody slept?"},
		{"a mention", posting("text", "@Greenroom: question python"), line("question python", true), "@Greenroom: question python"},
		{"a bare mention", posting("text", "@greenroom"), line("", true), "@greenroom"},
		{"somebody else's name", posting("text", "@greenroomies hello"), with(func(*chat.Event) {}), "@greenroomies hello"},
		{"a command", posting("text", " /greenroom schedule add 9:00 weekdays"), line("schedule add 9:00 weekdays", false), ""},
		{"a bare command", posting("text", "/greenroom"), line("", false), ""},
		{"an alias", posting("text", "/Question  async io"), line("question async io", false), ""},
		{"words in a direct message", posting("text", "an event loop\r\nruns it", "room", "d:m1"), direct("an event loop\nruns it", true), "an event loop\nruns it"},
		{"a command in a direct message", posting("text", "/leaderboard month", "room", "d:m1"), direct("leaderboard month", false), ""},
		{
			"a click", posting("kind", "click", "value", value.Encode()),
			with(func(e *chat.Event) { e.Kind, e.Value = chat.Click, value }), "",
		},
		{
			"a submission", posting("kind", "submit", "value", value.Encode(), "f.answer", "one\r\ntwo\x00", "f.how", "me"),
			with(func(e *chat.Event) {
				e.Kind, e.Value, e.Fields = chat.Submit, value, map[string][]string{"answer": {"one\ntwo"}, "how": {"me"}}
			}), "",
		},
		{
			"a completion", posting("kind", "complete", "text", "/greenroom settings zone Eur"),
			with(func(e *chat.Event) {
				e.ID, e.Kind, e.Text, e.Focus = chat.EventID{}, chat.Complete, "settings zone Eur", "Eur"
			}), "",
		},
		{
			"a completion of an alias", posting("kind", "complete", "text", "/question "),
			with(func(e *chat.Event) { e.ID, e.Kind, e.Text = chat.EventID{}, chat.Complete, "question " }), "",
		},
		{
			"a zone that is none", posting("kind", "home", "zone", "../../etc/passwd"),
			with(func(e *chat.Event) { e.ID, e.Kind, e.Zone = chat.EventID{}, chat.Home, "" }), "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := decode(c.form, robin)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Event, c.event) {
				t.Errorf("event\n%+v, want\n%+v", got.Event, c.event)
			}
			if got.Show != c.show {
				t.Errorf("shows %q, want %q", got.Show, c.show)
			}
		})
	}
}

func TestDecodeOrigin(t *testing.T) {
	got, err := decode(posting("text", "hi", "thread", "c:random.7", "message", "p:m1.9"), robin)
	want := origin{Room: "c:random", Channel: "random", Thread: "c:random.7", Message: "p:m1.9"}
	if err != nil || got.Origin != want {
		t.Errorf("%+v, %v", got.Origin, err)
	}
	got, err = decode(posting("text", "hi", "thread", "c:random.7", "room", "d:m1"), robin)
	if err != nil || got.Origin.Thread != "" {
		t.Errorf("a direct conversation has no threads: %+v, %v", got.Origin, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		form url.Values
		page bool   // the page is at fault
		want string // part of the sentence
	}{
		{"no token", posting("token", ""), true, ""},
		{"a token of long ago", posting("token", "1700000000000-abcdef123456"), true, ""},
		{"a token of the future", posting("token", "1900000000000-abcdef123456"), true, ""},
		{"a token with signs", posting("token", "1795435200000-abcdef:23456"), true, ""},
		{"another's direct messages", posting("room", "d:m2", "text", "hi"), true, ""},
		{"a channel that is none", posting("room", "c:secret", "text", "hi"), true, ""},
		{"a kind that people cannot do", posting("kind", "timer"), true, ""},
		{"a value that is none", posting("kind", "click", "value", "<script>"), true, ""},
		{"an empty message", posting("text", " \n "), false, "write something"},
		{"a long message", posting("text", strings.Repeat("ä", maxText+1)), false, "4001"},
		{"an unknown command", posting("text", "/shrug"), false, "/greenroom help"},
	} {
		_, err := decode(c.form, robin)
		if err == nil || errors.Is(err, errPage) != c.page || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestTooLongFieldsAreNamed(t *testing.T) {
	errs := tooLong(map[string][]string{"a": {strings.Repeat("ä", chat.MaxAnswer)}, "b": {strings.Repeat("ä", chat.MaxAnswer+1)}})
	if len(errs) != 1 || !strings.Contains(errs["b"], "3001") {
		t.Errorf("%v", errs)
	}
}

func TestCleanName(t *testing.T) {
	for typed, want := range map[string]string{
		"  Ada \t Lovelace\n": "Ada Lovelace", "Zoë": "Zoë", "<b>x</b>": "<b>x</b>", "a\u202eb": "a b", "李": "李",
		"": "", " \u200b\u2060 ": "", strings.Repeat("x", maxName+1): "",
	} {
		got, err := cleanName(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q becomes %q, %v; want %q", typed, got, err, want)
		}
	}
}

// Whatever is posted: no panic, nobody acts for another, nothing that looks is remembered, text is clean and bounded.
func FuzzDecode(f *testing.F) {
	f.Add("kind=line&text=hi&room=c%3Arandom&token=1795435200000-abcdef123456&zone=UTC")
	f.Add("kind=click&value=answer%3Ap%3A0&room=d%3Am1&token=1795435200000-abcdef123456&message=p%3Am1.1")
	f.Add("kind=submit&value=answer%3Ap%3A0%3A1&f.answer=a%0D%0Ab&f.x=1&f.x=2&room=c%3Arandom&token=1795435200000-abcdef123456")
	f.Add("kind=complete&text=%2Fgreenroom+sch&room=c%3Arandom&token=1795435200000-abcdef123456")
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Skip()
		}
		got, err := decode(v, robin)
		if err != nil {
			if got.Event.Kind != "" || got.Show != "" {
				t.Errorf("refused, and yet %+v", got)
			}
			return
		}
		e := got.Event
		if e.Member != "m1" || e.Workspace != Workspace || (e.Room != "c:random" && e.Room != "c:interview-prep" && e.Room != "d:m1") {
			t.Errorf("acts as %q in %q, %q", e.Member, e.Workspace, e.Room)
		}
		if looks := e.Kind == chat.Complete || e.Kind == chat.Home; e.Kind != "" && (e.ID == chat.EventID{}) != looks {
			t.Errorf("a %s has the id %v", e.Kind, e.ID)
		}
		if e.Kind == "" && got.Show == "" && chat.Kind(v.Get("kind")) != chat.Complete {
			t.Error("neither shown nor handed on")
		}
		for _, text := range append([]string{e.Text, got.Show}, e.Fields["answer"]...) {
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r\x1b") {
				t.Errorf("text is not clean: %q", text)
			}
		}
		if len(e.Fields) > chat.MaxFields || utf8.RuneCountInString(got.Show) > maxText {
			t.Errorf("%d fields, %d characters", len(e.Fields), utf8.RuneCountInString(got.Show))
		}
	})
}
