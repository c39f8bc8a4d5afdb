package web

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"greenroom/bot"
	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/content/library"
	"greenroom/store"
	"greenroom/store/bolt"
)

// greenroom runs the real bot, with the real engine, store and questions, and a day of seconds; it returns the address
// of its pages and a function that stops it in order.
func greenroom(t *testing.T, file string) (address string, stop func()) {
	t.Helper()
	db, err := bolt.Open(file, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	banks, _ := library.Banks()
	log := slog.New(slog.DiscardHandler)
	p, err := New(Config{DB: store.Space(db, "web"), Banks: banks, Log: log, Zone: "Europe/Berlin", SampleDelay: 700 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	engine := quiz.New(quiz.Config{Banks: content.NewIndex(banks), FollowUps: 3 * time.Second, Result: 15 * time.Second})
	b := bot.New(bot.Config{DB: db, Engine: engine, Platforms: map[string]chat.Platform{"web": p}, Log: log})
	srv := newServer(t, p.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	select {
	case <-p.up:
	case err := <-done:
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return srv.URL, stop
}

// portrait is the picture of the README: the post with its feedback, and the result beside them.
func (b *tab) portrait(name string) []byte {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(1360, 940))
	eval[bool](b, `(() => {
		document.activeElement.blur();
		document.querySelector('#log .message .buttons').closest('.message').scrollIntoView({block: 'start'});
		document.querySelector('#side').scrollTop = 1e6;
		return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));
	})()`)
	picture := b.shot(name)
	b.do(chromedp.EmulateViewport(1280, 860))
	return picture
}

// A day of the real Greenroom in a real browser: two people and the three samples play the first question, one of them
// without a mouse, until its result stands in the thread and all are on the board.
func TestDayInThePlayground(t *testing.T) {
	file := filepath.Join(t.TempDir(), "greenroom.db")
	b := startBrowser(t)
	kim := b.profile()
	address, stop := greenroom(t, file)

	b.open(address)
	kim.open(address)
	b.see(".message", "Question 1")
	b.button("Answer")
	b.see("dialog", "Your answer")
	b.press("While one task waits for the network, an event loop runs another one in the same thread; await marks where a task may pause.")
	b.button("Grade it")
	b.see(".private", "I found")
	b.shot("day-1-feedback")
	b.button("Show me on the board")

	// Kim has no mouse and no idea.
	kim.tabTo("Answer")
	kim.press(kb.Enter)
	kim.wait(`document.activeElement.id === 'field-answer'`)
	kim.press("no idea")
	kim.tabTo("Grade it")
	kim.press(kb.Enter)
	kim.see(".private", "asyncio")
	kim.wait(`document.querySelector('dialog[open]') === null`)
	kim.shot("day-2-no-idea")
	if name := kim.focus(); !strings.Contains(name, "Answer") {
		t.Errorf("after the form Kim's focus is on %q", name)
	}

	b.see(".message", "have answered")
	b.see(".thread-link", "repl") // the first follow-up, or all of them
	b.button("Follow-up")
	b.see(".private", "You left out")
	b.button("Answer follow-up")
	b.see("dialog", "Your answer")
	b.press("The event loop picks the next task that is ready, runs it to its next await, and asks the system which sockets are ready.")
	b.button("Grade it")
	b.see(".private", "follow-up")
	b.wait(`document.querySelector('dialog[open]') === null`)

	b.do(chromedp.Click(chromedp.CSS(".thread-link:not(.start) a")))
	b.see("aside .message", "follow-up")
	b.see("aside .message", "the result.")
	b.see("aside .message", "Shared by Mira (sample)")
	picture := b.portrait("day-3-result")
	if *updateScreenshot {
		if err := os.WriteFile("../../docs/playground.png", picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b.button("How I did")
	b.see("aside .private", "I found")

	b.do(chromedp.Click(chromedp.CSS("#go-d\\:m1")))
	b.wait(`location.pathname === '/d'`)
	b.press("leaderboard everywhere", kb.Enter)
	b.see(".message.bot", "Mira (sample)")
	b.see(".message.bot", "Robin")
	b.press("/greenroom ")
	b.see("[role=option]", "schedule")
	b.press("sch", kb.Enter) // quicker than the server
	b.wait(`document.activeElement.value === '/greenroom schedule '`)
	b.press("li")
	b.see("[role=option]", "list")
	b.press(kb.Enter, kb.Enter)
	b.see(".message.bot", "weekdays at 09:00")
	b.shot("day-4-direct")

	// After a restart everything stands there, once.
	count := `document.querySelectorAll('#log .message').length`
	b.do(chromedp.Click(chromedp.CSS("#go-c\\:interview-prep")))
	b.wait(`location.pathname === '/c/interview-prep'`)
	before := eval[int](b, count)
	b.expected, kim.expected = "/live", "/live" // their server goes away
	stop()
	address, _ = greenroom(t, file)
	again := b.profile()
	again.open(address)
	again.see(".message", "have answered")
	private := eval[int](b, `document.querySelectorAll('#log .private').length`)
	if got := eval[int](again, count); got != before-private || got == 0 {
		t.Errorf("%d messages stood in the channel, %d of them private; after a restart somebody new sees %d", before, private, got)
	}
}
