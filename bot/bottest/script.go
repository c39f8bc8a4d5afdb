// Package bottest holds what tests of the bot are made with: conversation scripts, a platform that makes faults, and the
// campaign that kills the bot. Only tests and the load command import it.
package bottest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/content"
)

// A script is a conversation as text: who says what and when, and what is shown to whom. Lines:
//
//	# a comment
//	clock 2026-11-23T08:00:00Z          sets the clock and runs the timers that are due by then, each at its time
//	wait 24h                            lets time pass in the same way
//	down / up                           the bot is away: time passes, timers do not run
//	mira says schedule list             a command in the channel; "in #other" after the name names another
//	mira writes no idea                 a direct message to the bot
//	mira mentions leaderboard           the same in the channel, where all can read it
//	mira clicks Answer                  the newest button of that label that mira can see; "Answer in thread", "in private", "in #team"
//	mira sends                          submits the form that is open; indented lines "name = value" fill fields, commas part choices
//	mira opens home                     the bot's own page
//	mira types "schedule "              a command being typed
//	joined #team, left #team            the bot is added to a channel or removed; "joined #team by mira" says by whom, "left #team archived" why
//	gone, back                          the workspace removes the bot, installs it again
//	removed #team 2                     somebody deletes the second message of the channel
//	refuse #team forbidden              the platform refuses the channel (or @mira, or thread); accept #team
//	again                               the last event is delivered once more
//	twice                               the last click or submission is made once more, as a double click is
//	late                                the next submission's interaction has expired
//	manager mira, plain mira            who the platform says manages the place; all do at first
//	zone mira America/New_York          what the platform tells of a member
//	role sam coach, norole sam coach    a role that a member has from now on, or no longer; a text names it as <@&coach>
//
// Under a line stand, each behind "> ", the messages that it led to; Rewrite writes them. A message begins with where it
// is shown: "#team", "#team thread 1" (under the first message), "#team 1 now" (an edit), "mira" (private), "mira form",
// "mira dm".

// Script is a conversation, read.
type Script struct {
	Name  string
	Bank  *content.Bank // the questions of its folder
	Begin time.Time     // when it begins
	file  string
	steps []step
}

// step is a line with what stands under it. One without a verb is a comment or an empty line.
type step struct {
	line Line
	want string // as it stands in the file
}

// World is where a script happens: it carries out what members and time do, and tells what was shown.
type World interface {
	// Do carries out a line and returns what it led to, in order.
	Do(Line) []Shown
	// Differs says how what a line led to differs from what its script says; empty when it does not.
	Differs(l Line, want, got []Shown) string
	// Finish checks what must hold after every script.
	Finish()
	// Results are what the engine has made of the script, once it is over.
	Results() Results
}

// InShort are the scripts that tests of platforms play with -short: what anybody does first.
var InShort = map[string]bool{"first-run": true, "not-an-attempt": true, "hostile": true}

// Scripts runs every script of a folder as a subtest, with the questions of its bank.md.
func Scripts(t *testing.T, dir string, run func(*testing.T, Script)) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(dir, "bank.md"))
	if err != nil {
		t.Fatal(err)
	}
	bank, problems := content.Parse("bank.md", src)
	for _, p := range problems {
		if !p.Error {
			continue // a part without an answer, say
		}
		t.Errorf("%s:%d: %s", p.File, p.Line, p.Text)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", dir, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) { run(t, readScript(t, name, file, bank)) })
	}
}

// readScript reads a script.
func readScript(t *testing.T, name, file string, bank *content.Bank) Script {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := Script{Name: name, Bank: bank, file: file, Begin: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)}
	var block []string
	now := s.Begin
	end := func() {
		if len(block) == 0 {
			return
		}
		line, err := parseLine(block, now)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		switch {
		case line.At.Before(now) && !s.first():
			t.Fatalf("%s: %q: the clock would go back from %s", file, line.Text, now)
		case line.Verb == "clock" && s.first():
			s.Begin = line.At
		}
		now = line.At
		s.steps = append(s.steps, step{line: line})
		block = nil
	}
	for text := range strings.Lines(string(src)) {
		text = strings.TrimSuffix(text, "\n")
		switch {
		case strings.HasPrefix(text, ">"):
			end()
			if len(s.steps) == 0 {
				t.Fatalf("%s: %q stands under no line", file, text)
			}
			s.steps[len(s.steps)-1].want += text + "\n"
		case strings.HasPrefix(text, "  ") && len(block) > 0:
			block = append(block, text)
		case strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#"):
			end()
			s.steps = append(s.steps, step{line: Line{Text: text}})
		default:
			end()
			block = []string{text}
		}
	}
	end()
	return s
}

