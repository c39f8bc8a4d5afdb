package discordfake

import "encoding/json"

// message is one that stands somewhere.
type message struct {
	id         string
	channel    *channel
	author     *person
	private    *person         // who alone sees an ephemeral one; nil otherwise
	body       map[string]any  // content, components, embeds, flags, … as they stand
	components json.RawMessage // as they were sent last
	nonce      any
	webhook    string       // id of the application, for responses and follow-ups
	made       *interaction // of which it is a response; nil otherwise
}

// draft is a message before it stands. Its body has been validated.
type draft struct {
	channel *channel
	author  *person
	private *person // ephemeral: for them alone
	body    map[string]any
	made    *interaction
}

// create makes a message stand, shows it to people and tells the app.
func (f *Fake) create(d draft) (*message, *refusal) { return nil, nil }

// change edits a message; only what the body names changes.
func (f *Fake) change(m *message, body map[string]any) *refusal { return nil }

// remove deletes a message.
func (f *Fake) remove(m *message) {}

// Entry is one thing that happened to a message.
type Entry struct{}
