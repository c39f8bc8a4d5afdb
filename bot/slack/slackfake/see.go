package slackfake

import "slices"

// What people see. Each gives copies, oldest first.

// Messages is what stands in a channel itself, without its threads.
func (w *Workspace) Messages(channel string) []Message {
	return w.see(func() *channelOrNil { return w.mustChannel(channel) }, func(m *Message) bool { return m.Thread == "" || m.Broadcast })
}

// Thread is a thread: its parent, where it still stands, and the replies.
func (w *Workspace) Thread(channel, ts string) []Message {
	return w.see(func() *channelOrNil { return w.mustChannel(channel) }, func(m *Message) bool { return m.TS == ts || m.Thread == ts })
}

// Directs is the direct message between a person and the bot, threads in it included; empty before its first message.
func (w *Workspace) Directs(user string) []Message {
	return w.see(func() *channelOrNil {
		w.mustPerson(user)
		for _, c := range w.channels {
			if c.direct == user {
				return c
			}
		}
		return nil
	}, func(m *Message) bool { return true })
}

type channelOrNil = channel

func (w *Workspace) see(where func() *channel, which func(*Message) bool) []Message {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	c := where()
	if c == nil {
		return nil
	}
	var seen []Message
	for _, m := range c.messages {
		if which(m) {
			seen = append(seen, *m)
		}
	}
	return seen
}

// Ephemerals is what only this person sees, since they last reloaded.
func (w *Workspace) Ephemerals(user string) []Message {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return slices.Clone(w.mustPerson(user).whisper)
}

// Reload is a person reloading Slack: ephemeral messages and modals are gone.
func (w *Workspace) Reload(user string) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	m := w.mustPerson(user)
	m.whisper, m.stack = nil, nil
}

// Views is the modals that a person has open, lowest first.
func (w *Workspace) Views(user string) []View {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	var views []View
	for _, v := range w.mustPerson(user).stack {
		views = append(views, *v)
	}
	return views
}

// Home is the app's home page as a person has it; false before the app first published one.
func (w *Workspace) Home(user string) (View, bool) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	if v := w.mustPerson(user).home; v != nil {
		return *v, true
	}
	return View{}, false
}
