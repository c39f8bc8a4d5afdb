package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"

	"greenroom/bot/when"
)

// config is how Greenroom is served. Each field is set by a flag, else by its environment variable, else in the YAML
// file, else it has its default; the file's keys are the flags' names. The zero configuration runs the playground on
// this machine only, with the questions that ship with Greenroom.
type config struct {
	// Listen is where the playground, the pages and /healthz are served. Optional; defaults to 127.0.0.1:8080. An
	// address that other machines reach is refused unless Open is set.
	Listen string `env:"GREENROOM_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Where to serve the playground (default 127.0.0.1:8080)."`
	// Open lets other machines reach the playground, in which anybody may act as anybody. Optional; off by default.
	Open bool `env:"GREENROOM_OPEN" help:"Let other machines reach the playground."`
	// Data is the folder that holds everything Greenroom remembers; it is made when it is missing. Optional; defaults
	// to greenroom-data in the working directory. One process at a time may use it.
	Data string `env:"GREENROOM_DATA" default:"greenroom-data" placeholder:"DIR" help:"Folder for what Greenroom remembers (default greenroom-data)."`
	// Bank is the files and folders with questions. Optional; defaults to the questions that ship with Greenroom, which
	// are left out when any is given.
	Bank []string `env:"GREENROOM_BANK" placeholder:"PATH" help:"Question file or folder; may be repeated (default: the questions that come with Greenroom)."`
	// FollowUps is how long after the post the first follow-up comes, the n-th after n times as long. Optional;
	// defaults to 2h. It is the default of new schedules.
	FollowUps time.Duration `env:"GREENROOM_FOLLOW_UPS" name:"follow-ups" default:"2h" placeholder:"2h" help:"Time from follow-up to follow-up, for new schedules (default 2h)."`
	// Result is how long after the post its result comes. Optional; defaults to 24h. It is the default of new
	// schedules.
	Result time.Duration `env:"GREENROOM_RESULT" default:"24h" placeholder:"24h" help:"Time from the post to its result, for new schedules (default 24h)."`
	// Cron is when new schedules post that name neither time nor days: five fields, the minute one number. Optional;
	// without it such a schedule needs a time, and the playground's own posts at 9:00 on weekdays.
	Cron string `env:"GREENROOM_CRON" placeholder:"EXPR" help:"When new schedules post that name neither time nor days, such as '0 9 * * 1-5'."`
	// Hooks is where platforms that use HTTP reach Greenroom, and nothing else is served. Optional; nothing is listened to
	// without it. It takes an address that the network, or a proxy that ends TLS, reaches.
	Hooks string `env:"GREENROOM_HOOKS" placeholder:"ADDR" help:"Where platforms that use HTTP reach Greenroom, such as :8081 (default none)."`
	// HooksURL is how Hooks is reached from outside. Optional; it is needed where workspaces sign in.
	HooksURL string `env:"GREENROOM_HOOKS_URL" name:"hooks-url" placeholder:"URL" help:"The https address at which --hooks is reached from outside."`
	// Slack is how Slack is reached. Optional; without any of it Greenroom does not connect to Slack.
	Slack slackSettings `embed:"" prefix:"slack-" group:"Slack (secrets stand in files or in the environment: GREENROOM_SLACK_BOT_TOKEN and so on)"`
	// Discord is how Discord is reached. Optional; without any of it Greenroom does not connect to Discord.
	Discord discordSettings `embed:"" prefix:"discord-" group:"Discord (the token stands in a file or in the environment: GREENROOM_DISCORD_TOKEN)"`
	// Config is the YAML file with any of these settings but itself. Optional.
	Config configFile `env:"GREENROOM_CONFIG" placeholder:"FILE" help:"YAML file with these settings; flags and environment win over it."`
}

