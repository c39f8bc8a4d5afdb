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

// TestSamples grades answers as learners write them: the grader and a fair person tick the same key points.
func TestSamples(t *testing.T) {
	bank := pythonAsync(t)
	same, all, mustByFalse := 0, 0, 0
	for _, s := range samples(t) {
		about := task(bank.Questions[s.question-1], s.part)
		points := grade.Prepare(about).Grade(s.text).Points
		if len(points) != len(s.ticks) {
			t.Errorf("%v: %d key points, %d ticks", s, len(points), len(s.ticks))
			continue
		}
		missed := 0
		for i, p := range points {
			if s.ticks[i] == '?' {
				continue
			}
			all++
			if p.Found == (s.ticks[i] == 'y') {
				same++
				continue
			}
			t.Logf("%v: %q: a person says %c, the grader %v (%.2f %q)", s, p.Text, s.ticks[i], p.Found, p.Coverage, p.Because)
			switch {
			case !p.Found:
				missed++
			case s.kind == "false" && about.KeyPoints[i].Must:
				mustByFalse++
			}
		}
		if s.kind == "good" && missed > 1 {
			t.Errorf("%v: %d key points of a good answer are not found", s, missed)
		}
	}
	if all == 0 || float64(same)/float64(all) < 0.95 {
		t.Errorf("the same tick in %d of %d, at least 95 %% expected", same, all)
	}
	// Words alone cannot tell "await blocks the interpreter" from "waits without blocking": one such slip is known.
	if mustByFalse > 1 {
		t.Errorf("false answers meet %d key points that a good answer must have", mustByFalse)
	}
}

// TestPartsAreComplete holds that each part of the bank declares what it is graded by, and has samples.
func TestPartsAreComplete(t *testing.T) {
	bank := pythonAsync(t)
	if len(bank.Questions) != 5 {
		t.Fatalf("%d questions", len(bank.Questions))
	}
	graded := map[[2]int]map[string]bool{}
	for _, s := range samples(t) {
		at := [2]int{s.question, s.part}
		if graded[at] == nil {
			graded[at] = map[string]bool{}
		}
		graded[at][s.kind] = true
	}
	for i, q := range bank.Questions {
		if len(q.Warnings) > 0 || q.Trap == nil || q.Difficulty == "" || len(q.Tags) == 0 || len(q.FollowUps) != 3 {
			t.Errorf("%s lacks something: warnings %v, trap %v, difficulty %q, tags %v, %d follow-ups", q.ID, q.Warnings, q.Trap, q.Difficulty, q.Tags, len(q.FollowUps))
		}
		for part := range 1 + len(q.FollowUps) {
			keys, least, most := q.KeyPoints, 3, 5
			if part > 0 {
				keys, least, most = q.FollowUps[part-1].KeyPoints, 1, 3
			}
			must := 0
			for _, k := range keys {
				if k.Must {
					must++
				}
				if k.Text == "" || len(k.Also) == 0 {
					t.Errorf("%s, part %d: %q has no text or no other wording", q.ID, part, k.Name)
				}
			}
			if len(keys) < least || len(keys) > most || part == 0 && must == 0 {
				t.Errorf("%s, part %d: %d key points, %d of them a must", q.ID, part, len(keys), must)
			}
			for _, kind := range []string{"good", "partial", "false"} {
				if !graded[[2]int{i + 1, part}][kind] {
					t.Errorf("%s, part %d: no %s sample", q.ID, part, kind)
				}
			}
		}
	}
}
