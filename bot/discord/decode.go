package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
)

// ErrIgnored is the error of Decode for what is not for Greenroom. Its text says what it was.
var ErrIgnored = errors.New("ignored")

// answerWithin is how long Discord takes the first response to an interaction; after that its token is void
// (interactions/receiving-and-responding). An acknowledged interaction's token lives for 15 minutes.
const answerWithin = 3 * time.Second

// Inbound is one payload, read: what happened, and how a reply reaches the member who did it.
//
// Four things no payload tells; the connection completes them from what it keeps and asks. A direct message without a
// workspace (Event.Workspace empty) belongs to the guild in which the member last acted, or is the member's own (Alone).
// A workspace that was taken from a button (Named) counts only if the member has acted there. What the member may do is not
// said of typed text and of direct messages. A typed message in a thread names the thread as its channel.
type Inbound struct {
	Event   chat.Event
	Way     Way
	Named   bool
	Several bool // the member has acted in several guilds; see members.locate
}

// name is that of the interaction or message, also of one that only looks; empty for what is neither.
func (in Inbound) name() string {
	if in.Way.Type != 0 {
		return "interaction/" + in.Way.ID
	}
	return in.Event.ID.Name
}

// Way is how a reply to one event reaches its member. It stays beside the event and never enters it.
type Way struct {
	Type    discordgo.InteractionType // 0 for what is no interaction
	ID      string                    // of the interaction
	App     string                    // the application, for webhook addresses
	Token   string                    // allows the response: once within three seconds, later ones within 15 minutes
	Private bool                      // the message that holds the button is seen by this member only, so it can be replaced
	Channel string                    // where it happened: a channel, a thread or a direct message
	Wrote   []string                  // the texts of a submitted form, in its order
}

// Decode reads one dispatch of the gateway, by its name, or an interaction that came over HTTP ("INTERACTION_CREATE").
// self is the bot's user id; now is the time of arrival by Discord's clock. ErrIgnored: nothing to do. Other errors:
// the payload cannot be read.
func Decode(dispatch string, body []byte, self string, now time.Time) (Inbound, error) {
	switch dispatch {
	case "INTERACTION_CREATE":
		return decodeInteraction(body, now)
	case "MESSAGE_CREATE":
		return decodeMessage(body, self)
	case "GUILD_CREATE", "GUILD_DELETE":
		return decodeGuild(dispatch, body, now)
	case "CHANNEL_DELETE":
		return decodeChannelGone(body, now)
	}
	return Inbound{}, fmt.Errorf("%w: dispatch %s", ErrIgnored, dispatch)
}

// The structs below name only what is read. discordgo's own types are not used for reading: v0.29.0 refuses a whole
// interaction for one component that it does not know, and the Label (18) of a modal is one.

type interaction struct {
	ID      string                    `json:"id"`
	App     string                    `json:"application_id"`
	Type    discordgo.InteractionType `json:"type"`
	Token   string                    `json:"token"`
	Guild   string                    `json:"guild_id"`
	Channel string                    `json:"channel_id"`
	Where   struct {
		Type   discordgo.ChannelType `json:"type"`
		Parent string                `json:"parent_id"`
	} `json:"channel"`
	Member struct {
		User        user     `json:"user"`
		Permissions string   `json:"permissions"` // a decimal bit set
		Roles       []string `json:"roles"`
	} `json:"member"`
	User    user              `json:"user"` // in place of member outside of a guild
	Locale  string            `json:"locale"`
	Owners  map[string]string `json:"authorizing_integration_owners"`
	Message *struct {
		ID    string                 `json:"id"`
		Flags discordgo.MessageFlags `json:"flags"`
	} `json:"message"`
	Data struct {
		Name       string                           `json:"name"`
		Type       discordgo.ApplicationCommandType `json:"type"`
		Options    []option                         `json:"options"`
		CustomID   string                           `json:"custom_id"`
		Components []input                          `json:"components"`
	} `json:"data"`
}

type user struct {
	ID  string `json:"id"`
	Bot bool   `json:"bot"`
}