// check refuses what cannot be meant, and says what to write.
func (c config) check() error {
	host, _, err := net.SplitHostPort(c.Listen)
	switch {
	case err != nil:
		return usagef("--listen %q is not an address; write one such as 127.0.0.1:8080", c.Listen)
	case !c.Open && !loopback(host):
		return usagef("--listen %s lets other machines reach the playground, where anybody may act as anybody; "+
			"write --listen 127.0.0.1:8080, or add --open if that is meant", c.Listen)
	case c.Data == "":
		return usagef("--data names no folder; write one such as --data greenroom-data")
	case c.FollowUps <= 0:
		return usagef("--follow-ups %s is not a time to wait; write one such as 2h or 1m", c.FollowUps)
	case c.Result <= 0:
		return usagef("--result %s is not a time to wait; write one such as 24h or 5m", c.Result)
	}
	if err := c.checkHooks(); err != nil {
		return err
	}
	if c.Cron != "" {
		if _, err := when.Cron(c.Cron, "UTC"); err != nil {
			return usagef("--cron %q: %v", c.Cron, err)
		}
	}
	return nil
}

// checkHooks refuses addresses that cannot be meant.
func (c config) checkHooks() error {
	_, port, err := net.SplitHostPort(c.Hooks)
	switch {
	case c.Hooks == "" && c.HooksURL != "":
		return usagef("--hooks-url %s says how --hooks is reached; add --hooks :8081", c.HooksURL)
	case c.Hooks == "":
		return nil
	case err != nil:
		return usagef("--hooks %q is not an address; write one such as :8081", c.Hooks)
	case c.Hooks == c.Listen && port != "0":
		return usagef("--hooks and --listen are both %s; give each a port of its own, such as --hooks :8081", c.Hooks)
	case c.HooksURL != "":
		return checkOutside(c.HooksURL)
	}
	return nil
}

// checkOutside refuses what is no address at which a platform or a browser could reach us: https and a host, or http on
// this machine for trying things out.
func checkOutside(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) ||
		u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return usagef("--hooks-url %q is not the beginning of an https address; write one such as https://greenroom.example.org", text)
	}
	return nil
}

// loopback tells whether a host name or address is this machine's own, without asking the network.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// configFile is the path of a YAML file with settings. Reading it is part of parsing the command line.
type configFile string

// BeforeResolve makes the file's values known to the parser.
func (configFile) BeforeResolve(ctx *kong.Context, trace *kong.Path) error {
	path := string(ctx.FlagValue(trace.Flag).(configFile))
	src, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s; check --config", path)
	} else if err != nil {
		return fmt.Errorf("read --config: %w", err)
	}
	var settings map[string]yaml.Node
	if err := yaml.Unmarshal(src, &settings); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	values := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		node := settings[name]
		if values[name], err = settingValue(name, node, ctx.Selected().Flags); err != nil {
			return fmt.Errorf("%s:%d: %w", path, node.Line, err)
		}
	}
	ctx.AddResolver(fileValues(values))
	return nil
}

// settingValue is the value of one setting: its text as written, or a list of texts.
func settingValue(name string, node yaml.Node, flags []*kong.Flag) (any, error) {
	i := slices.IndexFunc(flags, func(f *kong.Flag) bool { return f.Name == name })
	if i < 0 || name == "config" || name == "help" {
		var known []string
		for _, f := range flags {
			if f.Name != "config" && f.Name != "help" {
				known = append(known, f.Name)
			}
		}
		return nil, fmt.Errorf("there is no setting %s; write one of %s", name, strings.Join(known, ", "))
	}
	isList := flags[i].IsSlice()
	switch {
	case node.Kind == yaml.ScalarNode:
		return node.Value, nil
	case node.Kind == yaml.SequenceNode && isList:
		list := make([]any, len(node.Content))
		for i, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("%s: item %d is not a text", name, i+1)
			}
			list[i] = item.Value
		}
		return list, nil
	case isList:
		return nil, fmt.Errorf("%s must be a value or a list of values", name)
	}
	return nil, fmt.Errorf("%s must be one value", name)
}

// fileValues is the settings of a file; the environment wins over them.
type fileValues map[string]any

// Validate is part of kong.Resolver; the settings were checked when the file was read.
func (fileValues) Validate(*kong.Application) error { return nil }

// Resolve gives a flag that stands neither on the command line nor in the environment the file's value.
func (v fileValues) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return v[flag.Name], nil
}
