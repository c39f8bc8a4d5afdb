package web

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"greenroom/bot/chat"
	"greenroom/store"
)

const prep chat.Channel = "interview-prep"

func say(text string) chat.Message { return chat.Message{Blocks: []chat.Block{chat.Text(text)}} }

// texts are what a member sees in a room, as plain text.
func (w *world) texts(room chat.Room, who chat.Member) []string {
	w.t.Helper()
	messages, err := w.history.room(w.t.Context(), room, who)
	if err != nil {
		w.t.Fatal(err)
	}
	var list []string
	for _, m := range messages {
		switch {
		case m.Gone:
		case m.Body != nil:
			list = append(list, m.Body.Plain(chat.Speak{
				Who: func(m chat.Member) string { return string(m) }, Channel: func(c chat.Channel) string { return "#" + string(c) },
				When: func(chat.Span) string { return "then" }, Markdown: func(s string) string { return s },
			}))
		default:
			list = append(list, m.Text)
		}
	}
	return list
}

func (w *world) send(a chat.Action, target chat.MessageID) chat.MessageID {
	w.t.Helper()
	id, err := w.Send(w.t.Context(), a, target)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestSendShowsAMessageOnce(t *testing.T) {
	w := newWorld(t, nil)
	a := chat.Action{Key: "k1", Do: chat.Post, Channel: "random", Message: say("hello")}
	if _, found, err := w.Find(t.Context(), a); found || err != nil {
		t.Fatalf("before: found %t, %v", found, err)
	}
	first := w.send(a, "")
	a.Message = say("hello again")
	if second := w.send(a, ""); second != first {
		t.Errorf("the second send made %s beside %s", second, first)
	}
	if got := w.texts("c:random", host); fmt.Sprint(got) != "[hello]" {
		t.Errorf("the room shows %q", got)
	}
	if id, found, err := w.Find(t.Context(), a); id != first || !found || err != nil {
		t.Errorf("Find: %s, %t, %v", id, found, err)
	}
}

func TestSendEveryWay(t *testing.T) {
	w := newWorld(t, nil)
	parent := w.send(chat.Action{Key: "p", Do: chat.Post, Channel: "random", Message: say("parent")}, "")
	reply := chat.Action{Key: "r", Do: chat.Thread, Channel: "random", Target: "p", Message: say("reply")}
	id := w.send(reply, parent)
	m, err := w.history.message(t.Context(), parent)
	if err != nil || m.Replies != 1 {
		t.Errorf("the parent counts %d replies, %v", m.Replies, err)
	}
	if m, err = w.history.message(t.Context(), id); err != nil || m.Thread != parent {
		t.Errorf("the reply stands in %q, %v", m.Thread, err)
	}

	edit := chat.Action{Key: chat.EditKey("p"), Do: chat.Edit, Channel: "random", Target: "p", Message: say("changed")}
	if _, found, _ := w.Find(t.Context(), edit); found {
		t.Error("an edit is found before it was sent")
	}
	if got := w.send(edit, parent); got != parent {
		t.Errorf("an edit returns %s", got)
	}
	if got, found, _ := w.Find(t.Context(), edit); !found || got != parent {
		t.Errorf("an edit that was sent is not found: %s", got)
	}
	if got := w.texts("c:random", host); fmt.Sprint(got) != "[changed reply]" {
		t.Errorf("the room shows %q", got)
	}

	w.send(chat.Action{Key: "d", Do: chat.Direct, Member: host, Message: say("psst")}, "")
	if got := w.texts(chat.DirectRoom(host), host); fmt.Sprint(got) != "[psst]" {
		t.Errorf("the direct conversation shows %q", got)
	}
	if got := w.texts(chat.DirectRoom(host), "mira"); len(got) != 0 {
		t.Errorf("somebody else reads it: %q", got)
	}

	remove := chat.Action{Key: "x", Do: chat.Delete, Channel: "random", Copy: id}
	if _, found, _ := w.Find(t.Context(), remove); found {
		t.Error("a deletion is found before it was sent")
	}
	for range 2 {
		if got := w.send(remove, ""); got != id {
			t.Errorf("a deletion returns %s", got)
		}
	}
	if _, found, _ := w.Find(t.Context(), remove); !found {
		t.Error("a deletion that was sent is not found")
	}
	if got := w.texts("c:random", host); fmt.Sprint(got) != "[changed]" {
		t.Errorf("after the deletion: %q", got)
	}
}

func TestSendRefuses(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		a      chat.Action
		target chat.MessageID
		want   chat.Reason
	}{
		{chat.Action{Key: "1", Do: chat.Post, Channel: "nowhere"}, "", chat.ReasonGone},
		{chat.Action{Key: "2", Do: chat.Thread, Channel: "random"}, "c:random.999", chat.ReasonParentGone},
		{chat.Action{Key: "3", Do: chat.Edit, Channel: "random"}, "", chat.ReasonParentGone},
		{chat.Action{Key: "4", Do: chat.Direct, Member: "nobody"}, "", chat.ReasonGone},
		{chat.Action{Key: "5", Do: "shout", Channel: "random"}, "", chat.ReasonForbidden},
	} {
		_, err := w.Send(t.Context(), c.a, c.target)
		var refused *chat.Refused
		if !errors.As(err, &refused) || refused.Reason != c.want {
			t.Errorf("%s in %q: %v, want %s", c.a.Do, c.a.Channel, err, c.want)
		}
		if _, found, err := w.Find(t.Context(), c.a); found || err != nil {
			t.Errorf("%s was refused and is found (%v)", c.a.Do, err)
		}
	}
}

