package discord

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"greenroom/bot/discord/discordfake"
)

const callbackRoute = "POST interactions/{interaction}/{token}/callback"

// shownTo counts where a person can read a text.
func (w *world) shownTo(user, text string) (n int) {
	for _, m := range append(w.fake.Ephemerals(user), w.fake.Directs(user)...) {
		if m.Author == w.fake.AppID() && strings.Contains(m.Plain, text) {
			n++
		}
	}
	return n
}

// Whatever happens to the requests that show it, the reply to a submission is seen once: where the form was, or as a direct message.
func TestSubmissionIsAnswered(t *testing.T) {
	faults := []discordfake.Fault{
		discordfake.Busy, discordfake.Shared, discordfake.Global, discordfake.HTML, discordfake.Fail, discordfake.FailAfter,
		discordfake.Drop, discordfake.DropAfter, discordfake.Slow, "10062", // too late
	}
	for _, by := range []way{byGateway, byHTTP} {
		for _, took := range []time.Duration{0, 2 * time.Second} {
			for _, fault := range faults {
				for _, n := range []int{1, 2} {
					t.Run(fmt.Sprintf("%s, after %s, %d times %s", by, took, n, fault), func(t *testing.T) {
						inWorld(t, by, func(w *world) {
							w.bot.will(opensForm(saysAfter(took, "3 of 5")))
							w.must(w.fake.Click(sam, w.post(), "Answer"))
							if fault == "10062" {
								w.fake.Next(n, callbackRoute, fault)
							} else {
								w.fake.Next(n, "POST", fault)
								w.fake.Next(n, "PATCH", fault)
							}
							_ = w.fake.Submit(sam, map[string][]string{"answer": {"An event loop"}})
							time.Sleep(time.Minute)
							synctest.Wait()
							w.want("seen", w.shownTo(sam, "3 of 5"), 1)
							if fault == "10062" && by == byGateway {
								w.want("as a direct message", len(w.directs(sam)), 1)
							}
						})
					})
				}
			}
		}
	}
}

// The same for what goes wrong by chance, with many at once.
func TestSubmissionsAreAnswered(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		probability := rapid.Float64Range(0, 0.2)
		faults := discordfake.Faults{
			Busy: probability.Draw(rt, "busy"), Fail: probability.Draw(rt, "fail"), FailAfter: probability.Draw(rt, "fail after"),
			Drop: probability.Draw(rt, "drop"), DropAfter: probability.Draw(rt, "drop after"), Slow: probability.Draw(rt, "slow"),
			SlowFor: time.Duration(rapid.IntRange(100, 4000).Draw(rt, "slow for")) * time.Millisecond,
		}
		by := rapid.SampledFrom([]way{byGateway, byHTTP}).Draw(rt, "by")
		took := time.Duration(rapid.IntRange(0, 4000).Draw(rt, "took")) * time.Millisecond
		seed := rapid.Uint64().Draw(rt, "seed")
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, by, discordfake.Config{Seed: seed})
			w.start()
			w.bot.will(opensForm(saysAfter(took, "3 of 5")))
			w.must(w.fake.Click(sam, w.post(), "Answer"))
			w.fake.SetFaults(faults)
			_ = w.fake.Submit(sam, map[string][]string{"answer": {"An event loop"}})
			time.Sleep(time.Minute)
			w.fake.SetFaults(discordfake.Faults{})
			if n := w.shownTo(sam, "3 of 5"); n < 1 || n > 2 {
				t.Errorf("the reply is seen %d times\n%s", n, w.log)
			}
			w.must(w.stop())
		})
	})
}

// A response that Discord refuses is told, and gives back what was written.
func TestRefusedResponse(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.bot.will(opensForm(saying("3 of 5")))
		w.must(w.fake.Click(sam, w.post(), "Answer"))
		w.fake.Next(1, callbackRoute, "50035")
		w.must(w.fake.Submit(sam, map[string][]string{"answer": {"An event loop"}}))
		w.quiet()
		shown := strings.Join(w.whispers(sam), "\n")
		if !strings.Contains(shown, "could not be shown here") || !strings.Contains(shown, "An event loop") {
			t.Errorf("shown is %q", shown)
		}
	})
}
