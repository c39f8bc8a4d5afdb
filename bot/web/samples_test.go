package web

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/content"
	"greenroom/store"
)

var bank = &content.Bank{Name: "b", Questions: []content.Question{{
	Main: "What is asynchronous programming in Python?",
	KeyPoints: []content.KeyPoint{
		{Name: "waiting", Text: "Other work runs while one task waits. More of it."},
		{Name: "loop", Text: "An event loop decides what runs next"},
		{Name: "await", Text: "await marks the places where a coroutine may stop"},
	},
	FollowUps: []content.FollowUp{{Question: "And why?", KeyPoints: []content.KeyPoint{{Name: "It pays off for input and output"}}}},
}}}

// grader is a bot that opens forms, takes answers and asks for more.
type grader struct {
	p      *Playground
	mu     sync.Mutex
	events []chat.Event
	busy   int // how many events are refused first
}

func (g *grader) Handle(ctx context.Context, e chat.Event) (chat.Reply, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.Kind != chat.Joined && g.busy > 0 {
		g.busy--
		return chat.Reply{}, chat.ErrBusy
	}
	g.events = append(g.events, e)
	switch {
	case e.Kind == chat.Click && e.Value.Verb == verbAnswer:
		v := e.Value
		v.Look, v.Arg = false, "1"
		return chat.Reply{Form: &chat.Form{Value: v, Fields: []chat.Field{{Name: "answer", Kind: chat.LongField}, {Name: "note", Kind: chat.ShortField, Optional: true}}}}, nil
	case e.Kind == chat.Submit:
		return chat.Reply{Message: &chat.Message{Buttons: []chat.Button{
			{Label: "Show me", Value: chat.Value{Verb: verbAppear, Arg: "me"}},
			{Label: "Hide me", Value: chat.Value{Verb: verbAppear, Arg: "hidden"}},
			{Label: "Share", Value: chat.Value{Verb: verbShare, Post: e.Value.Post}},
		}}}, nil
	}
	return chat.Reply{}, nil
}

// deeds are what was done, in order: who, what, and the answer's text where it was one.
func (g *grader) deeds() (list, answers []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range g.events {
		if e.Kind == chat.Joined {
			continue
		}
		list = append(list, string(e.Member)+" "+string(e.Kind)+" "+e.Value.Encode())
		if e.Kind == chat.Submit {
			answers = append(answers, e.Field("answer"))
		}
	}
	return list, answers
}

func postOf(part int) chat.Message {
	m := chat.Message{Blocks: []chat.Block{chat.Text("Question 1"), chat.Heading("What is  asynchronous programming in Python?")}}
	if part > 0 {
		m.Blocks[1] = chat.Heading("And why?")
	}
	m.Buttons = []chat.Button{{Label: "Answer", Value: chat.Value{Look: true, Verb: verbAnswer, Post: "P", Part: part}}}
	return m
}

// play runs a playground in a bubble of its own time, does something, and returns when all is quiet after an hour.
func play(t *testing.T, db store.DB, g *grader, do func(*Playground)) {
	t.Helper()
	p, err := New(Config{DB: db, Banks: []*content.Bank{bank}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	g.p = p
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, g) }()
	synctest.Wait()
	do(p)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestSamplesAnswerThroughTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &grader{}
		db := store.Space(store.NewMemory(), "web")
		post := chat.Action{Key: "p", Do: chat.Post, Channel: prep, Message: postOf(0)}
		play(t, db, g, func(p *Playground) {
			id, err := p.Send(t.Context(), post, "")
			if err != nil {
				t.Fatal(err)
			}
			if list, _ := g.deeds(); len(list) != 0 {
				t.Errorf("the samples have answered at once: %q", list)
			}
			result := postOf(0)
			result.Buttons[0].Label = "Answer late, half points"
			for _, a := range []chat.Action{
				{Key: "f", Do: chat.Thread, Channel: prep, Message: postOf(1)}, {Key: "r", Do: chat.Thread, Channel: prep, Message: result},
			} {
				if _, err := p.Send(t.Context(), a, id); err != nil {
					t.Fatal(err)
				}
			}
		})
		list, answers := g.deeds()
		slices.Sort(list)
		want := []string{
			"ana click ?answer:P:0", "ana click appear::0:me", "ana submit answer:P:0:1",
			"mira click ?answer:P:0", "mira click ?answer:P:1", "mira click appear::0:me", "mira click appear::0:me", "mira click share-answer:P:0", "mira click share-answer:P:0",
			"mira submit answer:P:0:1", "mira submit answer:P:1:1",
			"sam click ?answer:P:0", "sam click ?answer:P:1", "sam click appear::0:me", "sam click appear::0:me", "sam submit answer:P:0:1", "sam submit answer:P:1:1",
		}
		if !slices.Equal(list, want) {
			t.Errorf("the samples did\n%s\nwant\n%s", strings.Join(list, "\n"), strings.Join(want, "\n"))
		}
		for _, a := range answers {
			if len(strings.Fields(a)) < 4 {
				t.Errorf("not an answer: %q", a)
			}
			if covers(a, "Other work") && covers(a, "event loop") && covers(a, "await marks") {
				t.Errorf("a sample knows everything: %q", a)
			}
		}
		// After a restart, everything has been answered.
		before := len(list)
		play(t, db, g, func(*Playground) {})
		if list, _ := g.deeds(); len(list) != before {
			t.Errorf("after a restart the samples do %q", list[before:])
		}
	})
}

