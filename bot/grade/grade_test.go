package grade

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"greenroom/content"
)

// stackTask and dnsTask are questions of other fields: what is true of one topic only is no rule.
var (
	stackTask = Task{
		Question: "What is the difference between a stack and a queue?",
		Refs: []string{"A stack is last in, first out: push and pop work on the same end. A queue is first in, first out: elements are added at the back and taken from the front. " +
			"Call frames live on a stack; a scheduler keeps waiting jobs in a queue."},
		KeyPoints: []content.KeyPoint{
			{Name: "A stack is LIFO", Text: "A stack is last in first out: push and pop work on the same end."},
			{Name: "A queue is FIFO", Text: "A queue is first in first out: elements are added at the back and taken from the front."},
			{Name: "Typical uses", Text: "Call frames live on a stack; a scheduler keeps waiting jobs in a queue.", Also: []string{"undo history and breadth-first search"}},
		},
	}
	dnsTask = Task{
		Question: "What happens when a resolver looks up a host name?",
		Refs: []string{"The stub resolver checks its cache, then asks a recursive resolver. That one walks from a root server to the server of the top-level domain and on to the authoritative name server, " +
			"which returns the address record. Every answer is cached for its time to live."},
	}
)

func has(g Grade, f Flag) bool { return slices.Contains(g.Flags, f) }

func found(g Grade) int {
	n := 0
	for _, p := range g.Points {
		if p.Found {
			n++
		}
	}
	return n
}

func tasks() map[string]Task {
	return map[string]Task{"loop": loopTask, "stack": stackTask, "dns": dnsTask}
}

func TestReferenceCoversItself(t *testing.T) {
	for name, task := range tasks() {
		g := Prepare(task).Grade(task.Refs[0])
		if g.Score < 0.97 || found(g) != len(g.Points) || g.Abstained || len(g.Points) == 0 {
			t.Errorf("%s: score %.2f, %d of %d points", name, g.Score, found(g), len(g.Points))
		}
		if len(g.Flags) > 0 {
			t.Errorf("%s: flags %v", name, g.Flags)
		}
	}
}

func TestDeniedReferenceIsFlagged(t *testing.T) {
	for name, task := range tasks() {
		for _, deny := range []string{"It is not true that ", "It's not the case that ", "It is wrong to say that ", "It isn’t correct that "} {
			if g := Prepare(task).Grade(deny + task.Refs[0]); !has(g, FlagNegated) {
				t.Errorf("%s: %q: flags %v", name, deny, g.Flags)
			}
		}
	}
}

func TestNegationOfAPoint(t *testing.T) {
	for _, c := range []struct {
		answer string
		want   bool
	}{
		{"A stack is not last in first out.", true},
		{"You never push or pop on the same end of a stack.", true},
		{"A stack is last in first out and a queue isn't.", false},
		{"A stack is last in first out, not a queue where the first one in leaves first.", false},
		{"No magic here: a stack is last in first out.", false},
	} {
		if g := Prepare(stackTask).Grade(c.answer); has(g, FlagNegated) != c.want {
			t.Errorf("%q: flags %v", c.answer, g.Flags)
		}
	}
	// Where the reference itself says "not", saying it too denies nothing.
	if g := Prepare(loopTask).Grade("A handler must not block, because nothing else runs meanwhile."); has(g, FlagNegated) || !g.Points[2].Found {
		t.Errorf("flags %v, points %+v", g.Flags, g.Points[2])
	}
}

func TestShuffledReferenceIsFlagged(t *testing.T) {
	for name, task := range tasks() {
		flagged := 0
		for seed := range uint64(20) {
			ws := strings.Fields(task.Refs[0])
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(ws), func(i, j int) { ws[i], ws[j] = ws[j], ws[i] })
			if has(Prepare(task).Grade(strings.Join(ws, " ")), FlagKeywords) {
				flagged++
			}
		}
		// Chance puts some neighbours back together: not every shuffle can be told.
		if flagged < 12 {
			t.Errorf("%s: %d of 20 shuffles flagged", name, flagged)
		}
	}
}

func TestParrotIsFlaggedAndLow(t *testing.T) {
	for name, task := range tasks() {
		for _, answer := range []string{task.Question, "Well, so, " + strings.ToLower(task.Question) + " " + task.Question} {
			if g := Prepare(task).Grade(answer); !has(g, FlagParrot) || g.Score > 0.35 || found(g) > 0 {
				t.Errorf("%s: %q: score %.2f, flags %v, %d found", name, answer, g.Score, g.Flags, found(g))
			}
		}
	}
}

