// Package chat is the vocabulary that the engine, the shell and the adapters share: what came in (Event), what is shown
// at once (Reply), what is to go out (Action), and what an adapter must be able to do (Platform).
//
// It holds words and limits and does nothing: no clock, no I/O, no platform's names. An adapter decodes its payloads
// into events and draws messages; the engine never learns which platform it speaks to.
package chat

import (
	"context"
	"strings"
	"time"
)

// Ids that must not be mixed up are types of their own. All are opaque outside the adapter that made them.
type (
	Workspace string // the tenant: a Slack workspace, a Discord guild, a Discord member without a guild, the playground
	Channel   string // a place in a workspace where many read
	Member    string // a person, within a workspace
	Room      string // one conversation in which order matters; see ChannelRoom and DirectRoom
	Key       string // an action's name; the message that it made is known by it for ever
	MessageID string // the platform's own id of a message; the engine only carries it
)

// ChannelRoom is the room of a channel with its threads.
func ChannelRoom(c Channel) Room { return Room("c:" + c) }

// DirectRoom is the room of the direct messages with one member.
func DirectRoom(m Member) Room { return Room("d:" + m) }

// Platform is an adapter: it is satisfied without importing the shell.
type Platform interface {
	// Run connects and hands every event to h until ctx ends. It returns when its last call of h has returned.
	Run(ctx context.Context, h Handler) error

	// Send carries out one action. target is the platform's id of the message that an edit, a deletion or a thread
	// reply names by key, and empty otherwise. It ends in one of four ways: an id (of the new message; an edit or a
	// deletion returns target); Wait (not done, try then); Refused (never will be); any other error: unknown.
	Send(ctx context.Context, a Action, target MessageID) (MessageID, error)

	// Find tells whether the action was carried out, and under which id. It is asked before any second try of an
	// action whose first ended unknown. ErrCannotTell when the platform has no way to know.
	Find(ctx context.Context, a Action) (id MessageID, found bool, err error)
}

// Handler is the bot as an adapter sees it. It returns once what the event changed is durable, so an adapter
// acknowledges after it. Events that only look (Event.Looks) are answered beside the room's queue and never wait.
// ErrBusy means that the room has too much to do; the event was not taken.
type Handler interface {
	Handle(ctx context.Context, e Event) (Reply, error)
}

// Kind says what an event is.
type Kind string

const (
	Line     Kind = "line"     // a command: words after /greenroom, or text written to the bot (then Typed is set)
	Click    Kind = "click"    // a button: Value, Clicked
	Submit   Kind = "submit"   // a form: Value, Fields
	Complete Kind = "complete" // a command being typed: Text so far, Focus; answered with Reply.Choices
	Home     Kind = "home"     // the member opened the bot's own page (App Home, playground start)
	Joined   Kind = "joined"   // the bot was added to a channel
	Left     Kind = "left"     // the bot was removed from a channel, or the channel is gone
	Gone     Kind = "gone"     // the workspace removed the bot
	Back     Kind = "back"     // the workspace installed the bot (again)
	Timer    Kind = "timer"    // a wake row is due: Name, Due, Body
	Sent     Kind = "sent"     // an action that asked for it (Tell) has gone out: Key, Due is the instant of sending
	Failed   Kind = "failed"   // an action was refused or given up: Key, Reason
)

// EventID names an event for ever; it is refused the second time. At comes from the payload and is the same on each
// delivery. A zero EventID is never refused (events that only look).
type EventID struct {
	At   time.Time `json:"at"`
	Name string    `json:"name"`
}

