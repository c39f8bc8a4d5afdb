package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// answer is what the page's script gets for a posted form. Messages come over the stream.
type answer struct {
	Form    string            `json:"form,omitempty"`    // a dialog to open
	Errors  map[string]string `json:"errors,omitempty"`  // by field: the form stays open
	Say     string            `json:"say,omitempty"`     // why nothing was done: a sentence for the member
	Choices []chat.Choice     `json:"choices,omitempty"` // of a completion
}

// patienceWithBot is how long a click waits for the bot.
const patienceWithBot = 30 * time.Second

// event takes what a member did: hands it to the bot, keeps what the bot says, and answers after both are durable.
func (p *Playground) event(w http.ResponseWriter, r *http.Request, v *visitor) {
	if err := r.ParseForm(); err != nil {
		p.reply(w, http.StatusRequestEntityTooLarge, answer{Say: "That is more text than the playground takes at once. Nothing was sent; shorten it and try again."})
		return
	}
	// A member who closes the page has clicked all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), patienceWithBot)
	defer cancel()
	a, err := p.take(ctx, r, v)
	var refused *chat.Refused
	switch {
	case err == nil:
		p.reply(w, http.StatusOK, a)
	case errors.Is(err, chat.ErrBusy):
		p.reply(w, http.StatusServiceUnavailable, answer{Say: "Too much is going on in this conversation right now. Nothing was lost here: try again in a moment."})
	case errors.Is(err, chat.ErrClosed):
		p.reply(w, http.StatusServiceUnavailable, answer{Say: "Greenroom is starting or stopping. Nothing was lost here: try again in a moment."})
	case errors.As(err, &refused), errors.Is(err, errNoMessage):
		p.reply(w, http.StatusUnprocessableEntity, answer{Say: "That message is not there any more."})
	case errors.Is(err, errPage):
		p.cfg.Log.Debug("playground: a request that no page of ours makes", "member", v.me.ID, "err", err)
		p.reply(w, http.StatusUnprocessableEntity, answer{Say: sentence(errPage)})
	case errors.Is(err, errUnreadable):
		p.reply(w, http.StatusUnprocessableEntity, answer{Say: sentence(errors.Unwrap(err))})
	case errors.Is(err, store.ErrFull):
		p.cfg.Log.Error("playground: the disk is full", "member", v.me.ID, "err", err)
		p.reply(w, http.StatusInsufficientStorage, answer{Say: "The disk of Greenroom is full, so nothing can be kept right now. Nothing you wrote here is lost: tell whoever runs it, and try again."})
	default:
		p.cfg.Log.Error("playground: an event failed", "member", v.me.ID, "err", err)
		p.reply(w, http.StatusInternalServerError, answer{Say: "Something broke on our side. Nothing was lost here: try again in a moment."})
	}
}

// errUnreadable marks what decode refused: its sentence is for the member.
var errUnreadable = errors.New("unreadable")

type unreadable struct{ error }

func (u unreadable) Unwrap() error        { return u.error }
func (u unreadable) Is(target error) bool { return target == errUnreadable }

func (p *Playground) take(ctx context.Context, r *http.Request, v *visitor) (answer, error) {
	e, err := decode(r.PostForm, sender{Member: v.me.ID, Channels: p.cfg.Channels, Now: p.cfg.Now()})
	if err != nil {
		return answer{}, unreadable{err}
	}
	if errs := tooLong(e.Event.Fields); len(errs) > 0 {
		return answer{Errors: errs}, nil
	}
	if err := p.checkThread(ctx, e.Origin); err != nil {
		return answer{}, err
	}
	clicked, err := p.clicked(ctx, v.me.ID, e.Origin)
	if err != nil {
		return answer{}, err
	}
	if clicked.Only == "" && e.Event.Kind == chat.Click {
		e.Event.Clicked, e.Event.Key = clicked.ID, clicked.Key // a reply has no key of the bot's, so the bot knows of no copy of it
	}
	if e.Show != "" {
		if err := p.show(ctx, e); err != nil {
			return answer{}, err
		}
	}
	if e.Event.Kind == "" {
		return answer{}, nil
	}
	reply, err := p.handle(ctx, e.Event)
	if err != nil {
		return answer{}, err
	}
	if reply.Message != nil && len(reply.Errors) == 0 { // with errors the form is still open here
		if err := p.keepReply(ctx, e, clicked, reply); err != nil {
			return answer{}, err
		}
	}
	a := answer{Errors: reply.Errors, Choices: reply.Choices}
	if reply.Form != nil {
		a.Form, err = p.pages.text("form", form{Form: *reply.Form, Origin: e.Origin, Names: v.name})
	}
	return a, err
}

// checkThread refuses a thread that does not begin in its channel: a page can name any message, also somebody else's.
func (p *Playground) checkThread(ctx context.Context, o origin) error {
	if o.Thread == "" {
		return nil
	}
	m, err := p.history.message(ctx, o.Thread)
	if err == nil && (!m.beginsThread() || m.place() != o.Room) {
		err = errNoMessage
	}
	return err
}

// clicked reads the message that was acted upon, which stands where the member was; the zero message when there is none.
func (p *Playground) clicked(ctx context.Context, who chat.Member, o origin) (message, error) {
	if o.Message == "" {
		return message{}, nil
	}
	m, err := p.history.message(ctx, o.Message)
	if err == nil && (!m.visible(who) || m.place() != o.Room) {
		err = errNoMessage
	}
	return m, err
}

// show puts what a member wrote into the room, once for each token.
func (p *Playground) show(ctx context.Context, e posted) error {
	m := message{
		Key:  chat.Key("said:" + e.Event.ID.Name),
		From: e.Event.Member, At: e.Event.At, Text: e.Show, Channel: e.Origin.Channel, Thread: e.Origin.Thread,
	}
	if m.Channel == "" {
		m.Direct = e.Event.Member
	}
	return p.history.update(ctx, func(c *change) error {
		_, err := c.add(m)
		return err
	})
}

// keepReply shows the bot's answer to its member: in place of the private message that was clicked where the bot says
// so, else below everything in the room or thread in which the member was. Where the member has erased what is kept about them, it
// is all that is left of what they alone could see.
func (p *Playground) keepReply(ctx context.Context, e posted, clicked message, r chat.Reply) error {
	m := message{
		Key: chat.Key("reply:" + string(e.Event.Member) + ":" + e.Token),
		At:  p.cfg.Now(), Body: r.Message, Channel: e.Origin.Channel, Thread: e.Origin.Thread, Only: e.Event.Member,
	}
	if m.Channel == "" {
		m.Direct, m.Only = e.Event.Member, ""
	}
	if e.Event.Kind == chat.Home {
		m.Key = chat.Key("home:" + string(e.Event.Member)) // greeted once
	}
	return p.history.update(ctx, func(c *change) error {
		if r.Forget {
			if err := c.forget(e.Event.Member, clicked.ID); err != nil {
				return err
			}
		}
		if r.Update && (clicked.Only == e.Event.Member || clicked.Direct == e.Event.Member) {
			err := c.edit(clicked.ID, func(m *message) { m.Body = r.Message })
			if !errors.Is(err, errNoMessage) {
				return err
			}
		}
		_, err := c.add(m)
		return err
	})
}

func (p *Playground) reply(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // a reader who has left is no failure
}
