package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
)

var _ chat.Platform = (*Discord)(nil)

// How Find reads a conversation.
const (
	foundAPage   = 100              // messages that are asked for at once
	foundPages   = 50               // how often it asks at most
	foundAnyway  = 10               // how often it asks though what it reads is newer: our clock may have been set since the try
	aroundTry    = 10 * time.Minute // how far Discord's clock may be from what we take it for, on either side of a try
	mayStillCome = 10 * time.Second // after a try: Discord may be at a request whose connection has ended, as when our process was killed

	// nonceFor is how long Discord is taken to know a nonce: "the past few minutes" (resources/message, Create Message).
	nonceFor = 2 * time.Minute
)

// Find tells whether an action was carried out. It looks for our own message with the action's buttons or text where it should stand.
// Without Read Message History Discord shows none: then, while Discord knows the nonce, what is sent again is not a second message, and
// later nobody can tell. Edits and deletions done twice are done once, so they are not looked for. A long message counts as carried out
// when all its pages stand, and once its life is over when its first does: that has the buttons.
func (d *Discord) Find(ctx context.Context, a chat.Action) (chat.MessageID, bool, error) {
	if a.Do != chat.Post && a.Do != chat.Thread && a.Do != chat.Direct {
		return "", false, nil
	}
	p, begun, err := d.progress(ctx, a)
	if err != nil {
		return "", false, err
	}
	over := !a.Until.IsZero() && !d.cfg.Now().Before(a.Until)
	if begun { // its first page stands; Send sees to the others, as long as it is asked
		return messageID(p.Channel, p.Pages[0].ID), p.Whole || over, nil
	}
	drawn, err := d.draw(ctx, a)
	if err == nil {
		p, err = d.findFirst(ctx, a, drawn[0])
	}
	switch {
	case errors.Is(err, chat.ErrCannotTell):
		return "", false, err
	case err != nil:
		return "", false, d.verdict(ctx, a, err)
	case len(p.Pages) == 0:
		return "", false, nil
	case len(drawn) > 1: // no further page was tried, or it would be recorded
		if err := d.keepProgress(ctx, a, &p); err != nil || !over {
			return "", false, err
		}
	}
	return messageID(p.Channel, p.Pages[0].ID), true, nil
}

func (d *Discord) draw(ctx context.Context, a chat.Action) ([]body, error) {
	if a.Do != chat.Direct {
		return Messages(a), nil
	}
	b, err := d.drawDirect(ctx, a)
	return []body{b}, err
}

// findFirst looks for the first page of a message; without pages where it is not there.
func (d *Discord) findFirst(ctx context.Context, a chat.Action, b body) (p progress, err error) {
	h := history{channel: string(a.Channel), tried: d.firstTry(a)}
	switch a.Do {
	case chat.Thread:
		channel, message := split(a.Parent)
		if message == "" {
			return p, chat.ErrCannotTell
		}
		if h.channel = message; channel == message {
			h.channel = channel
		}
	case chat.Direct:
		if h.channel, err = d.directChannel(ctx, a.Member); err != nil {
			return p, err
		}
	}
	message, err := d.search(ctx, h, b)
	if errors.Is(err, errForum) {
		message, err = d.searchForum(ctx, a, h, b)
		h.channel = message
	}
	if err == nil && message != "" {
		p = progress{Channel: h.channel, Pages: []sentPage{{ID: message}}}
	}
	return p, err
}

// settle finds out what became of a page that was about to be handed to Discord when something broke off. Where Discord cannot be
// asked, that page is left out of a message that must not stand twice, and sent again otherwise.
func (d *Discord) settle(ctx context.Context, a chat.Action, p *progress, drawn []body) error {
	i := len(p.Pages)
	if !p.Trying || i >= len(drawn) {
		return nil
	}
	message, err := d.search(ctx, history{channel: p.Below, tried: p.At}, drawn[i])
	switch {
	case errors.Is(err, chat.ErrCannotTell):
		if a.Once {
			p.Pages = append(p.Pages, sentPage{})
		}
	case err != nil:
		return err
	case message != "":
		p.Pages = append(p.Pages, sentPage{ID: message})
	case d.fresh(p.At): // with its nonce it can be sent again
		return nil
	}
	p.Trying, p.Changed = false, true
	return nil
}