func TestOtherReferenceIsLowOrAbstained(t *testing.T) {
	for name, task := range tasks() {
		for other, from := range tasks() {
			if name == other {
				continue
			}
			if g := Prepare(task).Grade(from.Refs[0]); !g.Abstained && g.Score > 0.3 || found(g) > 0 {
				t.Errorf("%s graded with the answer of %s: score %.2f, %d found", name, other, g.Score, found(g))
			}
		}
	}
}

func TestPaddingIsFlaggedLong(t *testing.T) {
	padding := strings.Repeat("Many good engineers like to talk about the weather and about football on rainy Sundays. ", 40)
	for name, task := range tasks() {
		r := Prepare(task)
		for _, answer := range []string{padding + task.Refs[0], task.Refs[0] + " " + padding, padding + task.Refs[0] + padding} {
			g := r.Grade(answer)
			if !has(g, FlagLong) || found(g) != len(g.Points) || g.Score < 0.5 {
				t.Errorf("%s: flags %v, score %.2f, %d of %d found", name, g.Flags, g.Score, found(g), len(g.Points))
			}
		}
		if has(r.Grade(task.Refs[0]+" "+task.Refs[0]), FlagLong) {
			t.Errorf("%s: twice the reference is not long", name)
		}
	}
}

// What stands further apart than a long answer may be long is not put together.
func TestLongAnswerIsGradedByOneStretch(t *testing.T) {
	padding := strings.Repeat("weather football rain sunday coffee ", 100)
	g := Prepare(stackTask).Grade("A stack is last in first out." + padding + "A queue is first in first out.")
	if found(g) != 1 || !has(g, FlagLong) {
		t.Errorf("%d found, flags %v", found(g), g.Flags)
	}
}

func TestEmptyAnswers(t *testing.T) {
	for _, answer := range []string{"", "  \n", "?", "I don't know", "i don’t know", "No idea, sorry.", "idk", "keine Ahnung", "pass"} {
		g := Prepare(stackTask).Grade(answer)
		if g.Score != 0 || g.Abstained || !has(g, FlagEmpty) || found(g) > 0 || len(g.Points) != 3 {
			t.Errorf("%q: %+v", answer, g)
		}
	}
}

func TestOtherWordingsCount(t *testing.T) {
	g := Prepare(stackTask).Grade("The undo history of an editor, and breadth-first search.")
	if !g.Points[2].Found || g.Points[0].Found || g.Points[1].Found || g.Abstained {
		t.Errorf("%+v", g)
	}
}

func TestLanguages(t *testing.T) {
	for lang, abstains := range map[string]bool{"": false, "en": false, "en-GB": false, "EN": false, "de": true, "eno": true} {
		task := stackTask
		task.Lang = lang
		g := Prepare(task).Grade(task.Refs[0])
		if g.Abstained != abstains || len(g.Points) != 3 || abstains && found(g) > 0 {
			t.Errorf("%q: %+v", lang, g)
		}
	}
}

func TestWordsThatMatch(t *testing.T) {
	for _, c := range []struct {
		ref, answer string
		want        bool
	}{
		{"schedule tasks", "the scheduler's task", true},
		{"concurrent coroutines", "concurently running corutines", true},
		{"asynchronous functions", "async funcs", true},
		{"create_task", "createTask", true},
		{"create_task", "create task", true},
		{"TaskGroup", "taskgroup", true},
		{"taskgroup", "TaskGroup", true},
		{"event loop", "eventloop", true},
		{"database", "data base", true},
		{"LIFO order", "last in first out order", true},
		{"I/O", "i o", true},
		{"input or output", "IO", true},
		{"O(n log n)", "o(n lg n)", true},
		{"O(n^2)", "O(n²)", true},
		{"port 443", "port 80", false},
		{"O(n)", "O(1)", false},
		{"C++ templates", "C templates", false},
		{"synchronous", "asynchronous", false},
		{"increase", "decrease", false},
		{"maximize throughput", "minimize throughput", false},
		{"stateful service", "stateless service", false},
		{"push", "pop", false},
		{"stack", "queue", false},
		{"interface", "interact", false},
		{"server", "several", false},
		{"several", "servers", false},
		{"parse the text", "pause the test", false},
	} {
		r := Prepare(Task{Refs: []string{c.ref}, KeyPoints: []content.KeyPoint{{Name: c.ref, Text: c.ref}}})
		if g := r.Grade(c.answer); g.Points[0].Found != c.want {
			t.Errorf("%q for %q: coverage %.2f", c.answer, c.ref, g.Points[0].Coverage)
		}
	}
}

