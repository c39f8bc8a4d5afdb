package slackfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// stage is hill in a bubble, with an app at a socket that answers as its handler says and calls the Web API meanwhile.
type stage struct {
	*world
	app    *app
	answer atomic.Pointer[func(envelope) (any, bool)] // acknowledges with nothing when nil
}

// play runs a test on a stage.
func play(t *testing.T, test func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{})
		s := &stage{world: &world{t: t, f: f, w: w, token: w.Install(everyScope...), http: f.client()}}
		s.app = connect(t, f, func(e envelope) (any, bool) {
			if answer := s.answer.Load(); answer != nil {
				return (*answer)(e)
			}
			return nil, true
		})
		if err := w.Invite("C0PREP", "U0MIRA"); err != nil {
			t.Fatal(err)
		}
		test(s)
	})
}

// last is the last envelope of a type that the app got.
func (s *stage) last(kind string) envelope {
	s.t.Helper()
	all := s.app.envelopes(kind)
	if len(all) == 0 {
		s.t.Fatalf("the app got no %s", kind)
	}
	return all[len(all)-1]
}

// answers makes the app answer everything so.
func (s *stage) answers(answer func(envelope) (any, bool)) { s.answer.Store(&answer) }

// says makes the app acknowledge everything with a JSON text.
func (s *stage) says(text string) {
	s.answers(func(envelope) (any, bool) { return json.RawMessage(text), true })
}

// buttons is blocks with buttons; each label is its value's upper case.
func buttons(values ...string) []any {
	var elements []any
	for _, v := range values {
		elements = append(elements, object{"type": "button", "action_id": "act-" + v, "value": v, "text": object{"type": "plain_text", "text": strings.ToUpper(v)}})
	}
	return []any{object{"type": "actions", "block_id": "row", "elements": elements}}
}

// want checks fields of a payload: dotted paths with list positions, and what stands there; nil where nothing does.
func (s *stage) want(e envelope, fields map[string]any) {
	s.t.Helper()
	for path, want := range fields {
		var keys []any
		for _, key := range strings.Split(path, ".") {
			if len(key) == 1 && key[0] >= '0' && key[0] <= '9' {
				keys = append(keys, int(key[0]-'0'))
				continue
			}
			keys = append(keys, key)
		}
		if got := e.field(s.t, keys...); got != want {
			s.t.Errorf("%s is %v, want %v, in %s", path, got, want, e.Payload)
		}
	}
}

func TestCommandPayload(t *testing.T) {
	play(t, func(s *stage) {
		if err := s.w.Command("U0SAM", "C0PREP", "/greenroom", "quiz & <more> https://go.dev #interview-prep"); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("slash_commands"), map[string]any{
			"command": "/greenroom", "text": "quiz &amp; &lt;more&gt; <https://go.dev> <#C0PREP|interview-prep>", "team_id": "T0HILL", "channel_id": "C0PREP",
			"channel_name": "interview-prep", "user_id": "U0SAM", "user_name": "sam", "api_app_id": s.f.cfg.AppID, "is_enterprise_install": "false",
		})
	})
}

func TestCommandAnswered(t *testing.T) {
	play(t, func(s *stage) {
		for _, c := range []struct {
			ack     string
			private string
			public  string
			err     error
		}{
			{`{}`, "", "", nil},
			{`{"text":"for you"}`, "for you", "", nil},
			{`{"text":"for all","response_type":"in_channel"}`, "", "for all", nil},
			{`{"response_type":"ephemeral","text":"x","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"drawn"}}]}`, "drawn", "", nil},
			{`{"text":"x","blocks":[{"type":"section"}]}`, "", "", DispatchFailed},
			{`{"response_type":"ephemeral"}`, "", "", DispatchFailed},
		} {
			s.says(c.ack)
			s.w.Reload("U0SAM")
			before := len(s.w.Messages("C0PREP"))
			err := s.w.Command("U0SAM", "C0PREP", "/greenroom", "")
			seen, all := s.w.Ephemerals("U0SAM"), s.w.Messages("C0PREP")[before:]
			if !errors.Is(err, c.err) || (c.private != "") != (len(seen) == 1) || (c.public != "") != (len(all) == 1) {
				t.Errorf("%s: %v, %d private, %d public", c.ack, err, len(seen), len(all))
				continue
			}
			if c.private != "" && seen[0].Plain != c.private || c.public != "" && all[0].Plain != c.public {
				t.Errorf("%s: %+v %+v", c.ack, seen, all)
			}
		}
	})
}

