package discordfake

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

func modal(id string, parts ...any) map[string]any {
	return map[string]any{"custom_id": id, "title": "Title", "components": parts}
}

func labelOf(text string, field map[string]any) map[string]any {
	return map[string]any{"type": 18, "label": text, "description": "About " + text, "component": field}
}

func textField(id string, with map[string]any) map[string]any {
	field := map[string]any{"type": 4, "custom_id": id, "style": 2}
	for k, v := range with {
		field[k] = v
	}
	return field
}

func menuField(id string, with map[string]any) map[string]any {
	field := map[string]any{"type": 3, "custom_id": id, "options": []any{
		map[string]any{"label": "A", "value": "a"}, map[string]any{"label": "B", "value": "b", "default": true}, map[string]any{"label": "C", "value": "c"},
	}}
	for k, v := range with {
		field[k] = v
	}
	return field
}

func TestForm(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	b := newBot(t, f, always(modalResponse, modal("form-1",
		map[string]any{"type": 10, "content": "Read this"},
		labelOf("Answer", textField("answer", map[string]any{"min_length": 5, "max_length": 10, "value": "so far"})),
		labelOf("Some", menuField("some", map[string]any{"min_values": 1, "max_values": 2})),
		map[string]any{"type": 1, "components": []any{textField("old", map[string]any{"label": "Old", "required": false})}},
	)))
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	form, open := f.Form(samID)
	if !open || form.ID != "form-1" || form.Title != "Title" || form.Text != "Read this" || len(form.Fields) != 3 {
		t.Fatalf("%+v", form)
	}
	if a := form.Fields[0]; a.ID != "answer" || a.Label != "Answer" || a.Description != "About Answer" || !slices.Equal(a.Value, []string{"so far"}) || !a.Required || a.Min != 5 || a.Max != 10 {
		t.Errorf("%+v", a)
	}
	if s := form.Fields[1]; len(s.Options) != 3 || !slices.Equal(s.Value, []string{"b"}) || s.Max != 2 {
		t.Errorf("%+v", s)
	}
	if o := form.Fields[2]; o.Label != "Old" || o.Required {
		t.Errorf("%+v", o)
	}

	b.respond(always(messageResponse, whisper("thanks")))
	for _, wrong := range []map[string][]string{
		{"answer": {"   "}}, {"answer": {"four"}}, {"answer": {strings.Repeat("x", 11)}}, {"some": {}}, {"some": {"a", "b", "c"}}, {"some": {"x"}}, {"no": {"x"}},
	} {
		var errs FieldErrors
		if err := f.Submit(samID, wrong); !errors.As(err, &errs) || len(errs) != 1 {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	if b.last().Type != commandInteraction {
		t.Error("the app heard of a form that Discord's client did not send")
	}
	if err := f.Submit(samID, map[string][]string{"answer": {"well then"}}); err != nil {
		t.Fatal(err)
	}
	i := b.last()
	parts, _ := i.get("data", "components").([]any)
	if i.get("data", "custom_id") != "form-1" || len(parts) != 4 || i.get("message") != nil {
		t.Fatalf("%v", i.Raw)
	}
	for n, want := range []map[string]any{
		{"type": 10.0},
		{"type": 18.0, "component": map[string]any{"type": 4.0, "custom_id": "answer", "value": "well then"}},
		{"type": 18.0, "component": map[string]any{"type": 3.0, "custom_id": "some", "values": []any{"b"}}},
		{"type": 1.0, "components": []any{map[string]any{"type": 4.0, "custom_id": "old", "value": ""}}},
	} {
		if got := withoutIDs(t, parts[n]); string(encode(got)) != string(encode(want)) {
			t.Errorf("%s, want %s", encode(got), encode(want))
		}
	}
	if _, open := f.Form(samID); open {
		t.Error("the form is still open")
	}
	if err := f.Submit(samID, nil); !errors.Is(err, NoForm) {
		t.Errorf("%v", err)
	}
}

// withoutIDs takes the component ids away, and holds each component to having one.
func withoutIDs(t *testing.T, v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withoutIDs(t, v[i])
		}
	case map[string]any:
		if v["id"] == nil {
			t.Errorf("%v has no id", v)
		}
		delete(v, "id")
		for k := range v {
			if k == "component" || k == "components" {
				v[k] = withoutIDs(t, v[k])
			}
		}
	}
	return v
}

func TestFormFromMessage(t *testing.T) {
	t.Parallel()
	bubble(t, testFormFromMessage)
}

