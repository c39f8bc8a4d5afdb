package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// shelf is the pages of an adapter over a memory store, with a clock that the test sets.
func shelf(t *testing.T) (*pages, *time.Time) {
	t.Helper()
	clock := now
	s, err := New(Config{DB: store.NewMemory(), Now: func() time.Time { return clock }, BotToken: "xoxb-1", AppToken: "xapp-1"})
	if err != nil {
		t.Fatal(err)
	}
	return s.pages, &clock
}

// book is a message of three pages wherever it stands, with every kind of block.
func book() chat.Message {
	chapter := "## Head\n\n1. *item* `code`\n   - inner [link](https://example.com)\n\n> quote\n\n```go\nx := 1\n```\n\n| a | b |\n|---|---|\n| c | d |\n\n---\n\n"
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("Full answer, "), chat.Who("U0SAM"), chat.When(nine, chat.DayTime, "Europe/Berlin"), chat.In("C0PREP")),
			chat.Markdown(chapter), chat.Text(strings.Repeat("word ", 2150)), chat.Text("the end"),
		},
		Buttons: []chat.Button{{Label: "How I did", Value: chat.Value{Look: true, Verb: "did", Post: "12"}, Main: true}},
		After:   []chat.Block{chat.Text("Only you see this.")},
	}
}

// clicks is the click on the button of an answer that is labelled so, as Slack would send it from the same place.
func clicks(t *testing.T, in Inbound, body any, label string) Inbound {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	values := buttonsOf(t, raw, label)
	if len(values) != 1 {
		t.Fatalf("%d buttons %q in %s", len(values), label, raw)
	}
	in.Event.Kind = chat.Click
	if in.Event.Value, err = chat.ParseValue(values[0]); err != nil || !turnsPage(in.Event) || !in.Event.Looks() {
		t.Fatalf("%q leads to %q: %v", label, values[0], err)
	}
	return in
}

// buttonsOf are the values of the buttons with a label anywhere in a body; all where the label is empty.
func buttonsOf(t *testing.T, raw []byte, label string) (values []string) {
	t.Helper()
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var find func(any)
	find = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				find(x)
			}
		case map[string]any:
			if text, _ := v["text"].(map[string]any); v["type"] == "button" && (label == "" || text["text"] == label) {
				values = append(values, v["value"].(string))
			}
			for _, x := range v {
				find(x)
			}
		}
	}
	find(doc)
	return values
}

