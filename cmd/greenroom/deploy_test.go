package main

import (
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"
)

// The files below, and the documents, speak of the program: these tests hold that it is as they say.
var (
	deployFiles = []string{"Dockerfile", "deploy/compose.yaml", "deploy/greenroom.service"}
	documents   = []string{"README.md", "docs/slack.md", "docs/discord.md"}
)

func fromRoot(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// variables are the names of every variable that greenroom serve reads: those of settings, and of the secrets that may
// stand in the environment as they are.
func variables() []string {
	var names []string
	for _, command := range newParser(&commands{}).Model.Children {
		if command.Name != "serve" {
			continue
		}
		for _, flag := range command.Flags {
			for _, name := range flag.Envs {
				names = append(names, name)
				if secret, isFile := strings.CutSuffix(name, "_FILE"); isFile {
					names = append(names, secret)
				}
			}
		}
	}
	return names
}

// TestDeployNames: no file names a variable that nobody reads.
func TestDeployNames(t *testing.T) {
	known := variables()
	for _, name := range append(deployFiles, documents...) {
		found := regexp.MustCompile(`GREENROOM_[A-Z_]+`).FindAllString(fromRoot(t, name), -1)
		if len(found) == 0 {
			t.Errorf("%s names no variable", name)
		}
		for _, variable := range found {
			if !slices.Contains(known, variable) {
				t.Errorf("%s names %s, which nobody reads", name, variable)
			}
		}
	}
}

// TestSecretsAreRead: every setting that names the file of a secret has a variable of its own that is read too.
func TestSecretsAreRead(t *testing.T) {
	for _, variable := range variables() {
		if !strings.HasSuffix(variable, "_FILE") {
			continue
		}
		t.Setenv(variable, filepath.Join(t.TempDir(), "nosuch"))
		var c commands
		if _, err := newParser(&c).Parse([]string{"serve"}); err != nil {
			t.Fatal(err)
		}
		_, slack := c.Serve.slack(nil)
		_, discord := c.Serve.discord(nil)
		if err := errors.Join(slack, discord); err == nil || !strings.Contains(err.Error(), variable) {
			t.Errorf("%s is not read: %v", variable, err)
		}
		os.Unsetenv(variable)
	}
}

// TestDeployCommands: every command line of ours in a file or a document can be parsed.
func TestDeployCommands(t *testing.T) {
	for _, name := range append(deployFiles, documents...) {
		text := fromRoot(t, name)
		text = regexp.MustCompile(`\["/greenroom", "(\w+)"\]`).ReplaceAllString(text, "greenroom $1")
		text = strings.ReplaceAll(text, "go run ./cmd/greenroom", "greenroom")
		n := 0
		for _, line := range regexp.MustCompile("(?:^|[\\s`/=])greenroom((?: [^`#\\n|>]+)+)").FindAllStringSubmatch(text, -1) {
			args := strings.Fields(line[1])
			if !strings.HasPrefix(args[0], "-") && !isCommand(args[0]) {
				continue // a sentence about Greenroom
			}
			n++
			if _, err := newParser(&commands{}, kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard)).Parse(withDefault(args)); err != nil {
				t.Errorf("%s: greenroom%s: %v", name, line[1], err)
			}
		}
		if n == 0 && name != "deploy/compose.yaml" {
			t.Errorf("%s shows no command", name)
		}
	}
}

