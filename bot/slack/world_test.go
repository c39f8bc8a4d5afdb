package slack

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// everyScope is what Greenroom may ask for.
var everyScope = []string{
	"commands", "chat:write", "im:write", "im:history", "users:read", "app_mentions:read", "channels:read", "groups:read",
	"channels:history", "groups:history",
}

// world is the adapter at a fake Slack, with a bot that does what a test says. It lives in a bubble of testing/synctest.
type world struct {
	*testing.T
	fake  *slackfake.Fake
	hill  *slackfake.Workspace
	slack *Slack
	bot   *puppet
	token string
	log   *logged

	end   context.CancelFunc
	ended chan struct{} // closed when Run has returned
	err   error         // what it returned
}

// logged is a log that can be read while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// puppet is a bot. It keeps what it was handed.
type puppet struct {
	mu     sync.Mutex
	events []chat.Event
	do     func(context.Context, chat.Event) (chat.Reply, error)
}

func (p *puppet) Handle(ctx context.Context, e chat.Event) (chat.Reply, error) {
	p.mu.Lock()
	p.events = append(p.events, e)
	do := p.do
	p.mu.Unlock()
	return do(ctx, e)
}

func (p *puppet) will(do func(context.Context, chat.Event) (chat.Reply, error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.do = do
}

// got is what the bot was handed so far, and forgets it.
func (p *puppet) got() []chat.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	events := p.events
	p.events = nil
	return events
}

// says is a reply of one line.
func says(text string) chat.Reply {
	return chat.Reply{Message: &chat.Message{Blocks: []chat.Block{chat.Text(text)}}}
}

func saying(text string) func(context.Context, chat.Event) (chat.Reply, error) {
	return func(context.Context, chat.Event) (chat.Reply, error) { return says(text), nil }
}

// saysAfter is a bot that takes its time.
func saysAfter(d time.Duration, text string) func(context.Context, chat.Event) (chat.Reply, error) {
	return func(ctx context.Context, _ chat.Event) (chat.Reply, error) {
		if !sleep(ctx, d) {
			return chat.Reply{}, ctx.Err()
		}
		return says(text), nil
	}
}

// oneAnswerForm asks for one answer.
var oneAnswerForm = chat.Form{
	Title: "Question 12", Submit: "Send", Value: chat.Value{Verb: "answer", Post: "C0PREP/12", Arg: "1"},
	Fields: []chat.Field{{Name: "answer", Label: "Your answer", Kind: chat.LongField}},
}

// opensForm is a bot whose buttons open a form.
func opensForm(then func(context.Context, chat.Event) (chat.Reply, error)) func(context.Context, chat.Event) (chat.Reply, error) {
	return func(ctx context.Context, e chat.Event) (chat.Reply, error) {
		if e.Kind == chat.Submit {
			return then(ctx, e)
		}
		return chat.Reply{Form: &oneAnswerForm}, nil
	}
}

// way is how Slack reaches the adapter.
type way string

const (
	bySocket way = "socket"
	byHTTP   way = "http"
)

// inWorld runs a test in a world of its own.
func inWorld(t *testing.T, by way, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, by, slackfake.Config{})
		w.start()
		test(w)
		if err := w.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// bothWays runs a test over Socket Mode and over HTTP.
func bothWays(t *testing.T, test func(w *world)) {
	t.Helper()
	for _, by := range []way{bySocket, byHTTP} {
		t.Run(string(by), func(t *testing.T) { inWorld(t, by, test) })
	}
}

// newWorld is a world in which nothing runs yet.
func newWorld(t *testing.T, by way, fake slackfake.Config) *world {
	w := &world{T: t, fake: slackfake.New(fake), bot: &puppet{do: saying("Hello.")}, log: &logged{}}
	t.Cleanup(w.fake.Close)
	w.furnish(by)
	return w
}

