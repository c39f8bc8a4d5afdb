package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// The same deeds give the same events, however Slack brings them.
func TestBothWaysGiveEqualEvents(t *testing.T) {
	got := map[way][]chat.Event{}
	for _, by := range []way{bySocket, byHTTP} {
		inWorld(t, by, func(w *world) {
			w.bot.will(opensForm(saying("3 of 5")))
			w.must(w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "schedule add 9:00"))
			w.must(w.hill.Click("U0MIRA", w.post(), "Answer"))
			synctest.Wait()
			w.must(w.hill.Submit("U0MIRA", map[string][]string{"answer": {"An event loop & <tasks>"}}))
			w.must(w.hill.DM("U0SAM", "help"))
			w.must(w.hill.Mention("U0SAM", "C0PREP", "leaderboard"))
			w.must(w.hill.OpenHome("U0SAM"))
			w.must(w.hill.Invite("C0PREP", "U0MIRA"))
			w.fake.Settle()
			got[by] = w.bot.got()
		})
	}
	want := []chat.Kind{chat.Line, chat.Click, chat.Submit, chat.Line, chat.Line, chat.Home, chat.Joined}
	for by, events := range got {
		if !slices.Equal(kinds(events), want) {
			t.Errorf("%s: %v", by, kinds(events))
		}
		for i := range events { // over HTTP Slack says to the second when it sent, over a socket not at all; no two ids are alike
			events[i].At, events[i].ID.At = time.Time{}, time.Time{}
			events[i].ID.Name, _, _ = strings.Cut(events[i].ID.Name, "/")
		}
	}
	if diff := cmp.Diff(got[bySocket], got[byHTTP]); diff != "" {
		t.Error(diff)
	}
	for _, e := range got[bySocket] {
		if e.Member == "U0MIRA" && (!e.Manager || e.Zone != "Europe/Berlin" || e.Locale != "de-DE") || e.Member == "U0SAM" && (e.Manager || e.Zone != "Asia/Tokyo") {
			t.Errorf("what Slack says of the member is missing: %+v", e)
		}
	}
}

// This machine's clock is ahead of Slack's, as far as Slack lets it be: nothing comes too late for that.
func TestClockIsAhead(t *testing.T) {
	for by, ahead := range map[way]time.Duration{byHTTP: signedWithin - time.Minute, bySocket: time.Hour} {
		t.Run(string(by), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, by, slackfake.Config{})
				w.slack.cfg.Now = func() time.Time { return time.Now().Add(ahead) }
				w.start()
				w.bot.will(opensForm(saying("3 of 5")))
				w.must(w.hill.Click("U0MIRA", w.post(), "Answer"))
				synctest.Wait()
				w.must(w.hill.Submit("U0MIRA", map[string][]string{"answer": {"An event loop"}}))
				events := w.bot.got()
				w.want("handed over", kinds(events), []chat.Kind{chat.Click, chat.Submit})
				for _, e := range events {
					w.want(string(e.Kind)+" expired", e.Expired, false)
				}
			})
		})
	}
}

// Of what was answered only that is remembered which may be shown again: replies are large.
func TestOnlyFormsAreShownAgain(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		w.must(w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "help"))
		w.bot.will(opensForm(saying("3 of 5")))
		w.must(w.hill.Click("U0MIRA", w.post(), "Answer"))
		synctest.Wait()
		w.must(w.hill.Submit("U0MIRA", map[string][]string{"answer": {"An event loop"}}))
		synctest.Wait()
		kept := 0
		for _, t := range w.slack.answered.turns {
			if t.reply.Message != nil || t.reply.Form != nil {
				kept++
			}
		}
		w.want("turns", len(w.slack.answered.turns), 3)
		w.want("replies", kept, 1)
	})
}

