package discordfake

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

func slash(name string, options ...any) map[string]any {
	c := map[string]any{"name": name, "description": "what it does"}
	if len(options) > 0 {
		c["options"] = options
	}
	return c
}

func option(kind int, name string, with map[string]any) map[string]any {
	o := map[string]any{"type": kind, "name": name, "description": "what it is"}
	maps.Copy(o, with)
	return o
}

func TestCommands(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	for _, where := range []string{"applications/" + f.AppID() + "/commands", "applications/" + f.AppID() + "/guilds/" + hillID + "/commands"} {
		made := c.want(201, 0, "POST", where, slash("greenroom"))
		again := c.want(200, 0, "POST", where, slash("greenroom", option(stringOption, "words", nil)))
		if made.id() != again.id() || made.object()["version"] == again.object()["version"] {
			t.Errorf("created as %v, replaced by %v", made.text, again.text)
		}
		changed := c.want(200, 0, "PATCH", where+"/"+made.id(), map[string]any{"description": "else"}).object()
		if changed["description"] != "else" || changed["options"] == nil {
			t.Errorf("changed to %v", changed)
		}
		c.want(200, 0, "GET", where+"/"+made.id(), nil)
		all := c.want(200, 0, "PUT", where, []any{slash("quiz"), slash("greenroom")}).list()
		if len(all) != 2 || object(all[1])["id"] != made.id() {
			t.Errorf("replaced by %v", all)
		}
		c.want(204, 0, "DELETE", where+"/"+made.id(), nil)
		c.want(404, 10063, "DELETE", where+"/"+made.id(), nil)
		c.want(404, 10063, "PATCH", where+"/"+made.id(), map[string]any{"description": "x"})
		if left := c.want(200, 0, "GET", where, nil).list(); len(left) != 1 || object(left[0])["name"] != "quiz" {
			t.Errorf("left: %v", left)
		}
	}
	c.want(403, 20012, "GET", "applications/5/commands", nil)
	c.want(403, 50001, "GET", "applications/"+f.AppID()+"/guilds/5/commands", nil)
}

func TestCommandsRefused(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	where := "applications/" + f.AppID() + "/commands"
	long := strings.Repeat("d", 100)
	var heavy []any
	for i := range 25 {
		var choices []any
		for j := range 2 {
			choices = append(choices, map[string]any{"name": fmt.Sprint(j, long[:98]), "value": fmt.Sprint(j, long[:98])})
		}
		heavy = append(heavy, option(stringOption, fmt.Sprint("o", i), map[string]any{"description": long, "choices": choices}))
	}
	for name, body := range map[string]map[string]any{
		"ask me":        slash("ask me"),
		"upper case":    slash("Ask"),
		"33 letters":    slash(strings.Repeat("a", 33)),
		"no name":       {"description": "x"},
		"no words":      {"name": "ask"},
		"101 letters":   {"name": "ask", "description": long + "d"},
		"8,000":         slash("ask", heavy...),
		"option's name": slash("ask", option(stringOption, "My Option", nil)),
		"option twice":  slash("ask", option(stringOption, "a", nil), option(stringOption, "a", nil)),
		"required late": slash("ask", option(stringOption, "a", nil), option(stringOption, "b", map[string]any{"required": true})),
		"mixed":         slash("ask", option(subcommandOption, "a", nil), option(stringOption, "b", nil)),
		"too deep": slash("ask", option(groupOption, "a", map[string]any{"options": []any{
			option(subcommandOption, "b", map[string]any{"options": []any{option(subcommandOption, "c", nil)}}),
		}})),
		"both": slash("ask", option(stringOption, "a", map[string]any{
			"autocomplete": true, "choices": []any{map[string]any{"name": "x", "value": "x"}},
		})),
		"a menu with words": {"type": userCommand, "name": "Ask", "description": "x"},
	} {
		if a := c.do("POST", where, body); a.status != 400 || a.code() != 50035 || len(a.errors()) == 0 {
			t.Errorf("%s: %d %.300s", name, a.status, a.text)
		}
	}
	for name, body := range map[string]map[string]any{
		"greek":    slash("ερώτηση"),
		"thai":     slash("คำถาม"),
		"dashes":   slash("a-b_c'd"),
		"menu":     {"type": userCommand, "name": "Ask Them"},
		"in depth": slash("ask", option(groupOption, "a", map[string]any{"options": []any{option(subcommandOption, "b", nil)}})),
	} {
		if a := c.do("POST", where, body); a.status != 201 {
			t.Errorf("%s: %d %.300s", name, a.status, a.text)
		}
	}
	if a := c.want(400, 50035, "PUT", where, []any{slash("a"), slash("a")}); len(a.errors()) == 0 {
		t.Error(a.text)
	}
}

func TestCommandLimits(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f, _ := hill(t, Config{Now: clock.now})
	c := newClient(t, f)
	where := "applications/" + f.AppID() + "/commands"
	var all []any
	for i := range 101 {
		all = append(all, slash(fmt.Sprint("c", i)))
	}
	c.want(400, 30032, "PUT", where, all)
	c.want(200, 0, "PUT", where, all[:100])
	c.want(400, 30032, "POST", where, slash("more"))
	c.want(200, 0, "PUT", where, all[:100]) // creates none
	c.want(200, 0, "PUT", where, []any{})
	c.want(200, 0, "PUT", where, all[:100])
	c.want(200, 0, "PUT", where, []any{})
	c.want(429, 30034, "POST", where, slash("one"))
	c.want(429, 30034, "PUT", where, all[:1])
	clock.at = clock.at.Add(24 * time.Hour)
	c.want(201, 0, "POST", where, slash("one"))
}
