package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

// Send carries out one action. A message that is longer than one of Slack's is sent as several (Messages): the first is the message, the
// others stand in the thread. What is there already is recorded (pages_progress.go), so whatever interrupts it, the next Send
// goes on where it stood.
func (s *Slack) Send(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	switch a.Do {
	case chat.Post:
		return s.put(ctx, a, string(a.Channel), "")
	case chat.Thread:
		channel, ts := split(target)
		return s.put(ctx, a, channel, ts)
	case chat.Direct:
		return s.direct(ctx, a)
	case chat.Edit:
		return s.edit(ctx, a, target)
	case chat.Delete:
		channel, ts := split(a.Copy)
		return a.Copy, s.remove(ctx, a.Workspace, channel, ts)
	}
	return "", &chat.Refused{Reason: chat.ReasonForbidden, Detail: fmt.Sprintf("Slack cannot %q", a.Do)}
}

// split is what messageID joined.
func split(id chat.MessageID) (channel, ts string) {
	channel, ts, _ = strings.Cut(string(id), "/")
	return channel, ts
}

// put posts a message that many read: in its channel, or in a thread of it.
func (s *Slack) put(ctx context.Context, a chat.Action, channel, thread string) (chat.MessageID, error) {
	p, begun, err := s.progress(ctx, a)
	if err != nil {
		return "", err
	}
	if !begun {
		p = progress{Channel: channel, Thread: thread}
	}
	return s.bring(ctx, a, p)
}

// bring makes a message stand as the action says, from wherever it is.
func (s *Slack) bring(ctx context.Context, a chat.Action, p progress) (chat.MessageID, error) {
	drawn := Messages(a, s.people.names(ctx, a.Workspace, a.Message))
	if err := s.settle(ctx, a, &p); err != nil {
		return "", err
	}
	if err := s.redraw(ctx, a, p, drawn); err != nil {
		return "", err
	}
	if err := s.shorten(ctx, a, &p, len(drawn)); err != nil {
		return "", err
	}
	if err := s.extend(ctx, a, &p, drawn); err != nil {
		return "", err
	}
	return messageID(p.Channel, p.Pages[0]), nil
}

// direct sends a message to one member. It is one message: its pages are turned by buttons.
func (s *Slack) direct(ctx context.Context, a chat.Action) (chat.MessageID, error) {
	m, err := s.drawDirect(ctx, a)
	if err != nil {
		return "", err
	}
	at, err := s.post(ctx, a.Workspace, string(a.Member), "", m)
	if err != nil {
		return "", err
	}
	return messageID(at.channel, at.ts), nil // the conversation is D…: chat.update takes no member
}

func (s *Slack) drawDirect(ctx context.Context, a chat.Action) (message, error) {
	m, keep := directMessage(a, s.cfg.Now(), s.people.names(ctx, a.Workspace, a.Message))
	if err := s.pages.keep(ctx, keep); err != nil {
		s.cfg.Log.Warn("slack: the pages of a message are not kept yet", slog.String("key", string(a.Key)), slog.Any("err", err))
		return message{}, s.wait(afterFailure) // nothing was sent
	}
	return m, nil
}

// edit brings a message up to date, with all its pages. Doing it twice is doing it once.
func (s *Slack) edit(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	a.Key = a.Target // by which the message goes on being known
	channel, ts := split(target)
	if strings.HasPrefix(channel, "D") {
		m, err := s.drawDirect(ctx, a)
		if err == nil {
			err = s.update(ctx, a.Workspace, channel, ts, m)
		}
		return target, err
	}
	p, begun, err := s.progress(ctx, a)
	if err != nil {
		return "", err
	}
	if !begun || p.Pages[0] != ts {
		p = progress{Channel: channel, Pages: []string{ts}, Unplaced: true}
	}
	return s.bring(ctx, a, p)
}

// redraw brings the pages that stand up to date. A further page that somebody has deleted stays away. One that is known to be up to
// date costs nothing: where there is a turn only now and then, each try would spend it on the first page otherwise.
func (s *Slack) redraw(ctx context.Context, a chat.Action, p progress, drawn []message) error {
	for i, ts := range p.Pages[:min(len(p.Pages), len(drawn))] {
		id := messageID(p.Channel, ts)
		if ts == "" || len(p.Pages) > 1 && s.drawnNow.holds(a.Workspace, id, drawn[i]) {
			continue
		}
		err := s.update(ctx, a.Workspace, p.Channel, ts, drawn[i])
		switch {
		case err == nil:
			s.drawnNow.set(a.Workspace, id, drawn[i])
		case errors.As(err, new(*chat.Wait)):
			return err
		case i == 0 || !refusedFor(err, "message_not_found"):
			s.drawnNow.forget(a.Workspace, id) // it may show either
			return err
		}
	}
	return nil
}

