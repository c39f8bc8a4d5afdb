package quiz_test

import (
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
)

// newest is the value of the newest button of a verb.
func (m *machine) newest(verb string) chat.Value {
	for i := len(m.seen) - 1; i >= 0; i-- {
		for _, b := range m.seen[i].message.Buttons {
			if b.Value.Verb == verb {
				return b.Value
			}
		}
	}
	m.t.Fatalf("no button %q stands anywhere", verb)
	return chat.Value{}
}

// answered is what the newest reply says.
func (m *machine) answered() string { return bytesOf(m.t, m.seen[len(m.seen)-1].message) }

func (m *machine) clicks(who chat.Member, v chat.Value) string {
	m.event(chat.Event{Kind: chat.Click, Member: who, Channel: "team", Room: "c:team", Value: v})
	m.settle()
	return m.answered()
}

// TestForeign holds that a question on demand is its member's own, whatever others click.
func TestForeign(t *testing.T) {
	m := newMachine(t, quiz.New(quiz.Config{Banks: machineBanks(t)}))
	m.line("sam", "team", "question caching")
	post := m.newest("more").Post
	for _, verb := range []string{"hint", "points", "tick", "show", "full", "flag", "not-today", "share-answer", "share-result", "grade-it"} {
		got := m.clicks("ana", chat.Value{Verb: verb, Post: post})
		if want := "This is no longer open."; !strings.Contains(got, want) {
			t.Errorf("ana clicks %s on sam's question: %s", verb, got)
		}
	}
	for _, verb := range []string{"answer", "mine", "correct", "aloud", "more", "follow"} {
		got := m.clicks("ana", chat.Value{Look: true, Verb: verb, Post: post, Part: 0})
		if want := "This is no longer open."; !strings.Contains(got, want) {
			t.Errorf("ana clicks %s on sam's question: %s", verb, got)
		}
	}
	if got := m.clicks("sam", chat.Value{Verb: "hint", Post: post}); !strings.Contains(got, "In a word each") {
		t.Errorf("sam clicks hint: %s", got)
	}
}

// TestBankTakenAway holds that a schedule which selects nothing any more tells its keeper once, and again only after it
// had something to ask.
func TestBankTakenAway(t *testing.T) {
	banks := machineBanks(t)
	with, without := quiz.New(quiz.Config{Banks: banks}), quiz.New(quiz.Config{Banks: content.NewIndex(nil)})
	m := newMachine(t, with)
	told := func() (n int) {
		for _, s := range m.seen {
			if s.only == "mira" && strings.Contains(bytesOf(t, s.message), "There is no question for ") {
				n++
			}
		}
		return n
	}
	for i, c := range []struct {
		engine *quiz.Engine
		told   int
	}{{without, 1}, {with, 1}, {without, 2}} {
		m.engine = c.engine
		m.pass(72 * time.Hour)
		if got := told(); got != c.told {
			t.Errorf("step %d: told %d times, want %d", i, got, c.told)
		}
	}
	if got := m.clicks("mira", chat.Value{Verb: "run", Post: "s1"}); !strings.Contains(got, "There is no question for ") {
		t.Errorf("to run it says %s", got)
	}
}

// TestKeeperInDirectMessage holds that where a platform does not tell who manages, in a direct message, the keeper of a
// schedule may do what the message about its trouble offers, and nobody else.
func TestKeeperInDirectMessage(t *testing.T) {
	m := newMachine(t, quiz.New(quiz.Config{Banks: machineBanks(t)}))
	pause := chat.Event{Kind: chat.Click, Value: chat.Value{Verb: "pause", Post: "s1"}}
	by := func(who chat.Member, where chat.Channel) string {
		e := pause
		e.Member, e.Channel, e.Room = who, where, chat.DirectRoom(who)
		m.unmanaged(e)
		return m.answered()
	}
	for _, c := range []struct {
		who   chat.Member
		where chat.Channel
		says  string
	}{{"sam", "", "Only managers"}, {"mira", "team", "Only managers"}, {"mira", "", "Paused"}} {
		if got := by(c.who, c.where); !strings.Contains(got, c.says) {
			t.Errorf("%s in %q: %s", c.who, c.where, got)
		}
	}
}
