package slackfake

import (
	"fmt"
	"slices"
)

// Workspace is one team of people with its channels, in which the app may be installed.
type Workspace struct {
	f        *Fake
	id       string
	people   map[string]*member
	channels map[string]*channel
	install  *install
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
}

// install is the app in a workspace.
type install struct {
	bot    string // U…: the bot's member
	botID  string // B…
	scopes []string
}

// AddWorkspace adds an empty workspace; its id begins with T.
func (f *Fake) AddWorkspace(team string) *Workspace {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.teams[team] != nil {
		panic("slackfake: a test added workspace " + team + " twice")
	}
	w := &Workspace{f: f, id: team, people: map[string]*member{}, channels: map[string]*channel{}}
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
	c := &channel{id: id, name: name, private: private, members: map[string]bool{}}
	for _, m := range members {
		if w.people[m] == nil {
			panic(fmt.Sprintf("slackfake: a test put %s into channel %s, who is not in workspace %s", m, id, w.id))
		}
		c.members[m] = true
	}
	w.channels[id] = c
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
	if w.install == nil {
		return ""
	}
	return w.install.bot
}

// Restrict makes posting in a channel fail with an error of Slack's, such as restricted_action; an empty one lifts it.
func (w *Workspace) Restrict(channel, code string) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.mustChannel(channel).refuses = code
}

// Archive archives a channel, or takes it back.
func (w *Workspace) Archive(channel string, archived bool) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.mustChannel(channel).archived = archived
}

// grant installs, and gives a token.
func (w *Workspace) grant(scopes []string) string {
	if w.install == nil {
		w.install = &install{bot: w.f.id("U"), botID: w.f.id("B")}
		w.people[w.install.bot] = &member{Person: Person{ID: w.install.bot, Name: "Greenroom", Bot: true}}
	}
	w.install.scopes = slices.Clone(scopes)
	t := &token{text: "xoxb-" + w.f.id(""), team: w.id, scopes: w.install.scopes}
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

// im is the direct message between a person and the bot; it is made when it is first needed.
func (w *Workspace) im(person string) *channel {
	for _, c := range w.channels {
		if c.direct == person {
			return c
		}
	}
	c := &channel{id: w.f.id("D"), direct: person, private: true, members: map[string]bool{person: true, w.install.bot: true}}
	w.channels[c.id] = c
	return c
}

// find is a message that stands in the channel; nil if there is none.
func (c *channel) find(ts string) *Message {
	i := slices.IndexFunc(c.messages, func(m *Message) bool { return m.TS == ts })
	if i < 0 {
		return nil
	}
	return c.messages[i]
}

// post puts a message into a channel: it gets its timestamp, and App where the bot wrote it.
func (w *Workspace) post(c *channel, m Message) *Message {
	m.Channel, m.TS = c.id, w.f.ts()
	if w.install != nil && m.User == w.install.bot {
		m.App = w.f.cfg.AppID
	}
	c.messages = append(c.messages, &m)
	w.f.record(w, Posted, m)
	return &m
}
