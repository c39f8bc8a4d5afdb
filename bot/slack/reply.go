package slack

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// Answer is how a reply is shown: what rides on the acknowledgement, and the calls that follow it.
type Answer struct {
	Ack   any // nil acknowledges without a word
	Calls []Call
	Keep  *Kept // what pages.keep must store before any of it goes out; nil where the message has one page
}

// Call is one request. Method is a Web API method, or ResponseURL: then the body goes to the address in Inbound.Way.
type Call struct {
	Method string
	Body   any
}

// ResponseURL stands for the address that came with a command or a click.
const ResponseURL = "response_url"

// maxAck is how many bytes ride on an acknowledgement: Slack drops one of 20 KB over Socket Mode (slack-go, changelog 0.21).
const maxAck = 19_000

type viewCall struct {
	Trigger string `json:"trigger_id,omitempty"`
	View    string `json:"view_id,omitempty"`
	User    string `json:"user_id,omitempty"`
	Body    any    `json:"view"`
}

type response struct {
	message
	Type    string `json:"response_type"`
	Replace bool   `json:"replace_original"`
	Thread  string `json:"thread_ts,omitempty"`
}

type posted struct {
	message
	Channel string `json:"channel"`
	User    string `json:"user,omitempty"`
	Thread  string `json:"thread_ts,omitempty"`
}

type updated struct {
	message
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

type suggestions struct {
	Options []*slack.OptionBlockObject `json:"options"`
}

// Respond draws a reply. acked says that the acknowledgement went out before it (see Working), so nothing can ride on it.
//
// Where it is shown: a form turns into the message that answers it; a button in a view changes or covers the view; a button in a
// message and a command are answered through the response_url, privately; typed text where it was typed.
func Respond(in Inbound, r chat.Reply, names Names, acked bool) Answer {
	switch way := in.Way; {
	case in.Event.Kind == chat.Complete:
		return Answer{Ack: options(r.Choices)}
	case in.Event.Kind == chat.Home:
		return home(in, r, names)
	case in.Event.Kind == chat.Submit:
		return submitted(in, r, names, acked)
	case r.Form != nil:
		return opened(in, *r.Form, names)
	case r.Message == nil:
		return Answer{}
	case way.View != "":
		return inView(in, r, names)
	case way.Response != "":
		return responded(in, r, names, acked)
	default:
		return typed(in, *r.Message, names)
	}
}

// Working is the acknowledgement of what takes longer than Slack waits. A form says so and stays, so that it can still turn into
// its answer; all else is answered later through its response_url.
func Working(in Inbound, names Names) any {
	if in.Event.Kind != chat.Submit {
		return nil
	}
	v := messageView(chat.Message{Blocks: []chat.Block{chat.Text("Working on it …")}}, in.Way.Title, in.Way.From, names)
	return slack.NewUpdateViewSubmissionResponse(&v)
}

func submitted(in Inbound, r chat.Reply, names Names, acked bool) Answer {
	if len(r.Errors) > 0 && !acked {
		return Answer{Ack: slack.NewErrorsViewSubmissionResponse(fieldErrors(in.Event, r.Errors))}
	}
	if len(r.Errors) > 0 {
		r.Message = errorMessage(r)
	}
	if r.Message == nil {
		if acked {
			r.Message = &chat.Message{Blocks: []chat.Block{chat.Text("Done.")}}
		} else {
			return Answer{}
		}
	}
	v, keep := privateView(*r.Message, in.Way.Title, in.Way.From, readerOf(in.Event), names)
	if acked {
		return Answer{Keep: keep, Calls: []Call{{"views.update", viewCall{View: in.Way.View, Body: v}}}}
	}
	if ack, ok := riding(viewUpdate{slack.RAUpdate, plainModal{v, v.Blocks.BlockSet}}); ok {
		return Answer{Keep: keep, Ack: ack}
	}
	return Answer{Keep: keep, Ack: Working(in, names), Calls: []Call{{"views.update", viewCall{View: in.Way.View, Body: v}}}}
}

// viewUpdate is slack.NewUpdateViewSubmissionResponse without its two inner MarshalJSON, each of which encoding/json reads once more:
// they take as long as all the rest, and this is what a graded answer rides on.
type viewUpdate struct {
	Action slack.ViewResponseAction `json:"response_action"`
	View   plainModal               `json:"view"`
}

type plainModal struct {
	slack.ModalViewRequest
	Blocks []slack.Block `json:"blocks"`
}

// fieldErrors keeps to fields that the form has: Slack takes an error nowhere else and then shows a sentence of its own. An error for no
// field stands at the first.
func fieldErrors(e chat.Event, errors map[string]string) map[string]string {
	fields := slices.Sorted(maps.Keys(e.Fields))
	at := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(errors)) {
		text := errors[name]
		if _, ok := e.Fields[name]; !ok && len(fields) > 0 {
			name = fields[0]
		}
		if at[name] != "" {
			text = at[name] + " " + text
		}
		at[name] = text
	}
	return at
}

