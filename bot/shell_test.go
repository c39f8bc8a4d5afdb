package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"greenroom/bot/chat"
	"greenroom/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// toy is an engine made of functions.
type toy struct {
	step func(*store.Draft, chat.Event) (chat.Reply, error)
	look func(store.View, chat.Event) (chat.Reply, error)
}

func (t toy) Step(d *store.Draft, e chat.Event) (chat.Reply, error) { return t.step(d, e) }
func (t toy) Look(v store.View, e chat.Event) (chat.Reply, error)   { return t.look(v, e) }
func (t toy) Looks(e chat.Event) bool                               { return e.Looks() }

// fake is a platform made of functions; it remembers what it posted, in order.
type fake struct {
	run  func(context.Context, chat.Handler) error
	send func(chat.Action, chat.MessageID) (chat.MessageID, error) // asked first; nil posts
	find func(chat.Action) (chat.MessageID, bool, error)           // nil looks among what was posted

	mu     sync.Mutex
	posted []chat.Action
}

func (f *fake) Run(ctx context.Context, h chat.Handler) error {
	if f.run != nil {
		return f.run(ctx, h)
	}
	<-ctx.Done()
	return nil
}

func (f *fake) Send(_ context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	if f.send != nil {
		return f.send(a, target)
	}
	return f.post(a), nil
}

func (f *fake) post(a chat.Action) chat.MessageID {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posted = append(f.posted, a)
	return chat.MessageID(fmt.Sprintf("m%d", len(f.posted)))
}

func (f *fake) Find(_ context.Context, a chat.Action) (chat.MessageID, bool, error) {
	if f.find != nil {
		return f.find(a)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, p := range f.posted {
		if p.Key == a.Key {
			return chat.MessageID(fmt.Sprintf("m%d", i+1)), true, nil
		}
	}
	return "", false, nil
}

func (f *fake) keys() []chat.Key {
	f.mu.Lock()
	defer f.mu.Unlock()
	var keys []chat.Key
	for _, a := range f.posted {
		keys = append(keys, a.Key)
	}
	return keys
}

// news collects the events that the shell makes by itself.
type news struct {
	mu     sync.Mutex
	events []chat.Event
}

func (n *news) step(d *store.Draft, e chat.Event) (chat.Reply, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.events = append(n.events, e)
	return chat.Reply{}, nil
}

func (n *news) of(kind chat.Kind) []chat.Event {
	n.mu.Lock()
	defer n.mu.Unlock()
	var some []chat.Event
	for _, e := range n.events {
		if e.Kind == kind {
			some = append(some, e)
		}
	}
	return some
}

// start runs a bot in the test's bubble and returns how to stop it in order.
func start(t *testing.T, c Config) (b *Bot, stop func()) {
	t.Helper()
	b = New(c)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	synctest.Wait()
	return b, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func click(name, room string) chat.Event {
	return chat.Event{
		ID: chat.EventID{At: time.Now(), Name: name}, Kind: chat.Click, Workspace: "fake:w", Room: chat.Room(room),
		Member: "ann", At: time.Now(), Value: chat.Value{Verb: "answer"},
	}
}

func post(key, channel string) chat.Action {
	return chat.Action{
		Key: chat.Key(key), Do: chat.Post, Workspace: "fake:w", Channel: chat.Channel(channel), Room: chat.Room("c:" + channel),
		Message: chat.Message{Blocks: []chat.Block{chat.Text(key)}}, Until: time.Now().Add(4 * time.Hour), Tell: true,
	}
}

func rowOf(t testing.TB, a chat.Action) store.Row {
	t.Helper()
	body, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return store.Row{Key: string(a.Key), Place: a.Place(), Body: body}
}

func commit(t testing.TB, db store.DB, u store.Unit) {
	t.Helper()
	if err := db.Commit(context.Background(), u); err != nil {
		t.Fatal(err)
	}
}

func wakeRow(t testing.TB, name string, at time.Time, e chat.Event) store.Wake {
	t.Helper()
	body, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return store.Wake{Name: name, At: at, Body: body}
}

// clean checks that nothing is left in the store that a quiet bot should not keep.
func clean(t *testing.T, db store.DB) {
	t.Helper()
	ctx := context.Background()
	rows, err := db.Outbox(ctx, "", 10)
	if err != nil || len(rows) > 0 {
		t.Errorf("outbox holds %d rows, %v", len(rows), err)
	}
	marks, err := db.List(ctx, shellSpace+store.Prefix("tried"), "", 10)
	if err != nil || len(marks) > 0 {
		t.Errorf("%d marks are left, %v", len(marks), err)
	}
	wakes, err := db.Due(ctx, time.Now(), 10)
	if err != nil || len(wakes) > 0 {
		t.Errorf("%d wake rows are due, %v", len(wakes), err)
	}
}

var errBroken = errors.New("connection reset")
