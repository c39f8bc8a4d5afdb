package quiz_test

import (
	"flag"
	"testing"

	"greenroom/bot/bottest"
)

// Each promise of the design is held by a conversation of testdata, where a conversation can hold it:
//
//	the way of a question: set-up, post, answer, redraft, follow-ups, result, late answer, sharing, board   post-answer-result
//	the first run: for who manages the place, for others; from home       first-run
//	an invitation is answered by one short hello, or by nothing           invited
//	the home page: set-up, progress, what waits, the next dates           app-home
//	what the keeper is told fits the reason                               keeper-reasons, announce-failed, move-refused
//	what is no attempt; "no idea" shows the answer kindly                 not-an-attempt
//	whoever has seen the answer can no longer score; aloud; the flag      seen-scores-nothing, post-answer-result
//	the grader proposes, the person confirms; claims and the keeper       correct-this
//	a point that many claim waits for the keeper                          many-claims
//	a part without an answer is thought about                             think/think-about
//	a question on demand scores nothing                                   question-on-demand
//	a part scores once in 60 days, wherever it is asked                   scores-once-in-60-days
//	streaks count weeks                                                   streaks
//	one channel message a slot, four in a thread, no ping                 noise-budget (and every script)
//	no answers: no result, the question returns, the keeper is asked      quiet-slots, change-days
//	text written to the bot is read as a line, else offered as an answer  typed-answer, greetings, lines
//	named in a channel, it answers its member only                        mentioned
//	who may change what                                                   who-may, role-manages, pause-in-trouble
//	a schedule is active once it is announced                             announce-failed
//	a schedule moves once its new channel can be written to               move-refused, trouble
//	each slot is decided once, across clock changes                       clock-skips-hour, clock-repeats-hour
//	after downtime only the newest slot within its grace                  downtime
//	a dead channel: told once, after seven days, and when it works        trouble, pause-in-trouble, archived
//	a keeper who cannot be told: the next manager sees it                 keeper-unreachable
//	a removed post, a locked thread                                       post-removed, removed-post
//	gone and back, erased after 30 days                                   gone-and-back
//	a double click changes nothing twice                                  double-clicks
//	a reply that comes too late goes by direct message; closed ones       expired-submission, direct-closed
//	see, export and erase what is kept                                    my-data
//	texts of answers are kept 30 days                                     texts-kept-30-days
//	text from people and banks is shown literally and notifies nobody     hostile/hostile
//	bad input gets a clear error and loses nothing                        lines, announce-failed, change-days
//
// Points, weeks and words are held by the tables beside, what must hold whatever happens by TestMachine.

var update = flag.Bool("update", false, "write what scripts show")

func play(t *testing.T, s bottest.Script) {
	if *update {
		bottest.Rewrite(t, s)
		return
	}
	bottest.OnStage(t, s)
}

// TestScripts plays every conversation of testdata.
func TestScripts(t *testing.T) { bottest.Scripts(t, "testdata", play) }

// TestThinkAbout plays those with questions that nobody can answer.
func TestThinkAbout(t *testing.T) { bottest.Scripts(t, "testdata/think", play) }

// TestHostile plays those in which people and banks write what looks like markup.
func TestHostile(t *testing.T) { bottest.Scripts(t, "testdata/hostile", play) }
