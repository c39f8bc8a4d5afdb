package slack_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/slack/slackfake"
)

// The app of the day, as the fake Slack and the bot know it.
const (
	dayAppToken     = "xapp-1-day"
	daySecret       = "day-signing-secret"
	dayClient       = "10.20"
	dayClientSecret = "day-client-secret"
)

// tapped is the fake Slack on a port, with a tap on its line: it keeps what happened to every message and what the bot was
// told of every message that it sent, and kills the bot at a chosen call.
type tapped struct {
	campaign.Reaper
	d      *day
	fake   *slackfake.Fake
	victim string   // address of the bot
	hooks  *os.File // listens there, for one life after the other
	file   *os.File

	mu      sync.Mutex
	entries []entry
	sends   []send
	claimed map[string]bool // channel and ts of messages that belong to a send
	pressed map[string]bool // channel and ts of messages in which somebody clicked
	doubts  int
	begun   int  // calls that send a message
	hungry  bool // the next question is confirmed and goes nowhere
}

// submit is what a strike calls it that a member sends a form; a method of the Web API has its own name.
const submit = "submit"

// entry is what happened to a message.
type entry struct {
	slackfake.Entry
	Key, Page string // of our messages
}

// send is one call of chat.postMessage for a message with a key.
type send struct {
	Key, Page string
	Life      int
	Begun     int    // calls are numbered as they come
	TS        string // of the message that it posted; empty if it posted none
	Doubt     bool   // the bot was not told whether it did
}

func newTapped(t *testing.T, d *day, folder string) *tapped {
	t.Helper()
	file, err := os.Create(filepath.Join(folder, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	s := &tapped{d: d, file: file, claimed: map[string]bool{}, pressed: map[string]bool{}}
	s.fake = slackfake.New(slackfake.Config{
		Now: d.clock.Now, Seed: d.seed, AppToken: dayAppToken, SigningSecret: daySecret, ClientID: dayClient, ClientSecret: dayClientSecret,
		RateLimits: true, Journal: s, Deliveries: inOrder,
	})
	server := httptest.NewServer(s.Tap(s.fake.Handler(), method, s.listen))
	s.fake.ServedAt(server.URL)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.victim = listener.Addr().String()
	if s.hooks, err = listener.(*net.TCPListener).File(); err != nil {
		t.Fatal(err)
	}
	listener.Close() // the file is a listener too
	if d.http {
		s.fake.DeliverTo(slackfake.Hooks{URL: "http://" + s.victim})
	}
	t.Cleanup(func() {
		s.fake.Close()
		server.Close()
		s.hooks.Close()
		file.Close()
	})
	return s
}

// inOrder is how Slack delivers while nothing goes wrong. A trigger lives three seconds of the process's time.
var inOrder = slackfake.Deliveries{
	Retries: []time.Duration{0, 300 * time.Millisecond, time.Second}, Trigger: 3 * rate / time.Second * time.Second,
}

// misbehave begins what a day has of everything.
func (s *tapped) misbehave(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 3))
	more := func(p float64) float64 { return p * (0.5 + random.Float64()) }
	s.fake.SetFaults(slackfake.Faults{
		Busy: more(0.02), Fail: more(0.01), FailAfter: more(0.03), Drop: more(0.01), DropAfter: more(0.03), BrokenAfter: more(0.02),
		Slow: more(0.02), SlowFor: 100 * time.Millisecond,
	})
	rough := inOrder
	rough.Twice, rough.Late, rough.LateBy, rough.Unheard = more(0.1), more(0.1), 200*time.Millisecond, more(0.02)
	s.fake.SetDeliveries(rough)
}

func (s *tapped) behave() {
	s.fake.SetFaults(slackfake.Faults{})
	s.fake.SetDeliveries(inOrder)
}

// Write takes an entry of the fake's journal, a line each.
func (s *tapped) Write(line []byte) (int, error) {
	if _, err := s.file.Write(line); err != nil {
		return 0, err
	}
	var e entry
	if err := json.Unmarshal(line, &e.Entry); err != nil {
		return 0, err
	}
	e.Key, e.Page = keyOf(e.Message.Metadata)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = append(s.entries, e)
	if e.Kind == slackfake.Posted && campaign.IsPost(e.Key) {
		for _, team := range s.d.teams {
			if team.id == e.Team {
				team.appeared(e)
			}
		}
	}
	return len(line), nil
}

// keyOf reads our key out of a message's metadata.
func keyOf(metadata json.RawMessage) (key, page string) {
	var m struct {
		Payload struct{ Key, Page string } `json:"event_payload"`
	}
	if len(metadata) == 0 || json.Unmarshal(metadata, &m) != nil {
		return "", ""
	}
	return m.Payload.Key, m.Payload.Page
}

