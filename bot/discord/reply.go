package discord

import (
	"maps"
	"slices"

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
		return Answer{Response: response{discordgo.InteractionApplicationCommandAutocompleteResult, completion(r.Choices)}}
	case r.Form != nil && in.Way.Type != discordgo.InteractionModalSubmit:
		return Answer{Response: response{discordgo.InteractionResponseModal, Modal(*r.Form, in.named())}}
	case len(r.Errors) > 0:
		return in.private(withErrors(r), false)
	case r.Message != nil:
		return in.private(*r.Message, r.Update)
	case in.Way.Type == discordgo.InteractionMessageComponent:
		return Answer{Response: response{Type: discordgo.InteractionResponseDeferredMessageUpdate}}
	}
	return in.private(chat.Message{Blocks: []chat.Block{chat.Text("Done.")}}, false)
}

// Defer says "working on it", for a reply that takes longer than Discord waits. What only looks is never deferred, because a form
// cannot follow. In a private message it shows nothing; the reply then edits that message or follows as a new one.
func Defer(in Inbound) (response, bool) {
	switch {
	case in.Event.Looks():
		return response{}, false
	case in.Way.Private:
		return response{Type: discordgo.InteractionResponseDeferredMessageUpdate}, true
	}
	return response{discordgo.InteractionResponseDeferredChannelMessageWithSource, deferral{discordgo.MessageFlagsEphemeral}}, true
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
	if len(r.Errors) > 0 {
		m := withErrors(r)
		r.Message = &m
	}
	if r.Form != nil && r.Message == nil {
		r.Message = &chat.Message{Blocks: []chat.Block{chat.Text("That took too long, so Discord no longer opens the form. Please try again.")}}
	}
	if r.Message == nil {
		if in.Way.Private { // nothing was shown
			return nil, nil
		}
		return []Call{{Method: "DELETE"}}, nil
	}
	b, keep := privateMessage(*r.Message, readerOf(in.Event))
	if r.Update || !in.Way.Private {
		return []Call{{"PATCH", &b}}, keep
	}
	b.Flags |= discordgo.MessageFlagsEphemeral // an edit cannot change it
	return []Call{{"POST", &b}}, keep
}

// private shows a message to the member only: in place of the private message that was clicked, or as a new one.
func (in Inbound) private(m chat.Message, update bool) Answer {
	b, keep := privateMessage(m, readerOf(in.Event))
	kind := discordgo.InteractionResponseUpdateMessage
	if !update || !in.Way.Private {
		kind = discordgo.InteractionResponseChannelMessageWithSource
		b.Flags |= discordgo.MessageFlagsEphemeral
	}
	return Answer{Response: response{kind, b}, Keep: keep}
}

// named is the workspace that buttons of the reply must carry: in a direct message nothing else tells it.
func (in Inbound) named() chat.Workspace {
	if in.Event.Channel == "" {
		return in.Event.Workspace
	}
	return ""
}

// withErrors puts what is wrong with a form above the message that opens it again.
func withErrors(r chat.Reply) chat.Message {
	var m chat.Message
	for _, name := range slices.Sorted(maps.Keys(r.Errors)) {
		m.Blocks = append(m.Blocks, chat.Text(r.Errors[name]))
	}
	if r.Message != nil {
		m.Blocks = append(m.Blocks, r.Message.Blocks...)
		m.Buttons, m.After = r.Message.Buttons, r.Message.After
	}
	return m
}

// completion is at most 25 choices, each name and value at most 100 characters.
func completion(from []chat.Choice) choices {
	to := choices{Choices: []choice{}}
	for _, c := range from[:min(len(from), chat.MaxChoices)] {
		to.Choices = append(to.Choices, choice{c.Label, c.Value})
	}
	return to
}
