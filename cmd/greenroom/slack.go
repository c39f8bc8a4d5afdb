package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"

	"greenroom/bot/slack"
	"greenroom/store"
)

// slackSettings is how Slack is reached. What is secret has a variable of its own in the environment, GREENROOM_SLACK_
// and the name, or a file that the setting here names: see secrets.
type slackSettings struct {
	// BotTokenFile holds the bot token of one workspace. Optional; with it Greenroom is in that workspace only.
	BotTokenFile string `env:"GREENROOM_SLACK_BOT_TOKEN_FILE" placeholder:"FILE" help:"File with the bot token of one workspace, xoxb-…"`
	// AppTokenFile holds the app token of Socket Mode. Optional; without it Slack must reach Hooks.
	AppTokenFile string `env:"GREENROOM_SLACK_APP_TOKEN_FILE" placeholder:"FILE" help:"File with the app token for Socket Mode, xapp-…"`
	// SigningSecretFile holds what Slack signs its requests with. Optional; it needs Hooks, and excludes AppTokenFile.
	SigningSecretFile string `env:"GREENROOM_SLACK_SIGNING_SECRET_FILE" placeholder:"FILE" help:"File with the signing secret for HTTP."`
	// ClientID names the app where workspaces sign in. Optional; it needs ClientSecretFile, KeysFile, Hooks and HooksURL,
	// and excludes BotTokenFile.
	ClientID string `env:"GREENROOM_SLACK_CLIENT_ID" placeholder:"ID" help:"Client id of the app, where many workspaces sign in."`
	// ClientSecretFile holds the secret that belongs to ClientID.
	ClientSecretFile string `env:"GREENROOM_SLACK_CLIENT_SECRET_FILE" placeholder:"FILE" help:"File with the client secret of the app."`
	// KeysFile holds the key ring that encrypts the tokens of workspaces that sign in.
	KeysFile string `env:"GREENROOM_SLACK_KEYS_FILE" placeholder:"FILE" help:"File with the key ring that encrypts tokens; see greenroom slack keys."`
	// API is where Slack's Web API is. Optional; it is for tests.
	API string `env:"GREENROOM_SLACK_API" hidden:""`
}

// slackSecrets are read, not yet checked against each other.
type slackSecrets struct{ botToken, appToken, signingSecret, clientSecret, keys string }

func (c slackSettings) secrets(log *slog.Logger) (s slackSecrets, err error) {
	for _, read := range []struct {
		into     *string
		env      string
		path     string
		kind     string
		prefixes []string
	}{
		{&s.botToken, "BOT_TOKEN", c.BotTokenFile, "the Bot User OAuth Token on the app's page OAuth & Permissions, xoxb-…", []string{"xoxb-"}},
		{&s.appToken, "APP_TOKEN", c.AppTokenFile, "an App-Level Token with connections:write from the app's page Basic Information, xapp-…", []string{"xapp-"}},
		{&s.signingSecret, "SIGNING_SECRET", c.SigningSecretFile, "the Signing Secret on the app's page Basic Information", nil},
		{&s.clientSecret, "CLIENT_SECRET", c.ClientSecretFile, "the Client Secret on the app's page Basic Information", nil},
	} {
		if *read.into, err = (secret{"GREENROOM_SLACK_" + read.env, read.path}).token(log, read.kind, read.prefixes...); err != nil {
			return slackSecrets{}, err
		}
	}
	s.keys, err = secret{"GREENROOM_SLACK_KEYS", c.KeysFile}.read(log)
	return s, err
}

// slack is what the adapter for Slack is made from; nil where Slack is not set up. What cannot be meant is refused, with
// the line to write.
func (c config) slack(log *slog.Logger) (*slack.Config, error) {
	s, err := c.Slack.secrets(log)
	if err != nil {
		return nil, err
	}
	if err := c.checkSlack(s); err != nil {
		return nil, err
	}
	if s == (slackSecrets{}) && c.Slack.ClientID == "" {
		return nil, nil
	}
	cfg := &slack.Config{BotToken: s.botToken, AppToken: s.appToken, SigningSecret: s.signingSecret, API: c.Slack.API, Log: log}
	if c.Slack.ClientID != "" {
		keys, err := slack.ParseKeys(s.keys)
		if err != nil {
			return nil, usagef("GREENROOM_SLACK_KEYS: %v; write greenroom slack keys new to make an entry", err)
		}
		cfg.App = &slack.App{
			ClientID: c.Slack.ClientID, ClientSecret: s.clientSecret, Keys: keys,
			Redirect: strings.TrimSuffix(c.HooksURL, "/") + "/slack/oauth",
		}
	}
	return cfg, nil
}

// clientID is what Slack calls an app where it signs in: two numbers and a dot.
var clientID = regexp.MustCompile(`^\d+\.\d+$`)

