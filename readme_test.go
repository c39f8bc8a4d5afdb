package greenroom

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReadmeCommands: what the README says to type, in its sh blocks, is what CI runs, and the other way to learn of the
// commands, make help, knows every target of the Makefile.
func TestReadmeCommands(t *testing.T) {
	readme, ci := read(t, "README.md"), strings.Split(read(t, ".ci/run"), "\n")
	var commands []string
	for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```").FindAllStringSubmatch(readme, -1) {
		commands = append(commands, strings.Split(strings.TrimSpace(block[1]), "\n")...)
	}
	if want := []string{"go run ./cmd/greenroom", "go test ./..."}; !slices.Equal(commands, want) {
		t.Errorf("the README says to run %q, want %q", commands, want)
	}
	for _, command := range commands {
		if !slices.ContainsFunc(ci, func(line string) bool { return line == command || strings.HasPrefix(line, command+" >") }) {
			t.Errorf("the README says to run %q, and .ci/run has no such line", command)
		}
	}
}

// TestMakeHelp: make help is made from the Makefile's comments, and every target has one.
func TestMakeHelp(t *testing.T) {
	makefile := read(t, "Makefile")
	phony := regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindStringSubmatch(makefile)
	if phony == nil {
		t.Fatal("the Makefile names no targets in .PHONY")
	}
	var explained []string
	for _, line := range regexp.MustCompile(`(?m)^([a-z]+):.*## .+$`).FindAllStringSubmatch(makefile, -1) {
		explained = append(explained, line[1])
	}
	if targets := strings.Fields(phony[1]); !slices.Equal(targets, explained) {
		t.Errorf(".PHONY names %q, comments explain %q", targets, explained)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
