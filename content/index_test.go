package content

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func indexed(t *testing.T) *Index {
	t.Helper()
	bank := func(name, topic string, questions ...string) *Bank {
		b := &Bank{Name: name}
		for _, q := range questions {
			id, rest, _ := strings.Cut(q, " ")
			difficulty, tags, _ := strings.Cut(rest, " ")
			b.Questions = append(b.Questions, Question{ID: id, Bank: name, Topic: topic, Difficulty: difficulty, Tags: strings.Split(tags, ",")})
		}
		return b
	}
	return NewIndex([]*Bank{
		bank("python-async", "Python async", "a1 easy loops,io", "a2 hard io,sql"),
		bank("python-basics", "Python", "b1 easy loops", "b2 medium C++", "a1 easy twice"),
		bank("db", "SQL", "c1 easy joins", "c2 hard C#"),
	})
}

func TestSelect(t *testing.T) {
	x := indexed(t)
	for _, c := range []struct{ words, want string }{
		{"", "a1 a2 b1 b2 c1 c2"},
		{"sql", "a2 c1 c2"},
		{"DB", "c1 c2"},
		{"python", "b1 b2"}, // a whole name before a part of one
		{"async", "a1 a2"},
		{"python async", "a1 a2"},
		{"Python-Async", "a1 a2"},
		{"python sql", "a2 b1 b2 c1 c2"},
		{"basics", "b1 b2"},
		{"loops", "a1 b1"},
		{"loops io", "a1 a2 b1"},
		{"sql io", "a2"}, // sql is a topic first, though a tag too
		{"easy", "a1 b1 c1"},
		{"easy hard", "a1 a2 b1 c1 c2"},
		{"io async easy", "a1"},
		{"c++", "b2"},
		{"C#", "c2"},
		{"sql medium", ""},
	} {
		got, err := x.Select(strings.Fields(c.words))
		var ids []string
		for _, q := range got {
			ids = append(ids, q.ID)
		}
		if err != nil || strings.Join(ids, " ") != c.want {
			t.Errorf("%q selects %v (%v), want %s", c.words, ids, err, c.want)
		}
	}
}

func TestSelectUnknown(t *testing.T) {
	x := indexed(t)
	for _, c := range []struct{ words, word, near string }{
		{"python lops", "lops", "loops"},
		{"sqll easy", "sqll", "sql"},
		{"pyth", "pyth", "Python"},
		{"zebra", "zebra", ""},
	} {
		_, err := x.Select(strings.Fields(c.words))
		var unknown *UnknownWord
		if !errors.As(err, &unknown) || unknown.Word != c.word {
			t.Errorf("%q: %v, want an unknown %q", c.words, err, c.word)
			continue
		}
		if first, _, _ := strings.Cut(strings.Join(unknown.Near, ","), ","); first != c.near || !strings.Contains(err.Error(), c.near) {
			t.Errorf("%q: near %q, want %q first; %v", c.words, unknown.Near, c.near, err)
		}
	}
}

func TestIndex(t *testing.T) {
	x := indexed(t)
	if d := cmp.Diff([]TopicCount{{"Python async", 2}, {"Python", 2}, {"SQL", 2}}, x.Topics()); d != "" {
		t.Errorf("topics (-want +got):\n%s", d)
	}
	if q, ok := x.Question("a1"); !ok || q.Bank != "python-async" {
		t.Errorf("a1 is %v", q)
	}
	if _, ok := x.Question("zz"); ok || len(x.Questions()) != 6 {
		t.Errorf("zz is found, or not six questions are known")
	}
}

