package library_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"greenroom/bot/grade"
	"greenroom/content"
	"greenroom/content/library"
)

// sample is one line of testdata/samples.txt.
type sample struct {
	question, part int // from 1; part 0 is the main question
	kind           string
	ticks          string // what a fair person would tick, a sign a key point: y, n or ?
	text           string
}

func (s sample) String() string { return fmt.Sprintf("%d.%d %s", s.question, s.part, s.kind) }

func samples(t *testing.T) []sample {
	t.Helper()
	src, err := os.ReadFile("testdata/samples.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var s sample
		if _, err := fmt.Sscanf(line, "%d.%d %s %s", &s.question, &s.part, &s.kind, &s.ticks); err != nil {
			t.Fatalf("reading the sample %q: %v", line, err)
		}
		s.text = strings.SplitN(line, " ", 4)[3]
		all = append(all, s)
	}
	return all
}

// task is what the rubric of a part is made from.
func task(q content.Question, part int) grade.Task {
	if part == 0 {
		return grade.Task{Question: q.Main, Refs: []string{q.Answer}, Explanation: q.Explanation, KeyPoints: q.KeyPoints, Lang: q.Lang}
	}
	f := q.FollowUps[part-1]
	return grade.Task{Question: f.Question, Refs: []string{f.Answer}, KeyPoints: f.KeyPoints, Lang: q.Lang}
}

func pythonAsync(t *testing.T) *content.Bank {
	t.Helper()
	banks, problems := library.Banks()
	for _, p := range problems {
		t.Errorf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Text)
	}
	for _, b := range banks {
		if b.Name == "python-async" {
			return b
		}
	}
	t.Fatal("the library has no bank python-async")
	return nil
}

// TestSamples grades answers as learners write them: the grader and a fair person mostly tick the same key points.
func TestSamples(t *testing.T) {
	bank := pythonAsync(t)
	same, all := 0, 0
	for _, s := range samples(t) {
		q := bank.Questions[s.question-1]
		g := grade.Prepare(task(q, s.part)).Grade(s.text)
		if len(g.Points) != len(s.ticks) {
			t.Errorf("%v: %d key points, %d ticks", s, len(g.Points), len(s.ticks))
			continue
		}
		missed := 0
		for i, p := range g.Points {
			want := s.ticks[i]
			if want == '?' {
				continue
			}
			all++
			if p.Found == (want == 'y') {
				same++
			} else {
				t.Logf("%v: %q: a person says %c, the grader %v (%.2f %q)", s, p.Text, want, p.Found, p.Coverage, p.Because)
			}
			if want == 'y' && !p.Found {
				missed++
			}
		}
		if s.kind == "good" && missed > 1 {
			t.Errorf("%v: %d key points of a good answer are not found", s, missed)
		}
	}
	t.Logf("the same tick in %d of %d", same, all)
}
