package gateway

import (
	"errors"
	"time"

	"github.com/gorilla/websocket"
)

// next is what to do once a connection has ended.
type next int

const (
	resume  next = iota // the session
	anew                // begin a new session
	forGood             // nothing: it would end the same way
)

// ending is how a connection ended.
type ending struct {
	next next
	code int           // close code; 0 when there was none
	why  string        // for the log; for the operator when it is for good
	wait time.Duration // at least, before the next connection
	soon bool          // Discord asked for it: the first time without any wait
	met  bool          // the gateway said Hello
	up   bool          // the session was there
}

func (e *ending) Error() string { return e.why }

// Close codes (docs.discord.com, Opcodes and Status Codes).
const (
	closeOwn         = 4200 // ours: any but 1000 and 1001 keeps the session (as discord.js does)
	closeInvalidSeq  = 4007
	closeTimedOut    = 4009
	closeToken       = 4004
	closeShard       = 4010
	closeSharding    = 4011
	closeVersion     = 4012
	closeIntents     = 4013
	closeNotAllowed  = 4014
	developers       = "discord.com/developers/applications"
	newToken         = "make a new token under Bot at " + developers + ", give it to Greenroom and start it again"
	askedAnew        = "start Greenroom again: it then asks Discord how many connections it needs"
	installNewer     = "install a newer version of Greenroom"
	lookAtTheAppsOwn = "see at " + developers + " whether the app is restricted, and start Greenroom again"
)

// closedForGood says what to do about the close codes after which no other connection will help.
var closedForGood = map[int]string{
	closeToken:      "Discord does not accept the bot token (4004): " + newToken,
	closeShard:      "Discord does not know this connection's number (4010): " + askedAnew,
	closeSharding:   "Greenroom is in more servers than so few connections may serve (4011): " + askedAnew,
	closeVersion:    "Discord no longer speaks version 10 of its gateway (4012): " + installNewer,
	closeIntents:    "Discord does not know the events that Greenroom asks for (4013): " + installNewer,
	closeNotAllowed: "Discord does not allow the events that Greenroom asks for, though none is privileged (4014): " + lookAtTheAppsOwn,
}

// endingOf reads the error with which a connection ended.
func endingOf(err error) *ending {
	var known *ending
	if errors.As(err, &known) {
		return known
	}
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return &ending{next: resume, why: err.Error()}
	}
	e := &ending{next: resume, code: closed.Code, why: closed.Error()}
	switch sentence := closedForGood[closed.Code]; {
	case sentence != "":
		e.next, e.why = forGood, sentence
	case closed.Code == closeInvalidSeq, closed.Code == closeTimedOut:
		e.next = anew
	}
	return e
}
