package slack

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

var _ chat.Platform = (*Slack)(nil)

// How Find reads a conversation.
const (
	foundAPage   = 200              // messages that are asked for at once (docs.slack.dev recommends no more)
	foundPages   = 10               // how often it asks
	beforeTry    = 10 * time.Minute // how far Slack's clock may be behind ours
	longestLife  = 25 * time.Hour   // no action is tried for longer than a day
	mayStillCome = 10 * time.Second // after a try: Slack may be at a request whose connection has ended, as when our process was killed
	deniedForget = 10_000           // conversations of which it is remembered that they may not be read
)

// Find tells whether an action was carried out. It looks for the action's key in the metadata of our own messages, where the
// app may read the conversation: that is what the optional history scopes are for. Edits and deletions done twice are done
// once, so they are not looked for.
func (s *Slack) Find(ctx context.Context, a chat.Action) (chat.MessageID, bool, error) {
	if a.Do != chat.Post && a.Do != chat.Thread && a.Do != chat.Direct {
		return "", false, nil
	}
	p, begun, err := s.progress(ctx, a)
	if err != nil {
		return "", false, err
	}
	if begun { // its first page stands; Send sees to the others
		return messageID(p.Channel, p.Pages[0]), p.Whole, nil
	}
	p, found, err := s.findFirst(ctx, a)
	if err != nil || !found {
		return "", false, err
	}
	if a.Do != chat.Direct && len(Messages(a, s.people.names(ctx, a.Workspace, a.Message))) > 1 {
		return "", false, s.keepProgress(ctx, a, &p) // no further page was tried, or it would be recorded
	}
	return messageID(p.Channel, p.Pages[0]), true, nil
}

// findFirst looks for the first page of a message.
func (s *Slack) findFirst(ctx context.Context, a chat.Action) (p progress, found bool, err error) {
	p.Channel = string(a.Channel)
	switch a.Do {
	case chat.Thread:
		if a.Parent == "" {
			return p, false, chat.ErrCannotTell
		}
		p.Channel, p.Thread = split(a.Parent)
	case chat.Direct:
		if p.Channel, err = s.openDirect(ctx, a.Workspace, a.Member); err != nil {
			return p, false, err
		}
	}
	ts, found, err := s.search(ctx, a, s.since(a, a.Tried, history{channel: p.Channel, thread: p.Thread}), 1)
	p.Pages = []string{ts}
	return p, found, err
}

// openDirect is the conversation with a member.
func (s *Slack) openDirect(ctx context.Context, w chat.Workspace, m chat.Member) (channel string, err error) {
	err = s.ask(ctx, w, "conversations.open", func(ctx context.Context, api *slack.Client) error {
		c, _, _, err := api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{string(m)}})
		if err == nil && (c == nil || c.ID == "") {
			err = errors.New("the answer names no conversation")
		}
		if err == nil {
			channel = c.ID
		}
		return err
	})
	return channel, cannotTell(err)
}

// settle finds out what became of a page that was about to be handed to Slack when something broke off. Where Slack cannot be
// asked, that page is left out of a message that must not stand twice, and sent again otherwise.
func (s *Slack) settle(ctx context.Context, a chat.Action, p *progress) error {
	if !p.Trying {
		return nil
	}
	ts, found, err := s.search(ctx, a, s.since(a, p.At, history{channel: p.Channel, thread: p.below()}), len(p.Pages)+1)
	switch {
	case errors.Is(err, chat.ErrCannotTell):
		found = a.Once // nobody knows its ts
	case err != nil:
		return err
	}
	if found {
		p.Pages = append(p.Pages, ts)
	}
	p.Trying, p.Changed = false, true
	return nil
}

// search looks for a page of a message in a conversation, or in a thread of it. ErrCannotTell where the app may not read there,
// and where more was written than it can read; chat.Wait where it does not stand there yet and may still come.
func (s *Slack) search(ctx context.Context, a chat.Action, h history, page int) (ts string, found bool, err error) {
	in, err := s.installs.of(ctx, a.Workspace)
	if err != nil {
		return "", false, err
	}
	if !s.denied.mayRead(in, h.channel) {
		return "", false, chat.ErrCannotTell
	}
	for range foundPages {
		messages, err := s.read(ctx, a.Workspace, &h)
		if refusedFor(err, "missing_scope") {
			s.denied.add(in, h.channel)
		}
		if err != nil {
			return "", false, cannotTell(err)
		}
		for _, m := range messages {
			if in.wrote(m) && holds(m, a.Key, page) {
				return m.Timestamp, true, nil
			}
		}
		if h.cursor != "" {
			continue
		}
		if now := s.cfg.Now(); now.Before(h.settled) {
			return "", false, &chat.Wait{Until: h.settled}
		}
		return "", false, nil
	}
	s.cfg.Log.Warn("slack: too much was written to find a message", slog.String("key", string(a.Key)), slog.String("channel", h.channel))
	return "", false, chat.ErrCannotTell
}

