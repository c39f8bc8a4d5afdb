package content

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// usersBank is the file that a user brought; it stands outside the repository.
func usersBank(t testing.TB) string {
	t.Helper()
	src, err := os.ReadFile("../../shared/banks/python-async.md")
	if err != nil {
		t.Skip("the user's bank is not here: ../shared/banks/python-async.md")
	}
	return string(src)
}

// starts are the first words of every answer in the user's bank, the main one first.
var starts = [][]string{
	{"### What is Asynchronous", "- **Concurrency Approach**", "- **Event Loop Functionality**", "- **Improved Performance**"},
	{"### How does the `asyncio`", "- **Coroutines** in Python", "- Tasks in `asyncio`", "- **Awaitable objects**"},
	{"### What are the key components", "- Multiple coroutines", "- **Concurrent Execution**", "- **Blocking Operations**"},
	{"### Handling Exceptions", "- **Use Specific Exception", "- To propagate exceptions", "- **Synchronous Python**"},
	{"### Applying Asynchronous", "- **Non-Blocking Operations**", "- **CPU-Bound Tasks**", "1. **`asyncio`**"},
}

// ends are their last words.
var ends = [][]string{
	{"\\text{No Blocking}\n$$", "simplifying task coordination.", "asyncio.run(main())\n```", "main program execution."},
	{"asynchronous operations efficiently.", "operations or delays.", "asyncio.run(main())\n```", "asynchronous programs in Python."},
	{"asyncio.run(main())\n```", "asyncio.run(main())\n```", "outcomes collectively.", "non-blocking operations."},
	{"exception: {e}\")\n```", "presence of exceptions.", "from coroutine: {e}\")\n```", "reliable asynchronous applications."},
	{"high-performing Python applications.", "numerous I/O operations.", "with asynchronous programming.", "in various domains."},
}

// fences are the code blocks of every answer.
var fences = [][]int{{0, 0, 1, 0}, {0, 0, 1, 0}, {1, 1, 0, 0}, {3, 0, 1, 0}, {0, 0, 0, 0}}

func TestUsersBank(t *testing.T) {
	src := usersBank(t)
	bank, problems := Parse("python-async.md", []byte(src))
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	if bank.Name != "python-async" || bank.Lang != "en" || len(bank.Questions) != 5 {
		t.Fatalf("bank %q in %q with %d questions, want python-async in en with 5", bank.Name, bank.Lang, len(bank.Questions))
	}
	for n, q := range bank.Questions {
		if len(q.FollowUps) != 3 {
			t.Fatalf("question %d has %d follow-ups, want 3", n+1, len(q.FollowUps))
		}
		if q.Topic != "Python async" || q.Explanation == "" || !strings.HasPrefix(src[strings.Index(src, q.Main):], q.Main) {
			t.Errorf("question %d: topic %q, explanation %q, main %q", n+1, q.Topic, q.Explanation, q.Main)
		}
		for part, text := range []string{q.Answer, q.FollowUps[0].Answer, q.FollowUps[1].Answer, q.FollowUps[2].Answer} {
			if !strings.HasPrefix(text, starts[n][part]) || !strings.HasSuffix(text, ends[n][part]) {
				t.Errorf("question %d part %d runs from %.60q to %q", n+1, part, text, text[max(0, len(text)-60):])
			}
			if got := strings.Count(text, "```python"); got != fences[n][part] {
				t.Errorf("question %d part %d has %d code blocks, want %d", n+1, part, got, fences[n][part])
			}
			for other, foreign := range starts[n] {
				if other != part && strings.Contains(text, foreign) {
					t.Errorf("question %d part %d holds the text of part %d", n+1, part, other)
				}
			}
		}
		if !strings.Contains(src, q.Full) {
			t.Errorf("question %d: the full answer is not a stretch of the source", n+1)
		}
	}
	checkPartition(t, normalise([]byte(src)), bank)
	if last := bank.Questions[4].Answer; !strings.Contains(last, "### Conclusion") || !strings.Contains(last, "### Common Use Cases") {
		t.Error("the last main answer lacks its use cases or its conclusion")
	}
}

