package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
)

// outbound is what sending remembers. Discord can be asked for all of it again. The zero outbound is empty.
type outbound struct {
	directs memo[string]    // channels of direct messages, by member
	threads memo[bool]      // messages that have a thread
	forums  memo[bool]      // channels that are forums
	homes   memo[string]    // guilds of channels
	tagless memo[time.Time] // forums that take no new tag, and since when
	edits   editPace
	doubts  memo[time.Time] // keys of actions of which nobody knows whether they were done, and since when
	swept   sweep
}

// Send carries out one action. A message that is longer than one of Discord's is sent as several (Messages): the first is the
// message, the others stand in its thread. What is there already is recorded (pages_progress.go), so whatever interrupts it, the
// next Send goes on where it stood.
func (d *Discord) Send(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	begun := d.cfg.Now()
	id, err := d.carry(ctx, a, target)
	if err != nil {
		err = d.verdict(ctx, a, err)
		d.noteDoubt(a, begun, err)
		return "", d.inDoubt(a, err)
	}
	d.out.doubts.forget(string(a.Key))
	return id, nil
}

// carry is Send with the errors of rest.
func (d *Discord) carry(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	switch a.Do {
	case chat.Post:
		return d.put(ctx, a, func() (string, error) { return string(a.Channel), nil })
	case chat.Thread:
		channel, message := split(target)
		id, err := d.put(ctx, a, func() (string, error) { return d.threadUnder(ctx, channel, message, a.Message) })
		if rest.Is(err, unknownChannel) { // its thread was deleted
			id, err = d.put(ctx, a, func() (string, error) { return d.openThread(ctx, channel, message, title(a.Message)) })
		}
		return id, err
	case chat.Direct:
		return d.sendDirect(ctx, a)
	case chat.Edit:
		return d.edit(ctx, a, target)
	case chat.Delete:
		channel, message := split(a.Copy)
		return a.Copy, d.removeCopy(ctx, channel, message)
	}
	return "", &chat.Refused{Reason: chat.ReasonForbidden, Detail: fmt.Sprintf("Discord cannot %q", a.Do)}
}

// split is what messageID joined.
func split(id chat.MessageID) (channel, message string) {
	channel, message, _ = strings.Cut(string(id), "/")
	return channel, message
}

var errNoID = errors.New("the answer names no message")

// create posts one message, and gives its id.
func (d *Discord) create(ctx context.Context, channel string, b body) (message string, err error) {
	post := func() error {
		var there standing
		err := d.insist(ctx, func() rest.Request {
			return rest.Request{Method: http.MethodPost, Path: "channels/" + channel + "/messages", Body: b, Files: b.upload()}
		}, &there)
		if message = there.ID; err == nil && !id(message) {
			return errNoID
		}
		return err
	}
	err = post()
	if rest.Is(err, missingRights) && b.upload() != nil { // files may need a right of their own
		b = b.withoutFile()
		err = post()
	}
	return message, err
}

// put posts a message that many read, in a channel or a thread of it, where must tell which.
func (d *Discord) put(ctx context.Context, a chat.Action, where func() (string, error)) (chat.MessageID, error) {
	p, begun, err := d.progress(ctx, a)
	if err != nil {
		return "", err
	}
	if !begun {
		if p.Channel, err = where(); err != nil {
			return "", err
		}
	}
	return d.complete(ctx, a, p)
}

// complete makes a message stand as the action says, from wherever it is.
func (d *Discord) complete(ctx context.Context, a chat.Action, p progress) (chat.MessageID, error) {
	drawn := Messages(a)
	for _, step := range []func(context.Context, chat.Action, *progress, []body) error{d.settle, d.redraw, d.shorten, d.extend} {
		if err := step(ctx, a, &p, drawn); err != nil {
			return "", d.broken(ctx, a, &p, err)
		}
	}
	return messageID(p.Channel, p.Pages[0].ID), nil
}

// broken is the error of a message that was broken off. Once a page of it stands it is not true that nothing was done, so that is no
// *chat.Wait: the shell asks Find before it goes on, and when the life of the message ends.
func (d *Discord) broken(ctx context.Context, a chat.Action, p *progress, err error) error {
	if len(p.Pages) == 0 || a.Do == chat.Edit {
		return err
	}
	if err = d.verdict(ctx, a, err); isWait(err) {
		return fmt.Errorf("%d pages stand, %s", len(p.Pages), err.Error())
	}
	return err
}

// redraw brings the pages that stand up to date. A further page that somebody has deleted stays away, and one that cannot be changed, in a
// thread that is locked, stays as it is: the first page is the message. One that is known to be up to date costs nothing: edits of old
// messages are few.
func (d *Discord) redraw(ctx context.Context, a chat.Action, p *progress, drawn []body) error {
	for i := range p.Pages[:min(len(p.Pages), len(drawn))] {
		at, sum := &p.Pages[i], drawn[i].sum()
		if at.ID == "" || at.Sum == sum || i > 0 && a.Counter && at.Sum != "" { // a number stands on the first page
			continue
		}
		err := d.change(ctx, a, p.channelOf(i), at.ID, drawn[i])
		switch {
		case err == nil:
		case i > 0 && rest.Is(err, unknownMessage):
			at.ID = ""
		case i > 0 && d.refuses(ctx, a, &err):
			d.cfg.Log.Warn("discord: a further page of a message stays as it is", slog.String("key", string(a.Key)), slog.Int("page", i+1), slog.Any("err", err))
			at.Sum, p.Changed = "", true
			continue
		default:
			at.Sum = "" // it may show either
			return errors.Join(err, d.keepIfPaged(ctx, a, p))
		}
		at.Sum, p.Changed = sum, len(p.Pages) > 1
	}
	return nil
}

