package slackfake

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func plainly(text string) object { return object{"type": "plain_text", "text": text} }

// asking is a form with these blocks; it has a button to submit.
func asking(title string, blocks ...any) object {
	return object{"type": "modal", "title": plainly(title), "submit": plainly("Send"), "callback_id": "greenroom", "private_metadata": "here", "blocks": blocks}
}

// asked is an input block whose block_id is its action_id.
func asked(name string, element object) object {
	element["action_id"] = name
	return object{"type": "input", "block_id": name, "label": plainly(name), "element": element}
}

func asksText(name string) object { return asked(name, object{"type": "plain_text_input"}) }

// open opens a modal for Sam.
func (s *stage) open(view object) View {
	s.t.Helper()
	if err := s.w.Command("U0SAM", "C0PREP", "/greenroom", ""); err != nil {
		s.t.Fatal(err)
	}
	s.ok("views.open", object{"trigger_id": s.last("slash_commands").field(s.t, "trigger_id"), "view": view})
	return s.top()
}

// top is Sam's topmost modal.
func (s *stage) top() View {
	s.t.Helper()
	views := s.w.Views("U0SAM")
	if len(views) == 0 {
		s.t.Fatal("no modal is open")
	}
	return views[len(views)-1]
}

func TestSubmitState(t *testing.T) {
	play(t, func(s *stage) {
		options := []any{upper("a"), upper("b"), upper("c")}
		named := func(name, kind string, more object) object {
			element := object{"type": kind}
			maps.Copy(element, more)
			return asked(name, element)
		}
		v := s.open(asking("All", asksText("text"), named("kept", "plain_text_input", object{"initial_value": "as it was"}),
			named("one", "static_select", object{"options": options}), named("radio", "radio_buttons", object{"options": options, "initial_option": upper("b")}),
			named("many", "checkboxes", object{"options": options, "initial_options": []any{upper("a")}}),
			named("menu", "multi_static_select", object{"option_groups": []any{object{"label": plainly("group"), "options": options}}}),
			named("who", "users_select", nil), named("where", "conversations_select", nil), named("day", "datepicker", nil), named("time", "timepicker", nil),
		))
		if err := s.w.Submit("U0SAM", map[string][]string{
			"text": {"5 < 6 & <!channel>"}, "one": {"c"}, "many": {"b", "c"}, "menu": {"a"}, "who": {"U0MIRA"}, "where": {"C0PREP"}, "day": {"2026-11-30"}, "time": {"09:00"},
		}); err != nil {
			t.Fatal(err)
		}
		e := s.last("interactive")
		s.want(e, map[string]any{
			"type": "view_submission", "view.id": v.ID, "view.hash": v.Hash, "view.private_metadata": "here", "view.callback_id": "greenroom",
			"view.root_view_id": v.ID, "view.previous_view_id": nil, "view.title.text": "All", "view.app_installed_team_id": "T0HILL",
			"view.state.values.text.text.value": "5 < 6 & <!channel>", "view.state.values.text.text.type": "plain_text_input",
			"view.state.values.kept.kept.value": "as it was", "view.state.values.one.one.selected_option.value": "c",
			"view.state.values.radio.radio.selected_option.value": "b", "view.state.values.many.many.selected_options.1.value": "c",
			"view.state.values.menu.menu.selected_options.0.text.text": "A", "view.state.values.who.who.selected_user": "U0MIRA",
			"view.state.values.where.where.selected_conversation": "C0PREP", "view.state.values.day.day.selected_date": "2026-11-30",
			"view.state.values.time.time.selected_time": "09:00", "user.id": "U0SAM",
		})
		if !e.Accepts || len(s.w.Views("U0SAM")) != 0 {
			t.Error("the form is still open")
		}
	})
}

