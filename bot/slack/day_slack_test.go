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

	"greenroom/bot/slack/slackfake"
	"greenroom/store"
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
	life    *life
	strike  strike
	seen    int // calls of the strike's kind in its lives
	hit     bool
	kills   map[int]bool // lives that were killed
	doubts  int
	begun   int  // calls that send a message
	hungry  bool // the next question is confirmed and goes nowhere
}

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

// strike is a moment at which the bot is killed.
type strike struct {
	Call  string        // a method of the Web API, or submit: a form that a member sends; empty: never
	Nth   int           // at the n-th
	When  phase         // of a method
	Delay time.Duration // after it
}

type phase int

const (
	before phase = iota // nothing was done
	amid                // it was done and the bot was not told
	after               // the bot was told
)

func (s strike) kills() bool { return s.Call != "" }

// anyStrike chooses how a session's life ends.
func (d *day) anyStrike() strike {
	s := strike{Nth: 1 + d.random.IntN(4), When: phase(d.random.IntN(3)), Delay: time.Duration(d.random.IntN(4000)) * time.Microsecond}
	s.Call = []string{"chat.postMessage", "chat.postMessage", "chat.postMessage", "views.open", "chat.update", "submit", "submit"}[d.random.IntN(7)]
	return s
}

func newTapped(t *testing.T, d *day) *tapped {
	t.Helper()
	file, err := os.Create(filepath.Join(d.folder, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	s := &tapped{d: d, file: file, claimed: map[string]bool{}, pressed: map[string]bool{}, kills: map[int]bool{}}
	s.fake = slackfake.New(slackfake.Config{
		Now: d.clock.Now, Seed: d.seed, AppToken: dayAppToken, SigningSecret: daySecret, ClientID: dayClient, ClientSecret: dayClientSecret,
		RateLimits: true, Journal: s, Deliveries: inOrder,
	})
	server := httptest.NewServer(s.tap(s.fake.Handler()))
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
	if e.Kind == slackfake.Posted && isPost(e.Key) {
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

// isPost tells whether a key is that of a question in a channel.
func isPost(key string) bool {
	parts := store.Ref(key).Parts()
	return len(parts) == 3 && parts[1] == "post"
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

// lives tells the tap which life of the bot it is.
func (s *tapped) lives(l *life) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life = l
}

func (s *tapped) arm(k strike) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strike, s.seen, s.hit = k, 0, false
}

func (s *tapped) struck() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hit
}

// clicks notes that somebody clicks in a message; clicked tells it.
func (s *tapped) clicks(m slackfake.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pressed[m.Channel+"/"+m.TS] = true
}

func (s *tapped) clicked(at string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pressed[at]
}

func (s *tapped) strikeNow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill(0)
}

// kill ends the bot's life, now or after a while. Its caller holds mu.
func (s *tapped) kill(after time.Duration) {
	l := s.life
	s.hit = true
	s.kills[l.number] = true
	if after == 0 {
		l.kill()
		return
	}
	time.AfterFunc(after, l.kill)
}

// moment counts a call and tells whether it is the strike's.
func (s *tapped) moment(call string) (strike, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hit || call != s.strike.Call {
		return strike{}, false
	}
	s.seen++
	return s.strike, s.seen == s.strike.Nth
}

// submitting tells that a member sends a form.
func (s *tapped) submitting() {
	if k, now := s.moment("submit"); now {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.kill(k.Delay)
	}
}

// tap stands between the bot and Slack.
func (s *tapped) tap(slack http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method, isCall := strings.CutPrefix(r.URL.Path, "/api/")
		if !isCall {
			slack.ServeHTTP(w, r)
			return
		}
		k, now := s.moment(method)
		if now && k.When == before {
			s.killed(0)
			panic(http.ErrAbortHandler)
		}
		answer := s.listen(method, slack, r)
		if now && k.When == amid || answer == nil {
			if now {
				s.killed(0)
			}
			panic(http.ErrAbortHandler)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		if now {
			s.killed(k.Delay)
		}
	})
}

func (s *tapped) killed(after time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill(after)
}

// listen makes a call and keeps what became of it; nil where the fake ends the connection.
func (s *tapped) listen(method string, slack http.Handler, r *http.Request) (answer *httptest.ResponseRecorder) {
	if method != "chat.postMessage" {
		return carry(slack, r)
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
	from, number, begun := len(s.entries), s.life.number, s.begun
	s.mu.Unlock()

	answer = carry(slack, r)
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
	was := s.hungry && isPost(key)
	s.hungry = s.hungry && !was
	return was
}

// copied tells whether a question was posted twice.
func (s *tapped) copied() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[string]bool{}
	for _, e := range s.entries {
		if e.Kind == slackfake.Posted && isPost(e.Key) && e.Page == "1" {
			if seen[e.Key] {
				return true
			}
			seen[e.Key] = true
		}
	}
	return false
}

func carry(slack http.Handler, r *http.Request) (answer *httptest.ResponseRecorder) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			answer = nil
		} else if p != nil {
			panic(p)
		}
	}()
	answer = httptest.NewRecorder()
	slack.ServeHTTP(answer, r)
	return answer
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