// furnish puts people and a channel into the fake, and makes the adapter.
func (w *world) furnish(by way) {
	w.Helper()
	w.hill = w.fake.AddWorkspace("T0HILL")
	w.hill.AddPerson(slackfake.Person{ID: "U0MIRA", Name: "Mira", TZ: "Europe/Berlin", Locale: "de-DE", Admin: true})
	w.hill.AddPerson(slackfake.Person{ID: "U0SAM", Name: "Sam", TZ: "Asia/Tokyo"})
	w.token = w.hill.Install(everyScope...)
	w.hill.AddChannel("C0PREP", "interview-prep", false, "U0MIRA", "U0SAM", w.hill.Bot())
	cfg := Config{
		DB: store.NewMemory(), Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		BotToken: w.token, API: w.fake.API(), Dial: w.fake.Dial,
	}
	if by == bySocket {
		cfg.AppToken = fakeAppToken
	} else {
		cfg.SigningSecret = fakeSigningSecret
	}
	var err error
	if w.slack, err = New(cfg); err != nil {
		w.Fatal(err)
	}
	if by == byHTTP {
		w.fake.DeliverTo(slackfake.Hooks{Handler: w.slack.Hooks()})
	}
}

// What the fake has when it is not told otherwise.
const (
	fakeAppToken      = "xapp-1-fake"
	fakeSigningSecret = "fake-signing-secret"
)

// start runs the adapter and returns when it is connected.
func (w *world) start() {
	ctx, end := context.WithCancel(context.Background())
	w.end, w.ended = end, make(chan struct{})
	go func() {
		w.err = w.slack.Run(ctx, w.bot)
		close(w.ended)
	}()
	w.Cleanup(func() { _ = w.stop() }) // a test that failed half-way stops here
	synctest.Wait()
}

// stop ends Run and gives what it returned.
func (w *world) stop() error {
	w.end()
	<-w.ended
	return w.err
}

// again makes Slack deliver the last payload once more, a second later: over HTTP it signs it anew.
func (w *world) again() {
	w.Helper()
	time.Sleep(time.Second)
	w.must(w.hill.Redeliver())
	synctest.Wait()
}

// whispers is what only a person sees in channels, in words.
func (w *world) whispers(user string) []string {
	var texts []string
	for _, m := range w.hill.Ephemerals(user) {
		texts = append(texts, strings.TrimSpace(m.Plain))
	}
	return texts
}

// directs is what the bot wrote to a person.
func (w *world) directs(user string) []string {
	var texts []string
	for _, m := range w.hill.Directs(user) {
		if m.User == w.hill.Bot() {
			texts = append(texts, strings.TrimSpace(m.Plain))
		}
	}
	return texts
}

// top is the modal that a person looks at, in words; empty without one.
func (w *world) top(user string) string {
	views := w.hill.Views(user)
	if len(views) == 0 {
		return ""
	}
	return strings.TrimSpace(views[len(views)-1].Plain)
}

// must ends the test where a person saw trouble.
func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v\n%s", err, w.log)
	}
}

// want compares.
func (w *world) want(what string, got, want any) {
	w.Helper()
	if g, wanted := fmt.Sprint(got), fmt.Sprint(want); g != wanted {
		w.Errorf("%s: %s, want %s\n%s", what, g, wanted, w.log)
	}
}

// kinds is what kinds of events there are.
func kinds(events []chat.Event) (kinds []chat.Kind) {
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// post puts a message with one button into the channel, by Send, and gives its place.
func (w *world) post() slackfake.Place {
	w.Helper()
	_, err := w.slack.Send(w.Context(), chat.Action{
		Key: "post/C0PREP/12", Do: chat.Post, Workspace: "slack:T0HILL", Channel: "C0PREP",
		Message: chat.Message{
			Blocks:  []chat.Block{chat.Text("Question 12")},
			Buttons: []chat.Button{{Label: "Answer", Value: chat.Value{Look: true, Verb: "answer", Post: "C0PREP/12"}}},
		},
	}, "")
	if err != nil {
		w.Fatal(err)
	}
	messages := w.hill.Messages("C0PREP")
	i := slices.IndexFunc(messages, func(m slackfake.Message) bool { return len(m.Buttons) > 0 })
	if i < 0 {
		w.Fatal("the post has no button")
	}
	return messages[i].Place()
}
