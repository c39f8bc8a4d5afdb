package discordfake

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Message is one message as people see it.
type Message struct {
	ID        string
	Guild     string // empty in a direct message
	Channel   string // a thread's own id in a thread
	Author    string // id
	To        string // of an ephemeral one: who alone sees it
	At        time.Time
	Edits     []time.Time
	Flags     int
	Type      int    // defaultMessage 0, a reply 19, a response to a command 20, …
	Reply     string // id of the message to which it is a reply
	Thread    string // id of the thread that was started from it
	Nonce     string
	Notified  []string // ids of people, @ROLE, @everyone, @here: who heard a sound
	Plain     string   // what a person reads: markup read, buttons, menus and files in brackets
	Buttons   []Button // in order
	Selects   []Select
	Files     []File          // those that people see
	Raw       json.RawMessage // as REST shows it
	Thinking  bool            // "… is thinking": deferred and not yet filled
	Followups bool            // it came by a webhook: a response or a follow-up
}

// Button is what a person can press.
type Button struct {
	Label    string
	CustomID string
	URL      string // of a link
	Style    int    // 1 primary, 2 secondary, 3 success, 4 danger, 5 link
	Disabled bool
}

// Select is a menu in a message.
type Select struct {
	CustomID    string
	Type        int // of the component: 3 for one of its own options
	Placeholder string
	Options     []Choice
	Chosen      []string // values of options that are chosen already
	Min, Max    int
	Disabled    bool
}

// Button is a message's button by its label; false where it has none.
func (m Message) Button(label string) (Button, bool) {
	i := slices.IndexFunc(m.Buttons, func(b Button) bool { return b.Label == label })
	if i < 0 {
		return Button{}, false
	}
	return m.Buttons[i], true
}

// Labels are the labels of a message's buttons, in order.
func (m Message) Labels() (labels []string) {
	for _, b := range m.Buttons {
		labels = append(labels, b.Label)
	}
	return labels
}

// What people see. Each gives copies, oldest first.

// Messages is what stands in a channel itself, or in a thread by its id. In a forum nothing does: see Threads.
func (f *Fake) Messages(channel string) []Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.copies(f.mustChannel(channel).messages)
}

// Directs is the direct message between a person and the app; empty before its first message.
func (f *Fake) Directs(user string) []Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.mustPerson(user).direct; c != nil {
		return f.copies(c.messages)
	}
	return nil
}

// Direct is the id of the direct message between a person and the app; empty before it was opened.
func (f *Fake) Direct(user string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.mustPerson(user).direct; c != nil {
		return c.id
	}
	return ""
}

// Ephemerals is what only this person sees, since they last reloaded.
func (f *Fake) Ephemerals(user string) []Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.copies(f.mustPerson(user).whispers)
}

// Thread is one thread as people see it.
type Thread struct {
	ID, Name string
	Parent   string
	Owner    string
	Archived bool
	Locked   bool
	Archive  int      // minutes until Discord hides it
	Tags     []string // names, of a forum's post
	Members  []string
	Messages []Message
}

// Thread is a thread by its id; that of one which was started from a message is the message's. False where there is none.
func (f *Fake) Thread(id string) (Thread, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.channels[id]
	if t == nil || !t.thread() {
		return Thread{}, false
	}
	return f.threadSeen(t), true
}

// Threads are the threads of a channel, the posts of a forum, in the order in which they were opened.
func (f *Fake) Threads(channel string) (all []Thread) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.mustChannel(channel).threads {
		all = append(all, f.threadSeen(t))
	}
	return all
}

func (f *Fake) threadSeen(t *channel) Thread {
	t.age()
	seen := Thread{
		ID: t.id, Name: t.name, Parent: t.parent.id, Owner: t.strand.owner, Archived: t.strand.archived, Locked: t.strand.locked,
		Archive: t.strand.archive, Members: slices.Clone(t.strand.members), Messages: f.copies(t.messages),
	}
	for _, tag := range t.parent.tags {
		if slices.Contains(t.strand.tags, tag.ID) {
			seen.Tags = append(seen.Tags, tag.Name)
		}
	}
	return seen
}

func (f *Fake) copies(messages []*message) (seen []Message) {
	for _, m := range messages {
		seen = append(seen, f.seen(m))
	}
	return seen
}

// seen is a message as it is given out, under the names that people and channels have now.
func (f *Fake) seen(m *message) Message {
	s := Message{
		ID: m.id, Channel: m.channel.id, Author: m.author.ID, At: m.at, Edits: slices.Clone(m.edits), Flags: m.flags, Type: m.kind,
		Notified: slices.Clone(m.notified), Plain: f.plain(m), Raw: encode(f.json(m)), Thinking: m.flags&Loading != 0, Followups: m.webhook != "",
	}
	if m.channel.guild != nil {
		s.Guild = m.channel.guild.id
	}
	if m.private != nil {
		s.To = m.private.ID
	}
	if m.reference != nil && m.kind == replyMessage {
		s.Reply = m.reference.message
	}
	if m.strand != nil {
		s.Thread = m.strand.id
	}
	if m.nonce != nil {
		s.Nonce = plainValue(m.nonce)
	}
	for _, file := range m.files {
		if file.Shown {
			s.Files = append(s.Files, file)
		}
	}
	s.press(m.tree)
	return s
}

// shown is what stands on a button.
func (c component) shown() string {
	if c.Emoji == nil {
		return c.Label
	}
	return strings.TrimSpace(c.Emoji.Name + " " + c.Label)
}

// press gathers what can be pressed and chosen.
func (m *Message) press(components []component) {
	for _, c := range components {
		switch {
		case c.Type == button:
			m.Buttons = append(m.Buttons, Button{Label: c.shown(), CustomID: c.CustomID, URL: c.URL, Style: c.Style, Disabled: c.Disabled})
		case c.menu():
			s := Select{CustomID: c.CustomID, Type: c.Type, Placeholder: c.Placeholder, Disabled: c.Disabled}
			s.Min, s.Max = c.bounds()
			for _, o := range c.Options {
				s.Options = append(s.Options, Choice{o.Label, o.Value})
				if o.Default {
					s.Chosen = append(s.Chosen, o.Value)
				}
			}
			m.Selects = append(m.Selects, s)
		}
		inner, _ := c.within("")
		m.press(inner)
	}
}

// Reload is a person reloading Discord: ephemeral messages and the open form are gone.
func (f *Fake) Reload(user string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.mustPerson(user)
	p.whispers, p.form = nil, nil
}
