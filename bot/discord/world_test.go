package discord

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
	"greenroom/bot/discord/discordfake"
	"greenroom/store"
)

// world is the adapter between a fake Discord and a bot that is a puppet, within a synctest bubble.
type world struct {
	*testing.T
	fake    *discordfake.Fake
	hill    *discordfake.Guild
	discord *Discord
	db      store.DB
	bot     *puppet
	log     *logged
	by      way
	off     time.Duration // how much the adapter's clock is ahead
	end     context.CancelFunc
	ended   chan struct{}
	err     error
}

const (
	hillID  = "197038439483310086"
	sam     = "80351110224678913"
	inGreen = "290926798626358555" // a channel of another guild
)

// puppet is a bot that does as it is told.
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

// got is what people did that the bot was handed so far, and forgets it.
func (p *puppet) got() (events []chat.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		if e.Member != "" {
			events = append(events, e)
		}
	}
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
	Title: "Question 12", Submit: "Send", Value: chat.Value{Verb: "answer", Post: "12", Arg: "1"},
	Fields: []chat.Field{{Name: "answer", Label: "Your answer", Kind: chat.LongField}},
}

// opensForm is a bot whose buttons open a form.
func opensForm(then func(context.Context, chat.Event) (chat.Reply, error)) func(context.Context, chat.Event) (chat.Reply, error) {
	return func(ctx context.Context, e chat.Event) (chat.Reply, error) {
		if e.Kind == chat.Click {
			return chat.Reply{Form: &oneAnswerForm}, nil
		}
		return then(ctx, e)
	}
}

// logged holds what was logged.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// way is how interactions reach the adapter.
type way string

const (
	byGateway way = "gateway"
	byHTTP    way = "http"
)

// inWorld runs a test in a world of its own.
func inWorld(t *testing.T, by way, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, by, discordfake.Config{})
		w.start()
		test(w)
		if err := w.stop(); err != nil {
			t.Errorf("Run: %v\n%s", err, w.log)
		}
		w.want("what Discord complains of", w.fake.Complaints(), []string{})
	})
}

// bothWays runs a test by the gateway and over HTTP.
func bothWays(t *testing.T, test func(w *world)) {
	t.Helper()
	for _, by := range []way{byGateway, byHTTP} {
		t.Run(string(by), func(t *testing.T) { inWorld(t, by, test) })
	}
}

// newWorld is a world in which nothing runs yet: Mira manages a guild, Sam plays in it.
func newWorld(t *testing.T, by way, cfg discordfake.Config) *world {
	time.Sleep(time.Until(nine)) // a bubble begins before the first id of Discord's
	w := &world{T: t, fake: discordfake.New(cfg), bot: &puppet{do: saying("Hello.")}, log: &logged{}, db: store.NewMemory(), by: by}
	t.Cleanup(w.fake.Close)
	w.hill = w.fake.AddGuild(hillID)
	w.hill.AddMember(discordfake.Person{ID: mira, Name: "Mira", Locale: "de", ManageGuild: true})
	w.hill.AddMember(discordfake.Person{ID: sam, Name: "Sam", Roles: []string{"coach"}})
	w.hill.AddChannel(discordfake.Channel{ID: prep, Name: "interview-prep"})
	w.hill.Install()
	w.adapter()
	return w
}

// adapter makes the adapter, as a new process does over the same store.
func (w *world) adapter() {
	w.Helper()
	cfg := Config{
		DB: w.db, Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: func() time.Time { return time.Now().Add(w.off) }, Token: w.fake.Token(), API: w.fake.API(), Dial: w.fake.Dial,
	}
	if w.by == byHTTP {
		cfg.PublicKey = w.fake.PublicKey()
	}
	var err error
	if w.discord, err = New(cfg); err != nil {
		w.Fatal(err)
	}
}

// start runs the adapter and returns when it is connected and has nothing more to do.
func (w *world) start() {
	w.Helper()
	ctx, end := context.WithCancel(context.Background())
	w.end, w.ended = end, make(chan struct{})
	go func(ended chan struct{}) {
		w.err = w.discord.Run(ctx, w.bot)
		close(ended)
	}(w.ended)
	w.Cleanup(func() { _ = w.stop() }) // a test that failed half-way stops here
	within, enough := context.WithTimeout(ctx, 10*time.Minute)
	defer enough()
	if err := w.fake.AwaitShards(within, 1); err != nil {
		w.Fatalf("%v\n%s", err, w.log)
	}
	w.quiet() // commands are registered one after the other
	if w.by == byHTTP {
		w.must(w.fake.DeliverTo(context.Background(), discordfake.Hooks{Handler: w.discord.Hooks()}))
	}
}

// stop ends Run and gives what it returned.
func (w *world) stop() error {
	w.end()
	<-w.ended
	return w.err
}

// quiet waits until nothing goes on: requests are spread over time.
func (w *world) quiet() {
	time.Sleep(2 * time.Second)
	synctest.Wait()
}

// pass lets days go by, in which no process runs.
func (w *world) pass(days int) {
	w.Helper()
	w.restart(func() { time.Sleep(time.Duration(days) * 24 * time.Hour) })
}

// whispers is what only a person sees in channels, in words.
func (w *world) whispers(user string) (texts []string) {
	for _, m := range w.fake.Ephemerals(user) {
		texts = append(texts, strings.TrimSpace(m.Plain))
	}
	return texts
}

// directs is what the bot wrote to a person.
func (w *world) directs(user string) (texts []string) {
	for _, m := range w.fake.Directs(user) {
		if m.Author == w.fake.AppID() {
			texts = append(texts, strings.TrimSpace(m.Plain))
		}
	}
	return texts
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

// inPrep is the channel of the guild.
var inPrep = discordfake.Place{Channel: prep}

// post puts a message with one button into a channel and gives its place.
func (w *world) post() discordfake.Place {
	w.Helper()
	a := chat.Action{
		Key: "post/12", Do: chat.Post, Workspace: guild, Channel: prep,
		Message: chat.Message{
			Blocks:  []chat.Block{chat.Text("Question 12")},
			Buttons: []chat.Button{{Label: "Answer", Value: chat.Value{Look: true, Verb: "answer", Post: "12"}}},
		},
	}
	if _, err := w.discord.Send(w.Context(), a, ""); err != nil {
		w.Fatal(err)
	}
	messages := w.fake.Messages(prep)
	i := slices.IndexFunc(messages, func(m discordfake.Message) bool { return len(m.Buttons) > 0 })
	if i < 0 {
		w.Fatal("the post has no button")
	}
	return discordfake.Place{Channel: prep, Message: messages[i].ID}
}

// answers has a person click Answer and submit.
func (w *world) answers(user, text string) error {
	w.Helper()
	w.must(w.fake.Click(user, w.post(), "Answer"))
	return w.fake.Submit(user, map[string][]string{"answer": {text}})
}