// errorMessage is for a form that has been acknowledged: it cannot show errors any more, so the message that opens it again does.
func errorMessage(r chat.Reply) *chat.Message {
	var m chat.Message
	for _, name := range slices.Sorted(maps.Keys(r.Errors)) {
		m.Blocks = append(m.Blocks, chat.Text(r.Errors[name]))
	}
	if r.Message != nil {
		m.Blocks = append(m.Blocks, r.Message.Blocks...)
		m.Buttons, m.After = r.Message.Buttons, r.Message.After
	}
	return &m
}

// opened shows a form: in place of the view in which its button stood, which needs no trigger, or as a new one within the
// trigger's three seconds.
func opened(in Inbound, f chat.Form, names Names) Answer {
	v := form(f, in.Way.From, names)
	if in.Way.Depth > 0 {
		return Answer{Calls: []Call{{"views.update", viewCall{View: in.Way.View, Body: v}}}}
	}
	return Answer{Calls: []Call{{"views.open", viewCall{Trigger: in.Way.Trigger, Body: v}}}}
}

// inView shows a message in the view that was clicked, or on top of it where the view should stay; three may lie on one another.
func inView(in Inbound, r chat.Reply, names Names) Answer {
	v, keep := privateView(*r.Message, in.Way.Title, in.Way.From, readerOf(in.Event), names)
	call := Call{"views.push", viewCall{Trigger: in.Way.Trigger, Body: v}}
	switch {
	case in.Way.Depth == 0: // on the home page
		call.Method = "views.open"
	case r.Update || in.Way.Depth >= 3:
		call = Call{"views.update", viewCall{View: in.Way.View, Body: v}}
	}
	return Answer{Keep: keep, Calls: []Call{call}}
}

// responded answers a command or a click in a message. A command's acknowledgement can carry the message.
func responded(in Inbound, r chat.Reply, names Names, acked bool) Answer {
	m, keep := privateMessage(*r.Message, readerOf(in.Event), names)
	body := response{message: m, Type: slack.ResponseTypeEphemeral, Thread: in.Way.Thread, Replace: r.Update && in.Way.Private}
	if in.inDirect() {
		body.Type = slack.ResponseTypeInChannel
	}
	if !acked && in.Way.Payload == string(CommandPayload) {
		if ack, ok := riding(body); ok {
			return Answer{Keep: keep, Ack: ack}
		}
	}
	return Answer{Keep: keep, Calls: []Call{{ResponseURL, body}}}
}

// inDirect tells that a button in the direct messages with the bot was clicked: an answer there is private though it does not
// vanish. A command may have been typed between two other people, so it never is.
func (in Inbound) inDirect() bool { return in.Event.Channel == "" && in.Event.Clicked != "" }

// typed answers text written to the bot: in the direct message, or privately in the channel.
func typed(in Inbound, m chat.Message, names Names) Answer {
	first, keep := privateMessage(m, readerOf(in.Event), names)
	body := posted{message: first, Channel: in.Way.From.Channel, Thread: in.Way.Thread}
	call := Call{"chat.postMessage", body}
	if in.Event.Channel != "" {
		body.User = string(in.Event.Member)
		call = Call{"chat.postEphemeral", body}
	}
	return Answer{Keep: keep, Calls: []Call{call}}
}