func TestUsersBankKeyPoints(t *testing.T) {
	bank, _ := Parse("python-async.md", []byte(usersBank(t)))
	want := [][][]string{
		{
			{
				"A paradigm that enables tasks to run concurrently without blocking…", "This allows for efficient handling of I/O-bound operations where tasks…",
				"Primarily implemented using the asyncio library", "Involves the extensive use of async and await keywords to define…",
			},
			{"Concurrency Approach", "Blocking vs. Non-Blocking", "Task Coordination"},
			{"Event Loop Functionality", "Task Switching", "Efficiency"},
			{"Improved Performance", "Scalability", "Resource Efficiency"},
		},
		{
			{"Coroutines", "Event Loop", "Asynchronous I/O", "Task Management"},
			{
				"Functions that can pause and resume their execution at specific points", "When defined using the async def syntax, they become asynchronous…",
				"Used extensively in asyncio to perform asynchronous tasks without blocking",
			},
			{
				"By creating them using asyncio.create_task()", "These tasks can then be scheduled to run concurrently within the event…",
				"By awaiting multiple tasks, asyncio ensures that the execution…",
			},
			{
				"Entities that can be awaited inside an asynchronous function", "These objects include coroutines, tasks, and futures",
				"By using await before an awaitable object, the execution of the current…",
			},
		},
		{
			{"async def Keyword", "await Keyword", "Event Loop", "asyncio.run() Function"},
			{
				"Using asyncio.gather() function", "By wrapping multiple coroutines with gather(), they can be executed…",
				"The gather() function waits for all coroutines to complete and returns…",
			},
			{"Concurrent Execution", "Simplified Coordination", "Result Aggregation"},
			{"Blocking Operations", "Unhandled Exceptions", "Infinite Loops"},
		},
		{
			{"Try-Except Blocks within Coroutines", "Using asyncio.error_handler()", "Dealing with Exceptions in Asynchronous Tasks"},
			{"Use Specific Exception Handling", "Logging", "Graceful Degradation"},
			{"You can use asyncio.create_task() to wrap the coroutine", "The exceptions can then be retrieved using the concurrent.futures package…"},
			{"Synchronous Python", "Asynchronous Python"},
		},
		{
			{"Web Scraping", "API Interactions", "Network Programming", "Handling Concurrent I/O Operations"},
			{"Non-Blocking Operations", "Event Loop Utilization", "Reduced Waiting Time"},
			{"CPU-Bound Tasks", "Sequential Dependencies"},
			{"asyncio", "aiohttp", "httpx"},
		},
	}
	for n, q := range bank.Questions {
		parts := [][]KeyPoint{q.KeyPoints, q.FollowUps[0].KeyPoints, q.FollowUps[1].KeyPoints, q.FollowUps[2].KeyPoints}
		for part, points := range parts {
			var names []string
			for _, p := range points {
				names = append(names, p.Name)
			}
			if d := cmp.Diff(want[n][part], names); d != "" {
				t.Errorf("question %d part %d (-want +got):\n%s", n+1, part, d)
			}
		}
	}
}

// TestUsersBankVariants reads the same bank as other editors would save it.
func TestUsersBankVariants(t *testing.T) {
	src := usersBank(t)
	want, _ := Parse("python-async.md", []byte(src))
	same := func(s string) string { return s }
	spaces := regexp.MustCompile(`(?m)^[ \t]+`)
	unspaced := func(s string) string { return spaces.ReplaceAllString(s, "") }
	headings := regexp.MustCompile(`(?m)^##`)
	marks := regexp.MustCompile(`(?m)^#+`)
	unmarked := func(s string) string { return marks.ReplaceAllString(s, "") }
	for _, v := range []struct {
		name, src string
		text      func(string) string // what must be equal of a text
	}{
		{"CRLF", strings.ReplaceAll(src, "\n", "\r\n"), same},
		{"CR", strings.ReplaceAll(src, "\n", "\r"), same},
		{"BOM", "\ufeff" + src, same},
		{"no last line end", strings.TrimRight(src, "\n"), same},
		{"tab for four spaces", reindent(src, "    ", "\t"), unspaced},
		{"tab for two spaces", reindent(src, "  ", "\t"), unspaced},
		{"level", headings.ReplaceAllString(src, "#"), unmarked},
	} {
		got, problems := Parse("python-async.md", []byte(v.src))
		if len(problems) > 0 {
			t.Errorf("%s: %v", v.name, problems)
		}
		checkPartition(t, normalise([]byte(v.src)), got)
		if d := cmp.Diff(texts(want, v.text), texts(got, v.text)); d != "" {
			t.Errorf("%s (-want +got):\n%s", v.name, d)
		}
	}
}

// texts is all that a bank says, line by line.
func texts(b *Bank, text func(string) string) []string {
	var out []string
	for _, q := range b.Questions {
		out = append(out, q.ID, q.Main, q.Explanation, text(q.Answer), text(q.Full))
		for _, p := range q.KeyPoints {
			out = append(out, p.Name, p.Text)
		}
		for _, f := range q.FollowUps {
			out = append(out, f.Question, text(f.Answer))
			for _, p := range f.KeyPoints {
				out = append(out, p.Name, p.Text)
			}
		}
	}
	return out
}

// reindent replaces old by new where it opens a line, as often as it stands there.
func reindent(src, old, new string) string {
	lines := strings.Split(src, "\n")
	for i, l := range lines {
		n := 0
		for strings.HasPrefix(l[n*len(old):], old) {
			n++
		}
		lines[i] = strings.Repeat(new, n) + l[n*len(old):]
	}
	return strings.Join(lines, "\n")
}
