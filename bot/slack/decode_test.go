package slack

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenroom/bot/chat"
)

var (
	nine = time.Unix(1795424400, 0).UTC()
	now  = nine.Add(20 * time.Second)
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
	mira := func(e chat.Event) chat.Event {
		e.Workspace, e.Member = "slack:T0HILL", "U0MIRA"
		if e.Room == "" {
			e.Channel, e.Room = "C0PREP", "c:C0PREP"
		}
		return e
	}
	post := chat.MessageID("C0PREP/1795420800.000100")
	for _, test := range []struct {
		name string
		kind Payload
		sent time.Time
		want Inbound
	}{
		{"command", CommandPayload, nine, Inbound{
			mira(chat.Event{
				ID: chat.EventID{At: nine, Name: "command/13345224609.738474920.8088930838d88f008e0"}, Kind: chat.Line, At: nine,
				Text: "schedule add 9:00 weekdays in <#C0PREP> by <@U0SAM> a < b",
			}),
			Way{Payload: "slash_commands", Trigger: "13345224609.738474920.8088930838d88f008e0", Response: "https://hooks.slack.example/commands/T0HILL/1/abc", From: Origin{Channel: "C0PREP"}},
		}},
		{"alias", CommandPayload, nine, Inbound{
			mira(chat.Event{
				ID: chat.EventID{At: nine, Name: "command/13345224610.738474920.8088930838d88f008e1"}, Kind: chat.Line, At: nine,
				Room: "d:U0MIRA", Text: "question python",
			}),
			Way{Payload: "slash_commands", Trigger: "13345224610.738474920.8088930838d88f008e1", Response: "https://hooks.slack.example/commands/T0HILL/2/abc", From: Origin{Channel: "D0MIRA"}},
		}},
		{"click", InteractionPayload, time.Time{}, Inbound{
			mira(chat.Event{
				ID: chat.EventID{At: nine.Add(118 * time.Millisecond), Name: "click/U0MIRA/1795424400.118000/?answer:C0PREP%2F12:0"}, Kind: chat.Click, At: nine.Add(118 * time.Millisecond),
				Value: chat.Value{Look: true, Verb: "answer", Post: "C0PREP/12"}, Clicked: post, Key: "post/C0PREP/12",
			}),
			Way{Payload: "block_actions", Trigger: "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3", Response: "https://hooks.slack.example/actions/T0HILL/3/abc", From: Origin{Channel: "C0PREP", Message: string(post)}},
		}},
		{"click_private", InteractionPayload, time.Time{}, Inbound{
			mira(chat.Event{
				ID: chat.EventID{At: nine.Add(10 * time.Second), Name: "click/U0MIRA/1795424410.000000/show:C0PREP%2F12:0"}, Kind: chat.Click, At: nine.Add(10 * time.Second),
				Value: chat.Value{Verb: "show", Post: "C0PREP/12"},
			}),
			Way{Payload: "block_actions", Trigger: "12321423424.333649436676.d8c1", Response: "https://hooks.slack.example/actions/T0HILL/4/abc", Thread: "1795420800.000100", Private: true, From: Origin{Channel: "C0PREP", Message: "C0PREP/1795424401.000200"}},
		}},
		{"click_view", InteractionPayload, time.Time{}, Inbound{
			mira(chat.Event{
				ID: chat.EventID{At: nine.Add(11500 * time.Millisecond), Name: "click/U0MIRA/1795424411.500000/?correct:C0PREP%2F12:0"}, Kind: chat.Click, At: nine.Add(11500 * time.Millisecond),
				Value: chat.Value{Look: true, Verb: "correct", Post: "C0PREP/12"},
			}),
			Way{Payload: "block_actions", Trigger: "156772938.1827394.x", View: "V0FEED", Depth: 1, From: Origin{Channel: "C0PREP", Message: string(post)}},
		}},
		{"click_old", InteractionPayload, now, Inbound{ // 40 minutes late, with a value that nobody knows any more
			mira(chat.Event{
				ID: chat.EventID{At: time.Unix(1795422000, 0).UTC(), Name: "click/U0MIRA/1795422000.000000/hint/from/last/year"}, Kind: chat.Click, At: time.Unix(1795422000, 0).UTC(),
				Clicked: post, Expired: true,
			}),
			Way{Payload: "block_actions", Trigger: "12321423423.333649436676.old", Response: "https://hooks.slack.example/actions/T0HILL/5/abc", From: Origin{Channel: "C0PREP", Message: string(post)}},
		}},
		{"submission", InteractionPayload, now.Add(-time.Second), Inbound{ // a guest of T0GUEST plays in T0HILL
			mira(chat.Event{
				ID: chat.EventID{At: nine, Name: "submit/VNHU13V36/156772938.1827394.submit"}, Kind: chat.Submit, At: now.Add(-time.Second),
				Value:  chat.Value{Verb: "answer", Post: "C0PREP/12", Arg: "1"},
				Fields: map[string][]string{"answer": {"One thread & an <event loop>"}, "said": {"1", "3"}, "send": {"yes"}, "empty": {}},
			}),
			Way{Payload: "view_submission", Trigger: "156772938.1827394.submit", View: "VNHU13V36", Title: "Question 12", Depth: 1, From: Origin{Channel: "C0PREP", Message: string(post), Value: "answer:C0PREP%2F12:0:1"}, Also: []chat.Workspace{"slack:T0GUEST"}, Wrote: []string{"One thread & an <event loop>"}},
		}},
		{"direct", EventPayload, now, Inbound{
			mira(chat.Event{
				ID: chat.EventID{At: nine.Add(500 * time.Microsecond), Name: "message/D0MIRA/1795424400.000500"}, Kind: chat.Line, At: nine.Add(500 * time.Microsecond),
				Room: "d:U0MIRA", Typed: true, Text: "It waits for <I/O>, see docs.python.org",
			}),
			Way{Payload: "message", From: Origin{Channel: "D0MIRA"}},
		}},
		{"mention", EventPayload, now, Inbound{
			chat.Event{
				ID: chat.EventID{At: nine.Add(600 * time.Microsecond), Name: "message/C0PREP/1795424400.000600"}, Kind: chat.Line, At: nine.Add(600 * time.Microsecond),
				Workspace: "slack:T0HILL", Member: "U0SAM", Channel: "C0PREP", Room: "c:C0PREP", Typed: true, Text: "leaderboard month",
			},
			Way{Payload: "app_mention", Thread: "1795420800.000100", From: Origin{Channel: "C0PREP"}},
		}},
		{"suggestion", InteractionPayload, now, Inbound{
			mira(chat.Event{Kind: chat.Complete, At: now, Text: "Berl", Focus: "Berl", Value: chat.Value{Verb: "setup", Post: "C0PREP"}}),
			Way{Payload: "block_suggestion", View: "V0SET", Depth: 1, From: Origin{Channel: "C0PREP", Value: "setup:C0PREP:0"}},
		}},
		{"uninstalled", EventPayload, now, Inbound{
			chat.Event{ID: chat.EventID{At: nine, Name: "event/Ev0GONE1"}, Kind: chat.Gone, At: nine, Workspace: "slack:T0HILL"},
			Way{Payload: "app_uninstalled"},
		}},
		{"revoked", EventPayload, now, Inbound{
			chat.Event{ID: chat.EventID{At: nine, Name: "event/Ev0GONE2"}, Kind: chat.Gone, At: nine, Workspace: "slack:T0HILL"},
			Way{Payload: "tokens_revoked"},
		}},
		{"home", EventPayload, now, Inbound{
			mira(chat.Event{Kind: chat.Home, At: nine, Room: "d:U0MIRA"}),
			Way{Payload: "app_home_opened", From: Origin{Channel: "D0MIRA"}},
		}},
		{"invited", EventPayload, now, Inbound{
			mira(chat.Event{ID: chat.EventID{At: nine, Name: "event/Ev0JOIN"}, Kind: chat.Joined, At: nine}),
			Way{Payload: "member_joined_channel", From: Origin{Channel: "C0PREP"}},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Decode(test.kind, payload(t, test.name), test.sent, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A further page of a long message is not what its key's record names, and is never taken for a second copy of it.
func TestClickOnFurtherPage(t *testing.T) {
	body := strings.Replace(string(payload(t, "click")), `"page":"1"`, `"page":"2"`, 1)
	in, err := Decode(InteractionPayload, []byte(body), now, now)
	if err != nil || in.Event.Key != "" || in.Event.Clicked == "" {
		t.Errorf("%+v, %v", in.Event, err)
	}
}

// A message in the direct conversation can be replaced: nobody else sees it.
func TestClickInDirectMessage(t *testing.T) {
	body := strings.ReplaceAll(string(payload(t, "click")), "C0PREP", "D0MIRA")
	in, err := Decode(InteractionPayload, []byte(body), now, now)
	if err != nil || !in.Way.Private || in.Event.Channel != "" || in.Event.Room != "d:U0MIRA" || in.Event.Clicked != "D0MIRA/1795420800.000100" {
		t.Errorf("%+v, %v", in, err)
	}
}

// Who does not say which bot it is about is not taken for ours, and Slackbot is not talked to: it might answer.
func TestDecodeOfNobody(t *testing.T) {
	for name, body := range map[string]string{
		"nobody joined": `{"team_id":"T0HILL","event_id":"Ev1","event_time":1795424400,"event":{"type":"member_joined_channel","user":{"id":"U0NEW"},"channel":"C0PREP","inviter":"U0MIRA"}}`,
		"Slackbot":      `{"team_id":"T0HILL","event_id":"Ev2","event_time":1795424400,"event":{"type":"message","channel_type":"im","user":"USLACKBOT","text":"hi","channel":"D0","ts":"1795424400.000100"}}`,
	} {
		if in, err := Decode(EventPayload, []byte(body), now, now); !errors.Is(err, ErrIgnored) {
			t.Errorf("%s: %+v, %v", name, in.Event, err)
		}
	}
}

// A submission that Slack sent more than three seconds ago cannot be answered in its form.
func TestSubmissionExpires(t *testing.T) {
	for age, want := range map[time.Duration]bool{2 * time.Second: false, 4 * time.Second: true} {
		in, err := Decode(InteractionPayload, payload(t, "submission"), now.Add(-age), now)
		if err != nil || in.Event.Expired != want {
			t.Errorf("sent %v ago: expired %v, %v; want %v", age, in.Event.Expired, err, want)
		}
	}
}

// The same delivery again, later, has the same id.
func TestDecodeIDIsStable(t *testing.T) {
	for _, name := range []string{"click", "submission", "direct", "uninstalled"} {
		kind := InteractionPayload
		if strings.Contains("direct uninstalled", name) {
			kind = EventPayload
		}
		first, _ := Decode(kind, payload(t, name), now, now)
		second, _ := Decode(kind, payload(t, name), now.Add(time.Minute), now.Add(time.Minute))
		if first.Event.ID != second.Event.ID || first.Event.ID.Name == "" {
			t.Errorf("%s: %v, then %v", name, first.Event.ID, second.Event.ID)
		}
	}
}

func TestDecodeIgnores(t *testing.T) {
	for name, body := range map[string]string{
		"own message":     `{"team_id":"T","event":{"type":"message","channel":"D1","channel_type":"im","user":"U1","bot_id":"B1","ts":"1.2"}}`,
		"edited message":  `{"team_id":"T","event":{"type":"message","subtype":"message_changed","channel":"D1","channel_type":"im","ts":"1.2"}}`,
		"channel message": `{"team_id":"T","event":{"type":"message","channel":"C1","channel_type":"channel","user":"U1","ts":"1.2"}}`,
		"unknown event":   `{"team_id":"T","event":{"type":"sunrise","channel":{"id":"C1"},"user":{"id":"U1"}}}`,
		"member's token":  `{"team_id":"T","event":{"type":"tokens_revoked","tokens":{"oauth":["U1"],"bot":[]}}}`,
		"messages tab":    `{"team_id":"T","event":{"type":"app_home_opened","tab":"messages","user":"U1"}}`,
	} {
		if _, err := Decode(EventPayload, []byte(body), now, now); !errors.Is(err, ErrIgnored) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Decode(InteractionPayload, []byte(`{"type":"view_closed","team":{"id":"T"},"user":{"id":"U"}}`), now, now); !errors.Is(err, ErrIgnored) || errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

// What nobody knew when this was written is told from what is merely not for us.
func TestDecodeUnknown(t *testing.T) {
	for body, kind := range map[string]Payload{
		`{"team_id":"T","event":{"type":"sunrise"}}`:              EventPayload,
		`{"type":"hologram","team":{"id":"T"},"user":{"id":"U"}}`: InteractionPayload,
		`{}`: "assistant",
	} {
		if _, err := Decode(kind, []byte(body), now, now); !errors.Is(err, ErrUnknown) || !errors.Is(err, ErrIgnored) {
			t.Errorf("%s: %v", body, err)
		}
	}
	limited := `{"type":"app_rate_limited","team_id":"T0HILL","minute_rate_limited":1518467820,"api_app_id":"A0GREEN"}`
	if _, err := Decode(EventPayload, []byte(limited), now, now); !errors.Is(err, ErrWithheld) || !strings.Contains(err.Error(), "T0HILL") {
		t.Error(err)
	}
}

// An installation for a whole organisation is refused, and what is needed to say so is there.
func TestDecodeOrgWide(t *testing.T) {
	for name, test := range map[string]struct {
		kind Payload
		body string
	}{
		"command":    {CommandPayload, `{"team_id":"T","is_enterprise_install":"true","user_id":"U","trigger_id":"1","response_url":"r"}`},
		"no team":    {CommandPayload, `{"is_enterprise_install":true,"user_id":"U","trigger_id":"1","response_url":"r"}`},
		"click":      {InteractionPayload, `{"type":"block_actions","team":null,"is_enterprise_install":true,"user":{"id":"U","team_id":"T"},"response_url":"r","actions":[{"value":"a:b:0","action_ts":"1795424400.1"}]}`},
		"submission": {InteractionPayload, `{"type":"view_submission","team":null,"is_enterprise_install":true,"user":{"id":"U","team_id":"T"},"view":{"type":"modal","state":{"values":{"answer":{"answer":{"value":"x"}}}}}}`},
		"nobody":     {InteractionPayload, `{"type":"block_actions","team":null,"is_enterprise_install":true,"user":{"id":"U"}}`},
		"event":      {EventPayload, `{"team_id":"T","event_id":"E","event_time":1,"event":{"type":"message"},"authorizations":[{"team_id":null,"enterprise_id":"E","is_enterprise_install":true}]}`},
	} {
		in, err := Decode(test.kind, []byte(test.body), now, now)
		if !errors.Is(err, ErrOrgWide) {
			t.Errorf("%s: %v", name, err)
		}
		answered := in.Way.Response != "" || len(in.Event.Fields) > 0
		if want := name != "nobody" && name != "event"; answered != want {
			t.Errorf("%s: can be answered %v, want %v: %+v", name, answered, want, in)
		}
	}
}

// In a channel that workspaces share, a guest's click belongs to where our message is.
func TestDecodeGuest(t *testing.T) {
	body := strings.ReplaceAll(string(payload(t, "click")), `"team":{"id":"T0HILL"`, `"team":{"id":"T0GUEST"`)
	body = strings.ReplaceAll(body, `"team_id":"T0HILL"`, `"team_id":"T0HOME"`)
	in, err := Decode(InteractionPayload, []byte(body), now, now)
	if err != nil || in.Event.Workspace != "slack:T0HILL" {
		t.Errorf("%v, %v", in.Event.Workspace, err)
	}
	if want := []chat.Workspace{"slack:T0GUEST", "slack:T0HOME"}; !cmp.Equal(in.Way.Also, want) {
		t.Errorf("also %v, want %v", in.Way.Also, want)
	}
}

// Of the messages with a subtype only those are read that a person just wrote.
func TestDecodeSubtypes(t *testing.T) {
	for subtype, read := range map[string]bool{
		"": true, "thread_broadcast": true, "file_share": true, "me_message": true,
		"message_changed": false, "message_deleted": false, "bot_message": false, "channel_join": false, "of_next_year": false,
	} {
		body := strings.Replace(string(payload(t, "direct")), `"type":"message"`, `"type":"message","subtype":"`+subtype+`"`, 1)
		_, err := Decode(EventPayload, []byte(body), now, now)
		if (err == nil) != read || err != nil && !errors.Is(err, ErrIgnored) {
			t.Errorf("%s: %v", subtype, err)
		}
	}
	empty := `{"team_id":"T","event":{"type":"message","channel":"D1","channel_type":"im","user":"U1","ts":"1795424400.1","subtype":"file_share","text":""}}`
	if _, err := Decode(EventPayload, []byte(empty), now, now); !errors.Is(err, ErrIgnored) {
		t.Errorf("a picture without words: %v", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, body := range map[string]string{
		"too deep":          `{"team_id":"T","event":{"type":"app_uninstalled"},"event_time":1,"x":` + deep(maxDepth) + `}`,
		"very deep":         `{"x":` + strings.Repeat("[", 1<<19),
		"no time":           `{"team_id":"T","event":{"type":"app_uninstalled"}}`,
		"a time to come":    `{"team_id":"T","event":{"type":"app_uninstalled"},"event_time":99999999999999}`,
		"a message then":    `{"team_id":"T","event":{"type":"message","channel":"D1","channel_type":"im","user":"U1","text":"x","ts":"253402300800.1"}}`,
		"a negative moment": `{"team_id":"T","event":{"type":"message","channel":"D1","channel_type":"im","user":"U1","text":"x","ts":"1795424400.-1"}}`,
		"no team":           `{"event":{"type":"app_uninstalled"},"event_time":1}`,
		"no JSON":           `{"team_id":`,
		"a list":            `[]`,
	} {
		if in, err := Decode(EventPayload, []byte(body), now, now); err == nil || errors.Is(err, ErrIgnored) {
			t.Errorf("%s: %+v, %v", name, in.Event, err)
		}
	}
	// Brackets in a text do not nest.
	text := strings.Repeat(`[{\"`, 1000)
	body := strings.Replace(string(payload(t, "direct")), `"text":"`, `"text":"`+text, 1)
	if in, err := Decode(EventPayload, []byte(body), now, now); err != nil || !strings.HasPrefix(in.Event.Text, `[{"[{"`) {
		t.Errorf("%v", err)
	}
	if _, err := Decode(EventPayload, []byte(`{"team_id":"T","event":{"type":"app_uninstalled"},"event_time":1,"x":`+deep(maxDepth-1)+`}`), now, now); err != nil {
		t.Errorf("as deep as may be: %v", err)
	}
}

// Whatever arrives, Decode either says no or gives an event that the shell can route.
func FuzzDecode(f *testing.F) {
	names, _ := filepath.Glob("testdata/decode/*.json")
	for _, name := range names {
		body, _ := os.ReadFile(name)
		for i := range 3 {
			f.Add(i, body)
		}
	}
	f.Fuzz(func(t *testing.T, kind int, body []byte) {
		kinds := []Payload{EventPayload, InteractionPayload, CommandPayload}
		in, err := Decode(kinds[uint(kind)%3], body, now, now)
		if err != nil {
			return
		}
		e := in.Event
		if e.Kind == "" || e.Workspace == "" || e.At.IsZero() {
			t.Errorf("an event without kind, workspace or time: %+v", e)
		}
		person := e.Kind == chat.Line || e.Kind == chat.Click || e.Kind == chat.Submit || e.Kind == chat.Complete || e.Kind == chat.Home
		if person && (e.Member == "" || e.Room == "") {
			t.Errorf("an event without member or room: %+v", e)
		}
		if !e.Looks() && e.Kind != chat.Gone && e.ID.Name == "" {
			t.Errorf("an event without an id: %+v", e)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Errorf("an event that cannot be written: %v", err)
		}
	})
}
