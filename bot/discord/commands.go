package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/discord/rest"
)

// command is a slash command as Discord takes it and gives it back (OpenAPI, ApplicationCommandCreateRequest). discordgo's
// struct sends lists that are missing as null, and Discord gives back more than is compared here.
type command struct {
	ID           string                                 `json:"id,omitempty"`
	Type         discordgo.ApplicationCommandType       `json:"type"`
	Name         string                                 `json:"name"`
	Description  string                                 `json:"description"`
	Options      []commandOption                        `json:"options,omitempty"`
	Contexts     []discordgo.InteractionContextType     `json:"contexts,omitempty"`          // where it can be used; not for one guild's
	Integrations []discordgo.ApplicationIntegrationType `json:"integration_types,omitempty"` // whose it is, a guild's or a member's; not for one guild's
}

type commandOption struct {
	Type         discordgo.ApplicationCommandOptionType `json:"type"`
	Name         string                                 `json:"name"`
	Description  string                                 `json:"description"`
	Required     bool                                   `json:"required"`
	Autocomplete bool                                   `json:"autocomplete"`
	MaxLength    int                                    `json:"max_length,omitempty"`
}

// commandLine is how a line begins that stands for the command, and lineName the option in which its words stand.
const (
	commandLine = "/greenroom "
	lineName    = "do"
)

// lineLimit is how much may be typed after a command: more than any command line, and within the 6,000 that Discord takes.
const lineLimit = 1000

// commandName is what Discord takes (reference, Application Command Naming); letters that have a small form must be small.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// Check refuses what Discord would refuse, with what to write.
func (o Commands) Check() error {
	for _, c := range o.wanted(application{}) {
		if !commandName.MatchString(c.Name) || strings.ToLower(c.Name) != c.Name {
			return fmt.Errorf("%q cannot stand before a command; a name is up to 32 small letters, digits, - and _", o.Prefix)
		}
	}
	if _, ok := created(o.Guild); o.Guild != "" && !ok {
		return fmt.Errorf("%q is no server's id; copy it with Copy Server ID, which the developer mode adds to a server's menu", o.Guild)
	}
	return nil
}

// wanted are the commands that an app should have.
func (o Commands) wanted(app application) []command {
	all := []command{{
		Name: "greenroom", Description: "Set up and play: questions, schedule, leaderboard, progress, help",
		Options: lineOption(lineName, "question, schedule, progress, help … Leave it out to begin"),
	}}
	if o.Aliases {
		all = append(all,
			command{Name: o.Prefix + "question", Description: "An interview question now", Options: lineOption("topic", "Which questions; leave it out for any")},
			command{Name: o.Prefix + "leaderboard", Description: "Who leads", Options: lineOption("range", "day, week, month or all")},
		)
	}
	for i := range all {
		all[i].Type = discordgo.ChatApplicationCommand
		if o.Guild != "" {
			continue
		}
		all[i].Contexts = []discordgo.InteractionContextType{discordgo.InteractionContextGuild, discordgo.InteractionContextBotDM, discordgo.InteractionContextPrivateChannel}
		all[i].Integrations = app.integrations()
	}
	return all
}

func lineOption(name, about string) []commandOption {
	return []commandOption{{Type: discordgo.ApplicationCommandOptionString, Name: name, Description: about, Autocomplete: true, MaxLength: lineLimit}}
}

// register brings the commands that Discord offers to what they should be, and writes nothing where they are: Discord takes 200 new ones a
// day. A command that another version of Greenroom made is taken away; one that Greenroom never makes is left alone.
func (d *Discord) register(ctx context.Context) error {
	app, err := d.application(ctx)
	if err != nil {
		return fmt.Errorf("registering commands: %w", err)
	}
	everywhere := "applications/" + app.ID + "/commands"
	if d.cfg.Commands.Guild == "" {
		return d.bring(ctx, everywhere, d.cfg.Commands.wanted(app))
	}
	guild := "applications/" + app.ID + "/guilds/" + d.cfg.Commands.Guild + "/commands"
	// The same commands for all guilds would stand beside this one's.
	return errors.Join(d.bring(ctx, guild, d.cfg.Commands.wanted(app)), d.bring(ctx, everywhere, nil))
}