type option struct {
	Name    string                                 `json:"name"`
	Type    discordgo.ApplicationCommandOptionType `json:"type"`
	Value   json.RawMessage                        `json:"value"`
	Options []option                               `json:"options"`
	Focused bool                                   `json:"focused"`
}

// input is a component of a submitted modal: a Label or an action row around what was filled in, or that itself.
type input struct {
	Type       discordgo.ComponentType `json:"type"`
	CustomID   string                  `json:"custom_id"`
	Value      any                     `json:"value"`
	Values     []string                `json:"values"`
	Component  *input                  `json:"component"`
	Components []input                 `json:"components"`
}

func decodeInteraction(body []byte, now time.Time) (Inbound, error) {
	var in interaction
	if err := json.Unmarshal(body, &in); err != nil {
		return Inbound{}, fmt.Errorf("reading an interaction: %w", err)
	}
	at, ok := created(in.ID)
	who := in.Member.User.ID
	if who == "" {
		who = in.User.ID
	}
	if !ok || !id(who) || in.Guild != "" && !(id(in.Guild) && id(in.Channel)) {
		return Inbound{}, fmt.Errorf("reading interaction %q: no id of it, of who did it, or of where", in.ID)
	}
	e := chat.Event{
		ID: chat.EventID{At: at, Name: "interaction/" + in.ID}, At: at,
		Member: chat.Member(who), Locale: in.Locale, Expired: now.Sub(at) > answerWithin,
	}
	in.place(&e)
	out := Inbound{Way: Way{Type: in.Type, ID: in.ID, App: in.App, Token: in.Token, Channel: in.Channel}}
	if m := in.Message; m != nil {
		ephemeral := m.Flags&discordgo.MessageFlagsEphemeral != 0
		out.Way.Private = ephemeral || e.Channel == ""
		if !ephemeral && in.Type == discordgo.InteractionMessageComponent {
			e.Clicked = messageID(in.Channel, m.ID)
		}
	}
	named, value := splitID(in.Data.CustomID, e.Member)
	if e.Workspace == "" && named != "" {
		e.Workspace, out.Named = named, true
	}

	switch in.Type {
	case discordgo.InteractionApplicationCommand:
		if in.Data.Type > discordgo.ChatApplicationCommand {
			return Inbound{}, fmt.Errorf("%w: command of type %d", ErrIgnored, in.Data.Type)
		}
		e.Kind = chat.Line
		e.Text, _ = line(in.Data.Name, in.Data.Options)
		e.Text = mentionsOnly(e.Text)
	case discordgo.InteractionApplicationCommandAutocomplete:
		e.Kind, e.ID = chat.Complete, chat.EventID{}
		e.Text, e.Focus = line(in.Data.Name, in.Data.Options)
	case discordgo.InteractionMessageComponent:
		e.Kind = chat.Click
		e.Value, _ = chat.ParseValue(value) // the zero Value is answered like any that is no longer open
	case discordgo.InteractionModalSubmit:
		e.Kind = chat.Submit
		e.Value, _ = chat.ParseValue(value)
		e.Fields = map[string][]string{}
		out.Way.Wrote = fill(e.Fields, in.Data.Components)
	default:
		return Inbound{}, fmt.Errorf("%w: interaction of type %d", ErrIgnored, in.Type)
	}
	out.Event = e
	return out, nil
}

// place fills in workspace, room, channel and rights. Where the member alone has installed the app, in whatever guild,
// the conversation is the member's own: the guild did not ask for Greenroom.
func (in interaction) place(e *chat.Event) {
	_, personal := in.Owners[strconv.Itoa(int(discordgo.ApplicationIntegrationUserInstall))]
	_, installed := in.Owners[strconv.Itoa(int(discordgo.ApplicationIntegrationGuildInstall))]
	if in.Guild == "" || personal && !installed {
		e.Room = chat.DirectRoom(e.Member)
		if personal && !installed {
			e.Workspace = Alone(string(e.Member))
			e.Manager, e.Alone = true, true
		}
		return
	}
	e.Workspace = Guild(in.Guild)
	channel := in.Channel
	if thread(in.Where.Type) && in.Where.Parent != "" {
		channel = in.Where.Parent
	}
	e.Channel = chat.Channel(channel)
	e.Room = chat.ChannelRoom(e.Channel)
	e.Manager, e.Roles = manages(in.Member.Permissions), roleMembers(in.Member.Roles)
}