// Each reply stands where it was asked for.
func TestReplies(t *testing.T) {
	bothWays(t, func(w *world) {
		w.must(w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "help"))
		w.want("a command", w.whispers("U0MIRA"), []string{"Hello."})
		w.must(w.hill.Click("U0SAM", w.post(), "Answer"))
		w.fake.Settle()
		synctest.Wait()
		w.want("a click", w.whispers("U0SAM"), []string{"Hello."})
		w.must(w.hill.DM("U0MIRA", "hi"))
		synctest.Wait()
		w.want("a direct message", w.directs("U0MIRA"), []string{"Hello."})
		w.must(w.hill.Mention("U0SAM", "C0PREP", "hi"))
		synctest.Wait()
		w.want("a mention", len(w.whispers("U0SAM")), 2)
		w.must(w.hill.OpenHome("U0SAM"))
		synctest.Wait()
		home, _ := w.hill.Home("U0SAM")
		w.want("the home page", strings.TrimSpace(home.Plain), "Hello.")

		w.bot.will(opensForm(saying("3 of 5")))
		w.must(w.hill.Click("U0MIRA", w.post(), "Answer"))
		synctest.Wait()
		w.must(w.hill.Submit("U0MIRA", map[string][]string{"answer": {"An event loop"}}))
		w.want("a form turns into the answer", w.top("U0MIRA"), "3 of 5")
	})
}

// What takes longer than Slack waits is acknowledged first and answered later; nobody sees trouble.
func TestSlowBot(t *testing.T) {
	bothWays(t, func(w *world) {
		place := w.post()
		w.bot.will(opensForm(saysAfter(4*time.Second, "3 of 5")))
		w.must(w.hill.Click("U0MIRA", place, "Answer"))
		synctest.Wait()
		w.must(w.hill.Submit("U0MIRA", map[string][]string{"answer": {"An event loop"}}))
		w.want("at first", w.top("U0MIRA"), "Working on it …")
		time.Sleep(5 * time.Second)
		w.want("then", w.top("U0MIRA"), "3 of 5")

		w.bot.will(saysAfter(4*time.Second, "Late."))
		w.must(w.hill.Command("U0SAM", "C0PREP", "/greenroom", "help"))
		w.want("a command at first", w.whispers("U0SAM"), []string{})
		time.Sleep(5 * time.Second)
		w.want("a command then", w.whispers("U0SAM"), []string{"Late."})
		w.must(w.hill.Click("U0SAM", place, "Answer"))
		time.Sleep(5 * time.Second)
		w.want("a click", w.whispers("U0SAM"), []string{"Late.", "Late."})
	})
}

// An event is not acknowledged before it is done. Slack delivers it again meanwhile, and it is still answered once.
func TestSlowEvent(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(saysAfter(10*time.Second, "Late."))
		done := make(chan error, 1)
		go func() { done <- w.hill.DM("U0MIRA", "help") }()
		time.Sleep(2 * time.Minute)
		w.must(<-done)
		w.want("handed over", len(w.bot.got()), 1)
		w.want("answered", w.directs("U0MIRA"), []string{"Late."})
		w.want("given up by Slack", w.fake.Unacknowledged(), 0)
	})
}

// The view that said "working on it" is closed before the answer: it comes by direct message.
func TestSlowFormIsClosed(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(opensForm(saysAfter(4*time.Second, "3 of 5")))
		w.must(w.hill.Click("U0MIRA", w.post(), "Answer"))
		synctest.Wait()
		w.must(w.hill.Submit("U0MIRA", map[string][]string{"answer": {"An event loop"}}))
		w.must(w.hill.CloseView("U0MIRA"))
		time.Sleep(5 * time.Second)
		w.want("by direct message", w.directs("U0MIRA"), []string{"3 of 5"})
	})
}

// A bot that never answers: the person is told in the end, and gets back what they wrote.
func TestBotHangs(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(opensForm(saysAfter(time.Hour, "never")))
		w.must(w.hill.Click("U0MIRA", w.post(), "Answer"))
		synctest.Wait()
		w.must(w.hill.Submit("U0MIRA", map[string][]string{"answer": {"An *event* loop & <@U0SAM>"}}))
		time.Sleep(time.Minute)
		if top := w.top("U0MIRA"); !strings.Contains(top, "Look again in a minute") || !strings.Contains(top, "An *event* loop & <@U0SAM>") {
			w.Errorf("%s", top)
		}
		w.bot.will(saysAfter(time.Hour, "never"))
		w.must(w.hill.Command("U0SAM", "C0PREP", "/greenroom", "help"))
		time.Sleep(time.Minute)
		w.want("a command", strings.Contains(strings.Join(w.whispers("U0SAM"), ""), "Look again in a minute"), true)
	})
}

