package web

import (
	"bytes"
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

//go:embed static
var staticFiles embed.FS

// htmxIntegrity is the subresource integrity of static/htmx.min.js, htmx 4.0.1 as its authors publish it; a browser
// runs no other file under that name.
const htmxIntegrity = "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"

func (p *Playground) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, roomAddress(p.cfg.Channels[0]), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /c/{channel}", p.as(p.channelPage))
	mux.HandleFunc("GET /c/{channel}/t/{thread}", p.as(p.channelPage))
	mux.HandleFunc("GET /d", p.as(p.directPage))
	mux.HandleFunc("GET /live", p.as(p.live))
	mux.HandleFunc("POST /event", p.as(p.event))
	mux.HandleFunc("POST /act", p.as(p.act))
	mux.HandleFunc("POST /members", p.as(p.addMember))
	mux.HandleFunc("POST /name", p.as(p.rename))
	mux.HandleFunc("GET /static/{file}", p.static)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.sorry(w, http.StatusNotFound, "There is no such page", "The address may be old.")
	})
	return p.guard(mux)
}

// page is what the page's template draws.
type page struct {
	Title, Heading, Hint, About string
	HTMX                        string
	Me                          member
	Mine, People                []member
	Channels                    []roomLink
	Direct                      roomLink
	Room                        chat.Room
	Rev                         uint64
	Now                         int64  // milliseconds since 1970: pages take their tokens' time from it
	Commands                    string // JSON: names and help of the slash commands
	Messages                    []entry
	Root                        *entry // of the thread in the side panel
	Side                        []entry
	Composer, SideComposer      composer
}

// NameMax is how many characters a name has at most.
func (p page) NameMax() int { return maxName }

// Hue and Initial draw the member's own picture.
func (p page) Hue() int { return entry{message: message{From: p.Me.ID}}.Hue() }

func (p page) Initial() string {
	return entry{message: message{From: p.Me.ID}, Names: func(chat.Member) string { return p.Me.Name }}.Initial()
}

// roomLink leads to a room.
type roomLink struct {
	Name, Address string
	Room          chat.Room
	Newest        uint64
	Current       bool
}

// composer is where one writes.
type composer struct {
	ID, Label string
	Room      chat.Room
	Thread    chat.MessageID
}

func roomAddress(c chat.Channel) string { return "/c/" + url.PathEscape(string(c)) }

func threadAddress(c chat.Channel, id chat.MessageID) string {
	return roomAddress(c) + "/t/" + url.PathEscape(string(id))
}

func (p *Playground) channelPage(w http.ResponseWriter, r *http.Request, v *visitor) {
	channel := chat.Channel(r.PathValue("channel"))
	if !slices.Contains(p.cfg.Channels, channel) {
		p.sorry(w, http.StatusNotFound, "There is no such channel", "The channels stand on the left of the playground.")
		return
	}
	p.page(w, r, v, page{
		Title: "#" + string(channel), Heading: "#" + string(channel),
		Hint:  "Greenroom never reads what people write here, unless it begins with @greenroom",
		About: "This is where the channel begins. Greenroom posts its questions to #" + string(p.cfg.Channels[0]) + "; answer with the buttons below them. Type / to see its commands.",
		Room:  chat.ChannelRoom(channel), Composer: composer{Label: "Write to #" + string(channel) + ", or / for commands"},
	}, chat.MessageID(r.PathValue("thread")))
}

func (p *Playground) directPage(w http.ResponseWriter, r *http.Request, v *visitor) {
	p.page(w, r, v, page{
		Title: "Greenroom", Heading: "Greenroom", Hint: "Only you see this conversation",
		About: "Your direct messages with Greenroom. It answers here to plain words too: try help, question or leaderboard.",
		Room:  chat.DirectRoom(v.me.ID), Composer: composer{Label: "Write to Greenroom, or / for commands"},
	}, "")
}

