package content

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is a bank of one question that uses the whole format.
const sample = `## Question
<!-- id: loops/what; tags: loops, basics; difficulty: easy; topic: Loops -->
**Main question**: What is a ` + "`while`" + ` loop?

**Explanation**: The candidate should explain it.

**Follow-up questions**:

1. When does it end?
2) How does one leave it early,
   from the inside?

**Key points**:
- It repeats: the body runs again and again (also: does it once more; iterates (again); ) (must)
- ` + "`dict[a: b]`" + ` is checked first: before every round
- **In Python: ` + "`while`" + `**: the keyword

**Trap**: The body always runs once. — False: the check comes first.

## Answer
It repeats its body while a condition holds.

### Follow-up Questions:

#### When does it end?

**Key points**:
- The condition fails: then it stops

When the condition is false.

#### 2. How does one leave it early, from the inside?
With ` + "`break`" + `.

### Conclusion
Loops repeat.
`

func TestParse(t *testing.T) {
	bank, problems := Parse("dir/loops.md", []byte(sample))
	if len(problems) > 0 || len(bank.Questions) != 1 {
		t.Fatalf("%d questions, problems %v", len(bank.Questions), problems)
	}
	got := bank.Questions[0]
	got.Segments, got.Full = nil, ""
	want := Question{
		ID: "loops/what", Bank: "loops", Lang: "en", Source: Source{"dir/loops.md", 1}, Topic: "Loops", Difficulty: "easy",
		Main: "What is a `while` loop?", Explanation: "The candidate should explain it.",
		Answer: "It repeats its body while a condition holds.\n\n### Conclusion\nLoops repeat.",
		KeyPoints: []KeyPoint{
			{Name: "It repeats", Text: "the body runs again and again", Also: []string{"does it once more", "iterates (again)"}, Must: true},
			{Name: "dict[a: b] is checked first", Text: "before every round"},
			{Name: "In Python: while", Text: "the keyword"},
		},
		Trap: &Trap{Claim: "The body always runs once.", Why: "the check comes first."},
		Tags: []string{"loops", "basics"}, Warnings: []Problem{},
		FollowUps: []FollowUp{
			{Question: "When does it end?", Answer: "When the condition is false.", KeyPoints: []KeyPoint{{Name: "The condition fails", Text: "then it stops"}}},
			{Question: "How does one leave it early,\nfrom the inside?", Answer: "With `break`.", KeyPoints: []KeyPoint{{Name: "With break", Text: "With break."}}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestFullAnswer(t *testing.T) {
	bank, _ := Parse("loops.md", []byte(strings.Replace(sample, "## Answer\n", "## Answer\n\n# Answer\n---\n\n", 1)+"\n---\n"))
	q := bank.Questions[0]
	for _, want := range []string{"### Follow-up Questions:", "#### When does it end?", "### Conclusion", "With `break`."} {
		if !strings.Contains(q.Full, want) {
			t.Errorf("the full answer lacks %q", want)
		}
	}
	if !strings.HasPrefix(q.Full, "It repeats its body") || !strings.HasSuffix(q.Full, "Loops repeat.") || strings.Contains(q.Full, "Key points") {
		t.Errorf("the full answer has noise:\n%s", q.Full)
	}
	var kinds []string
	for _, s := range q.Segments {
		kinds = append(kinds, fmt.Sprint(s.Kind, s.FollowUp))
	}
	want := "structure0 main0 structure0 heading1 follow-up1 structure1 follow-up1 heading2 follow-up2 main0 structure0"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("segments %s\nwant     %s", got, want)
	}
}

// ask is a question with an answer, for tests of one thing.
func ask(question, answer string) string {
	return "## Question\n" + question + "\n\n## Answer\n" + answer + "\n"
}

const plainAsk = "**Main question**: What is a loop?"

func TestProblems(t *testing.T) {
	answer := "It repeats a body of code."
	good := ask(plainAsk, answer)
	for _, c := range []struct {
		name, src string
		questions int
		want      []string // line:col, ! for an error, and what its text must hold
	}{
		{"empty", "", 0, []string{"1:1! this file is empty"}},
		{"blank", " \n\n\t\n", 0, []string{"1:1! this file is empty"}},
		{"no question", "# Loops\n\nSome words.\n", 0, []string{"1:1! no question found"}},
		{"UTF-16", "\xff\xfe#\x00", 0, []string{"1:1! UTF-16"}},
		{"no main question", "## Question\n**Explanation**: x y\n\n" + good, 1, []string{"1:1! no main question"}},
		{"empty main question", "## Question\n**Main question**:  \n\n## Answer\nYes.\n\n" + good, 1, []string{"1:1! no main question"}},
		{"heading asks", "## Question 3: What is a loop?\n\n## Answer\n" + answer, 1, []string{"1:1 its heading is asked"}},
		{"no heading", good + "\n" + plainAsk + " Again?\n## Answer\n" + answer, 2, []string{"7:1 write `## Question`"}},
		{
			"two main questions", "## Question\n" + plainAsk + "\n**Main question**: And what is not?\n## Answer\n" + answer, 2,
			[]string{"1:1 no answer", "3:1 write `## Question`"},
		},
		{"same question twice", good + good, 1, []string{"6:1! line 6 has the id `bank/what-is-a-loop-ca4014`, which line 1 already has"}},
		{
			"same id twice", ask("<!-- id: a/b -->\n"+plainAsk, answer) + ask("<!-- id: a/b -->\n**Main question**: Other?", answer), 1,
			[]string{"7:1! line 7 has the id `a/b`, which line 1 already has"},
		},
		{"bad id", ask("<!-- id: a b! -->\n"+plainAsk, answer), 1, []string{"2:1 `a b!` is not an id"}},
		{"two ids", ask("<!-- id: a -->\n<!-- id: b -->\n"+plainAsk, answer), 1, []string{"3:1 a second id"}},
		{"id in an answer", ask(plainAsk, answer+"\n<!-- id: a -->\nMore."), 1, []string{"6:1 this comment stands in an answer"}},
		{"unknown comment key", ask("<!-- tags: a; topik: b -->\n"+plainAsk, answer), 1, []string{"2:1 did you mean `topic`?"}},
		{"bad difficulty", ask("<!-- difficulty: tricky -->\n"+plainAsk, answer), 1, []string{"2:1 write easy, medium or hard"}},
		{"no answer", "## Question\n" + plainAsk + "\n", 1, []string{"1:1 no answer"}},
		{"empty answer", ask(plainAsk, "\n---\n"), 1, []string{"4:1 no answer of its own"}},
		{
			"follow-up without answer", ask(plainAsk+"\n**Follow-up questions**:\n1. When?\n2. Why?", answer+"\n### Follow-up Questions\n#### When?\nNow."), 1,
			[]string{"5:1 no heading below `## Answer` was found for this follow-up"},
		},
		{
			"follow-up by place", ask(plainAsk+"\n**Follow-up questions**:\n1. When?", answer+"\n### Follow-up Questions\n#### Zebra crossing\nNow."), 1,
			[]string{"9:1 by its place; write `When?`"},
		},
		{"follow-up not listed", ask(plainAsk, answer+"\n### Follow-up Questions\n#### When does it end?\nNow."), 1, []string{"7:1 not listed above"}},
		{
			"heading that fits none", ask(plainAsk+"\n**Follow-up questions**:\n1. When?", answer+"\n### Follow-up Questions\n#### When?\nNow.\n#### Zebra\nStripes."), 1,
			[]string{"11:1 no follow-up fits this heading"},
		},
		{
			"follow-ups without numbers", ask(plainAsk+"\n**Follow-up questions**:\nWhen?", answer+"\n### Follow-up Questions\n#### When?\nNow."), 1,
			[]string{"4:1 write one question a line with its number"},
		},
		{"label misspelt", ask(plainAsk+"\n**Explantion**: y", answer), 1, []string{"3:1 did you mean `**Explanation**`?"}},
		{"label twice", ask(plainAsk+"\n**Explanation**: x\n**Explanation**: y", answer), 1, []string{"4:1 line 3 has the first"}},
		{"text before labels", ask("stray words\n"+plainAsk, answer), 1, []string{"2:1 belongs to no label"}},
		{"heading before answer", ask(plainAsk+"\n### Note\nwords", answer), 1, []string{"3:1 this heading stands in the question's part", "4:1 belongs to no label"}},
		{"label in an answer", ask(plainAsk, answer+"\n**Explanation**: x"), 1, []string{"6:1 this label stands in an answer"}},
		{"second answer", ask(plainAsk, answer+"\n## Answer\nAnother."), 1, []string{"6:1! a second answer"}},
		{"deeper answer heading", ask(plainAsk, answer+"\n### Answer\nAnother."), 1, []string{"6:1 take it out"}},
		{
			"question not recognised", good + "## Questoin\n**Main qestion**: What is a list?\n**Explanation**: x\n## Answer\nItems.\n", 1,
			[]string{"8:1 stands in an answer", "9:1! question that it belongs to is not recognised"},
		},
		{
			"question without an answer not recognised", good + "## Frage\n**Hauptfrage**: Was?\n**Explanation**: x\n**Follow-up questions**:\n1. When?\n", 1,
			[]string{"8:1 stands in an answer", "9:1! a question stands above this list"},
		},
		{"quoted question", good + "> ## Question\n", 1, []string{"6:1! indented, quoted or a list's item"}},
		{"indented question", good + "    **Main question**: What?\n", 1, []string{"6:1! indented, quoted or a list's item"}},
		{"only a quoted question", "> ## Question\n> " + plainAsk, 0, []string{"1:1! indented, quoted or a list's item"}},
		{"a listing of a question", good + "```markdown\n" + good + "```\n", 1, []string{"8:1 take the ``` of line 6"}},
		{"question in a listing without its heading", ask(plainAsk, answer+"\n```python\n"+plainAsk+"\n```"), 1, []string{"7:1 take the ``` of line 6"}},
		{"rule on top", "---\n\n" + good, 1, nil},
		{"a rule and nothing else", "---", 0, []string{"1:1! no question found"}},
		{"full-width colon", ask("**Main question**：What is a loop?\n**Trap：** It ends — False: it may not.", answer), 1, nil},
		{"deep question heading", good + "#### Question\nNothing.\n", 1, []string{"6:1 write `## Question`"}},
		{"unclosed fence", ask(plainAsk, answer+"\n```python\nx = 1\n") + strings.ReplaceAll(good, "loop", "list"), 2, []string{"6:1 never closed"}},
		{"unclosed fence at the end", ask(plainAsk, answer+"\n~~~~\nx = 1\n"), 1, []string{"6:1 write ~~~~"}},
		{"fence in a fence", ask(plainAsk, answer+"\n```\nx = 1\n```python\ny\n```"), 1, []string{"6:1 where line 8 opens another"}},
		{"unclosed comment", ask(plainAsk, answer+"\n<!-- a note\n"), 1, []string{"6:1 write -->"}},
		{"question in a comment", good + "<!--\n" + good + "-->\n", 1, []string{"7:1 stands inside a comment"}},
		{"bad byte", ask(plainAsk, answer+"\nab\xffc"), 1, []string{"6:3 save the file as UTF-8"}},
		{"NUL", ask(plainAsk, answer+"\n\x00"), 1, []string{"6:1 save the file as UTF-8"}},
		{"no key points", ask(plainAsk+"\n**Key points**:\n", answer), 1, []string{"3:1 the list of key points is empty"}},
		{"six key points", ask(plainAsk+"\n**Key points**:\n- a1\n- b1\n- c1\n- d1\n- e1\n- f1", answer), 1, []string{"9:1 one too many"}},
		{"empty key point", ask(plainAsk+"\n**Key points**:\n- a1\n-", answer), 1, []string{"5:1 this key point is empty"}},
		{"long key point", ask(plainAsk+"\n**Key points**:\n- "+strings.Repeat("word ", 20), answer), 1, []string{"4:1 more than 75 characters"}},
		{"bare also", ask(plainAsk+"\n**Key points**:\n- a1: b, also: c", answer), 1, []string{"4:1 `(also: one; another)`"}},
		{"key points outside a list", ask(plainAsk+"\n**Key points**: a1", answer), 1, []string{"3:1 not part of the list of key points"}},
		{"key points twice", ask(plainAsk+"\n**Key points**:\n- a1", "**Key points**:\n- b1\n\n"+answer), 1, []string{"7:1 keep one list"}},
		{"key points without an answer", "## Question\n" + plainAsk + "\n**Key points**:\n- a1\n", 1, []string{"1:1 no answer", "3:1 there is no answer to them"}},
		{"key points without a list", ask(plainAsk, "**Key points**:\n\n"+answer), 1, []string{"5:1 a list must follow"}},
		{"trap without a reason", ask(plainAsk+"\n**Trap**: It ends.", answer), 1, []string{"3:1 claim and why"}},
		{"unknown front matter key", "---\ntopc: x\n---\n" + good, 1, []string{"2:1 did you mean `topic`?"}},
		{"front matter not closed", "---\ntopic: x\n" + good, 1, []string{"1:1 write --- below its last key"}},
		{"front matter not YAML", "---\ntopic: [x\n---\n" + good, 1, []string{"3:1 not YAML"}},
		{"front matter no keys", "---\n- a\n---\n" + good, 1, []string{"2:1 not a list of keys"}},
		{
			"front matter bad values", "---\nname: '!'\nlang: x_1\ndifficulty: no\ntopic: [a]\n---\n" + good, 1,
			[]string{"2:1 bank's name", "3:1 language tag", "4:1 difficulty", "5:1 value of `topic`"},
		},
	} {
		bank, problems := Parse("bank.md", []byte(c.src))
		var got []string
		for i, p := range problems {
			at := fmt.Sprintf("%d:%d", p.Line, p.Col)
			if p.Error {
				at += "!"
			}
			if i < len(c.want) {
				if wantAt, text, _ := strings.Cut(c.want[i], " "); wantAt == at && strings.Contains(p.Text, text) {
					continue
				}
			}
			got = append(got, at+" "+p.Text)
		}
		if len(got) > 0 || len(problems) != len(c.want) || len(bank.Questions) != c.questions {
			t.Errorf("%s: %d questions, want %d; %d problems, want %q; those that differ:\n%s", c.name, len(bank.Questions), c.questions,
				len(problems), c.want, strings.Join(got, "\n"))
		}
		checkBank(t, []byte(c.src), bank, problems)
	}
}

// TestWarningsBelongToTheirQuestion also shows that an error is in no question's warnings.
func TestWarningsBelongToTheirQuestion(t *testing.T) {
	src := ask(plainAsk, "Yes.\n```\ncode") + ask("**Main question**: Other?", "No.") + "## Question\n\n" + ask("**Main question**: Third?\n**Trap**: x", "No.")
	bank, problems := Parse("bank.md", []byte(src))
	if len(bank.Questions) != 3 || len(problems) != 3 {
		t.Fatalf("%d questions, problems %v", len(bank.Questions), problems)
	}
	for i, want := range []string{"never closed", "", "trap"} {
		warnings := bank.Questions[i].Warnings
		if want == "" && len(warnings) == 0 {
			continue
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0].Text, want) {
			t.Errorf("question %d has the warnings %v, want %q", i+1, warnings, want)
		}
	}
}

func TestDefaults(t *testing.T) {
	front := "---\nname: My Loops\nlang: de\ntopic: Loops\ntags: [a, b]\ndifficulty: Hard\n---\n"
	own := ask("<!-- tags: c -->\n**Main question**: Und?\n**Difficulty**: easy\n**Topic**: Other", "Ja.")
	bank, problems := Parse("x.md", []byte(front+ask("**Main question**: Was?", "Ja.")+own))
	if len(problems) > 0 || bank.Name != "My Loops" || bank.Lang != "de" || len(bank.Questions) != 2 {
		t.Fatalf("%+v, %v", bank, problems)
	}
	first, second := bank.Questions[0], bank.Questions[1]
	if first.Topic != "Loops" || first.Difficulty != "hard" || strings.Join(first.Tags, " ") != "a b" || !strings.HasPrefix(first.ID, "my-loops/was-") {
		t.Errorf("the front matter's values are not the question's: %+v", first)
	}
	if second.Topic != "Other" || second.Difficulty != "easy" || strings.Join(second.Tags, " ") != "c" {
		t.Errorf("the question's own values do not win: %+v", second)
	}
}

// TestMetaAboveHeading: the comment with a question's id may stand above its heading.
func TestMetaAboveHeading(t *testing.T) {
	src := ask(plainAsk, "Yes it is.") + "\n<!-- id: second -->\n\n" + ask("**Main question**: Other?", "No.")
	bank, problems := Parse("x.md", []byte(src))
	if len(problems) > 0 || len(bank.Questions) != 2 || bank.Questions[1].ID != "second" || bank.Questions[0].Answer != "Yes it is." {
		t.Errorf("%+v, %v", bank.Questions, problems)
	}
	src = ask(plainAsk, "Yes it is.\n<!-- id: second -->\nMore.") + ask("**Main question**: Other?", "No.")
	bank, problems = Parse("x.md", []byte(src))
	if len(problems) != 1 || len(bank.Questions) != 2 || bank.Questions[1].ID == "second" {
		t.Errorf("a comment in an answer is taken for the next question's: %+v, %v", bank.Questions, problems)
	}
}

// TestStructureInCode: what stands in a closed fence is never structure; a whole question in one is pointed out.
func TestStructureInCode(t *testing.T) {
	listing := "```markdown\n" + sample + "```"
	bank, problems := Parse("x.md", []byte(ask(plainAsk, "Write it so:\n"+listing+"\n\n```python\n# Question\n## Answer\n**Main question**: x\n```")))
	if len(problems) != 2 || !strings.Contains(problems[0].Text, "in a code listing") || !strings.Contains(problems[1].Text, "in a code listing") || len(bank.Questions) != 1 ||
		!strings.Contains(bank.Questions[0].Answer, "With `break`.") {
		t.Errorf("%d questions, %v", len(bank.Questions), problems)
	}
}

func TestKeyPointsFarFromTheTop(t *testing.T) {
	answer := "It repeats.\n\n**Key points**:\n- one thing\n- another thing"
	bank, problems := Parse("x.md", []byte(ask(plainAsk, answer)))
	if len(problems) > 0 || bank.Questions[0].Answer != answer {
		t.Errorf("a list within an answer is its text: %q, %v", bank.Questions[0].Answer, problems)
	}
}
