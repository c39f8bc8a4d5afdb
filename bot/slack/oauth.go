package slack

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/store"
)

// A workspace signs in by OAuth v2 (docs.slack.dev, Installing with OAuth): /slack/install sends the browser to Slack with
// a state, Slack sends it back to /slack/oauth with that state and a code, the code is exchanged for tokens. The state
// proves that it was this browser that began: it is ours (a MAC), of the last ten minutes, and the browser has it in a
// cookie too. It is good once: the store remembers it as a seen event. Each tab has a cookie of its own.

// check refuses an App that could not sign anybody in.
func (a *App) check() error {
	redirect, err := url.Parse(a.Redirect)
	switch {
	case a.ClientID == "" || a.ClientSecret == "":
		return errors.New("slack: the app's client id or client secret is missing")
	case err != nil || redirect.Host == "" || redirect.Scheme != "https" && redirect.Scheme != "http":
		return fmt.Errorf("slack: the redirect address %q is not one", a.Redirect)
	case a.Keys.empty():
		return errors.New("slack: the key ring that encrypts tokens is empty")
	}
	return nil
}

// serveOAuth serves /slack/install and /slack/oauth; nothing where workspaces do not sign in.
func (i *installs) serveOAuth(mux *http.ServeMux) {
	if i.s.cfg.App == nil {
		return
	}
	mux.HandleFunc("GET /slack/install", i.serveInstall)
	mux.HandleFunc("GET /slack/oauth", i.serveBack)
}

// stateFor is how long a sign-in may take.
const stateFor = 10 * time.Minute

// signInMethod exchanges the code of a sign-in. Everybody may try, so it is the one method that is paced for all workspaces together:
// Slack takes some hundred of them a minute (tier 4), and each leaves a mark in the store.
const signInMethod = "oauth.v2.access"

// serveInstall sends a browser to Slack.
func (i *installs) serveInstall(w http.ResponseWriter, r *http.Request) {
	app := i.s.cfg.App
	state := newState(app, i.s.cfg.Now())
	http.SetCookie(w, i.cookie(state, state.text, stateFor))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	query := url.Values{
		"client_id": {app.ClientID}, "redirect_uri": {app.Redirect}, "state": {state.text},
		"scope": {strings.Join(append(scopeNames(requiredScopes), scopeNames(optionalScopes)...), ",")},
	}
	// The page for people stands beside the Web API.
	http.Redirect(w, r, strings.TrimSuffix(i.s.cfg.API, "api/")+"oauth/v2/authorize?"+query.Encode(), http.StatusFound)
}

// serveBack takes the browser that comes back from Slack.
func (i *installs) serveBack(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	state, err := parseState(i.s.cfg.App, query.Get("state"), i.s.cfg.Now())
	if err == nil {
		err = i.sameBrowser(r, state)
	}
	if err != nil {
		i.s.cfg.Log.Info("slack: a sign-in was refused", slog.Any("err", err))
		showPage(w, http.StatusBadRequest, noticeStale, "")
		return
	}
	if i.s.pace.take("", signInMethod, "") != nil {
		showPage(w, http.StatusTooManyRequests, noticeBusy, "")
		return
	}
	http.SetCookie(w, i.cookie(state, "", -1))
	// What is begun is finished though the browser leaves: a code is good once.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 2*callWithin)
	defer cancel()
	err = i.s.cfg.DB.Commit(ctx, store.Unit{Event: store.EventID{At: state.issued, Name: "oauth/" + state.id()}})
	switch {
	case errors.Is(err, store.ErrSeen):
		showPage(w, http.StatusBadRequest, noticeStale, "")
		return
	case err != nil:
		i.s.cfg.Log.Error("slack: a sign-in could not be noted", slog.Any("err", err))
		showPage(w, http.StatusInternalServerError, noticeFailed, "")
		return
	case query.Get("error") != "":
		showPage(w, http.StatusOK, noticeCancelled, "")
		return
	}
	name, err := i.install(ctx, query.Get("code"))
	switch {
	case errors.Is(err, ErrOrgWide):
		showPage(w, http.StatusForbidden, noticeOrgWide, "")
	case err != nil:
		i.s.cfg.Log.Error("slack: a workspace could not sign in", slog.Any("err", err))
		showPage(w, http.StatusBadGateway, noticeFailed, "")
	default:
		showPage(w, http.StatusOK, noticeInstalled, name)
	}
}