// page reads the room, and the thread beside it, and draws them.
func (p *Playground) page(w http.ResponseWriter, r *http.Request, v *visitor, pg page, thread chat.MessageID) {
	pg.HTMX, pg.Me, pg.People, pg.Now, pg.Commands = htmxIntegrity, v.me, v.people, p.cfg.Now().UnixMilli(), commandsJSON()
	for _, m := range v.people {
		if slices.Contains(v.profile.Members, m.ID) {
			pg.Mine = append(pg.Mine, m)
		}
	}
	if err := p.links(r, v, &pg); err != nil {
		p.broken(w, r, err)
		return
	}
	messages, err := p.history.room(r.Context(), pg.Room, v.me.ID)
	if err != nil {
		p.broken(w, r, err)
		return
	}
	for _, m := range messages {
		switch {
		case m.Gone:
		case thread != "" && m.ID == thread && m.beginsThread():
			pg.Root = &entry{message: m, Side: true, Names: v.name}
			fallthrough
		case m.Thread == "":
			pg.Messages = append(pg.Messages, entry{message: m, Names: v.name})
		case m.Thread == thread:
			pg.Side = append(pg.Side, entry{message: m, Side: true, Names: v.name})
		}
	}
	if thread != "" && pg.Root == nil {
		p.sorry(w, http.StatusNotFound, "There is no such thread", "Its message was removed, or is so old that the playground has dropped it.")
		return
	}
	pg.Composer.ID, pg.Composer.Room = "text-"+string(pg.Room), pg.Room
	pg.SideComposer = composer{ID: "text-" + string(thread), Label: "Reply in the thread", Room: pg.Room, Thread: thread}
	p.draw(w, r, http.StatusOK, "page", pg)
}

// links fills in the list of rooms, each with its newest message: the page knows which of them it has shown.
func (p *Playground) links(r *http.Request, v *visitor, pg *page) (err error) {
	link := func(name, address string, room chat.Room) roomLink {
		l := roomLink{Name: name, Address: address, Room: room, Current: room == pg.Room}
		if err == nil {
			l.Newest, pg.Rev, err = p.history.newest(r.Context(), string(room))
		}
		return l
	}
	for _, c := range p.cfg.Channels {
		pg.Channels = append(pg.Channels, link(string(c), roomAddress(c), chat.ChannelRoom(c)))
	}
	pg.Direct = link("Greenroom", "/d", chat.DirectRoom(v.me.ID))
	return err
}

func commandsJSON() string {
	type choice struct{ Name, Help string }
	var list []choice
	for _, c := range commands {
		list = append(list, choice{"/" + c.Name, c.Help})
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic("unreachable: strings are always JSON: " + err.Error())
	}
	return string(b)
}

func (p *Playground) draw(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	var out bytes.Buffer
	if err := p.pages.draw(&out, name, data); err != nil {
		p.cfg.Log.Error("playground: a page could not be drawn", "path", r.URL.Path, "err", err)
		http.Error(w, "This page could not be drawn; the log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = out.WriteTo(w) // a reader who has left is no failure
}

type apology struct{ Title, Text string }

func (p *Playground) sorry(w http.ResponseWriter, status int, title, text string) {
	p.draw(w, &http.Request{URL: &url.URL{}}, status, "sorry", apology{title, text})
}

// broken answers a request that failed on our side.
func (p *Playground) broken(w http.ResponseWriter, r *http.Request, err error) {
	p.cfg.Log.Error("playground: a request failed", "path", r.URL.Path, "err", err)
	title, text := "Something broke on our side", "Try again in a moment; the log says what it was."
	if errors.Is(err, store.ErrFull) {
		title, text = "There is no space left", "The disk with Greenroom's data is full: make room, then try again."
	}
	p.sorry(w, http.StatusInternalServerError, title, text)
}

// contentTypes are those of the files that are served.
var contentTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
}

func (p *Playground) static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	b, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		p.sorry(w, http.StatusNotFound, "There is no such file", "Reload the page that asked for it.")
		return
	}
	w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", fmt.Sprintf("%q", integrity(b)[:24]))
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

// integrity is the subresource integrity of a file.
func integrity(b []byte) string {
	sum := sha512.Sum384(b)
	return "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}
