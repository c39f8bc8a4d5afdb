package discord

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// The same deeds give the same events, however Discord brings them.
func TestBothWaysGiveEqualEvents(t *testing.T) {
	got := map[way][]chat.Event{}
	for _, by := range []way{byGateway, byHTTP} {
		inWorld(t, by, func(w *world) {
			w.bot.will(opensForm(saying("3 of 5")))
			w.must(w.fake.Command(mira, inPrep, "greenroom", discordfake.Option{Name: "do", Value: "schedule add 9:00"}))
			w.must(w.answers(mira, "An event loop & <tasks>"))
			w.quiet()
			_, err := w.fake.Type(sam, inPrep, "greenroom", discordfake.Option{Name: "do", Value: "question py"})
			w.must(err)
			_, err = w.fake.DM(sam, "help")
			w.must(err)
			w.quiet()
			_, err = w.fake.Mention(sam, inPrep, "leaderboard")
			w.must(err)
			w.quiet()
			got[by] = w.bot.got()
		})
	}
	want := []chat.Kind{chat.Line, chat.Click, chat.Submit, chat.Complete, chat.Line, chat.Line}
	for by, events := range got {
		if !cmp.Equal(kinds(events), want) {
			t.Errorf("%s: %v", by, kinds(events))
		}
		for i := range events { // no two ids and times are alike
			events[i].Clicked = ""
			events[i].At, events[i].ID.At = time.Time{}, time.Time{}
			events[i].ID.Name, _, _ = strings.Cut(events[i].ID.Name, "/")
		}
	}
	if diff := cmp.Diff(got[byGateway], got[byHTTP]); diff != "" {
		t.Error(diff)
	}
	for _, e := range got[byGateway] {
		if e.Workspace != guild || e.Manager != (e.Member == mira) || e.Member == mira && e.Locale != "de" {
			t.Errorf("what Discord says of the member is missing: %+v", e)
		}
	}
}

// Each reply stands where it was asked for, and only its member sees it.
func TestReplies(t *testing.T) {
	bothWays(t, func(w *world) {
		w.must(w.fake.Command(mira, inPrep, "greenroom"))
		w.want("a command", w.whispers(mira), []string{"Hello."})
		w.must(w.fake.Click(sam, w.post(), "Answer"))
		w.want("a click", w.whispers(sam), []string{"Hello."})
		_, err := w.fake.DM(mira, "hi")
		w.must(err)
		w.quiet()
		w.want("a direct message", w.directs(mira), []string{"Hello."})
		_, err = w.fake.Mention(sam, inPrep, "hi")
		w.must(err)
		w.quiet()
		w.want("a mention", w.directs(sam), []string{"Hello."})
		w.bot.will(opensForm(saying("3 of 5")))
		w.must(w.answers(sam, "An event loop"))
		w.want("a form", w.whispers(sam), []string{"Hello.", "3 of 5"})
		w.want("in the channel", len(w.fake.Messages(prep)), 2)
	})
}

// A step that is quick is the response; one that is not is promised after a second and a half, and follows.
func TestSlowSteps(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(saysAfter(1400*time.Millisecond, "quick"))
		w.must(w.fake.Command(mira, inPrep, "greenroom"))
		w.want("after a moment", w.whispers(mira), []string{"quick"})

		w.bot.will(saysAfter(10*time.Second, "slow"))
		begun := time.Now()
		w.must(w.fake.Command(mira, inPrep, "greenroom"))
		if after := time.Since(begun); after > deferAfter || after < deferAfter-100*time.Millisecond {
			t.Errorf("promised after %s", after)
		}
		w.want("is thinking", w.fake.Ephemerals(mira)[1].Thinking, true)
		time.Sleep(10 * time.Second)
		w.want("after ten seconds", w.whispers(mira), []string{"quick", "slow"})

		w.bot.will(opensForm(saysAfter(10*time.Second, "graded")))
		w.must(w.answers(sam, "An event loop"))
		time.Sleep(10 * time.Second)
		w.want("a form", w.whispers(sam), []string{"graded"})

		w.bot.will(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
			sleep(ctx, 10*time.Second)
			return chat.Reply{}, nil
		})
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		time.Sleep(10 * time.Second)
		w.want("nothing to say", w.whispers(sam), []string{"graded"})
	})
}

