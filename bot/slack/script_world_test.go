package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot"
	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/bot/slack"
	"greenroom/bot/slack/slackfake"
	"greenroom/content"
	"greenroom/store"
)

// way is how Slack reaches the app.
type way string

const (
	overSocket way = "socket"
	overHTTP   way = "http"
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
	appToken     = "xapp-1-fake"
	secret       = "a signing secret"
	clientSecret = "a client secret"
	site         = "https://greenroom.example"
	seldom       = 12 * time.Hour // between two pings of a socket: months pass
)

// world is a bottest.World: one Slack workspace, with the bot in it as it is in production but for the store, which is in memory. It
// lives in a synctest bubble, whose time is the script's.
type world struct {
	t      *testing.T
	over   way
	script bottest.Script
	scopes []string
	fake   *slackfake.Fake
	slack  *slackfake.Workspace
	db     *store.Memory
	keys   slack.Keys
	hooks  http.Handler
	log    bytes.Buffer
	stop   func() // nil while the bot is away

	// What has happened; people and channels by their names in the script.
	people     map[string]slackfake.Person
	channels   map[string]bool
	restricted map[string]bool // channels, with "#", in which posting is refused but editing is not
	late       bool            // the next form comes too late
	unable     bool            // the last line is something that nobody can do in Slack
	last       bottest.Line    // what a member did last
	events     atomic.Int64    // lines that were an event

	// What was shown.
	read    int                         // entries of the journal
	numbers map[string]int              // messages of a channel, by its id; which one a message is, by channel and ts
	threads map[string]int              // messages in each thread, by channel and ts: the noise budget
	screen  map[string][]slackfake.View // by member: the modals that were open after the last line
	stands  []standing                  // oldest first
}

func newWorld(t *testing.T, s bottest.Script, over way) *world {
	w := &world{
		t: t, over: over, script: s, scopes: scopesFor(s), db: store.NewMemory(),
		people: map[string]slackfake.Person{}, channels: map[string]bool{}, restricted: map[string]bool{},
		numbers: map[string]int{}, screen: map[string][]slackfake.View{}, threads: map[string]int{},
	}
	t.Cleanup(w.end)
	entry, err := slack.NewKey("k1")
	if err == nil {
		w.keys, err = slack.ParseKeys(entry)
	}
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(s.Begin))
	w.fake = slackfake.New(slackfake.Config{
		AppToken: appToken, SigningSecret: secret, ClientSecret: clientSecret,
		RateLimits: true, Deliveries: slackfake.Deliveries{PingEvery: seldom}, Events: subscriptions(t),
	})
	w.slack = w.fake.AddWorkspace(team)
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

// seeded gives events the seeds that they have on bottest's own stage: what is left to chance is then the same.
type seeded struct {
	*quiz.Engine
	events *atomic.Int64
}

func (e seeded) Step(d *store.Draft, ev chat.Event) (chat.Reply, error) {
	if ev.Seed = 0; ev.Kind != chat.Timer && ev.Kind != chat.Sent && ev.Kind != chat.Failed {
		ev.Seed = bottest.Seed(int(e.events.Load()))
	}
	return e.Engine.Step(d, ev)
}

// up starts the bot on what the store holds.
func (w *world) up() {
	w.t.Helper()
	cfg := slack.Config{
		DB: store.Space(w.db, "slack"), Log: slog.New(slog.NewTextHandler(&w.log, nil)),
		API: w.fake.API(), Dial: w.fake.Dial,
		Ping: seldom + 7*time.Second, // over a pipe that holds nothing, two pings at one instant would wait for each other
	}
	if w.over == overHTTP {
		cfg.SigningSecret = secret
	} else {
		cfg.AppToken = appToken
	}
	if w.single() {
		cfg.BotToken = w.slack.Install(w.scopes...)
	} else {
		cfg.App = &slack.App{ClientID: "10.20", ClientSecret: clientSecret, Redirect: site + "/slack/oauth", Keys: w.keys}
	}
	adapter, err := slack.New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	shell := bot.New(bot.Config{
		DB: w.db, Engine: seeded{quiz.New(quiz.Config{Banks: content.NewIndex([]*content.Bank{w.script.Bank})}), &w.events},
		Platforms: map[string]chat.Platform{"slack": adapter}, Log: cfg.Log,
	})
	w.hooks = adapter.Hooks()
	if w.over == overHTTP {
		w.fake.DeliverTo(slackfake.Hooks{Handler: w.hooks})
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- shell.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the bot ended with %v", err)
		}
	}
	w.settle()
}

