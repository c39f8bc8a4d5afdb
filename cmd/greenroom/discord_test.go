package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/bot/discord"
)

const (
	discordBotToken = "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.SECRET.SECRET"
	discordKey      = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"
)

// parseDiscord reads an environment and a command line, in which FILE names a file with the token.
func parseDiscord(t *testing.T, env map[string]string, args string) (cfg *discord.Config, log string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(discordBotToken+"\n"), 0o600); err != nil {
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
	cfg, err = c.Serve.discord(slog.New(slog.NewTextHandler(&said, nil)))
	return cfg, said.String(), err
}

func TestDiscordConfig(t *testing.T) {
	cfg, log, err := parseDiscord(t, nil, "--discord-token-file FILE --discord-guild 1234567890123456789 --discord-alias gr-")
	want := discord.Commands{Guild: "1234567890123456789", Aliases: true, Prefix: "gr-"}
	if err != nil || cfg.Token != discordBotToken || cfg.PublicKey != nil || cfg.Commands != want || log != "" {
		t.Errorf("a token in a file: %+v, %v, log %q", cfg, err, log)
	}
	cfg, _, err = parseDiscord(t, map[string]string{"DISCORD_TOKEN": discordBotToken, "DISCORD_ALIAS": "none"}, "--hooks :8081 --discord-public-key "+discordKey)
	if err != nil || len(cfg.PublicKey) != 32 || cfg.Commands != (discord.Commands{}) {
		t.Errorf("commands over HTTP: %+v, %v", cfg, err)
	}
	if cfg, _, err := parseDiscord(t, map[string]string{"DISCORD_TOKEN": discordBotToken, "DISCORD_ALIAS": "all"}, ""); err != nil || cfg.Commands != (discord.Commands{Aliases: true}) {
		t.Errorf("all commands: %+v, %v", cfg, err)
	}
}

// What cannot be meant is refused with the line to write, and shows nothing of the token.
func TestDiscordConfigRefuses(t *testing.T) {
	for _, test := range []struct {
		name, token, args, says string
	}{
		{"a token with its header", "Bot " + discordBotToken, "", "more than one word"},
		{"another secret", "8f742231bSECRET", "", "holds no bot's token"},
		{"a Slack token", "xoxb-1-SECRET", "", "holds a bot token of Slack"},
		{"a key and no token", "", "--hooks :8081 --discord-public-key " + discordKey, "add the token: --discord-token-file FILE"},
		{"a server and no token", "", "--discord-guild 1", "add --discord-token-file FILE"},
		{"a key and no hooks", discordBotToken, "--discord-public-key " + discordKey, "add --hooks :8081"},
		{"hooks and nothing to serve", discordBotToken, "--hooks :8081", "--hooks has nothing to serve"},
		{"half a key", discordBotToken, "--hooks :8081 --discord-public-key 8a88", "it is the 64 characters"},
		{"no server's id", discordBotToken, "--discord-guild team", "is no server's id"},
		{"a capital prefix", discordBotToken, "--discord-alias GR", "small letters"},
		{"a long prefix", discordBotToken, "--discord-alias " + strings.Repeat("g", 30), "up to 32"},
		{"an API that others read", discordBotToken, "", "gets the token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := map[string]string{}
			if test.token != "" {
				env["DISCORD_TOKEN"] = test.token
			}
			if strings.Contains(test.name, "API") {
				env["DISCORD_API"] = "http://discord.example/"
			}
			_, log, err := parseDiscord(t, env, test.args)
			if err == nil {
				_, err = config{Hooks: ":8081"}.slack(slog.New(slog.DiscardHandler))
			}
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("it says %v", err)
			}
			if strings.Contains(log, "SECRET") || err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("it shows the secret: %v, log %q", err, log)
			}
		})
	}
}

func TestInvite(t *testing.T) {
	for args, want := range map[string]string{
		"--app 1234567890123456789":                             "https://discord.com/oauth2/authorize?client_id=1234567890123456789&permissions=309237746688&scope=bot+applications.commands\n",
		"--app 1234567890123456789 --guild 2234567890123456789": "https://discord.com/oauth2/authorize?client_id=1234567890123456789&disable_guild_select=true&guild_id=2234567890123456789&permissions=309237746688&scope=bot+applications.commands\n",
		"--app 1234567890123456789 --alone":                     "https://discord.com/oauth2/authorize?client_id=1234567890123456789&integration_type=1&scope=applications.commands\n",
		"":                                                      "https://discord.com/oauth2/authorize?client_id=1234567890123456789&permissions=309237746688&scope=bot+applications.commands\n",
	} {
		t.Setenv("GREENROOM_DISCORD_TOKEN", discordBotToken)
		var out, log bytes.Buffer
		if code := run(append([]string{"discord", "invite"}, strings.Fields(args)...), streams{strings.NewReader(""), &out, &log}); code != 0 || out.String() != want {
			t.Errorf("%s: %d, %s%s", args, code, &out, &log)
		}
	}
	for args, want := range map[string]string{
		"--app team": "Application ID", "--app 1234567890123456789 --guild team": "Copy Server ID",
		"--app 1234567890123456789 --guild 2234567890123456789 --alone": "can't be used together",
	} {
		var out, log bytes.Buffer
		if code := run(append([]string{"discord", "invite"}, strings.Fields(args)...), streams{strings.NewReader(""), &out, &log}); code != exitUsage || !strings.Contains(log.String(), want) {
			t.Errorf("%s: %d, %s%s", args, code, &out, &log)
		}
	}
}
