package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

// A private message that is longer than one page stays in its place and shows one page at a time: its pages are drawn once and
// kept, and the buttons between them are answered by the adapter, not by the engine.

// Kept is a private message of several pages, as drawn.
type Kept struct {
	ID        string            `json:"-"` // see pageID
	Workspace chat.Workspace    `json:"workspace"`
	Member    chat.Member       `json:"member"`
	Pages     []json.RawMessage `json:"pages"` // each a message or a view, as Slack takes it
}

// pageVerb is the verb of the buttons between pages: Post is Kept.ID, Part the page that they show, from 1.
const pageVerb = "slack-page"

// turnsPage tells the click on a button between pages, which is answered by pages.turn and never handed to the engine.
func turnsPage(e chat.Event) bool { return e.Kind == chat.Click && e.Value.Verb == pageVerb }

// reader is whom a private message is for, and when it was asked for.
type reader struct {
	workspace chat.Workspace
	member    chat.Member
	at        time.Time
	direct    bool // it stands in a direct message, where turning its pages edits it; elsewhere it is ephemeral
}

func readerOf(e chat.Event) reader {
	return reader{workspace: e.Workspace, member: e.Member, at: e.At, direct: e.Channel == ""}
}

// privateMessage draws a message that one member reads, in one place: its first page, and what must be kept before that
// is shown; nil where it has one page.
func privateMessage(m chat.Message, to reader, names Names) (message, *Kept) {
	text := maxReplyText
	if to.direct {
		text = maxText
	}
	empty := func() *space { return emptyMessage(names, text) }
	pages, keep := private(m, to, "message", names, empty, func(s sheet) message { return s.message(names) })
	return pages[0], keep
}

// directMessage is privateMessage for what the bot says by itself, drawn at now.
func directMessage(a chat.Action, now time.Time, names Names) (message, *Kept) {
	m, keep := privateMessage(a.Message, reader{a.Workspace, a.Member, now, true}, names)
	m.Metadata = metadata(a, 1) // whichever page it shows, it is the message of that key
	return m, keep
}

// privateView is privateMessage in a modal, with the title of the form that it stands in for.
func privateView(m chat.Message, title string, from Origin, to reader, names Names) (slack.ModalViewRequest, *Kept) {
	place := strings.Join([]string{"modal", title, from.Channel, from.Message, from.Value}, "\x00")
	pages, keep := private(m, to, place, names, func() *space { return emptyView(names) }, func(s sheet) slack.ModalViewRequest {
		return messageModal(s, title, from, names)
	})
	return pages[0], keep
}

// homeView is privateMessage as the home page.
func homeView(m chat.Message, to reader, names Names) (slack.HomeTabViewRequest, *Kept) {
	pages, keep := private(m, to, "home", names, func() *space { return emptyView(names) }, func(s sheet) slack.HomeTabViewRequest {
		return slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: callback, Blocks: slack.Blocks{BlockSet: s.blocks(names, true)}}
	})
	return pages[0], keep
}

// private draws the pages of a message for one reader, each by draw. place tells where they stand: the same message may stand in several.
func private[T any](m chat.Message, to reader, place string, names Names, empty func() *space, draw func(sheet) T) ([]T, *Kept) {
	id := sync.OnceValue(func() string { return pageID(m, to, place) })
	sheets := divide(m, names, empty, inPlace(func(n, of int) []chat.Button { return leafButtons(id(), n, of) }))
	pages := make([]T, len(sheets))
	for i, s := range sheets {
		pages[i] = draw(s)
	}
	if len(pages) == 1 {
		return pages, nil
	}
	k := &Kept{ID: id(), Workspace: to.workspace, Member: to.member}
	for _, p := range pages {
		raw, _ := json.Marshal(p) // drawn by us: cannot fail
		k.Pages = append(k.Pages, raw)
	}
	return pages, k
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
func pageID(m chat.Message, to reader, place string) string {
	said, _ := json.Marshal(m) // plain data: cannot fail
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%t\x00%s\x00%s", to.workspace, to.member, to.direct, place, said))
	return to.at.UTC().Format(pageDay) + "-" + hex.EncodeToString(sum[:12])
}

const pageDay = "20060102"