// since bounds a search by the time of the try: from a little before it, or a life before the action's end; and not to be taken for
// fruitless before the try can have no effect any more. A try in the future was noted by a clock that was set back since.
func (s *Slack) since(a chat.Action, tried time.Time, h history) history {
	if tried.IsZero() || tried.After(s.cfg.Now()) {
		h.oldest = slackTime(a.Until.Add(-longestLife))
		return h
	}
	h.oldest, h.settled = slackTime(tried.Add(-beforeTry)), tried.Add(mayStillCome)
	return h
}

// slackTime is an instant as Slack's methods take it; empty for one before Slack.
func slackTime(t time.Time) string {
	if t.Unix() <= 0 {
		return ""
	}
	return strconv.FormatInt(t.Unix(), 10) + ".000000"
}

// cannotTell is what a refusal to read means: Slack cannot be asked. That the workspace has removed the app stays what it is.
func cannotTell(err error) error {
	var refused *chat.Refused
	if errors.As(err, &refused) && refused.Reason != chat.ReasonRevoked {
		return chat.ErrCannotTell
	}
	return err
}

// history is a conversation, or a thread of it, that is being read.
type history struct {
	channel, thread, oldest string
	settled                 time.Time // from when on what does not stand there will not come
	cursor                  string    // where to go on; empty at the beginning and at the end
}

// read reads some messages on.
func (s *Slack) read(ctx context.Context, w chat.Workspace, h *history) (messages []slack.Message, err error) {
	if h.thread != "" {
		err = s.ask(ctx, w, "conversations.replies", func(ctx context.Context, api *slack.Client) (err error) {
			messages, _, h.cursor, err = api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: h.channel, Timestamp: h.thread, Cursor: h.cursor, Oldest: h.oldest, Limit: foundAPage, IncludeAllMetadata: true,
			})
			return err
		})
		return messages, err
	}
	err = s.ask(ctx, w, "conversations.history", func(ctx context.Context, api *slack.Client) error {
		r, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: h.channel, Cursor: h.cursor, Oldest: h.oldest, Limit: foundAPage, IncludeAllMetadata: true,
		})
		if err == nil {
			messages, h.cursor = r.Messages, r.ResponseMetaData.NextCursor
		}
		return err
	})
	return messages, err
}

// wrote tells whether a message is the app's own: others can write any metadata.
func (in install) wrote(m slack.Message) bool {
	return in.User != "" && m.User == in.User || in.Bot != "" && m.BotID == in.Bot || in.App != "" && m.BotProfile != nil && m.BotProfile.AppID == in.App
}

// holds tells whether a message is a page of the message with a key.
func holds(m slack.Message, key chat.Key, page int) bool {
	values := m.Metadata.EventPayload
	return m.Metadata.EventType == eventType && values[metadataKey] == string(key) && values[metadataPage] == strconv.Itoa(page)
}

// denied remembers which conversations the app may not read, so that Slack is not asked again and again.
type denied struct {
	mu       sync.Mutex
	channels map[deniedChannel]bool
}

// deniedChannel is a conversation and the token with which it may not be read: a new installation may bring the scope.
type deniedChannel struct{ channel, token string }

// mayRead tells whether it makes sense to try. Slack does not say of a channel's id whether it is private, so one of the two
// scopes is enough to try.
func (d *denied) mayRead(in install, channel string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.channels[deniedChannel{channel, in.Token}]:
		return false
	case in.Scopes == nil:
		return true
	case strings.HasPrefix(channel, "D"):
		return in.can("im:history")
	}
	return in.can("channels:history") || in.can("groups:history")
}

func (d *denied) add(in install, channel string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.channels == nil || len(d.channels) >= deniedForget {
		d.channels = map[deniedChannel]bool{}
	}
	d.channels[deniedChannel{channel, in.Token}] = true
}