// shorten deletes the pages that a message no longer has. What cannot be deleted, in a thread that is locked, stays.
func (d *Discord) shorten(ctx context.Context, a chat.Action, p *progress, drawn []body) error {
	for len(p.Pages) > len(drawn) {
		last := len(p.Pages) - 1
		if message := p.Pages[last].ID; message != "" {
			at := p.channelOf(last)
			err := d.erase(ctx, "channels/"+at+"/messages/"+message)
			if rest.Is(err, threadArchived) && d.unarchive(ctx, at) == nil {
				err = d.erase(ctx, "channels/"+at+"/messages/"+message)
			}
			if err != nil && !d.refuses(ctx, a, &err) {
				return err
			}
		}
		p.Pages, p.Changed = p.Pages[:last], true
	}
	return nil
}

// extend posts the pages that are not there yet. Before each but the first it is made durable that one more comes: of the
// first the shell knows.
func (d *Discord) extend(ctx context.Context, a chat.Action, p *progress, drawn []body) error {
	for i := len(p.Pages); i < len(drawn); i++ {
		if i == 0 {
			if err := d.first(ctx, a, p, drawn); err != nil {
				return err
			}
			continue
		}
		if err := d.announce(ctx, a, p); err != nil {
			return err
		}
		again := p.Again
		message, err := d.create(ctx, p.Below, drawn[i])
		if rest.Is(err, unknownMessage) { // Discord remembers the nonce of a page that was deleted when the message became shorter
			drawn[i].once(a, i+len(drawn)*1000)
			message, err = d.create(ctx, p.Below, drawn[i])
		}
		switch said := err; {
		case err == nil:
			p.Pages, p.Changed, p.Trying, p.Again = append(p.Pages, sentPage{ID: message, Sum: drawn[i].sum()}), true, false, false
			if again { // it may be the older one, with what that said
				p.Pages[i].Sum = ""
				if err := d.redraw(ctx, a, p, drawn); err != nil {
					return err
				}
			}
		case doubtful(err):
			return err
		case !d.refuses(ctx, a, &err):
			p.Trying = p.Again
			return errors.Join(err, d.keepProgress(ctx, a, p))
		case a.Do == chat.Post && i == 1 && p.Below != p.Channel && rest.Is(said, threadsTooMany, threadArchived, threadLocked, missingRights, missingAccess, unknownChannel):
			p.Below, p.Trying = p.Channel, false // the thread takes nothing: what is left of the message is of more use in the channel
			i--
		default: // the message stands, as far as its place takes it
			d.cfg.Log.Warn("discord: the rest of a long message is left out", slog.String("key", string(a.Key)),
				slog.Int("page", i+1), slog.Int("pages", len(drawn)), slog.Any("err", err))
			i = len(drawn)
		}
	}
	if !p.Changed {
		return nil
	}
	p.Trying, p.Again, p.Whole = false, false, true
	return d.keepProgress(ctx, a, p)
}

// first posts the first page.
func (d *Discord) first(ctx context.Context, a chat.Action, p *progress, drawn []body) error {
	channel, message, err := p.Channel, "", error(nil)
	if a.Do == chat.Post {
		channel, message, err = d.createIn(ctx, a, p.Channel, drawn[0])
	} else {
		message, err = d.create(ctx, p.Channel, drawn[0])
	}
	if err != nil {
		return err
	}
	p.Channel, p.Pages = channel, []sentPage{{ID: message}}
	if len(drawn) > 1 {
		p.Pages[0].Sum, p.Changed = drawn[0].sum(), true
	}
	return nil
}

// announce makes durable that one more page is about to be handed to Discord, and where.
func (d *Discord) announce(ctx context.Context, a chat.Action, p *progress) error {
	if p.Below == "" {
		below, err := d.below(ctx, a, p)
		if err != nil {
			return err
		}
		p.Below = below
	}
	if p.Trying {
		p.Again = true
	} else {
		p.At = d.cfg.Now().UTC()
	}
	p.Trying, p.Whole, p.Changed = true, false, true
	return d.keepProgress(ctx, a, p)
}

// below is where further pages stand: in the thread of the first, or in the thread in which that stands; where none can be had, below
// it in the channel.
func (d *Discord) below(ctx context.Context, a chat.Action, p *progress) (string, error) {
	if p.Channel != string(a.Channel) {
		return p.Channel, nil
	}
	thread, err := d.openThread(ctx, p.Channel, p.Pages[0].ID, title(a.Message))
	if said := err; err != nil && d.refuses(ctx, a, &err) && !rest.Is(said, unknownMessage) {
		d.cfg.Log.Warn("discord: a long message goes on in the channel, because it gets no thread", slog.String("key", string(a.Key)), slog.Any("err", err))
		return p.Channel, nil
	}
	return thread, err
}

// refuses tells whether an error is final, and makes it what it means for the action.
func (d *Discord) refuses(ctx context.Context, a chat.Action, err *error) bool {
	*err = d.verdict(ctx, a, *err)
	return errors.As(*err, new(*chat.Refused))
}

func isWait(err error) bool { return errors.As(err, new(*chat.Wait)) }
