package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"greenroom/bot/chat"
)

// While the server is away a notice stands there; afterwards nothing is missing, and what was written is sent once.
func TestConnectionLost(t *testing.T) {
	w := newWorld(t, nil)
	var down, deaf atomic.Bool
	pages := w.Handler()
	srv := newServer(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if down.Load() {
			panic(http.ErrAbortHandler) // breaks the connection
		}
		if r.Method == http.MethodPost && deaf.Load() {
			pages.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler) // done, but the answer is lost
		}
		pages.ServeHTTP(rw, r)
	}))
	b := startBrowser(t)
	b.expected = "ERR_" // the browser says that the network failed
	b.open(srv.URL + "/c/random")
	down.Store(true)
	srv.CloseClientConnections()
	b.see("#notice", "The connection is lost")
	b.press("are you there?", kb.Enter)
	b.see(".composer .error", "cannot be reached")
	w.send(chat.Action{Key: "meanwhile", Do: chat.Post, Channel: "random", Message: say("meanwhile")}, "")
	b.shot("7-lost")
	down.Store(false)
	b.see(".message", "meanwhile")
	b.wait(`document.getElementById('notice').textContent === ''`)
	b.wait(`document.activeElement.value === 'are you there?'`)
	b.press(kb.Enter, "and more")
	b.see(".message", "are you there?")
	b.wait(`document.activeElement.value === 'and more'`)
	deaf.Store(true)
	b.press(kb.Enter)
	b.see(".message", "and more")
	b.see(".composer .error", "cannot be reached")
	deaf.Store(false)
	b.press(kb.Enter) // the same again: the server knows it
	b.wait(`document.activeElement.value === ''`)
	if got := w.texts("c:random", host); fmt.Sprint(got) != "[meanwhile are you there? and more]" {
		t.Errorf("the room shows %q", got)
	}
}

// On a slow network one goes on writing and sending: every line arrives, once and in order, in the room it was written in.
func TestLinesTypedAhead(t *testing.T) {
	w := newWorld(t, nil)
	pages := w.Handler()
	answers := make(chan bool) // each lets one post through
	srv := newServer(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			select {
			case <-answers:
			case <-r.Context().Done():
			}
		}
		pages.ServeHTTP(rw, r)
	}))
	b := startBrowser(t)
	b.open(srv.URL + "/c/random")
	b.press("one", kb.Enter, "two", kb.Enter, "thr")
	b.wait(`document.activeElement.value === 'thr'`)
	b.do(chromedp.Click(chromedp.CSS("#go-c\\:interview-prep")))
	b.wait(`location.pathname === '/c/interview-prep'`)
	for _, line := range []string{"one", "two"} {
		select {
		case answers <- true:
		case <-time.After(20 * time.Second):
			t.Fatalf("%q was not sent", line)
		}
	}
	b.do(chromedp.Click(chromedp.CSS("#go-c\\:random")))
	b.see(".message", "two")
	b.wait(`document.activeElement.value === 'thr'`)
	if got := w.texts("c:random", host); fmt.Sprint(got) != "[one two]" {
		t.Errorf("the room shows %q", got)
	}
	if got := w.texts("c:interview-prep", host); len(got) != 1 {
		t.Errorf("the other room shows %q", got)
	}
}

// What the server broke off may have been done: the second try is the same event, and the form keeps its text.
func TestSecondTryAfterAnError(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	b.expected = "500"
	b.open(w.srv.URL)
	b.button("Answer")
	b.see("dialog", "Your answer")
	b.press("an event loop and nothing else")
	w.bot.fail(errors.New("the disk is on fire"))
	b.button("Grade it")
	b.see("#form-error", "Something broke on our side")
	w.bot.fail(nil)
	if got := eval[string](b, `document.getElementById('field-answer').value`); got != "an event loop and nothing else" {
		t.Errorf("after the error the field holds %q", got)
	}
	b.button("Grade it")
	b.see(".private", "I found 1 of 2 points")
	if took := w.bot.took(chat.Submit); len(took) != 2 || took[0].ID != took[1].ID {
		t.Errorf("the two tries are %+v", took)
	}
}

// A server that goes away while somebody writes in a form loses nothing: not the text, and not after a reload.
func TestFormSurvivesARestart(t *testing.T) {
	w := newWorld(t, nil)
	var down atomic.Bool
	pages := w.Handler()
	srv := newServer(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if down.Load() {
			panic(http.ErrAbortHandler)
		}
		pages.ServeHTTP(rw, r)
	}))
	b := startBrowser(t)
	b.expected = "ERR_"
	b.open(srv.URL)
	b.button("Answer")
	b.see("dialog", "Your answer")
	b.press("an event loop")
	down.Store(true)
	srv.CloseClientConnections()
	b.see("#notice", "The connection is lost")
	b.press(" and nothing else")
	b.button("Grade it")
	b.see("#form-error", "cannot be reached")
	down.Store(false)
	b.wait(`document.getElementById('notice').textContent === ''`)
	b.do(chromedp.Reload())
	b.wait(`document.querySelector('#app') !== null && stream.readyState === EventSource.OPEN`)
	b.button("Answer")
	b.wait(`document.activeElement.value === 'an event loop and nothing else'`)
	b.button("Grade it")
	b.see(".private", "I found 1 of 2 points")
}

// A link that leads nowhere right now leaves the page as it is; one to a page that is gone shows the page that says so.
func TestLinksThatFail(t *testing.T) {
	w := newWorld(t, nil)
	var down atomic.Bool
	pages := w.Handler()
	srv := newServer(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if down.Load() && strings.HasPrefix(r.URL.Path, "/c/") {
			panic(http.ErrAbortHandler)
		}
		pages.ServeHTTP(rw, r)
	}))
	b := startBrowser(t)
	b.expected = "ERR_|Failed to fetch|404"
	b.open(srv.URL)
	down.Store(true)
	b.do(chromedp.Click(chromedp.CSS("#go-c\\:random")))
	b.see("#notice", "cannot be reached")
	b.see(".message", "What is asynchronous programming in Python?")
	down.Store(false)
	w.send(chat.Action{Key: "d", Do: chat.Post, Channel: prep, Message: say("soon gone")}, "")
	b.see(".message", "soon gone")
	eval[bool](b, `document.querySelector('#log .message:last-of-type .thread-link a').setAttribute('href', '/c/interview-prep/t/none') || true`)
	eval[bool](b, `document.querySelector('#log .message:last-of-type .thread-link a').click() || true`)
	b.see("h1", "There is no such thread")
}

// Two tabs of one browser are two members: each stays who it is, along its links and in its stream.
func TestTabsOfTwoMembers(t *testing.T) {
	w := newWorld(t, nil)
	b := startBrowser(t)
	b.open(w.srv.URL)
	second := newTab(t, b.ctx)
	second.open(w.srv.URL)
	second.button("You are Robin")
	second.tabTo("One more member")
	second.press("Grace", kb.Enter)
	second.see(".me", "You are Grace")
	b.do(chromedp.Click(chromedp.CSS("#go-c\\:random")))
	b.wait(`location.pathname === '/c/random'`)
	b.see(".me", "You are Robin")
	b.see(".people", "Grace")
	b.press("/greenroom help", kb.Enter)
	b.see(".private", "I read: help")
	b.do(chromedp.NavigateBack())
	b.wait(`location.pathname === '/c/interview-prep'`)
	b.see(".me", "You are Robin")
}