func thread(t discordgo.ChannelType) bool {
	return t == discordgo.ChannelTypeGuildNewsThread || t == discordgo.ChannelTypeGuildPublicThread || t == discordgo.ChannelTypeGuildPrivateThread
}

// aliases are the verbs of /greenroom that also have a command of their own, which an install may prefix.
var aliases = []string{"question", "quiz", "practice", "leaderboard"}

// line writes a command as the words that one would type after /greenroom, and says which of them is being typed.
func line(name string, options []option) (text, focus string) {
	var words []string
	for _, alias := range aliases {
		if strings.HasSuffix(name, alias) {
			words = append(words, alias)
		}
	}
	var walk func([]option)
	walk = func(options []option) {
		for _, o := range options {
			switch o.Type {
			case discordgo.ApplicationCommandOptionSubCommand, discordgo.ApplicationCommandOptionSubCommandGroup:
				words = append(words, o.Name)
				walk(o.Options)
				continue
			}
			word := o.word()
			if o.Focused {
				word = o.typed()
				focus = word
			}
			if word != "" || o.Focused {
				words = append(words, word)
			}
		}
	}
	walk(options)
	return strings.Join(words, " "), focus
}

// typed is an option's value as it is being typed: a space at its end says that the next word begins.
func (o option) typed() string {
	var s string
	if json.Unmarshal(o.Value, &s) != nil {
		return strings.TrimSpace(string(o.Value)) // a number
	}
	return strings.TrimLeft(s, " ")
}

// word is an option's value as one would type it; a switch is its name when it is on.
func (o option) word() string {
	var s string
	if json.Unmarshal(o.Value, &s) != nil {
		s = strings.TrimSpace(string(o.Value)) // a number, true, false
	}
	s = strings.TrimSpace(s)
	switch o.Type {
	case discordgo.ApplicationCommandOptionUser:
		return "<@" + s + ">"
	case discordgo.ApplicationCommandOptionChannel:
		return "<#" + s + ">"
	case discordgo.ApplicationCommandOptionBoolean:
		if s == "true" {
			return o.Name
		}
		return ""
	}
	return s
}

// fill reads what was filled in, by the name of each field, and lists the texts.
func fill(fields map[string][]string, inputs []input) (wrote []string) {
	for _, in := range inputs {
		if in.Component != nil {
			wrote = append(wrote, fill(fields, []input{*in.Component})...)
		}
		wrote = append(wrote, fill(fields, in.Components)...)
		if in.CustomID == "" {
			continue
		}
		values := append([]string{}, in.Values...)
		if in.Type == discordgo.ChannelSelectMenuComponent {
			for i := range values {
				values[i] = "<#" + values[i] + ">"
			}
		}
		if s, ok := in.Value.(string); ok && s != "" {
			values, wrote = append(values, s), append(wrote, s)
		}
		fields[in.CustomID] = values
	}
	return wrote
}

type message struct {
	ID      string                `json:"id"`
	Type    discordgo.MessageType `json:"type"`
	Guild   string                `json:"guild_id"`
	Channel string                `json:"channel_id"`
	Webhook string                `json:"webhook_id"`
	Author  user                  `json:"author"`
	Content string                `json:"content"`
	Member  struct {
		Roles []string `json:"roles"`
	} `json:"member"` // in a guild
}

