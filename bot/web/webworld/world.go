// Package webworld is where conversation scripts happen in the playground: the bot with the playground, whose pages people use
// without a browser.
package webworld

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/web"
	"greenroom/store"
)

// World is a bottest.World in which nobody looks at what is shown but to find buttons: what pages show is held by the
// playground's own tests. It lives in a synctest bubble, whose time is the script's.
type World struct {
	*bottest.Bubble
	pages    http.Handler // of this life
	channels []chat.Channel
	people   map[string]*person // by their names in the script
	names    map[string]string  // of people, by id
	last     posted             // what somebody did last
	tokens   []string           // of all that was done
}

// LeftOut tells why the playground has no counterpart for a script; empty where it has one.
func LeftOut(s bottest.Script) string {
	switch {
	case s.Has("plain", "role"):
		return "everybody manages the playground"
	case s.Has("refuse", "removed"):
		return "nothing is refused in the playground, and nobody removes anything"
	case s.Has("joined", "left", "gone"):
		return "the bot is always in the playground"
	case s.Has("late"):
		return "a reply is never too late in the playground"
	}
	return ""
}

// New is a world in which a script is about to begin: a playground that has been there for a while, with nothing set up. Call it
// within synctest.Test.
func New(t *testing.T, s bottest.Script) *World {
	t.Helper()
	w := &World{Bubble: bottest.NewBubble(t, s), people: map[string]*person{}, names: map[string]string{}}
	for _, name := range s.Channels() {
		w.channels = append(w.channels, chat.Channel(name))
	}
	w.Adapter, w.Connected = w.adapter, func() bool { return true }
	t.Cleanup(w.End)
	begun, err := json.Marshal(map[string]any{"at": time.Now(), "done": true}) // else a question is set up by itself
	if err == nil {
		unit := store.Unit{Put: []store.Put{{Ref: store.Key("start"), Bytes: begun}}}
		err = store.Space(w.DB, "web").Commit(t.Context(), unit)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Up()
	return w
}

func (w *World) adapter() (string, chat.Platform) {
	w.T.Helper()
	p, err := web.New(web.Config{DB: store.Space(w.DB, "web"), Log: w.Log, Channels: w.channels, SampleDelay: -1})
	if err != nil {
		w.T.Fatal(err)
	}
	w.pages = p.Handler()
	return "web", p
}

// Differs compares nothing.
func (w *World) Differs(bottest.Line, []bottest.Shown, []bottest.Shown) string { return "" }

// Finish audits what is kept.
func (w *World) Finish() {
	w.T.Helper()
	w.Bubble.Finish(web.Workspace)
}

// Results are what the engine has made of the script.
func (w *World) Results() bottest.Results {
	w.T.Helper()
	return bottest.ResultsOf(w.T, w.DB, web.Workspace, w.named)
}

var memberID = regexp.MustCompile(`\bm\d+\b`)

// named is a text with the script's names in place of the playground's ids.
func (w *World) named(s string) string {
	return memberID.ReplaceAllStringFunc(s, func(id string) string {
		if name, ok := w.names[id]; ok {
			return name
		}
		return id
	})
}

// person is somebody with a browser of their own.
type person struct {
	w       *World
	id      string
	zone    string // of their browser
	browser *http.Client
	form    *form // the dialog that is open; nil when none is
}

// person is a person of the script, who opens the playground when they are first named.
func (w *World) person(name string) *person {
	w.T.Helper()
	if p := w.people[name]; p != nil {
		return p
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.T.Fatal(err)
	}
	p := &person{w: w, zone: "UTC", browser: &http.Client{Jar: jar, Transport: inMemory{w}}}
	p.id = p.me()
	w.people[name], w.names[p.id] = p, name
	return p
}

// Do carries out a line.
func (w *World) Do(l bottest.Line) []bottest.Shown {
	w.T.Helper()
	if w.Passes(l) {
		return nil
	}
	switch l.Verb {
	case "manager": // everybody is one
	case "zone":
		w.person(l.Member).zone = l.Zone
	case "again":
		w.last.by.post(w.last)
	case "twice":
		w.last.token = ""
		w.last.by.post(w.last)
	default:
		w.act(l)
	}
	w.Settle()
	synctest.Wait()
	return nil
}

var mention = regexp.MustCompile(`<@([a-z]+)>`)

// act carries out what a member does.
func (w *World) act(l bottest.Line) {
	w.T.Helper()
	p := w.person(l.Member)
	said := mention.ReplaceAllStringFunc(l.Said, func(m string) string { return "<@" + w.person(m[2:len(m)-1]).id + ">" })
	channel, direct := "c:"+l.Channel, "d:"+p.id
	switch l.Verb {
	case "says":
		p.does(channel, "line", "text", "/greenroom "+said)
	case "mentions":
		p.does(channel, "line", "text", "@greenroom "+said)
	case "writes":
		p.does(direct, "line", "text", said)
	case "opens":
		p.does(direct, "home")
	case "types":
		p.does(channel, "complete", "text", "/greenroom "+l.Said)
	case "clicks":
		p.click(l)
	case "sends":
		p.submit(l)
	}
}

// click presses the newest button of a label that the person can see.
func (p *person) click(l bottest.Line) {
	p.w.T.Helper()
	var newest seen
	for _, m := range p.sees() {
		if m.number > newest.number && m.buttons[l.Said] != "" && bottest.Stands(m.where, m.private, l.Where) {
			newest = m
		}
	}
	if newest.number == 0 {
		p.w.T.Fatalf("%s sees no button %q", l.Member, l.Said)
	}
	p.does(newest.room, "click", "value", newest.buttons[l.Said], "thread", newest.thread, "message", newest.id)
}

// submit fills in and sends the form that is open.
func (p *person) submit(l bottest.Line) {
	p.w.T.Helper()
	f := p.form
	if f == nil {
		p.w.T.Fatalf("no form is open for %s", l.Member)
	}
	values := f.standing()
	for _, filled := range l.Filled {
		i := slices.IndexFunc(f.fields, func(field chat.Field) bool { return field.Name == filled.Name })
		if i < 0 {
			p.w.T.Fatalf("the form of %s has no field %q", l.Member, filled.Name)
		}
		values["f."+filled.Name] = []string{filled.Value}
		if choices := f.fields[i].Choices; len(choices) > 0 {
			chosen, err := bottest.Choose(choices, filled.Value)
			if err != nil {
				p.w.T.Fatalf("field %q: %v", filled.Name, err)
			}
			values["f."+filled.Name] = chosen
		} else if strings.TrimSpace(filled.Value) == "" {
			values["f."+filled.Name] = []string{""}
		}
	}
	p.post(posted{by: p, values: values})
}
