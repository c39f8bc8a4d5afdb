package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"greenroom/bot/chat"
	"greenroom/store"
)

// book is a message of several pages wherever it stands, with every kind of block.
func book() chat.Message {
	chapter := "## Head\n\n1. *item* `code`\n   - inner [link](https://example.com)\n\n> quote\n\n```go\nx := 1\n```\n\n| a | b |\n|---|---|\n| c | d |\n\n---\n\n"
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("Full answer, "), chat.Who(mira), chat.When(nine, chat.DayTime, "Europe/Berlin"), chat.In(prep)),
			chat.Markdown(chapter), chat.Text(strings.Repeat("word ", 2150)), chat.Text("the end"),
		},
		Buttons: []chat.Button{{Label: "How I did", Value: chat.Value{Look: true, Verb: "did", Post: "12"}, Main: true}},
		After:   []chat.Block{chat.Text("Only you see this.")},
	}
}

// shelf is pages over a memory store, with a clock that the test sets.
func shelf() (*pages, *time.Time) {
	clock := now
	return newPages(store.NewMemory(), slog.New(slog.DiscardHandler), func() time.Time { return clock }), &clock
}

// clicks is the click of a member on the button of a body that is labelled so.
func clicks(t *testing.T, b body, label string, e chat.Event) chat.Event {
	t.Helper()
	for _, row := range b.Components {
		for _, button := range row.Components {
			if button.Label != label {
				continue
			}
			workspace, value := splitID(button.CustomID, e.Member)
			if e.Channel == "" && workspace != e.Workspace {
				t.Errorf("%q names %q", label, workspace)
			}
			v, err := chat.ParseValue(value)
			e.Kind, e.Value = chat.Click, v
			if err != nil || !turnsPage(e) || !e.Looks() {
				t.Errorf("%q leads to %+v, %v", label, v, err)
			}
			return e
		}
	}
	t.Fatalf("no button %q in %+v", label, b.Components)
	return e
}

// A private message is leafed through in its place, to its end and back; the last page has all of it as a file, and what can be done stands
// on each.
func TestTurnPages(t *testing.T) {
	for place, channel := range map[string]chat.Channel{"ephemeral": prep, "direct": ""} {
		p, clock := shelf()
		e := chat.Event{Workspace: guild, Channel: channel, Member: mira, At: now}
		first, keep := privateMessage(book(), readerOf(e))
		if err := p.keep(t.Context(), keep); err != nil {
			t.Fatal(err)
		}
		all := PrivateMessages(book(), e)
		of := len(all)
		shown := first
		turn := func(label string, n int) {
			t.Helper()
			b, update, err := p.turn(t.Context(), clicks(t, shown, label, e))
			if diff := cmp.Diff(asJSON(t, all[n-1]), asJSON(t, b)); err != nil || !update || diff != "" {
				t.Fatalf("%s: %v, %v: %s", place, update, err, diff)
			}
			if got := asJSON(t, b); !strings.Contains(got, "How I did") || !strings.Contains(got, "-# Only you see this.") || !strings.Contains(got, `"attachments":[`) {
				t.Errorf("%s: page %d: %s", place, n, got)
			}
			if (b.upload() != nil) != (n == of) {
				t.Errorf("%s: page %d of %d has the files %v", place, n, of, b.upload())
			}
			shown = b
		}
		for n := 2; n <= of; n++ {
			turn(fmt.Sprintf("Next: page %d of %d", n, of), n)
		}
		for n := of - 1; n >= 1; n-- {
			turn(fmt.Sprintf("Back: page %d of %d", n, of), n)
		}

		gone := func(why string, e chat.Event) {
			t.Helper()
			b, update, err := p.turn(t.Context(), e)
			if said := asJSON(t, b); err != nil || update || !strings.Contains(said, "no longer open") {
				t.Errorf("%s: %s: %v, %v: %s", place, why, update, err, said)
			}
		}
		next := clicks(t, first, fmt.Sprintf("Next: page 2 of %d", of), e)
		foreign := next
		foreign.Member = "80351110224678913"
		gone("somebody else's", foreign)
		next.Value.Part = of + 1
		gone("no such page", next)
		next.Value.Part = 0
		gone("no page at all", next)
		next.Value.Part = 2
		*clock = now.Add(8*24*time.Hour + time.Hour)
		gone("too old", next)
	}
}

// What is too old is removed, what a member has erased too, and nothing else.
func TestPagesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := store.NewMemory()
		p := newPages(db, slog.New(slog.DiscardHandler), time.Now)
		left := func() (n int) {
			all, err := db.List(t.Context(), store.Prefix(pagePrefix), "", 1000)
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		keep := func(member chat.Member, number int) {
			m := book()
			m.Blocks = append(m.Blocks, chat.Text(fmt.Sprint(number)))
			_, k := privateMessage(m, reader{guild, member, time.Now(), false})
			if err := p.keep(t.Context(), k); err != nil {
				t.Fatal(err)
			}
			if err := p.keep(t.Context(), k); err != nil { // asked for again
				t.Fatal(err)
			}
		}
		for i := range 120 {
			keep(mira, i)
		}
		keep("80351110224678913", 1)
		if err := p.forget(t.Context(), func(k Kept) bool { return k.Member == "80351110224678913" }); err != nil || left() != 120 {
			t.Errorf("%v, %d are left", err, left())
		}
		time.Sleep(5 * 24 * time.Hour)
		keep(mira, 1)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); p.run(ctx) }()
		time.Sleep(4 * 24 * time.Hour)
		synctest.Wait()
		if left() != 1 {
			t.Errorf("%d are left", left())
		}
		cancel()
		<-done
	})
}

// A response over HTTP brings its file along.
func TestResponseWithFile(t *testing.T) {
	all := PrivateMessages(book(), chat.Event{Workspace: guild, Channel: prep, Member: mira, At: now})
	last := all[len(all)-1]
	recorder := httptest.NewRecorder()
	if !write(recorder, response{discordgo.InteractionResponseUpdateMessage, last}) {
		t.Fatal("nobody heard it")
	}
	kind, params, err := mime.ParseMediaType(recorder.Header().Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || last.upload()[0].Name != "answer.md" {
		t.Fatalf("%s, %v", kind, err)
	}
	form, err := multipart.NewReader(recorder.Body, params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Data struct {
			Files []attachment `json:"attachments"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(form.Value["payload_json"][0]), &said); err != nil || len(said.Data.Files) != 1 || len(form.File["files[0]"]) != 1 {
		t.Fatalf("%+v, %v, %v", said, form.File, err)
	}
	f, err := form.File["files[0]"][0].Open()
	if err != nil {
		t.Fatal(err)
	}
	holds, err := io.ReadAll(f)
	if got := string(holds); err != nil || got != last.answer || strings.Count(got, "word ") < 2149 || !strings.Contains(got, "```go\nx := 1\n```") {
		t.Errorf("%.300s", got)
	}
}
