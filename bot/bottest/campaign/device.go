package campaign

import (
	"slices"
	"strings"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Post is a question that came into a channel.
type Post struct {
	Key     string // of the action that posted it
	Channel string
}

// ID is the engine's name of the post.
func (p Post) ID() string { return store.Ref(p.Key).Parts()[2] }

// IsPost tells whether an action's key is that of a question in a channel.
func IsPost(key string) bool {
	parts := store.Ref(key).Parts()
	return len(parts) == 3 && parts[1] == "post"
}

// Device is a platform as one person has it before them. Its methods may be called from several goroutines.
type Device interface {
	// Copies are the messages in which a post stands now.
	Copies(p Post) []Sight
	// Private is what only this person sees now, newest last. A form that is open is the last, and covers all else.
	Private() []Sight
	// Press presses a button of what they see. An error is what the platform tells them; the bot may have heard of it all the same.
	Press(in Sight, button chat.Value) error
	// Send fills in and sends the form that is open. Refused where the bot took it and named what is wrong.
	Send(values map[string][]string) error
	// Reload closes what is open.
	Reload()
	// Wander looks around, as people do: nobody promises that they see what they look at. n is by chance.
	Wander(p Post, n int)
}

// Sight is a message or a form, as somebody sees it.
type Sight struct {
	Place   any          // by what the device knows it
	State   string       // another one after each change
	Text    string       // as it is read out
	Buttons []chat.Value // what they carry
	Form    *chat.Value  // what it carries where it is a form
	Fields  []chat.Field // of a form
}

// Refused is the error of Device.Send for a form that stays open with errors, in words.
type Refused string

func (r Refused) Error() string { return string(r) }

// button finds a button.
func (s Sight) button(is func(chat.Value) bool) (chat.Value, bool) {
	i := slices.IndexFunc(s.Buttons, is)
	if i < 0 {
		return chat.Value{}, false
	}
	return s.Buttons[i], true
}

// Button finds the button with a verb.
func (s Sight) Button(verb string) (chat.Value, bool) {
	return s.button(func(v chat.Value) bool { return v.Verb == verb })
}

// part is what a form or a grade is about, as a person reads it in its title and text.
type part struct {
	post  string
	n     int
	draft int // of a form: 1 or 2
}

// isForm tells whether something is the form for an answer to the part.
func (p part) isForm(s Sight) bool {
	return s.Form != nil && s.Form.Verb == "answer" && s.Form.Post == p.post && s.Form.Part == p.n && (s.Form.Arg == "2") == (p.draft == 2)
}

// isGrade tells whether something shows the grade of the part.
func (p part) isGrade(s Sight) bool {
	_, about := s.button(func(v chat.Value) bool { return v.Verb != "follow" && v.Post == p.post && v.Part == p.n })
	return s.Form == nil && about && strings.Contains(s.Text, "I found ")
}

// isCorrection tells whether something is the form that corrects a grade of the post.
func (p part) isCorrection(s Sight) bool {
	return s.Form != nil && s.Form.Verb == "correct" && s.Form.Post == p.post
}
