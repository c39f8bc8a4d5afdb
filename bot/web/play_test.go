package web

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"greenroom/bot/chat"
)

// A day with the mouse: the post, the form and its error, the private feedback, the thread, a direct message; and what
// somebody else sees of it.
func TestPlayInABrowser(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	other := b.profile()
	b.open(w.srv.URL)
	other.open(w.srv.URL)
	b.see(".message", "What is asynchronous programming in Python?")
	b.see("time", "Wed 25 Nov, 10:00")
	b.shot("1-post")

	b.button("Answer")
	b.see("dialog", "Your answer")
	b.shot("2-form")
	b.press("too short")
	b.button("Grade it")
	b.see("dialog .error", "at least four words")
	b.shot("3-error")
	if got := eval[string](b, `document.getElementById('field-answer').value`); got != "too short" {
		t.Errorf("after the error the field holds %q", got)
	}
	b.press(" but now long enough: one event loop")
	b.button("Grade it")
	b.see(".private", "I found 1 of 2 points")
	b.wait(`document.querySelector('dialog#form') === null`)
	b.see(".message", "1 has answered")
	b.shot("4-feedback")
	if form := w.bot.took(chat.Submit); len(form) != 2 || form[0].ID == form[1].ID {
		t.Errorf("the two tries are %+v", form)
	}

	other.see(".message", "1 has answered")
	other.see(".thread-link", "1 reply")
	if text := eval[string](other, `document.body.innerText`); strings.Contains(text, "I found 1 of 2") {
		t.Error("somebody else sees the private feedback")
	}

	b.button("1 reply")
	b.see("aside", "Robin shared: too short but now long enough")
	b.press("I would add asyncio", kb.Enter)
	b.see("aside .message", "I would add asyncio")
	b.shot("5-thread")
	other.see(".thread-link", "2 replies")
	eval[bool](b, `[...document.querySelectorAll('aside button')].filter(e => e.textContent === 'Hint, minus 1').map(e => { e.click(); e.click(); }).length === 1`)
	b.see("aside .private", "there are 5 points")
	if n := len(w.bot.took(chat.Click)); n != 2 { // this one and Answer
		t.Errorf("after a double click the bot has seen %d clicks", n)
	}

	b.do(chromedp.Click(chromedp.CSS("#go-d\\:m1")))
	b.wait(`location.pathname === '/d' && document.querySelector('aside') === null`)
	b.see(".message", "Welcome.")
	b.press("what is new", kb.Enter)
	b.see(".message", "I read: what is new (typed: true).")
	b.shot("6-direct")
	b.do(chromedp.NavigateBack())
	b.see("aside", "I would add asyncio")

	w.send(chat.Action{Key: "dm", Do: chat.Direct, Member: host, Message: say("Back on Friday.")}, "")
	b.see(".rooms a .unread", "new")
	b.do(chromedp.Reload())
	b.see(".private", "I found 1 of 2 points")
	b.see(".rooms a .unread", "new")
}

