package slack

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// doubtful sends an action of which only Slack knows that it was carried out, and gives what it did not answer.
func (o *outside) doubtful(a chat.Action, target chat.MessageID) (id chat.MessageID) {
	o.t.Helper()
	before := len(o.fake.Journal())
	o.fake.Next(1, "chat.postMessage", slackfake.FailAfter)
	if _, err := o.Send(o.t.Context(), a, target); err == nil {
		o.t.Fatal("the answer was not lost")
	}
	all := o.fake.Journal()
	if len(all) != before+1 {
		o.t.Fatalf("%d things happened to messages", len(all)-before)
	}
	m := all[len(all)-1].Message
	return messageID(m.Channel, m.TS)
}

func TestFindKnowsOurMessagesByTheirKey(t *testing.T) {
	inSlack(t, allScopes, func(o *outside) {
		parent := o.must(action(chat.Post, "parent", 1), "")
		for _, a := range []chat.Action{action(chat.Post, "post", 1), action(chat.Thread, "follow", 1), action(chat.Direct, "notice", 1)} {
			if id, found, err := o.ask(a, parent); found || err != nil {
				t.Errorf("%s before it was sent: %q, %v, %v", a.Do, id, found, err)
			}
			want := o.doubtful(a, parent)
			o.restart()
			if id, found, err := o.ask(a, parent); !found || err != nil || id != want {
				t.Errorf("%s: %q, %v, %v, want %q", a.Do, id, found, err, want)
			}
			other := a
			other.Key += "-other"
			if _, found, err := o.ask(other, parent); found || err != nil {
				t.Errorf("%s of another key: %v, %v", a.Do, found, err)
			}
		}
	})
}

func TestFindReadsOnlyWhereItMay(t *testing.T) {
	for _, c := range []struct {
		scope   string
		channel chat.Channel
		tells   bool
	}{
		{"channels:history", prep, true}, {"channels:history", "C0SECRET", false}, {"groups:history", prep, false},
		{"groups:history", "C0SECRET", true}, {"", prep, false}, {"", "C0SECRET", false},
	} {
		inSlack(t, append([]string{c.scope}, leastScopes...), func(o *outside) {
			a := action(chat.Post, "post", 1)
			a.Channel = c.channel
			want := o.doubtful(a, "")
			id, found, err := o.ask(a, "")
			if c.tells && (err != nil || !found || id != want) || !c.tells && !errors.Is(err, chat.ErrCannotTell) {
				t.Errorf("%s with %q: %q, %v, %v", c.channel, c.scope, id, found, err)
			}
			if c.tells {
				return
			}
			o.fake.Next(1, "conversations.history", "internal_error") // that Slack is not asked again
			if _, _, err := o.ask(a, ""); !errors.Is(err, chat.ErrCannotTell) {
				t.Errorf("%s with %q, the second time: %v", c.channel, c.scope, err)
			}
			o.must(a, "") // in doubt it is sent again
			if n := len(o.team.Messages(string(c.channel))); n != 2 {
				t.Errorf("%s with %q: it stands %d times", c.channel, c.scope, n)
			}
		})
	}
}

func TestFindReadsOn(t *testing.T) {
	inSlack(t, allScopes, func(o *outside) {
		a := action(chat.Post, "post", 1)
		want := o.doubtful(a, "")
		o.chatter(foundAPage + 50)
		if id, found, err := o.ask(a, ""); !found || err != nil || id != want {
			t.Errorf("%q, %v, %v, want %q", id, found, err, want)
		}
		time.Sleep(time.Hour)
		if _, found, err := o.ask(a, ""); found || err != nil {
			t.Errorf("what was posted long before the try is found: %v, %v", found, err)
		}
	})
}

// TestFindWhatIsStillOnItsWay is a process that was killed amid a call, which Slack carries out after the next process has begun.
func TestFindWhatIsStillOnItsWay(t *testing.T) {
	inSlack(t, allScopes, func(o *outside) {
		a := action(chat.Post, "post", 1)
		a.Tried = time.Now()
		o.fake.SetFaults(slackfake.Faults{Slow: 1, SlowFor: 5 * time.Second})
		killed, kill := context.WithTimeout(o.t.Context(), time.Second)
		defer kill()
		if _, err := o.Send(killed, a, ""); err == nil {
			t.Fatal("the call was answered in time")
		}
		o.fake.SetFaults(slackfake.Faults{})
		o.restart()
		if n := len(o.team.All(prep)); n != 0 {
			t.Fatalf("it stands %d times too early", n)
		}
		id, found, err := o.ask(a, "")
		if !found || err != nil {
			t.Fatalf("%v, %v", found, err)
		}
		if got := o.team.All(prep); len(got) != 1 || messageID(prep, got[0].TS) != id {
			t.Errorf("%q is found of %q", id, o.stands(prep))
		}
	})
}

