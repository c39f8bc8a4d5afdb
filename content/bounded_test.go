package content

import (
	"strings"
	"testing"
	"time"
)

// TestParseIsBounded reads files that would take a careless parser the square of their length.
func TestParseIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("megabytes are read without -short only")
	}
	for name, src := range map[string]string{
		"listing":               strings.Repeat("```md\n## Question\n**Main question**: x\n", 20000),
		"fences":                strings.Repeat("```a\n", 100000),
		"comments":              strings.Repeat("<!-- a\n", 100000),
		"metas":                 strings.Repeat("<!-- id: a -->\n", 60000),
		"questions":             strings.Repeat("## Question\n", 80000),
		"mains":                 strings.Repeat("**Main question**: x\n", 50000),
		"blank":                 "## Question\n**Main question**: x\n" + strings.Repeat("\n", 1000000),
		"follow-ups":            "## Question\n**Main question**: x\n**Follow-up questions**:\n" + strings.Repeat("1. How so then?\n", 20000) + "## Answer\n### Follow-up questions\n" + strings.Repeat("#### How so then?\ntext here\n", 20000),
		"follow-ups by meaning": "## Question\n**Main question**: x\n**Follow-up questions**:\n" + strings.Repeat("1. How so then?\n", 20000) + "## Answer\n### Follow-up questions\n" + strings.Repeat("#### How so?\ntext here\n", 20000),
		"headings":              "## Question\n**Main question**: x\n## Answer\n" + strings.Repeat("### a b\n", 100000),
		"bold":                  strings.Repeat("**a", 300000),
		"long answer":           "## Question\n**Main question**: x\n## Answer\n" + strings.Repeat("word and more words, so there are sentences. ", 20000),
		"long explanation":      "## Question\n**Main question**: x\n**Explanation**: The candidate should explain " + strings.Repeat("word and more, ", 20000) + "\n## Answer\nyes that is so\n",
		"also":                  "## Question\n**Main question**: x\n**Key points**:\n- a: b " + strings.Repeat("(also: ", 20000) + "\n## Answer\nyes that is so\n",
		"bullets":               "## Question\n**Main question**: x\n## Answer\n" + strings.Repeat("- **word**: text of it\n", 5000),
		"continued item":        "## Question\n**Main question**: x\n**Key points**:\n- a: b\n" + strings.Repeat("  more\n", 100000) + "\n## Answer\nyes that is so\n",
	} {
		started := time.Now()
		Parse("bank.md", []byte(src))
		if spent := time.Since(started); spent > 10*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(src), spent)
		}
	}
}
