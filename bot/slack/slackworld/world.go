// Package slackworld is where conversation scripts happen in Slack: the bot with the Slack adapter, at the fake Slack.
package slackworld

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/slack"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// Way is how Slack reaches the app.
type Way string

// The ways there are.
const (
	OverSocket Way = "socket"
	OverHTTP   Way = "http"
)

// least are the scopes that the app cannot do without. With them it writes where somebody invited it, and hears neither of that nor of
// mentions. A script in which it has to hear of them grants more; then it may also write in public channels to which nobody invited
// it, as after "left" in scripts.
var (
	least = []string{"commands", "chat:write", "im:write", "im:history", "users:read"}
	more  = []string{"app_mentions:read", "channels:read", "groups:read", "chat:write.public"}
)

func scopesFor(s bottest.Script) []string {
	if s.Has("joined", "left", "mentions") {
		return slices.Concat(least, more)
	}
	return least
}

const (
	team         = "T0GREENROOM"
	workspace    = chat.Workspace("slack:" + team)
	appToken     = "xapp-1-fake"
	secret       = "a signing secret"
	clientSecret = "a client secret"
	site         = "https://greenroom.example"
	seldom       = 12 * time.Hour // between two pings of a socket: months pass
)

// World is a bottest.World: one Slack workspace, with the bot in it as it is in production but for its store. It lives in a
// synctest bubble, whose time is the script's.
type World struct {
	*bottest.Bubble
	Slack *slackfake.Workspace

	over   Way
	scopes []string
	fake   *slackfake.Fake
	keys   slack.Keys
	hooks  http.Handler

	// What has happened; people and channels by their names in the script.
	people     map[string]slackfake.Person
	channels   map[string]bool
	restricted map[string]bool // channels, with "#", in which posting is refused but editing is not
	late       bool            // the next form comes too late
	unable     bool            // the last line is something that nobody can do in Slack
	last       bottest.Line    // what a member did last

	// What was shown.
	read    int                         // entries of the journal
	numbers bottest.Numbers             // messages, by channel and ts
	screen  map[string][]slackfake.View // by member: the modals that were open after the last line
	stands  []standing                  // oldest first
}

// New is a world in which a script is about to begin: the bot is in #team. Call it within synctest.Test.
func New(t *testing.T, s bottest.Script, over Way) *World {
	w := &World{
		Bubble: bottest.NewBubble(t, s), over: over, scopes: scopesFor(s),
		people: map[string]slackfake.Person{}, channels: map[string]bool{}, restricted: map[string]bool{},
		screen: map[string][]slackfake.View{},
	}
	w.Adapter, w.Connected = w.adapter, func() bool { return over == OverHTTP || w.fake.Sockets() > 0 }
	entry, err := slack.NewKey("k1")
	if err == nil {
		w.keys, err = slack.ParseKeys(entry)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.fake = slackfake.New(slackfake.Config{
		AppToken: appToken, SigningSecret: secret, ClientSecret: clientSecret,
		RateLimits: true, Deliveries: slackfake.Deliveries{PingEvery: seldom}, Events: subscriptions(t),
	})
	t.Cleanup(func() {
		w.End()
		w.fake.Close()
	})
	w.Slack = w.fake.AddWorkspace(team)
	w.back()
	w.channel("team")
	return w
}

// subscriptions are the events that our manifest asks for: Slack sends no others.
func subscriptions(t *testing.T) []string {
	src, err := slack.Manifest(slack.ManifestOptions{})
	var manifest struct {
		Settings struct {
			Events struct {
				Bot []string `json:"bot_events"`
			} `json:"event_subscriptions"`
		} `json:"settings"`
	}
	if err == nil {
		err = json.Unmarshal(src, &manifest)
	}
	if err != nil || len(manifest.Settings.Events.Bot) == 0 {
		t.Fatalf("the manifest asks for no events: %v", err)
	}
	return manifest.Settings.Events.Bot
}

// adapter is a life's adapter, and the way to it.
func (w *World) adapter() (string, chat.Platform) {
	w.T.Helper()
	cfg := slack.Config{
		DB: store.Space(w.DB, "slack"), Log: w.Log, API: w.fake.API(), Dial: w.fake.Dial,
		Ping: seldom + 7*time.Second, // over a pipe that holds nothing, two pings at one instant would wait for each other
	}
	if w.over == OverHTTP {
		cfg.SigningSecret = secret
	} else {
		cfg.AppToken = appToken
	}
	if w.single() {
		cfg.BotToken = w.Slack.Install(w.scopes...)
	} else {
		cfg.App = &slack.App{ClientID: "10.20", ClientSecret: clientSecret, Redirect: site + "/slack/oauth", Keys: w.keys}
	}
	adapter, err := slack.New(cfg)
	if err != nil {
		w.T.Fatal(err)
	}
	w.hooks = adapter.Hooks()
	if w.over == OverHTTP {
		w.fake.DeliverTo(slackfake.Hooks{Handler: w.hooks})
	}
	return "slack", adapter
}

// signIn is an admin who installs the app as its page offers it.
func (w *World) signIn() {
	w.T.Helper()
	w.member("admin")
	cookies, err := cookiejar.New(nil)
	if err != nil {
		w.T.Fatal(err)
	}
	browser := &http.Client{Jar: cookies, Transport: hosts{"greenroom.example": w.hooks, "slack.fake": w.grants()}}
	answer, err := browser.Get(site + "/slack/install")
	if err != nil {
		w.T.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		w.T.Fatalf("signing in ended at %s with %s", answer.Request.URL.Host, answer.Status)
	}
	w.Settle()
}

// grants is Slack's page on which the app is allowed what it asks for; here, what the script needs.
func (w *World) grants() http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked := r.URL.Query()
		asked.Set("scope", strings.Join(w.scopes, ","))
		r.URL.RawQuery = asked.Encode()
		w.fake.Handler().ServeHTTP(rw, r)
	})
}

// hosts serves the pages of sites in memory.
type hosts map[string]http.Handler

func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	h[r.URL.Host].ServeHTTP(rec, r)
	answer := rec.Result()
	answer.Request = r
	return answer, nil
}

// single tells whether the bot knows one workspace, by its token; else workspaces sign in by OAuth. Over sockets it does, as long as
// the workspace stays: with its token the bot would end.
func (w *World) single() bool { return w.over == OverSocket && !w.Script.Has("gone") }

// back is an installation, after which somebody invites the bot to its channels.
func (w *World) back() {
	w.T.Helper()
	w.Up()
	if !w.single() {
		w.signIn()
	}
	for name := range w.channels {
		w.invited(channelID(name))
	}
}

// hears tells whether the bot hears of invitations, and needs none.
func (w *World) hears() bool { return len(w.scopes) > len(least) }

// invited is the bot being in a channel without hearing of it, where it has to be.
func (w *World) invited(channel string) {
	w.T.Helper()
	if w.hears() {
		return
	}
	if err := w.Slack.Invite(channel, w.member("admin")); err != nil {
		w.T.Fatal(err)
	}
}

// Finish audits what is kept, which is none of the secrets in the log.
func (w *World) Finish() {
	w.T.Helper()
	w.Bubble.Finish(workspace, "xox", secret, clientSecret, appToken)
}

// Results are what the engine has made of the script.
func (w *World) Results() bottest.Results {
	w.T.Helper()
	return bottest.ResultsOf(w.T, w.DB, workspace, named)
}
