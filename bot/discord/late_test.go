package discord

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
)

// A process that dies after "working on it" leaves that standing; the next one brings it to an end, whatever was asked for.
func TestThinkingIsNotLeft(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.bot.will(opensForm(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
			<-ctx.Done()
			return chat.Reply{}, ctx.Err()
		}))
		w.must(w.answers(sam, "An event loop"))
		w.must(w.fake.Command(mira, inPrep, "greenroom"))
		w.want("is thinking", w.fake.Ephemerals(sam)[0].Thinking && w.fake.Ephemerals(mira)[0].Thinking, true)
		w.restart(func() {
			w.bot.got()
			w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) { return chat.Reply{}, nil }) // the grade is its own message
		})
		w.want("handed over", kinds(w.bot.got()), []chat.Kind{chat.Submit})
		for _, user := range []string{sam, mira} {
			if shown := w.fake.Ephemerals(user); shown[0].Thinking || !strings.Contains(shown[0].Plain, "restarted") {
				t.Errorf("%s still sees %+v", user, shown)
			}
		}
	})
}

// What an earlier process has shown stays as it is when the same comes again, however long it takes this time.
func TestShownStays(t *testing.T) {
	for _, takes := range []time.Duration{0, 2 * time.Second} {
		inWorld(t, byGateway, func(w *world) {
			w.bot.will(opensForm(saying("3 of 5")))
			w.must(w.answers(sam, "An event loop"))
			w.want("shown", w.whispers(sam), []string{"3 of 5"})
			w.discord.told = told{} // as in a process that never heard of it
			w.bot.will(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
				sleep(ctx, takes) // and the store has seen it
				return chat.Reply{}, nil
			})
			w.want("brought again", w.fake.Redeliver("INTERACTION_CREATE"), true)
			time.Sleep(takes)
			w.quiet()
			w.want("shown", w.whispers(sam), []string{"3 of 5"})
		})
	}
}

// "Working on it" of an earlier process becomes the reply, where there is time for one.
func TestThinkingIsFilled(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.bot.will(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
			<-ctx.Done()
			return chat.Reply{}, ctx.Err()
		})
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.discord.told = told{}
		w.bot.will(saying("Hello."))
		w.want("brought again", w.fake.Redeliver("INTERACTION_CREATE"), true)
		w.quiet()
		w.want("shown", w.whispers(sam), []string{"Hello."})
	})
}

// A process that took a submission and died before it could say so has left the bot with an event that it has seen: the next process asks
// for the grade under another name, and once only where the first has shown it.
func TestTakenAndNotSaid(t *testing.T) {
	for name, test := range map[string]struct {
		shown bool // by the first process
		late  bool // when the next one gets it
		want  []string
	}{
		"in time":        {false, false, []string{"interaction/", "again/interaction/"}},
		"late":           {false, true, []string{"again/interaction/"}},
		"late and shown": {true, true, []string{"interaction/"}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, byGateway, func(w *world) {
				w.bot.will(opensForm(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
					if test.shown {
						return says("3 of 5"), nil
					}
					<-ctx.Done() // as if the process died after the commit
					return chat.Reply{}, ctx.Err()
				}))
				w.must(w.fake.Click(sam, w.post(), "Answer"))
				answered := make(chan struct{})
				go func() {
					defer close(answered)
					w.fake.Submit(sam, map[string][]string{"answer": {"An event loop"}})
				}()
				time.Sleep(time.Second)
				if test.late {
					<-answered
					time.Sleep(3 * time.Second)
				}
				synctest.Wait()
				w.discord.told = told{} // as in a process that never heard of it
				w.bot.got()
				w.bot.will(func(_ context.Context, e chat.Event) (chat.Reply, error) {
					if !strings.HasPrefix(e.ID.Name, "again/") || e.Expired { // seen before, or its grade is a message of its own
						return chat.Reply{}, nil
					}
					return says("3 of 5, again"), nil
				})
				w.want("brought again", w.fake.Redeliver("INTERACTION_CREATE"), true)
				w.quiet()
				<-answered
				var names []string
				for _, e := range w.bot.got() {
					names = append(names, strings.TrimRight(e.ID.Name, "0123456789"))
				}
				w.want("handed over", names, test.want)
				if !test.late {
					w.want("shown", w.whispers(sam), []string{"3 of 5, again"})
				}
			})
		})
	}
}

// An id that claims to be of the future makes nobody else late.
func TestIdOfTheFuture(t *testing.T) {
	bothWays(t, func(w *world) {
		w.fake.Twist(func(p map[string]any) { p["id"] = "18446744073709551615" })
		_ = w.fake.Command(sam, inPrep, "greenroom")
		w.must(w.fake.Command(mira, inPrep, "greenroom"))
		w.want("shown", w.whispers(mira), []string{"Hello."})
		_, err := w.fake.DM(sam, "help")
		w.must(err)
		w.quiet()
		w.want("answered", w.directs(sam), []string{"Hello."})
	})
}
