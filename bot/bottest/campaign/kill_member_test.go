package campaign

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
)

// app is the platform as one member has it: what the bot answers is before them at once.
type app struct {
	ctx       context.Context // of the campaign
	client    *bottest.Client
	clock     *bottest.Clock
	workspace chat.Workspace
	member    chat.Member
	posted    func(key string) []bottest.Entry

	mu      sync.Mutex
	said    int
	channel chat.Channel // where they were last
	answers []Sight
	form    *chat.Form
}

// say does something and waits for the reply, over as many lives of the bot as it takes. It fails once the campaign is over.
func (a *app) say(e chat.Event) (r chat.Reply, err error) {
	a.mu.Lock()
	a.said++
	e.ID = chat.EventID{At: a.clock.Now(), Name: fmt.Sprintf("%s-%d", a.member, a.said)}
	if e.Channel != "" {
		a.channel = e.Channel
	}
	e.Channel = a.channel
	a.mu.Unlock()
	e.Workspace, e.Member, e.At, e.Manager = a.workspace, a.member, e.ID.At, true
	e.Room = chat.ChannelRoom(e.Channel)
	for {
		if r, err = a.client.Say(a.ctx, e); err == nil || a.ctx.Err() != nil {
			return r, err
		}
	}
}

// Copies are the messages in which a post stands.
func (a *app) Copies(p Post) (all []Sight) {
	for _, e := range a.posted(p.Key) {
		all = append(all, sight(e, string(e.ID), e.Action.Message))
	}
	return all
}

// Private is what the bot has answered.
func (a *app) Private() []Sight {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := slices.Clone(a.answers)
	if f := a.form; f != nil {
		all = append(all, Sight{State: fmt.Sprint("form ", a.said), Form: &f.Value, Fields: f.Fields})
	}
	return all
}

func sight(place any, state string, m chat.Message) Sight {
	s := Sight{Place: place, State: state, Text: m.Plain(chat.Speak{
		Who:      func(m chat.Member) string { return string(m) },
		Channel:  func(c chat.Channel) string { return string(c) },
		When:     func(s chat.Span) string { return s.At.String() },
		Markdown: func(text string) string { return text },
	})}
	for _, b := range m.Buttons {
		s.Buttons = append(s.Buttons, b.Value)
	}
	return s
}

// Press clicks and takes in the answer.
func (a *app) Press(in Sight, button chat.Value) error {
	e := chat.Event{Kind: chat.Click, Value: button}
	if at, ok := in.Place.(bottest.Entry); ok {
		e.Channel, e.Clicked, e.Key = at.Action.Channel, at.ID, at.Action.Key
	}
	r, err := a.say(e)
	if err == nil {
		a.take(r)
	}
	return err
}

// Send submits the form.
func (a *app) Send(values map[string][]string) error {
	a.mu.Lock()
	form := a.form
	a.mu.Unlock()
	if form == nil {
		return errors.New("no form is open") // sent twice
	}
	r, err := a.say(chat.Event{Kind: chat.Submit, Value: form.Value, Fields: values})
	switch {
	case err != nil:
		return err
	case len(r.Errors) > 0:
		return Refused(bottest.ErrorText(r.Errors))
	}
	a.mu.Lock()
	a.form = nil
	a.mu.Unlock()
	a.take(r)
	return nil
}

// take keeps what was answered.
func (a *app) take(r chat.Reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.Form != nil {
		a.form = r.Form
	}
	if r.Message != nil {
		a.form = nil
		a.answers = append(a.answers, sight(nil, fmt.Sprint("answer ", len(a.answers)), *r.Message))
	}
}

// Reload closes the form. Answers to what was played before are of no use any more.
func (a *app) Reload() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.form, a.answers = nil, nil
}

// Wander asks for the board.
func (a *app) Wander(p Post, _ int) {
	_, _ = a.say(chat.Event{Kind: chat.Line, Channel: a.posted(p.Key)[0].Action.Channel, Text: "leaderboard"})
}