// The same without a mouse.
func TestKeyboardAlone(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	b.open(w.srv.URL)
	if got := b.focus(); !strings.HasPrefix(got, "Write to #interview-prep") {
		t.Errorf("at first the focus is on %q", got)
	}

	b.tabTo("Skip to the messages")
	b.press(kb.Enter)
	if got := eval[string](b, `document.activeElement.id`); got != "log" {
		t.Errorf("the skip link leads to %q", got)
	}
	b.press(kb.ArrowDown)
	if got := eval[string](b, `document.activeElement.id`); got != "at-c:interview-prep.1" {
		t.Errorf("the arrow key leads to %q", got)
	}
	b.tabTo("Answer")
	visibleFocus(b, "the button Answer")
	b.press(kb.Enter)
	b.wait(`document.activeElement.id === 'field-answer'`)
	b.press("half a tho")
	b.press(kb.Escape)
	b.wait(`document.querySelector('dialog[open]') === null`)
	if got := b.focus(); got != "Answer" {
		t.Errorf("after Escape the focus is on %q", got)
	}
	b.press(kb.Enter)
	b.wait(`document.activeElement.value === 'half a tho'`)
	for range 40 { // Tab never leaves the open dialog for the page behind it
		b.press(kb.Tab)
		if eval[bool](b, `document.activeElement.closest('.app') !== null`) {
			t.Fatalf("the focus left the dialog for %q", b.focus())
		}
		if b.focus() == "Grade it" {
			break
		}
	}
	b.press(kb.Enter)
	b.see("#field-answer-error", "at least four words")
	if got := eval[string](b, `document.activeElement.id`); got != "field-answer" {
		t.Errorf("after the error the focus is on %q", got)
	}
	if got := eval[string](b, `document.activeElement.getAttribute('aria-invalid')`); got != "true" {
		t.Errorf("the field is not said to be invalid: %q", got)
	}
	b.press("ught is enough here")
	b.tabTo("Grade it")
	b.press(kb.Enter)
	b.see(".private", "I found 1 of 2 points")
	b.wait(`document.querySelector('dialog[open]') === null`)
	if got := b.focus(); got != "Answer" {
		t.Errorf("after sending the focus is on %q", got)
	}

	b.press(kb.Enter) // what was sent is no draft any more
	b.wait(`document.activeElement.id === 'field-answer'`)
	if got := eval[string](b, `document.activeElement.value`); got != "" {
		t.Errorf("after sending, the form opens with %q", got)
	}
	b.press(kb.Escape)
	b.wait(`document.querySelector('dialog[open]') === null`)

	// The thread: its link, its composer, Escape, and back.
	b.tabTo("1 reply")
	b.press(kb.Enter)
	b.wait(`document.activeElement.closest('aside') !== null`)
	if got := b.focus(); got != "Reply in the thread" {
		t.Errorf("in the thread the focus is on %q", got)
	}
	b.press(kb.Escape)
	b.wait(`document.querySelector('aside') === null`)
	b.wait(`document.activeElement.textContent === '1 reply'`)

	// Commands complete with the keys.
	b.tabTo("Write to #interview-prep")
	b.press("/gr")
	b.see("[role=option]", "/greenroom")
	b.press(kb.Enter)
	b.see("[role=option]", "settings")
	if got := eval[string](b, `document.activeElement.value`); got != "/greenroom " {
		t.Errorf("completed to %q", got)
	}
	b.press("s")
	b.wait(`document.querySelectorAll('main [role=option]').length === 2`)
	b.press(kb.ArrowDown)
	b.wait(`document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.textContent === 'settings'`)
	b.press(kb.Tab)
	b.wait(`document.activeElement.value === '/greenroom settings '`)
	b.press(kb.Enter) // nothing is chosen after a space: it is sent
	b.see(".private", "I read: settings (typed: false).")
	b.wait(`document.activeElement.value === ''`)

	// Another member.
	b.tabTo("You are Robin")
	b.press(kb.Enter)
	b.see("dialog[open]", "Who you are")
	b.tabTo("One more member")
	b.press("Grace", kb.Enter)
	b.see(".me", "You are Grace")
	if text := eval[string](b, `document.body.innerText`); strings.Contains(text, "I found 1 of 2") {
		t.Error("the second member sees the feedback of the first")
	}
}

