package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// scope is a permission that Greenroom asks for. docs/slack.md says what each is for.
type scope struct {
	Name    string
	Without string // what it is like where it is not granted; empty where nothing is missing yet
}

// requiredScopes are asked of every workspace; nothing works without them.
var requiredScopes = []scope{
	{"commands", "no command works"},
	{"chat:write", "nothing can be posted"},
	{"im:write", "nobody can be told anything in private"},
	{"im:history", "answers and commands typed to the bot are not heard"},
	{"users:read", "names are ids, times are UTC and nobody is a manager"},
}

// optionalScopes make some things better. A workspace may leave out each of them.
var optionalScopes = []scope{
	{"app_mentions:read", "@Greenroom in a channel is not heard; /greenroom does the same"},
	{"channels:history", "in public channels a post that Slack left in doubt may stand twice"},
	{"groups:history", "in private channels a post that Slack left in doubt may stand twice"},
	{"channels:read", "no greeting in public channels, and an archived one is noticed at its next post"},
	{"groups:read", "no greeting in private channels, and an archived one is noticed at its next post"},
	{"files:write", ""},
}

func scopeNames(scopes []scope) []string {
	names := make([]string, len(scopes))
	for n, s := range scopes {
		names[n] = s.Name
	}
	return names
}

// botEvents are the events that Greenroom hears, by the scope that Slack wants for them (docs.slack.dev, Events).
var botEvents = []struct {
	scope  string
	events []string
}{
	{"", []string{"app_home_opened", "app_uninstalled", "tokens_revoked"}},
	{"im:history", []string{"message.im"}},
	{"app_mentions:read", []string{"app_mention"}},
	{"channels:read", []string{"member_joined_channel", "member_left_channel", "channel_left", "channel_archive", "channel_deleted"}},
	{"groups:read", []string{"group_left", "group_archive", "group_deleted"}},
}

// ManifestOptions says which app a manifest is to describe. The zero value is an app for Socket Mode with all aliases.
type ManifestOptions struct {
	URL    string // https address under which Slack reaches the hooks; empty: Socket Mode
	Many   bool   // workspaces sign in by OAuth and tokens rotate; needs URL
	Alias  bool   // /question and /leaderboard are commands too
	Prefix string // stands before each of them
}

// Manifest describes the app to Slack, in the JSON that Slack's page "From a manifest" and its published schema
// (slackapi/manifest-schema, 1.0.0 and 2.0.0) take.
func Manifest(o ManifestOptions) ([]byte, error) {
	if o.URL != "" {
		if err := checkPublicURL(o.URL); err != nil {
			return nil, err
		}
	}
	if o.Many && o.URL == "" {
		return nil, errors.New("workspaces sign in at an address that browsers reach: write --http URL beside --many")
	}
	at := func(path string) string {
		if o.URL == "" {
			return "" // left out: everything comes over the socket
		}
		return strings.TrimSuffix(o.URL, "/") + path
	}
	commands, err := manifestCommands(o, at("/slack/commands"))
	if err != nil {
		return nil, err
	}
	m := manifest{
		Metadata: manifestVersion{Major: 1},
		Display: manifestDisplay{
			Name: "Greenroom", Description: "An interview question a day: answer in private, see what you covered, follow up in the thread.",
			Long: longDescription, Color: "#1f5f4a",
		},
		Features: manifestFeatures{
			Home:     manifestHome{Home: true, Messages: true},
			Bot:      manifestBot{Name: "Greenroom", Online: true},
			Commands: commands,
		},
		OAuth: manifestOAuth{Scopes: manifestScopes{Bot: scopeNames(requiredScopes), Optional: scopeNames(optionalScopes)}},
		Settings: manifestSettings{
			Events:        manifestEvents{URL: at("/slack/events")},
			Interactivity: manifestInteractivity{Enabled: true, URL: at("/slack/interactive"), Options: at("/slack/interactive")},
			Socket:        o.URL == "", Rotation: o.Many,
		},
	}
	if o.Many {
		m.OAuth.Redirect = []string{at("/slack/oauth")}
	}
	for _, e := range botEvents {
		m.Settings.Events.Bot = append(m.Settings.Events.Bot, e.events...)
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic("unreachable: a manifest has only texts and booleans: " + err.Error())
	}
	return append(b, '\n'), nil
}

const longDescription = "Greenroom posts an interview question to a channel on a schedule that you choose. Everybody answers in private and sees at once which " +
	"points the answer covered and which it left out; follow-up questions come in private and in the thread, and the result a day later. " +
	"Questions are your own Markdown files or those that come with it. Answers are seen by their authors only. Type /greenroom to begin."

// manifestCommands are the slash commands. Channels and people in what is typed reach us as ids (should_escape).
func manifestCommands(o ManifestOptions, url string) ([]manifestCommand, error) {
	commands := []manifestCommand{{Name: "/greenroom", About: "Set up and play: questions, schedule, leaderboard, progress, help", Hint: "[setup | question | schedule | progress | help …]"}}
	if o.Alias {
		commands = append(commands,
			manifestCommand{Name: "/" + o.Prefix + "question", About: "An interview question now", Hint: "[topic]"},
			manifestCommand{Name: "/" + o.Prefix + "leaderboard", About: "Who leads", Hint: "[day | week | month | all]"},
		)
	}
	for n := range commands {
		commands[n].URL, commands[n].Escape = url, true
		if err := checkCommand(o.Prefix, commands[n].Name); err != nil {
			return nil, err
		}
	}
	return commands, nil
}