// TestDockerfile: it builds with the Go of go.mod, what it copies is there, and the folder it makes is the one it names.
func TestDockerfile(t *testing.T) {
	text := fromRoot(t, "Dockerfile")
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(fromRoot(t, "go.mod"))[1]
	for _, want := range []string{
		"FROM --platform=$BUILDPLATFORM golang:" + goVersion + " AS build\n", "\nFROM scratch\n", "\nUSER 65532:65532\n", " CGO_ENABLED=0 ",
		"\nENV GREENROOM_DATA=/data\n", "\nVOLUME /data\n", " /out/data /data\n", " ./cmd/greenroom\n", `HEALTHCHECK `, `CMD ["/greenroom", "health"]`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
	if !strings.Contains(fromRoot(t, "bot/when/zone.go"), `_ "time/tzdata"`) {
		t.Error("the image has no time zones: the program has none in it")
	}
	for _, port := range regexp.MustCompile(`8081`).FindAllString(fromRoot(t, "cmd/greenroom/config.go"), 1) {
		if !strings.Contains(text, "EXPOSE "+port) {
			t.Errorf("the help speaks of port %s, the Dockerfile does not", port)
		}
	}
}

// TestCompose: each secret that a variable names is given to the container and has a file, and the container can write
// its data only.
func TestCompose(t *testing.T) {
	for name, text := range platforms(t, "deploy/compose.yaml", "slack_", "discord_token") {
		t.Run(name, func(t *testing.T) { composes(t, text) })
	}
}

// platforms is a file as it is for Slack, and as its comments say how to change it: the # taken from the lines with one word, and put
// before those with the other.
func platforms(t *testing.T, name, slack, discord string) map[string]string {
	t.Helper()
	text := fromRoot(t, name)
	lines := func(without string) string {
		var out []string
		for _, line := range strings.Split(text, "\n") {
			bare := strings.Replace(line, "# ", "", 1)
			switch {
			case strings.HasPrefix(strings.TrimSpace(line), "# ") && strings.Contains(line, discord) && !strings.ContainsAny(bare, "#;"):
				line = bare
			case without != "" && strings.Contains(line, without) && !strings.HasPrefix(strings.TrimSpace(line), "#"):
				line = "# " + line
			}
			out = append(out, line)
		}
		return strings.Join(out, "\n")
	}
	return map[string]string{"Slack": text, "both": lines(""), "Discord": lines(slack)}
}

func composes(t *testing.T, text string) {
	var compose struct {
		Services map[string]struct {
			Environment map[string]string
			Secrets     []string
			Volumes     []string
			ReadOnly    bool     `yaml:"read_only"`
			CapDrop     []string `yaml:"cap_drop"`
			SecurityOpt []string `yaml:"security_opt"`
		}
		Secrets map[string]struct{ File string }
		Volumes map[string]any
	}
	if err := yaml.Unmarshal([]byte(text), &compose); err != nil {
		t.Fatal(err)
	}
	s, there := compose.Services["greenroom"]
	if !there || !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) || !slices.Equal(s.Volumes, []string{"data:/data"}) {
		t.Errorf("the service is %+v", s)
	}
	if n := map[string]int{"TestCompose/Slack": 2, "TestCompose/both": 3, "TestCompose/Discord": 1}[t.Name()]; len(s.Environment) != n || len(s.Secrets) != n {
		t.Errorf("the service has the variables %v and the secrets %v", s.Environment, s.Secrets)
	}
	for variable, file := range s.Environment {
		if name := path.Base(file); path.Dir(file) != "/run/secrets" || !slices.Contains(s.Secrets, name) || compose.Secrets[name].File != "./secrets/"+name {
			t.Errorf("%s is %s, and the secrets are %v %v", variable, file, s.Secrets, compose.Secrets)
		}
	}
	if !managed("/run/secrets/slack_bot_token") {
		t.Error("the mode of a container's secrets is complained of")
	}
}

// TestService: each credential that a variable names is loaded, and the folder of the data is the one that systemd makes.
func TestService(t *testing.T) {
	for name, text := range platforms(t, "deploy/greenroom.service", "slack-", "discord-token") {
		t.Run(name, func(t *testing.T) { serves(t, text) })
	}
}

func serves(t *testing.T, text string) {
	variables := regexp.MustCompile(`(?m)^Environment=(GREENROOM_\w+_FILE)=%d/(\S+)$`).FindAllStringSubmatch(text, -1)
	if len(variables) != map[string]int{"TestService/Slack": 2, "TestService/both": 3, "TestService/Discord": 1}[t.Name()] {
		t.Errorf("%d credentials", len(variables))
	}
	for _, v := range variables {
		if !strings.Contains(text, "\nLoadCredential="+v[2]+":/etc/greenroom/"+v[2]+"\n") || !strings.Contains(text, "/dev/stdin /etc/greenroom/"+v[2]+" ") {
			t.Errorf("%s names the credential %s, which is not loaded or not made", v[1], v[2])
		}
	}
	for _, want := range []string{
		"StateDirectory=greenroom", "Environment=GREENROOM_DATA=%S/greenroom", "ExecStart=/usr/local/bin/greenroom serve", "DynamicUser=yes",
		"ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "SystemCallFilter=@system-service", "UMask=0077",
	} {
		if !slices.Contains(strings.Split(text, "\n"), want) {
			t.Errorf("the unit has no line %s", want)
		}
	}
}
