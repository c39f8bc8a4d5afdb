package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

// A message that is longer than one of Slack's continues where it stands. Of one that many read, the further pages go
// below it (Messages). One that a single member reads stays in its place and shows one page at a time: its pages are
// drawn once and kept (Kept), and the buttons between them are answered by the adapter, not by the engine.

// Kept is a private message of several pages, as drawn.
type Kept struct {
	ID        string            `json:"-"` // the day, and a hash of what the message says and to whom
	Workspace chat.Workspace    `json:"workspace"`
	Member    chat.Member       `json:"member"`
	Pages     []json.RawMessage `json:"pages"` // each a message or a view, as Slack takes it
}

// reader is whom a private message is for, and when it was asked for.
type reader struct {
	workspace chat.Workspace
	member    chat.Member
	at        time.Time
}

func readerOf(e chat.Event) reader { return reader{e.Workspace, e.Member, e.At} }

// pageVerb is the verb of the buttons between pages: Post is Kept.ID, Part the page, from 1.
const pageVerb = "slack-page"

// turnsPage tells the click on a button between pages, which is answered by pages.turn and never handed to the engine.
func turnsPage(e chat.Event) bool { return e.Kind == chat.Click && e.Value.Verb == pageVerb }

// privateMessage draws a message that one member reads, in one place: its first page, and what must be kept before that
// is shown; nil where it has one page.
func privateMessage(m chat.Message, to reader, names Names) (message, *Kept) {
	drawn := messagesOf(m, names, maxReplyText)
	return drawn[0], keptOf(m, drawn, to)
}

// directMessage is privateMessage for what the bot says by itself.
func directMessage(a chat.Action, now time.Time, names Names) (message, *Kept) {
	drawn := Messages(a, names)
	return drawn[0], keptOf(a.Message, drawn, reader{a.Workspace, a.Member, now})
}

// privateView is privateMessage in a modal, with the title of the form that it stands in for.
func privateView(m chat.Message, title string, from Origin, to reader, names Names) (slack.ModalViewRequest, *Kept) {
	return messageView(m, title, from, names), nil
}

// homeView is privateMessage as the home page.
func homeView(m chat.Message, to reader, names Names) (slack.HomeTabViewRequest, *Kept) {
	v := slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: callback}
	v.Blocks.BlockSet = viewBlocks(m, names)
	return v, nil
}

func keptOf[T any](m chat.Message, drawn []T, to reader) *Kept {
	if len(drawn) == 1 {
		return nil
	}
	k := &Kept{ID: pageID(m, to), Workspace: to.workspace, Member: to.member}
	for _, d := range drawn {
		raw, _ := json.Marshal(d) // drawn by us: cannot fail
		k.Pages = append(k.Pages, raw)
	}
	return k
}

// pageID names a message's pages. It begins with the day, for expiry; the same message to the same member on one day is
// one, however often it is asked for.
func pageID(m chat.Message, to reader) string {
	said, _ := json.Marshal(m) // plain data: cannot fail
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s", to.workspace, to.member, said))
	return to.at.UTC().Format("20060102") + "-" + hex.EncodeToString(sum[:12])
}