// What a call shows: a message's or a view's JSON.
func shows(t *testing.T, c Call) string {
	t.Helper()
	var body any
	switch b := c.Body.(type) {
	case response:
		body = b.message
	case posted:
		body = b.message
	case updated:
		body = b.message
	case viewCall:
		body = b.Body
	default:
		t.Fatalf("%T", b)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// A private message is leafed through in its place: to its end and back, and each page is what was drawn.
func TestTurnPages(t *testing.T) {
	for _, test := range []struct {
		payload string
		method  string // that shows a further page
		check   func(*testing.T, Call)
	}{
		{"click", ResponseURL, func(t *testing.T, c Call) {
			if b := c.Body.(response); !b.Replace || b.Type != "ephemeral" {
				t.Errorf("%+v", b)
			}
			checkMessage(t, c.Body, false)
		}},
		{"direct", "chat.update", func(t *testing.T, c Call) {
			if b := c.Body.(updated); b.Channel != "D0MIRA" || b.TS != "1795420800.000100" {
				t.Errorf("%s %s", b.Channel, b.TS)
			}
			checkMessage(t, c.Body, true)
		}},
		{"click_view", "views.update", func(t *testing.T, c Call) {
			if b := c.Body.(viewCall); b.View != "V0FEED" {
				t.Errorf("%+v", b)
			}
			checkView(t, c.Body.(viewCall).Body)
		}},
		{"home", "views.publish", func(t *testing.T, c Call) {
			if b := c.Body.(viewCall); b.User != "U0MIRA" {
				t.Errorf("%+v", b)
			}
			checkView(t, c.Body.(viewCall).Body)
		}},
	} {
		t.Run(test.payload, func(t *testing.T) {
			p, _ := shelf(t)
			in, m := decoded(t, test.payload), book()
			answer := Respond(in, chat.Reply{Message: &m, Update: true}, names, false)
			if len(answer.Calls) != 1 || answer.Keep == nil {
				t.Fatalf("%+v", answer)
			}
			switch test.payload { // the click comes from where the first page was shown
			case "click":
				in.Way.Private, in.Event.Clicked = true, ""
			case "direct":
				in.Event.Clicked = "D0MIRA/1795420800.000100"
			case "home":
				in.Way.View = "V0HOME"
			}
			for range 2 { // asked for twice, it is kept once
				if err := p.keep(t.Context(), answer.Keep); err != nil {
					t.Fatal(err)
				}
			}
			pages := answer.Keep.Pages
			if got := shows(t, answer.Calls[0]); got != string(pages[0]) {
				t.Errorf("first page\n%s\nwant\n%s", got, pages[0])
			}
			if len(pages) < 2 {
				t.Fatalf("%d pages", len(pages))
			}
			of := " of " + string(rune('0'+len(pages)))
			for i := 1; i < len(pages)+len(pages)-1; i++ {
				n, label := i+1, "Next: page "
				if n > len(pages) {
					n, label = 2*len(pages)-n, "Back: page "
				}
				click := clicks(t, in, json.RawMessage(pages[before(i, len(pages))]), label+string(rune('0'+n))+of)
				answer, err := p.turn(t.Context(), click)
				if err != nil || len(answer.Calls) != 1 || answer.Calls[0].Method != test.method {
					t.Fatalf("%+v, %v", answer, err)
				}
				if got := shows(t, answer.Calls[0]); got != string(pages[n-1]) {
					t.Errorf("page %d\n%s\nwant\n%s", n, got, pages[n-1])
				}
				test.check(t, answer.Calls[0])
			}
		})
	}
}

// before is the page (from 0) on which the reader is after i-1 turns, to the end and back.
func before(i, of int) int {
	if i <= of {
		return i - 1
	}
	return 2*of - i - 1
}

// Pages are shown to nobody but their reader, and for a week.
func TestPagesOfOthersAndOldOnes(t *testing.T) {
	p, clock := shelf(t)
	in, m := decoded(t, "click"), book()
	answer := Respond(in, chat.Reply{Message: &m}, names, false)
	if err := p.keep(t.Context(), answer.Keep); err != nil {
		t.Fatal(err)
	}
	mine := clicks(t, in, answer.Keep.Pages[0], "Next: page 2 of 2")
	open := func(change func(*Inbound)) bool {
		t.Helper()
		in := mine
		change(&in)
		answer, err := p.turn(t.Context(), in)
		if err != nil || len(answer.Calls) != 1 {
			t.Fatalf("%+v, %v", answer, err)
		}
		return !strings.Contains(shows(t, answer.Calls[0]), "This is no longer open")
	}
	for name, change := range map[string]func(*Inbound){
		"another member":    func(in *Inbound) { in.Event.Member = "U0SAM" },
		"another workspace": func(in *Inbound) { in.Event.Workspace = "slack:T0VALE" },
		"no such page":      func(in *Inbound) { in.Event.Value.Part = 3 },
		"page 0":            func(in *Inbound) { in.Event.Value.Part = 0 },
		"no such message":   func(in *Inbound) { in.Event.Value.Post = "20261123-00" },
		"no message":        func(in *Inbound) { in.Event.Value.Post = "" },
	} {
		if open(change) {
			t.Errorf("%s: shown", name)
		}
	}
	same := func(*Inbound) {}
	if *clock = now.Add(7 * 24 * time.Hour); !open(same) {
		t.Error("gone within a week")
	}
	if *clock = now.Add(8 * 24 * time.Hour); open(same) {
		t.Error("shown after eight days")
	}
	count := func() int {
		records, err := p.s.cfg.DB.List(t.Context(), "page/", "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		return len(records)
	}
	for i := range 250 {
		if err := p.keep(t.Context(), &Kept{ID: pageID(m, reader{at: now, workspace: chat.Workspace(rune('a' + i))}, "")}); err != nil {
			t.Fatal(err)
		}
	}
	fresh := &Kept{ID: pageID(m, reader{at: *clock}, "")}
	if err := p.keep(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 252 {
		t.Fatalf("%d records", n)
	}
	if err := p.sweep(t.Context()); err != nil || count() != 1 {
		t.Errorf("%d records are left, %v", count(), err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	p.run(ended) // returns
}

// A page that is shown in one place is not taken for the same message in another.
func TestPagesHaveTheirPlace(t *testing.T) {
	m := book()
	_, message := privateMessage(m, mira, names)
	_, modal := privateView(m, "Question 12", Origin{Channel: "C0PREP"}, mira, names)
	_, other := privateView(m, "Question 12", Origin{Channel: "C0OTHER"}, mira, names)
	_, home := homeView(m, mira, names)
	direct := mira
	direct.direct = true
	_, edited := privateMessage(m, direct, names)
	seen := map[string]bool{}
	for i, k := range []*Kept{message, modal, other, home, edited} {
		if k == nil || seen[k.ID] {
			t.Fatalf("%d: %+v", i, k)
		}
		seen[k.ID] = true
	}
}

// A direct message is known by its action's key, whichever page it shows, and nothing that it says is lost.
func TestDirectMessage(t *testing.T) {
	a := chat.Action{Key: "nudge/1", Do: chat.Direct, Workspace: mira.workspace, Member: mira.member, Message: book()}
	first, keep := directMessage(a, now, names)
	checkMessage(t, first, true)
	raw, _ := json.Marshal(first)
	if !strings.Contains(string(raw), `"event_payload":{"key":"nudge/1","page":"1"}`) || keep == nil {
		t.Errorf("%s", raw)
	}
	for _, page := range keep.Pages {
		if strings.Contains(string(page), "event_payload") { // it would name another message that says the same
			t.Errorf("%s", page)
		}
	}
	a.Do, a.Key, a.Target = chat.Edit, "edit:nudge/1", "nudge/1"
	if edited, _ := directMessage(a, now, names); edited.Metadata.EventPayload[metadataKey] != "nudge/1" {
		t.Errorf("an edit renames its message: %v", edited.Metadata)
	}
}

// In Slack: whoever reads a long message leafs through it where it stands, the bot hears nothing of it, and what is over a week old
// says what to do.
func TestLeafThrough(t *testing.T) {
	m := book()
	reply := func(context.Context, chat.Event) (chat.Reply, error) { return chat.Reply{Message: &m}, nil }
	bothWays(t, func(w *world) {
		w.bot.will(opensForm(reply))
		w.must(w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "answer"))
		synctest.Wait()
		w.must(w.hill.Submit("U0MIRA", map[string][]string{"answer": {"One thread and one event loop."}}))
		synctest.Wait()
		w.bot.will(reply)
		w.must(w.hill.Command("U0MIRA", "C0PREP", "/greenroom", "full"))
		w.must(w.hill.DM("U0MIRA", "full"))
		w.must(w.hill.OpenHome("U0MIRA"))
		synctest.Wait()
		w.bot.got()

		whisper := w.hill.Ephemerals("U0MIRA")[0]
		direct := func() slackfake.Message { all := w.hill.Directs("U0MIRA"); return all[len(all)-1] }
		for name, place := range map[string]struct {
			at   slackfake.Place
			sees func() string
		}{
			"ephemeral": {slackfake.Place{Channel: "C0PREP", TS: whisper.TS}, func() string { return w.hill.Ephemerals("U0MIRA")[0].Plain }},
			"direct":    {slackfake.Place{Channel: direct().Channel, TS: direct().TS}, func() string { return direct().Plain }},
			"modal":     {slackfake.Place{}, func() string { return w.top("U0MIRA") }},
			"home":      {slackfake.Place{Home: true}, func() string { home, _ := w.hill.Home("U0MIRA"); return home.Plain }},
		} {
			words := strings.Count(place.sees(), "word")
			for page := 2; strings.Contains(place.sees(), "[Next: "); page++ {
				first, _, _ := strings.Cut(place.sees()[strings.Index(place.sees(), "[Next: ")+1:], "]")
				w.must(w.hill.Click("U0MIRA", place.at, first))
				synctest.Wait()
				if says := fmt.Sprintf("Page %d of ", page); !strings.Contains(place.sees(), says) || !strings.Contains(place.sees(), "[How I did]") {
					t.Fatalf("%s: %q is not on %.200q", name, says, place.sees())
				}
				words += strings.Count(place.sees(), "word")
			}
			if !strings.Contains(place.sees(), "the end") || words != 2150 {
				t.Errorf("%s: %d words, and at last %.300q", name, words, place.sees())
			}
		}
		if n := len(w.hill.Ephemerals("U0MIRA")); n != 1 || len(w.hill.Views("U0MIRA")) != 1 {
			t.Errorf("%d ephemeral messages", n)
		}
		if events := w.bot.got(); len(events) != 0 {
			t.Errorf("the bot was handed %+v", events)
		}
	})
	inWorld(t, byHTTP, func(w *world) {
		w.bot.will(reply)
		w.must(w.hill.DM("U0MIRA", "full"))
		synctest.Wait()
		time.Sleep(8*24*time.Hour + sweepEvery)
		all := w.hill.Directs("U0MIRA")
		at := slackfake.Place{Channel: all[1].Channel, TS: all[1].TS}
		w.must(w.hill.Click("U0MIRA", at, "Next: page 2 of 3"))
		synctest.Wait()
		if got := w.directs("U0MIRA"); len(got) != 2 || !strings.Contains(got[1], "Ask for it again") {
			t.Errorf("%q", got)
		}
		if left, err := w.slack.cfg.DB.List(t.Context(), "page/", "", 9); err != nil || len(left) != 0 {
			t.Errorf("%d records are left, %v", len(left), err)
		}
	})
}
