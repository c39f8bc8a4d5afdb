package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// Payload says which kind of payload a body is, by the name that Socket Mode gives to its envelope. HTTP delivers the
// same bodies: an interaction as the form value "payload", a command as a form whose values make one flat JSON object.
type Payload string

const (
	EventPayload       Payload = "events_api"
	InteractionPayload Payload = "interactive"
	CommandPayload     Payload = "slash_commands"
)

// ErrIgnored is the error of Decode for what is not for Greenroom: it is acknowledged and forgotten. Its text says
// what it was.
var ErrIgnored = errors.New("ignored")

// ErrUnknown is an ErrIgnored of a type that nobody knew when this was written.
var ErrUnknown = fmt.Errorf("%w: unknown", ErrIgnored)

// ErrWithheld is an ErrIgnored: Slack says that it keeps events of a workspace back, because there were too many (30,000 an hour).
var ErrWithheld = fmt.Errorf("%w: Slack withholds events", ErrIgnored)

// ErrOrgWide is the error of Decode for a payload of an installation for a whole organisation, which has no token of its own in a
// workspace. What it gives beside tells only how to answer.
var ErrOrgWide = errors.New("Greenroom is installed for a whole Slack organisation; install it in one workspace instead")

// How long Slack takes a reply (docs.slack.dev, Handling user interaction).
const (
	ackWithin      = 3 * time.Second  // the acknowledgement of any payload; a trigger lives as long
	responseWithin = 30 * time.Minute // a response_url
)

// Inbound is one payload, read: what happened, and how a reply reaches the member who did it.
//
// Slack tells a member's rights, zone and locale in none of its payloads: the connection completes the event with Know.
type Inbound struct {
	Event chat.Event
	Way   Way
}

// Way is how a reply to one event reaches its member. It stays beside the event and never enters it.
type Way struct {
	Payload  string // Slack's own type: slash_commands, block_actions, view_submission, block_suggestion, or an event's
	Trigger  string // opens or pushes a view: once, within three seconds
	Response string // the response_url: five messages within thirty minutes
	Thread   string // ts of the thread's parent where the button stood in a thread
	View     string // id of the view in which the button or form stands
	Title    string // of that view
	Depth    int    // how many views lie on one another, of at most three; 0 outside of a view
	Private  bool   // the message that was clicked is seen by this member only, so it can be replaced
	From     Origin
	Also     []chat.Workspace // where else Greenroom may be installed instead: a channel can be shared between workspaces
	Wrote    []string         // what was typed into a form, to be given back where it cannot be taken
}

// Origin says where a form or a private view was opened. It travels in the view's private_metadata, because a view's
// own payloads name no channel.
type Origin struct {
	Channel string `json:"c,omitempty"` // the conversation, a direct message too
	Message string `json:"m,omitempty"` // the message that was clicked, as a chat.MessageID
	Value   string `json:"v,omitempty"` // of a form: its encoded chat.Value
}

// Decode reads one payload. sent is when Slack says that it was sent (X-Slack-Request-Timestamp), zero where Slack does
// not say (Socket Mode): there nothing comes too late. now is the time of arrival, by the clock of sent. ErrIgnored: nothing to do. ErrOrgWide: to be refused. Other errors: the payload
// cannot be read.
func Decode(kind Payload, body []byte, sent, now time.Time) (Inbound, error) {
	if sent.IsZero() {
		sent, now = now, time.Time{}
	}
	if err := shallow(body); err != nil {
		return Inbound{}, err
	}
	switch kind {
	case EventPayload:
		return decodeEvent(body)
	case InteractionPayload:
		return decodeInteraction(body, sent, now)
	case CommandPayload:
		return decodeCommand(body, sent)
	}
	return Inbound{}, fmt.Errorf("%w payload of kind %q", ErrUnknown, page.Clip(string(kind), 40))
}

// maxDepth is how deep a payload may nest: three times as deep as Slack's richest blocks do.
const maxDepth = 64