func testFormFromMessage(t *testing.T) {
	f, _ := hill(t, Config{})
	b := newBot(t, f, always(messageResponse, buttons("post", "Answer")))
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	in := Place{prepID, f.Messages(prepID)[0].ID}
	b.respond(always(modalResponse, modal("form", labelOf("Answer", textField("answer", nil)))))
	if err := f.Click(samID, in, "Answer"); err != nil {
		t.Fatal(err)
	}
	b.respond(func(act) any { return nil })
	if err := f.Submit(samID, map[string][]string{"answer": {"x"}}); !errors.Is(err, WentWrong) {
		t.Errorf("%v", err)
	}
	if _, open := f.Form(samID); !open {
		t.Error("what was typed is lost")
	}
	f.Twist(func(p map[string]any) { p["data"].(map[string]any)["components"] = []any{} })
	b.respond(always(updateResponse, say("answered")))
	if err := f.Submit(samID, map[string][]string{"answer": {"x"}}); err != nil {
		t.Fatal(err)
	}
	if i := b.last(); i.get("message", "id") != in.Message || len(i.get("data", "components").([]any)) != 0 {
		t.Errorf("%v", i.Raw)
	}
	if got := f.Messages(prepID); len(got) != 1 || got[0].Plain != "answered\n[Answer]" {
		t.Errorf("%+v", got)
	}
	if err := f.CloseForm(samID); !errors.Is(err, NoForm) {
		t.Errorf("%v", err)
	}
}

func TestFormsRefused(t *testing.T) {
	t.Parallel()
	if why := Unvalidated(); why != "" {
		t.Skip(why)
	}
	bubble(t, testFormsRefused)
}

func testFormsRefused(t *testing.T) {
	f, _ := hill(t, Config{})
	b := newBot(t, f, func(act) any { return nil })
	field := func(with map[string]any) map[string]any { return labelOf("L", textField("a", with)) }
	menu := func(with map[string]any) map[string]any { return labelOf("L", menuField("a", with)) }
	long := strings.Repeat("x", 101)
	forms := map[string]map[string]any{
		"no title":           {"custom_id": "f", "title": " ", "components": []any{field(nil)}},
		"a long title":       {"custom_id": "f", "title": long[:46], "components": []any{field(nil)}},
		"a long id":          {"custom_id": long, "title": "T", "components": []any{field(nil)}},
		"nothing":            modal("f"),
		"six":                modal("f", field(nil), labelOf("L", textField("b", nil)), labelOf("L", textField("c", nil)), labelOf("L", textField("d", nil)), labelOf("L", textField("e", nil)), labelOf("L", textField("g", nil))),
		"one id twice":       modal("f", field(nil), field(nil)),
		"a bare field":       modal("f", textField("a", nil)),
		"a button":           modal("f", map[string]any{"type": 1, "components": []any{map[string]any{"type": 2, "style": 1, "label": "x", "custom_id": "x"}}}),
		"no label":           modal("f", map[string]any{"type": 18, "component": textField("a", nil)}),
		"a long label":       modal("f", labelOf(long[:46], textField("a", nil))),
		"two labels":         modal("f", field(map[string]any{"label": "Again"})),
		"a long placeholder": modal("f", field(map[string]any{"placeholder": long})),
		"a long value":       modal("f", field(map[string]any{"max_length": 3, "value": "four"})),
		"min over max":       modal("f", field(map[string]any{"max_length": 3, "min_length": 4})),
		"an empty text":      modal("f", map[string]any{"type": 10, "content": " "}, field(nil)),
		"a row without text": modal("f", map[string]any{"type": 1, "components": []any{textField("a", nil)}}),
		"26 options":         modal("f", menu(map[string]any{"options": manyOptions(26)})),
		"more than there is": modal("f", menu(map[string]any{"max_values": 4})),
		"too many defaults":  modal("f", menu(map[string]any{"options": []any{map[string]any{"label": "A", "value": "a", "default": true}, map[string]any{"label": "B", "value": "b", "default": true}}})),
		"one option twice":   modal("f", menu(map[string]any{"options": []any{map[string]any{"label": "A", "value": "a"}, map[string]any{"label": "B", "value": "a"}}})),
		"low over high":      modal("f", menu(map[string]any{"min_values": 3, "max_values": 2})),
	}
	done := make(chan error)
	go func() { done <- f.Command(samID, prep, "greenroom") }()
	synctest.Wait()
	i := b.last()
	for name, form := range forms {
		status, out := ask(t, f, "POST", i.callback(), map[string]any{"type": modalResponse, "data": form})
		if status != 400 || out["code"] != 50035.0 || out["errors"] == nil {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
	if err := <-done; !errors.Is(err, NotResponding) {
		t.Errorf("%v", err)
	}
}

func manyOptions(n int) (all []any) {
	for i := range n {
		all = append(all, map[string]any{"label": "x", "value": string(rune('a' + i))})
	}
	return all
}
