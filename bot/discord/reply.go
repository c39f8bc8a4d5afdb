package discord

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
)

// Answer is how a reply is shown: the response of the interaction (POST /interactions/{id}/{token}/callback).
type Answer struct {
	Response response
	Keep     *Kept // what pages.keep must store before it goes out; nil where the message has one page
}

// response is the body of a callback.
type response struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data,omitempty"`
}

type deferral struct {
	Flags discordgo.MessageFlags `json:"flags"`
}

type choices struct {
	Choices []choice `json:"choices"`
}

type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Respond draws a reply to an interaction. How Discord says what it lacks: a form cannot stay open with errors, so they are
// shown privately above the reply's message, which opens the form again; a command and a form of a command cannot be
// acknowledged silently, so they are answered with a word.
func Respond(in Inbound, r chat.Reply) Answer {
	switch {
	case in.Event.Kind == chat.Complete:
		return Answer{Response: response{discordgo.InteractionApplicationCommandAutocompleteResult, completion(in.Event.Focus, r.Choices)}}
	case r.Form != nil && in.Way.Type != discordgo.InteractionModalSubmit:
		return Answer{Response: response{discordgo.InteractionResponseModal, Modal(*r.Form, in.named())}}
	case len(r.Errors) > 0:
		return in.private(withErrors(in, r), false)
	case r.Message != nil:
		return in.private(*r.Message, r.Update)
	case in.Way.Type == discordgo.InteractionMessageComponent:
		return Answer{Response: response{Type: discordgo.InteractionResponseDeferredMessageUpdate}}
	}
	return in.private(chat.Message{Blocks: []chat.Block{chat.Text("Done.")}}, false)
}

// Defer says "working on it", for a reply that takes longer than Discord waits. In a private message it shows nothing; the reply then edits
// that message or follows as a new one. A form cannot follow (see Later), so what only looks should get as long as Discord lets it. What
// is being typed is told that there is nothing to choose from.
func Defer(in Inbound) response {
	switch {
	case in.Event.Kind == chat.Complete:
		return response{discordgo.InteractionApplicationCommandAutocompleteResult, completion("", nil)}
	case in.Way.Private && in.Way.Type != discordgo.InteractionApplicationCommand:
		return response{Type: discordgo.InteractionResponseDeferredMessageUpdate}
	}
	return response{discordgo.InteractionResponseDeferredChannelMessageWithSource, deferral{discordgo.MessageFlagsEphemeral}}
}

// again is the call that shows a response's message once more, where nobody knows whether Discord has the response; false where it has
// none. Discord knows no such address where it has not.
func (r response) again() (Call, bool) {
	b, ok := r.Data.(body)
	b.Flags &^= discordgo.MessageFlagsEphemeral // an edit cannot change it
	return Call{Method: "PATCH", Body: &b}, ok
}

// Call is one request below /webhooks/{app}/{token}: Method POST for a follow-up, else PATCH or DELETE of messages/@original,
// which is what the deferral showed, or the private message that was clicked.
type Call struct {
	Method string
	Body   *body
}

// Later draws a reply to an interaction that was deferred, and what must be kept before it is shown. A form can no longer be opened: the
// member is told to try again.
func Later(in Inbound, r chat.Reply) ([]Call, *Kept) {
	switch {
	case in.Event.Kind == chat.Complete: // it has got no choices
		return nil, nil
	case r.Form != nil && r.Message == nil && len(r.Errors) == 0:
		r = chat.Reply{Message: &chat.Message{Blocks: []chat.Block{chat.Text("That took too long, so Discord no longer opens the form. Please try again.")}}}
	case r.Message == nil && len(r.Errors) == 0 && in.Way.Private: // nothing was shown
		return nil, nil
	case r.Message == nil && len(r.Errors) == 0:
		return []Call{{Method: "DELETE"}}, nil
	}
	r.Form = nil
	answer := Respond(in, r)
	return []Call{answer.Response.later(in)}, answer.Keep
}

// later is the call that shows a response's message where "working on it" stands; it stands nowhere in a private message.
func (r response) later(in Inbound) Call {
	b, _ := r.Data.(body)
	if in.Way.Private && r.Type == discordgo.InteractionResponseChannelMessageWithSource {
		return Call{"POST", &b}
	}
	b.Flags &^= discordgo.MessageFlagsEphemeral // an edit cannot change it
	return Call{"PATCH", &b}
}

// leaf shows a page that was turned: in place of the one that was clicked (update), or as a new message.
func (in Inbound) leaf(b body, update bool) response {
	if update && in.Way.Private {
		return response{discordgo.InteractionResponseUpdateMessage, b}
	}
	b.Flags |= discordgo.MessageFlagsEphemeral
	return response{discordgo.InteractionResponseChannelMessageWithSource, b}
}

// private shows a message to the member only: in place of the private message that was clicked, or as a new one.
func (in Inbound) private(m chat.Message, update bool) Answer {
	b, keep := privateMessage(m, readerOf(in.Event))
	return Answer{Response: in.leaf(b, update), Keep: keep}
}

// named is the workspace that buttons of the reply must carry: in a direct message nothing else tells it.
func (in Inbound) named() chat.Workspace {
	if in.Event.Channel == "" {
		return in.Event.Workspace
	}
	return ""
}

// withErrors says what is wrong with a form, as the message that opens it again does, and what was written in it.
func withErrors(in Inbound, r chat.Reply) chat.Message {
	if r.Message != nil { // it says the same
		return *returned(in, r.Message)
	}
	var m chat.Message
	for _, name := range slices.Sorted(maps.Keys(r.Errors)) {
		m.Blocks = append(m.Blocks, chat.Text(r.Errors[name]))
	}
	return *returned(in, &m)
}

// completion is at most 25 choices. One that is taken replaces the whole option, so each is what was typed with its last word completed.
func completion(typed string, from []chat.Choice) choices {
	before := typed[:strings.LastIndex(typed, " ")+1]
	to := choices{Choices: []choice{}}
	for _, c := range from[:min(len(from), chat.MaxChoices)] {
		name, value := before+c.Label, before+c.Value
		if utf8.RuneCountInString(name) <= maxChoice && utf8.RuneCountInString(value) <= maxChoice {
			to.Choices = append(to.Choices, choice{name, value})
		}
	}
	return to
}