// commandName is what Slack takes as the name of a command: the schema allows 32 characters with the slash, and the page
// for creating one small letters, figures, hyphens and underscores.
var commandName = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)

func checkCommand(prefix, name string) error {
	switch {
	case !commandName.MatchString(name):
		return fmt.Errorf("%q makes %s, which is no name for a slash command; take a prefix of small letters, figures and hyphens such as gr-, at most 20 of them", prefix, name)
	case slices.Contains(reservedCommands, name):
		return fmt.Errorf("%s is a command of Slack's own; take another prefix", name)
	}
	return nil
}

// reservedCommands are Slack's own: those of its help page "Use shortcuts to take actions in Slack" and of its client's
// list, as far as apps that took such a name report that Slack refused it. The list is Slack's and may grow.
var reservedCommands = strings.Fields(`
	/active /apps /archive /away /call /canvas /collapse /dm /dnd /expand /feed /feedback /huddle /invite /invite_people
	/join /keys /kick /leave /list /me /msg /mute /open /part /prefs /pro /remind /remove /rename /search /settings
	/shortcuts /shrug /star /status /topic /unarchive /unmute /who /workflow`)

// checkPublicURL refuses what Slack would not take as the beginning of a request address, or what would reach other
// paths than it seems to.
func checkPublicURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "https", u.Hostname() == "", u.Opaque != "":
		return fmt.Errorf("%q is not an https address; write one such as https://greenroom.example.org", text)
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.HasSuffix(text, "#"), u.Path != "" && u.Path != "/":
		return fmt.Errorf("%q has more than a host; write only its beginning, such as https://greenroom.example.org", text)
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`%\`, r) }):
		return fmt.Errorf("%q has a host that Slack cannot reach; write its name in plain letters", text)
	case u.Hostname() == "localhost", net.ParseIP(u.Hostname()).IsLoopback(), net.ParseIP(u.Hostname()).IsPrivate():
		return fmt.Errorf("%q is reached by this network only, and not by Slack; write a public address, or leave --http out for Socket Mode", text)
	}
	return nil
}

// The parts of a manifest, with the limits of Slack's schema beside them. What is false is written out: the messages
// tab, for one, is read-only where it is not said.
type manifest struct {
	Metadata manifestVersion  `json:"_metadata"`
	Display  manifestDisplay  `json:"display_information"`
	Features manifestFeatures `json:"features"`
	OAuth    manifestOAuth    `json:"oauth_config"`
	Settings manifestSettings `json:"settings"`
}

type manifestVersion struct {
	Major int `json:"major_version"`
}

type manifestDisplay struct {
	Name        string `json:"name"`             // 1 to 35 characters
	Description string `json:"description"`      // 1 to 140
	Long        string `json:"long_description"` // 175 to 4,000
	Color       string `json:"background_color"` // #rrggbb
}

type manifestFeatures struct {
	Home     manifestHome      `json:"app_home"`
	Bot      manifestBot       `json:"bot_user"`
	Commands []manifestCommand `json:"slash_commands"` // 1 to 50
}

type manifestHome struct {
	Home     bool `json:"home_tab_enabled"`
	Messages bool `json:"messages_tab_enabled"`
	ReadOnly bool `json:"messages_tab_read_only_enabled"`
}

type manifestBot struct {
	Name   string `json:"display_name"` // 1 to 80
	Online bool   `json:"always_online"`
}

type manifestCommand struct {
	Name   string `json:"command"`       // 2 to 32, with its slash
	URL    string `json:"url,omitempty"` // up to 3,000
	About  string `json:"description"`   // 1 to 2,000
	Hint   string `json:"usage_hint"`    // 1 to 1,000
	Escape bool   `json:"should_escape"`
}

type manifestOAuth struct {
	Redirect []string       `json:"redirect_urls,omitempty"` // up to 1,000
	Scopes   manifestScopes `json:"scopes"`
}

type manifestScopes struct { // up to 255 names of 50
	Bot      []string `json:"bot"`
	Optional []string `json:"bot_optional"`
}

type manifestSettings struct {
	Events        manifestEvents        `json:"event_subscriptions"`
	Interactivity manifestInteractivity `json:"interactivity"`
	OrgWide       bool                  `json:"org_deploy_enabled"`
	Socket        bool                  `json:"socket_mode_enabled"`
	Rotation      bool                  `json:"token_rotation_enabled"`
}

type manifestEvents struct {
	URL string   `json:"request_url,omitempty"` // up to 3,500
	Bot []string `json:"bot_events"`            // up to 100 names of 50
}

type manifestInteractivity struct {
	Enabled bool   `json:"is_enabled"`
	URL     string `json:"request_url,omitempty"`              // up to 3,500
	Options string `json:"message_menu_options_url,omitempty"` // up to 3,500
}