// bring makes the commands at a path the wanted ones.
func (d *Discord) bring(ctx context.Context, path string, wanted []command) error {
	var there []command
	if err := d.rest.Do(ctx, rest.Request{Method: http.MethodGet, Path: path}, &there); err != nil {
		return fmt.Errorf("listing commands: %w", err)
	}
	var failed []error
	for _, c := range changes(there, wanted) {
		at := path
		if c.ID != "" {
			at += "/" + c.ID
		}
		var body any
		if c.method != http.MethodDelete {
			c.command.ID = ""
			body = c.command
		}
		if err := d.rest.Do(ctx, rest.Request{Method: c.method, Path: at, Body: body}, nil); err != nil {
			failed = append(failed, fmt.Errorf("command /%s: %w", c.Name, err))
			continue
		}
		d.cfg.Log.Info("discord: a command was registered or taken away", slog.String("command", c.Name), slog.String("method", c.method))
	}
	return errors.Join(failed...)
}

// change is one request that brings commands nearer to what they should be.
type change struct {
	method string
	command
}

// changes are what leads from the commands that are there to the wanted ones.
func changes(there, wanted []command) []change {
	var list []change
	for _, w := range wanted {
		i := slices.IndexFunc(there, func(c command) bool { return c.slash() && c.Name == w.Name })
		switch {
		case i < 0:
			list = append(list, change{http.MethodPost, w})
		case !there[i].same(w):
			w.ID = there[i].ID
			list = append(list, change{http.MethodPatch, w})
		}
	}
	for _, c := range there {
		kept := slices.ContainsFunc(wanted, func(w command) bool { return w.Name == c.Name })
		if c.slash() && !kept && c.ours() {
			list = append(list, change{http.MethodDelete, c})
		}
	}
	return list
}

// slash tells whether it is a command that is typed; Discord has others, which stand in menus.
func (c command) slash() bool { return c.Type <= discordgo.ChatApplicationCommand }

// same compares what is registered with what is wanted.
func (c command) same(w command) bool {
	c.ID, c.Type = "", w.Type
	if len(w.Contexts) == 0 { // one guild's have none, whatever Discord says of them
		c.Contexts, c.Integrations = nil, nil
	}
	slices.Sort(c.Contexts)
	slices.Sort(c.Integrations)
	return reflect.DeepEqual(c, w)
}

// ours tells whether Greenroom made a command, under whatever prefix: its description is one of ours.
func (c command) ours() bool {
	return slices.ContainsFunc(Commands{Aliases: true}.wanted(application{}), func(o command) bool { return o.Description == c.Description })
}

// application is what Discord says of the app that the token belongs to (GET /applications/@me).
type application struct {
	ID           string              `json:"id"`
	Name         string              `json:"name"`
	VerifyKey    string              `json:"verify_key"`                // hex
	Endpoint     string              `json:"interactions_endpoint_url"` // where Discord sends interactions; by the gateway when empty
	Guilds       int                 `json:"approximate_guild_count"`
	Integrations map[string]struct{} `json:"integration_types_config"` // by ApplicationIntegrationType
}

func (d *Discord) application(ctx context.Context) (application, error) {
	var app application
	if err := d.rest.Do(ctx, rest.Request{Method: http.MethodGet, Path: "applications/@me"}, &app); err != nil {
		return application{}, fmt.Errorf("asking which app the token belongs to: %w", err)
	}
	if _, ok := created(app.ID); !ok {
		return application{}, fmt.Errorf("asking which app the token belongs to: Discord answers %q", app.ID)
	}
	return app, nil
}

// integrations are who can install the app: guilds and, where the app's page allows it, members for themselves.
func (a application) integrations() []discordgo.ApplicationIntegrationType {
	types := []discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall}
	if _, ok := a.Integrations["1"]; ok {
		types = append(types, discordgo.ApplicationIntegrationUserInstall)
	}
	return types
}