// Too much to do, stopping, or broken: people are told what Slack delivers once, in the form itself; events come again.
func TestNotTaken(t *testing.T) {
	for _, test := range []struct {
		err  error
		says string
		once bool // a direct message is answered at once, not when it comes again
	}{
		{chat.ErrBusy, "Too much is going on", false},
		{chat.ErrClosed, "Greenroom is starting or stopping", false},
		{errors.New("the disk burns: xyzzy"), "Something broke on our side", true},
	} {
		t.Run(test.says, func(t *testing.T) {
			bothWays(t, func(w *world) {
				place := w.post()
				fails := func(context.Context, chat.Event) (chat.Reply, error) { return chat.Reply{}, test.err }
				w.bot.will(opensForm(fails))
				w.must(w.hill.Click("U0MIRA", place, "Answer"))
				synctest.Wait()
				var fields slackfake.FieldErrors
				if err := w.hill.Submit("U0MIRA", map[string][]string{"answer": {"An event loop"}}); !errors.As(err, &fields) || !strings.Contains(fields["answer"], test.says) {
					w.Errorf("the form shows %v", err)
				}
				w.want("the form stays", len(w.hill.Views("U0MIRA")), 1)

				w.bot.will(fails)
				w.must(w.hill.Command("U0SAM", "C0PREP", "/greenroom", "help"))
				w.must(w.hill.Click("U0SAM", place, "Answer"))
				synctest.Wait()
				for i, text := range w.whispers("U0SAM") {
					w.want("whisper", strings.Contains(text, test.says) && !strings.Contains(text, "xyzzy"), true)
					w.want("at most two", i < 2, true)
				}
				w.want("whispers", len(w.whispers("U0SAM")), 2)

				done := make(chan error, 1)
				go func() { done <- w.hill.DM("U0SAM", "help") }()
				time.Sleep(30 * time.Second)
				w.bot.will(saying("Here I am."))
				time.Sleep(10 * time.Minute)
				w.must(<-done)
				said := strings.Join(w.directs("U0SAM"), " ")
				w.want("by direct message: "+said, strings.Contains(said, "Here I am.") != test.once && strings.Contains(said, test.says) == test.once, true)
				w.want("given up by Slack", w.fake.Unacknowledged(), 0)
			})
		})
	}
}

// What Slack delivers twice is answered once; a form shows its answer again instead of closing.
func TestDeliveredTwice(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(opensForm(saying("3 of 5")))
		w.must(w.hill.Click("U0MIRA", w.post(), "Answer"))
		w.again()
		synctest.Wait()
		w.want("forms", len(w.hill.Views("U0MIRA")), 1)
		w.must(w.hill.Submit("U0MIRA", map[string][]string{"answer": {"An event loop"}}))
		w.again()
		w.want("the form", w.top("U0MIRA"), "3 of 5")
		w.want("handed over", kinds(w.bot.got()), []chat.Kind{chat.Click, chat.Submit})

		w.bot.will(saying("Hello."))
		w.must(w.hill.DM("U0SAM", "help"))
		w.again()
		w.must(w.hill.Mention("U0SAM", "C0PREP", "help"))
		w.again()
		synctest.Wait()
		w.want("direct messages", w.directs("U0SAM"), []string{"Hello."})
		w.want("whispers", w.whispers("U0SAM"), []string{"Hello."})
	})
}

// Lost acknowledgements, doubled and late deliveries: every deed reaches the bot once.
func TestHostileDelivery(t *testing.T) {
	bothWays(t, func(w *world) {
		w.fake.SetDeliveries(slackfake.Deliveries{Twice: .3, Late: .3, Unheard: .3})
		const deeds = 60
		for range deeds {
			_ = w.hill.DM("U0SAM", "help") // nobody sees that an event is delivered again
			time.Sleep(time.Second)
		}
		w.fake.Settle()
		time.Sleep(10 * time.Minute)
		seen := map[string]int{}
		for _, e := range w.bot.got() {
			seen[e.ID.Name]++
			if seen[e.ID.Name] > 1 {
				w.Errorf("%s reached the bot %d times", e.ID.Name, seen[e.ID.Name])
			}
		}
		w.want("deeds", len(seen), deeds)
		w.want("answers", len(w.directs("U0SAM")), deeds)
	})
}

