package slackfake

// What people see. Each gives copies, oldest first.

// Messages is what stands in a channel itself, without its threads.
func (w *Workspace) Messages(channel string) []Message {
	return w.see(channel, func(m *Message) bool { return m.Thread == "" || m.Broadcast })
}

// Thread is a thread: its parent, where that still stands, and the replies.
func (w *Workspace) Thread(channel, ts string) []Message {
	return w.see(channel, func(m *Message) bool { return m.TS == ts || m.Thread == ts })
}

// All is everything that stands in a channel, threads too.
func (w *Workspace) All(channel string) []Message {
	return w.see(channel, func(*Message) bool { return true })
}

func (w *Workspace) see(channel string, which func(*Message) bool) []Message {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return w.copies(w.mustChannel(channel).messages, which)
}

// Directs is the direct message between a person and the bot, threads in it too; empty before its first message.
func (w *Workspace) Directs(user string) []Message {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	if c := w.direct(w.mustPerson(user).ID); c != nil {
		return w.copies(c.messages, func(*Message) bool { return true })
	}
	return nil
}

// Direct is the D… id of the direct message between a person and the bot; empty before it was opened.
func (w *Workspace) Direct(user string) string {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	if c := w.direct(w.mustPerson(user).ID); c != nil {
		return c.id
	}
	return ""
}

// Ephemerals is what only this person sees, since they last reloaded.
func (w *Workspace) Ephemerals(user string) []Message {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	var seen []Message
	for _, m := range w.mustPerson(user).whisper {
		seen = append(seen, w.seen(m))
	}
	return seen
}

func (w *Workspace) copies(messages []*Message, which func(*Message) bool) (seen []Message) {
	for _, m := range messages {
		if which(m) {
			seen = append(seen, w.seen(*m))
		}
	}
	return seen
}

// seen is a message as it is given out: with what a person reads of it, under the names that people and channels have now.
func (w *Workspace) seen(m Message) Message {
	m.Plain = w.plain(m.Blocks, m.Text)
	return m
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
		views = append(views, w.shown(*v))
	}
	return views
}

// Home is the app's home page as a person has it; false before the app first published one.
func (w *Workspace) Home(user string) (View, bool) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	if v := w.mustPerson(user).home; v != nil {
		return w.shown(*v), true
	}
	return View{}, false
}

// shown is a view as it is given out.
func (w *Workspace) shown(v View) View {
	v.Plain = w.plain(v.Blocks, "")
	return v
}
