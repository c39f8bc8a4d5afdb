package slackfake

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// How long what OAuth gives out lives: docs.slack.dev, Installing with OAuth and Using token rotation.
const (
	codeFor  = 10 * time.Minute
	tokenFor = 12 * time.Hour
)

// oauth is what is under way between a member who installs and the app. Codes and refresh tokens work once.
type oauth struct {
	codes   map[string]grant
	refresh map[string]*Workspace
}

// grant is what a member allowed.
type grant struct {
	workspace *Workspace // nil: a whole organisation
	user      string
	scopes    []string
	redirect  string
	at        time.Time
}

func newOAuth() oauth { return oauth{codes: map[string]grant{}, refresh: map[string]*Workspace{}} }

// Authorize is a member allowing the app these scopes: the code comes to the redirect address. The app is installed when it exchanges
// the code within ten minutes.
func (w *Workspace) Authorize(user, redirect string, scopes ...string) (code string) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.mustPerson(user)
	return w.f.code(grant{workspace: w, user: user, scopes: scopes, redirect: redirect})
}

// AuthorizeOrg is an organisation's admin allowing the app in all workspaces at once: the answer to its code names no team.
func (f *Fake) AuthorizeOrg(user, redirect string, scopes ...string) (code string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.code(grant{user: user, scopes: scopes, redirect: redirect})
}

func (f *Fake) code(g grant) string {
	g.at = f.cfg.Now()
	code := f.id("10.20.")
	f.oauth.codes[code] = g
	return code
}

// serveAuthorize is the page on which a member installs the app. This one asks nobody: user and team, which Slack has from its own
// cookies, may be named in the query; else it is the first manager of the first workspace. It takes the lock itself.
func (f *Fake) serveAuthorize(rw http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	q := r.URL.Query()
	to, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case q.Get("client_id") != f.cfg.ClientID:
		http.Error(rw, "invalid_client_id", http.StatusBadRequest)
		return
	case err != nil || to.Host == "":
		http.Error(rw, "bad_redirect_uri", http.StatusBadRequest)
		return
	case q.Get("scope") == "":
		http.Error(rw, "no_scopes", http.StatusBadRequest)
		return
	}
	w := f.teams[q.Get("team")]
	for _, id := range sorted(f.teams) {
		if w == nil {
			w = f.teams[id]
		}
	}
	if w == nil {
		http.Error(rw, "there is no workspace", http.StatusNotFound)
		return
	}
	user := q.Get("user")
	for _, id := range sorted(w.people) {
		if user == "" && (w.people[id].Admin || w.people[id].Owner) {
			user = id
		}
	}
	back := to.Query()
	if w.people[user] == nil { // nobody may install
		back.Set("error", "access_denied")
	} else {
		back.Set("code", f.code(grant{workspace: w, user: user, scopes: strings.Split(q.Get("scope"), ","), redirect: q.Get("redirect_uri")}))
	}
	back.Set("state", q.Get("state"))
	to.RawQuery = back.Encode()
	http.Redirect(rw, r, to.String(), http.StatusFound)
}

// oauthAccess exchanges a code or a refresh token: docs.slack.dev, oauth.v2.access.
func (c *call) oauthAccess() (map[string]any, *refusal) {
	if refused := c.client(); refused != nil {
		return nil, refused
	}
	switch c.args["grant_type"] {
	case "", "authorization_code":
		return c.exchange()
	case "refresh_token":
		return c.renew()
	}
	return nil, refuse("invalid_grant_type")
}

// client checks that the app is who it says.
func (c *call) client() *refusal {
	id, secret := c.args["client_id"], c.args["client_secret"]
	if id == "" {
		id, secret = c.basic[0], c.basic[1]
	}
	switch {
	case id != c.cfg.ClientID:
		return refuse("invalid_client_id")
	case secret != c.cfg.ClientSecret:
		return refuse("bad_client_secret")
	}
	return nil
}

