package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"greenroom/bot"
	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/content/library"
	"greenroom/store"
	"greenroom/store/bolt"
)

// teams is a platform on which everything goes well; it tells which posts can be answered.
type teams struct {
	mu      sync.Mutex
	answers map[chat.Workspace]chat.Value // of each team's post, the button to answer
	sent    int
}

func (*teams) Run(ctx context.Context, _ chat.Handler) error { <-ctx.Done(); return nil }

func (c *teams) Send(_ context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent++
	for _, b := range a.Message.Buttons {
		if b.Value.Verb == "answer" && a.Do == chat.Post {
			c.answers[a.Workspace] = b.Value
		}
	}
	if target != "" && a.Do != chat.Thread {
		return target, nil
	}
	return chat.MessageID(fmt.Sprint("m", c.sent)), nil
}

func (*teams) Find(context.Context, chat.Action) (chat.MessageID, bool, error) {
	return "", false, chat.ErrCannotTell
}

func (c *teams) posts() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.answers)
}

// withPosts sets up a schedule for each of n teams and returns a bot with an open post in the room of each.
func withPosts(t testing.TB, db store.DB, n int) (*bot.Bot, map[chat.Workspace]chat.Value) {
	t.Helper()
	banks, _ := library.Banks()
	platform := &teams{answers: map[chat.Workspace]chat.Value{}}
	config := bot.Config{
		DB: db, Engine: quiz.New(quiz.Config{Banks: content.NewIndex(banks)}), Log: slog.New(slog.DiscardHandler),
		Platforms: map[string]chat.Platform{"bench": platform},
	}
	b := bot.New(config)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	for i := range n {
		e := event(chat.Line, chat.Workspace(fmt.Sprint("bench:w", i)), "keeper", fmt.Sprint("setup", i))
		e.Text, e.Manager = "setup 9:00 weekdays UTC now", true
		if _, err := b.Handle(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	quiet := func() bool {
		h := b.Health(ctx)
		return platform.posts() == n && h.Rooms+h.Outbox == 0 && h.OldestDue == nil
	}
	for end := time.Now().Add(time.Minute); !quiet(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of %d teams have a post: %+v", platform.posts(), n, b.Health(ctx))
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return bot.New(config), platform.answers // a new one, which does nothing but handle events
}

func event(kind chat.Kind, w chat.Workspace, member, name string) chat.Event {
	now := time.Now()
	return chat.Event{
		ID: chat.EventID{At: now, Name: name}, Kind: kind, Workspace: w, Channel: "prep",
		Room: chat.ChannelRoom("prep"), Member: chat.Member(member), At: now,
	}
}

const answer = "One thread works on many tasks: while one task waits for the network the event loop runs another. " +
	"The keywords async and await mark where a function may pause. It pays off for I/O and not for computation."

// answerOnce is a new member's answer to the post of a team, taken and graded.
func answerOnce(ctx context.Context, b *bot.Bot, w chat.Workspace, v chat.Value, n int) (chat.Reply, error) {
	e := event(chat.Submit, w, fmt.Sprint("member", n), fmt.Sprint("answer ", w, " ", n))
	v.Look, v.Arg = false, "1"
	e.Value, e.Fields = v, map[string][]string{"answer": {answer}}
	return b.Handle(ctx, e)
}

func open(t testing.TB) store.DB {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "greenroom.db"), bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// What the benchmark measures happens: an answer is graded, and its points stand on the board.
func TestAnAnswerOnItsWholeWay(t *testing.T) {
	db := open(t)
	b, posts := withPosts(t, db, 2)
	for w, v := range posts {
		reply, err := answerOnce(t.Context(), b, w, v, 1)
		if err != nil || reply.Message == nil {
			t.Fatalf("%+v, %v", reply, err)
		}
		scores, err := db.Top(t.Context(), store.Board{Workspace: string(w)}, 5)
		if err != nil || len(scores) != 1 || scores[0].N < 8 {
			t.Errorf("board of %s: %+v, %v", w, scores, err)
		}
	}
}

// BenchmarkAnswer is a graded answer through room, engine and bbolt commit, in one room and in those of many teams at a
// time.
func BenchmarkAnswer(b *testing.B) {
	for _, rooms := range []int{1, 256} {
		b.Run(fmt.Sprint(rooms), func(b *testing.B) {
			greenroom, posts := withPosts(b, open(b), rooms)
			for w, v := range posts { // the question's rubric is prepared once, by the first answer
				if _, err := answerOnce(b.Context(), greenroom, w, v, -1); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			var all sync.WaitGroup
			i := 0
			for w, v := range posts {
				share := b.N / rooms
				if i < b.N%rooms {
					share++
				}
				i++
				all.Go(func() {
					for n := range share {
						if _, err := answerOnce(b.Context(), greenroom, w, v, n); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
		})
	}
}

// BenchmarkBusyRoom is graded answers to one post from 32 members at a time, as when a question has just been posted.
func BenchmarkBusyRoom(b *testing.B) {
	greenroom, posts := withPosts(b, open(b), 1)
	for w, v := range posts {
		const members = 32
		var all sync.WaitGroup
		b.ResetTimer()
		for m := range members {
			all.Go(func() {
				for n := m; n < b.N; n += members {
					if _, err := answerOnce(b.Context(), greenroom, w, v, n); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
}
