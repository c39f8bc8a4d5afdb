package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
	"greenroom/store"
)

// show brings a reply to its member: as the response of the interaction or, where the promise was first, in the place of that; as a direct
// message, where text was typed, because nothing else in Discord is for one member only. A submission's reply that can be shown nowhere
// becomes a direct message too: the member waits for it.
func (d *Discord) show(work context.Context, in Inbound, v *voice, r chat.Reply) {
	ctx, cancel := context.WithTimeout(work, showWithin)
	defer cancel()
	if r.Message != nil && in.Event.Kind == chat.Line {
		r.Message = d.naming(ctx, in, *r.Message)
	}
	var err error
	switch {
	case in.Event.Typed:
		err = d.showTyped(ctx, in, r)
	case in.Event.Expired: // what the bot has said went into its own direct message
		err = d.direct(ctx, in, r)
		d.endThinking(ctx, in, v)
	default:
		err = d.showThere(ctx, in, v, r)
	}
	if errors.Is(err, errRefused) {
		err = d.showThere(ctx, in, v, apology(in, err))
	}
	if errors.Is(err, errNotShown) && in.Event.Kind == chat.Submit {
		err = d.direct(ctx, in, r)
	}
	if err != nil {
		d.cfg.Log.Warn("discord: a reply was not shown", append(attrs(in), slog.Any("err", err))...)
	}
}

// errNotShown: the place in which a reply should be shown is gone, or Discord waits no longer.
var errNotShown = errors.New("it is too late for that")

// errRefused: Discord does not take what should be shown.
var errRefused = errors.New("Discord refuses the response")

// showThere shows a reply where the interaction was.
func (d *Discord) showThere(ctx context.Context, in Inbound, v *voice, r chat.Reply) error {
	answer := Respond(in, r)
	d.keep(ctx, in, answer.Keep)
	state := v.say(answer.Response)
	switch {
	case state == isDeferred:
	case state == saidBefore && d.thinking(ctx, in):
		if r.Message == nil && len(r.Errors) == 0 {
			r = interrupted(in)
		}
	default:
		return d.ensure(ctx, in, v, answer.Response, state)
	}
	calls, keep := Later(in, r)
	d.keep(ctx, in, keep)
	for _, c := range calls {
		if err := d.call(ctx, in, v, c); err != nil {
			return err
		}
	}
	return nil
}

// keep stores the further pages of a message before the first is shown. That one is worth showing in any case.
func (d *Discord) keep(ctx context.Context, in Inbound, k *Kept) {
	if err := d.pages.keep(ctx, k); err != nil {
		d.cfg.Log.Error("discord: the further pages of an answer are lost", append(attrs(in), slog.Any("err", err))...)
	}
}

// turnPage answers a click on a button between pages, which is no business of the bot's.
func (d *Discord) turnPage(ctx context.Context, in Inbound, v *voice) error {
	b, update, err := d.pages.turn(ctx, in.Event)
	if err != nil {
		return err
	}
	r := in.leaf(b, update)
	if state := v.say(r); state != isDeferred {
		return d.ensure(ctx, in, v, r, state)
	}
	return d.call(ctx, in, v, r.later(in))
}

// ensure sees to a response of which this became.
func (d *Discord) ensure(ctx context.Context, in Inbound, v *voice, r response, state spoken) error {
	switch state {
	case isSaid, saidBefore:
		return nil
	case isRefused:
		return errRefused
	case inDoubt:
		if again, ok := r.again(); ok {
			return d.call(ctx, in, v, again)
		}
	}
	return errNotShown
}

const (
	callAgain = 250 * time.Millisecond
	// settleWithin is how long Discord may need to take notice of a response that rode on a request: until then it knows no address for
	// what follows.
	settleWithin = 2500 * time.Millisecond
)