// Slack itself refuses what a form does not take, and the app hears nothing of it.
func TestSubmitChecks(t *testing.T) {
	play(t, func(s *stage) {
		limited := asked("limited", object{"type": "plain_text_input", "min_length": 2, "max_length": 4})
		optional := asksText("optional")
		optional["optional"] = true
		ticks := asked("ticks", object{"type": "checkboxes", "options": []any{upper("a")}})
		s.open(asking("Checks", asksText("needed"), limited, optional, ticks))
		good := map[string][]string{"needed": {"x"}, "limited": {"abc"}, "ticks": {"a"}}
		for name, put := range map[string]map[string][]string{
			"needed": {"needed": {}}, "limited": {"limited": {"a"}}, "ticks": {"ticks": {}},
		} {
			values := maps.Clone(good)
			maps.Copy(values, put)
			var wrong FieldErrors
			if err := s.w.Submit("U0SAM", values); !errors.As(err, &wrong) || len(wrong) != 1 || wrong[name] == "" || s.top().Errors[name] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, put := range []string{"abcde", "🦊🦊🦊"} { // Slack counts UTF-16 units
			var wrong FieldErrors
			values := maps.Clone(good)
			values["limited"] = []string{put}
			if err := s.w.Submit("U0SAM", values); !errors.As(err, &wrong) || wrong["limited"] == "" {
				t.Errorf("%q: %v", put, err)
			}
		}
		for name, values := range map[string]map[string][]string{
			"no such field": {"other": {"x"}}, "no such option": {"ticks": {"z"}}, "two values": {"needed": {"a", "b"}},
		} {
			var wrong FieldErrors
			if err := s.w.Submit("U0SAM", values); err == nil || errors.As(err, &wrong) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := len(s.app.envelopes("interactive")); n != 0 {
			t.Errorf("the app heard of %d submissions", n)
		}
		if err := s.w.Submit("U0SAM", good); err != nil {
			t.Error(err)
		}
	})
}

func TestSubmitAnswered(t *testing.T) {
	view, err := json.Marshal(asking("Next", asksText("more")))
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(view), `"submit"`, `"submitt"`, 1)
	for _, c := range []struct {
		name   string
		ack    string
		err    error
		titles []string
	}{
		{"nothing", `{}`, nil, nil},
		{"clear", `{"response_action":"clear"}`, nil, nil},
		{"update", `{"response_action":"update","view":` + string(view) + `}`, nil, []string{"Next"}},
		{"push", `{"response_action":"push","view":` + string(view) + `}`, nil, []string{"First", "Next"}},
		{"errors", `{"response_action":"errors","errors":{"answer":"too short"}}`, FieldErrors{}, []string{"First"}},
		{"errors elsewhere", `{"response_action":"errors","errors":{"other":"too short"}}`, TroubleConnecting, []string{"First"}},
		{"errors at no input", `{"response_action":"errors","errors":{"row":"too short"}}`, TroubleConnecting, []string{"First"}},
		{"no errors", `{"response_action":"errors","errors":{}}`, TroubleConnecting, []string{"First"}},
		{"broken view", `{"response_action":"update","view":` + broken + `}`, TroubleConnecting, []string{"First"}},
		{"no view", `{"response_action":"push"}`, TroubleConnecting, []string{"First"}},
		{"unknown", `{"response_action":"close"}`, TroubleConnecting, []string{"First"}},
		{"too large", `{"response_action":"update","view":` + string(view) + `,"x":"` + strings.Repeat("x", maxAck) + `"}`, TroubleConnecting, []string{"First"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			play(t, func(s *stage) {
				first := s.open(asking("First", asksText("answer"), buttons("help")[0]))
				s.says(c.ack)
				err := s.w.Submit("U0SAM", map[string][]string{"answer": {"mine"}})
				var wrong FieldErrors
				if _, isErrors := c.err.(FieldErrors); isErrors {
					if !errors.As(err, &wrong) || wrong["answer"] != "too short" || s.top().Errors["answer"] != "too short" {
						t.Errorf("%v", err)
					}
				} else if !errors.Is(err, c.err) {
					t.Errorf("%v", err)
				}
				var titles []string
				for _, v := range s.w.Views("U0SAM") {
					titles = append(titles, v.Title)
				}
				if !slices.Equal(titles, c.titles) {
					t.Errorf("open are %q, want %q", titles, c.titles)
				}
				if c.name == "update" && (s.top().ID != first.ID || s.top().Hash == first.Hash) {
					t.Errorf("%+v", s.top())
				}
				if c.name == "push" && (s.top().Previous != first.ID || s.top().Root != first.ID) {
					t.Errorf("%+v", s.top())
				}
			})
		})
	}
}

func TestSubmitUnanswered(t *testing.T) {
	play(t, func(s *stage) {
		s.open(asking("First", asksText("answer")))
		s.answers(func(envelope) (any, bool) { return nil, false })
		began := time.Now()
		err := s.w.Submit("U0SAM", map[string][]string{"answer": {"mine"}})
		if !errors.Is(err, TroubleConnecting) || !errors.Is(err, OperationTimeout) || time.Since(began) != 3*time.Second || s.top().Title != "First" {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		s.answer.Store(nil)
		if err := s.w.Submit("U0SAM", nil); err != nil { // what was filled in is still there
			t.Error(err)
		}
		s.want(s.last("interactive"), map[string]any{"view.state.values.answer.answer.value": "mine"})
		if n := len(s.app.envelopes("interactive")); n != 2 {
			t.Errorf("%d submissions came", n)
		}
	})
}

// What a person has put into a form is kept while the app changes the form around it.
func TestSubmitKeepsWhatIsFilledIn(t *testing.T) {
	play(t, func(s *stage) {
		v := s.open(asking("First", asksText("answer"), object{"type": "actions", "block_id": "row", "elements": []any{
			object{"type": "radio_buttons", "action_id": "kind", "options": []any{upper("a"), upper("b")}},
		}}))
		if err := s.w.Choose("U0SAM", Place{}, "kind", "b"); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("interactive"), map[string]any{
			"type": "block_actions", "container.view_id": v.ID, "view.state.values.row.kind.selected_option.value": "b", "view.state.values.answer.answer.value": nil,
		})
		s.says(`{"response_action":"errors","errors":{"answer":"more"}}`)
		if err := s.w.Submit("U0SAM", map[string][]string{"answer": {"mine"}}); err == nil {
			t.Fatal("no errors")
		}
		s.answer.Store(nil)
		s.ok("views.update", object{"view_id": v.ID, "view": asking("Second", asksText("answer"), asksText("further"))})
		if len(s.top().Errors) != 0 {
			t.Errorf("%+v", s.top())
		}
		if err := s.w.Submit("U0SAM", map[string][]string{"further": {"more"}}); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("interactive"), map[string]any{
			"view.state.values.answer.answer.value": "mine", "view.state.values.further.further.value": "more", "view.state.values.row": nil, "view.title.text": "Second",
		})
	})
}