// fresh tells whether Discord still knows the nonce of what was tried then.
func (d *Discord) fresh(tried time.Time) bool {
	since := d.cfg.Now().Sub(tried)
	return !tried.IsZero() && since >= 0 && since < nonceFor
}

// firstTry is when an action was first tried, as far as it is known: the bot tells of the last time.
func (d *Discord) firstTry(a chat.Action) time.Time {
	if first, ok := d.out.doubts.get(string(a.Key)); ok && first.Before(a.Tried) {
		return first
	}
	return a.Tried
}

// noteDoubt remembers since when nobody knows what became of an action.
func (d *Discord) noteDoubt(a chat.Action, begun time.Time, err error) {
	_, noted := d.out.doubts.get(string(a.Key))
	switch {
	case errors.As(err, new(*chat.Refused)):
		d.out.doubts.forget(string(a.Key))
	case doubtful(err) && !noted:
		d.out.doubts.set(string(a.Key), begun)
	}
}

// inDoubt is what an error of Send means while an earlier try may still come through: that Find is asked before the next, though this one
// was not sent.
func (d *Discord) inDoubt(a chat.Action, err error) error {
	if _, doubt := d.out.doubts.get(string(a.Key)); doubt && isWait(err) && a.Do != chat.Edit && a.Do != chat.Delete {
		return fmt.Errorf("an earlier try may still come through: %s", err.Error())
	}
	return err
}

// history is a conversation that is being read, for what may have been posted at a time. A time in the future was noted by a clock that
// was set back since.
type history struct {
	channel string
	tried   time.Time
}

// written is a message as it is read from a conversation.
type written struct {
	ID         string      `json:"id"`
	Author     user        `json:"author"`
	Nonce      any         `json:"nonce"` // rarely there
	Content    string      `json:"content"`
	Components []component `json:"components"`
}

// errForum: the channel is a forum, which holds no messages.
var errForum = errors.New("it is a forum")

// search looks for a body of ours in a conversation; empty where it does not stand there. chat.ErrCannotTell where the bot may not read there
// and Discord may have forgotten the nonce, and where more was written than it can read.
func (d *Discord) search(ctx context.Context, h history, b body) (message string, err error) {
	self := d.self.Load()
	if self == nil {
		return "", d.wait(afterFailure)
	}
	after, until := d.span(h)
	for page := range foundPages {
		var some []written
		err := d.get(ctx, "channels/"+h.channel+"/messages?limit="+strconv.Itoa(foundAPage)+"&after="+after, &some)
		switch {
		case rest.Is(err, unknownChannel): // nothing stands in what is not there
			return "", nil
		case rest.Is(err, notText):
			return "", errForum
		case rest.Is(err, missingAccess, missingRights):
			return "", d.unreadable(h)
		case err != nil:
			return "", err
		case len(some) == 0 && page == 0:
			return "", d.empty(ctx, h)
		}
		for _, m := range some {
			if m.Author.ID == *self && b.stands(m) {
				return m.ID, nil
			}
			after = newer(after, m.ID)
		}
		if at, ok := created(after); len(some) < foundAPage || ok && at.After(until) && page+1 >= foundAnyway {
			return "", nil
		}
	}
	d.cfg.Log.Warn("discord: too much was written to find a message", slog.String("channel", h.channel))
	return "", d.unreadable(h)
}