// What opens a form gets longer; where that is not enough, the member learns why there is no form.
func TestSlowLooks(t *testing.T) {
	bothWays(t, func(w *world) {
		slowly := func(d time.Duration) func(context.Context, chat.Event) (chat.Reply, error) {
			return func(ctx context.Context, e chat.Event) (chat.Reply, error) {
				sleep(ctx, d)
				return chat.Reply{Form: &oneAnswerForm}, nil
			}
		}
		w.bot.will(slowly(2 * time.Second))
		w.must(w.fake.Click(sam, w.post(), "Answer"))
		if _, open := w.fake.Form(sam); !open {
			t.Error("no form after two seconds")
		}
		w.must(w.fake.CloseForm(sam))
		w.bot.will(slowly(4 * time.Second))
		w.must(w.fake.Click(sam, w.post(), "Answer"))
		time.Sleep(5 * time.Second)
		w.want("after four seconds", w.whispers(sam), []string{"That took too long, so Discord no longer opens the form. Please try again."})

		w.bot.will(saysAfter(4*time.Second, ""))
		choices, err := w.fake.Type(sam, inPrep, "greenroom", discordfake.Option{Name: "do", Value: "qu"})
		w.want("choices", choices, []discordfake.Choice{})
		w.must(err)
	})
}

// In a private message the reply of a slow click takes its place, or follows.
func TestSlowClicksInPrivate(t *testing.T) {
	bothWays(t, func(w *world) {
		for _, update := range []bool{false, true} {
			w.fake.Reload(sam)
			w.bot.will(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
				m := chat.Message{Blocks: []chat.Block{chat.Text("Begin.")}, Buttons: []chat.Button{{Label: "Go", Value: chat.Value{Verb: "go"}}}}
				if e.Kind != chat.Click {
					return chat.Reply{Message: &m}, nil
				}
				sleep(ctx, 10*time.Second)
				reply := says("Gone.")
				reply.Update = update
				return reply, nil
			})
			w.must(w.fake.Command(sam, inPrep, "greenroom"))
			w.must(w.fake.Click(sam, discordfake.Place{Channel: prep, Message: w.fake.Ephemerals(sam)[0].ID}, "Go"))
			time.Sleep(11 * time.Second)
			shown := w.whispers(sam)
			w.want("the last", shown[len(shown)-1], "Gone.")
			w.want("shown", len(shown), map[bool]int{false: 2, true: 1}[update])
		}
	})
}

// The machine's clock is hours off: nothing comes too late for that, and nothing that is late is missed.
func TestClockIsOff(t *testing.T) {
	for _, by := range []way{byGateway, byHTTP} {
		for _, off := range []time.Duration{-5 * time.Hour, 5 * time.Hour} {
			t.Run(string(by)+" "+off.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, by, discordfake.Config{})
					w.off = off
					w.adapter()
					w.start()
					w.bot.will(opensForm(saying("3 of 5")))
					w.must(w.answers(mira, "An event loop"))
					events := w.bot.got()
					w.want("handed over", kinds(events), []chat.Kind{chat.Click, chat.Submit})
					for _, e := range events {
						w.want(string(e.Kind)+" expired", e.Expired, false)
					}
					w.must(w.fake.Click(mira, w.post(), "Answer"))
					w.fake.Hold(4 * time.Second)
					w.want("a late one", w.fake.Submit(mira, map[string][]string{"answer": {"An event loop"}}), discordfake.WentWrong)
					w.quiet()
					if by == byHTTP { // Discord has hung up before
						return
					}
					events = w.bot.got()
					w.want("expired", events[len(events)-1].Expired, true)
				})
			})
		}
	}
}

// Whoever takes no direct messages learns where the bot can answer, and the channel learns nothing else.
func TestMentionOfWhoTakesNoDirectMessages(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.fake.CloseDMs(sam, true)
		w.bot.will(saying("a secret"))
		_, err := w.fake.Mention(sam, inPrep, "progress")
		w.must(err)
		w.quiet()
		messages := w.fake.Messages(prep)
		last := messages[len(messages)-1]
		if !strings.Contains(last.Plain, "your direct messages are closed") || strings.Contains(last.Plain, "secret") || len(last.Notified) > 0 {
			t.Errorf("the channel reads %q, and notified are %v", last.Plain, last.Notified)
		}
	})
}

// What one person writes is handled and answered in the order in which it came, also where it comes at once.
func TestLinesInOrder(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		var texts []string
		w.bot.will(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
			sleep(ctx, time.Second)
			return says(e.Text), nil
		})
		w.restart(func() {
			for n := range 20 {
				texts = append(texts, fmt.Sprint("line ", n))
				_, err := w.fake.DM(sam, texts[n])
				w.must(err)
			}
		})
		time.Sleep(time.Minute)
		synctest.Wait()
		w.want("answered", w.directs(sam), texts)
		w.want("turns", len(w.discord.turns.last), 0)
	})
}

