package web

import (
	"testing"
)

func TestPlayInABrowser(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	b.open(w.srv.URL)
	b.see(".message", "What is asynchronous programming in Python?")
	b.shot("1-post")
	b.button("Answer")
	b.see("dialog", "Your answer")
	b.shot("2-form")
	b.press("too short")
	b.button("Grade it")
	b.see("dialog .error", "at least four words")
	b.shot("3-error")
	b.press(" but now it is long enough, one event loop")
	b.button("Grade it")
	b.see(".private", "I found 1 of 2 points")
	b.shot("4-feedback")
	b.button("1 reply")
	b.see("aside", "Thread")
	b.shot("5-thread")
	b.press("/gr")
	b.see("[role=option]", "/greenroom")
	b.shot("6-complete")
}