func decodeMessage(body []byte, self string) (Inbound, error) {
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		return Inbound{}, fmt.Errorf("reading a message: %w", err)
	}
	at, ok := created(m.ID)
	if !ok || !id(m.Channel) || m.Guild != "" && !id(m.Guild) {
		return Inbound{}, fmt.Errorf("reading message %q: no id of it, or of where", m.ID)
	}
	written := m.Type == discordgo.MessageTypeDefault || m.Type == discordgo.MessageTypeReply
	text, mentioned := withoutMention(m.Content, self)
	if !written || m.Webhook != "" || !id(m.Author.ID) || m.Author.Bot || m.Author.ID == self || m.Guild != "" && !mentioned {
		return Inbound{}, fmt.Errorf("%w: message %s", ErrIgnored, m.ID)
	}
	e := chat.Event{
		ID: chat.EventID{At: at, Name: "message/" + m.ID}, Kind: chat.Line, At: at,
		Member: chat.Member(m.Author.ID), Typed: true, Text: mentionsOnly(asTyped(text)),
	}
	if m.Guild == "" {
		e.Room = chat.DirectRoom(e.Member)
	} else {
		e.Workspace, e.Roles = Guild(m.Guild), roleMembers(m.Member.Roles)
		e.Channel = chat.Channel(m.Channel)
		e.Room = chat.ChannelRoom(e.Channel)
	}
	return Inbound{Event: e, Way: Way{Channel: m.Channel}}, nil
}

// asTyped is a command line without the name of the option, as which Greenroom writes it: see asCommand.
func asTyped(line string) string {
	if words, ok := strings.CutPrefix(line, commandLine+lineName+":"); ok {
		return commandLine + words
	}
	return line
}

// managersLine is a line that names managers.
var managersLine = regexp.MustCompile(`(?i)^(/?greenroom\s+)?/?settings\s+managers\s`)

// mentionsOnly takes the at sign from names in a line that names managers: what is written like a mention and is none names nobody here.
func mentionsOnly(line string) string {
	if !managersLine.MatchString(line) {
		return line
	}
	words := strings.Fields(line)
	for i := range words {
		words[i] = strings.TrimPrefix(words[i], "@")
	}
	return strings.Join(words, " ")
}

// withoutMention removes the bot's own name, and writes members as <@ID> where an older client wrote <@!ID>.
func withoutMention(s, self string) (text string, mentioned bool) {
	s = strings.ReplaceAll(s, "<@!", "<@")
	before, after, mentioned := strings.Cut(s, "<@"+self+">")
	return strings.TrimSpace(strings.TrimSpace(before) + " " + strings.TrimSpace(after)), mentioned
}

// decodeGuild reads that the bot was removed from a guild or has one. A guild that is unavailable is an outage. On each
// connection Discord sends all guilds: the connection passes on only those that READY did not list.
func decodeGuild(dispatch string, body []byte, now time.Time) (Inbound, error) {
	var g struct {
		ID          string    `json:"id"`
		Unavailable bool      `json:"unavailable"`
		Joined      time.Time `json:"joined_at"`
	}
	if err := json.Unmarshal(body, &g); err != nil {
		return Inbound{}, fmt.Errorf("reading %s: %w", dispatch, err)
	}
	if g.ID == "" || g.Unavailable {
		return Inbound{}, fmt.Errorf("%w: %s, guild %s unavailable", ErrIgnored, dispatch, g.ID)
	}
	e := chat.Event{Kind: chat.Gone, At: now, Workspace: Guild(g.ID)}
	if dispatch == "GUILD_CREATE" {
		e.Kind = chat.Back
		if !g.Joined.IsZero() {
			e.At = g.Joined.UTC()
			e.ID = chat.EventID{At: e.At, Name: "joined/" + g.ID}
		}
	}
	return Inbound{Event: e}, nil
}

func decodeChannelGone(body []byte, now time.Time) (Inbound, error) {
	var c struct {
		ID    string `json:"id"`
		Guild string `json:"guild_id"`
	}
	if err := json.Unmarshal(body, &c); err != nil {
		return Inbound{}, fmt.Errorf("reading a deleted channel: %w", err)
	}
	if c.ID == "" || c.Guild == "" {
		return Inbound{}, fmt.Errorf("%w: deleted channel %q of guild %q", ErrIgnored, c.ID, c.Guild)
	}
	channel := chat.Channel(c.ID)
	return Inbound{Event: chat.Event{
		Kind: chat.Left, At: now, Workspace: Guild(c.Guild), Channel: channel, Room: chat.ChannelRoom(channel),
	}}, nil
}
