package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/bot/discord/discordfake"
)

// TestLoadDiscord: every answer is graded and stands once in the store, and the bot of discord.js responds to all: the command checks both.
func TestLoadDiscord(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts two bots")
	}
	packages, err := filepath.Abs("../../bot/discord/discordfake/npm")
	if err != nil {
		t.Fatal(err)
	}
	if err := findPeer(packages); err != nil {
		t.Skip("left out: ", err)
	}
	load := exec.Command("greenroom", "load", "discord", "--members", "4", "--at-a-time", "4", "--packages", packages)
	said, err := load.CombinedOutput()
	for _, want := range []string{"60 channels, 4 members, 4 interactions at a time", "interactions/s", "memory after", "232 answers, each graded"} {
		if err != nil || !strings.Contains(string(said), want) {
			t.Fatalf("load discord: %v: no %q in %s", err, want, said)
		}
	}
}

// TestFindPeer: who lacks discord.js is told what to do.
func TestFindPeer(t *testing.T) {
	empty := t.TempDir()
	if err := findPeer(empty); err == nil || !strings.Contains(err.Error(), "run npm ci") || !strings.Contains(err.Error(), empty) {
		t.Error(err)
	}
}

// TestTypical: the feedback that the other bot says is as long as feedback is on average.
func TestTypical(t *testing.T) {
	var messages []discordfake.Message
	for _, n := range []int{10, 900, 40, 1000, 50, 600} { // 433 on average
		messages = append(messages, discordfake.Message{Raw: []byte(strings.Repeat("-", n))})
	}
	if m := typical(messages); len(m.Raw) != 600 {
		t.Errorf("%d bytes", len(m.Raw))
	}
}

// An answer that the server did not grade ends the run.
func TestGradedInTheForm(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"response_action":"update","view":{"blocks":"Question 1: I found 2 of 5 points."}}`: true,
		`{"response_action":"update","view":{"blocks":"Working on it"}}`:                      false,
		`{"response_action":"errors","errors":{"answer":"I found nothing"}}`:                  false,
		``: false,
	} {
		if err := gradedInTheForm([]byte(body)); (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestLoadSide(t *testing.T) {
	var s loadSide
	for i := range 100 {
		s.add(turn{took: 10 * time.Millisecond, each: []time.Duration{time.Duration(i) * time.Millisecond}}, 0, 0, 0)
	}
	if s.rate() != 100 || s.within(0.5) != 50*time.Millisecond || s.within(0.99) != 99*time.Millisecond {
		t.Errorf("%f a second, half within %v, 99 of 100 within %v", s.rate(), s.within(0.5), s.within(0.99))
	}
}
