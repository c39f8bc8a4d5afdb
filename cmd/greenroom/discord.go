package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"

	"greenroom/bot/discord"
)

// discordSettings is how Discord is reached. The token is secret: it has a variable of its own in the environment,
// GREENROOM_DISCORD_TOKEN, or stands in the file that the setting here names.
type discordSettings struct {
	// TokenFile holds the bot's token. Optional; without it Greenroom does not connect to Discord.
	TokenFile string `env:"GREENROOM_DISCORD_TOKEN_FILE" placeholder:"FILE" help:"File with the bot's token."`
	// PublicKey is the app's, which is no secret. Optional; with it commands and clicks come to Hooks, which it needs. What is
	// written to the bot comes through the gateway all the same.
	PublicKey string `env:"GREENROOM_DISCORD_PUBLIC_KEY" placeholder:"HEX" help:"Public key of the app, where Discord sends commands and clicks to --hooks."`
	// Guild is the one server that gets the slash commands. Optional; every server and direct messages get them without it.
	Guild string `env:"GREENROOM_DISCORD_GUILD" placeholder:"ID" help:"The one server that gets the slash commands (default all)."`
	// Alias says which short commands there are beside /greenroom. Optional; defaults to all.
	Alias string `env:"GREENROOM_DISCORD_ALIAS" default:"all" placeholder:"all|none|PREFIX" help:"Short commands such as /question: all, none, or all with a prefix (default all)."`
	// API is where Discord's REST API is. Optional; it is for tests.
	API string `env:"GREENROOM_DISCORD_API" hidden:""`
}

// discordToken is what a token looks like: three parts, of which the first is the bot's id.
var discordToken = regexp.MustCompile(`^[\w-]+\.[\w-]+\.[\w-]+$`)

func (c discordSettings) token(log *slog.Logger) (string, error) {
	const kind = "the token on the app's page Bot, three parts with dots between them"
	given := secret{"GREENROOM_DISCORD_TOKEN", c.TokenFile}
	token, err := given.token(log, kind)
	if err == nil && token != "" && !discordToken.MatchString(token) {
		return "", usagef("%s holds no bot's token; it is %s", given.place(), kind)
	}
	return token, err
}

// discord is what the adapter for Discord is made from; nil where Discord is not set up. What cannot be meant is refused,
// with the line to write.
func (c config) discord(log *slog.Logger) (*discord.Config, error) {
	s := c.Discord
	token, err := s.token(log)
	if err != nil {
		return nil, err
	}
	for _, wrong := range []struct {
		when bool
		text string
	}{
		{token == "" && s.PublicKey != "", "GREENROOM_DISCORD_PUBLIC_KEY checks what Discord sends and may not post; add the token: --discord-token-file FILE"},
		{token == "" && s.Guild != "", "--discord-guild needs the bot's token; add --discord-token-file FILE"},
		{token == "" && s.Alias != "all", "--discord-alias needs the bot's token; add --discord-token-file FILE"},
		{s.PublicKey != "" && c.Hooks == "", "GREENROOM_DISCORD_PUBLIC_KEY is for requests that come in at --hooks; add --hooks :8081, or leave it out: the gateway needs no address"},
	} {
		if wrong.when {
			return nil, usagef("%s", wrong.text)
		}
	}
	if token == "" {
		return nil, nil
	}
	cfg := &discord.Config{Token: token, API: s.API, Log: log, Commands: discord.Commands{Guild: s.Guild, Aliases: s.Alias != "none"}}
	if s.Alias != "all" && s.Alias != "none" {
		cfg.Commands.Prefix = s.Alias
	}
	if s.PublicKey != "" {
		key, err := hex.DecodeString(s.PublicKey)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, usagef("GREENROOM_DISCORD_PUBLIC_KEY is not a public key; it is the 64 characters on the app's page General Information")
		}
		cfg.PublicKey = key
	}
	if err := cfg.Commands.Check(); err != nil {
		return nil, &usageError{err}
	}
	if api, err := url.Parse(s.API); s.API != "" &&
		(err != nil || api.Scheme != "https" && !(api.Scheme == "http" && loopback(api.Hostname())) || !strings.HasSuffix(api.Path, "/")) {
		return nil, usagef("GREENROOM_DISCORD_API gets the token; it must be https, or on this machine, and end with a slash")
	}
	return cfg, nil
}

// discordSpace names the part of the store that is the adapter's.
const discordSpace = "discord"

// discordCommands is what can be done about Discord without serving it.
type discordCommands struct {
	Invite inviteCommand `cmd:"" help:"Print the link that adds the app to a server."`
}

type inviteCommand struct {
	App   string `placeholder:"ID" help:"Application ID of the app (default: the one of the token)."`
	Guild string `xor:"whose" placeholder:"ID" help:"The server that the link chooses already."`
	Alone bool   `xor:"whose" help:"A link that adds the app to whoever opens it, for playing in direct messages."`

	TokenFile string `name:"discord-token-file" env:"GREENROOM_DISCORD_TOKEN_FILE" placeholder:"FILE" help:"File with the bot's token."`
}

// Run prints the link.
func (c inviteCommand) Run(std streams) error {
	app := c.App
	if app == "" {
		token, err := discordSettings{TokenFile: c.TokenFile}.token(slog.New(slog.NewTextHandler(std.err, nil)))
		if err != nil {
			return err
		}
		if token == "" {
			return usagef("which app is it? write --app ID, with the Application ID from the app's page General Information, or --discord-token-file FILE")
		}
		app = appOf(token)
	}
	link, err := discord.Invite(app, c.Guild, c.Alone)
	if err != nil {
		return &usageError{err}
	}
	_, err = fmt.Fprintln(std.out, link)
	return err
}

// appOf is the id that a token begins with: the bot's, which is the app's where the app was made after 2016.
func appOf(token string) string {
	first, _, _ := strings.Cut(token, ".")
	id, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(first, "="))
	if err != nil {
		return ""
	}
	return string(id)
}

type doctorDiscord struct {
	config
}

// Run lists what was looked at, a line each, and what to do about what is wrong; exit code 1 where something is.
func (c doctorDiscord) Run(std streams) error {
	if err := c.check(); err != nil {
		return err
	}
	cfg, err := c.discord(slog.New(slog.NewTextHandler(std.err, nil)))
	switch {
	case err != nil:
		return err
	case cfg == nil:
		return usagef("Discord is not set up; make the app as docs/discord.md says, then write greenroom doctor discord --discord-token-file FILE")
	}
	ctx, cancel := context.WithTimeout(context.Background(), examineWithin)
	defer cancel()
	return printFindings(std, discord.Examine(ctx, *cfg, c.HooksURL))
}
