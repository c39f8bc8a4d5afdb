package slackfake

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func modal(title string, more object) object {
	v := object{"type": "modal", "title": ofType("plain_text", object{"text": title}), "blocks": []any{}}
	for name, value := range more {
		v[name] = value
	}
	return v
}

func (x *world) trigger(user string) string {
	x.f.mu.Lock()
	defer x.f.mu.Unlock()
	return x.f.wire.trigger(x.w, user, "")
}

func titles(views []View) string {
	var all []string
	for _, v := range views {
		all = append(all, v.Title)
	}
	return strings.Join(all, " ")
}

func TestViewStack(t *testing.T) {
	x := newWorld(t, Config{})
	open := func(trigger string, v object) object { return object{"trigger_id": trigger, "view": v} }
	x.refused("not_found", "views.push", open(x.trigger("UMIRA"), modal("a", nil)))

	trigger := x.trigger("UMIRA")
	x.refused("invalid_arguments", "views.open", open(trigger, object{"type": "modal"}))
	x.ok("views.open", open(trigger, modal("a", nil))) // a view that was refused left the trigger alone
	x.refused("exchanged_trigger_id", "views.open", open(trigger, modal("a", nil)))
	x.refused("invalid_trigger_id", "views.open", open("1.2.3", modal("a", nil)))
	x.refused("invalid_arguments", "views.open", object{"view": modal("a", nil)})
	late := x.trigger("UMIRA")
	x.now.add(3*time.Second + time.Millisecond)
	x.refused("expired_trigger_id", "views.open", open(late, modal("a", nil)))

	x.ok("views.push", open(x.trigger("UMIRA"), modal("b", nil)))
	x.ok("views.push", open(x.trigger("UMIRA"), modal("c", nil)))
	x.refused("push_limit_reached", "views.push", open(x.trigger("UMIRA"), modal("d", nil)))
	views := x.w.Views("UMIRA")
	if titles(views) != "a b c" || x.w.Views("USAM") != nil {
		t.Fatalf("the stack is %q", titles(views))
	}
	if views[2].Root != views[0].ID || views[2].Previous != views[1].ID || views[0].Previous != "" {
		t.Errorf("the stack hangs together as %+v", views)
	}
	x.ok("views.open", open(x.trigger("UMIRA"), modal("e", nil)))
	if got := titles(x.w.Views("UMIRA")); got != "e" {
		t.Errorf("another root: %q", got)
	}
}

func TestViewUpdate(t *testing.T) {
	x := newWorld(t, Config{})
	v := x.ok("views.open", object{"trigger_id": x.trigger("UMIRA"), "view": modal("a", object{"external_id": "one"})})["view"].(object)
	update := func(more object) object {
		a := object{"view_id": v["id"], "view": modal("b", object{"external_id": "one"})}
		for name, value := range more {
			a[name] = value
		}
		return a
	}
	hash := v["hash"].(string)
	if second, _, _ := strings.Cut(hash, "."); second != strconv.FormatInt(x.now.Now().Unix(), 10) {
		t.Errorf("hash %q", hash)
	}
	x.refused("hash_conflict", "views.update", update(object{"hash": "1.2"}))
	after := x.ok("views.update", update(object{"hash": hash}))["view"].(object)
	x.refused("hash_conflict", "views.update", update(object{"hash": hash}))
	if after["id"] != v["id"] || after["hash"] == hash || titles(x.w.Views("UMIRA")) != "b" {
		t.Errorf("after the update: %v", after)
	}
	x.ok("views.update", object{"external_id": "one", "view": modal("c", object{"external_id": "one"})})
	x.refused("not_found", "views.update", object{"view_id": "V9", "view": modal("c", nil)})
	x.refused("invalid_arguments", "views.update", object{"view": modal("c", nil)})
	x.refused("duplicate_external_id", "views.open", object{"trigger_id": x.trigger("USAM"), "view": modal("a", object{"external_id": "one"})})

	x.w.Reload("UMIRA")
	x.refused("not_found", "views.update", update(nil))
}

func TestHomePage(t *testing.T) {
	x := newWorld(t, Config{})
	publish := func(user, text string) object {
		return object{"user_id": user, "view": object{"type": "home", "blocks": []any{ofType("header", object{"text": ofType("plain_text", object{"text": text})})}}}
	}
	x.refused("invalid_arguments", "views.publish", publish("UNOBODY", "a"))
	x.refused("invalid_arguments", "views.publish", object{"user_id": "UMIRA", "view": modal("a", nil)})
	x.refused("invalid_arguments", "views.open", object{"trigger_id": x.trigger("UMIRA"), "view": publish("UMIRA", "a")["view"]})
	if _, any := x.w.Home("UMIRA"); any {
		t.Error("there is a home page before the first")
	}
	first := x.ok("views.publish", publish("UMIRA", "first"))["view"].(object)
	second := publish("UMIRA", "second")
	second["hash"] = first["hash"]
	x.ok("views.publish", second)
	x.refused("hash_conflict", "views.publish", second)
	if home, _ := x.w.Home("UMIRA"); home.Plain != "second" || home.ID != first["id"] {
		t.Errorf("the home page: %+v", home)
	}
}

func TestFields(t *testing.T) {
	x := newWorld(t, Config{})
	input := func(name string, element object, more object) object {
		element["action_id"] = name
		o := ofType("input", object{"block_id": name, "label": ofType("plain_text", object{"text": name}), "element": element})
		for n, v := range more {
			o[n] = v
		}
		return o
	}
	x.ok("views.open", object{"trigger_id": x.trigger("UMIRA"), "view": modal("a", object{"submit": says(1), "blocks": []any{
		ofType("divider", nil),
		input("text", ofType("plain_text_input", object{"initial_value": "as before", "max_length": 9, "min_length": 2}), object{"optional": true}),
		input("one", ofType("static_select", object{"option_groups": many(2, groupOf), "initial_option": choice(1)}), nil),
		input("many", ofType("checkboxes", object{"options": many(3, choice), "initial_options": many(2, choice)}), nil),
	}})})
	v := x.w.Views("UMIRA")[0]
	if len(v.Fields) != 3 {
		t.Fatalf("fields: %+v", v.Fields)
	}
	text, one, several := v.Fields[0], v.Fields[1], v.Fields[2]
	if text.BlockID != "text" || text.ActionID != "text" || !text.Optional || text.Max != 9 || text.Min != 2 || text.Initial[0] != "as before" {
		t.Errorf("the text: %+v", text)
	}
	if len(one.Options) != 2 || one.Initial[0] != "1" || one.Type != "static_select" {
		t.Errorf("the one: %+v", one)
	}
	if len(several.Options) != 3 || len(several.Initial) != 2 {
		t.Errorf("the many: %+v", several)
	}
}