// first tells whether nothing has happened yet.
func (s Script) first() bool {
	for _, st := range s.steps {
		if st.line.Verb != "" {
			return false
		}
	}
	return true
}

// Has tells whether one of these verbs happens in the script.
func (s Script) Has(verbs ...string) bool {
	return slices.ContainsFunc(s.steps, func(st step) bool { return slices.Contains(verbs, st.line.Verb) })
}

var channelName = regexp.MustCompile(`#[a-z]+\b`)

// Channels are the channels that the script names, "team" first: that is where it happens if it says nothing else.
func (s Script) Channels() []string {
	all := []string{"team"}
	for _, st := range s.steps {
		for _, name := range channelName.FindAllString(st.line.Text, -1) {
			if name = name[1:]; st.line.Verb != "" && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

var zoneName = regexp.MustCompile(`\b[A-Z][a-z]+/[A-Z][A-Za-z_]+\b`)

// Zone is where the people of the script live: the first zone that it names, else UTC.
func (s Script) Zone() *time.Location {
	for _, st := range s.steps {
		for _, name := range zoneName.FindAllString(st.line.Text, -1) {
			if zone, err := time.LoadLocation(name); err == nil {
				return zone
			}
		}
	}
	return time.UTC
}

// Play plays the script in a world and fails the test at the first line that leads to something else than it says.
func (s Script) Play(t *testing.T, w World) Results {
	t.Helper()
	var said bytes.Buffer
	defer func() {
		if t.Failed() {
			t.Logf("the end of what was shown:\n%s", tail(said.String(), 40))
		}
	}()
	for _, st := range s.steps {
		if st.line.Verb == "" {
			continue
		}
		fmt.Fprintln(&said, st.line.Text)
		got := w.Do(st.line)
		said.WriteString(format(got))
		if d := w.Differs(st.line, parseShown(st.want), got); d != "" {
			t.Fatalf("%s: what is shown differs after %q:\n%s", s.file, st.line.Text, d)
		}
	}
	w.Finish()
	return w.Results()
}

// Rewrite plays a script on a stage and writes into its file what is shown.
func Rewrite(t *testing.T, s Script) {
	t.Helper()
	w := newStage(t, s)
	var said bytes.Buffer
	for _, st := range s.steps {
		fmt.Fprintln(&said, st.line.Text)
		if st.line.Verb != "" {
			said.WriteString(format(w.Do(st.line)))
		}
	}
	w.Finish()
	if err := os.WriteFile(s.file, said.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Shown is a message as somebody sees it.
type Shown struct {
	Where string    // "#team", "#team thread 1", "#team 1 now", "mira", "mira now", "mira form", "mira dm"
	Text  string    // all of it, as plain text
	At    time.Time // when, where the world can tell
}

// format writes what is shown as it stands in a script.
func format(all []Shown) string {
	var out strings.Builder
	for _, s := range all {
		fmt.Fprintf(&out, "> %s\n", s.Where)
		for line := range strings.SplitSeq(s.Text, "\n") {
			if line == "" {
				out.WriteString(">\n")
				continue
			}
			fmt.Fprintf(&out, ">     %s\n", line)
		}
	}
	return out.String()
}

const textMark = ">     " // before each line of a message

// parseShown reads what format wrote.
func parseShown(text string) (all []Shown) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if where, ok := strings.CutPrefix(line, "> "); ok && !strings.HasPrefix(line, textMark) {
			all = append(all, Shown{Where: where})
			continue
		}
		last := &all[len(all)-1]
		if last.Text != "" {
			last.Text += "\n"
		}
		last.Text += strings.TrimPrefix(strings.TrimPrefix(line, textMark), ">")
	}
	return all
}

// tail is the end of a text.
func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// FirstDifference shows the first line in which two lists of what is shown differ; empty when they do not.
func FirstDifference(want, got []Shown) string {
	w, g := strings.Split(format(want), "\n"), strings.Split(format(got), "\n")
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\n  want %s\n  got  %s", i+1, a, b)
		}
	}
	return ""
}
