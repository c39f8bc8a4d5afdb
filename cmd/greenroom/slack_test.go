package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/bot/slack"
)

// parseSlack reads an environment and a command line; FILE names a file with the given text and mode.
func parseSlack(t *testing.T, env map[string]string, file string, mode os.FileMode, args string) (cfg *slack.Config, log string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	for name, value := range env {
		t.Setenv("GREENROOM_"+name, strings.ReplaceAll(value, "FILE", path))
	}
	var c commands
	if _, err := newParser(&c).Parse(withDefault(strings.Fields(strings.ReplaceAll(args, "FILE", path)))); err != nil {
		return nil, "", err
	}
	if err := c.Serve.check(); err != nil {
		return nil, "", err
	}
	var said bytes.Buffer
	cfg, err = c.Serve.slack(slog.New(slog.NewTextHandler(&said, nil)))
	return cfg, said.String(), err
}

const (
	botToken = "xoxb-1-botSECRET"
	appToken = "xapp-1-appSECRET"
	signing  = "8f742231b10e8888abcd99yyyzzz85a5SECRET"
	keyEntry = "k1:SECRETAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
)

func TestSlackConfig(t *testing.T) {
	one := map[string]string{"SLACK_BOT_TOKEN": " " + botToken + "\n", "SLACK_APP_TOKEN": appToken}
	cfg, log, err := parseSlack(t, one, "", 0o600, "")
	if err != nil || cfg.BotToken != botToken || cfg.AppToken != appToken || cfg.App != nil || cfg.SigningSecret != "" || log != "" {
		t.Errorf("Socket Mode: %v, log %q", err, log)
	}
	if _, err := slack.New(*cfg); err == nil || !strings.Contains(err.Error(), "a store is missing") {
		t.Errorf("all but the store is there: %v", err)
	}
	if cfg, _, err := parseSlack(t, map[string]string{"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}, "", 0o600, ""); err == nil {
		t.Errorf("empty variables were taken: %v", cfg)
	}
}

func TestSlackConfigFiles(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"by the environment": {"SLACK_BOT_TOKEN_FILE": "FILE", "SLACK_APP_TOKEN": appToken},
		"by a flag":          {"SLACK_APP_TOKEN": appToken},
	} {
		t.Run(name, func(t *testing.T) {
			args := ""
			if env["SLACK_BOT_TOKEN_FILE"] == "" {
				args = "--slack-bot-token-file FILE"
			}
			cfg, log, err := parseSlack(t, env, botToken+"\n", 0o440, args)
			if err != nil || cfg.BotToken != botToken || log != "" {
				t.Errorf("%v, log %q", err, log)
			}
			cfg, _, err = parseSlack(t, env, "\ufeff"+botToken+"\r\n", 0o400, args)
			if err != nil || cfg.BotToken != botToken {
				t.Errorf("as editors of Windows write it: %v", err)
			}
			cfg, log, err = parseSlack(t, env, botToken+"\n", 0o444, args)
			if err != nil || cfg.BotToken != botToken || !strings.Contains(log, "every user of this machine may read") || strings.Contains(log, "SECRET") {
				t.Errorf("readable by all: %v, log %q", err, log)
			}
		})
	}
}

func TestSlackConfigMany(t *testing.T) {
	env := map[string]string{
		"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "SECRET", "SLACK_KEYS": keyEntry, "SLACK_SIGNING_SECRET": signing,
		"HOOKS": ":8081", "HOOKS_URL": "https://greenroom.example.org/",
	}
	cfg, _, err := parseSlack(t, env, "", 0o600, "")
	if err != nil || cfg.App == nil || cfg.App.Redirect != "https://greenroom.example.org/slack/oauth" || cfg.App.ClientID != "1.2" || cfg.SigningSecret != signing {
		t.Fatalf("%v", err)
	}
	delete(env, "SLACK_SIGNING_SECRET")
	os.Unsetenv("GREENROOM_SLACK_SIGNING_SECRET")
	env["SLACK_APP_TOKEN"] = appToken // events over the socket, sign-in over HTTP
	if cfg, _, err := parseSlack(t, env, "", 0o600, ""); err != nil || cfg.AppToken != appToken {
		t.Errorf("%v", err)
	}
}