// What was shown stands there after a restart, and is known by its key.
func TestHistorySurvivesARestart(t *testing.T) {
	db := store.NewMemory()
	a := chat.Action{Key: "k", Do: chat.Post, Channel: "random", Message: say("kept")}
	var id chat.MessageID
	t.Run("before", func(t *testing.T) {
		id = newWorld(t, func(c *Config) { c.DB = store.Space(db, "web") }).send(a, "")
	})
	w := newWorld(t, func(c *Config) { c.DB = store.Space(db, "web") })
	if got := w.send(a, ""); got != id {
		t.Errorf("sent again as %s, was %s", got, id)
	}
	if got := w.texts("c:random", host); fmt.Sprint(got) != "[kept]" {
		t.Errorf("the room shows %q", got)
	}
	if n := len(w.bot.took(chat.Joined)); n != 0 {
		t.Errorf("the bot was told %d times more that it was added", n)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	w := newWorld(t, nil)
	const extra = 7
	for i := range keepPublic + extra {
		w.send(chat.Action{Key: chat.Key(fmt.Sprint("k", i)), Do: chat.Post, Channel: "random", Message: say(fmt.Sprint("n", i))}, "")
	}
	got := w.texts("c:random", host)
	if len(got) != keepPublic || got[0] != fmt.Sprint("n", extra) {
		t.Errorf("%d messages are kept, the oldest is %q", len(got), got[0])
	}
	if _, found, _ := w.Find(t.Context(), chat.Action{Key: "k0", Do: chat.Post}); found {
		t.Error("the key of a dropped message is kept")
	}
	records, err := w.cfg.DB.List(t.Context(), store.Prefix("key"), "", 2*keepPublic)
	if n := len(records); err != nil || n != keepPublic+1 { // and the first question's
		t.Errorf("%d keys are kept, %v", n, err)
	}
}

// A chatty room loses what people said, not the question that is open.
func TestAQuestionOutlivesTalk(t *testing.T) {
	w := newWorld(t, nil)
	w.send(chat.Action{Key: "question", Do: chat.Post, Channel: "random", Message: say("the question")}, "")
	for i := range keepPublic + 5 {
		err := w.history.update(t.Context(), func(c *change) error {
			_, err := c.add(message{Channel: "random", From: host, Text: fmt.Sprint("talk ", i)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := w.texts("c:random", host)
	if len(got) != keepPublic || got[0] != "the question" || got[1] != "talk 6" {
		t.Errorf("%d messages are kept, the oldest are %q", len(got), got[:2])
	}
}

func TestMessageIDsThatAreNone(t *testing.T) {
	w := newWorld(t, nil)
	for _, id := range []chat.MessageID{"", ".", "c:random", "c:random.x", "c:random.-1", chat.MessageID(strings.Repeat("9", 99))} {
		if _, err := w.history.message(t.Context(), id); !errors.Is(err, errNoMessage) {
			t.Errorf("%q: %v", id, err)
		}
	}
}
