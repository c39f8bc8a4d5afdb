package slack

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// manifestSchema is the part of Slack's schema that an app without functions and workflows meets, with its limits.
func manifestSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", "manifest.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("manifest.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validManifest(t *testing.T, o ManifestOptions) manifest {
	t.Helper()
	b, err := Manifest(o)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := manifestSchema(t).Validate(document); err != nil {
		t.Errorf("%+v: %v", o, err)
	}
	var m manifest
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestManifest(t *testing.T) {
	socket := validManifest(t, ManifestOptions{Alias: true})
	if !socket.Settings.Socket || socket.Settings.Rotation || socket.Settings.OrgWide || socket.OAuth.Redirect != nil {
		t.Errorf("Socket Mode: %+v %+v", socket.Settings, socket.OAuth)
	}
	if b, _ := Manifest(ManifestOptions{Alias: true}); bytes.Contains(b, []byte("http")) {
		t.Errorf("Socket Mode has an address: %s", b)
	}
	if home := socket.Features.Home; !home.Home || !home.Messages || home.ReadOnly {
		t.Errorf("the messages tab takes no messages: %+v", home)
	}
	want := []string{"commands", "chat:write", "im:write", "im:history", "users:read"}
	if got := socket.OAuth.Scopes.Bot; !slices.Equal(got, want) {
		t.Errorf("scopes %v, want %v", got, want)
	}
	want = []string{"app_mentions:read", "channels:history", "groups:history", "channels:read", "groups:read", "files:write"}
	if got := socket.OAuth.Scopes.Optional; !slices.Equal(got, want) {
		t.Errorf("optional scopes %v, want %v", got, want)
	}
	names := func(m manifest) (names []string) {
		for _, c := range m.Features.Commands {
			names = append(names, c.Name)
			if !c.Escape {
				t.Errorf("%s does not turn channels and people into ids", c.Name)
			}
		}
		return names
	}
	if got := names(socket); !slices.Equal(got, []string{"/greenroom", "/question", "/leaderboard"}) {
		t.Errorf("commands %v", got)
	}
	if got := names(validManifest(t, ManifestOptions{})); !slices.Equal(got, []string{"/greenroom"}) {
		t.Errorf("commands without aliases %v", got)
	}

	http := validManifest(t, ManifestOptions{URL: "https://greenroom.example.org/", Alias: true, Prefix: "gr-", Many: true})
	if got := names(http); !slices.Equal(got, []string{"/greenroom", "/gr-question", "/gr-leaderboard"}) {
		t.Errorf("commands with a prefix %v", got)
	}
	const at = "https://greenroom.example.org/slack/"
	if s := http.Settings; s.Socket || !s.Rotation || s.Events.URL != at+"events" || s.Interactivity.URL != at+"interactive" ||
		s.Interactivity.Options != at+"interactive" || http.Features.Commands[2].URL != at+"commands" || !slices.Equal(http.OAuth.Redirect, []string{at + "oauth"}) {
		t.Errorf("HTTP: %+v", http)
	}
	if s := validManifest(t, ManifestOptions{URL: "https://greenroom.example.org"}); s.Settings.Rotation || s.OAuth.Redirect != nil {
		t.Errorf("a token that is pasted must not end: %+v", s)
	}
}

// TestManifestEvents: Greenroom subscribes to no event whose scope it does not ask for, and decodes every event that it
// subscribes to.
func TestManifestEvents(t *testing.T) {
	asked := append(scopeNames(requiredScopes), scopeNames(optionalScopes)...)
	src, err := os.ReadFile("decode.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range botEvents {
		if e.scope != "" && !slices.Contains(asked, e.scope) {
			t.Errorf("%v want the scope %s, which is not asked for", e.events, e.scope)
		}
		for _, name := range e.events {
			name, _, _ = strings.Cut(name, ".") // message.im comes as message
			if !bytes.Contains(src, []byte(`"`+name+`"`)) {
				t.Errorf("event %s is asked for and not decoded", name)
			}
		}
	}
}

func TestManifestRefuses(t *testing.T) {
	for _, c := range []struct {
		o    ManifestOptions
		want string
	}{
		{ManifestOptions{URL: "http://greenroom.example.org"}, "not an https address"},
		{ManifestOptions{URL: "greenroom.example.org"}, "not an https address"},
		{ManifestOptions{URL: "https://127.0.0.1"}, "not by Slack"},
		{ManifestOptions{URL: "https://localhost:8081"}, "not by Slack"},
		{ManifestOptions{URL: "https://[fd00::1]"}, "not by Slack"},
		{ManifestOptions{URL: "https:greenroom.example.org"}, "not an https address"},
		{ManifestOptions{URL: "https://:443"}, "not an https address"},
		{ManifestOptions{URL: "https://a b"}, "not an https address"},
		{ManifestOptions{URL: "https://greenroom.example.org/.."}, "more than a host"},
		{ManifestOptions{URL: "https://greenroom.example.org/slack"}, "more than a host"},
		{ManifestOptions{URL: "https://greenroom.example.org/%2e%2e"}, "more than a host"},
		{ManifestOptions{URL: "https://greenroom.example.org//"}, "more than a host"},
		{ManifestOptions{URL: "https://greenroom.example.org?"}, "more than a host"},
		{ManifestOptions{URL: "https://greenroom.example.org/?x=1"}, "more than a host"},
		{ManifestOptions{URL: "https://greenroom.example.org#"}, "more than a host"},
		{ManifestOptions{URL: "https://slack.com@greenroom.example.org"}, "more than a host"},
		{ManifestOptions{URL: "https://grünraum.example.org"}, "plain letters"},
		{ManifestOptions{Many: true}, "write --http URL"},
		{ManifestOptions{Alias: true, Prefix: "Our"}, "no name for a slash command"},
		{ManifestOptions{Alias: true, Prefix: "our "}, "no name for a slash command"},
		{ManifestOptions{Alias: true, Prefix: "/x"}, "no name for a slash command"},
		{ManifestOptions{Alias: true, Prefix: strings.Repeat("x", 21)}, "no name for a slash command"},
	} {
		if b, err := Manifest(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q; %s", c.o, err, c.want, b)
		}
	}
	validManifest(t, ManifestOptions{Alias: true, Prefix: strings.Repeat("x", 20)})
	for _, name := range []string{"/remind", "/topic", "/status"} {
		if err := checkCommand("", name); err == nil || !strings.Contains(err.Error(), "of Slack's own") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n, name := range reservedCommands {
		if !commandName.MatchString(name) || slices.Contains(reservedCommands[:n], name) {
			t.Errorf("the list of Slack's own commands has %q", name)
		}
	}
}