func TestSlackConfigRefuses(t *testing.T) {
	many := func(change map[string]string) map[string]string {
		env := map[string]string{
			"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "SECRET", "SLACK_KEYS": keyEntry, "SLACK_SIGNING_SECRET": signing,
			"HOOKS": ":8081", "HOOKS_URL": "https://greenroom.example.org",
		}
		for name, value := range change {
			if env[name] = value; value == "" {
				delete(env, name)
			}
		}
		return env
	}
	for _, c := range []struct {
		name string
		env  map[string]string
		args string
		want []string
	}{
		{"bot token alone", map[string]string{"SLACK_BOT_TOKEN": botToken}, "", []string{"--slack-app-token-file FILE", "--slack-signing-secret-file FILE and --hooks :8081"}},
		{"app token alone", map[string]string{"SLACK_APP_TOKEN": appToken}, "", []string{"GREENROOM_SLACK_APP_TOKEN", "--slack-bot-token-file FILE"}},
		{"signing secret alone", map[string]string{"SLACK_SIGNING_SECRET": signing, "HOOKS": ":8081"}, "", []string{"GREENROOM_SLACK_SIGNING_SECRET", "--slack-bot-token-file FILE"}},
		{"HTTP without an address", map[string]string{"SLACK_BOT_TOKEN": botToken, "SLACK_SIGNING_SECRET": signing}, "", []string{"GREENROOM_SLACK_SIGNING_SECRET", "add --hooks :8081"}},
		{"both ways", map[string]string{"SLACK_BOT_TOKEN": botToken, "SLACK_SIGNING_SECRET": signing, "SLACK_APP_TOKEN": appToken, "HOOKS": ":8081"}, "", []string{"GREENROOM_SLACK_APP_TOKEN", "GREENROOM_SLACK_SIGNING_SECRET", "leave out either"}},
		{"one and many", many(map[string]string{"SLACK_BOT_TOKEN": botToken}), "", []string{"GREENROOM_SLACK_BOT_TOKEN", "GREENROOM_SLACK_CLIENT_ID", "leave out either"}},
		{"no client secret", many(map[string]string{"SLACK_CLIENT_SECRET": ""}), "", []string{"add --slack-client-secret-file FILE"}},
		{"no keys", many(map[string]string{"SLACK_KEYS": ""}), "", []string{"greenroom slack keys new", "add --slack-keys-file FILE"}},
		{"bad keys", many(map[string]string{"SLACK_KEYS": "k1:SECRET"}), "", []string{"GREENROOM_SLACK_KEYS: entry 1 of the key ring, k1, is not the base64 of 32 bytes"}},
		{"no client id", many(map[string]string{"SLACK_CLIENT_ID": "", "SLACK_SIGNING_SECRET": "", "HOOKS": "", "HOOKS_URL": ""}), "", []string{"GREENROOM_SLACK_CLIENT_SECRET", "add --slack-client-id ID"}},
		{"not a client id", many(map[string]string{"SLACK_CLIENT_ID": "A0123"}), "", []string{"two numbers with a dot"}},
		{"no hooks to sign in", many(map[string]string{"HOOKS": "", "HOOKS_URL": "", "SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": appToken}), "", []string{"GREENROOM_SLACK_CLIENT_ID", "add --hooks :8081"}},
		{"no address to sign in", many(map[string]string{"HOOKS_URL": ""}), "", []string{"add --hooks-url https://"}},
		{"hooks for nothing", map[string]string{"SLACK_BOT_TOKEN": botToken, "SLACK_APP_TOKEN": appToken}, "--hooks :8081", []string{"--hooks has nothing to serve"}},
		{"hooks without Slack", nil, "--hooks :8081", []string{"--hooks has nothing to serve"}},
		{"hooks that are no address", nil, "--hooks 8081", []string{"write one such as :8081"}},
		{"hooks on the playground", nil, "--hooks 127.0.0.1:8080", []string{"--hooks and --listen are both 127.0.0.1:8080"}},
		{"an address of no hooks", nil, "--hooks-url https://greenroom.example.org", []string{"add --hooks :8081"}},
		{"an address without TLS", nil, "--hooks :8081 --hooks-url http://greenroom.example.org", []string{"beginning of an https address"}},
		{"an address with a path", nil, "--hooks :8081 --hooks-url https://greenroom.example.org/slack", []string{"beginning of an https address"}},
		{"keys alone", map[string]string{"SLACK_KEYS": keyEntry}, "", []string{"GREENROOM_SLACK_KEYS", "add --slack-client-id"}},
		{"tokens swapped", map[string]string{"SLACK_BOT_TOKEN": appToken, "SLACK_APP_TOKEN": botToken}, "", []string{"GREENROOM_SLACK_BOT_TOKEN holds an app token"}},
		{"a token that ends", map[string]string{"SLACK_BOT_TOKEN": "xoxe.xoxb-1-SECRET"}, "", []string{"ends after twelve hours"}},
		{"a member's token", map[string]string{"SLACK_BOT_TOKEN": "xoxp-1-SECRET"}, "", []string{"holds a member's token", "OAuth & Permissions"}},
		{"no token", map[string]string{"SLACK_BOT_TOKEN": "SECRET"}, "", []string{"does not begin with xoxb-"}},
		{"a prefix only", map[string]string{"SLACK_BOT_TOKEN": "xoxb-"}, "", []string{"holds a bot token"}},
		{"two words", map[string]string{"SLACK_BOT_TOKEN": botToken + " " + appToken}, "", []string{"more than one word"}},
		{"a token as signing secret", map[string]string{"SLACK_SIGNING_SECRET": botToken}, "", []string{"GREENROOM_SLACK_SIGNING_SECRET holds a bot token"}},
		{"a secret in quotes", map[string]string{"SLACK_BOT_TOKEN": botToken, "SLACK_SIGNING_SECRET": `"` + signing + `"`, "HOOKS": ":8081"}, "", []string{"GREENROOM_SLACK_SIGNING_SECRET has quotation marks"}},
		{"nothing in a variable", map[string]string{"SLACK_BOT_TOKEN": " "}, "", []string{"GREENROOM_SLACK_BOT_TOKEN is empty"}},
		{"variable and file", map[string]string{"SLACK_BOT_TOKEN": botToken}, "--slack-bot-token-file FILE", []string{"GREENROOM_SLACK_BOT_TOKEN and --slack-bot-token-file"}},
		{"an empty file", nil, "--slack-bot-token-file FILE", []string{"is empty"}},
		{"a file that is missing", nil, "--slack-bot-token-file nosuch", []string{"there is no file nosuch; check --slack-bot-token-file (GREENROOM_SLACK_BOT_TOKEN_FILE)"}},
		{"a folder", nil, "--slack-app-token-file /", []string{"is a folder; name the file in it with --slack-app-token-file"}},
		{"a secret as a flag", nil, "--slack-bot-token " + botToken, []string{"unknown flag --slack-bot-token"}},
		{"a strange Slack", map[string]string{"SLACK_BOT_TOKEN": botToken, "SLACK_APP_TOKEN": appToken, "SLACK_API": "http://slack.example.org/api/"}, "", []string{"GREENROOM_SLACK_API gets every token"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, log, err := parseSlack(t, c.env, "", 0o600, c.args)
			if err == nil {
				t.Fatalf("taken, want an error with %q", c.want)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q in it", err, want)
				}
			}
			if strings.Contains(err.Error()+log, "SECRET") && !strings.Contains(err.Error(), "SECRET=") && !strings.Contains(err.Error(), "_SECRET") {
				t.Errorf("a secret is shown: %v %s", err, log)
			}
		})
	}
}
