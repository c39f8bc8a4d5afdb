package content

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDrawMain(t *testing.T) {
	for _, c := range []struct {
		name, main, explanation, answer string
		want                            []string // name | text
	}{
		{
			"bold bullets", "What is a map?", "", "It maps.\n\n- **Keys**: unique values\n- **Values:** anything\n- **Order** is not kept\n- **Example**:\n  ```go\n  m := x\n  ```",
			[]string{"Keys | unique values", "Values | anything", "Order | Order is not kept"},
		},
		{
			"bullets without bold", "What is a map?", "", "- It finds a value by its key.\n- It keeps no order. Never.\n- Yes",
			[]string{"It finds a value by its key | It finds a value by its key.", "It keeps no order | It keeps no order. Never."},
		},
		{
			"the first level with two", "What is a map?", "", "- A map\n  - **Keys**: unique values\n  - **Values**: anything",
			[]string{"Keys | unique values", "Values | anything"},
		},
		{
			"nested evidence", "What is a map?", "", "1. **Keys**:\n   - unique values\n   - hashed\n2. **Values**: anything",
			[]string{"Keys | unique values hashed", "Values | anything"},
		},
		{
			"five at most", "What is a map?", "", "- **A1**: yes\n- **B1**: yes\n- **C1**: yes\n- **D1**: yes\n- **E1**: yes\n- **F1**: yes",
			[]string{"A1 | yes", "B1 | yes", "C1 | yes", "D1 | yes", "E1 | yes"},
		},
		{"the same name once", "What is a map?", "", "- **Keys**: x\n- **keys**: y\n- **Values**: z", []string{"Keys | x", "Values | z"}},
		{
			"headings", "How do you sort?", "", "### How do you sort?\n\nThere are ways of doing it.\n\n#### Approach 1: **Merge sort**\n\nSplit, sort and join halves.\n\n```go\nx\n```\n\n#### Approach 2: `quicksort`\n\nSplit by a pivot element.\n\n#### Conclusion\n\nBoth sort well and quickly.",
			[]string{"Merge sort | Split, sort and join halves.", "quicksort | Split by a pivot element."},
		},
		{
			"explanation behind a list", "What is a map?", "The candidate should explain keys, values, and the load factor.", "- **Keys**: unique values\n- **Values**: anything",
			[]string{"Keys | unique values", "Values | anything", "The load factor | the load factor"},
		},
		{
			"explanation with including", "What is a map?", "A candidate must discuss how maps work, including hash functions, collisions, and resizing of buckets, which costs time.", "It maps keys.",
			[]string{"Hash functions | hash functions", "Collisions | collisions", "Resizing of buckets, which costs time | resizing of buckets, which costs time"},
		},
		{
			"explanation with and", "What is a map?", "The candidate should describe hash functions and bucket collisions.", "A map finds a value by hashing its key into a bucket.",
			[]string{
				"Hash functions | hash functions", "Bucket collisions | bucket collisions",
				"A map finds a value by hashing its key into a bucket | A map finds a value by hashing its key into a bucket.",
			},
		},
		{
			"sentences", "What is a map?", "The candidate should explain it.", "A map is a table of keys with their values. Here are details: Short one. Why use maps at all? It grows, e.g. when buckets overflow. In conclusion, maps are useful things everywhere.\n\n```go\nmake(map[string]int)\n```",
			[]string{
				"A table of keys with their values | A map is a table of keys with their values.",
				"It grows, e.g. when buckets overflow | It grows, e.g. when buckets overflow.",
			},
		},
		{"little is a point too", "What is a map?", "", "A table.", []string{"A table | A table."}},
		{"code alone", "What is a map?", "", "```go\nmake(map[string]int)\n```", []string{"Make map string int | make map string int"}},
		{"maths alone", "What is it?", "", "$$n^2$$", []string{"N squared | n squared"}},
		{"another script", "什么是循环?", "", "循环重复执行代码。直到条件不成立为止。", []string{"循环重复执行代码 | 循环重复执行代码。", "直到条件不成立为止 | 直到条件不成立为止。"}},
	} {
		var got []string
		for _, p := range drawMain(&Question{Main: c.main, Explanation: c.explanation}, Tree(c.answer)) {
			got = append(got, p.Name+" | "+p.Text)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestDrawFollowUp(t *testing.T) {
	q := &Question{Main: "What is a map?", Explanation: "The candidate should explain keys, values, and order."}
	answer := "- By hashing its key into buckets quickly. The bucket holds few entries. Collisions are chained together. Growth doubles all buckets.\n\nIn conclusion, it is a fast structure."
	var got []string
	for _, p := range drawFollowUp(q, "How does it find a value?", Tree(answer)) {
		got = append(got, p.Name)
	}
	want := []string{"By hashing its key into buckets quickly", "The bucket holds few entries", "Collisions are chained together"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestCutName(t *testing.T) {
	w := strings.Repeat("word ", 14) // 70 characters
	for _, c := range []struct{ text, want string }{
		{"short", "short"},
		{strings.Repeat("x", 75), strings.Repeat("x", 75)},
		{strings.Repeat("x", 76), strings.Repeat("x", 74) + "…"},
		{w + "and the rest", strings.TrimSpace(w) + "…"},
		{strings.Repeat("word ", 9) + "word, which goes on for quite some while longer", strings.Repeat("word ", 9) + "word"},
		{"By " + strings.Repeat("word ", 9) + "word, it goes on for quite some while longer", "By " + strings.Repeat("word ", 9) + "word, it goes…"},
		{strings.Repeat("漢", 80), strings.Repeat("漢", 74) + "…"},
	} {
		if got := cutName(c.text); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
	}
}

func TestMatchByMeaning(t *testing.T) {
	asked := []string{
		"How do indexes improve the speed of a database query?",
		"In which cases would you not recommend an index?",
		"Can you name tools that show slow queries?",
	}
	for _, c := range []struct {
		name     string
		headings []string
		want     []int // the follow-up of each heading, 0 for the main answer
	}{
		{"other words", []string{"Database Indexes", "How Indexes Enhance Query Performance", "Situations Where Indexes Are Not Advisable", "Tools for Slow Queries", "Conclusion"}, []int{0, 1, 2, 3, 0}},
		{"one is missing", []string{"Overview", "Faster Queries: Speed", "Packages that Show Slow Queries"}, []int{0, 1, 3}},
		{"too few words fit", []string{"Query Syntax Rules"}, []int{0}},
		{"the main question's words weigh little", []string{"Database Index Tools"}, []int{3}},
		{"none fits", []string{"Apples", "Pears"}, []int{0, 0}},
		{"only the main question's words", []string{"What is a database index?", "Indexes in a database"}, []int{0, 0}},
		{"the same words", []string{"1. in which cases would you NOT recommend an `index`", "How do indexes improve the speed of a database query?"}, []int{2, 1}},
		{"out of order is no meaning", []string{"Tools for Slow Queries", "Situations Where Indexes Are Not Advisable"}, []int{3, 0}},
	} {
		question := "**Main question**: What is a database index?\n**Follow-up questions**:\n"
		for _, a := range asked {
			question += "1. " + a + "\n"
		}
		var answer strings.Builder
		for i, h := range c.headings {
			answer.WriteString("### " + h + "\n\nText " + strings.Repeat("x", i+1) + ".\n\n")
		}
		bank, _ := Parse("bank.md", []byte(ask(question, answer.String())))
		q := bank.Questions[0]
		got := make([]int, len(c.headings))
		for i := range c.headings {
			for n, f := range q.FollowUps {
				if f.Answer == "Text "+strings.Repeat("x", i+1)+"." {
					got[i] = n + 1
				}
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
