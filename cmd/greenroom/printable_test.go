package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestNothingRawReachesTheTerminal: names and texts that hold control characters are shown, not obeyed.
func TestNothingRawReachesTheTerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	const evil = "e\x1b[2Jvil\nname\u202e\u009b.md"
	bank := "## Question\n**Main question**: What \x1b[31mis\x07 it?\n## Answer\n- A\x1b[0m key point of red words\n"
	if err := os.WriteFile(evil, []byte(bank+"## Question\n<!-- id: \x1b[2J -->\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string // what must be shown
	}{
		{[]string{"bank", "check", evil}, exitFailed, `e\x1b[2Jvil\nname\u202e\u009b.md:5:1: error: `},
		{[]string{"bank", "show", evil}, 0, `What \x1b[31mis\a it?`},
		{[]string{"bank", "check", "no" + evil}, exitFailed, `no file or folder noe\x1b[2Jvil\nname`},
		{[]string{"grade", "--jsonl", "no" + evil}, exitFailed, `noe\x1b[2J`},
		{[]string{"--config", "no" + evil}, exitUsage, `noe\x1b[2J`},
		{[]string{"\x1b[2J"}, exitUsage, `\x1b[2J`},
		{[]string{"schedule", "next", "--at", "9:00", "--zone", "\x1b[2J"}, exitUsage, `\x1b[2J`},
	} {
		var out bytes.Buffer
		code := run(c.args, streams{strings.NewReader(""), &out, &out})
		said := out.String()
		if code != c.code || !strings.Contains(said, c.want) || strings.ContainsAny(said, "\x1b\a\u202e\u009b") {
			t.Errorf("greenroom %q: exit code %d, said %q, want %q", c.args, code, said, c.want)
		}
	}
}