func covers(answer, words string) bool { return strings.Contains(answer, words) }

func TestSamplesAreDeterministic(t *testing.T) {
	points := bank.Questions[0].KeyPoints
	seen := map[string]bool{}
	for who := range sampleMembers {
		a := compose(who, "What?", points)
		if a != compose(who, "What?", points) {
			t.Error("two answers to one question differ")
		}
		seen[a] = true
	}
	if len(seen) != len(sampleMembers) {
		t.Errorf("the samples say the same: %v", seen)
	}
}

// A sample whom the bot has no time for tries again, with the same ids; one that never succeeds gives up.
func TestSamplesTryAgain(t *testing.T) {
	for _, c := range []struct{ busy, answers int }{{2, 3}, {1000, 0}} {
		synctest.Test(t, func(t *testing.T) {
			g := &grader{busy: c.busy}
			play(t, store.Space(store.NewMemory(), "web"), g, func(p *Playground) {
				if _, err := p.Send(t.Context(), chat.Action{Key: "p", Do: chat.Post, Channel: prep, Message: postOf(0)}, ""); err != nil {
					t.Fatal(err)
				}
			})
			if _, answers := g.deeds(); len(answers) != c.answers {
				t.Errorf("busy %d times: %d answers", c.busy, len(answers))
			}
		})
	}
}

func TestSamplesLeaveAlone(t *testing.T) {
	unknown := postOf(0)
	unknown.Blocks[1] = chat.Heading("What is love?")
	synctest.Test(t, func(t *testing.T) {
		g := &grader{}
		play(t, store.Space(store.NewMemory(), "web"), g, func(p *Playground) {
			for _, a := range []chat.Action{
				{Key: "unknown", Do: chat.Post, Channel: prep, Message: unknown},
				{Key: "direct", Do: chat.Direct, Member: host, Message: postOf(0)},
				{Key: "none", Do: chat.Post, Channel: prep, Message: say("no button")},
			} {
				if _, err := p.Send(t.Context(), a, ""); err != nil {
					t.Fatal(err)
				}
			}
		})
		if list, _ := g.deeds(); len(list) != 0 {
			t.Errorf("the samples did %q", list)
		}
	})
}

// While the bot is shutting down, no call of it is under way once Run has returned.
func TestRunReturnsAfterItsLastCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := New(Config{DB: store.Space(store.NewMemory(), "web"), SampleDelay: -1})
		if err != nil {
			t.Fatal(err)
		}
		slow := &slowBot{}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx, slow) }()
		synctest.Wait()
		go func() { _, _ = p.handle(t.Context(), chat.Event{Kind: chat.Line}) }()
		synctest.Wait()
		cancel()
		if err := <-done; err != nil || !slow.returned {
			t.Errorf("Run returned %v; its call had returned: %t", err, slow.returned)
		}
		if _, err := p.handle(t.Context(), chat.Event{Kind: chat.Line}); !errors.Is(err, chat.ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
	})
}

type slowBot struct{ returned bool }

func (b *slowBot) Handle(_ context.Context, e chat.Event) (chat.Reply, error) {
	if e.Kind == chat.Line {
		time.Sleep(time.Minute) // of the bubble's time
		b.returned = true
	}
	return chat.Reply{}, nil
}

// A sample's answer fits into the form, whatever the bank holds.
func TestSamplesAreBrief(t *testing.T) {
	point := content.KeyPoint{Name: "a long story", Text: strings.Repeat("word ", 1000)}
	got := compose(0, "q", []content.KeyPoint{point, point, point, point, point})
	if len(got) > chat.MaxAnswer || !strings.Contains(got, "a long story.") {
		t.Errorf("the answer has %d bytes: %.200s", len(got), got)
	}
}
