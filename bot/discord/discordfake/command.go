package discordfake

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// commandList is the commands of one scope: of a guild, or the global ones.
type commandList struct {
	all     []map[string]any // ApplicationCommandResponse, in the order of their creation
	creates bucket           // of a day
}

// What a scope takes (docs.discord.com, Application Commands, Registering a Command, Limits).
const (
	maxSlash       = 100
	maxMenus       = 15 // of users, and of messages
	maxCreates     = 200
	maxCommand     = 8000 // characters: names, descriptions and values of everything in it
	maxOptions     = 25
	maxDescription = 100
	maxChoiceName  = 100
)

// Types of commands (docs.discord.com, Application Command Types).
const (
	slashCommand   = 1
	userCommand    = 2
	messageCommand = 3
)

// registered is the commands of a guild, or the global ones where the id is empty.
func (f *Fake) registered(guild string) []map[string]any {
	if l := f.rest.commands[guild]; l != nil {
		return l.all
	}
	return nil
}

// Commands is the commands of a guild as REST shows them, or the global ones where the id is empty. They are not to be changed.
func (f *Fake) Commands(guild string) []map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.registered(guild))
}

func (f *Fake) commandList(guild string) *commandList {
	l := f.rest.commands[guild]
	if l == nil {
		l = &commandList{}
		f.rest.commands[guild] = l
	}
	return l
}

// at gives the place of a command; -1 where there is none.
func (l *commandList) at(same func(map[string]any) bool) int { return slices.IndexFunc(l.all, same) }

// named finds the command that another of that name and type replaces.
func (l *commandList) named(b map[string]any) int {
	return l.at(func(old map[string]any) bool { return old["name"] == b["name"] && kindOf(old) == kindOf(b) })
}

// count counts one creation; false where the day has no more.
func (l *commandList) count(now time.Time) bool { return l.creates.take(maxCreates, 24*time.Hour, now) }

// room tells whether one more of that type fits.
func (l *commandList) room(kind int) bool {
	n := 0
	for _, c := range l.all {
		if kindOf(c) == kind {
			n++
		}
	}
	if kind == slashCommand {
		return n < maxSlash
	}
	return n < maxMenus
}

// kindOf is the type of a command, as it was sent or as it stands.
func kindOf(b map[string]any) int {
	if n, ok := b["type"].(int); ok {
		return n
	}
	return cmp.Or(number(b["type"]), slashCommand)
}

// complete is a command as Discord keeps it: with what a body leaves out (OpenAPI: ApplicationCommandResponse).
func (f *Fake) complete(b map[string]any, id, guild string) map[string]any {
	c := map[string]any{
		"description": "", "default_member_permissions": nil, "nsfw": false, "name_localizations": nil, "description_localizations": nil,
	}
	if guild == "" {
		c["dm_permission"], c["contexts"], c["integration_types"] = true, nil, []int{0}
	}
	maps.Copy(c, b)
	maps.DeleteFunc(c, func(name string, v any) bool { return name == "options" && v == nil })
	if rights := c["default_member_permissions"]; rights != nil {
		c["default_member_permissions"] = plainValue(rights) // Discord answers with text, whatever was sent
	}
	c["id"], c["application_id"], c["version"], c["type"] = id, f.cfg.AppID, f.id(), kindOf(b)
	if guild != "" {
		c["guild_id"] = guild
	}
	return c
}

// commandName is docs.discord.com, Application Command Naming, with the letters of Devanagari and Thai that are marks.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// checkCommand holds a command to what Discord's description leaves out: names, the order and kinds of options, all characters together.
func checkCommand(b map[string]any, wrong fieldErrors, path string) {
	name, _ := b["name"].(string)
	description, _ := b["description"].(string)
	if kindOf(b) != slashCommand {
		if blank(name) {
			wrong.add(join(path, "name"), "BASE_TYPE_REQUIRED", "This field is required")
		}
		if description != "" || b["options"] != nil {
			wrong.add(path, "APPLICATION_COMMAND_MENU", "Context menu commands have neither description nor options")
		}
		return
	}
	checkName(b, wrong, path)
	options, _ := b["options"].([]any)
	checkOptions(options, 0, wrong, join(path, "options"))
	if n := weight(b); n > maxCommand {
		wrong.add(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size ("+strconv.Itoa(maxCommand)+")")
	}
}

// checkName checks name and description of a command or an option.
func checkName(b map[string]any, wrong fieldErrors, path string) {
	names := map[string]string{"name": text(b["name"])}
	for locale, name := range object(b["name_localizations"]) {
		names["name_localizations."+locale] = text(name)
	}
	for at, name := range names {
		if !commandName.MatchString(name) || name != strings.ToLower(name) {
			wrong.add(join(path, at), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
		}
	}
	if d := text(b["description"]); blank(d) || length(d) > maxDescription {
		wrong.add(join(path, "description"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	}
}

// checkOptions checks the options of a command; depth counts subcommand groups and subcommands above.
func checkOptions(options []any, depth int, wrong fieldErrors, path string) {
	if len(options) > maxOptions {
		wrong.add(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
	}
	names, optional, nested, plain := map[string]bool{}, false, false, false
	for i, v := range options {
		o, at := object(v), join(path, strconv.Itoa(i))
		checkName(o, wrong, at)
		if name := text(o["name"]); names[name] {
			wrong.add(join(at, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		} else {
			names[name] = true
		}
		inner, _ := o["options"].([]any)
		switch kind := number(o["type"]); kind {
		case subcommandOption, groupOption:
			nested = true
			if depth > 0 && kind == groupOption || depth > 1 {
				wrong.add(join(at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
			}
			next := 2
			if kind == groupOption {
				next = 1
			}
			checkOptions(inner, next, wrong, join(at, "options"))
		default:
			plain = true
			if o["required"] == true && optional {
				wrong.add(join(at, "required"), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
			}
			optional = optional || o["required"] != true
			checkChoices(o, wrong, at)
		}
	}
	if nested && plain {
		wrong.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
	}
}

func checkChoices(o map[string]any, wrong fieldErrors, path string) {
	choices, _ := o["choices"].([]any)
	if len(choices) > 0 && o["autocomplete"] == true {
		wrong.add(join(path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", "Autocomplete cannot be used with choices")
	}
	names, values := map[string]bool{}, map[string]bool{}
	for i, v := range choices {
		c, at := object(v), join(path, "choices."+strconv.Itoa(i))
		name, value := text(c["name"]), plainValue(c["value"])
		if names[name] || values[value] {
			wrong.add(join(at, "name"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", "Option choice name already exists")
		}
		names[name], values[value] = true, true
		if blank(name) || length(name) > maxChoiceName {
			wrong.add(join(at, "name"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
		}
	}
}

// weight is the characters of names, descriptions and choices' values of a command and everything in it; of a text and its translations the
// longest counts.
func weight(b map[string]any) int {
	n := longest(b, "name") + longest(b, "description")
	options, _ := b["options"].([]any)
	for _, o := range options {
		n += weight(object(o))
	}
	choices, _ := b["choices"].([]any)
	for _, v := range choices {
		n += longest(object(v), "name") + length(plainValue(object(v)["value"]))
	}
	return n
}

func longest(b map[string]any, field string) int {
	n := length(text(b[field]))
	for _, other := range object(b[field+"_localizations"]) {
		n = max(n, length(text(other)))
	}
	return n
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func object(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}

// join puts a name at the end of a path.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
