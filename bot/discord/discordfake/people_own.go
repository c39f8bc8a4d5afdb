package discordfake

// CloseDMs is a person taking no direct messages any more, or again: the app gets 50007.
func (f *Fake) CloseDMs(user string, closed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mustPerson(user).closed = closed
}

// UserInstall is a person adding the app to their own account, or taking it away.
func (f *Fake) UserInstall(user string, installed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mustPerson(user).app = installed
}

// DeleteMessage deletes a message of whomever, as somebody who may manage messages does.
func (f *Fake) DeleteMessage(in Place) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.channels[in.Channel]
	if c == nil {
		return NotThere
	}
	m := c.message(in.Message)
	if m == nil {
		return NotThere
	}
	f.remove(m)
	return nil
}

// Dismiss is a person taking an ephemeral message off their screen; the app hears nothing, but its webhook no longer finds the message.
func (f *Fake) Dismiss(user string, in Place) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	h, err := f.here(user, in)
	if err != nil || h.message == nil || h.message.private == nil {
		return NotThere
	}
	f.remove(h.message)
	return nil
}