// log is everything that happened to messages so far.
func (s *tapped) log() []entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.entries)
}

func (s *tapped) posts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries)
}

// sentFirst are the sends of first pages that were posted or are in doubt, by key.
func (s *tapped) sentFirst() map[string][]send {
	s.mu.Lock()
	defer s.mu.Unlock()
	sends := map[string][]send{}
	for _, one := range s.sends {
		if one.Page == "1" && (one.TS != "" || one.Doubt) {
			sends[one.Key] = append(sends[one.Key], one)
		}
	}
	return sends
}

// clicks notes that somebody clicks in a message; clicked tells it.
func (s *tapped) clicks(in slackfake.Place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pressed[in.Channel+"/"+in.TS] = true
}

func (s *tapped) clicked(at string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pressed[at]
}

// method is the method of the Web API that a request calls; empty for all else.
func method(r *http.Request) string {
	name, _ := strings.CutPrefix(r.URL.Path, "/api/")
	if name == r.URL.Path {
		return ""
	}
	return name
}

// listen makes a call and keeps what became of it; nil where the fake ends the connection.
func (s *tapped) listen(method string, r *http.Request) (answer *httptest.ResponseRecorder) {
	if method != "chat.postMessage" {
		return campaign.Carry(s.fake.Handler(), r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	form, _ := url.ParseQuery(string(body))
	key, page := keyOf(json.RawMessage(form.Get("metadata")))
	if s.swallows(key) {
		answer = httptest.NewRecorder()
		fmt.Fprintf(answer, `{"ok":true,"channel":%q,"ts":"1795420800.000100","message":{}}`, form.Get("channel"))
		return answer
	}
	s.mu.Lock()
	s.begun++
	from, begun := len(s.entries), s.begun
	s.mu.Unlock()
	number := s.Life()

	answer = campaign.Carry(s.fake.Handler(), r)
	if key == "" {
		return answer
	}
	one := send{Key: key, Page: page, Life: number, Begun: begun, Doubt: inDoubt(answer) || r.Context().Err() != nil}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries[from:] {
		at := e.Message.Channel + "/" + e.Message.TS
		if e.Kind == slackfake.Posted && e.Key == key && e.Page == page && !s.claimed[at] {
			s.claimed[at] = true
			one.TS = e.Message.TS
			break
		}
	}
	if one.Doubt {
		s.doubts++
	}
	s.sends = append(s.sends, one)
	return answer
}

// swallow has the next question confirmed and dropped; swallowed tells that this has happened.
func (s *tapped) swallow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hungry = true
}

func (s *tapped) swallowed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.hungry
}

func (s *tapped) swallows(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.hungry && campaign.IsPost(key)
	s.hungry = s.hungry && !was
	return was
}

// copied tells whether a question was posted twice.
func (s *tapped) copied() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[string]bool{}
	for _, e := range s.entries {
		if e.Kind == slackfake.Posted && campaign.IsPost(e.Key) && e.Page == "1" {
			if seen[e.Key] {
				return true
			}
			seen[e.Key] = true
		}
	}
	return false
}

// inDoubt tells whether an answer leaves open what was done.
func inDoubt(answer *httptest.ResponseRecorder) bool {
	if answer == nil || answer.Code >= 500 {
		return true
	}
	var says struct{ Error string }
	_ = json.Unmarshal(answer.Body.Bytes(), &says)
	return says.Error == "internal_error" || says.Error == "fatal_error"
}

// signIn installs the app in a workspace as its owner's browser does.
func (s *tapped) signIn(t *testing.T, team, user string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if q := r.URL.Query(); strings.HasSuffix(r.URL.Path, "/oauth/v2/authorize") { // Slack knows who looks at this page
			q.Set("team", team)
			q.Set("user", user)
			if !s.d.history || s.d.blind {
				q.Set("scope", withoutHistory(q.Get("scope")))
			}
			r.URL.RawQuery = q.Encode()
		}
		return nil
	}}
	defer browser.CloseIdleConnections()
	said := ""
	s.d.await(t, fmt.Sprintf("%s is signed in: %q", team, said), func() bool {
		page, err := browser.Get("http://" + s.victim + "/slack/install")
		if err != nil {
			return false // it is starting
		}
		defer page.Body.Close()
		body, _ := io.ReadAll(page.Body)
		said = string(body)
		return strings.Contains(said, "Greenroom is installed")
	})
}

func withoutHistory(scopes string) string {
	kept := slices.DeleteFunc(strings.Split(scopes, ","), func(s string) bool { return s == "channels:history" || s == "groups:history" })
	return strings.Join(kept, ",")
}
