package grade

import (
	"strings"
	"testing"

	"greenroom/content"
)

// BenchmarkGrade grades an answer of 120 words against five key points.
func BenchmarkGrade(b *testing.B) {
	r := Prepare(loopTask)
	answer := strings.Join(strings.Fields(longAnswer)[:120], " ")
	b.ReportAllocs()
	for b.Loop() {
		r.Grade(answer)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "grades/s")
}

// BenchmarkPrepare reads the same rubric.
func BenchmarkPrepare(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Prepare(loopTask)
	}
}

// loopTask is a question with five key points as a bank would have them.
var loopTask = Task{
	Question: "How does a single-threaded event loop serve many connections?",
	Refs: []string{`An event loop waits for many sockets at once and calls the handler of each one that is ready.

- **Readiness**: The loop asks the kernel with epoll or kqueue which sockets can be read or written.
- **Callbacks**: Every ready socket has a callback or a coroutine, which the loop resumes.
- **No blocking**: A handler must not block, because while it runs nothing else does.
- **Timers**: A heap of deadlines says how long the loop may sleep in the kernel.
- **CPU work**: Heavy computation goes to a thread pool or another process.
`},
	KeyPoints: []content.KeyPoint{
		{Name: "Readiness", Text: "The loop asks the kernel with epoll or kqueue which sockets can be read or written."},
		{Name: "Callbacks", Text: "Every ready socket has a callback or a coroutine, which the loop resumes."},
		{Name: "No blocking", Text: "A handler must not block, because while it runs nothing else does.", Also: []string{"one slow handler freezes all the others"}},
		{Name: "Timers", Text: "A heap of deadlines says how long the loop may sleep in the kernel."},
		{Name: "CPU work", Text: "Heavy computation goes to a thread pool or another process."},
	},
}

const longAnswer = `So there is just one thread and it runs a loop. In each turn it asks the operating system, for example with
epoll on Linux, which of the sockets have become ready, and then it goes through these and calls the callback that was
registered for each of them, or with async/await it resumes the coroutine that was waiting for that socket. What I find
important is that none of these handlers may ever block: if somebody calls a slow database driver in there, then every
other connection has to wait until it is done. For timeouts the loop keeps a heap, the next deadline tells it how long it
can sleep in the kernel. And if you have something heavy to compute, like resizing an image, you push it to a worker
thread or to another process so that the loop stays responsive for everybody else who is connected at the moment.`