// Event is something that came in from a platform or a timer. As JSON, without what is zero, it is the template that a
// wake row holds.
type Event struct {
	ID        EventID   `json:",omitzero"`
	Kind      Kind      `json:",omitzero"`
	Workspace Workspace `json:",omitzero"`
	Room      Room      `json:",omitzero"`
	Channel   Channel   `json:",omitzero"` // empty in a direct message
	Member    Member    `json:",omitzero"` // who did it; empty for what no person did
	Manager   bool      `json:",omitzero"` // the platform says that the member manages the place
	Alone     bool      `json:",omitzero"` // the workspace is the member's own: it has no channels, so nothing is asked there on a schedule
	Roles     []Member  `json:",omitzero"` // of the member, where the platform has them: &ID, which is named in place of a member as <@&ID>
	At        time.Time `json:",omitzero"`
	Seed      uint64    `json:",omitzero"` // all randomness that the engine may use; the shell fills it

	Zone   string `json:",omitzero"` // IANA zone of the member where the platform tells it
	Locale string `json:",omitzero"` // BCP 47, where the platform tells it

	Text  string `json:",omitzero"` // Line, Complete: as written, a member as <@ID>, a channel as <#ID>; Joined: a set-up line to carry out at once (the playground begins ready)
	Typed bool   `json:",omitzero"` // Line: written by hand to the bot, so it may be an answer instead of a command
	Focus string `json:",omitzero"` // Complete: the part of Text under the cursor

	Value   Value               `json:",omitzero"` // Click, Submit; zero where the platform handed back something that is not ours
	Clicked MessageID           `json:",omitzero"` // Click: the message that holds the button (shell heals copies by it); empty for one that cannot have a copy
	Fields  map[string][]string `json:",omitzero"` // Submit: by Field.Name; a field that was left empty has no strings
	Expired bool                `json:",omitzero"` // the reply cannot be shown any more: a submission's goes by direct message, the adapter drops all else

	Name string    `json:",omitzero"` // Timer: the wake row's name
	Due  time.Time `json:",omitzero"` // Timer: the instant it was set for; Sent: the instant of sending
	Body []byte    `json:",omitzero"` // Timer: what the row holds

	Key    Key    `json:",omitzero"` // Sent, Failed; Click: the key of the message that holds the button, where the platform tells it
	Reason Reason `json:",omitzero"` // Failed; Left: why, where the platform tells it
}

// Field is the text of a Short or Long field, or what was chosen of One; empty when nothing was.
func (e Event) Field(name string) string {
	if v := e.Fields[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Reply answers one event, on the spot and to its member only. The zero Reply acknowledges silently.
type Reply struct {
	Message *Message          // shown to the member only
	Update  bool              // Message replaces the private message whose button was clicked, where there is one
	Form    *Form             // opens a form; never the reply to a submission, and only of what looks: a platform opens forms for seconds
	Errors  map[string]string // Submit: the form stays open, with an error at each named field; Message is for where it cannot, and opens it again
	Choices []Choice          // Complete
	Forget  bool              // the member has erased what is kept about them: what the adapter keeps goes too, before Message is shown
}

// Do says what an action does.
type Do string

const (
	Post   Do = "post"   // a message in Channel
	Thread Do = "thread" // a message in the thread under Target
	Direct Do = "direct" // a direct message to Member
	Edit   Do = "edit"   // Target gets a new content
	Delete Do = "delete" // the message Copy is removed (a second copy of a post)
)

// Action is something that goes out on the bot's own initiative. It is an outbox row before it is anything else.
type Action struct {
	Key       Key
	Do        Do
	Workspace Workspace
	Channel   Channel   // where: for Post, Thread, Edit, Delete
	Member    Member    // to whom: for Direct
	Room      Room      // the room that Sent and Failed go back to
	Target    Key       // Thread, Edit: the message concerned
	Copy      MessageID // Delete
	Message   Message
	Until     time.Time // the end of its life; then it is parked as Failed with Expired
	Tell      bool      // comes back as a Sent event
	Once      bool      // in doubt, where the platform cannot tell, it is not sent again
	Counter   bool      // an Edit that only refreshes a number: last in the budget of edits

	Parent MessageID `json:"-"` // Thread: the platform's id of Target, where it is known; the shell says it to Find
	Tried  time.Time `json:"-"` // when it was last handed to its platform; the shell says it to Find
}

// Place is the name of the queue in which an action waits: order is kept within one, and one is under way in each.
func (a Action) Place() string {
	if a.Do == Direct || a.Channel == "" { // an edit of a direct message waits behind it
		return string(a.Workspace) + "/d:" + string(a.Member)
	}
	return string(a.Workspace) + "/c:" + string(a.Channel)
}

// EditKey is the key of an edit: its target's, marked, so that a newer edit replaces an unsent older one.
func EditKey(target Key) Key { return editMark + target }

// IsEdit tells whether a key is an edit's.
func IsEdit(k Key) bool { return strings.HasPrefix(string(k), editMark) }

const editMark = "edit:"