// Types and shapes of next year are acknowledged and logged, and break nothing.
func TestUnknownEvents(t *testing.T) {
	bothWays(t, func(w *world) {
		blocks := []any{map[string]any{"type": "hologram", "elements": 42}}
		for _, inner := range []map[string]any{
			{"type": "sunrise_2027", "blocks": blocks},
			{"type": "message", "channel_type": "im", "user": "U0MIRA", "channel": "D0", "text": "hi", "ts": []any{1, 2}, "blocks": blocks},
			{"type": "message", "channel_type": "im", "user": "U0MIRA", "channel": "D0", "text": "hi", "ts": "yesterday"},
			{"type": 7},
			{"type": "app_home_opened", "tab": "home"},
		} {
			w.must(w.hill.Event(inner))
		}
		w.fake.Settle()
		w.want("handed over", len(w.bot.got()), 0)
		w.want("given up by Slack", w.fake.Unacknowledged(), 0)
		for _, want := range []string{"sunrise_2027", "cannot be read"} {
			w.want("the log has "+want, strings.Contains(w.log.String(), want), true)
		}
		w.must(w.hill.DM("U0MIRA", "help"))
		synctest.Wait()
		w.want("still there", w.directs("U0MIRA"), []string{"Hello."})
	})
}

// Run ends while the bot is at work: nothing that was not done is acknowledged, and nothing goes on.
func TestStopInTheMiddle(t *testing.T) {
	for _, by := range []way{bySocket, byHTTP} {
		t.Run(string(by), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, by, slackfake.Config{Deliveries: slackfake.Deliveries{Retries: []time.Duration{}}})
				w.start()
				begun, left := make(chan struct{}), false
				w.bot.will(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
					close(begun)
					<-ctx.Done()
					left = true
					return chat.Reply{}, ctx.Err()
				})
				done := make(chan error, 1)
				go func() {
					done <- w.hill.Event(map[string]any{"type": "member_joined_channel", "user": w.hill.Bot(), "channel": "C0PREP", "inviter": "U0MIRA"})
				}()
				<-begun
				if err := w.stop(); err != nil || !left {
					t.Errorf("Run returned %v; the bot's last call had returned: %v", err, left)
				}
				w.must(<-done)
				w.want("given up by Slack", w.fake.Unacknowledged(), 1)
				if _, err := w.slack.hand(t.Context(), chat.Event{}); !errors.Is(err, chat.ErrClosed) {
					t.Errorf("after Run: %v", err)
				}
			})
		})
	}
}

// Where Greenroom is not (any more), people are told, and the bot hears nothing.
func TestNotInstalled(t *testing.T) {
	bothWays(t, func(w *world) {
		w.slack.installs.know(&install{Team: "T0HILL"}) // its token is gone, Slack does not know yet
		w.must(w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "help"))
		w.want("a command", strings.Contains(strings.Join(w.whispers("U0MIRA"), ""), "not installed in this workspace any more"), true)
		w.must(w.hill.DM("U0MIRA", "help"))
		w.fake.Settle()
		w.want("handed over", len(w.bot.got()), 0)
		w.want("given up by Slack", w.fake.Unacknowledged(), 0)
	})
}

// An installation for a whole organisation is refused with a sentence.
func TestOrgWide(t *testing.T) {
	bothWays(t, func(w *world) {
		place := w.post()
		w.hill.OrgWide("E0ORG")
		w.must(w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "help"))
		w.must(w.hill.Click("U0MIRA", place, "Answer"))
		w.must(w.hill.DM("U0MIRA", "help"))
		synctest.Wait()
		for _, text := range w.whispers("U0MIRA") {
			w.want("whisper", strings.Contains(text, "one workspace at a time"), true)
		}
		w.want("whispers", len(w.whispers("U0MIRA")), 2)
		w.want("handed over", len(w.bot.got()), 0)
		w.want("given up by Slack", w.fake.Unacknowledged(), 0)
	})
}

// Slack says that the workspace of the only token removed Greenroom: the bot hears so once, and Run ends.
func TestRemoved(t *testing.T) {
	for _, by := range []way{bySocket, byHTTP} {
		t.Run(string(by), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, by, slackfake.Config{})
				w.start()
				w.must(w.hill.Uninstall())
				synctest.Wait()
				w.want("handed over", kinds(w.bot.got()), []chat.Kind{chat.Gone})
				var fatal *chat.Fatal
				if <-w.ended; !errors.As(w.err, &fatal) {
					t.Errorf("Run: %v", w.err)
				}
			})
		})
	}
}

// A reply that panics takes nothing else with it.
func TestPanic(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) { panic("a bot that panics") })
		if err := w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "help"); err == nil {
			w.Error("nobody saw trouble")
		}
		w.bot.will(saying("Hello."))
		w.must(w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "help"))
		w.want("still there", w.whispers("U0MIRA"), []string{"Hello."})
	})
}
