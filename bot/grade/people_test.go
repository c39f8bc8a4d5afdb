package grade

import (
	"os"
	"slices"
	"testing"

	"greenroom/content"
)

// said is an answer as people write or dictate it, with the points that a fair reader ticks and those that one does
// not; what stands in neither list could be argued.
type said struct {
	answer string
	yes    []int
	no     []int
	flag   Flag
}

func judgeAll(t *testing.T, task Task, list []said) {
	t.Helper()
	r := Prepare(task)
	for _, s := range list {
		g := check(t, r, s.answer)
		for i, p := range g.Points {
			t.Logf("%.2f %v %s %q", p.Coverage, p.Found, p.Text, p.Because)
			if want, argued := slices.Contains(s.yes, i), !slices.Contains(s.yes, i) && !slices.Contains(s.no, i); !argued && p.Found != want {
				t.Errorf("%q\n%q: coverage %.2f", s.answer, p.Text, p.Coverage)
			}
		}
		if s.flag != "" && !has(g, s.flag) || s.flag == "" && len(g.Flags) > 0 {
			t.Errorf("%q\nflags %v, want %q", s.answer, g.Flags, s.flag)
		}
	}
}

// bank reads the questions of the file that Greenroom was made for.
func bank(t *testing.T) []content.Question {
	t.Helper()
	const dir, file = "../../../shared/banks", "python-async.md"
	if _, err := os.Stat(dir + "/" + file); err != nil {
		t.Skipf("no bank: %v", err)
	}
	banks, _, err := content.Load(os.DirFS(dir), file)
	if err != nil {
		t.Fatal(err)
	}
	return banks[0].Questions
}

// Its first question, as people answer it.
func TestAnswersToAQuestionOfTheBank(t *testing.T) {
	q := bank(t)[0]
	const concurrent, waiting, library, keywords = 0, 1, 2, 3
	if len(q.KeyPoints) != 4 {
		t.Fatalf("key points %+v: the answers below are judged by four", q.KeyPoints)
	}
	judgeAll(t, Task{Question: q.Main, Refs: []string{q.Answer}, Explanation: q.Explanation, KeyPoints: q.KeyPoints}, []said{
		{
			answer: "Async programming lets several tasks make progress concurrently on one thread without blocking: while one waits for I/O like a socket, something else runs. In Python you use asyncio with an event loop, and the async and await keywords to define coroutines.",
			yes:    []int{concurrent, library, keywords},
		},
		{answer: "It means the program doesn't block while it waits for I/O, so other tasks can run in the meantime.", yes: []int{concurrent}, no: []int{library, keywords}},
		{answer: "It is good for I/O-bound programs, where most of the time goes into waiting for input or output.", yes: []int{waiting}, no: []int{concurrent, library, keywords}},
		{answer: "It's when Python runs code on several CPU cores with threads so that heavy computations become faster.", no: []int{concurrent, waiting, library, keywords}},
		{answer: "asynchrnous programing means taks run concurently wihtout bloking the main progam, and you write async and awiat keywords", yes: []int{concurrent}, no: []int{waiting, library}},
		{answer: "its a way to run many tasks at the same time without blocking the main thread and the a sync i o library has an event loop that manages all the tasks", yes: []int{concurrent, library}},
		{answer: "Concurrent tasks, no blocking of the main program; the asyncio library.", yes: []int{concurrent, library}, no: []int{waiting, keywords}},
		{answer: "So um, basically it's like when you cook: you put the pasta on and you don't just stand there, you set the table. And in Python there's the asyncio library with its event loop for that.", yes: []int{library}, no: []int{concurrent, keywords}},
		{answer: "Asynchronous programming does not run tasks concurrently, it always blocks the main program.", no: []int{waiting, library, keywords}, flag: FlagNegated},
		{answer: "Asynchronous programming in Python is programming that is asynchronous.", no: []int{concurrent, waiting, library, keywords}, flag: FlagParrot},
		{answer: "A B-tree keeps its keys sorted in pages so that a range scan reads few disk blocks.", no: []int{concurrent, waiting, library, keywords}},
		{answer: "no idea, sorry", no: []int{concurrent, waiting, library, keywords}, flag: FlagEmpty},
	})
}

// Every answer of the bank covers all of its own points.
func TestBankCoversItself(t *testing.T) {
	parts := 0
	whole := func(question, answer string, points []content.KeyPoint) {
		parts++
		g := check(t, Prepare(Task{Question: question, Refs: []string{answer}, KeyPoints: points}), answer)
		if found(g) != len(points) || g.Score < 0.9 || has(g, FlagNegated) {
			t.Errorf("%s: %d of %d, score %.2f, flags %v", question, found(g), len(points), g.Score, g.Flags)
		}
	}
	for _, q := range bank(t) {
		whole(q.Main, q.Answer, q.KeyPoints)
		for _, f := range q.FollowUps {
			whole(f.Question, f.Answer, f.KeyPoints)
		}
	}
	if parts != 20 {
		t.Errorf("%d parts", parts)
	}
}

// A question with its key points written by hand.
func TestAnswersToAWrittenQuestion(t *testing.T) {
	const blocks, sleep, thread = 0, 1, 2
	judgeAll(t, Task{
		Question: "What happens when you call time.sleep inside a coroutine, and what should you do instead?",
		Refs: []string{"time.sleep blocks the thread, so the event loop cannot run anything else. Use await asyncio.sleep, which gives control back to the loop. " +
			"Blocking work that has no asynchronous version belongs in a thread: asyncio.to_thread or run_in_executor."},
		KeyPoints: []content.KeyPoint{
			{Name: "It blocks the event loop", Text: "time.sleep blocks the thread, so the event loop cannot run anything else.", Also: []string{"all other tasks freeze", "nothing else can run"}},
			{Name: "Use await asyncio.sleep", Text: "asyncio.sleep gives control back to the loop."},
			{Name: "Other blocking work goes to a thread", Text: "Blocking work that has no asynchronous version belongs in a thread: asyncio.to_thread or run_in_executor.", Also: []string{"wrap the call in a ThreadPoolExecutor"}},
		},
	}, []said{
		{answer: "time.sleep blocks the whole event loop, no other task runs until it's over. Use await asyncio.sleep() instead, and put blocking work in a thread with asyncio.to_thread.", yes: []int{blocks, sleep, thread}},
		{answer: "Everything freezes because the event loop is blocked. You should await asyncio.sleep.", yes: []int{blocks, sleep}, no: []int{thread}},
		{answer: "All the other tasks are frozen", yes: []int{blocks}, no: []int{sleep, thread}},
		{answer: "it blocks the event loop -> await asyncio.sleep(1)", yes: []int{blocks, sleep}, no: []int{thread}},
		{answer: "wrap it in a thread pool executor", yes: []int{thread}, no: []int{blocks, sleep}},
		{answer: "hmm you shouldnt do it cause it blocks the evennt loop, better is await asyncio dot sleep", yes: []int{blocks, sleep}, no: []int{thread}},
		{answer: "Nothing special, only that coroutine pauses and the others go on.", no: []int{blocks, sleep, thread}},
		{answer: "The event loop is not blocked by it.", no: []int{sleep, thread}, flag: FlagNegated},
		{answer: "You get an exception, because sleep is a synchronous function and needs to be awaited.", no: []int{blocks, thread}},
	})
}
