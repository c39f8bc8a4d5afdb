package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
	"greenroom/store"
)

// post office: an adapter that only sends, to a fake Discord with one guild, within a synctest bubble.
type office struct {
	*testing.T
	fake  *discordfake.Fake
	guild *discordfake.Guild
	db    store.DB
	d     *Discord
	off   time.Duration // how much the adapter's clock is ahead
	kills *rand.Rand    // decides when the process dies in the middle of a request; it never does when nil
}

const (
	officeGuild = "197038439483310086"
	general     = "290926798626357999"
	forum       = "290926798626358001"
	writer      = "80351110224678912"
)

// atOffice runs a test with an office.
func atOffice(t *testing.T, cfg discordfake.Config, test func(*office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))) // a bubble begins in 2000, before Discord's ids
		o := &office{T: t, fake: discordfake.New(cfg), db: store.NewMemory()}
		defer o.fake.Close()
		o.guild = o.fake.AddGuild(officeGuild)
		o.guild.AddChannel(discordfake.Channel{ID: general, Name: "general"})
		o.guild.AddMember(discordfake.Person{ID: writer, Name: "Ada"})
		o.guild.Install()
		o.restart()
		defer func() { o.d.rest.Close() }()
		test(o)
	})
}

// restart gives the office an adapter that remembers what is in the store.
func (o *office) restart() {
	if o.d != nil {
		o.d.rest.Close()
	}
	d, err := New(Config{
		DB: o.db, Log: slog.New(slog.DiscardHandler), Token: o.fake.Token(), API: o.fake.API(), Dial: o.fake.Dial, Now: o.now,
	})
	if err != nil {
		o.Fatal(err)
	}
	self := o.fake.AppID()
	d.self.Store(&self)
	o.d = d
}

// now is what the machine's clock shows.
func (o *office) now() time.Time { return time.Now().Add(o.off) }

// post is a post with a question and two buttons.
func (o *office) post(key string) chat.Action {
	return chat.Action{
		Key: chat.Key(key), Do: chat.Post, Workspace: Guild(officeGuild), Channel: general, Until: time.Now().Add(4 * time.Hour),
		Message: chat.Message{
			Blocks: []chat.Block{chat.Say(chat.Strong("Question 12"), chat.Words(" · databases")), chat.Heading("What does an *index* cost when `" + key + "` is written?")},
			Buttons: []chat.Button{
				{Label: "Answer", Value: chat.Value{Look: true, Verb: "answer", Post: key}, Main: true},
				{Label: "More", Value: chat.Value{Look: true, Verb: "more", Post: key}},
			},
			Topic: "databases",
		},
	}
}

// under is a follow-up, without buttons, below a post.
func (o *office) under(key string, target chat.Key, text string) chat.Action {
	return chat.Action{
		Key: chat.Key(key), Do: chat.Thread, Workspace: Guild(officeGuild), Channel: general, Target: target, Once: true,
		Until: time.Now().Add(24 * time.Hour), Message: chat.Message{Blocks: []chat.Block{chat.Text(text)}},
	}
}

// editOf gives a message that was posted another text.
func (o *office) editOf(a chat.Action, text string) chat.Action {
	e := a
	e.Key, e.Do, e.Target, e.Until = chat.EditKey(a.Key), chat.Edit, a.Key, time.Now().Add(time.Minute)
	e.Message.Blocks = []chat.Block{chat.Text(text)}
	return e
}

func (o *office) direct(key, text string) chat.Action {
	return chat.Action{
		Key: chat.Key(key), Do: chat.Direct, Workspace: Guild(officeGuild), Member: writer, Until: time.Now().Add(time.Hour),
		Message: chat.Message{Blocks: []chat.Block{chat.Text(text)}},
	}
}

// send sends within the shell's 30 seconds.
func (o *office) send(a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	within := 30 * time.Second
	if o.kills != nil && o.kills.IntN(5) == 0 {
		within = time.Duration(o.kills.IntN(2000)) * time.Millisecond
		defer o.restart()
	}
	ctx, cancel := context.WithTimeout(o.Context(), within)
	defer cancel()
	id, err := o.d.Send(ctx, a, target)
	if within < 30*time.Second && err == nil && o.kills.IntN(2) == 0 {
		return "", errKilled
	}
	return id, err
}

// errKilled is the end of a process before it has noted what it did.
var errKilled = errors.New("killed")

func (o *office) find(a chat.Action) (chat.MessageID, bool, error) {
	ctx, cancel := context.WithTimeout(o.Context(), 30*time.Second)
	defer cancel()
	return o.d.Find(ctx, a)
}

func (o *office) mustSend(a chat.Action, target chat.MessageID) chat.MessageID {
	o.Helper()
	id, err := o.send(a, target)
	if err != nil {
		o.Fatalf("send %s: %v", a.Key, err)
	}
	return id
}

// deliver does with an action what the shell does, until it is over.
func (o *office) deliver(a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	posts := a.Do != chat.Edit && a.Do != chat.Delete
	for doubt := false; ; {
		if doubt && posts {
			found := a
			found.Parent = target
			id, ok, err := o.find(found)
			var wait *chat.Wait
			var refused *chat.Refused
			switch {
			case err == nil && ok, errors.As(err, &refused):
				return id, err
			case errors.Is(err, chat.ErrCannotTell) && a.Once:
				return "", &chat.Refused{Reason: chat.ReasonDoubt}
			case errors.As(err, &wait):
				time.Sleep(max(time.Until(wait.Until), time.Second))
				continue
			case err != nil && !errors.Is(err, chat.ErrCannotTell):
				time.Sleep(time.Second)
				continue
			}
		}
		a.Tried = time.Now()
		id, err := o.send(a, target)
		var wait *chat.Wait
		switch {
		case err == nil, errors.As(err, new(*chat.Refused)):
			return id, err
		case errors.As(err, &wait):
			doubt = false
			time.Sleep(max(time.Until(wait.Until), time.Second))
		default:
			doubt = true
			time.Sleep(time.Second)
			if o.kills != nil && o.kills.IntN(3) == 0 { // until somebody starts it again
				time.Sleep(time.Duration(o.kills.IntN(30)) * time.Minute)
			}
		}
	}
}

// makeLateEdits lets the adapter make edits that it has kept, for a while.
func (o *office) makeLateEdits(d time.Duration) {
	running, stop := context.WithTimeout(o.Context(), d)
	defer stop()
	o.d.lateEdits(running)
}

// refused sends and wants to be refused for a reason.
func (o *office) refused(a chat.Action, target chat.MessageID, want chat.Reason) {
	o.Helper()
	id, err := o.send(a, target)
	var refused *chat.Refused
	if !errors.As(err, &refused) || refused.Reason != want {
		o.Errorf("send %s: id %q, error %v; want refused: %s", a.Key, id, err, want)
	}
}

// stands are the messages of the bot in a channel, by what people read.
func (o *office) stands(channel string) (texts []string) {
	for _, m := range o.fake.Messages(channel) {
		if m.Author == o.fake.AppID() && m.Type == 0 {
			texts = append(texts, m.Plain)
		}
	}
	return texts
}

// long is a text of so many pages.
func long(pages int) string {
	var b strings.Builder
	for i := 0; b.Len() < pages*maxContent-maxContent/2; i++ {
		fmt.Fprintf(&b, "Sentence %d says that a page takes some two thousand characters and no more. ", i)
	}
	return b.String()
}

func waits(err error) (until time.Time, ok bool) {
	var wait *chat.Wait
	if errors.As(err, &wait) {
		return wait.Until, true
	}
	return time.Time{}, false
}
