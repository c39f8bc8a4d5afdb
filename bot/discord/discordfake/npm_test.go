package discordfake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// clients is the folder in which npm installs discord.js and Discord's types. Tests install nothing.
const clients = "npm"

// needClients skips a test where discord.js is not installed, or where time is short.
func needClients(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("left out of -short: discord.js takes seconds to start")
	}
	if _, err := os.Stat(filepath.Join(clients, "node_modules", "discord.js")); err != nil {
		t.Skip("left out: discord.js is not installed; run npm ci in bot/discord/discordfake/npm")
	}
	version, err := exec.Command("node", "--version").Output()
	if major, _ := strconv.Atoi(strings.Split(strings.TrimPrefix(string(version), "v"), ".")[0]); err != nil || major < 20 {
		t.Skip("left out: node 20 or later is not on the PATH; install it and run npm ci in bot/discord/discordfake/npm")
	}
}

// script is one of npm/ that runs.
type script struct {
	t     *testing.T
	lines chan report
	seen  []report
}

// report is a line that a script wrote.
type report map[string]any

// scriptWithin is how long a script may take until its next line: a busy machine starts node slowly, and discord.js waits five seconds
// before it identifies again.
const scriptWithin = 60 * time.Second

// run starts a script against a fake; it ends with the test.
func run(t *testing.T, name string, env ...string) *script {
	t.Helper()
	cmd := exec.Command("node", filepath.Join(clients, name))
	cmd.Env = append(os.Environ(), env...)
	var log bytes.Buffer
	cmd.Stderr = &log
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &script{t: t, lines: make(chan report, 1000)}
	go s.read(out)
	t.Cleanup(func() {
		_ = in.Close() // ends the script
		for range s.lines {
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if t.Failed() {
			t.Logf("%s wrote:\n%s", name, &log)
		}
	})
	return s
}

func (s *script) read(out io.Reader) {
	defer close(s.lines)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := report{}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			line = report{"what": "printed", "text": lines.Text()}
		}
		s.lines <- line
	}
}

// wait waits for a line, whatever comes before it.
func (s *script) wait(what string) report {
	s.t.Helper()
	late := time.After(scriptWithin)
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				s.t.Fatalf("the script ended before it said %q; it said %v", what, s.seen)
			}
			s.seen = append(s.seen, line)
			if line["what"] == what {
				return line
			}
			if line["what"] == "failed" || line["what"] == "printed" {
				s.t.Fatalf("while waiting for %q: %v", what, line)
			}
		case <-late:
			s.t.Fatalf("the script did not say %q, only %v", what, s.seen)
		}
	}
}
