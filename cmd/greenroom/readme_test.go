package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"greenroom/content"
)

// TestReadme: the README's sample question is one, whole and without a warning, and its command lines can be parsed.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	sample := regexp.MustCompile("(?ms)^```markdown\n(.*?)^```").FindSubmatch(readme)
	if sample == nil {
		t.Fatal("the README shows no question")
	}
	bank, problems := content.Parse("questions.md", sample[1])
	if len(problems) > 0 || len(bank.Questions) != 1 {
		t.Fatalf("the README's sample has %d questions and the problems %v", len(bank.Questions), problems)
	}
	q := bank.Questions[0]
	if len(q.KeyPoints) != 2 || len(q.FollowUps) != 1 || len(q.FollowUps[0].KeyPoints) == 0 {
		t.Errorf("the README's sample is read as %+v", q)
	}

	lines := regexp.MustCompile("(?:go run \\./cmd/greenroom|greenroom)((?: [^`#\n]+)+)").FindAllSubmatch(readme, -1)
	if len(lines) < 4 {
		t.Errorf("the README shows only %d command lines", len(lines))
	}
	for _, line := range lines {
		args := strings.Fields(string(line[1]))
		if len(args) == 0 || !strings.HasPrefix(args[0], "-") && !isCommand(args[0]) {
			continue // a sentence about Greenroom
		}
		if _, err := newParser(&commands{}, kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard)).Parse(withDefault(args)); err != nil {
			t.Errorf("the README's line %s: %v", line[0], err)
		}
	}
}

func isCommand(word string) bool {
	for _, c := range newParser(&commands{}).Model.Children {
		if c.Name == word {
			return true
		}
	}
	return false
}
