package quiz_test

import (
	"strings"
	"testing"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
)

// FuzzLine types any line into a channel and into a direct message, as a manager and as nobody in particular, and holds
// what the machine holds: an answer that fits everywhere, no error, the same decision twice.
func FuzzLine(f *testing.F) {
	for _, line := range lines {
		f.Add(line)
	}
	f.Add("schedule add " + strings.Repeat("mon ", 500) + "9:00 #" + strings.Repeat("x", 2000))
	f.Add("schedule add " + strings.Repeat("zzz ", 900)) // looking for what was meant takes time
	f.Add("schedule add 9:00 order result follow-ups start")
	f.Add("schedule add 9:00 daily result 1d start 9999-12-31 order shuffle follow-ups 1m")
	engine := quiz.New(quiz.Config{Banks: machineBanks(f)})
	f.Fuzz(func(t *testing.T, line string) {
		m := newMachine(t, engine)
		for _, place := range []chat.Channel{"team", ""} {
			for _, who := range []chat.Member{"mira", "sam"} {
				m.line(who, place, line)
				m.event(chat.Event{Kind: chat.Complete, Member: who, Channel: place, Room: chat.ChannelRoom(place), Text: line})
				m.settle()
			}
		}
		m.line("mira", "team", "schedule list")
	})
}

// FuzzSubmit sends any text and any chosen values into every form.
func FuzzSubmit(f *testing.F) {
	f.Add("answer", "PUT is idempotent, so sending it twice leaves the same state.", "0", "1")
	f.Add("correct", "my own words", "0", "-1")
	f.Add("setup", "9:00", "weekdays", "Europe/Berlin")
	f.Add("days", "mon,wed", "25:00", "x")
	f.Add("move", "#other", "", "")
	f.Add("name", "nick", strings.Repeat("n", 99), "hidden")
	f.Add("no-such-form", "", "", "")
	engine := quiz.New(quiz.Config{Banks: machineBanks(f)})
	f.Fuzz(func(t *testing.T, verb, a, b, c string) {
		m := newMachine(t, engine)
		var post string
		for _, s := range m.seen {
			for _, button := range s.message.Buttons {
				if button.Value.Verb == "answer" {
					post = button.Value.Post
				}
			}
		}
		for _, about := range []string{post, "s1", ""} {
			for _, part := range []int{0, 1, 99, -1} {
				fields := map[string][]string{}
				for i, name := range []string{"answer", "said", "not", "words", "time", "days", "zone", "topics", "channel", "how", "nick"} {
					fields[name] = [][]string{{a}, {b, c}, {c}, nil}[i%4]
				}
				m.event(chat.Event{Kind: chat.Submit, Member: "mira", Channel: "team", Room: "c:team", Fields: fields,
					Value: chat.Value{Verb: verb, Post: about, Part: part, Arg: b}})
				m.settle()
			}
		}
	})
}
