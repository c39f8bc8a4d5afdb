package quiz_test

import (
	"fmt"
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
func (m *machine) answered() string {
	for i := len(m.seen) - 1; i >= 0; i-- {
		if m.seen[i].key == "" {
			return bytesOf(m.t, m.seen[i].message)
		}
	}
	return ""
}

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

// TestAlone holds that who has the bot for themselves is offered a question, and nothing that needs a channel.
func TestAlone(t *testing.T) {
	m := newMachine(t, quiz.New(quiz.Config{Banks: machineBanks(t)}))
	reply := func(e chat.Event) string {
		e.Member, e.Room, e.Manager, e.Alone = "solo", "d:solo", true, true
		m.unmanaged(e)
		m.settle()
		return m.answered()
	}
	for _, text := range []string{"", "setup", "setup now", "schedule add 9:00 weekdays #team"} {
		got := reply(chat.Event{Kind: chat.Line, Text: text})
		if !strings.Contains(got, "A question now") || strings.Contains(got, "Set it up") || strings.Contains(got, "Save") {
			t.Errorf("%q is answered %s", text, got)
		}
	}
	if got := reply(chat.Event{Kind: chat.Click, Value: chat.Value{Look: true, Verb: "setup-form"}}); !strings.Contains(got, "A question now") {
		t.Errorf("an old button is answered %s", got)
	}
}

// TestRoleManages holds that whoever has a role that was named as manager manages, and nobody else.
func TestRoleManages(t *testing.T) {
	m := newMachine(t, quiz.New(quiz.Config{Banks: machineBanks(t)}))
	says := func(who chat.Member, manager bool, roles []chat.Member, text string) string {
		m.unmanaged(chat.Event{Kind: chat.Line, Member: who, Manager: manager, Roles: roles, Channel: "team", Room: "c:team", Text: text})
		m.settle()
		return m.answered()
	}
	const zone = "settings zone Asia/Tokyo"
	coach := []chat.Member{"&7", "&99"}
	if got := says("sam", false, coach, zone); !strings.Contains(got, "Only managers") {
		t.Errorf("before: %s", got)
	}
	if got := says("mira", true, nil, "settings managers <@&99>"); !strings.Contains(got, "99") {
		t.Errorf("naming a role: %s", got)
	}
	if got := says("sam", false, coach, zone); !strings.Contains(got, "Asia/Tokyo") {
		t.Errorf("with the role: %s", got)
	}
	for _, roles := range [][]chat.Member{nil, {"&7"}, {"99"}} {
		if got := says("ana", false, roles, zone); !strings.Contains(got, "Only managers") {
			t.Errorf("with %v: %s", roles, got)
		}
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

// TestTypedTwice holds that a button grades the text that it was shown with, not one that was typed after it.
func TestTypedTwice(t *testing.T) {
	m := newMachine(t, quiz.New(quiz.Config{Banks: machineBanks(t)}))
	m.line("sam", "", "PUT is idempotent, so sending it twice leaves the same state.")
	first := m.newest("grade-it")
	m.line("sam", "", "With POST the server chooses the address of the new resource.")
	second := m.newest("grade-it")
	if got := m.clicks("sam", first); !strings.Contains(got, "no longer open") {
		t.Errorf("the first text is gone, and its button says %s", got)
	}
	if got := m.clicks("sam", second); !strings.Contains(got, "I found 1 of 4 points") {
		t.Errorf("the second text: %s", got)
	}
}

// TestMoveTwice holds that a schedule moves only where its last announcement stands.
func TestMoveTwice(t *testing.T) {
	m := newMachine(t, quiz.New(quiz.Config{Banks: machineBanks(t)}))
	for _, to := range []string{"#other", "#" + longID} { // the outbox sends them in this order
		m.event(chat.Event{Kind: chat.Submit, Member: "mira", Channel: "team", Room: "c:team", Value: chat.Value{Verb: "move", Post: "s1"},
			Fields: map[string][]string{"channel": {to}}})
	}
	m.refusals["#"+longID] = chat.ReasonForbidden
	m.settle()
	m.line("mira", "team", "schedule list")
	if got := m.answered(); !strings.Contains(got, `"text":"team"`) {
		t.Errorf("the schedule is not where it was: %s", got)
	}
}

// TestErasedIsGone holds that after erasing no record names the member, and that erasing is decided in one way only.
func TestErasedIsGone(t *testing.T) {
	m := newMachine(t, quiz.New(quiz.Config{Banks: machineBanks(t)}))
	named := func(who chat.Member) (list []string) {
		records, err := m.db.List(t.Context(), "", "", 10000)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if strings.Contains(string(r.Ref)+string(r.Bytes), string(who)) {
				list = append(list, string(r.Ref))
			}
		}
		return list
	}
	post := m.newest("answer").Post
	for i := range 8 { // one alone may be decided alike twice by chance
		who := chat.Member(fmt.Sprintf("erasable%d", i))
		m.playsOne(who, post)
		if len(named(who)) < 8 {
			t.Fatalf("too little is kept to test erasing: %q", named(who))
		}
		m.clicks(who, chat.Value{Verb: "erase"})
		if left := named(who); len(left) > 0 {
			t.Errorf("still named in %q", left)
		}
	}
}

// playsOne does with a post what leaves traces.
func (m *machine) playsOne(who chat.Member, post string) {
	submit := func(v chat.Value, fields map[string][]string) {
		m.event(chat.Event{Kind: chat.Submit, Member: who, Channel: "team", Room: "c:team", Value: v, Fields: fields})
		m.settle()
	}
	m.clicks(who, chat.Value{Verb: "hint", Post: post})
	for part, text := range []string{
		"PUT is idempotent, so sending it twice leaves the same state.", "Doing it twice has the effect of doing it once.",
		"When the method is idempotent, or the server remembers an idempotency key.",
	} {
		submit(chat.Value{Verb: "answer", Post: post, Part: part, Arg: "1"}, map[string][]string{"answer": {text}})
	}
	submit(chat.Value{Verb: "correct", Post: post}, map[string][]string{"said": {"1", "2", "3"}, "words": {"as I said"}})
	submit(chat.Value{Verb: "name"}, map[string][]string{"how": {"nick"}, "nick": {"fox"}})
	m.clicks(who, chat.Value{Verb: "share-answer", Post: post})
	m.line(who, "", "question caching")
	m.line(who, "", "With POST the server chooses the address of the new resource.")
}