// call makes one call below the interaction's webhook. What replaces is tried again while nobody knows whether it was done; what adds a
// message is not.
func (d *Discord) call(ctx context.Context, in Inbound, v *voice, c Call) error {
	request := rest.Request{Method: c.Method, Path: "webhooks/" + in.Way.App + "/" + in.Way.Token}
	if c.Body != nil {
		request.Body = c.Body
	}
	if c.Method != http.MethodPost {
		request.Path += "/messages/@original"
	}
	begun := d.cfg.Now()
	for again := callAgain; ; again *= 2 {
		if c.Body != nil {
			request.Files = c.Body.upload()
		}
		err := d.rest.Do(ctx, request, nil)
		var wait *rest.Wait
		var answer *rest.Error
		known := errors.As(err, &answer) && answer.Status < http.StatusInternalServerError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &wait):
			again = max(again, wait.Until.Sub(d.cfg.Now()))
		case known && answer.Status == http.StatusNotFound && v.ride != nil && d.cfg.Now().Sub(begun) < settleWithin:
		case known && (answer.Status == http.StatusNotFound || answer.Status == http.StatusUnauthorized):
			return fmt.Errorf("%w: %w", errNotShown, err)
		case known:
			return err
		case c.Method == http.MethodPost:
			return fmt.Errorf("%w, or nobody knows: %w", errNotShown, err)
		}
		if !sleep(ctx, again) {
			return fmt.Errorf("%w, or nobody knows: %w", errNotShown, err)
		}
	}
}

// showTyped answers typed text by direct message. Where that is closed, the channel in which the bot was mentioned says so, and no more.
func (d *Discord) showTyped(ctx context.Context, in Inbound, r chat.Reply) error {
	err := d.direct(ctx, in, r)
	var closed *chat.Refused
	if in.Event.Channel == "" || !errors.As(err, &closed) || closed.Reason != chat.ReasonDMClosed {
		return err
	}
	return d.post(ctx, chat.Action{
		Key: showKey(in), Do: chat.Post, Workspace: in.Event.Workspace, Channel: chat.Channel(in.Way.Channel), Message: closedMessage(in.Event.Member),
	})
}

func closedMessage(m chat.Member) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(
		chat.Who(m), chat.Words(": what I say is for you only, and your direct messages are closed. Type "), chat.Code("/greenroom"),
		chat.Words(" here instead, or allow direct messages from this server and write again."),
	)}}
}

// direct shows a reply by direct message; a reply without a message shows nothing.
func (d *Discord) direct(ctx context.Context, in Inbound, r chat.Reply) error {
	m := r.Message
	if len(r.Errors) > 0 {
		with := withErrors(in, r)
		m = &with
	}
	if m == nil {
		return nil
	}
	return d.post(ctx, chat.Action{Key: showKey(in), Do: chat.Direct, Workspace: in.Event.Workspace, Member: in.Event.Member, Message: *m})
}

// post sends a reply's message until Discord has it. Within the minutes in which that is tried Discord takes a repeat for what it is, by the
// nonce that is made of the key.
func (d *Discord) post(ctx context.Context, a chat.Action) error {
	for again := callAgain; ; again *= 2 {
		_, err := d.Send(ctx, a, "")
		var wait *chat.Wait
		switch {
		case err == nil, errors.As(err, new(*chat.Refused)):
			return err
		case errors.As(err, &wait):
			again = max(again, wait.Until.Sub(d.cfg.Now()))
		}
		if !sleep(ctx, again) {
			return err
		}
	}
}

// showKey names the reply to what was typed or submitted.
func showKey(in Inbound) chat.Key {
	return chat.Key(store.Key(string(in.Event.Workspace), "reply", in.name()))
}

// naming adds for which server a line was read, where the member plays in several and nothing else says it.
func (d *Discord) naming(ctx context.Context, in Inbound, m chat.Message) *chat.Message {
	guild := guildOf(in.Event.Workspace)
	if !in.Several || guild == "" || in.Event.Channel != "" && !in.Event.Typed {
		return &m
	}
	g, err := d.places.guilds.of(ctx, guild)
	if err != nil || g.Name == "" {
		d.cfg.Log.Info("discord: a reply does not name its server", append(attrs(in), slog.Any("err", err))...)
		return &m
	}
	m.After = append(slices.Clip(m.After), chat.Say(chat.Words("For the server "), chat.Literal(g.Name), chat.Words(".")))
	return &m
}
