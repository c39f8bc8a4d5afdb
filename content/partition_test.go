package content

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// checkPartition fails unless the segments of every question follow one another without gap or overlap from the line
// below Answer to the next question, and the texts are made of their own segments.
func checkPartition(t failer, text string, bank *Bank) {
	t.Helper()
	for _, q := range bank.Questions {
		whole := 0
		for i, s := range q.Segments {
			if s.Start > s.End || i > 0 && s.Start != q.Segments[i-1].End || s.End > len(text) {
				t.Errorf("%s: segment %d is %d to %d behind %v", q.ID, i, s.Start, s.End, q.Segments[max(0, i-1)])
				return
			}
			whole += len(strings.Join(strings.Fields(text[s.Start:s.End]), ""))
			own := ""
			switch {
			case s.Kind == MainAnswer:
				own = q.Answer
			case s.Kind == FollowUpAnswer:
				own = q.FollowUps[s.FollowUp-1].Answer
			case s.Kind == FollowUpHeading && strings.Contains(strings.TrimSuffix(text[s.Start:s.End], "\n"), "\n"):
				for l := range strings.SplitSeq(strings.TrimSpace(text[s.Start:s.End]), "\n") {
					if !strings.HasPrefix(strings.TrimSpace(l), "#") {
						t.Errorf("%s: a follow-up's heading holds %q", q.ID, l)
					}
				}
				continue
			default:
				continue
			}
			if part := trimBlank(text[s.Start:s.End]); hasWord(own) && !strings.Contains(own, part) {
				t.Errorf("%s: segment %d is not in its text: %q", q.ID, i, part)
			}
		}
		if n := len(q.Segments); n > 0 {
			section := text[q.Segments[0].Start:q.Segments[n-1].End]
			if len(strings.Join(strings.Fields(section), "")) != whole {
				t.Errorf("%s: the segments do not add up to the section", q.ID)
			}
		}
	}
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// checkBank holds for whatever was parsed.
func checkBank(t failer, src []byte, bank *Bank, problems []Problem) {
	t.Helper()
	text := normalise(src)
	checkPartition(t, text, bank)
	lines := strings.Count(text, "\n") + 1
	errors := 0
	for _, p := range problems {
		if p.Line < 1 || p.Line > lines || p.Col < 1 || p.Text == "" || p.File != "bank.md" {
			t.Errorf("a problem without a place: %+v", p)
		}
		if p.Error {
			errors++
		}
	}
	if len(bank.Questions) == 0 && errors == 0 {
		t.Errorf("no question and no error")
	}
	seen := map[string]bool{}
	for _, q := range bank.Questions {
		if seen[q.ID] || q.ID == "" || !hasWord(q.Main) || q.Topic == "" || q.Source.Line < 1 || q.Source.Line > lines {
			t.Errorf("question without id, main question, topic or place: %q %q %q %v", q.ID, q.Main, q.Topic, q.Source)
		}
		seen[q.ID] = true
		checkPoints(t, q.ID, q.Answer, q.KeyPoints, 5)
		for _, f := range q.FollowUps {
			checkPoints(t, q.ID, f.Answer, f.KeyPoints, 3)
		}
		for _, p := range q.Warnings {
			if p.Error {
				t.Errorf("an error among the warnings: %v", p)
			}
		}
		if data, err := json.Marshal(q); err != nil || !utf8.Valid(data) || Hash(&q) == "" {
			t.Errorf("%s cannot be stored: %v", q.ID, err)
		}
	}
}

func checkPoints(t failer, id, answer string, points []KeyPoint, most int) {
	t.Helper()
	if points == nil || len(points) > most || (answer == "") != (len(points) == 0) {
		t.Errorf("%s: %d key points (nil: %v) for %.40q", id, len(points), points == nil, answer)
	}
	for _, p := range points {
		if n := utf8.RuneCountInString(p.Name); n < 1 || n > 75 || !hasWord(p.Name) || p.Text == "" {
			t.Errorf("%s: key point %q with %q", id, p.Name, p.Text)
		}
	}
}

// piece is a stretch of a bank, ordinary or broken.
var pieces = []string{
	"## Question\n", "# Question\n", "#### Question\n", "## Answer\n", "### Answer\n", "**Main question**: What is a loop?\n", "**Main question**: \n",
	"**Main question**: Why?\n\n", "**Explanation**: The candidate should explain a, b, and loops.\n", "**Follow-up questions**:\n\n1. How so?\n2. What else?\n\n",
	"**Key points**:\n- A: b (also: c; d) (must)\n- E\n", "**Trap**: X is Y. — False: it is not.\n", "<!-- id: one -->\n", "<!-- tags: a, b; difficulty: hard -->\n",
	"### Follow-up Questions:\n", "#### How so?\n", "#### What else?\n", "#### Something other\n", "### Conclusion\n", "Prose with words enough. And `code`.\n",
	"- **Bold**: text\n- **More**: text\n", "```python\n## Question\nx = 1\n", "```\n", "~~~\n", "$$\nx^2\n$$\n", "\n", "\n\n\n", "---\n", "    - nested\n\t- tab\n",
	"> quote\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "<!-- open\n", "-->\n", "\ufeff", "\x00\xff", "\r\n", "äöü 漢字 العربية\n",
}

func TestParseAnything(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		src := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(rt, "pieces"), ""))
		bank, problems := Parse("bank.md", src)
		checkBank(rt, src, bank, problems)
		again, _ := Parse("bank.md", src)
		if a, b := texts(bank, fold), texts(again, fold); strings.Join(a, "\n") != strings.Join(b, "\n") {
			rt.Errorf("a second reading differs")
		}
	})
}

// TestNoQuestionIsLost puts questions with a word of their own between rubble: each is asked, or an error names it.
func TestNoQuestionIsLost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var b strings.Builder
		lines := map[string]int{} // the line of each question's word
		n := rapid.IntRange(1, 5).Draw(rt, "questions")
		for i := range n {
			word := "zebra" + string(rune('a'+i))
			b.WriteString(rapid.SampledFrom([]string{"## Question\n", "# Question\n\n", "## Question 4:\n<!-- tags: a -->\n", ""}).Draw(rt, "heading"))
			lines[word] = strings.Count(b.String(), "\n") + 1
			b.WriteString("**Main question**: What is " + word + "?\n\n")
			for _, piece := range rapid.SliceOfN(rapid.SampledFrom([]string{
				"## Answer\n", "Prose.\n", "```python\nx = 1\n", "```\n", "~~~\ncode\n~~~\n", "### Follow-up Questions:\n", "#### How so?\n",
				"**Follow-up questions**:\n1. How so?\n", "<!-- a note -->\n", "$$\nx\n", "> quote\n", "- item\n", "\n", "---\n",
			}), 0, 6).Draw(rt, "rubble") {
				b.WriteString(piece)
			}
			b.WriteString("\n")
		}
		bank, problems := Parse("bank.md", []byte(b.String()))
		for word, line := range lines {
			found := false
			for _, q := range bank.Questions {
				found = found || strings.Contains(q.Main, word)
			}
			for _, p := range problems {
				found = found || p.Line <= line // a fence or comment that swallowed it is named above it
			}
			if !found {
				rt.Errorf("%s is lost in\n%s", word, b.String())
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for i := range pieces {
		f.Add([]byte(strings.Join(pieces[:i+1], "")))
	}
	f.Add([]byte("---\nname: x\ntags: [a, b]\n---\n" + sample))
	f.Fuzz(func(t *testing.T, src []byte) {
		bank, problems := Parse("bank.md", src)
		checkBank(t, src, bank, problems)
	})
}
