package grade

import (
	"slices"
	"strings"
)

// Words counts the content words of an answer: neither grammar ("the", "of") nor filler ("basically"). An attempt has at
// least four. It works for any language; only English stop words are left out, and in scripts without spaces each
// letter counts.
func Words(answer string) int {
	n := 0
	for _, w := range words(answer) {
		if w.content() {
			n++
		}
	}
	return n
}

// Says reports whether an answer has at least n words that say something. Of a long one it reads only the beginning, unless
// that says too little.
func Says(answer string, n int) bool {
	const beginning = 120 // bytes
	if len(answer) > beginning {
		if i := strings.LastIndexByte(answer[:beginning], ' '); i > 0 && Words(answer[:i]) > n { // one more: a phrase may go on
			return true
		}
	}
	return Words(answer) >= n
}

// GivesUp reports whether an answer only says that its author does not know: nothing at all, "no idea", "idk", "keine
// Ahnung", "I don't know how that works". An answer that goes on to say something does not give up.
func GivesUp(answer string) bool {
	if len(answer) > maxGivingUp {
		return strings.TrimSpace(answer) == ""
	}
	ws := words(answer)
	if len(ws) == 0 {
		return true
	}
	var said []string
	for _, w := range ws {
		if !aside[w.text] {
			said = append(said, w.text)
		}
	}
	if len(said) == 0 {
		// "I am sorry, well, um": nothing but asides.
		return true
	}
	for _, p := range surrenders {
		if !startsWith(said, p) {
			continue
		}
		rest := said[len(p):]
		if len(rest) == 0 || asks[rest[0]] && !goesOn(ws) {
			return true
		}
	}
	return false
}

// maxGivingUp is the length in bytes from which an answer says more than that its author does not know.
const maxGivingUp = 160

// aside is what may stand around "I don't know" and changes nothing.
var aside = set(`i we im am id sorry um uh er hmm well oh honestly really just actually sadly unfortunately truly simply
afraid frankly tbh imo please pardon at all now right moment today yet still off my head top hand need the this that it
one answer question to be honest have ve got absolutely completely totally genuinely here haha lol ich es das leider je ne
lo eu não`)

// surrenders say it, once the asides are gone.
var surrenders = phraseList(`no idea
no clue
not a clue
havent a clue
havent clue
clueless
dont know
do not know
didnt know
dont remember
do not remember
dont recall
cant remember
cannot remember
forgot
forgotten
cant say
cannot say
cant answer
cannot answer
not sure
unsure
idk
dunno
no answer
nothing
pass
skip
next
give up
na
n a
keine ahnung
weiß nicht
weiss nicht
kein plan
sais pas
aucune idée
no sé
no se
ni idea
sei
so
non so
geen idee
weet ik niet
nie wiem
не знаю
`)

// asks are the words with which "I don't know" names what is not known.
var asks = set("what how why which where when who whether if about anything much")

// goesOn reports whether more follows than one plain clause: an attempt after all.
func goesOn(ws []word) bool {
	first := ws[0].clause
	return slices.ContainsFunc(ws, func(w word) bool { return w.clause != first || turns[w.text] })
}

// turns lead from "I don't know" to something that is known.
var turns = set("but though although however except because since unless only think guess believe maybe perhaps probably")

func phraseList(lines string) [][]string {
	var out [][]string
	for line := range strings.Lines(lines) {
		out = append(out, strings.Fields(line))
	}
	return out
}

func startsWith(ws, p []string) bool {
	return len(ws) >= len(p) && slices.Equal(ws[:len(p)], p)
}