// What is not for the bot ends the turn of nothing that came before it.
func TestLinesInOrderAmongOthers(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		under, most := 0, 0
		var mu sync.Mutex
		count := func(n int) {
			mu.Lock()
			defer mu.Unlock()
			under += n
			most = max(most, under)
		}
		w.bot.will(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
			count(1)
			defer count(-1)
			sleep(ctx, 4*time.Second)
			return says(e.Text), nil
		})
		_, err := w.fake.DM(sam, "first")
		w.must(err)
		synctest.Wait()
		time.Sleep(time.Second)
		w.want("brought again", w.fake.Redeliver("MESSAGE_CREATE"), true)
		time.Sleep(time.Second)
		_, err = w.fake.DM(sam, "second")
		w.must(err)
		time.Sleep(20 * time.Second)
		w.want("answered", w.directs(sam), []string{"first", "second"})
		w.want("at a time", most, 1)
	})
}

// What comes twice is taken once.
func TestRedelivery(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		_, err := w.fake.DM(sam, "help")
		w.must(err)
		w.quiet()
		w.want("brought again", w.fake.Redeliver("MESSAGE_CREATE"), true)
		w.quiet()
		w.want("handed over", kinds(w.bot.got()), []chat.Kind{chat.Line})
		w.want("answered", w.directs(sam), []string{"Hello."})
	})
}

// What others write to each other in channels is not read.
func TestTalk(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		for _, text := range []string{"just talking", "@everyone", "<@" + mira + "> hello", "<@&" + hillID + "> hello"} {
			_, err := w.fake.Say(sam, inPrep, text)
			w.must(err)
		}
		w.quiet()
		w.want("handed over", w.bot.got(), []chat.Event(nil))
	})
}

// A long reply is leafed through where it stands, and the bot hears nothing of it.
func TestLeaf(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(saying("begin " + strings.Repeat("word ", 1500) + "end"))
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.bot.got()
		first := w.fake.Ephemerals(sam)[0]
		w.must(w.fake.Click(sam, discordfake.Place{Channel: prep, Message: first.ID}, "Next: page 2 of 2"))
		w.quiet()
		shown := w.whispers(sam)
		if len(shown) != 1 || !strings.Contains(shown[0], "end") {
			t.Errorf("shown: %q", shown)
		}
		w.want("handed over", w.bot.got(), []chat.Event(nil))
	})
}

// Payloads as Discord never sends them end nothing, and whoever sent them is answered.
func TestHostilePayloads(t *testing.T) {
	twists := map[string]func(map[string]any){
		"no data":         func(p map[string]any) { delete(p, "data") },
		"data of a list":  func(p map[string]any) { p["data"] = []any{} },
		"no member":       func(p map[string]any) { delete(p, "member") },
		"a guild's name":  func(p map[string]any) { p["guild_id"] = "../../users/@me" },
		"no channel":      func(p map[string]any) { delete(p, "channel"); delete(p, "channel_id") },
		"an unknown type": func(p map[string]any) { p["type"] = 17 },
		"odd components": func(p map[string]any) {
			p["data"] = map[string]any{"custom_id": strings.Repeat("@", 100), "components": []any{map[string]any{"type": 99, "component": map[string]any{"value": 7}}}}
		},
		"no fields": func(p map[string]any) {
			if data, ok := p["data"].(map[string]any); ok {
				delete(data, "components")
			}
		},
		"permissions of a poet": func(p map[string]any) {
			if member, ok := p["member"].(map[string]any); ok {
				member["permissions"] = "all of them"
			}
		},
	}
	for name, twist := range twists {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(w *world) {
				w.bot.will(opensForm(saying("3 of 5")))
				w.fake.Twist(twist)
				_ = w.fake.Command(sam, inPrep, "greenroom")
				w.fake.Twist(twist)
				_ = w.fake.Click(sam, w.post(), "Answer")
				w.must(w.fake.Click(sam, w.post(), "Answer"))
				w.fake.Twist(twist)
				_ = w.fake.Submit(sam, map[string][]string{"answer": {"An event loop"}})
				w.must(w.fake.Command(mira, inPrep, "greenroom"))
				if strings.Contains(w.log.String(), "panicked") {
					t.Error(w.log)
				}
			})
		})
	}
}

// A bot that panics is not ours to mend, and a delivery that does ends no other.
func TestPanic(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) { panic("what sam wrote") })
		w.want("a command", w.fake.Command(sam, inPrep, "greenroom"), discordfake.NotResponding)
		w.want("logged", strings.Contains(w.log.String(), "a delivery panicked"), true)
		w.want("what it was about is logged", strings.Contains(w.log.String(), "what sam wrote"), false)
		w.bot.will(saying("Hello."))
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
	})
}