// install exchanges a code for tokens and keeps them. It returns the workspace's name.
func (i *installs) install(ctx context.Context, code string) (name string, err error) {
	app := i.s.cfg.App
	now := i.s.cfg.Now()
	got, err := slack.GetOAuthV2ResponseContext(ctx, i.s.http, app.ClientID, app.ClientSecret, code, app.Redirect, slack.OAuthOptionAPIURL(i.s.cfg.API))
	switch {
	case err != nil:
		return "", fmt.Errorf("exchange the code of a sign-in (oauth.v2.access): %w", err)
	case got.IsEnterpriseInstall || got.Team.ID == "":
		// The token of a whole organisation is of no use to us and must not lie around at Slack.
		if _, err := i.s.client(got.AccessToken).SendAuthRevokeContext(ctx, ""); err != nil {
			i.s.cfg.Log.Warn("slack: the token of a refused installation was not revoked", slog.Any("err", err))
		}
		return "", ErrOrgWide
	case got.AccessToken == "" || got.TokenType != "bot":
		return "", fmt.Errorf("Slack gave workspace %s no bot token but a token of type %q", got.Team.ID, got.TokenType)
	}
	r := &record{Team: got.Team.ID, User: got.BotUserID, App: got.AppID, Scopes: scopesOf(got.Scope), News: chat.Back, NewsAt: now}
	if who, err := i.s.client(got.AccessToken).AuthTestContext(ctx); err == nil {
		r.Bot = who.BotID
	} else { // it only tells our messages from those of others, which App does too
		i.s.cfg.Log.Warn("slack: the bot's id is not known", slog.String("workspace", r.Team), slog.Any("err", err))
	}
	r.Token = app.Keys.seal(r.Team, purposeToken, got.AccessToken)
	if got.ExpiresIn > 0 {
		r.Ends = now.Add(time.Duration(got.ExpiresIn) * time.Second)
		r.Refresh = app.Keys.seal(r.Team, purposeRefresh, got.RefreshToken)
	}
	release, err := i.turn(ctx, r.Team)
	if err != nil {
		return "", err
	}
	defer release()
	if err := i.update(ctx, r.Team, func(*record) *record { return r }); err != nil {
		return "", fmt.Errorf("keep the installation of workspace %s: %w", r.Team, err)
	}
	i.mu.Lock()
	delete(i.late, r.Team)
	delete(i.unkept, r.Team)
	i.mu.Unlock()
	i.s.cfg.Log.Info("slack: a workspace has installed Greenroom", slog.String("workspace", r.Team))
	i.checkScopes(install{Team: r.Team, Scopes: r.Scopes})
	i.wake()
	return got.Team.Name, nil
}

// state is what a sign-in carries to Slack and back: 16 random bytes, the second of its beginning and a MAC over both.
type state struct {
	nonce  [16]byte
	issued time.Time
	text   string
}

const (
	stateBytes = 16 + 8 // what the MAC covers
	statePlus  = stateBytes + sha256.Size
)

func newState(app *App, now time.Time) state {
	s := state{issued: time.Unix(now.Unix(), 0).UTC()}
	rand.Read(s.nonce[:]) // never fails: it ends the program first
	b := binary.BigEndian.AppendUint64(s.nonce[:], uint64(s.issued.Unix()))
	s.text = base64.RawURLEncoding.EncodeToString(append(b, stateMAC(app, b)...))
	return s
}

