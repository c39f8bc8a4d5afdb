package grade

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// marked is one answer that a person marked.
type marked struct {
	Split    string   `json:"split"`
	QID      string   `json:"qid"`
	Question string   `json:"question"`
	Ref      []string `json:"ref"`
	Answer   string   `json:"answer"`
	Score    float64  `json:"score"`
	Scale    float64  `json:"scale"`
}

// training reads the training split of a set of marked answers; the test splits are for measuring a release.
func training(t *testing.T, file, split string) []marked {
	t.Helper()
	f, err := os.Open("../../../shared/data/grading/" + file)
	if err != nil {
		t.Skipf("no marked answers: %v", err)
	}
	defer f.Close()
	var out []marked
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var m marked
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		if m.Split == split {
			out = append(out, m)
		}
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatalf("%s: %d answers of split %s, %v", file, len(out), split, err)
	}
	return out
}

// TestCorrelation compares scores with people's marks. The floor is what a naive grader gets in the same run: the share
// of the reference's stemmed content words that stand in the answer.
func TestCorrelation(t *testing.T) {
	if testing.Short() {
		t.Skip("reads thousands of answers")
	}
	for _, set := range []struct{ file, split string }{
		{"saf_en.jsonl", "training"},
		{"scientsbank.jsonl", "train"},
	} {
		t.Run(set.file, func(t *testing.T) {
			var ours, naive, human []float64
			rubrics := map[string]*Rubric{}
			abstained, flags := 0, map[Flag]int{}
			list := training(t, set.file, set.split)
			for _, m := range list {
				r := rubrics[m.QID]
				if r == nil {
					r = Prepare(Task{Question: m.Question, Refs: m.Ref})
					rubrics[m.QID] = r
				}
				g := r.Grade(m.Answer)
				ours = append(ours, g.Score)
				naive = append(naive, stemRecall(m.Ref, m.Answer))
				human = append(human, m.Score/m.Scale)
				if g.Abstained {
					abstained++
				}
				for _, f := range g.Flags {
					flags[f]++
				}
			}
			r, floor := pearson(ours, human), pearson(naive, human)
			t.Logf("%d answers to %d questions: r = %.3f, naive stem recall %.3f; abstained %d, flags %v",
				len(list), len(rubrics), r, floor, abstained, flags)
			if !(r > floor) {
				t.Errorf("r = %.3f, below the naive %.3f", r, floor)
			}
		})
	}
}

// stemRecall is the best share of a reference's content stems that an answer has.
func stemRecall(refs []string, answer string) float64 {
	st := newStemmer()
	stems := func(text string) map[string]bool {
		m := map[string]bool{}
		for _, w := range words(text) {
			if w.class&stop == 0 {
				m[st.stem(w.text)] = true
			}
		}
		return m
	}
	has := stems(answer)
	best := 0.0
	for _, ref := range refs {
		want := stems(ref)
		n := 0
		for s := range want {
			if has[s] {
				n++
			}
		}
		best = max(best, float64(n)/math.Max(1, float64(len(want))))
	}
	return best
}

func pearson(x, y []float64) float64 {
	n := float64(len(x))
	var sx, sy, sxx, syy, sxy float64
	for i := range x {
		sx += x[i]
		sy += y[i]
		sxx += x[i] * x[i]
		syy += y[i] * y[i]
		sxy += x[i] * y[i]
	}
	return (n*sxy - sx*sy) / math.Sqrt((n*sxx-sx*sx)*(n*syy-sy*sy))
}
