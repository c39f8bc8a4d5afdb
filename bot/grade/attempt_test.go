package grade

import (
	"strings"
	"testing"
)

func TestGivesUp(t *testing.T) {
	for _, s := range []string{
		"", " ", "?", "...", "I don't know", "I don’t know.", "i dont know", "I do not know this one, sorry", "no idea", "No idea!", "idk", "IDK lol", "dunno",
		"I have no clue", "not sure", "I'm not sure about that", "pass", "skip", "sorry, I have to pass", "keine Ahnung", "Weiß ich leider nicht", "Das weiß ich nicht", "je ne sais pas",
		"I don't remember", "I can't remember right now", "n/a", "Honestly, no idea at all.", "I don't know how that works", "I have no idea what an event loop is",
	} {
		if !GivesUp(s) {
			t.Errorf("%q gives up", s)
		}
	}
	for _, s := range []string{
		"I don't know whether it is fair, but an event loop runs tasks in turns", "Not sure, but I think await yields", "no idea how it is called: it runs tasks",
		"The event loop does not know about threads", "pass the coroutine to gather", "skip lists", "It passes control", "443", "nothing runs in the meantime",
		"I don't know how because nobody told me", "next fit allocation", "no clue why, it is a queue", strings.Repeat("I don't know ", 40),
	} {
		if GivesUp(s) {
			t.Errorf("%q does not give up", s)
		}
	}
}

func TestWords(t *testing.T) {
	for s, want := range map[string]int{
		"":                                   0,
		"the of and":                         0,
		"um, well, basically":                0,
		"one event loop runs":                3,
		"tasks take turns on a thread":       4,
		"async/await":                        2,
		"create_task":                        2,
		"Die Ereignisschleife verteilt Zeit": 4,
		"C++ and C#":                         2,
		"事件循环":                               4,
		"don't":                              0,
	} {
		if got := Words(s); got != want {
			t.Errorf("%q: %d words, want %d", s, got, want)
		}
	}
}

func TestTexts(t *testing.T) {
	for s, want := range map[string]string{
		"HTTPServer parseURLs v2": "http server parse urls v2",
		"asyncio.run(main())":     "asyncio run main",
		"a->b_c":                  "a b c",
		"3.11, 1,000 and 0.5":     "3.11 1000 and 0.5",
		"It's the loop’s don’t":   "it the loop dont",
		"I/O and TCP/IP":          "io and tcp ip",
		"O( n log n ) C++, C#":    "o(nlogn) c++ c#",
		"naïve ÉTÉ \xff x":        "naïve été x",
		"__init__ x_":             "init x",
	} {
		var got []string
		for _, w := range words(s) {
			got = append(got, w.text)
			if int(w.end) > len(s) || w.start >= w.end {
				t.Errorf("%q: word %q at %d to %d", s, w.text, w.start, w.end)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", s, strings.Join(got, " "), want)
		}
	}
}

// Says is Words compared with a number, however long the answer is.
func TestSays(t *testing.T) {
	long := strings.Repeat("and so on and on, that is to say, ", 40)
	for _, answer := range []string{"", "one thread", "an event loop runs one task at a time", long, long + "threads wait for sockets", "threads wait for sockets " + long} {
		for n := range 8 {
			if got, want := Says(answer, n), Words(answer) >= n; got != want {
				t.Errorf("%d words in %.40q: %v, want %v", n, answer, got, want)
			}
		}
	}
}
