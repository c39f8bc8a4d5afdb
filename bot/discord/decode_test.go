package discord

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"greenroom/bot/chat"
)

const (
	app   = "1100000000000000001"
	mira  = "80351110224678912"
	guild = "discord:197038439483310086"
	prep  = "290926798626357999"
	first = 1574348783616000000 // the first id of 2026-11-23 09:00 UTC
)

var (
	nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	now  = nine.Add(time.Second)
)

func payload(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "decode", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestDecode(t *testing.T) {
	in := func(n int, e chat.Event) chat.Event { // in the guild's channel, unless e says otherwise
		e.ID, e.At, e.Member = chat.EventID{At: nine, Name: "interaction/" + strconv.Itoa(first+n)}, nine, mira
		e.Locale = "en-GB"
		if e.Room == "" {
			e.Workspace, e.Room, e.Channel, e.Manager = guild, "c:"+prep, prep, true
		}
		return e
	}
	way := func(n int, w Way) Way {
		w.ID, w.App, w.Token = strconv.Itoa(first+n), app, "aW50ZXJhY3Rpb246dG9rZW4"
		if w.Channel == "" {
			w.Channel = prep
		}
		return w
	}
	const direct = "290926798626358001"
	for _, test := range []struct {
		name, dispatch string
		want           Inbound
	}{
		{"command", "INTERACTION_CREATE", Inbound{
			Event: in(1, chat.Event{Kind: chat.Line, Text: "schedule add 9:00 weekdays Europe/Berlin python <#" + prep + "> 3 shuffle"}),
			Way:   way(1, Way{Type: 2}),
		}},
		{"alias", "INTERACTION_CREATE", Inbound{ // in a direct message: the connection knows the guild
			Event: in(2, chat.Event{Kind: chat.Line, Text: "question python", Room: "d:" + mira}),
			Way:   way(2, Way{Type: 2, Channel: direct}),
		}},
		{"click", "INTERACTION_CREATE", Inbound{
			Event: in(3, chat.Event{Kind: chat.Click, Value: chat.Value{Look: true, Verb: "answer", Post: "12"}, Clicked: prep + "/290926798626359000"}),
			Way:   way(3, Way{Type: 3}),
		}},
		{"click_thread", "INTERACTION_CREATE", Inbound{ // a thread is part of its channel's room
			Event: in(4, chat.Event{Kind: chat.Click, Value: chat.Value{Look: true, Verb: "full", Post: "12"}, Clicked: "290926798626359000/290926798626359000"}),
			Way:   way(4, Way{Type: 3, Channel: "290926798626359000"}),
		}},
		{"click_private", "INTERACTION_CREATE", Inbound{
			Event: in(5, chat.Event{Kind: chat.Click, Value: chat.Value{Verb: "show", Post: "12"}}),
			Way:   way(5, Way{Type: 3, Private: true}),
		}},
		{"click_direct", "INTERACTION_CREATE", Inbound{
			Event: in(6, chat.Event{Kind: chat.Click, Workspace: guild, Room: "d:" + mira, Value: chat.Value{Look: true, Verb: "answer", Post: "12", Part: 1}, Clicked: direct + "/290926798626359000"}),
			Way:   way(6, Way{Type: 3, Private: true, Channel: direct}), Named: true,
		}},
		{"click_alone", "INTERACTION_CREATE", Inbound{
			Event: in(7, chat.Event{Kind: chat.Click, Workspace: "discord:@" + mira, Room: "d:" + mira, Value: chat.Value{Look: true, Verb: "answer", Post: "12", Part: 1}, Clicked: direct + "/290926798626359000"}),
			Way:   way(7, Way{Type: 3, Private: true, Channel: direct}), Named: true,
		}},
		{"submission", "INTERACTION_CREATE", Inbound{
			Event: in(8, chat.Event{
				Kind: chat.Submit, Value: chat.Value{Verb: "answer", Post: "12", Arg: "1"},
				Fields: map[string][]string{"answer": {"One thread & an <event loop>"}, "said": {"1", "3"}, "empty": {}},
			}),
			Way: way(8, Way{Type: 5, Wrote: []string{"One thread & an <event loop>"}}),
		}},
		{"personal", "INTERACTION_CREATE", Inbound{ // only the member has installed the app
			Event: in(10, chat.Event{Kind: chat.Line, Text: "practice", Workspace: "discord:@" + mira, Room: "d:" + mira, Manager: true, Alone: true}),
			Way:   way(10, Way{Type: 2}),
		}},
		{"direct", "MESSAGE_CREATE", Inbound{
			Event: chat.Event{
				ID: chat.EventID{At: nine, Name: "message/" + strconv.Itoa(first+11)}, At: nine, Kind: chat.Line, Member: mira,
				Room: "d:" + mira, Typed: true, Text: "It waits for <I/O>",
			},
			Way: Way{Channel: direct},
		}},
		{"mention", "MESSAGE_CREATE", Inbound{
			Event: chat.Event{
				ID: chat.EventID{At: nine, Name: "message/" + strconv.Itoa(first+12)}, At: nine, Kind: chat.Line, Member: mira,
				Workspace: guild, Channel: prep, Room: "c:" + prep, Typed: true, Text: "leaderboard <@80351110224678913> month",
			},
			Way: Way{Channel: prep},
		}},
		{"removed", "GUILD_DELETE", Inbound{Event: chat.Event{Kind: chat.Gone, At: now, Workspace: guild}}},
		{"added", "GUILD_CREATE", Inbound{Event: chat.Event{ID: chat.EventID{At: nine, Name: "joined/197038439483310086"}, Kind: chat.Back, At: nine, Workspace: guild}}},
		{"channel_gone", "CHANNEL_DELETE", Inbound{Event: chat.Event{Kind: chat.Left, At: now, Workspace: guild, Channel: prep, Room: "c:" + prep}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Decode(test.dispatch, payload(t, test.name), app, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}

	t.Run("autocomplete", func(t *testing.T) {
		got, err := Decode("INTERACTION_CREATE", payload(t, "autocomplete"), app, now)
		e := got.Event
		if err != nil || e.Kind != chat.Complete || e.Text != "question pyth" || e.Focus != "pyth" || e.ID != (chat.EventID{}) {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

// After three seconds the token is void: a submission is still taken, and its reply goes by direct message.
func TestInteractionExpires(t *testing.T) {
	for _, name := range []string{"click", "submission"} {
		for age, want := range map[time.Duration]bool{2 * time.Second: false, 4 * time.Second: true} {
			in, err := Decode("INTERACTION_CREATE", payload(t, name), app, nine.Add(age))
			if err != nil || in.Event.Expired != want || in.Event.Value.Verb != "answer" {
				t.Errorf("%s, %v old: %+v, %v", name, age, in.Event, err)
			}
		}
	}
}

// What is written like a mention and is none names nobody: it must not be kept as a manager.
func TestMentionsOnly(t *testing.T) {
	for line, want := range map[string]string{
		"settings managers @mira <@1> <@&2>": "settings managers mira <@1> <@&2>",
		"/greenroom settings managers @mira": "/greenroom settings managers mira",
		"@property turns a method  into one": "@property turns a method  into one",
		"The settings managers  @cache":      "The settings managers  @cache",
	} {
		if got := mentionsOnly(line); got != want {
			t.Errorf("%q is read as %q, want %q", line, got, want)
		}
	}
}

func TestDecodeIgnores(t *testing.T) {
	for body, dispatch := range map[string]string{
		string(payload(t, "outage")): "GUILD_DELETE",
		`{"id":"1574840497766400000","type":0,"guild_id":"1","channel_id":"2","author":{"id":"3"},"content":"just talking"}`: "MESSAGE_CREATE",
		`{"id":"1574840497766400000","type":0,"channel_id":"2","author":{"id":"3","bot":true},"content":"hi"}`:               "MESSAGE_CREATE",
		`{"id":"1574840497766400000","type":7,"channel_id":"2","author":{"id":"3"},"content":"hi"}`:                          "MESSAGE_CREATE",
		`{"id":"1574840497766400000","type":1,"user":{"id":"3"}}`:                                                            "INTERACTION_CREATE",
		`{}`: "TYPING_START",
	} {
		if _, err := Decode(dispatch, []byte(body), app, now); !errors.Is(err, ErrIgnored) {
			t.Errorf("%s %s: %v", dispatch, body, err)
		}
	}
}

// Whatever its value and workspace, a button's custom_id fits Discord and reads back.
func TestCustomID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := chat.Value{
			Look: rapid.Bool().Draw(t, "look"), Verb: rapid.StringMatching(`[a-z-]{1,12}`).Draw(t, "verb"),
			Post: rapid.StringN(0, 30, 60).Draw(t, "post"), Part: rapid.IntRange(0, 99).Draw(t, "part"), Arg: rapid.StringN(0, 4, 8).Draw(t, "arg"),
		}
		if len(v.Encode()) > chat.MaxValue || !strings.HasPrefix(strings.TrimPrefix(v.Encode(), "?"), v.Verb) {
			t.Skip("too long for a value")
		}
		n := rapid.Uint64Range(1, 1<<63).Draw(t, "id")
		id := strconv.FormatUint(n, 10)
		for _, workspace := range []chat.Workspace{"", Guild(id), Alone(mira)} {
			s := customID(v, workspace)
			if len(s) > 100 {
				t.Fatalf("%q has %d bytes", s, len(s))
			}
			gotWorkspace, rest := splitID(s, mira)
			got, err := chat.ParseValue(rest)
			if err != nil || got != v || gotWorkspace != workspace {
				t.Fatalf("%q reads as %q %+v %v", s, gotWorkspace, got, err)
			}
		}
	})
}

// Whatever arrives, Decode either says no or gives an event that can be routed once its workspace is known.
func FuzzDecode(f *testing.F) {
	names, _ := filepath.Glob("testdata/decode/*.json")
	for _, name := range names {
		body, _ := os.ReadFile(name)
		for i := range 5 {
			f.Add(i, body)
		}
	}
	f.Fuzz(func(t *testing.T, kind int, body []byte) {
		dispatches := []string{"INTERACTION_CREATE", "MESSAGE_CREATE", "GUILD_CREATE", "GUILD_DELETE", "CHANNEL_DELETE"}
		in, err := Decode(dispatches[uint(kind)%5], body, app, now)
		if err != nil {
			return
		}
		e := in.Event
		if e.Kind == "" || e.At.IsZero() {
			t.Errorf("an event without kind or time: %+v", e)
		}
		person := e.Kind != chat.Gone && e.Kind != chat.Back && e.Kind != chat.Left
		if person && (e.Member == "" || e.Room == "") {
			t.Errorf("an event without member or room: %+v", e)
		}
		if e.Workspace == "" && (!person || !strings.HasPrefix(string(e.Room), "d:")) {
			t.Errorf("an event without a workspace outside of a direct message: %+v", e)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Errorf("an event that cannot be written: %v", err)
		}
	})
}
