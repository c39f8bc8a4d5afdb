package slackfake

import (
	"fmt"
	"slices"
	"time"
)

// Workspace is one team of people with its channels, in which the app may be installed.
type Workspace struct {
	f        *Fake
	id       string
	people   map[string]*member
	channels map[string]*channel // direct messages with the bot too
	directs  map[string]*channel // those, by person
	install  *install            // nil while the app is not installed
	bot      string              // U… of the app's bot since the first installation; another one has the same
	botID    string              // B…
	editable time.Duration       // how long a message can be edited; zero: for ever
}

// Person is a member of a workspace.
type Person struct {
	ID     string // U… or W…
	Name   string // shown name
	TZ     string // IANA zone; Etc/UTC when empty
	Locale string // such as de-DE; en-US when empty
	Admin  bool
	Owner  bool
	Guest  bool   // is_restricted
	Home   string // team id of a person from a connected workspace; empty for this one's own
	Bot    bool
	Gone   bool // deactivated
	Closed bool // takes no direct messages: messages_tab_disabled
}

// member is a person with what they have on their screen.
type member struct {
	Person
	stack   []*View // modals, lowest first
	home    *View
	whisper []Message // ephemeral messages since the last reload
}

// channel is a conversation with all its messages.
type channel struct {
	id, name string
	private  bool
	archived bool
	direct   string          // the person of a direct message with the bot
	members  map[string]bool // the bot's own id among them where it is a member
	refuses  string          // the error that posting gives here: restricted_action and its like
	messages []*Message      // in order of their timestamps, replies too
	deleted  map[string]bool // timestamps of messages that stood here
}

// install is the app in a workspace.
type install struct {
	bot    string // U…: the bot's member
	botID  string // B…
	scopes []string
}

// can tells whether the app has been granted a scope.
func (in *install) can(scope string) bool { return slices.Contains(in.scopes, scope) }

// AddWorkspace adds an empty workspace; its id begins with T.
func (f *Fake) AddWorkspace(team string) *Workspace {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.teams[team] != nil {
		panic("slackfake: a test added workspace " + team + " twice")
	}
	w := &Workspace{f: f, id: team, people: map[string]*member{}, channels: map[string]*channel{}, directs: map[string]*channel{}}
	f.teams[team] = w
	return w
}

// Workspace is a workspace that was added before; nil if there is none.
func (f *Fake) Workspace(team string) *Workspace {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.teams[team]
}

// ID is the workspace's T… id.
func (w *Workspace) ID() string { return w.id }

// AddPerson adds a person, or replaces what is known of one.
func (w *Workspace) AddPerson(p Person) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	p.zone() // must exist
	if m := w.people[p.ID]; m != nil {
		m.Person = p
		return
	}
	w.people[p.ID] = &member{Person: p}
}

// AddChannel adds a channel with members. The bot is no member until it is invited.
func (w *Workspace) AddChannel(id, name string, private bool, members ...string) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	if w.channels[id] != nil {
		panic("slackfake: a test added channel " + id + " twice")
	}
	c := &channel{id: id, name: name, private: private, members: map[string]bool{}, deleted: map[string]bool{}}
	for _, m := range members {
		if w.people[m] == nil {
			panic(fmt.Sprintf("slackfake: a test put %s into channel %s, who is not in workspace %s", m, id, w.id))
		}
		c.members[m] = true
	}
	w.channels[id] = c
}

// Join makes a person a member of a channel.
func (w *Workspace) Join(channel, user string) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.mustChannel(channel).members[w.mustPerson(user).ID] = true
}

// Install installs the app with scopes and gives its token, which does not end by itself. A second Install changes the scopes and
// gives a new token; the old one still works, as in Slack.
func (w *Workspace) Install(scopes ...string) string {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return w.grant(scopes)
}

// Bot is the member id of the app's bot; empty where the app was never installed.
func (w *Workspace) Bot() string {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return w.bot
}

// Restrict makes posting in a channel fail with an error of Slack's, such as restricted_action; an empty one lifts it.
func (w *Workspace) Restrict(channel, code string) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.mustChannel(channel).refuses = code
}

// EditWindow is how long after its posting a message can be edited: a setting of the workspace. Zero, as at first: for ever.
func (w *Workspace) EditWindow(d time.Duration) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.editable = d
}

// grant installs the app, or changes its scopes, and gives a token. An app that comes back has its old bot, which is in no channel any
// more: Slack deactivated it.
func (w *Workspace) grant(scopes []string) string {
	if w.bot == "" {
		w.bot, w.botID = w.f.id("U"), w.f.id("B")
		w.people[w.bot] = &member{Person: Person{ID: w.bot, Name: "Greenroom", Bot: true}}
	}
	if w.install == nil {
		w.install = &install{bot: w.bot, botID: w.botID}
		for _, c := range w.channels {
			if c.direct == "" {
				delete(c.members, w.bot)
			}
		}
	}
	w.install.scopes = slices.Clone(scopes)
	t := &token{text: "xoxb-" + w.f.id(w.id+"-"), team: w.id, scopes: w.install.scopes}
	w.f.tokens[t.text] = t
	return t.text
}

// mustChannel is a channel that a test names.
func (w *Workspace) mustChannel(id string) *channel {
	c := w.channels[id]
	if c == nil {
		panic("slackfake: a test names channel " + id + ", which workspace " + w.id + " does not have")
	}
	return c
}

// mustPerson is a person whom a test names.
func (w *Workspace) mustPerson(id string) *member {
	m := w.people[id]
	if m == nil {
		panic("slackfake: a test names person " + id + ", whom workspace " + w.id + " does not have")
	}
	return m
}

// direct is the direct message between a person and the bot; nil before it was first needed.
func (w *Workspace) direct(person string) *channel { return w.directs[person] }

// im is the direct message between a person and the bot; it is made when it is first needed.
func (w *Workspace) im(person string) *channel {
	if c := w.direct(person); c != nil {
		return c
	}
	c := &channel{
		id: w.f.id("D"), direct: person, private: true, members: map[string]bool{person: true, w.install.bot: true},
		deleted: map[string]bool{},
	}
	w.channels[c.id], w.directs[person] = c, c
	return c
}

// find is a message that stands in the channel; nil if there is none.
func (c *channel) find(ts string) *Message {
	for _, m := range slices.Backward(c.messages) { // it is mostly one of the last
		if m.TS == ts {
			return m
		}
	}
	return nil
}

// happened tells the app of something in a direct message: it hears of its own messages too. Of channels it asks to hear nothing.
func (w *Workspace) happened(c *channel, event map[string]any) {
	if c.direct != "" {
		w.f.wire.emit(w, event)
	}
}
