package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"greenroom/bot/chat"
)

// cookieName is the name of a browser's cookie. Browsers give one server's cookies to those on its other ports too, so
// each port has its own: two playgrounds on one computer do not take away each other's members.
func cookieName(r *http.Request) string {
	_, port, _ := strings.Cut(r.Host[strings.LastIndexByte(r.Host, ']')+1:], ":")
	return "greenroom-playground" + port
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