func TestStackOfViews(t *testing.T) {
	play(t, func(s *stage) {
		first := s.open(asking("1", buttons("on")[0]))
		for _, title := range []string{"2", "3"} {
			if err := s.w.Click("U0SAM", Place{}, "ON"); err != nil {
				t.Fatal(err)
			}
			s.ok("views.push", object{"trigger_id": s.last("interactive").field(t, "trigger_id"), "view": asking(title, buttons("on")[0])})
		}
		if err := s.w.Click("U0SAM", Place{}, "ON"); err != nil {
			t.Fatal(err)
		}
		e := s.last("interactive")
		s.want(e, map[string]any{"view.root_view_id": first.ID, "view.previous_view_id": s.w.Views("U0SAM")[1].ID, "view.title.text": "3"})
		s.refused("push_limit_reached", "views.push", object{"trigger_id": e.field(t, "trigger_id"), "view": asking("4", buttons("on")[0])})
		if err := s.w.CloseView("U0SAM"); err != nil || s.top().Title != "2" {
			t.Errorf("%v, %+v", err, s.top())
		}
	})
}

func TestCloseView(t *testing.T) {
	play(t, func(s *stage) {
		asks := asking("1", buttons("on")[0])
		asks["notify_on_close"], asks["clear_on_close"] = true, true
		s.open(asking("quiet", buttons("on")[0]))
		if err := s.w.CloseView("U0SAM"); err != nil || len(s.app.envelopes("interactive")) != 0 {
			t.Errorf("%v", err)
		}
		s.open(asks)
		if err := s.w.Click("U0SAM", Place{}, "ON"); err != nil {
			t.Fatal(err)
		}
		s.ok("views.push", object{"trigger_id": s.last("interactive").field(t, "trigger_id"), "view": asks})
		if err := s.w.CloseView("U0SAM"); err != nil {
			t.Fatal(err)
		}
		got := s.app.envelopes("interactive")
		if len(got) != 3 || len(s.w.Views("U0SAM")) != 0 {
			t.Fatalf("%d interactions, %+v", len(got), s.w.Views("U0SAM"))
		}
		for _, e := range got[1:] {
			s.want(e, map[string]any{"type": "view_closed", "is_cleared": true, "trigger_id": nil})
		}
		if err := s.w.CloseView("U0SAM"); !errors.Is(err, NotThere) {
			t.Error(err)
		}
	})
}

