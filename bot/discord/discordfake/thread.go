package discordfake

import (
	"slices"
	"time"
)

// age archives a thread that nobody has written in for as long as it says. Discord does so by itself some time later; the fake as soon as
// somebody looks.
func (c *channel) age() {
	if s := c.strand; s != nil && !s.archived && c.f.cfg.Now().Sub(s.changed) >= time.Duration(s.archive)*time.Minute {
		s.archived = true
	}
}

// closedTo refuses who writes in a thread that is locked (docs.discord.com, Threads, Active & Archived Threads).
func (c *channel) closedTo(p *person) *refusal {
	switch {
	case !c.strand.locked || c.can(p, ManageThreads):
		return nil
	case c.strand.archived:
		return refuse(50083)
	}
	return refuse(160005)
}

// wake takes a thread out of the archive, because somebody writes in it.
func (c *channel) wake() *refusal {
	if c.strand == nil || !c.strand.archived {
		return nil
	}
	if refused := c.guild.roomForThread(); refused != nil {
		return refused
	}
	c.strand.archived, c.strand.changed = false, c.f.cfg.Now()
	c.f.wire.emit(c.guild, "THREAD_UPDATE", c.json())
	return nil
}

// roomForThread refuses one active thread more than the guild takes.
func (g *Guild) roomForThread() *refusal {
	if len(g.activeThreads()) >= g.threadCap {
		return refuse(160006)
	}
	return nil
}

// activeThreads are those of the guild that are not archived.
func (g *Guild) activeThreads() (active []*channel) {
	for _, c := range g.channels {
		for _, t := range c.threads {
			if t.age(); !t.strand.archived {
				active = append(active, t)
			}
		}
	}
	return active
}

// newThread opens a thread in a channel. id is that of the message from which it is started; empty for another.
func (f *Fake) newThread(in *channel, by *person, id, name string, kind, archive int) *channel {
	if id == "" {
		id = f.id()
	}
	if archive == 0 {
		archive = 4320 // of a channel that says nothing else: docs.discord.com, default_auto_archive_duration, is the client's choice
	}
	t := &channel{
		f: f, id: id, name: trim(name), kind: kind, guild: in.guild, parent: in, spoke: map[string]time.Time{}, nonces: map[string]nonce{},
		strand: &strand{owner: by.ID, archive: archive, changed: f.cfg.Now(), members: []string{by.ID}},
	}
	f.channels[id] = t
	in.threads = append(in.threads, t)
	return t
}

// opened tells the app of a new thread, before anything stands in it.
func (f *Fake) opened(t *channel) {
	j := t.json()
	j["newly_created"] = true
	f.wire.emit(t.guild, "THREAD_CREATE", j)
}

// StartThread is a person starting a thread from a message, and gives its id.
func (f *Fake) StartThread(user, channel, message, name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.mustChannel(channel)
	m := c.message(message)
	if m == nil || m.strand != nil || c.guild == nil {
		panic("discordfake: a test starts a thread from " + message + ", where none can be started")
	}
	return f.startThread(f.mustPerson(user), m, name, 0).id
}

// startThread opens the thread of a message.
func (f *Fake) startThread(by *person, m *message, name string, archive int) *channel {
	kind := PublicThread
	if m.channel.kind == AnnouncementChannel {
		kind = AnnouncementThread
	}
	t := f.newThread(m.channel, by, m.id, name, kind, archive)
	m.strand = t
	m.flags |= HasThread
	f.opened(t)
	starter := &message{
		id: f.id(), channel: t, author: by, kind: threadStarter, at: f.cfg.Now(), reference: &reference{m.channel.id, m.id},
	}
	t.messages = append(t.messages, starter)
	f.wire.emit(t.guild, "MESSAGE_UPDATE", f.event(m))
	return t
}

// Archive hides a thread, as a person does; Lock also closes it to who may not manage threads.
func (f *Fake) Archive(thread string) { f.setThread(thread, func(s *strand) { s.archived = true }) }

// Lock archives a thread and closes it.
func (f *Fake) Lock(thread string) {
	f.setThread(thread, func(s *strand) { s.archived, s.locked = true, true })
}

// Unlock takes a thread out of the archive and opens it.
func (f *Fake) Unlock(thread string) {
	f.setThread(thread, func(s *strand) { s.archived, s.locked = false, false })
}

func (f *Fake) setThread(thread string, change func(*strand)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.mustChannel(thread)
	if t.strand == nil {
		panic("discordfake: a test takes channel " + thread + " for a thread")
	}
	change(t.strand)
	t.strand.changed = f.cfg.Now()
	f.wire.emit(t.guild, "THREAD_UPDATE", t.json())
}

// mustChannel is the channel with this id, which a test must have made.
func (f *Fake) mustChannel(id string) *channel {
	if c := f.channels[id]; c != nil {
		return c
	}
	panic("discordfake: a test names channel " + id + ", which does not exist")
}

// join puts somebody into a thread.
func (s *strand) join(user string) { s.members = appendNew(s.members, user) }

func (s *strand) leave(user string) {
	s.members = slices.DeleteFunc(s.members, func(id string) bool { return id == user })
}