// span is from which id on, and until when, what was tried can stand. The try was noted by our clock, which may be hours off: then by
// Discord's it was at another time.
func (d *Discord) span(h history) (after string, until time.Time) {
	from, until := h.tried, h.tried
	if now := d.cfg.Now(); from.IsZero() || from.After(now) {
		from, until = now.Add(-longestLife), now
	}
	if theirs := d.discordTime(from); theirs.Before(from) {
		from = theirs
	}
	if theirs := d.discordTime(until); theirs.After(until) {
		until = theirs
	}
	return snowflake(from.Add(-aroundTry)), until.Add(aroundTry)
}

const longestLife = 25 * time.Hour // no action is tried for longer than a day

// snowflake is an id of the time at.
func snowflake(at time.Time) string {
	return strconv.FormatInt(max(at.UnixMilli()-epoch, 1)<<22, 10)
}

// newer is the later of two ids.
func newer(a, b string) string {
	if len(a) != len(b) {
		if len(a) < len(b) {
			return b
		}
		return a
	}
	return max(a, b)
}

// unreadable is what it means that a conversation cannot be read: what is sent again makes no second message while Discord knows its nonce.
func (d *Discord) unreadable(h history) error {
	if d.fresh(h.tried) {
		return nil
	}
	return chat.ErrCannotTell
}

// empty is what it means that no message is shown: without the right to read a conversation Discord shows none of it, and never any of
// a forum.
func (d *Discord) empty(ctx context.Context, h history) error {
	var some []written
	if err := d.get(ctx, "channels/"+h.channel+"/messages?limit=1", &some); err != nil || len(some) > 0 {
		return err
	}
	var c forumChannel
	switch err := d.get(ctx, "channels/"+h.channel, &c); {
	case err != nil:
		return err
	case c.holdsThreads():
		return errForum
	case c.Last == nil: // nothing was ever written there
		return nil
	}
	return d.unreadable(h)
}

// stands tells whether a message of ours is this body. A nonce says it, where Discord shows it; else buttons, which name what they are about;
// else the text.
func (b body) stands(m written) bool {
	if nonce, ok := m.Nonce.(string); ok && nonce != "" && b.Nonce != "" {
		return nonce == b.Nonce
	}
	if ids := customIDs(b.Components); len(ids) > 0 {
		return slices.Equal(ids, customIDs(m.Components))
	}
	return b.Content != nil && len(customIDs(m.Components)) == 0 && words(*b.Content) == words(m.Content)
}

func customIDs(components []component) (ids []string) {
	for _, c := range components {
		if c.CustomID != "" {
			ids = append(ids, c.CustomID)
		}
		ids = append(ids, customIDs(c.Components)...)
	}
	return ids
}

// words is a text without what Discord may trim.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// searchForum looks for a post of ours in a forum: for its thread among those that are open, and for what that begins with.
func (d *Discord) searchForum(ctx context.Context, a chat.Action, h history, b body) (thread string, err error) {
	after, _ := d.span(h)
	var open struct {
		Threads []struct {
			ID     string `json:"id"`
			Parent string `json:"parent_id"`
			Owner  string `json:"owner_id"`
		} `json:"threads"`
	}
	if err := d.get(ctx, "guilds/"+guildOf(a.Workspace)+"/threads/active", &open); err != nil {
		return "", err
	}
	for _, t := range open.Threads {
		if t.Parent != h.channel || t.Owner != *d.self.Load() || newer(after, t.ID) == after {
			continue
		}
		var m written
		err := d.get(ctx, "channels/"+t.ID+"/messages/"+t.ID, &m)
		switch {
		case rest.Is(err, missingAccess, missingRights):
			return "", chat.ErrCannotTell // a post in a forum has no nonce
		case rest.Is(err, unknownMessage, unknownChannel): // removed
		case err != nil:
			return "", err
		case b.edit().stands(m):
			return t.ID, nil
		}
	}
	if settled := h.tried.Add(mayStillCome); d.cfg.Now().Before(settled) {
		return "", &chat.Wait{Until: settled}
	}
	return "", nil
}