// checkSlack refuses settings that contradict each other or lack their other half.
func (c config) checkSlack(s slackSecrets) error {
	app := c.Slack.ClientID != ""
	for _, wrong := range []struct {
		when bool
		text string
	}{
		{s.botToken != "" && app, "GREENROOM_SLACK_BOT_TOKEN is for one workspace and GREENROOM_SLACK_CLIENT_ID for many; leave out either"},
		{s.appToken != "" && s.signingSecret != "", "GREENROOM_SLACK_APP_TOKEN is for Socket Mode and GREENROOM_SLACK_SIGNING_SECRET for HTTP, and Slack uses one of them; leave out either"},
		{s.appToken != "" && s.botToken == "" && !app, "GREENROOM_SLACK_APP_TOKEN connects and may not post; add the bot token: --slack-bot-token-file FILE"},
		{s.signingSecret != "" && s.botToken == "" && !app, "GREENROOM_SLACK_SIGNING_SECRET lets Slack in and may not post; add the bot token: --slack-bot-token-file FILE"},
		{(s.botToken != "" || app) && s.appToken == "" && s.signingSecret == "", "Slack has no way to reach Greenroom; add the app token for Socket Mode: --slack-app-token-file FILE " +
			"(or, for HTTP, --slack-signing-secret-file FILE and --hooks :8081)"},
		{s.signingSecret != "" && c.Hooks == "", "GREENROOM_SLACK_SIGNING_SECRET is for requests that come in at --hooks; add --hooks :8081"},
		{app && s.clientSecret == "", "GREENROOM_SLACK_CLIENT_ID needs its secret; add --slack-client-secret-file FILE"},
		{app && s.keys == "", "GREENROOM_SLACK_CLIENT_ID needs keys that encrypt the tokens; write greenroom slack keys new, and add --slack-keys-file FILE"},
		{app && c.Hooks == "", "GREENROOM_SLACK_CLIENT_ID is for workspaces that sign in at --hooks; add --hooks :8081"},
		{app && c.HooksURL == "", "GREENROOM_SLACK_CLIENT_ID needs the address at which browsers reach --hooks; add --hooks-url https://greenroom.example.org"},
		{app && !clientID.MatchString(c.Slack.ClientID), "GREENROOM_SLACK_CLIENT_ID is not a client id; it is two numbers with a dot between them, on the app's page Basic Information"},
		{!app && s.clientSecret != "", "GREENROOM_SLACK_CLIENT_SECRET belongs to an app; add --slack-client-id ID"},
		{!app && s.keys != "", "GREENROOM_SLACK_KEYS encrypts the tokens of workspaces that sign in; add --slack-client-id ID, or leave it out"},
		{c.Hooks != "" && s.signingSecret == "" && !app && c.Discord.PublicKey == "", "--hooks has nothing to serve; add --slack-signing-secret-file FILE or --discord-public-key HEX, or leave it out"},
	} {
		if wrong.when {
			return usagef("%s", wrong.text)
		}
	}
	if api, err := url.Parse(c.Slack.API); c.Slack.API != "" &&
		(err != nil || api.Scheme != "https" && !(api.Scheme == "http" && loopback(api.Hostname())) || !strings.HasSuffix(api.Path, "/api/")) {
		return usagef("GREENROOM_SLACK_API gets every token; it must be https, or on this machine, and end with /api/")
	}
	return nil
}

// slackCommands is what can be done about Slack without serving it.
type slackCommands struct {
	Manifest manifestCommand `cmd:"" help:"Print the manifest from which Slack makes the app."`
	Keys     keyCommands     `cmd:"" help:"Keys that encrypt the tokens of workspaces that sign in."`
}

type manifestCommand struct {
	Socket bool   `xor:"way" help:"Socket Mode: Greenroom connects to Slack and needs no public address (default)."`
	HTTP   string `name:"http" xor:"way" placeholder:"URL" help:"HTTP: Slack reaches Greenroom at this https address."`
	Many   bool   `help:"Many workspaces sign in by OAuth, and their tokens rotate; needs --http."`
	Alias  string `default:"all" placeholder:"all|none|PREFIX" help:"Short commands such as /question: all, none, or all with a prefix (default all)."`
}

// Run prints the manifest.
func (c manifestCommand) Run(std streams) error {
	o := slack.ManifestOptions{URL: c.HTTP, Many: c.Many, Alias: c.Alias != "none"}
	if c.Alias != "all" && c.Alias != "none" {
		o.Prefix = c.Alias
	}
	b, err := slack.Manifest(o)
	if err != nil {
		return &usageError{err}
	}
	_, err = std.out.Write(b)
	return err
}

type keyCommands struct {
	New    newKey     `cmd:"" help:"Print a new entry for the key ring."`
	Rotate rotateKeys `cmd:"" help:"Encrypt every stored token with the first key of the ring; Greenroom must not be running."`
}

type newKey struct {
	ID string `arg:"" optional:"" default:"1" help:"Name of the key, such as 2026 (default 1)."`
}

// Run prints an entry with a key from the machine's randomness.
func (c newKey) Run(std streams) error {
	entry, err := slack.NewKey(c.ID)
	if err != nil {
		return &usageError{err}
	}
	_, err = fmt.Fprintln(std.out, entry)
	return err
}

type rotateKeys struct {
	config
}

// Run opens the store alone, so that no running Greenroom goes on with the old key.
func (c rotateKeys) Run(std streams) error {
	log := slog.New(slog.NewTextHandler(std.err, nil))
	s, err := c.Slack.secrets(log)
	if err != nil {
		return err
	}
	if s.keys == "" {
		return usagef("no key ring is given; write --slack-keys-file FILE, the new key first in it")
	}
	keys, err := slack.ParseKeys(s.keys)
	if err != nil {
		return usagef("GREENROOM_SLACK_KEYS: %v", err)
	}
	db, err := c.open(log)
	if err != nil {
		return err
	}
	defer db.Close()
	n, err := slack.Reseal(context.Background(), store.Space(db, slackSpace), keys)
	if err != nil {
		return fmt.Errorf("%d workspaces are encrypted with the key %s, others are not: %w", n, keys.First(), err)
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	_, err = fmt.Fprintf(std.out, "The tokens of %d workspaces are encrypted with the key %s. Other keys may leave the ring.\n", n, keys.First())
	return err
}

// slackSpace names the part of the store that is the adapter's.
const slackSpace = "slack"
