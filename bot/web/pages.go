package web

import (
	"bytes"
	"cmp"
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
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

//go:embed static
var staticFiles embed.FS

// htmxIntegrity is the subresource integrity of static/htmx.min.js, htmx 4.0.1 as its authors publish it; a browser
// runs no other file under that name.
const htmxIntegrity = "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"

// cookieName is the name of a browser's cookie. Browsers give one server's cookies to those on its other ports too, so
// each port has its own: two playgrounds on one computer do not take away each other's members.
func cookieName(r *http.Request) string {
	_, port, _ := strings.Cut(r.Host[strings.LastIndexByte(r.Host, ']')+1:], ":")
	return "greenroom-playground" + port
}

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

// visitor is who a request comes from.
type visitor struct {
	cookie  string
	profile profile
	people  []member
	me      member
}

// name is a member's name as everybody sees it.
func (v *visitor) name(id chat.Member) string { return nameIn(v.people, id) }

func nameIn(people []member, id chat.Member) string {
	for _, m := range people {
		if m.ID == id {
			return m.Label()
		}
	}
	return "somebody"
}

// as finds out who a request comes from. A browser that comes for the first time becomes a member when it asks for a
// page. A page or stream may name the member whom it shows: tabs of one browser can be different members.
func (p *Playground) as(next func(http.ResponseWriter, *http.Request, *visitor)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := visitor{}
		if c, err := r.Cookie(cookieName(r)); err == nil {
			v.cookie = c.Value
		}
		if !p.running() {
			p.sorry(w, http.StatusServiceUnavailable, "Greenroom is starting or stopping", "Reload this page in a moment.")
			return
		}
		profile, known, err := p.history.browser(r.Context(), v.cookie)
		v.profile = profile
		if err == nil && !known {
			if !arrives(r) {
				p.stale(w, r)
				return
			}
			v.cookie, v.profile, err = p.history.welcome(r.Context())
			if errors.Is(err, errFull) {
				p.sorry(w, http.StatusServiceUnavailable, "There is no place left", sentence(err))
				return
			}
			http.SetCookie(w, &http.Cookie{
				Name: cookieName(r), Value: v.cookie, Path: "/", MaxAge: int((400 * 24 * time.Hour).Seconds()),
				HttpOnly: true, SameSite: http.SameSiteLaxMode,
			})
		}
		if err == nil {
			v.people, err = p.history.people(r.Context())
		}
		if err != nil {
			p.broken(w, r, err)
			return
		}
		acting := v.profile.Acting
		if named := chat.Member(cmp.Or(r.Header.Get("Greenroom-Member"), r.URL.Query().Get("as"))); named != "" {
			if acting = named; !slices.Contains(v.profile.Members, named) {
				p.stale(w, r)
				return
			}
		}
		for _, m := range v.people {
			if m.ID == acting {
				v.me = m
			}
		}
		next(w, r, &v)
	}
}

// arrives tells whether somebody opens a page in a window. Pictures and frames on pages of other sites, and scripts,
// make no members.
func arrives(r *http.Request) bool {
	into := r.Header.Get("Sec-Fetch-Dest") // absent in requests that no browser makes
	return r.Method == http.MethodGet && r.URL.Path != "/live" && (into == "" || into == "document")
}

// stale answers a page of a browser that is not known (any more), or that shows a member who is not its own.
func (p *Playground) stale(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.Header.Get("Accept"), "text/html") { // a form of the page itself
		p.sorry(w, http.StatusForbidden, "That page was out of date", "Nothing was changed. Go back to the playground and try again.")
		return
	}
	p.reply(w, http.StatusForbidden, answer{Say: "This page is out of date: reload it. What you have written stays."})
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

func (p *Playground) act(w http.ResponseWriter, r *http.Request, v *visitor) {
	p.done(w, r, p.history.actAs(r.Context(), v.cookie, chat.Member(r.PostFormValue("member"))))
}

func (p *Playground) addMember(w http.ResponseWriter, r *http.Request, v *visitor) {
	name, err := cleanName(r.PostFormValue("name"))
	if r.PostFormValue("name") == "" {
		name, err = "", nil // a name is given
	}
	if err != nil {
		p.done(w, r, &notTaken{err})
		return
	}
	p.done(w, r, p.history.addMember(r.Context(), v.cookie, name))
}

func (p *Playground) rename(w http.ResponseWriter, r *http.Request, v *visitor) {
	name, err := cleanName(r.PostFormValue("name"))
	if err != nil {
		p.done(w, r, &notTaken{err})
		return
	}
	p.done(w, r, p.history.rename(r.Context(), v.cookie, v.me.ID, name))
}

// notTaken is what a person wrote that cannot be used, with a sentence that says why.
type notTaken struct{ error }

// done goes back to the page on which a form stood, or says why nothing was done.
func (p *Playground) done(w http.ResponseWriter, r *http.Request, err error) {
	var bad *notTaken
	switch {
	case err == nil:
		http.Redirect(w, r, backTo(r.Referer()), http.StatusSeeOther)
	case errors.As(err, &bad), errors.Is(err, errFull), errors.Is(err, errNoMember):
		p.sorry(w, http.StatusUnprocessableEntity, "Nothing was changed", sentence(err))
	default:
		p.broken(w, r, err)
	}
}

// backTo keeps of a referrer only its path: nobody is sent elsewhere.
func backTo(referer string) string {
	u, err := url.Parse(referer)
	if err != nil || localAddress(u.Path) == "" {
		return "/"
	}
	return u.Path
}

// sentence makes a sentence out of an error that is meant for people.
func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
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
