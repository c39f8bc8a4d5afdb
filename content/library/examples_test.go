package library_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A fence of Python, and the comment with which a whole program states a line of its output.
var (
	fence  = regexp.MustCompile("(?ms)^```python\n(.*?)^```$")
	prints = regexp.MustCompile(`(?m)^# prints: (.*)$`)
)

// runExamples compiles the programs of the JSON array on its input, runs those that are whole, and answers with the
// array of what each printed, or of the error that it ended with.
const runExamples = `
import contextlib, io, json, sys, warnings
warnings.simplefilter("error")
answers = []
for code in json.load(sys.stdin):
    printed = io.StringIO()
    try:
        program = compile(code, "example", "exec")
        if "asyncio.run(" in code:
            with contextlib.redirect_stdout(printed):
                exec(program, {"__name__": "__main__"})
    except Exception as error:
        print(repr(error), file=printed)
    answers.append(printed.getvalue())
json.dump(answers, sys.stdout)
`

// TestExamples compiles every Python block of the library; one that is a whole program prints what its comments say.
func TestExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("starts python3")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the examples are not compiled")
	}
	if exec.Command(python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))").Run() != nil {
		t.Skip("python3 is older than 3.11: the examples are not compiled")
	}
	banks, err := filepath.Glob("*.md")
	if err != nil || len(banks) == 0 {
		t.Fatalf("no banks in the library (%v)", err)
	}
	for _, bank := range banks {
		src, err := os.ReadFile(bank)
		if err != nil {
			t.Fatal(err)
		}
		blocks := fence.FindAllSubmatchIndex(src, -1)
		if fences := bytes.Count(src, []byte("```")); fences != 2*len(blocks) {
			t.Errorf("%s: %d fences, but %d Python blocks were found", bank, fences, len(blocks))
		}
		codes := make([]string, len(blocks))
		for i, at := range blocks {
			codes[i] = string(src[at[2]:at[3]])
		}
		for i, printed := range run(t, python, codes) {
			if want := stated(codes[i]); printed != want {
				line := 1 + bytes.Count(src[:blocks[i][0]], []byte("\n"))
				t.Errorf("%s:%d: it prints\n%sand says that it prints\n%s", bank, line, printed, want)
			}
		}
	}
}

// run gives what each program prints.
func run(t *testing.T, python string, codes []string) []string {
	t.Helper()
	in, err := json.Marshal(codes)
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd := exec.Command(python, "-c", runExamples)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("running the examples: %v\n%s", err, stderr.String())
	}
	var printed []string
	if err := json.Unmarshal(out, &printed); err != nil || len(printed) != len(codes) {
		t.Fatalf("running the examples: %d answers to %d programs (%v)", len(printed), len(codes), err)
	}
	return printed
}

// stated is what a program's comments say that it prints.
func stated(code string) string {
	var out strings.Builder
	for _, m := range prints.FindAllStringSubmatch(code, -1) {
		out.WriteString(m[1] + "\n")
	}
	return out.String()
}