// shallow refuses JSON that nests without end, before anything is built from it.
func shallow(body []byte) error {
	depth, quoted, escaped := 0, false, false
	for _, c := range body {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("a payload nests deeper than %d", maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// The structs below name only what is read. slack-go's own types are not used for reading: since 0.34 they refuse a
// whole payload for one block that they cannot read, and no block is needed here.

type command struct {
	Team     string `json:"team_id"`
	Channel  string `json:"channel_id"`
	User     string `json:"user_id"`
	Command  string `json:"command"`
	Text     string `json:"text"`
	Response string `json:"response_url"`
	Trigger  string `json:"trigger_id"`
	OrgWide  any    `json:"is_enterprise_install"` // "true" over HTTP, true over a socket
}

// aliases are the verbs of /greenroom that also have a command of their own, which an install may prefix.
var aliases = []string{"question", "quiz", "practice", "leaderboard"}

func decodeCommand(body []byte, sent time.Time) (Inbound, error) {
	var c command
	if err := json.Unmarshal(body, &c); err != nil {
		return Inbound{}, fmt.Errorf("reading a slash command: %w", err)
	}
	orgWide := fmt.Sprint(c.OrgWide) == "true"
	if c.Team == "" && !orgWide || c.User == "" || c.Trigger == "" {
		return Inbound{}, fmt.Errorf("reading a slash command: team, user or trigger is missing")
	}
	text := strings.TrimSpace(plain(c.Text))
	for _, alias := range aliases {
		if strings.HasSuffix(c.Command, alias) {
			text = alias + " " + text
		}
	}
	e := chat.Event{
		// A command carries no time of its own and Slack sends it once; its trigger names it.
		ID: chat.EventID{At: sent, Name: "command/" + c.Trigger}, Kind: chat.Line, At: sent,
		Workspace: workspace(c.Team), Member: chat.Member(c.User), Text: strings.TrimSpace(text),
	}
	place(&e, c.Channel)
	in := Inbound{Event: e, Way: Way{Payload: string(CommandPayload), Trigger: c.Trigger, Response: c.Response, From: Origin{Channel: c.Channel}}}
	if orgWide {
		return in, ErrOrgWide
	}
	return in, nil
}

type envelope struct {
	Type           string `json:"type"`
	Team           string `json:"team_id"`
	EventID        string `json:"event_id"`
	EventTime      int64  `json:"event_time"`
	Authorizations []struct {
		Team    string `json:"team_id"`
		User    string `json:"user_id"`
		Bot     bool   `json:"is_bot"`
		OrgWide bool   `json:"is_enterprise_install"`
	} `json:"authorizations"`
	Event json.RawMessage `json:"event"`
}

type inner struct {
	Type        string          `json:"type"`
	Subtype     string          `json:"subtype"`
	Channel     json.RawMessage `json:"channel"` // an id; in channel_rename and the like an object
	ChannelType string          `json:"channel_type"`
	User        json.RawMessage `json:"user"` // an id; in user_change an object
	Inviter     string          `json:"inviter"`
	Bot         string          `json:"bot_id"`
	Text        string          `json:"text"`
	TS          string          `json:"ts"`
	Thread      string          `json:"thread_ts"`
	Tab         string          `json:"tab"`
	Tokens      struct {
		Bot []string `json:"bot"`
	} `json:"tokens"`
}

func decodeEvent(body []byte) (Inbound, error) {
	var env envelope
	if err := json.Unmarshal(body, &env); err != nil {
		return Inbound{}, fmt.Errorf("reading an event: %w", err)
	}
	if env.Type == "app_rate_limited" {
		return Inbound{}, fmt.Errorf("%w of workspace %s", ErrWithheld, page.Clip(env.Team, 40))
	}
	var in inner
	if err := json.Unmarshal(env.Event, &in); err != nil {
		return Inbound{}, fmt.Errorf("reading event %s: %w", env.EventID, err)
	}
	team, self := env.Team, ""
	if len(env.Authorizations) > 0 { // the workspace in which the app is installed: a channel may be shared with others
		a := env.Authorizations[0]
		if a.OrgWide {
			return Inbound{}, ErrOrgWide
		}
		if a.Team != "" {
			team = a.Team
		}
		if a.Bot {
			self = a.User
		}
	}
	if team == "" {
		return Inbound{}, fmt.Errorf("reading event %s: team is missing", env.EventID)
	}
	user, channel := text(in.User), text(in.Channel)
	at := time.Unix(env.EventTime, 0).UTC()
	e := chat.Event{
		ID:        chat.EventID{At: at, Name: "event/" + env.EventID},
		At:        at,
		Workspace: workspace(team), Member: chat.Member(user),
	}
	way := Way{Payload: in.Type, From: Origin{Channel: channel}}
	ignored := fmt.Errorf("%w: event %s %s", ErrIgnored, in.Type, page.Clip(in.Subtype, 40))

	switch in.Type {
	case "message", "app_mention":
		direct := in.Type == "message"
		if !written(in.Subtype) || in.Bot != "" || user == "" || user == self || user == slackbot || direct && (in.ChannelType != "im" || in.Text == "") {
			return Inbound{}, ignored
		}
		at, ok := tsTime(in.TS)
		if !ok {
			return Inbound{}, fmt.Errorf("reading event %s: ts %q", env.EventID, in.TS)
		}
		// A message is named by itself: a mention can be delivered a second time as a message, under another event id.
		e.ID, e.At = chat.EventID{At: at, Name: "message/" + channel + "/" + in.TS}, at
		e.Kind, e.Typed, e.Text = chat.Line, true, plain(withoutMention(in.Text, self))
		way.Thread = in.Thread
		place(&e, channel)
	case "app_home_opened":
		if in.Tab != "home" {
			return Inbound{}, ignored
		}
		if user == "" {
			return Inbound{}, fmt.Errorf("reading event %s: user is missing", env.EventID)
		}
		e.Kind, e.ID = chat.Home, chat.EventID{}
		e.Room = chat.DirectRoom(e.Member)
	case "member_joined_channel", "member_left_channel":
		if self == "" || user != self {
			return Inbound{}, ignored
		}
		e.Kind = chat.Joined
		if in.Type == "member_left_channel" {
			e.Kind = chat.Left
		}
		e.Member = chat.Member(in.Inviter)
		place(&e, channel)
	case "channel_left", "group_left", "channel_deleted", "group_deleted", "channel_archive", "group_archive":
		e.Kind, e.Member = chat.Left, ""
		if strings.HasSuffix(in.Type, "_archive") { // nobody can invite the bot there
			e.Reason = chat.ReasonArchived
		}
		place(&e, channel)
	case "app_uninstalled":
		e.Kind = chat.Gone
	case "tokens_revoked":
		if len(in.Tokens.Bot) == 0 { // a member's own token; the bot's still holds
			return Inbound{}, ignored
		}
		e.Kind = chat.Gone
	default:
		return Inbound{}, fmt.Errorf("%w event %q", ErrUnknown, page.Clip(in.Type, 40))
	}
	if s := e.At.Unix(); s <= 0 || s > lastSecond {
		return Inbound{}, fmt.Errorf("reading event %s: event_time %d", env.EventID, env.EventTime)
	}
	return Inbound{Event: e, Way: way}, nil
}

// slackbot is Slack's own bot in every workspace. Its messages look like a person's, and it answers.
const slackbot = "USLACKBOT"

// written tells whether a message of this subtype is one that a person just wrote: most subtypes are about messages, or are not of
// people (docs.slack.dev, message event).
func written(subtype string) bool {
	return subtype == "" || subtype == "thread_broadcast" || subtype == "file_share" || subtype == "me_message"
}

type interaction struct {
	Type    string `json:"type"`
	OrgWide bool   `json:"is_enterprise_install"`
	Team    struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		Type      string `json:"type"`
		Message   string `json:"message_ts"`
		Thread    string `json:"thread_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message struct {
		Team     string `json:"team"`
		Thread   string `json:"thread_ts"`
		Metadata struct {
			Type    string         `json:"event_type"`
			Payload map[string]any `json:"event_payload"`
		} `json:"metadata"`
	} `json:"message"`
	Actions []struct {
		Action string `json:"action_id"`
		Value  string `json:"value"`
		TS     string `json:"action_ts"`
	} `json:"actions"`
	View     view   `json:"view"`
	Trigger  string `json:"trigger_id"`
	Response string `json:"response_url"`
	Action   string `json:"action_id"` // block_suggestion
	Value    string `json:"value"`     // block_suggestion
}

func decodeInteraction(body []byte, sent, now time.Time) (Inbound, error) {
	var in interaction
	if err := json.Unmarshal(body, &in); err != nil {
		return Inbound{}, fmt.Errorf("reading an interaction: %w", err)
	}
	got, err := in.inbound(sent, now)
	if in.OrgWide {
		return got, ErrOrgWide
	}
	return got, err
}

// teams are the workspaces in which Greenroom may be installed, the likeliest first. In a channel that workspaces share, the person
// may be of another one than our message or view is, and it is not promised which of them the payload names.
func (in interaction) teams() []string {
	var teams []string
	for _, team := range []string{in.View.Installed, in.Message.Team, in.Team.ID, in.User.Team} {
		if team != "" && !slices.Contains(teams, team) {
			teams = append(teams, team)
		}
	}
	return teams
}

func (in interaction) inbound(sent, now time.Time) (Inbound, error) {
	teams := in.teams()
	if len(teams) == 0 || in.User.ID == "" {
		return Inbound{}, fmt.Errorf("reading an interaction of type %q: team or user is missing", page.Clip(in.Type, 40))
	}
	e := chat.Event{Workspace: workspace(teams[0]), Member: chat.Member(in.User.ID), At: sent}
	way := Way{
		Payload: in.Type, Trigger: in.Trigger, Response: in.Response,
		View: in.View.ID, Title: in.View.title(), Depth: in.View.depth(), From: in.View.origin(),
	}
	if in.Channel.ID != "" {
		way.From.Channel = in.Channel.ID
	}
	place(&e, way.From.Channel)
	for _, team := range teams[1:] {
		way.Also = append(way.Also, workspace(team))
	}

	switch in.Type {
	case "block_actions":
		return decodeClick(in, e, way, now)
	case "view_submission":
		e.Kind = chat.Submit
		e.ID = chat.EventID{At: in.View.opened(sent), Name: "submit/" + in.View.ID + "/" + in.Trigger}
		e.Value, _ = chat.ParseValue(way.From.Value)
		e.Fields = in.View.fields()
		e.Expired = now.Sub(sent) > ackWithin
		way.Wrote = in.View.wrote()
		return Inbound{Event: e, Way: way}, nil
	case "block_suggestion":
		e.Kind, e.Text, e.Focus = chat.Complete, in.Value, in.Value
		e.Value, _ = chat.ParseValue(way.From.Value)
		return Inbound{Event: e, Way: way}, nil
	case "view_closed":
		return Inbound{}, fmt.Errorf("%w: interaction %s", ErrIgnored, in.Type)
	}
	return Inbound{}, fmt.Errorf("%w interaction %q", ErrUnknown, page.Clip(in.Type, 40))
}

// wrote is what was typed into a form's fields, without what was chosen.
func (v view) wrote() []string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(v.State.Values)) {
		if text := v.State.Values[name][name].Value; text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

func decodeClick(in interaction, e chat.Event, way Way, now time.Time) (Inbound, error) {
	if len(in.Actions) == 0 {
		return Inbound{}, fmt.Errorf("reading a click: no action")
	}
	act := in.Actions[0]
	at, ok := tsTime(act.TS)
	if !ok {
		return Inbound{}, fmt.Errorf("reading a click: action_ts %q", act.TS)
	}
	if act.Value == "" {
		// A choice in a form that is still open, or a link button: nothing was decided.
		return Inbound{}, fmt.Errorf("%w: action %s", ErrIgnored, act.Action)
	}
	e.Kind, e.At = chat.Click, at
	e.ID = chat.EventID{At: at, Name: strings.Join([]string{"click", in.User.ID, act.TS, act.Value}, "/")}
	e.Value, _ = chat.ParseValue(act.Value) // the zero Value is answered like any that is no longer open
	if c := in.Container; c.Type == "message" {
		way.Thread = c.Thread
		way.Private = c.Ephemeral || e.Channel == ""
		way.From.Message = string(messageID(in.Channel.ID, c.Message))
		if !c.Ephemeral { // nobody can have a second copy of an ephemeral message
			e.Clicked = messageID(in.Channel.ID, c.Message)
			e.Key = in.key()
		}
		e.Expired = now.Sub(at) > responseWithin // in a view a reply has no such end
	}
	return Inbound{Event: e, Way: way}, nil
}

// key is our key of the message that was clicked, from its metadata. A further page of a long message has none: the message
// that is recorded under the key is its first, and a page is no copy of it.
func (in interaction) key() chat.Key {
	values := in.Message.Metadata.Payload
	if n, _ := values[metadataPage].(string); n != "1" {
		return ""
	}
	key, _ := values[metadataKey].(string)
	return chat.Key(key)
}

// place fills in channel and room. A conversation whose id begins with D is a direct message, whoever has it.
func place(e *chat.Event, channel string) {
	if channel == "" || strings.HasPrefix(channel, "D") {
		e.Room = chat.DirectRoom(e.Member)
		return
	}
	e.Channel = chat.Channel(channel)
	e.Room = chat.ChannelRoom(e.Channel)
}

// workspace names a Slack workspace among those of all platforms: the part before the colon says which platform carries out its
// actions. team is the way back.
func workspace(team string) chat.Workspace { return workspacePrefix + chat.Workspace(team) }

func team(w chat.Workspace) string { return strings.TrimPrefix(string(w), workspacePrefix) }

const workspacePrefix = "slack:"

// messageID names a message: chat.update and chat.delete want its conversation too, and that of a direct message is not
// known from the member.
func messageID(channel, ts string) chat.MessageID { return chat.MessageID(channel + "/" + ts) }

// lastSecond is the last that can be written as a date: 9999 ends.
const lastSecond = 253402300799

// tsTime reads a message's or an action's timestamp: seconds, a dot, microseconds.
func tsTime(ts string) (time.Time, bool) {
	second, micro, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(second, 10, 64)
	if err != nil || s <= 0 || s > lastSecond {
		return time.Time{}, false
	}
	m, err := strconv.ParseUint((micro + "000000")[:6], 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	return time.Unix(s, int64(m)*1000).UTC(), true
}

// text reads a JSON string, and anything else as nothing.
func text(raw json.RawMessage) (s string) {
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// Know completes an event with what users.info says of its member.
func (in *Inbound) Know(p Person) {
	in.Event.Manager = p.Manager
	in.Event.Zone = p.Zone
	in.Event.Locale = p.Locale
}

// Person is what Slack knows of a member.
type Person struct {
	Name    string // as the workspace shows it
	Manager bool   // owner or admin of the workspace
	Zone    string // IANA
	Locale  string // BCP 47
}