// signIn is an admin who installs the app as its page offers it.
func (w *world) signIn() {
	w.t.Helper()
	w.member("admin")
	cookies, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	browser := &http.Client{Jar: cookies, Transport: hosts{"greenroom.example": w.hooks, "slack.fake": w.grants()}}
	answer, err := browser.Get(site + "/slack/install")
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		w.t.Fatalf("signing in ended at %s with %s", answer.Request.URL.Host, answer.Status)
	}
	w.settle()
}

// grants is Slack's page on which the app is allowed what it asks for; here, what the script needs.
func (w *world) grants() http.Handler {
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
func (w *world) single() bool { return w.over == overSocket && !w.script.Has("gone") }

// back is an installation, after which somebody invites the bot to its channels.
func (w *world) back() {
	w.t.Helper()
	if w.stop == nil {
		w.up()
	}
	if !w.single() {
		w.signIn()
	}
	for name := range w.channels {
		w.invited(channelID(name))
	}
}

// hears tells whether the bot hears of invitations, and needs none.
func (w *world) hears() bool { return len(w.scopes) > len(least) }

// invited is the bot being in a channel without hearing of it, where it has to be.
func (w *world) invited(channel string) {
	w.t.Helper()
	if w.hears() {
		return
	}
	if err := w.slack.Invite(channel, w.member("admin")); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) down() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

// end ends everything, whatever came of the script.
func (w *world) end() {
	w.down()
	w.fake.Close()
	if w.t.Failed() {
		w.t.Logf("log:\n%s", w.log.String())
	}
}

// Finish audits the records.
func (w *world) Finish() {
	w.down()
	if err := quiz.Audit(store.NewReader(context.Background(), w.db), "slack:"+team); err != nil {
		w.t.Errorf("after the script: %v", err)
	}
	for _, private := range []string{"xox", secret, clientSecret, appToken} {
		if strings.Contains(w.log.String(), private) {
			w.t.Errorf("the log holds the secret %q", private)
		}
	}
}

// pass lets time pass until an instant of the script; what is due at that very instant happens too. The clock of the bubble may be
// ahead of the script's by what settling took; it is never a minute.
func (w *world) pass(until time.Time) {
	if ahead := time.Since(until); ahead > time.Minute {
		w.t.Fatalf("the bubble is %s ahead of the script", ahead)
	}
	time.Sleep(time.Until(until))
	w.rest()
}

// rest settles, if the bot is there.
func (w *world) rest() {
	w.t.Helper()
	if w.stop != nil {
		w.settle()
	}
}

// settle waits until the bot has nothing left to do at this instant. Slack's pace makes it wait for some of it.
func (w *world) settle() {
	w.t.Helper()
	const patience = 40 * time.Second
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		synctest.Wait()
		if w.quiet() {
			return
		}
		if time.Since(begun) > patience {
			w.t.Fatalf("the bot still has something to do after %s", patience)
		}
	}
}

func (w *world) quiet() bool {
	ctx := context.Background()
	rows, err := w.db.Outbox(ctx, "", 1)
	if err != nil {
		w.t.Fatal(err)
	}
	due, err := w.db.Due(ctx, time.Now(), 1)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(rows)+len(due) == 0 && (w.over == overHTTP || w.fake.Sockets() > 0)
}
