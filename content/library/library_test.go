package library_test

import (
	"os"
	"strings"
	"testing"

	"greenroom/content/library"
)

// TestBanks holds what every bank that ships must have: nothing to report, a trap, and key points that are written, not
// drawn.
func TestBanks(t *testing.T) {
	banks, problems := library.Banks()
	for _, p := range problems {
		t.Errorf("content/library/%s", p)
	}
	if len(banks) == 0 {
		t.Fatal("the library is empty")
	}
	for _, b := range banks {
		if len(b.Questions) == 0 {
			t.Errorf("%s has no questions", b.Name)
			continue
		}
		src, err := os.ReadFile(b.Questions[0].Source.File)
		if err != nil {
			t.Fatal(err)
		}
		lists := 0
		for _, q := range b.Questions {
			lists += 1 + len(q.FollowUps)
			if n := len(q.KeyPoints); n < 3 || n > 5 {
				t.Errorf("%s has %d key points, want 3 to 5", q.ID, n)
			}
			if q.Trap == nil || q.Explanation == "" || q.Difficulty == "" || len(q.Tags) == 0 {
				t.Errorf("%s lacks a trap, an explanation, a difficulty or tags", q.ID)
			}
			if len(q.FollowUps) != 3 {
				t.Errorf("%s has %d follow-ups, want 3", q.ID, len(q.FollowUps))
			}
			for _, f := range q.FollowUps {
				if n := len(f.KeyPoints); f.Answer == "" || n < 1 || n > 3 {
					t.Errorf("%s, %s: %d key points, want 1 to 3, for an answer of %d bytes", q.ID, f.Question, n, len(f.Answer))
				}
			}
		}
		if n := strings.Count(string(src), "\n**Key points**:\n"); n != lists {
			t.Errorf("%s has %d lists of key points, want one for each of its %d parts", b.Name, n, lists)
		}
	}
}