// shorten deletes the pages that a message no longer has.
func (s *Slack) shorten(ctx context.Context, a chat.Action, p *progress, n int) error {
	for len(p.Pages) > n {
		last := len(p.Pages) - 1
		if ts := p.Pages[last]; ts != "" {
			if err := s.remove(ctx, a.Workspace, p.Channel, ts); err != nil {
				return err
			}
		}
		p.Pages, p.Changed = p.Pages[:last], true
	}
	return nil
}

// extend posts the pages that are not there yet. Before each but the first it is made durable that one more comes: of the
// first the shell knows.
func (s *Slack) extend(ctx context.Context, a chat.Action, p *progress, drawn []message) error {
	for i := len(p.Pages); i < len(drawn); i++ {
		if i > 0 {
			if err := s.announce(ctx, a, p); err != nil {
				return err
			}
		}
		at, err := s.postPage(ctx, a.Workspace, *p, drawn[i])
		var refused *chat.Refused
		switch {
		case err == nil:
			p.Channel, p.Pages, p.Changed = at.channel, append(p.Pages, at.ts), len(drawn) > 1
			s.drawnNow.set(a.Workspace, messageID(at.channel, at.ts), drawn[i])
		case i > 0 && errors.As(err, new(*chat.Wait)):
			p.Trying = false
			return errors.Join(err, s.keepProgress(ctx, a, p))
		case i > 0 && errors.As(err, &refused): // the message stands, as far as its channel takes it
			s.cfg.Log.Warn("slack: the rest of a long message is left out", slog.String("key", string(a.Key)),
				slog.Int("page", i+1), slog.Int("pages", len(drawn)), slog.String("error", refused.Detail))
			i = len(drawn)
		default:
			return err
		}
	}
	if !p.Changed {
		return nil
	}
	p.Trying, p.Whole = false, true
	return s.keepProgress(ctx, a, p)
}

// announce makes durable that one more page is about to be handed to Slack.
func (s *Slack) announce(ctx context.Context, a chat.Action, p *progress) error {
	if p.Unplaced {
		thread, err := s.threadOf(ctx, a.Workspace, p.Channel, p.Pages[0])
		if err != nil {
			return err
		}
		p.Thread, p.Unplaced = thread, false
	}
	p.Trying, p.Whole, p.Changed = true, false, true
	return s.keepProgress(ctx, a, p)
}

// errUnthreaded is the refusal of a reply whose parent is gone.
var errUnthreaded = &chat.Refused{Reason: chat.ReasonParentGone, Detail: "posted outside of the thread, whose parent is gone"}

// postPage posts one page. Slack posts a reply to a deleted message into the channel: then it is taken away again.
func (s *Slack) postPage(ctx context.Context, w chat.Workspace, p progress, m message) (standing, error) {
	thread := p.Thread
	if len(p.Pages) > 0 {
		thread = p.below()
	}
	at, err := s.post(ctx, w, p.Channel, thread, m)
	if err != nil || thread == "" || at.thread != "" {
		return at, err
	}
	if err := s.takeBack(ctx, w, at); err != nil {
		s.cfg.Log.Error("slack: a reply stands outside of its thread and could not be deleted", slog.String("workspace", string(w)),
			slog.String("message", string(messageID(at.channel, at.ts))), slog.Any("err", err))
	}
	return standing{}, errUnthreaded
}

// takeBack deletes what should not have been posted: nobody asks for it a second time, so it is tried as long as there is time.
func (s *Slack) takeBack(ctx context.Context, w chat.Workspace, at standing) error {
	for try := 1; ; try++ {
		err := s.remove(ctx, w, at.channel, at.ts)
		if err == nil || errors.As(err, new(*chat.Refused)) || try == 5 {
			return err
		}
		nap := time.Second
		var wait *chat.Wait
		if errors.As(err, &wait) {
			nap = max(nap, wait.Until.Sub(s.cfg.Now()))
		}
		if !sleep(ctx, nap) {
			return err
		}
	}
}

// threadOf is the ts of the parent of a message that stands in a thread; empty for one in the channel itself. A message's
// address tells it, and no scope is needed to ask for that.
func (s *Slack) threadOf(ctx context.Context, w chat.Workspace, channel, ts string) (thread string, err error) {
	err = s.ask(ctx, w, "chat.getPermalink", func(ctx context.Context, api *slack.Client) error {
		link, err := api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
		if err == nil {
			thread, err = parentIn(link)
		}
		return err
	})
	return thread, err
}