func TestBecauseQuotesWhatCounted(t *testing.T) {
	g := Prepare(loopTask).Grade("Well, one thread. It asks the kernel (epoll) which sockets are ready, and then\nit resumes the coroutine.")
	for i, want := range []string{"asks the kernel (epoll) which sockets", "resumes the coroutine"} {
		p := g.Points[i]
		if !p.Found || !strings.Contains(strings.Join(p.Because, "|"), want) {
			t.Errorf("%s: found %v because %q", p.Text, p.Found, p.Because)
		}
	}
}

func TestPointsDrawnFromReferences(t *testing.T) {
	for _, c := range []struct {
		task Task
		want []string
	}{
		{
			Task{Refs: []string{"# Head\nIntro here.\n\n- **Readiness**: the kernel tells\n  - nested text\n- Callbacks are called by the loop\n\n```\n- code\n```\nIn conclusion, fine."}},
			[]string{"Readiness", "Callbacks are called by the loop"},
		},
		{
			Task{Refs: []string{"", "A stack is last in first out. Yes. A queue is first in first out. In summary, they differ in order."}},
			[]string{"A stack is last in first out.", "A queue is first in first out."},
		},
		{
			Task{Explanation: "The candidate should explain the event loop, coroutines and how tasks are awaited."},
			[]string{"the event loop", "coroutines", "how tasks are awaited"},
		},
		{Task{Refs: []string{"443"}}, []string{"443"}},
		{Task{Question: "Why?"}, nil},
	} {
		var got []string
		for _, p := range Prepare(c.task).Grade("something to say about it").Points {
			got = append(got, p.Text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestShortReference(t *testing.T) {
	r := Prepare(Task{Question: "Which port does HTTPS use?", Refs: []string{"443", "port 443, or 8443"}})
	if g := r.Grade("443"); g.Score < 0.97 || found(g) != 1 {
		t.Errorf("%+v", g)
	}
	if g := r.Grade("It uses port 80 by default"); found(g) != 0 || g.Score > 0.3 {
		t.Errorf("%+v", g)
	}
}

func TestNothingToCompareWith(t *testing.T) {
	for _, task := range []Task{{}, {Question: "Why?"}, {Refs: []string{"", "\n"}}, {KeyPoints: []content.KeyPoint{{}}}, {KeyPoints: []content.KeyPoint{{Name: "the"}}}} {
		g := Prepare(task).Grade("An answer of a few words.")
		if !g.Abstained || g.Score != 0 || g.Points == nil || g.Flags == nil {
			t.Errorf("%+v: %+v", task, g)
		}
	}
}

func TestSameTaskSameGrade(t *testing.T) {
	want := Prepare(loopTask).Grade(longAnswer)
	for range 20 {
		if g := Prepare(loopTask).Grade(longAnswer); !reflect.DeepEqual(g, want) {
			t.Fatalf("%+v\n%+v", g, want)
		}
	}
}

func TestRubricIsShared(t *testing.T) {
	r := Prepare(loopTask)
	want := r.Grade(longAnswer)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				if g := r.Grade(longAnswer); g.Score != want.Score || found(g) != found(want) {
					t.Error("a shared rubric gave another grade")
				}
			}
		})
	}
	wg.Wait()
}

func TestLowIsNotWrong(t *testing.T) {
	g := Prepare(stackTask).Grade("Think of plates in a canteen against shoppers at a till.")
	if !g.Abstained || g.Score > abstainAt || found(g) != 0 || len(g.Points) != 3 {
		t.Errorf("%+v", g)
	}
}

// What every key point says tells nothing about one of them.
func TestSharedWordsTellLittle(t *testing.T) {
	g := Prepare(Task{Refs: []string{"Worker processes answer requests."}, KeyPoints: []content.KeyPoint{
		{Name: "The supervisor restarts crashed or stuck worker processes"},
		{Name: "The supervisor kills greedy idle worker processes"},
		{Name: "The supervisor logs strange silent worker processes"},
	}}).Grade("The supervisor restarts crashed worker processes.")
	if !g.Points[0].Found || g.Points[1].Found || g.Points[2].Found {
		t.Errorf("%+v", g.Points)
	}
}

func TestTypos(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"event", "evnet", true},
		{"event", "evemt", true},
		{"events", "event", true},
		{"event", "evtn", false}, // under five letters
		{"event", "evnte", false},
		{"library", "libary", true},
		{"library", "libbaryy", false},
		{"coroutine", "coruotinne", true},
		{"coroutine", "corotin", false}, // seven letters: one slip only
		{"scheduler", "shceduelr", true},
		{"scheduler", "scavenger", false},
		{"concurrent", "concatenate", false},
		{"abcdefgh", "abxdyfzh", false},
	} {
		if typo(c.a, c.b) != c.want || typo(c.b, c.a) != c.want {
			t.Errorf("%s %s: want %v", c.a, c.b, c.want)
		}
	}
}
