package slackfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// token is one access token: of a bot, or the app's own (xapp).
type token struct {
	text   string
	team   string // empty for the app's own
	scopes []string
	ends   time.Time // zero: never
	ended  string    // the error that it gives: token_revoked, account_inactive; empty while it works
}

// refusal is an answer with ok:false.
type refusal struct {
	code     string
	messages []string       // response_metadata.messages
	more     map[string]any // further fields of the answer
	after    time.Duration  // Retry-After of ratelimited
}

func refuse(code string, messages ...string) *refusal {
	return &refusal{code: code, messages: messages}
}

func (r *refusal) Error() string { return r.code }

func (r *refusal) answer() map[string]any {
	a := map[string]any{"ok": false, "error": r.code}
	if len(r.messages) > 0 {
		a["response_metadata"] = map[string]any{"messages": r.messages}
	}
	for name, v := range r.more {
		a[name] = v
	}
	return a
}

// call is one call of a method, on its way.
type call struct {
	*Fake
	method string
	args   args
	w      *Workspace // nil without a bot's token
	token  *token     // nil without
	basic  [2]string  // client id and secret from HTTP's own authentication
}

// method is one of the Web API. Its facts are those of its page on docs.slack.dev.
type method struct {
	tier  tier
	scope string   // that its token needs; empty for none, or where the conversation decides
	auth  authKind // what may call it
	need  []string // arguments without which it is refused
	may   []string // others
	run   func(*call) (map[string]any, *refusal)
}

type authKind int

const (
	botToken authKind = iota
	appToken
	anyToken
	noToken
)

// messageArgs is what says how a message looks; those for other names, icons and unfurling change nothing here.
var messageArgs = []string{
	"text", "blocks", "attachments", "markdown_text", "metadata", "thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media", "mrkdwn",
	"parse", "link_names", "as_user", "username", "icon_emoji", "icon_url",
}

// methods is the Web API as far as the fake has it. It is filled by a function, because methods call others.
func methods() map[string]method {
	return map[string]method{
		"auth.test":             {tier: special, auth: anyToken, run: (*call).authTest},
		"auth.revoke":           {tier: tier3, may: []string{"test"}, run: (*call).authRevoke},
		"apps.connections.open": {tier: tier1, auth: appToken, run: (*call).connectionsOpen},
		"apps.uninstall":        {tier: tier1, need: []string{"client_id", "client_secret"}, run: (*call).appsUninstall},
		"oauth.v2.access": {
			tier: tier4, auth: noToken, may: []string{"client_id", "client_secret", "code", "grant_type", "redirect_uri", "refresh_token"},
			run: (*call).oauthAccess,
		},

		"chat.postMessage":   {tier: posting, scope: "chat:write", need: []string{"channel"}, may: messageArgs, run: (*call).postMessage},
		"chat.postEphemeral": {tier: tier4, scope: "chat:write", need: []string{"channel", "user"}, may: messageArgs, run: (*call).postEphemeral},
		"chat.update":        {tier: tier3, scope: "chat:write", need: []string{"channel", "ts"}, may: messageArgs, run: (*call).chatUpdate},
		"chat.delete":        {tier: tier3, scope: "chat:write", need: []string{"channel", "ts"}, may: []string{"as_user"}, run: (*call).chatDelete},
		"chat.getPermalink":  {tier: special, need: []string{"channel", "message_ts"}, run: (*call).permalink},

		"views.open":    {tier: tier4, need: []string{"view"}, may: []string{"trigger_id", "interactivity_pointer"}, run: (*call).viewsOpen},
		"views.push":    {tier: tier4, need: []string{"view"}, may: []string{"trigger_id", "interactivity_pointer"}, run: (*call).viewsPush},
		"views.update":  {tier: tier4, need: []string{"view"}, may: []string{"view_id", "external_id", "hash"}, run: (*call).viewsUpdate},
		"views.publish": {tier: tier4, need: []string{"view", "user_id"}, may: []string{"hash"}, run: (*call).viewsPublish},

		"conversations.open":    {tier: tier3, scope: "im:write", may: []string{"users", "channel", "return_im", "prevent_creation"}, run: (*call).open},
		"conversations.info":    {tier: tier3, need: []string{"channel"}, may: []string{"include_locale", "include_num_members"}, run: (*call).info},
		"conversations.members": {tier: tier4, need: []string{"channel"}, may: []string{"cursor", "limit"}, run: (*call).members},
		"conversations.join":    {tier: tier3, scope: "channels:join", need: []string{"channel"}, run: (*call).join},
		"conversations.history": {tier: history, need: []string{"channel"}, may: pageArgs, run: (*call).history},
		"conversations.replies": {tier: history, need: []string{"channel", "ts"}, may: pageArgs, run: (*call).replies},

		"users.info": {tier: tier4, scope: "users:read", need: []string{"user"}, may: []string{"include_locale"}, run: (*call).usersInfo},
	}
}