// visibleFocus checks that a keyboard's focus can be seen.
func visibleFocus(b *tab, what string) {
	b.t.Helper()
	if style := eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`); style == "none" {
		b.t.Errorf("the focus on %s cannot be seen", what)
	}
}

// What comes in does not take the focus, the text or the place of who is doing something.
func TestFocusStaysThroughLiveUpdates(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	b.open(w.srv.URL)
	edit := func(n int) {
		m := question
		m.After = []chat.Block{chat.Text(fmt.Sprint(n, " have answered"))}
		m.Buttons = append([]chat.Button{}, question.Buttons...)
		if n > 5 {
			m.Buttons = m.Buttons[:1]
		}
		w.send(chat.Action{Key: chat.EditKey("post:1"), Do: chat.Edit, Channel: prep, Target: "post:1", Message: m}, "c:interview-prep.1")
		b.see(".message", fmt.Sprint(n, " have answered"))
	}
	b.do(chromedp.Focus(chromedp.CSS("#at-c\\:interview-prep\\.1-b2")))
	edit(2)
	if got := b.focus(); got != "Hint, minus 1" {
		t.Errorf("after an edit the focus is on %q", got)
	}
	edit(10) // the button is gone: the focus stays with its message
	if got := eval[string](b, `document.activeElement.id`); got != "at-c:interview-prep.1" {
		t.Errorf("after the button went the focus is on %q", got)
	}

	b.do(chromedp.Focus(chromedp.CSS("#text-c\\:interview-prep")))
	b.press("half a sent")
	w.send(chat.Action{Key: "n", Do: chat.Post, Channel: prep, Message: say("news")}, "")
	b.see(".message", "news")
	b.press("ence")
	if got := eval[string](b, `document.activeElement.value`); got != "half a sentence" {
		t.Errorf("the composer holds %q", got)
	}

	// Who reads what was before is not carried off.
	for i := range 30 {
		w.send(chat.Action{Key: chat.Key(fmt.Sprint("more", i)), Do: chat.Post, Channel: prep, Message: say(fmt.Sprint("line ", i))}, "")
	}
	b.see(".message", "line 29")
	b.wait(`atEnd(document.getElementById('log'))`)
	eval[float64](b, `document.getElementById('log').scrollTop = 0`)
	w.send(chat.Action{Key: "last", Do: chat.Post, Channel: prep, Message: say("the last")}, "")
	b.see(".jump", "New messages below")
	if top := eval[float64](b, `document.getElementById('log').scrollTop`); top > 2 {
		t.Errorf("the reader was carried to %v", top)
	}
	b.button("New messages below")
	b.wait(`atEnd(document.getElementById('log')) && document.querySelector('.jump').hidden`)

	// A draft is there when one comes back.
	b.do(chromedp.Click(chromedp.CSS("#go-c\\:random")))
	b.wait(`location.pathname === '/c/random' && document.activeElement.value === ''`)
	b.do(chromedp.Click(chromedp.CSS("#go-c\\:interview-prep")))
	b.wait(`document.activeElement.value === 'half a sentence'`)
}

// A screen reader finds landmarks, a live log, named dialogs and fields with their errors.
func TestAccessibilityTree(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	b.open(w.srv.URL + "/c/interview-prep/t/c:interview-prep.1")
	b.has("navigation", "Channels and messages")
	b.has("main", "#interview-prep")
	b.has("complementary", "Thread in #interview-prep")
	b.has("log", "#interview-prep")
	b.has("log", "Thread in #interview-prep")
	b.has("heading", "#interview-prep")
	b.has("textbox", "Write to #interview-prep, or / for commands")
	b.has("textbox", "Reply in the thread")
	b.has("link", "Close the thread")
	b.has("button", "Send")
	b.wait(`[...document.querySelectorAll('.log')].every(log => log.ariaLive === 'polite')`) // once the page has come
	if got := eval[string](b, `[...document.querySelectorAll('.log')].map(log => log.getAttribute('aria-relevant')).join()`); got != "additions,additions" {
		t.Errorf("the logs announce %q: counters and clocks in them would be read out for ever", got)
	}
	b.button("Answer")
	b.see("dialog", "Your answer")
	b.has("dialog", "Question 12")
	b.has("textbox", "Your answer")
	b.has("group", "Afterwards optional")
	b.has("checkbox", "Show my answer with the result")
	b.button("Grade it")
	b.see("dialog .error", "at least four words")
	if got := eval[string](b, `document.activeElement.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id)?.textContent).join('|')`); !strings.Contains(got, "at least four words") {
		t.Errorf("the field is described by %q", got)
	}
	b.press(kb.Escape)
	b.has("heading", "Thread in #interview-prep")
	if got := eval[string](b, `[...document.querySelectorAll('h1, h2, h3')].filter(h => h.checkVisibility()).map(h => h.tagName).join()`); got != "H1,H2" {
		t.Errorf("the headings are %s", got)
	}

	// What changes in place because of one's own click is said; what changes by itself is not.
	b.button("Hint, minus 1")
	b.see("aside .private", "there are 5 points")
	b.button("Next hint")
	b.see("#voice", "Hint: there are 5 points.")
	b.do(chromedp.Focus(chromedp.CSS(".room [name=text]")))
	b.press("/greenroom s")
	b.see("#voice", "2 suggestions")

	b.tabTo("You are Robin")
	b.press(kb.Enter)
	b.has("dialog", "Who you are")
}

// Where the system chooses the colours, what is current, chosen or in focus is still told apart.
func TestForcedColours(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	if err := call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}, {Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		t.Fatal(err)
	}
	b.open(w.srv.URL)
	b.press("/greenroom s")
	b.see("[role=option]", "schedule")
	b.shot("11-forced")
	for _, selector := range []string{".rooms [aria-current]", ".choices [aria-selected=true]", ".composer:focus-within"} {
		if style := eval[string](b, fmt.Sprintf(`getComputedStyle(document.querySelector(%q)).outlineStyle`, selector)); style != "solid" {
			t.Errorf("%s has the outline %q", selector, style)
		}
	}
	if moving := eval[int](b, `[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0).length`); moving > 0 {
		t.Errorf("%d elements move", moving)
	}
}

// What people write, and what they call themselves, is text; whatever it looks like.
func TestHostileTextInABrowser(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	b.open(w.srv.URL)
	hostile := `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script><a href="javascript:window.pwned=1" hx-get="/d" hx-trigger="load">x</a>`
	b.button("You are Robin")
	b.see("dialog[open]", "Who you are")
	b.do(chromedp.SetValue(chromedp.CSS("#my-name"), `<img src=x onerror=pwned=1>`))
	b.button("Rename")
	b.see(".me", "You are <img src=x")
	b.press(hostile, kb.Enter)
	b.see(".typed", "window.pwned=1")
	b.button("Answer")
	b.see("dialog", "Your answer")
	b.press(hostile + " and a few words more")
	b.button("Grade it")
	b.see(".private", "window.pwned=1")
	b.button("1 reply")
	b.see("aside", "and a few words more")
	b.press("/greenroom "+hostile, kb.Enter)
	b.see("aside .private", "window.pwned=1")
	b.do(chromedp.Reload())
	b.see("aside .private", "window.pwned=1")
	if eval[bool](b, `'pwned' in window || document.querySelector('.message img, .message script, .rooms img, [hx-get]') !== null`) {
		t.Error("text from people became part of the page")
	}
}

// A narrow window is not broken: nothing sticks out, and everything is there.
func TestNarrowWindow(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	b.do(chromedp.EmulateViewport(360, 740))
	b.open(w.srv.URL)
	wide := func(where string) {
		t.Helper()
		if over := eval[float64](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s sticks out by %v pixels", where, over)
		}
	}
	wide("the room")
	for _, id := range []string{"go-c:interview-prep", "go-c:random", "go-d:m1", "acting-open"} {
		if right := eval[float64](b, fmt.Sprintf(`document.getElementById(%q).getBoundingClientRect().right`, id)); right > 360 {
			t.Errorf("%s ends at %v: one would have to scroll to find it", id, right)
		}
	}
	b.shot("8-narrow")
	for i := range 9 {
		w.send(chat.Action{Key: chat.Key(fmt.Sprint("more", i)), Do: chat.Post, Channel: prep, Message: say(fmt.Sprint("line ", i))}, "")
	}
	b.see(".message", "line 8")
	b.do(chromedp.EmulateViewport(360, 400)) // a keyboard slides in
	b.wait(`innerHeight === 400 && atEnd(document.getElementById('log'))`)
	b.do(chromedp.EmulateViewport(360, 740))
	b.button("Answer")
	b.see("dialog", "Your answer")
	wide("the form")
	b.shot("9-narrow-form")
	b.press("an event loop and nothing else", kb.Tab, kb.Tab, kb.Tab, kb.Enter)
	b.see(".private", "I found")
	b.button("1 reply")
	b.see("aside", "Robin shared")
	wide("the thread")
	b.shot("10-narrow-thread")
}