// TestFindWhereTheClockWasSetBack is a try whose instant was noted by a clock that was an hour fast, and set right since.
func TestFindWhereTheClockWasSetBack(t *testing.T) {
	inSlack(t, allScopes, func(o *outside) {
		var fast atomic.Int64 // by how much
		fast.Store(int64(time.Hour))
		o.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(fast.Load())) }
		o.restart()
		post, long := action(chat.Post, "post", 1), action(chat.Post, "long", 3)
		post.Tried = o.cfg.Now()
		id := o.doubtful(post, "")
		o.fake.Next(1, "chat.postMessage", slackfake.Pass)
		o.fake.Next(1, "chat.postMessage", slackfake.FailAfter)
		if _, err := o.Send(o.t.Context(), long, ""); err == nil {
			t.Fatal("the answer about the second page was not lost")
		}
		fast.Store(0)
		o.restart()
		if got, found, err := o.Find(o.t.Context(), post); got != id || !found || err != nil {
			t.Errorf("%q, %v, %v, want %q", got, found, err, id)
		}
		o.must(long, "")
		if n, want := len(o.team.All(prep)), 1+len(Messages(long, names)); n != want {
			t.Errorf("%d messages, want %d: %q", n, want, o.stands(prep))
		}
	})
}

// chatter fills the channel.
func (o *outside) chatter(n int) {
	o.t.Helper()
	api := o.client(o.cfg.BotToken)
	for i := range n {
		if _, _, err := api.PostMessageContext(o.t.Context(), prep, slack.MsgOptionText(fmt.Sprint("chatter ", i), true)); err != nil {
			o.t.Fatal(err)
		}
	}
}

func TestFindCannotTellWhereTooMuchWasWritten(t *testing.T) {
	if testing.Short() {
		t.Skip("writes two thousand messages")
	}
	inSlack(t, allScopes, func(o *outside) {
		a := action(chat.Post, "post", 1)
		o.doubtful(a, "")
		o.chatter(foundAPage * foundPages)
		if _, _, err := o.ask(a, ""); !errors.Is(err, chat.ErrCannotTell) {
			t.Errorf("%v, want that it cannot be told", err)
		}
	})
}

func TestFindWaitsAndDoesNotGuess(t *testing.T) {
	inSlack(t, allScopes, func(o *outside) {
		a := action(chat.Post, "post", 1)
		o.doubtful(a, "")
		o.fake.Next(1, "conversations.history", slackfake.Busy)
		_, _, err := o.Find(o.t.Context(), a)
		var wait *chat.Wait
		if !errors.As(err, &wait) {
			t.Fatalf("%v, want a wait", err)
		}
		time.Sleep(time.Until(wait.Until))
		o.fake.Next(1, "conversations.history", slackfake.Drop)
		if _, found, err := o.ask(a, ""); found || err == nil || errors.Is(err, chat.ErrCannotTell) {
			t.Errorf("with a broken connection: %v, %v", found, err)
		}
		ctx, cancel := context.WithCancel(o.t.Context())
		cancel()
		if _, found, err := o.Find(ctx, a); found || err == nil || errors.Is(err, chat.ErrCannotTell) {
			t.Errorf("with a context that is over: %v, %v", found, err)
		}
		if _, found, err := o.ask(a, ""); !found || err != nil {
			t.Errorf("at last: %v, %v", found, err)
		}
		for _, do := range []chat.Do{chat.Edit, chat.Delete} {
			a.Do = do
			if _, found, err := o.ask(a, ""); found || err != nil {
				t.Errorf("%s: %v, %v, want that it is done again", do, found, err)
			}
		}
	})
}

func TestOnlyOurOwnMessagesCount(t *testing.T) {
	in := install{User: "U1", Bot: "B1", App: "A1"}
	for _, c := range []struct {
		m    slack.Msg
		want bool
	}{
		{slack.Msg{User: "U1"}, true}, {slack.Msg{BotID: "B1"}, true}, {slack.Msg{BotProfile: &slack.BotProfile{AppID: "A1"}}, true},
		{slack.Msg{User: "U2", BotID: "B2", BotProfile: &slack.BotProfile{AppID: "A2"}}, false}, {slack.Msg{}, false},
	} {
		if got := in.wrote(slack.Message{Msg: c.m}); got != c.want {
			t.Errorf("%+v: %v", c.m, got)
		}
	}
	if (install{}).wrote(slack.Message{}) {
		t.Error("an installation that nobody knows has written what nobody wrote")
	}
}
