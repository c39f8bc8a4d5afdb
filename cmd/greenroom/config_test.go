package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// parseServe reads a command line with an environment and the text of a YAML file, which --config is to name as FILE.
func parseServe(t *testing.T, env map[string]string, file, args string) (config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "greenroom.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range env {
		t.Setenv(name, strings.ReplaceAll(value, "FILE", path))
	}
	var c commands
	_, err := newParser(&c).Parse(withDefault(strings.Fields(strings.ReplaceAll(args, "FILE", path))))
	if err == nil {
		err = c.Serve.check()
	}
	c.Serve.Config = ""
	return c.Serve.config, err
}

func TestConfig(t *testing.T) {
	defaults := config{Listen: "127.0.0.1:8080", Data: "greenroom-data", FollowUps: 2 * time.Hour, Result: 24 * time.Hour, Discord: discordSettings{Alias: "all"}}
	with := func(change func(*config)) config {
		c := defaults
		change(&c)
		return c
	}
	for _, test := range []struct {
		name       string
		env        map[string]string
		file, args string
		want       config
	}{
		{"nothing", nil, "", "", defaults},
		{"an empty file", nil, "", "--config FILE", defaults},
		{"flags without the command", nil, "", "--data x", with(func(c *config) { c.Data = "x" })},
		{
			"the file over defaults", nil, "data: file\nfollow-ups: 1m\nopen: true\n", "serve --config FILE",
			with(func(c *config) { c.Data, c.FollowUps, c.Open = "file", time.Minute, true }),
		},
		{
			"the environment over the file",
			map[string]string{"GREENROOM_DATA": "env"},
			"data: file\nresult: 5m\n", "serve --config FILE",
			with(func(c *config) { c.Data, c.Result = "env", 5*time.Minute }),
		},
		{
			"flags over the environment",
			map[string]string{"GREENROOM_DATA": "env"},
			"data: file\n", "serve --config FILE --data flag",
			with(func(c *config) { c.Data = "flag" }),
		},
		{
			"the file named by the environment",
			map[string]string{"GREENROOM_CONFIG": "FILE"},
			"data: file\n", "",
			with(func(c *config) { c.Data = "file" }),
		},
		{
			"a list in the file", nil, "bank: [yes, 'a,b', 3.10]\n", "--config FILE",
			with(func(c *config) { c.Bank = []string{"yes", "a,b", "3.10"} }),
		},
		{
			"one value for a list", nil, "bank: questions\n", "--config FILE",
			with(func(c *config) { c.Bank = []string{"questions"} }),
		},
		{
			"a repeated flag", nil, "bank: questions\n", "--config FILE --bank a --bank b",
			with(func(c *config) { c.Bank = []string{"a", "b"} }),
		},
		{"loopback by name", nil, "", "--listen localhost:80", with(func(c *config) { c.Listen = "localhost:80" })},
		{"loopback of IPv6", nil, "", "--listen [::1]:80", with(func(c *config) { c.Listen = "[::1]:80" })},
		{"every address, openly", nil, "", "--listen :80 --open", with(func(c *config) { c.Listen, c.Open = ":80", true })},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseServe(t, test.env, test.file, test.args)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}

func TestConfigRefuses(t *testing.T) {
	for _, test := range []struct {
		name       string
		file, args string
		want       string
	}{
		{"other machines", "", "--listen :80", "add --open if that is meant"},
		{"other machines by address", "", "--listen 0.0.0.0:80", "add --open if that is meant"},
		{"other machines by name", "", "--listen example.org:80", "add --open if that is meant"},
		{"no port", "", "--listen localhost", "write one such as 127.0.0.1:8080"},
		{"no folder", "", "--data=", "--data names no folder"},
		{"no time for follow-ups", "", "--follow-ups 0s", "write one such as 2h"},
		{"a result before its post", "", "--result=-1h", "write one such as 24h"},
		{"not a time", "", "--result soon", "expected duration"},
		{"a file that is missing", "", "--config nosuch.yaml", "there is no file nosuch.yaml"},
		{"a setting that is not one", "data: x\ndate: y\n", "--config FILE", "greenroom.yaml:2: there is no setting date; write one of listen,"},
		{"a file within a file", "config: x\n", "--config FILE", "there is no setting config"},
		{"a list for one value", "data: [x]\n", "--config FILE", "greenroom.yaml:1: data must be one value"},
		{"a map for a list", "bank: {a: b}\n", "--config FILE", "bank must be a value or a list of values"},
		{"a list of lists", "bank: [[a]]\n", "--config FILE", "bank: item 1 is not a text"},
		{"twice the same", "data: x\ndata: y\n", "--config FILE", "already"},
		{"not YAML", "data: [", "--config FILE", "greenroom.yaml: "},
		{"not settings", "- data\n", "--config FILE", "greenroom.yaml: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseServe(t, nil, test.file, test.args)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %+v, error %v, want one with %q", got, err, test.want)
			}
		})
	}
}