// parseState reads a state that newState has made in the last ten minutes.
func parseState(app *App, text string, now time.Time) (state, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != statePlus || !hmac.Equal(b[stateBytes:], stateMAC(app, b[:stateBytes])) {
		return state{}, errors.New("its state is not ours")
	}
	s := state{text: text, issued: time.Unix(int64(binary.BigEndian.Uint64(b[16:stateBytes])), 0).UTC()}
	copy(s.nonce[:], b)
	if age := now.Sub(s.issued); age > stateFor || age < -time.Minute {
		return state{}, fmt.Errorf("its state is %s old", age)
	}
	return s, nil
}

func stateMAC(app *App, b []byte) []byte {
	mac := hmac.New(sha256.New, []byte(app.ClientSecret))
	mac.Write([]byte("greenroom slack sign-in v1\x00"))
	mac.Write(b)
	return mac.Sum(nil)
}

// id names the state, and tells nothing of it that helps anybody.
func (s state) id() string {
	sum := sha256.Sum256(s.nonce[:])
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// cookie is the browser's half of a state; with a negative age it is taken away. Over https its name keeps other hosts of the
// domain from setting it.
func (i *installs) cookie(s state, value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: "greenroom-slack-" + s.id(), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if age < 0 {
		c.MaxAge = -1
	}
	if strings.HasPrefix(i.s.cfg.App.Redirect, "https:") {
		c.Name, c.Secure = "__Host-"+c.Name, true
	}
	return c
}

// sameBrowser tells whether the browser that came back is the one that was sent.
func (i *installs) sameBrowser(r *http.Request, s state) error {
	c, err := r.Cookie(i.cookie(s, "", 0).Name)
	if err != nil || subtle.ConstantTimeCompare([]byte(c.Value), []byte(s.text)) != 1 {
		return errors.New("its state belongs to another browser")
	}
	return nil
}

// notice is one of the plain pages at the end of a sign-in.
type notice struct{ Title, Text, Link, To string }

var (
	noticeInstalled = notice{Title: "Greenroom is installed", Text: "Go to Slack and type /greenroom in a channel: it asks three things and posts the first question."}
	noticeCancelled = notice{Title: "Nothing was installed", Text: "You stopped at Slack, and Slack gave Greenroom nothing.", Link: "Begin again", To: "/slack/install"}
	noticeStale     = notice{
		Title: "This sign-in is over", Link: "Begin again", To: "/slack/install",
		Text: "A sign-in is good once, for ten minutes, in the browser in which it began. If Greenroom is in your workspace already, close this page and type /greenroom there.",
	}
	noticeBusy    = notice{Title: "Too many are signing in", Text: "Nothing was installed. Try again in a minute.", Link: "Begin again", To: "/slack/install"}
	noticeFailed  = notice{Title: "That did not work", Text: "Slack or Greenroom could not finish the sign-in; the log of Greenroom says why. Nothing is left half done.", Link: "Try again", To: "/slack/install"}
	noticeOrgWide = notice{
		Title: "Greenroom is for one workspace", Link: "Choose a workspace", To: "/slack/install",
		Text: "It was installed for a whole Slack organisation, which it cannot serve, so it has taken nothing. Install it again and choose one workspace at the top of Slack's page.",
	}
)

var pageHTML = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
<h1>{{.Title}}</h1>
{{with .Workspace}}<p>Workspace: {{.}}</p>
{{end}}<p>{{.Text}}</p>
{{with .To}}<p><a href="{{.}}">{{$.Link}}</a></p>
{{end}}</html>
`))

// showPage shows a page with the name of a workspace, where there is one.
func showPage(w http.ResponseWriter, status int, n notice, workspace string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// Only a browser that is gone makes this fail.
	_ = pageHTML.Execute(w, struct {
		notice
		Workspace string
	}{n, workspace})
}
