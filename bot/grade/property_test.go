package grade

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"greenroom/content"
)

// check holds what is true of every grade.
func check(t interface{ Errorf(string, ...any) }, r *Rubric, answer string) Grade {
	g := r.Grade(answer)
	if math.IsNaN(g.Score) || g.Score < 0 || g.Score > 1 {
		t.Errorf("score %v", g.Score)
	}
	if g.Points == nil || g.Flags == nil || len(g.Points) != len(r.points) {
		t.Errorf("%d points for %d", len(g.Points), len(r.points))
	}
	for _, p := range g.Points {
		if !(p.Coverage >= 0 && p.Coverage <= 1) || p.Because == nil || g.Abstained && p.Found || p.Found && len(p.Because) == 0 {
			t.Errorf("point %+v", p)
		}
		rest := answer
		for _, b := range p.Because {
			_, after, ok := strings.Cut(rest, b)
			if !ok || b == "" {
				t.Errorf("%q does not stand in %q, or not in this order", b, answer)
			}
			rest = after
		}
	}
	if !reflect.DeepEqual(g, r.Grade(answer)) {
		t.Errorf("the second grade differs")
	}
	return g
}

// vocabularyOfTests mixes words of the rubrics with others, signs and odd bytes.
var vocabularyOfTests = append(strings.Fields(longAnswer+" "+stackTask.Refs[0]+" "+loopTask.Refs[0]),
	"not", "never", "it", "is", "wrong", "that", ".", "\n", "—", "émigré", "\xff", "TaskGroup", "run_in_executor", "O(n)", "I/O", "C++", "事件", "'", "’s", "don’t", "(", "a", "b", "İ")

func someAnswer() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		ws := rapid.SliceOfN(rapid.SampledFrom(vocabularyOfTests), 0, 150).Draw(t, "words")
		return strings.Join(ws, rapid.SampledFrom([]string{" ", "  ", "", "\n", "-"}).Draw(t, "between"))
	})
}

func TestEveryGrade(t *testing.T) {
	rubrics := []*Rubric{Prepare(loopTask), Prepare(stackTask), Prepare(dnsTask), Prepare(Task{})}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.SampledFrom(rubrics).Draw(t, "rubric"), someAnswer().Draw(t, "answer"))
	})
}

// Saying more never takes a point away, whatever was said before.
func TestMoreNeverLosesAPoint(t *testing.T) {
	list := []Task{loopTask, stackTask}
	rubrics := []*Rubric{Prepare(loopTask), Prepare(stackTask)}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, 1).Draw(t, "task")
		answer := someAnswer().Draw(t, "answer")
		missing := rapid.SampledFrom(list[i].KeyPoints).Draw(t, "point")
		before, after := rubrics[i].Grade(answer), rubrics[i].Grade(answer+". "+missing.Text)
		if found(after) < found(before) {
			t.Errorf("%d points, then %d with %q", found(before), found(after), missing.Text)
		}
		short := len(words(answer)) < 100
		if p := after.Points[slices.IndexFunc(list[i].KeyPoints, func(k content.KeyPoint) bool { return k.Name == missing.Name })]; short && !p.Found {
			t.Errorf("%q is not found in its own words: %+v", missing.Text, p)
		}
	})
}

// A megabyte of anything is graded in about the time of reading it.
func TestHostileAnswers(t *testing.T) {
	r := Prepare(loopTask)
	for name, unit := range map[string]string{
		"one word": "a", "words": "scheduler ", "matches": "socket kernel ready ", "underscores": "_", "joined": "event_", "camel": "aB", "digits": "1.", "apostrophes": "a'",
		"o(": "o(", "bytes": "\xff\xfe", "han": "事", "negations": "not ", "deny": "it is not true that ", "sentences": "a.", "typos": "schedulr sokcet kernle ", "combining": "é",
	} {
		size := 1 << 20
		if testing.Short() {
			size = 1 << 14
		}
		answer := strings.Repeat(unit, size/len(unit))
		start := time.Now()
		r.Grade(answer)
		GivesUp(answer)
		Words(answer)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s: %v for %d bytes", name, d, len(answer))
		} else {
			t.Logf("%s: %v", name, d.Round(time.Millisecond))
		}
	}
}

func FuzzGrade(f *testing.F) {
	f.Add("What is a stack?", "A stack is LIFO. It has push and pop.", "last in, first out")
	f.Add("", "- **A**: b\n- c\n```\nx\n```", "I don’t know, but O(n^2)")
	f.Add("Why?", "$$x$$ `create_task`", "It is not true that createTask İ\xff")
	f.Fuzz(func(t *testing.T, question, ref, answer string) {
		task := Task{Question: question, Refs: []string{ref}, Explanation: question}
		check(t, Prepare(task), answer)
		check(t, Prepare(Task{Question: question, KeyPoints: []content.KeyPoint{{Name: ref, Text: answer, Also: []string{question}}}}), answer)
		Words(answer)
		GivesUp(answer)
	})
}
