package discord

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// restart ends the adapter, lets meanwhile happen, and starts another over the same store.
func (w *world) restart(meanwhile func()) {
	w.Helper()
	w.must(w.stop())
	meanwhile()
	time.Sleep(5 * time.Second)
	w.adapter()
	w.start()
	w.quiet()
}

// What people did while the process was away comes with the session: a submission's reply will be a direct message, text is answered, and
// a click is dropped.
func TestRestart(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.bot.will(opensForm(saying("3 of 5")))
		w.must(w.fake.Click(sam, w.post(), "Answer"))
		w.restart(func() {
			w.want("submit", w.fake.Submit(sam, map[string][]string{"answer": {"An event loop"}}), discordfake.WentWrong)
			w.want("click", w.fake.Click(mira, w.post(), "Answer"), discordfake.Failed)
			_, err := w.fake.DM(mira, "help")
			w.must(err)
			w.bot.got()
		})
		events := w.bot.got()
		w.want("handed over", kinds(events), []chat.Kind{chat.Submit, chat.Line})
		w.want("expired", events[0].Expired, true)
		w.want("answer", events[0].Field("answer"), "An event loop")
		w.want("directs", w.directs(mira), []string{"3 of 5"})
		w.restart(func() {})
		w.want("handed over once more", w.bot.got(), []chat.Event(nil))
	})
}

// What is under way when Run is to end gets five seconds, and its reply goes out.
func TestStopWaits(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(opensForm(saysAfter(4*time.Second, "3 of 5")))
		w.must(w.answers(sam, "An event loop"))
		begun := time.Now()
		w.must(w.stop())
		w.want("shown", w.whispers(sam), []string{"3 of 5"})
		if took := time.Since(begun); took > stopWithin {
			t.Errorf("Run ended after %s", took)
		}
		w.adapter()
		w.bot.got()
		w.start()
		w.quiet()
		w.want("handed over again", w.bot.got(), []chat.Event(nil))
	})
}

// What takes longer than that is not done: it comes again.
func TestStopLeavesWhatIsNotDone(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.bot.will(opensForm(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
			<-ctx.Done()
			return chat.Reply{}, ctx.Err()
		}))
		w.must(w.answers(sam, "An event loop"))
		w.restart(func() {
			w.bot.got()
			w.bot.will(saying("3 of 5"))
		})
		events := w.bot.got()
		if len(events) != 1 || events[0].Kind != chat.Submit || !events[0].Expired {
			t.Errorf("handed over: %+v", events)
		}
	})
}

// A bot that is closed before the adapter is takes nothing: people are told, and what Discord brings again is left to that.
func TestClosedBot(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.bot.will(opensForm(saying("")))
		w.must(w.fake.Click(sam, w.post(), "Answer"))
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) { return chat.Reply{}, chat.ErrClosed })
		w.want("a form stays", w.fake.Submit(sam, map[string][]string{"answer": {"An event loop"}}), discordfake.WentWrong)
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.want("a command", w.whispers(sam), []string{"Greenroom is starting or stopping. Nothing was lost here: try again in a moment."})
		w.restart(func() {
			w.bot.got()
			w.bot.will(saying("3 of 5"))
		})
		w.want("comes again", kinds(w.bot.got()), []chat.Kind{chat.Submit})
	})
	inWorld(t, byHTTP, func(w *world) {
		w.bot.will(opensForm(func(context.Context, chat.Event) (chat.Reply, error) { return chat.Reply{}, chat.ErrClosed }))
		w.must(w.answers(sam, "An event loop"))
		if shown := strings.Join(w.whispers(sam), ""); !strings.Contains(shown, "try again in a moment") || !strings.Contains(shown, "An event loop") {
			t.Errorf("shown: %q", shown)
		}
	})
}

// A token that Discord refuses ends Run for good; a Discord that is away is waited for.
func TestIntroduce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, byGateway, discordfake.Config{})
		w.fake.Next(3, "GET users/@me", discordfake.Fail)
		w.start()
		w.quiet()
		w.want("trouble", w.discord.Trouble(), "")
		w.must(w.fake.Command(mira, inPrep, "greenroom"))
		w.must(w.stop())

		w.fake.RevokeToken()
		w.adapter()
		err := w.discord.Run(w.Context(), w.bot)
		var fatal *chat.Fatal
		if !errors.As(err, &fatal) || !strings.Contains(err.Error(), "bot token") {
			t.Errorf("Run: %v", err)
		}
	})
}