func TestCommandWhere(t *testing.T) {
	play(t, func(s *stage) {
		if err := s.w.DM("U0SAM", "hello"); err != nil {
			t.Fatal(err)
		}
		if err := s.w.Command("U0SAM", s.w.Direct("U0SAM"), "/greenroom", ""); err != nil {
			t.Error(err)
		}
		s.want(s.last("slash_commands"), map[string]any{"channel_id": s.w.Direct("U0SAM"), "channel_name": "directmessage"})
		if err := s.w.Command("U0MIRA", "G0KEEP", "/greenroom", ""); err != nil { // the bot is not there
			t.Error(err)
		}
		s.want(s.last("slash_commands"), map[string]any{"channel_id": "G0KEEP", "channel_name": "privategroup"})
		n := len(s.app.envelopes("slash_commands"))
		if err := s.w.Command("U0SAM", "G0KEEP", "/greenroom", ""); !errors.Is(err, NotThere) {
			t.Errorf("in a channel that Sam cannot see: %v", err)
		}
		if err := s.w.CommandInThread("U0SAM", "C0PREP", "1.1", "/greenroom", ""); err == nil || !strings.Contains(err.Error(), "not supported in threads") {
			t.Errorf("in a thread: %v", err)
		}
		if len(s.app.envelopes("slash_commands")) != n {
			t.Error("the app heard of them")
		}
	})
}

