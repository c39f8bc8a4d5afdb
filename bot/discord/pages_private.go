package discord

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"greenroom/bot/chat"
)

// A private message that is longer than one page stays in its place and shows one page at a time. What it says is kept, and the buttons
// between its pages are answered by the adapter, not by the engine.

// Kept is a private message of several pages.
type Kept struct {
	ID        string         `json:"-"` // see pageID
	Workspace chat.Workspace `json:"workspace"`
	Member    chat.Member    `json:"member"`
	Direct    bool           `json:"direct,omitempty"` // see reader
	Message   chat.Message   `json:"message"`
}

// pageVerb is the verb of the buttons between pages: Post is Kept.ID, Part the page that they show, from 1.
const pageVerb = "discord-page"

// turnsPage tells the click on a button between pages, which is answered by pages.turn and never handed to the engine.
func turnsPage(e chat.Event) bool { return e.Kind == chat.Click && e.Value.Verb == pageVerb }

// reader is whom a private message is for, and when it was asked for.
type reader struct {
	workspace chat.Workspace
	member    chat.Member
	at        time.Time
	direct    bool // it stands in a direct message, whose buttons name the workspace; elsewhere it is ephemeral
}

func readerOf(e chat.Event) reader {
	return reader{workspace: e.Workspace, member: e.Member, at: e.At, direct: e.Channel == ""}
}

// surface is what carries what the reader reads.
func (r reader) surface() surface {
	if r.direct {
		return inContent
	}
	return inComponents
}

// named is the workspace that buttons must carry: in a direct message nothing else tells it.
func (r reader) named() chat.Workspace {
	if r.direct {
		return r.workspace
	}
	return ""
}

// privateMessage draws a message that one member reads, in one place: its first page, and what must be kept before that
// is shown; nil where it has one page. It notifies nobody; that it is ephemeral is for the caller to say.
func privateMessage(m chat.Message, to reader) (body, *Kept) {
	id := sync.OnceValue(func() string { return pageID(m, to) })
	sheets := privateSheets(m, to, id)
	first := sheets[0].body(to.named())
	if len(sheets) == 1 {
		return first, nil
	}
	return first, &Kept{ID: id(), Workspace: to.workspace, Member: to.member, Direct: to.direct, Message: m}
}

// PrivateMessages draws a reply to an event as its member sees it: every page, in the order in which they are turned.
func PrivateMessages(m chat.Message, e chat.Event) []body {
	to := readerOf(e)
	sheets := privateSheets(m, to, sync.OnceValue(func() string { return pageID(m, to) }))
	bodies := make([]body, len(sheets))
	for i, s := range sheets {
		bodies[i] = s.body(to.named())
	}
	return bodies
}

// page draws a page of what was kept, from 1; false where there is no such page.
func (k Kept) page(n int) (body, bool) {
	to := reader{workspace: k.Workspace, member: k.Member, direct: k.Direct}
	sheets := privateSheets(k.Message, to, func() string { return k.ID })
	if n < 1 || n > len(sheets) {
		return body{}, false
	}
	return sheets[n-1].body(to.named()), true
}

// directMessage is privateMessage for what the bot says by itself, drawn at now. Whom it names with Ping is notified.
func directMessage(a chat.Action, now time.Time) (body, *Kept) {
	b, keep := privateMessage(a.Message, reader{a.Workspace, a.Member, now, true})
	b.Mentions.Users = pinged(a.Message)
	b.once(a, 0)
	return b, keep
}

// maxContentRows is how many rows of buttons stand below a content (components/reference).
const maxContentRows = 5

func privateSheets(m chat.Message, to reader, id func() string) []sheet {
	on := to.surface()
	if on == inContent && len(m.Buttons) > (maxContentRows-1)*rowButtons { // no row is left for the buttons between pages
		sheets := divide(m, on, binding{more: " All of it is in the file."})
		sheets[0].answer = sheets[len(sheets)-1].answer
		return sheets[:1]
	}
	return divide(m, on, inPlace(func(n, of int) []chat.Button { return leafButtons(id(), n, of) }))
}

// leafButtons lead from a page to its neighbours.
func leafButtons(id string, n, of int) (buttons []chat.Button) {
	to := func(label string, n int) chat.Button {
		return chat.Button{Label: fmt.Sprintf("%s: page %d of %d", label, n, of), Value: chat.Value{Look: true, Verb: pageVerb, Post: id, Part: n}}
	}
	if n > 1 {
		buttons = append(buttons, to("Back", n-1))
	}
	if n < of {
		buttons = append(buttons, to("Next", n+1))
	}
	return buttons
}

// pageID names a message's pages: the day, by which they expire, and a hash of what the message says, where and to whom. So
// they are kept once a day, however often the member asks for them.
func pageID(m chat.Message, to reader) string {
	said, _ := json.Marshal(m) // plain data: cannot fail
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%t\x00%s", to.workspace, to.member, to.direct, said))
	return to.at.UTC().Format(pageDay) + "-" + hex.EncodeToString(sum[:12])
}

const pageDay = "20060102"
