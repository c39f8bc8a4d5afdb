package discord

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asRegistered is a command as Discord gives it back: with what was never said, and lists in an order of its own.
func asRegistered(t *testing.T, id string, c command) command {
	t.Helper()
	c.ID = id
	slices.Reverse(c.Contexts)
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		t.Fatal(err)
	}
	fields["application_id"], fields["version"], fields["nsfw"], fields["dm_permission"] = "1", "2", false, true
	fields["default_member_permissions"], fields["name_localizations"], fields["guild_id"] = nil, nil, nil
	if raw, err = json.Marshal(fields); err != nil {
		t.Fatal(err)
	}
	raw = []byte(strings.ReplaceAll(string(raw), `"required":false,`, "")) // Discord leaves out what is as by default
	var back command
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func both() application { return application{Integrations: map[string]struct{}{"0": {}, "1": {}}} }

func TestChanges(t *testing.T) {
	names := func(list []change) (all []string) {
		for _, c := range list {
			all = append(all, c.method+" /"+c.Name+" "+c.ID)
		}
		return all
	}
	registered := func(o Commands, app application) (all []command) {
		for i, c := range o.wanted(app) {
			all = append(all, asRegistered(t, string(rune('a'+i)), c))
		}
		return all
	}
	all := Commands{Aliases: true}
	foreign := command{ID: "z", Type: 1, Name: "weather", Description: "Of another program"}
	menu := command{ID: "y", Type: 2, Name: "greenroom", Description: ""}
	for _, test := range []struct {
		name   string
		there  []command
		wanted []command
		want   []string
	}{
		{"none there", nil, all.wanted(both()), []string{"POST /greenroom ", "POST /question ", "POST /leaderboard "}},
		{"all there", registered(all, both()), all.wanted(both()), nil},
		{"one guild's", registered(Commands{Guild: "1", Aliases: true}, both()), Commands{Guild: "1", Aliases: true}.wanted(both()), nil},
		{"another prefix", registered(Commands{Aliases: true, Prefix: "gr-"}, both()), all.wanted(both()), []string{
			"POST /question ", "POST /leaderboard ", "DELETE /gr-question b", "DELETE /gr-leaderboard c",
		}},
		{"no aliases any more", registered(all, both()), Commands{}.wanted(both()), []string{"DELETE /question b", "DELETE /leaderboard c"}},
		{"members may install it now", registered(all, application{}), all.wanted(both()), []string{"PATCH /greenroom a", "PATCH /question b", "PATCH /leaderboard c"}},
		{"other commands of the app", append(registered(all, both()), foreign, menu), all.wanted(both()), nil},
		{"only one guild's", append(registered(all, both()), foreign), nil, []string{"DELETE /greenroom a", "DELETE /question b", "DELETE /leaderboard c"}},
	} {
		if diff := cmp.Diff(test.want, names(changes(test.there, test.wanted))); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// Every command is one that Discord takes.
func TestCommandsAreValid(t *testing.T) {
	for _, o := range []Commands{{}, {Aliases: true}, {Aliases: true, Prefix: "gr-"}, {Aliases: true, Guild: "1234567890123456789"}, {Aliases: true, Prefix: "größe_"}} {
		if err := o.Check(); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
		for _, c := range o.wanted(both()) {
			valid(t, "ApplicationCommandCreateRequest", c)
			if n := len(c.Name) + len(c.Description); n > 4000 {
				t.Errorf("%s has %d characters", c.Name, n)
			}
		}
	}
	for _, o := range []Commands{{Aliases: true, Prefix: "GR"}, {Aliases: true, Prefix: "a b"}, {Aliases: true, Prefix: strings.Repeat("a", 30)}, {Guild: "team"}, {Guild: "0"}} {
		if o.Check() == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

// A method that Discord does not know for a command would be refused only there.
func TestChangesMethods(t *testing.T) {
	for _, c := range changes([]command{{ID: "1", Type: 1, Name: "question", Description: "An interview question now"}, {ID: "2", Type: 1, Name: "greenroom"}}, Commands{}.wanted(both())) {
		if c.method == http.MethodPost != (c.ID == "") {
			t.Errorf("%s /%s with id %q", c.method, c.Name, c.ID)
		}
	}
}