func home(in Inbound, r chat.Reply, names Names) Answer {
	if r.Message == nil {
		return Answer{}
	}
	v, keep := homeView(*r.Message, readerOf(in.Event), names)
	return Answer{Keep: keep, Calls: []Call{{"views.publish", viewCall{User: string(in.Event.Member), Body: v}}}}
}

// Instead is how a reply is shown when Slack refuses one of its calls, because the place is gone: other calls, the best first, of which
// one must succeed, and what must be kept before. None where nothing is lost: the home page is drawn again when it is opened again,
// and who has closed a view does not wait for a form in it.
func Instead(in Inbound, r chat.Reply, refused Call, names Names) (calls []Call, keep *Kept) {
	switch {
	case refused.Method == "views.publish":
		return nil, nil
	case refused.Method == "views.open" && r.Form != nil:
		r.Message = tooLate(in)
	case in.Event.Kind == chat.Submit && len(r.Errors) > 0:
		r.Message = errorMessage(r)
	}
	m, whole := drawnIn(refused)
	if r.Message != nil {
		to := readerOf(in.Event)
		to.direct = true // where it may end
		m, keep = privateMessage(*r.Message, to, names)
		whole = true
	}
	me, at := string(in.Event.Member), in.Way.From.Channel
	switch body := refused.Body.(type) {
	case response:
		if body.Replace && in.inDirect() && page.Units(m.Text) <= maxText {
			channel, ts := split(in.Event.Clicked)
			calls = append(calls, Call{"chat.update", updated{m, channel, ts}})
		}
	case posted:
		if body.User == "" {
			return nil, nil // it was a direct message
		}
	case viewCall:
		if refused.Method == "views.push" { // this needs no trigger
			calls = append(calls, Call{"views.update", viewCall{View: in.Way.View, Body: body.Body}})
		}
		if whole && in.Way.Response != "" {
			calls = append(calls, Call{ResponseURL, response{message: m, Type: slack.ResponseTypeEphemeral, Thread: in.Way.Thread}})
		}
	}
	if !whole {
		return calls, nil
	}
	if in.Event.Channel != "" && in.Event.Kind != chat.Submit && refused.Method != "chat.postEphemeral" {
		calls = append(calls, Call{"chat.postEphemeral", posted{message: m, Channel: at, User: me, Thread: in.Way.Thread}})
	}
	return append(calls, Call{"chat.postMessage", posted{message: m, Channel: me}}), keep
}

// drawnIn is the message that a call has drawn; false where it has drawn a view.
func drawnIn(c Call) (message, bool) {
	switch body := c.Body.(type) {
	case response:
		return body.message, true
	case posted:
		return body.message, true
	}
	return message{}, false
}

// tooLate stands in for a form whose trigger was over.
func tooLate(in Inbound) *chat.Message {
	m := &chat.Message{Blocks: []chat.Block{chat.Text("The form came too late: Slack waits three seconds for it, and I took longer. Nothing is lost.")}}
	if in.Event.Kind != chat.Click {
		m.Blocks = append(m.Blocks, chat.Text("Type the same line again."))
		return m
	}
	m.Buttons = []chat.Button{{Label: "Open the form", Value: in.Event.Value, Main: true}}
	return m
}

func options(choices []chat.Choice) suggestions {
	s := suggestions{Options: []*slack.OptionBlockObject{}}
	for _, c := range choices {
		s.Options = append(s.Options, slack.NewOptionBlockObject(c.Value, label(c.Label, chat.MaxLabel), nil))
	}
	return s
}

// riding is what rides on an acknowledgement, as JSON, so that it is written once only; false where it is too large for that.
func riding(v any) (json.RawMessage, bool) {
	raw, _ := json.Marshal(v) // drawn by us: cannot fail
	return raw, len(raw) <= maxAck
}