func (c *call) exchange() (map[string]any, *refusal) {
	g, known := c.oauth.codes[c.args["code"]]
	delete(c.oauth.codes, c.args["code"])
	switch {
	case !known || c.cfg.Now().Sub(g.at) > codeFor:
		return nil, refuse("invalid_code")
	case c.args["redirect_uri"] != "" && c.args["redirect_uri"] != g.redirect:
		return nil, refuse("bad_redirect_uri")
	case g.workspace == nil:
		return map[string]any{
			"app_id": c.cfg.AppID, "access_token": "xoxb-org-" + c.id(""), "token_type": "bot", "scope": strings.Join(g.scopes, ","),
			"bot_user_id": c.id("U"), "team": nil, "enterprise": map[string]any{"id": "E0ORG", "name": "Organisation"},
			"is_enterprise_install": true, "authed_user": map[string]any{"id": g.user},
		}, nil
	}
	answer := c.granted(g.workspace, g.scopes)
	answer["authed_user"] = map[string]any{"id": g.user}
	return answer, nil
}

func (c *call) renew() (map[string]any, *refusal) {
	w := c.oauth.refresh[c.args["refresh_token"]]
	delete(c.oauth.refresh, c.args["refresh_token"])
	if w == nil || w.install == nil {
		return nil, refuse("invalid_refresh_token")
	}
	return c.granted(w, w.install.scopes), nil
}

// granted installs the app, or goes on with its installation, and answers with a token; with a refresh token too where tokens end.
func (c *call) granted(w *Workspace, scopes []string) map[string]any {
	text := w.grant(scopes)
	answer := map[string]any{
		"app_id": c.cfg.AppID, "access_token": text, "token_type": "bot", "scope": strings.Join(scopes, ","), "bot_user_id": w.install.bot,
		"team": map[string]any{"id": w.id, "name": w.id}, "enterprise": nil, "is_enterprise_install": false,
	}
	if !c.cfg.Rotate {
		return answer
	}
	t := c.tokens[text]
	delete(c.tokens, text)
	t.text, t.ends = "xoxe."+text, c.cfg.Now().Add(tokenFor)
	c.tokens[t.text] = t
	again := "xoxe-1-" + c.id("")
	c.oauth.refresh[again] = w
	answer["access_token"], answer["refresh_token"], answer["expires_in"] = t.text, again, int(tokenFor.Seconds())
	return answer
}

// authTest is docs.slack.dev, auth.test.
func (c *call) authTest() (map[string]any, *refusal) {
	if c.w == nil {
		return map[string]any{"app_id": c.cfg.AppID, "app_name": "Greenroom"}, nil
	}
	return map[string]any{
		"url": "https://" + strings.ToLower(c.w.id) + ".slack.com/", "team": c.w.id, "team_id": c.w.id, "user": "greenroom",
		"user_id": c.w.install.bot, "bot_id": c.w.install.botID, "is_enterprise_install": false,
	}, nil
}

// authRevoke ends the token with which it was called.
func (c *call) authRevoke() (map[string]any, *refusal) {
	if c.args.flag("test") {
		return map[string]any{"revoked": false}, nil
	}
	c.token.ended = "token_revoked"
	c.wire.emit(c.w, tokensRevoked(c.w.bot))
	return map[string]any{"revoked": true}, nil
}

// appsUninstall removes the app from the workspace of the token.
func (c *call) appsUninstall() (map[string]any, *refusal) {
	if refused := c.client(); refused != nil {
		return nil, refused
	}
	c.w.uninstall()
	return nil, nil
}

// uninstall removes the app: it hears of it, all its tokens end.
func (w *Workspace) uninstall() {
	w.f.wire.emit(w, map[string]any{"type": "app_uninstalled"})
	w.f.wire.emit(w, tokensRevoked(w.bot))
	w.endTokens("account_inactive")
	w.install = nil
}

func tokensRevoked(bot string) map[string]any {
	return map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []any{}, "bot": []any{bot}}}
}

// endTokens ends every token of the workspace, those that renew them too: from now on it gives an error.
func (w *Workspace) endTokens(code string) {
	for _, t := range w.f.tokens {
		if t.team == w.id && t.ended == "" {
			t.ended = code
		}
	}
	maps.DeleteFunc(w.f.oauth.refresh, func(_ string, of *Workspace) bool { return of == w })
}

// connectionsOpen is docs.slack.dev, apps.connections.open: the address of a new socket.
func (c *call) connectionsOpen() (map[string]any, *refusal) {
	if refused := c.need("connections:write"); refused != nil {
		return nil, refused
	}
	url, refused := c.wire.connect()
	return map[string]any{"url": url}, refused
}