func TestSuggest(t *testing.T) {
	play(t, func(s *stage) {
		s.open(asking("Zone", asked("zone", object{"type": "external_select", "min_query_length": 2})))
		s.says(`{"options":[{"text":{"type":"plain_text","text":"Berlin"},"value":"Europe/Berlin"}]}`)
		if err := s.w.Submit("U0SAM", map[string][]string{"zone": {"Europe/Berlin"}}); err == nil {
			t.Error("it was chosen before it was proposed")
		}
		if got, err := s.w.Suggest("U0SAM", "zone", "B"); got != nil || err != nil || len(s.app.envelopes("interactive")) != 0 {
			t.Errorf("after one letter: %v, %v", got, err)
		}
		got, err := s.w.Suggest("U0SAM", "zone", "Berl")
		if err != nil || len(got) != 1 || got[0] != (Option{"Berlin", "Europe/Berlin"}) {
			t.Fatalf("%v, %v", got, err)
		}
		s.want(s.last("interactive"), map[string]any{
			"type": "block_suggestion", "action_id": "zone", "block_id": "zone", "value": "Berl", "container.type": "view", "view.type": "modal", "trigger_id": nil,
		})
		for _, bad := range []string{`{}`, `{"options":[{"text":{"type":"mrkdwn","text":"x"},"value":"x"}]}`, `{"options":[{"text":{"type":"plain_text","text":"` + strings.Repeat("x", 76) + `"},"value":"x"}]}`, `[]`} {
			s.says(bad)
			if _, err := s.w.Suggest("U0SAM", "zone", "Berl"); !errors.Is(err, OptionsNotLoaded) {
				t.Errorf("%s: %v", bad, err)
			}
		}
		s.says(`{"option_groups":[{"label":{"type":"plain_text","text":"g"},"options":[{"text":{"type":"plain_text","text":"Rome"},"value":"Europe/Rome"}]}]}`)
		if got, err := s.w.Suggest("U0SAM", "zone", "Rom"); err != nil || len(got) != 1 {
			t.Errorf("%v, %v", got, err)
		}
		s.answer.Store(nil)
		if err := s.w.Submit("U0SAM", map[string][]string{"zone": {"Europe/Rome"}}); err != nil {
			t.Error(err)
		}
		s.want(s.last("interactive"), map[string]any{"view.state.values.zone.zone.selected_option.text.text": "Rome"})
	})
}