func TestLoad(t *testing.T) {
	fsys := fstest.MapFS{
		"banks/b.md":           {Data: []byte(ask("**Main question**: What is b?", "A letter."))},
		"banks/a.md":           {Data: []byte(ask("<!-- id: same -->\n**Main question**: What is a?", "A letter."))},
		"banks/deep/c.MD":      {Data: []byte(ask("<!-- id: same -->\n**Main question**: What is c?", "A letter."))},
		"banks/README.md":      {Data: []byte("# About\n\nNo questions here.\n")},
		"banks/notes.txt":      {Data: []byte("## Question\n")},
		"banks/.hidden/d.md":   {Data: []byte("## Question\n")},
		"banks/deep/broken.md": {Data: []byte("## Question\n")},
		"banks/deep/near.md":   {Data: []byte("## Questoin\n\n**Main qestion**: What is it?\n")},
		"banks/deep/pipe.md":   {Mode: fs.ModeNamedPipe},
		"empty/x.txt":          {Data: []byte("x")},
	}
	banks, problems, err := Load(fsys, "banks", "empty", "banks/notes.txt", "banks/a.md")
	if err != nil {
		t.Fatal(err)
	}
	var names, got []string
	for _, b := range banks {
		names = append(names, b.Name)
	}
	for _, p := range problems {
		kind := "warning"
		if p.Error {
			kind = "error"
		}
		got = append(got, p.File+" "+kind)
	}
	if d := cmp.Diff([]string{"README", "a", "b", "broken", "c", "near", "notes"}, names); d != "" {
		t.Errorf("banks (-want +got):\n%s", d)
	}
	want := []string{"banks/README.md warning", "banks/deep/broken.md error", "banks/deep/near.md error", "banks/deep/pipe.md error", "empty error", "banks/notes.txt error", "banks/deep/c.MD error"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
	last := problems[len(problems)-1]
	if want := "banks/deep/c.MD:1:1: line 1 has the id `same`, which line 1 of banks/a.md already has"; !strings.HasPrefix(last.String(), want) {
		t.Errorf("%s\nwant %s…", last, want)
	}
	if len(banks[4].Questions) != 0 {
		t.Error("the second question with an id is not skipped")
	}
	if _, _, err := Load(fsys, "banks", "gone.md"); err == nil || !strings.Contains(err.Error(), "gone.md") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestIDs(t *testing.T) {
	for _, c := range []struct{ bank, main, want string }{
		{"python-async", "What is a `loop`?", "python-async/what-is-a-loop-"},
		{"My Bank", "Was heißt „Ärger“?", "my-bank/was-heißt-ärger-"},
		{"b", "什么是循环?", "b/什么是循环-"},
		{"b", "नमस्ते क्या है?", "b/नमस्ते-क्या-है-"},
		{"b", "How does the asyncio library facilitate asynchronous programming?", "b/how-does-the-asyncio-library-facilitate-"},
		{"b", strings.Repeat("x", 60), "b/" + strings.Repeat("x", 40) + "-"},
	} {
		id := questionID(c.bank, c.main)
		if len(id) != len(c.want)+6 || !strings.HasPrefix(id, c.want) {
			t.Errorf("%q has the id %s, want %s and six digits", c.main, id, c.want)
		}
	}
	if questionID("b", "Why  not?\n") != questionID("b", "Why not?") || questionID("b", "Why not?") == questionID("b", "Why, not?") {
		t.Error("an id depends on the words and signs of the question, not on its white space")
	}
}

func TestHash(t *testing.T) {
	bank, _ := Parse("loops.md", []byte(sample))
	q := bank.Questions[0]
	moved := q
	moved.Source.Line, moved.Warnings, moved.Segments = 77, []Problem{{Text: "x"}}, nil
	if Hash(&q) != Hash(&moved) || len(Hash(&q)) != 32 {
		t.Errorf("a question that only moved has another hash: %s, %s", Hash(&q), Hash(&moved))
	}
	for name, change := range map[string]func(*Question){
		"id": func(q *Question) { q.ID += "x" }, "main": func(q *Question) { q.Main += "x" }, "answer": func(q *Question) { q.Answer += "x" },
		"follow-up":  func(q *Question) { q.FollowUps = append([]FollowUp{}, q.FollowUps...); q.FollowUps[1].Answer += "x" },
		"key point":  func(q *Question) { q.KeyPoints = append([]KeyPoint{}, q.KeyPoints...); q.KeyPoints[0].Also = nil },
		"trap":       func(q *Question) { q.Trap = nil },
		"difficulty": func(q *Question) { q.Difficulty = "" },
	} {
		changed := q
		change(&changed)
		if Hash(&changed) == Hash(&q) {
			t.Errorf("another %s has the same hash", name)
		}
	}
}