// serveAPI answers one call of the Web API. It takes the lock itself, and lets it go while it waits.
func (f *Fake) serveAPI(rw http.ResponseWriter, r *http.Request) {
	if !f.begin() {
		panic(http.ErrAbortHandler) // net/http ends the connection
	}
	defer f.calls.Done()
	name := r.PathValue("method")
	mishap := f.mishap(name)
	a, text, refused := readArgs(rw, r)
	f.wait(mishap.late)
	var answer map[string]any
	header := rw.Header()
	switch {
	case mishap.before(rw):
		return
	case mishap.refusal() != nil:
		refused = mishap.refusal()
	case refused == nil:
		c := &call{Fake: f, method: name, args: a}
		c.basic[0], c.basic[1], _ = r.BasicAuth()
		answer, refused = c.do(text, header)
	}
	if mishap.after(rw) {
		return
	}
	header.Set("Content-Type", "application/json; charset=utf-8")
	if refused != nil {
		answer = refused.answer()
		switch {
		case refused.code == "request_too_large":
			rw.WriteHeader(http.StatusRequestEntityTooLarge)
		case refused.after > 0:
			tooMany(rw, refused.after)
		}
	}
	_ = json.NewEncoder(rw).Encode(answer) // the app is gone
}

// begin counts a call that is under way; false once the fake is closed. It takes the lock itself.
func (f *Fake) begin() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.calls.Add(1)
	}
	return !f.closed
}

// wait lets time pass, whether the app still listens or not: what it sent is carried out. It holds no lock.
func (f *Fake) wait(d time.Duration) {
	if d == 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-f.ended:
	}
}

// tooMany is the head of an answer to an app that calls too often.
func tooMany(rw http.ResponseWriter, after time.Duration) {
	rw.Header().Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	rw.WriteHeader(http.StatusTooManyRequests)
}

// do carries the call out, if it may. It takes the lock itself.
func (c *call) do(text string, header http.Header) (map[string]any, *refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, known := c.methods[c.method]
	if !known {
		return nil, refuse("unknown_method")
	}
	if refused := c.authenticate(m, text); refused != nil {
		return nil, refused
	}
	if c.token != nil {
		header.Set("X-OAuth-Scopes", strings.Join(c.token.scopes, ","))
		header.Set("X-Accepted-OAuth-Scopes", m.scope)
	}
	if refused := c.within(m); refused != nil {
		return nil, refused
	}
	if m.scope != "" {
		if refused := c.need(m.scope); refused != nil {
			return nil, refused
		}
	}
	if refused := c.checkArgs(m); refused != nil {
		return nil, refused
	}
	answer, refused := m.run(c)
	if refused != nil {
		return nil, refused
	}
	if answer == nil {
		answer = map[string]any{}
	}
	answer["ok"] = true
	return answer, nil
}

// authenticate finds out who calls.
func (c *call) authenticate(m method, text string) *refusal {
	if m.auth == noToken {
		return nil
	}
	if text == "" {
		return refuse("not_authed")
	}
	t := c.tokens[text]
	switch {
	case t == nil:
		return refuse("invalid_auth")
	case t.ended != "":
		return refuse(t.ended)
	case !t.ends.IsZero() && !c.cfg.Now().Before(t.ends):
		return refuse("token_expired")
	case (t.team == "") != (m.auth == appToken) && m.auth != anyToken:
		return refuse("not_allowed_token_type")
	}
	c.token, c.w = t, c.teams[t.team]
	return nil
}

// need refuses a token that lacks a scope.
func (c *call) need(scope string) *refusal {
	if slices.Contains(c.token.scopes, scope) {
		return nil
	}
	r := refuse("missing_scope")
	r.more = map[string]any{"needed": scope, "provided": strings.Join(c.token.scopes, ",")}
	return r
}

// checkArgs refuses calls without what they need. It also refuses arguments that the method's page does not name: Slack ignores
// them, and so would hide a misspelt one.
func (c *call) checkArgs(m method) *refusal {
	check := &checker{}
	for _, name := range m.need {
		if c.args[name] == "" {
			check.wrong("", "missing required field: %s", name)
		}
	}
	for _, name := range sorted(c.args) {
		if name == "team_id" { // @slack/bolt sends it with every call; it means something for an organisation's token only
			continue
		}
		if !slices.Contains(m.need, name) && !slices.Contains(m.may, name) {
			check.wrong("", "invalid additional property: %s", name)
		}
	}
	if len(check.problems) > 0 {
		return refuse("invalid_arguments", check.problems...)
	}
	return nil
}
