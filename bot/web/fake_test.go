package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// fakeBot is a bot of a few verbs: enough to see every way in which a playground shows what a bot says.
type fakeBot struct {
	p *Playground

	mu     sync.Mutex
	events []chat.Event
	err    error // answered instead of anything
}

func (b *fakeBot) Handle(ctx context.Context, e chat.Event) (chat.Reply, error) {
	b.mu.Lock()
	b.events = append(b.events, e)
	err := b.err
	b.mu.Unlock()
	if err != nil {
		return chat.Reply{}, err
	}
	switch e.Kind {
	case chat.Joined:
		_, err := b.p.Send(ctx, chat.Action{Key: "post:1", Do: chat.Post, Workspace: Workspace, Channel: e.Channel, Message: question}, "")
		return chat.Reply{}, err
	case chat.Complete:
		var choices []chat.Choice
		for _, verb := range []string{"schedule", "settings", "help"} {
			if strings.HasPrefix(verb, e.Focus) {
				choices = append(choices, chat.Choice{Label: verb, Value: verb})
			}
		}
		return chat.Reply{Choices: choices}, nil
	case chat.Line:
		return chat.Reply{Message: &chat.Message{Blocks: []chat.Block{
			chat.Say(chat.Words("I read: "), chat.Literal(e.Text), chat.Words(fmt.Sprintf(" (typed: %t).", e.Typed))),
		}, Buttons: []chat.Button{{Label: "Answer here", Value: chat.Value{Look: true, Verb: "answer", Post: "1"}}}}}, nil
	case chat.Home:
		return chat.Reply{Message: &chat.Message{Blocks: []chat.Block{chat.Text("Welcome.")}}}, nil
	case chat.Click:
		return b.click(e), nil
	case chat.Submit:
		return b.submit(ctx, e)
	}
	return chat.Reply{}, nil
}

var question = chat.Message{
	Blocks: []chat.Block{
		chat.Say(chat.Strong("Question 12"), chat.Words(" · Python async · easy")),
		chat.Heading("What is asynchronous programming in Python?"),
	},
	Buttons: []chat.Button{
		{Label: "Answer", Value: chat.Value{Look: true, Verb: "answer", Post: "1"}, Main: true},
		{Label: "Say it aloud", Value: chat.Value{Verb: "aloud", Post: "1"}},
		{Label: "Hint, minus 1", Value: chat.Value{Verb: "hint", Post: "1"}},
		{Label: "More", Value: chat.Value{Look: true, Verb: "more", Post: "1"}},
	},
	After: []chat.Block{chat.Say(chat.Words("Two sentences are enough. Only you see your answer. Full points until "),
		chat.When(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), chat.DayTime, "Europe/Berlin"), chat.Words("; then the result."))},
}

func (b *fakeBot) click(e chat.Event) chat.Reply {
	switch e.Value.Verb {
	case "answer":
		return chat.Reply{Form: &chat.Form{
			Title: "Question 12", Submit: "Grade it", Value: chat.Value{Verb: "answered", Post: "1"},
			Intro: []chat.Block{chat.Heading("What is asynchronous programming in Python?")},
			Fields: []chat.Field{
				{Name: "answer", Label: "Your answer", Hint: "Two sentences are enough.", Kind: chat.LongField},
				{Name: "share", Label: "Afterwards", Kind: chat.ManyField, Optional: true, Choices: []chat.Choice{{Label: "Show my answer with the result", Value: "yes"}}},
			},
		}}
	case "hint":
		return chat.Reply{Message: &chat.Message{Blocks: []chat.Block{chat.Text("Hint: there are 5 points.")}, Buttons: []chat.Button{
			{Label: "Next hint", Value: chat.Value{Verb: "hint", Post: "1", Arg: "2"}},
		}}, Update: e.Value.Arg != ""}
	case "erase":
		return chat.Reply{Message: &chat.Message{Blocks: []chat.Block{chat.Text("Erased.")}}, Update: true, Forget: true}
	}
	return chat.Reply{}
}

func (b *fakeBot) submit(ctx context.Context, e chat.Event) (chat.Reply, error) {
	answer := e.Field("answer")
	if len(strings.Fields(answer)) < 4 {
		return chat.Reply{Errors: map[string]string{"answer": "Write at least four words: I compare them with the key points."}}, nil
	}
	if _, err := b.p.Send(ctx, chat.Action{
		Key: chat.Key("thread:" + e.ID.Name), Do: chat.Thread, Workspace: Workspace, Channel: "interview-prep", Target: "post:1",
		Message: chat.Message{Blocks: []chat.Block{chat.Say(chat.Who(e.Member), chat.Words(" shared: "), chat.Literal(answer))}},
	}, "c:interview-prep.1"); err != nil {
		return chat.Reply{}, err
	}
	edited := question
	edited.After = append(edited.After[:1:1], chat.Text("1 has answered"))
	if _, err := b.p.Send(ctx, chat.Action{Key: chat.EditKey("post:1"), Do: chat.Edit, Channel: "interview-prep", Target: "post:1", Message: edited}, "c:interview-prep.1"); err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Message: &chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("Question 12: I found 1 of 2 points.")),
			chat.List([]chat.Span{chat.Words("Found: "), chat.Literal("Other work runs while one task waits"), chat.Words(" ("), chat.Literal("“" + answer + "”"), chat.Words(")")},
				[]chat.Span{chat.Words("Not found: "), chat.Code("asyncio")}),
			chat.Text("I compare words and can miss a good phrase: your word counts."),
		},
		Buttons: []chat.Button{
			{Label: "Correct this", Value: chat.Value{Look: true, Verb: "correct", Post: "1"}},
			{Label: "Follow-up 1", Value: chat.Value{Verb: "hint", Post: "1", Arg: "f"}},
		},
	}}, nil
}

// took are the events of a kind that the bot has seen.
func (b *fakeBot) took(kind chat.Kind) []chat.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []chat.Event
	for _, e := range b.events {
		if e.Kind == kind {
			list = append(list, e)
		}
	}
	return list
}

func (b *fakeBot) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

// world is a running playground with its server.
type world struct {
	*Playground
	bot *fakeBot
	srv *httptest.Server
	t   *testing.T
}

func newWorld(t *testing.T, change func(*Config)) *world {
	t.Helper()
	cfg := Config{DB: store.Space(store.NewMemory(), "web"), SampleDelay: -1, Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&cfg)
	}
	p, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Playground: p, bot: &fakeBot{p: p}, srv: newServer(t, p.Handler()), t: t}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, w.bot) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-p.up:
	case err := <-done:
		t.Fatal(err)
	}
	return w
}

// newServer serves until the test ends; streams must have ended by then.
func newServer(t *testing.T, h http.Handler) *httptest.Server {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// browser is a client with a cookie jar of its own.
func (w *world) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}
