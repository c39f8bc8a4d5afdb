package slack

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// keptOf counts the records of the adapter that name somebody.
func keptOf(t *testing.T, db store.DB, who string) (n int) {
	t.Helper()
	records, err := db.List(t.Context(), "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if strings.Contains(string(r.Ref)+string(r.Bytes), who) {
			n++
		}
	}
	return n
}

// Whoever has erased what is kept about them is no longer known to the adapter either: not the pages of what was said to them alone,
// nor who they are. Somebody else's pages stay.
func TestErasedMemberIsForgotten(t *testing.T) {
	m := book()
	full := func(context.Context, chat.Event) (chat.Reply, error) { return chat.Reply{Message: &m}, nil }
	bothWays(t, func(w *world) {
		w.bot.will(full)
		for _, user := range []string{"U0MIRA", "U0SAM"} {
			w.must(w.hill.DM(user, "full"))
			w.must(w.hill.Command(user, "C0PREP", "/greenroom", "full"))
		}
		synctest.Wait()
		db := w.slack.cfg.DB
		if keptOf(w.T, db, "U0MIRA") < 2 {
			t.Fatalf("%d records name Mira: too few to test", keptOf(w.T, db, "U0MIRA"))
		}
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) {
			r := says("Erased.")
			r.Forget = true
			return r, nil
		})
		w.must(w.hill.Click("U0MIRA", w.post(), "Answer"))
		synctest.Wait()
		if n := keptOf(w.T, db, "U0MIRA"); n != 0 {
			t.Errorf("%d records still name Mira", n)
		}
		if w.slack.people.known[who{"slack:T0HILL", "U0MIRA"}] != nil {
			t.Error("it is still known who Mira is")
		}
		if got := w.whispers("U0MIRA"); got[len(got)-1] != "Erased." {
			t.Errorf("Mira sees %q", got)
		}
		next := func(user string) string {
			w.Helper()
			all := w.hill.Directs(user)
			at := slackfake.Place{Channel: all[1].Channel, TS: all[1].TS}
			w.must(w.hill.Click(user, at, "Next: page 2 of 3"))
			synctest.Wait()
			got := w.directs(user)
			return got[len(got)-1]
		}
		if got := next("U0MIRA"); !strings.Contains(got, "no longer open") {
			t.Errorf("the next page says %.80q", got)
		}
		if got := next("U0SAM"); !strings.Contains(got, "Page 2 of 3") {
			t.Errorf("Sam's next page says %.80q", got)
		}
	})
}

// Nobody is told that all is erased before it is: where the adapter cannot, the member is asked to try again.
func TestErasedIsNotSaidTooEarly(t *testing.T) {
	inWorld(t, bySocket, func(w *world) {
		m := book()
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) { return chat.Reply{Message: &m}, nil })
		w.must(w.hill.DM("U0MIRA", "full"))
		synctest.Wait()
		place := w.post()
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) {
			r := says("Erased.")
			r.Forget = true
			return r, nil
		})
		whole := w.slack.cfg.DB
		w.slack.cfg.DB = &dying{whole, 0}
		_ = w.hill.Click("U0MIRA", place, "Answer") // she is told something else
		synctest.Wait()
		w.slack.cfg.DB = whole
		if got := w.whispers("U0MIRA"); len(got) != 1 || !strings.Contains(got[0], "try again") {
			t.Errorf("Mira sees %q", got)
		}
		time.Sleep(time.Second)
		w.must(w.hill.Click("U0MIRA", place, "Answer"))
		synctest.Wait()
		if got := w.whispers("U0MIRA"); got[len(got)-1] != "Erased." || keptOf(w.T, whole, "U0MIRA") != 0 {
			t.Errorf("Mira sees %q", got)
		}
	})
}

// Of a workspace that never came back nothing is left, in particular nothing that was said there; of another, everything.
func TestErasedWorkspaceIsForgotten(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		t := o.t
		o.people.person(t.Context(), teamID, miraID)
		o.must(action(chat.Post, "post", 3), "")
		direct := action(chat.Direct, "notice", 1)
		direct.Message = book()
		o.must(direct, "")
		other := &Kept{ID: "20261123-00", Workspace: "slack:T2", Member: miraID}
		if err := o.pages.keep(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		if err := o.installs.erase(t.Context(), "T1"); err != nil {
			t.Fatal(err)
		}
		bot := handler(func(context.Context, chat.Event) (chat.Reply, error) { return chat.Reply{}, nil })
		look := func(days int) {
			t.Helper()
			time.Sleep(time.Duration(days) * 24 * time.Hour)
			_ = o.installs.look(t.Context(), bot)
		}
		if look(29); keptOf(t, o.cfg.DB, "T1") != 3 { // its record, the post's pages, the direct message's pages
			t.Errorf("%d records are left within thirty days", keptOf(t, o.cfg.DB, "T1"))
		}
		o.cfg.DB, o.Slack.cfg.DB = &dying{o.cfg.DB, 1}, &dying{o.cfg.DB, 1}
		look(2) // the process dies half-way
		o.Slack.cfg.DB = o.Slack.cfg.DB.(*dying).DB
		if keptOf(t, o.Slack.cfg.DB, "T1") == 0 {
			t.Error("it died, and all was done")
		}
		if look(0); keptOf(t, o.Slack.cfg.DB, "T1") != 0 || keptOf(t, o.Slack.cfg.DB, "T2") != 1 {
			t.Errorf("%d records are left, of another workspace %d", keptOf(t, o.Slack.cfg.DB, "T1"), keptOf(t, o.Slack.cfg.DB, "T2"))
		}
		if len(o.people.known) != 0 {
			t.Errorf("%d people are known", len(o.people.known))
		}
		if err := o.installs.forget(t.Context(), "T1"); err != nil {
			t.Errorf("forgotten again: %v", err)
		}
	})
}

// So it is where the bot token does not work any more, and the adapter only ever starts and is refused.
func TestErasedWorkspaceOfABotTokenIsForgotten(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		t := o.t
		gone := 0
		bot := handler(func(_ context.Context, e chat.Event) (chat.Reply, error) {
			if e.Kind == chat.Gone {
				gone++
			}
			return chat.Reply{}, nil
		})
		o.run(bot)()
		o.must(action(chat.Post, "post", 3), "")
		if err := o.team.Uninstall(); err != nil {
			t.Log(err)
		}
		o.fake.Settle()
		start := func() {
			t.Helper()
			s, err := New(o.cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer s.http.CloseIdleConnections()
			if err := s.Run(t.Context(), bot); !errors.As(err, new(*chat.Fatal)) {
				t.Errorf("it runs: %v", err)
			}
		}
		if start(); keptOf(t, o.cfg.DB, "/T1")+keptOf(t, o.cfg.DB, "/slack:T1") != 2 {
			t.Errorf("at once %d records are left", keptOf(t, o.cfg.DB, "T1"))
		}
		time.Sleep(forgetAfter + time.Hour)
		for range 2 {
			if start(); keptOf(t, o.cfg.DB, "T1") != 0 || gone != 1 {
				t.Errorf("after thirty days %d records are left; the bot heard %d times that it is gone", keptOf(t, o.cfg.DB, "T1"), gone)
			}
		}
	})
}
