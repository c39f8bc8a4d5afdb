package bottest

import (
	"strings"
	"testing"
)

// Talk is a conversation that a test makes up in a world, where a script cannot tell it.
type Talk struct {
	T *testing.T
	W World
}

// Does carries out a line and ends the test unless it shows at a place what holds these words, which are compared as Normal has them.
func (k Talk) Does(l Line, where, words string) {
	k.T.Helper()
	got := k.W.Do(l)
	for _, s := range got {
		if s.Where == where && strings.Contains(Normal(s.Text), Normal(words)) {
			return
		}
	}
	k.T.Fatalf("%s %s %.40q: want at %q %.80q, got %.800q", l.Member, l.Verb, l.Said, where, words, got)
}

// Says uses the command in #team.
func (k Talk) Says(who, line, where, words string) {
	k.T.Helper()
	k.Does(Line{Verb: "says", Member: who, Channel: "team", Said: line}, where, words)
}

// Writes is a direct message to the bot.
func (k Talk) Writes(who, text, where, words string) {
	k.T.Helper()
	k.Does(Line{Verb: "writes", Member: who, Channel: "team", Said: text}, where, words)
}

// Clicks presses a button.
func (k Talk) Clicks(who, label, where, words string) {
	k.T.Helper()
	k.Does(Line{Verb: "clicks", Member: who, Channel: "team", Said: label}, where, words)
}

// Sends fills in the one field of the form for an answer and sends it.
func (k Talk) Sends(who, answer, where, words string) {
	k.T.Helper()
	k.Does(Line{Verb: "sends", Member: who, Channel: "team", Filled: []Filled{{"answer", answer}}}, where, words)
}
