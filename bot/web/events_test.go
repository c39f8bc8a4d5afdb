package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"greenroom/bot/chat"
)

// client is a browser without a screen.
type client struct {
	*http.Client
	w *world
	n int // tokens made
}

// visit is a browser that has opened the first page.
func (w *world) visit() *client {
	w.t.Helper()
	c := &client{Client: w.browser(), w: w}
	if status, _ := c.get("/"); status != http.StatusOK {
		w.t.Fatalf("the first page answers %d", status)
	}
	return c
}

func (c *client) get(path string) (status int, body string) {
	c.w.t.Helper()
	r, err := c.Get(c.w.srv.URL + path)
	if err != nil {
		c.w.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		c.w.t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

func (c *client) token() string {
	c.n++
	return fmt.Sprintf("%d-client%06d", c.w.cfg.Now().UnixMilli(), c.n)
}

// do posts an event, given as pairs of a name and a value.
func (c *client) do(pairs ...string) (status int, a answer) {
	c.w.t.Helper()
	v := url.Values{"token": {c.token()}, "room": {"c:random"}, "zone": {"Europe/Berlin"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	r, err := c.PostForm(c.w.srv.URL+"/event", v)
	if err != nil {
		c.w.t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		c.w.t.Fatal(err)
	}
	return r.StatusCode, a
}

func TestPeopleTalkWithoutTheBot(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	token := c.token()
	for range 2 {
		if status, a := c.do("kind", "line", "text", "did anybody sleep?", "token", token); status != 200 || a.Say != "" {
			t.Fatalf("%d, %+v", status, a)
		}
	}
	if got := w.texts("c:random", "sam"); fmt.Sprint(got) != "[did anybody sleep?]" {
		t.Errorf("the room shows %q", got)
	}
	if n := len(w.bot.took(chat.Line)); n != 0 {
		t.Errorf("the bot read %d lines that were not for it", n)
	}
}

func TestCommandIsAnsweredInPrivate(t *testing.T) {
	w := newWorld(t, nil)
	c, other := w.visit(), w.visit()
	c.do("kind", "line", "text", "/greenroom help me")
	lines := w.bot.took(chat.Line)
	if len(lines) != 1 || lines[0].Text != "help me" || lines[0].Typed || lines[0].Member != host || !lines[0].Manager || lines[0].Zone != "Europe/Berlin" {
		t.Fatalf("the bot got %+v", lines)
	}
	if _, page := c.get("/c/random"); !strings.Contains(page, "I read: <bdi>help me</bdi>") || !strings.Contains(page, "Only you see this") {
		t.Error("the answer is not on the page of who asked, marked as private")
	}
	if _, page := other.get("/c/random"); strings.Contains(page, "I read: <bdi>help me</bdi>") {
		t.Error("the answer is on somebody else's page")
	}
}

func TestDirectMessages(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	c.do("kind", "line", "text", "help", "room", "d:m1")
	if lines := w.bot.took(chat.Line); len(lines) != 1 || !lines[0].Typed || lines[0].Room != "d:m1" || lines[0].Channel != "" {
		t.Fatalf("the bot got %+v", lines)
	}
	_, page := c.get("/d")
	if !strings.Contains(page, "I read: <bdi>help</bdi>") || strings.Contains(page, "Only you see this</span>") {
		t.Error("the direct conversation does not show the answer plainly")
	}
	if status, a := c.do("kind", "line", "text", "help", "room", "d:sam"); status != 422 || a.Say == "" {
		t.Errorf("writing as somebody else: %d, %+v", status, a)
	}
}

func TestGreetingInTheDirectConversation(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	for range 2 { // two tabs
		c.do("kind", "home", "room", "d:m1")
	}
	if got := w.texts("d:m1", "m1"); fmt.Sprint(got) != "[Welcome.]" {
		t.Errorf("the direct conversation shows %q", got)
	}
}

// A double click, and a form that is sent again after a broken connection, have the same id.
func TestRepeatedClickHasTheSameID(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	token := c.token()
	for range 2 {
		c.do("kind", "click", "value", "hint:1:0", "message", "c:interview-prep.1", "room", "c:interview-prep", "token", token)
	}
	clicks := w.bot.took(chat.Click)
	if len(clicks) != 2 || clicks[0].ID != clicks[1].ID || clicks[0].ID.At.IsZero() {
		t.Fatalf("the ids are %v", clicks)
	}
	if clicks[0].Clicked != "c:interview-prep.1" || clicks[0].Key != "post:1" {
		t.Errorf("clicked %q, key %q", clicks[0].Clicked, clicks[0].Key)
	}
	if got := w.texts("c:interview-prep", host); len(got) != 2 { // the post and one hint
		t.Errorf("the repeat is shown: %q", got)
	}
}

func TestReplyReplacesThePrivateMessageThatWasClicked(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	c.do("kind", "click", "value", "hint:1:0", "message", "c:interview-prep.1", "room", "c:interview-prep")
	private := privateOf(w, host)
	c.do("kind", "click", "value", "hint:1:0:2", "message", string(private.ID), "room", "c:interview-prep")
	if after := privateOf(w, host); after.ID != private.ID || after.Rev == private.Rev {
		t.Errorf("%+v", after)
	}
	last := w.bot.took(chat.Click)[1]
	if last.Clicked != "" || last.Key != "" {
		t.Errorf("a reply is no message that the bot could heal: %q, %q", last.Clicked, last.Key)
	}
	// In place of a message that all see, a private one appears: the post stays.
	c.do("kind", "click", "value", "hint:1:0:2", "message", "c:interview-prep.1", "room", "c:interview-prep")
	if got := w.texts("c:interview-prep", "sam"); len(got) != 1 || !strings.Contains(got[0], "Question 12") {
		t.Errorf("the others now see %q", got)
	}
	if status, _ := w.visit().do("kind", "click", "value", "hint:1:0:2", "message", string(private.ID)); status != 422 {
		t.Errorf("somebody else's private message can be clicked: %d", status)
	}
}

// Whoever has erased what is kept about them finds nothing of it here: neither what the bot told them alone nor what they wrote to it.
func TestErasingTakesWhatAMemberAloneSaw(t *testing.T) {
	w := newWorld(t, nil)
	c, other := w.visit(), w.visit()
	other.do("kind", "line", "text", "of somebody else", "room", "d:m2")
	c.do("kind", "line", "text", "a secret of mine", "room", "d:m1")
	c.do("kind", "submit", "value", "answered:1:0", "f.answer", "my words about one thread", "room", "c:interview-prep")
	c.do("kind", "click", "value", "hint:1:0", "message", "c:interview-prep.1", "room", "c:interview-prep")
	token := c.token()
	for range 2 { // the second finds nothing more
		c.do("kind", "click", "value", "erase:1:0", "message", string(privateOf(w, host).ID), "room", "c:interview-prep", "token", token)
	}
	if got := w.texts("d:m1", host); len(got) > 0 {
		t.Errorf("of the direct conversation there is left %q", got)
	}
	if got := w.texts("c:interview-prep", host); len(got) != 3 || got[2] != "Erased." { // the post, and what was shared in its thread
		t.Errorf("the member sees %q", got)
	}
	if got := w.texts("d:m2", "m2"); len(got) != 2 {
		t.Errorf("of somebody else's there is left %q", got)
	}
	records, err := w.cfg.DB.List(t.Context(), "message/", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if strings.Contains(string(r.Bytes), "secret of mine") || strings.Contains(string(r.Ref), "p:m1") && strings.Contains(string(r.Bytes), "my words") {
			t.Errorf("%s is kept: %s", r.Ref, r.Bytes)
		}
	}
}

func privateOf(w *world, who chat.Member) message {
	w.t.Helper()
	messages, err := w.history.room(w.t.Context(), "c:interview-prep", who)
	if err != nil {
		w.t.Fatal(err)
	}
	last := messages[len(messages)-1]
	if last.Only != who {
		w.t.Fatalf("the last message is not private: %+v", last)
	}
	return last
}

func TestFormOpensAndItsErrorsStandAtTheFields(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	_, a := c.do("kind", "click", "value", "?answer:1:0", "message", "c:interview-prep.1", "room", "c:interview-prep")
	for _, want := range []string{`<dialog id="form" aria-labelledby="form-title"`, `name="f.answer"`, `for="field-answer"`, `aria-describedby="field-answer-hint field-answer-error"`, "Grade it"} {
		if !strings.Contains(a.Form, want) {
			t.Errorf("the form lacks %s:\n%s", want, a.Form)
		}
	}
	_, a = c.do("kind", "submit", "value", "answered:1:0", "f.answer", "no", "room", "c:interview-prep")
	if !strings.Contains(a.Errors["answer"], "four words") {
		t.Errorf("%+v", a)
	}
	_, a = c.do("kind", "submit", "value", "answered:1:0", "f.answer", strings.Repeat("x", chat.MaxAnswer+1), "room", "c:interview-prep")
	if !strings.Contains(a.Errors["answer"], "3001") || len(w.bot.took(chat.Submit)) != 1 {
		t.Errorf("a text that no field takes: %+v", a)
	}
}

// In a thread, answers of the bot stand in the thread.
func TestReplyStandsWhereItWasAsked(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	c.do("kind", "click", "value", "hint:1:0", "message", "c:interview-prep.1", "thread", "c:interview-prep.1", "room", "c:interview-prep")
	if m := privateOf(w, host); m.Thread != "c:interview-prep.1" {
		t.Errorf("it stands in the thread %q", m.Thread)
	}
	if m, err := w.history.message(t.Context(), "c:interview-prep.1"); err != nil || m.Replies != 0 {
		t.Errorf("a private reply is counted: %d, %v", m.Replies, err)
	}
	if status, a := c.do("kind", "line", "text", "to nobody", "thread", "c:random.77"); status != 422 || a.Say == "" {
		t.Errorf("a reply to a message that is gone: %d, %+v", status, a)
	}
}

func TestTroubleIsASentence(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	for _, trouble := range []struct {
		err    error
		status int
		want   string
	}{
		{chat.ErrBusy, 503, "Too much is going on"},
		{fmt.Errorf("shut: %w", chat.ErrClosed), 503, "starting or stopping"},
		{errors.New("open /var/secret: denied"), 500, "our side"},
		{context.DeadlineExceeded, 500, "our side"},
	} {
		w.bot.fail(trouble.err)
		status, a := c.do("kind", "line", "text", "/greenroom help")
		if status != trouble.status || !strings.Contains(a.Say, trouble.want) || strings.Contains(a.Say, "secret") {
			t.Errorf("%v: %d, %q", trouble.err, status, a.Say)
		}
	}
	w.bot.fail(nil)
	if status, a := c.do("kind", "line", "text", "/shrug"); status != 422 || a.Say != "There is no command /shrug here: try /greenroom help." {
		t.Errorf("%d, %q", status, a.Say)
	}
	if status, a := c.do("kind", "submit", "value", "answered:1:0", "f.answer", strings.Repeat("x", maxBody)); status != 413 || a.Say == "" {
		t.Errorf("a huge body: %d, %+v", status, a)
	}
}

func TestCompletionsComeFromTheBot(t *testing.T) {
	w := newWorld(t, nil)
	_, a := w.visit().do("kind", "complete", "text", "/greenroom s")
	if len(a.Choices) != 2 || a.Choices[0].Value != "schedule" {
		t.Errorf("%+v", a.Choices)
	}
}

// A page can name any message as a thread or as what was clicked; only what stands in its room, and in its sight, counts.
func TestForeignMessagesAreNoThreads(t *testing.T) {
	w := newWorld(t, nil)
	c := w.visit()
	secret := w.send(chat.Action{Key: "dm", Do: chat.Direct, Member: "sam", Message: say("to Sam alone")}, "")
	post := w.send(chat.Action{Key: "p", Do: chat.Post, Channel: "random", Message: say("a post")}, "")
	reply := w.send(chat.Action{Key: "r", Do: chat.Thread, Channel: "random", Message: say("below it")}, post)
	for what, id := range map[string]chat.MessageID{"somebody's message": secret, "a reply": reply, "a post elsewhere": "c:interview-prep.1", "nothing": "c:random.99"} {
		if status, a := c.do("kind", "line", "text", "hello", "thread", string(id)); status != 422 || !strings.Contains(a.Say, "not there") {
			t.Errorf("a reply to %s: %d, %+v", what, status, a)
		}
		if id == reply {
			continue
		}
		if status, a := c.do("kind", "click", "value", "hint:1:0", "message", string(id)); status != 422 || !strings.Contains(a.Say, "not there") {
			t.Errorf("a click on %s: %d, %+v", what, status, a)
		}
	}
	if m, err := w.history.message(t.Context(), secret); err != nil || m.Replies != 0 {
		t.Errorf("Sam's message has %d replies, %v", m.Replies, err)
	}
	if status, _ := c.get("/c/random/t/" + string(reply)); status != 404 {
		t.Errorf("the thread of a reply: %d", status)
	}
	if status, a := c.do("kind", "click", "value", "hint:1:0", "room", "d:sam"); status != 422 || a.Say != "This page is out of date: reload it and try again." {
		t.Errorf("a forged room: %d, %+v", status, a)
	}
}