func TestClickMessage(t *testing.T) {
	play(t, func(s *stage) {
		metadata := object{"event_type": "greenroom", "event_payload": object{"key": "post/1"}}
		ts := s.ok("chat.postMessage", object{"channel": "C0PREP", "text": "Question", "blocks": buttons("answer", "hint"), "metadata": metadata})["ts"].(string)
		at := s.w.Messages("C0PREP")[0].Place()
		for _, name := range []string{"ANSWER", "answer", "act-answer"} {
			if err := s.w.Click("U0SAM", at, name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		e := s.last("interactive")
		s.want(e, map[string]any{
			"type": "block_actions", "team.id": "T0HILL", "user.id": "U0SAM", "user.team_id": "T0HILL", "channel.id": "C0PREP", "channel.name": "interview-prep",
			"container.type": "message", "container.message_ts": ts, "container.channel_id": "C0PREP", "container.is_ephemeral": false, "container.thread_ts": nil,
			"message.ts": ts, "message.text": "Question", "message.metadata.event_payload.key": "post/1", "message.app_id": s.f.cfg.AppID,
			"actions.0.type": "button", "actions.0.value": "answer", "actions.0.action_id": "act-answer", "actions.0.block_id": "row",
			"actions.0.text.text": "ANSWER", "is_enterprise_install": false, "enterprise": nil, "view": nil,
		})
		if e.field(t, "trigger_id") == "" || e.field(t, "actions", 0, "action_ts") == s.app.envelopes("interactive")[0].field(t, "actions", 0, "action_ts") || e.Accepts {
			t.Errorf("%s", e.Payload)
		}
		for _, err := range []error{s.w.Click("U0SAM", at, "nothing"), s.w.Click("U0SAM", Place{Channel: "C0PREP", TS: "1.1"}, "answer"), s.w.Click("U0SAM", Place{}, "answer"), s.w.Click("U0SAM", Place{Home: true}, "answer")} {
			if !errors.Is(err, NotThere) {
				t.Error(err)
			}
		}
		s.ok("chat.postMessage", object{"channel": "C0PREP", "thread_ts": ts, "text": "Follow-up", "blocks": buttons("one")})
		if err := s.w.Click("U0SAM", s.w.Thread("C0PREP", ts)[1].Place(), "ONE"); err != nil {
			t.Error(err)
		}
		s.want(s.last("interactive"), map[string]any{"container.thread_ts": ts, "message.thread_ts": ts})
	})
}

func TestClickEphemeral(t *testing.T) {
	play(t, func(s *stage) {
		s.ok("chat.postEphemeral", object{"channel": "C0PREP", "user": "U0SAM", "text": "Yours", "blocks": buttons("show")})
		at := s.w.Ephemerals("U0SAM")[0].Place()
		if err := s.w.Click("U0SAM", at, "SHOW"); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("interactive"), map[string]any{"container.is_ephemeral": true, "container.message_ts": at.TS, "message": nil})
		if err := s.w.Click("U0MIRA", at, "SHOW"); !errors.Is(err, NotThere) {
			t.Errorf("Mira sees Sam's: %v", err)
		}
	})
}

func TestClickHome(t *testing.T) {
	play(t, func(s *stage) {
		s.ok("views.publish", object{"user_id": "U0SAM", "view": object{"type": "home", "blocks": buttons("set-up"), "private_metadata": "p"}})
		if err := s.w.Click("U0SAM", Place{Home: true}, "SET-UP"); err != nil {
			t.Fatal(err)
		}
		home, _ := s.w.Home("U0SAM")
		s.want(s.last("interactive"), map[string]any{
			"container.type": "view", "container.view_id": home.ID, "view.id": home.ID, "view.type": "home", "view.private_metadata": "p", "view.hash": home.Hash,
			"view.app_installed_team_id": "T0HILL", "response_url": nil, "channel": nil, "message": nil,
		})
	})
}

func TestClickUnanswered(t *testing.T) {
	play(t, func(s *stage) {
		s.draw("C0PREP", buttons("answer"))
		s.answers(func(envelope) (any, bool) { return nil, false })
		began := time.Now()
		if err := s.w.Click("U0SAM", s.w.Messages("C0PREP")[0].Place(), "ANSWER"); !errors.Is(err, OperationTimeout) || time.Since(began) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		time.Sleep(10 * time.Minute)
		if n := len(s.app.envelopes("interactive")); n != 1 {
			t.Errorf("it was delivered %d times", n)
		}
	})
}

func (s *stage) draw(channel string, blocks []any) string {
	s.t.Helper()
	return s.ok("chat.postMessage", object{"channel": channel, "text": "x", "blocks": blocks})["ts"].(string)
}

func TestChoose(t *testing.T) {
	play(t, func(s *stage) {
		options := []any{upper("a"), upper("b")}
		s.draw("C0PREP", []any{object{"type": "actions", "elements": []any{
			object{"type": "static_select", "action_id": "menu", "options": options},
			object{"type": "overflow", "action_id": "more", "options": options},
			object{"type": "checkboxes", "action_id": "ticks", "options": options},
			object{"type": "users_select", "action_id": "who"},
		}}})
		at := s.w.Messages("C0PREP")[0].Place()
		for _, c := range []struct {
			element string
			values  []string
			path    string
			want    any
		}{
			{"menu", []string{"b"}, "actions.0.selected_option.value", "b"},
			{"more", []string{"a"}, "actions.0.selected_option.text.text", "A"},
			{"ticks", []string{"a", "b"}, "actions.0.selected_options.1.value", "b"},
			{"who", []string{"U0MIRA"}, "actions.0.selected_user", "U0MIRA"},
		} {
			if err := s.w.Choose("U0SAM", at, c.element, c.values...); err != nil {
				t.Errorf("%s: %v", c.element, err)
				continue
			}
			s.want(s.last("interactive"), map[string]any{c.path: c.want, "actions.0.action_id": c.element})
		}
		if err := s.w.Choose("U0SAM", at, "menu", "c"); err == nil {
			t.Error("an option was chosen that is not there")
		}
	})
}

func upper(value string) object {
	return object{"text": object{"type": "plain_text", "text": strings.ToUpper(value)}, "value": value}
}

func TestTriggers(t *testing.T) {
	play(t, func(s *stage) {
		view := object{"type": "modal", "title": object{"type": "plain_text", "text": "T"}, "blocks": []any{object{"type": "divider"}}}
		trigger := func() string {
			if err := s.w.Command("U0SAM", "C0PREP", "/greenroom", ""); err != nil {
				t.Fatal(err)
			}
			return s.last("slash_commands").field(t, "trigger_id").(string)
		}
		id := trigger()
		time.Sleep(3 * time.Second)
		s.ok("views.open", object{"trigger_id": id, "view": view})
		s.refused("exchanged_trigger_id", "views.open", object{"trigger_id": id, "view": view})
		id = trigger()
		time.Sleep(3*time.Second + time.Millisecond)
		s.refused("expired_trigger_id", "views.open", object{"trigger_id": id, "view": view})
		s.refused("invalid_trigger_id", "views.open", object{"trigger_id": "1.2.3", "view": view})
		if len(s.w.Views("U0SAM")) != 1 {
			t.Error("not one modal is open")
		}
	})
}

// respond posts to a response URL.
func (s *stage) respond(url, body string) (int, string) {
	s.t.Helper()
	res, err := s.http.Post(url, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, strings.TrimSpace(string(said))
}

func TestResponseURLEnds(t *testing.T) {
	play(t, func(s *stage) {
		command := func() string {
			if err := s.w.Command("U0SAM", "C0PREP", "/greenroom", ""); err != nil {
				t.Fatal(err)
			}
			return s.last("slash_commands").field(t, "response_url").(string)
		}
		url := command()
		for i, want := range []struct {
			body, said string
			status     int
		}{
			{`{"text":"1"}`, `{"ok":true}`, 200},
			{`{"text":"2"}`, `{"ok":true}`, 200},
			{`{"text":`, `{"error":"invalid_payload","ok":false}`, 400},
			{`{}`, `{"error":"no_text","ok":false}`, 400},
			{`{"text":"3"}`, `{"ok":true}`, 200},
			{`{"text":"4","replace_original":true}`, `{"ok":true}`, 200},
			{`{"text":"5"}`, `{"ok":true}`, 200},
			{`{"text":"6"}`, `{"error":"used_url","ok":false}`, 404},
		} {
			if status, said := s.respond(url, want.body); status != want.status || said != want.said {
				t.Errorf("%d, %s: %d %s", i, want.body, status, said)
			}
		}
		if seen := s.w.Ephemerals("U0SAM"); len(seen) != 5 || len(s.w.Ephemerals("U0MIRA")) != 0 {
			t.Errorf("%+v", seen)
		}
		url = command()
		time.Sleep(30 * time.Minute)
		if status, said := s.respond(url, `{"text":"late"}`); status != 200 {
			t.Errorf("%d %s", status, said)
		}
		time.Sleep(time.Second)
		if status, said := s.respond(url, `{"text":"too late"}`); status != 404 || !strings.Contains(said, "expired_url") {
			t.Errorf("%d %s", status, said)
		}
		if status, _ := s.respond(url+"0", `{"text":"x"}`); status != 404 {
			t.Errorf("an unknown address: %d", status)
		}
	})
}

func TestResponseURLShows(t *testing.T) {
	play(t, func(s *stage) {
		click := func(at Place) string {
			if err := s.w.Click("U0SAM", at, "ANSWER"); err != nil {
				t.Fatal(err)
			}
			return s.last("interactive").field(t, "response_url").(string)
		}
		ts := s.draw("C0PREP", buttons("answer"))
		url := click(Place{Channel: "C0PREP", TS: ts})
		for _, body := range []string{
			`{"text":"private"}`, `{"text":"public","response_type":"in_channel"}`, `{"text":"reply","response_type":"in_channel","thread_ts":"` + ts + `"}`,
			`{"text":"changed","replace_original":true}`,
		} {
			if status, said := s.respond(url, body); status != 200 {
				t.Errorf("%s: %d %s", body, status, said)
			}
		}
		all, thread, private := s.w.Messages("C0PREP"), s.w.Thread("C0PREP", ts), s.w.Ephemerals("U0SAM")
		if len(all) != 2 || all[0].Plain != "changed" || all[1].Plain != "public" || len(thread) != 2 || thread[1].Plain != "reply" || len(private) != 1 {
			t.Errorf("%+v %+v %+v", all, thread, private)
		}
		if status, _ := s.respond(url, `{"delete_original":true}`); status != 200 || len(s.w.Messages("C0PREP")) != 1 {
			t.Errorf("%d, the message stands", status)
		}

		s.w.Reload("U0SAM")
		s.ok("chat.postEphemeral", object{"channel": "C0PREP", "user": "U0SAM", "text": "Yours", "blocks": buttons("answer")})
		at := s.w.Ephemerals("U0SAM")[0].Place()
		url = click(at)
		if status, _ := s.respond(url, `{"text":"now","replace_original":true,"response_type":"in_channel"}`); status != 200 {
			t.Error(status)
		}
		if seen := s.w.Ephemerals("U0SAM"); len(seen) != 1 || seen[0].Plain != "now" || seen[0].TS != at.TS || len(s.w.Messages("C0PREP")) != 1 {
			t.Errorf("%+v", seen)
		}
		if status, _ := s.respond(url, `{"delete_original":true}`); status != 200 || len(s.w.Ephemerals("U0SAM")) != 0 {
			t.Errorf("%d, the message stands", status)
		}
	})
}

// A response URL needs no membership, and goes wrong as calls do.
func TestResponseURLFaults(t *testing.T) {
	play(t, func(s *stage) {
		if err := s.w.Command("U0MIRA", "G0KEEP", "/greenroom", ""); err != nil {
			t.Fatal(err)
		}
		url := s.last("slash_commands").field(t, "response_url").(string)
		s.f.Next(1, respondMethod, Busy)
		s.f.Next(1, respondMethod, FailAfter)
		for _, want := range []int{http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusOK} {
			if status, said := s.respond(url, `{"text":"x"}`); status != want {
				t.Errorf("%d %s, want %d", status, said, want)
			}
		}
		if seen := s.w.Ephemerals("U0MIRA"); len(seen) != 2 {
			t.Errorf("%+v", seen)
		}
	})
}
