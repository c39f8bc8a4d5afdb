package discordfake

// plain is what a person reads in a message.
func (f *Fake) plain(m *message) string { return m.text() }
