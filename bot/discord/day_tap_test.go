package discord_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/discord/discordfake"
)

// tapped is the fake Discord on a port, with a tap on the way to its REST API: it keeps what happened to every message and when
// every request came, and kills the bot at a chosen request.
type tapped struct {
	campaign.Reaper
	d    *day
	fake *discordfake.Fake

	mu        sync.Mutex
	entries   map[string][]entry // by guild; of messages that many see
	calls     []call
	posts     int // questions that stand
	greetings int // announcements that stand
	spoil     spoiler
	spoilt    bool // it has been, once
}

// entry is what happened to a message.
type entry struct {
	discordfake.Entry
	Key string // of our messages: see server.keyOf
}

// call is one request that is bound to the bot's global limit.
type call struct {
	name   string
	at     time.Time // when it came, by the machine's clock
	life   int
	status int           // 0 where the connection ended
	closes time.Duration // a 429 of Discord as a whole: how long nothing may be sent
}

// posting is what a strike calls the request that posts a message.
const posting = "posting"

func newTapped(t *testing.T, d *day) *tapped {
	t.Helper()
	s := &tapped{d: d, entries: map[string][]entry{}}
	s.fake = discordfake.New(discordfake.Config{
		Now: d.clock.Now, Seed: d.seed, RateLimits: true, Journal: s, Forget: true,
		Gateway: discordfake.Gateway{Shards: d.shards, Concurrency: d.concurrency, Heartbeat: d.heartbeat},
	})
	server := httptest.NewServer(s.Tap(s.fake.Handler(), name, s.carry))
	s.fake.ServedAt(server.URL)
	t.Cleanup(func() {
		s.fake.Close()
		server.Close()
	})
	return s
}

// name is what a request is called; empty for the gateway's.
func name(r *http.Request) string {
	switch path := strings.TrimPrefix(r.URL.Path, "/api/v10/"); {
	case path == r.URL.Path:
		return ""
	case r.Method == http.MethodPost && strings.HasPrefix(path, "channels/") && strings.HasSuffix(path, "/messages"):
		return posting
	default:
		return "another"
	}
}

// free tells whether a request is not bound to the global limit (docs.discord.com, Rate Limits).
func free(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/v10/interactions/") || strings.HasPrefix(r.URL.Path, "/api/v10/webhooks/")
}

// carry makes a request and keeps what became of it.
func (s *tapped) carry(name string, r *http.Request) *httptest.ResponseRecorder {
	c := call{name: name, at: time.Now(), life: s.Life()}
	answer := s.serve(name, r)
	if free(r) {
		return answer
	}
	if answer != nil {
		c.status = answer.Code
		c.closes = closes(answer)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	return answer
}

// closes is for how long an answer forbids everything: of a global 429, and of Cloudflare's.
func closes(answer *httptest.ResponseRecorder) time.Duration {
	var says struct {
		Global bool    `json:"global"`
		After  float64 `json:"retry_after"`
	}
	if answer.Code != http.StatusTooManyRequests {
		return 0
	}
	if json.Unmarshal(answer.Body.Bytes(), &says) != nil { // Cloudflare's, in whole seconds
		after, _ := time.ParseDuration(answer.Header().Get("Retry-After") + "s")
		return after
	}
	if !says.Global {
		return 0
	}
	return time.Duration(says.After * float64(time.Second))
}

func (s *tapped) serve(name string, r *http.Request) *httptest.ResponseRecorder {
	if name != posting || !s.spoils() {
		return campaign.Carry(s.fake.Handler(), r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil
	}
	return s.spoil(string(body), func(body string) *httptest.ResponseRecorder {
		again := r.Clone(r.Context())
		again.Body, again.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		return campaign.Carry(s.fake.Handler(), again)
	})
}

// spoils tells, of one request only, whether it is to be spoilt.
func (s *tapped) spoils() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.spoil != nil && !s.spoilt
	s.spoilt = s.spoilt || was
	return was
}

// Write takes an entry of the fake's journal. The fake calls it under its lock.
func (s *tapped) Write(line []byte) (int, error) {
	var e entry
	if err := json.Unmarshal(line, &e.Entry); err != nil {
		return 0, fmt.Errorf("the journal: %w", err)
	}
	m := e.Message
	if m.Guild == "" || m.To != "" || m.Author != s.fake.AppID() || m.Followups {
		return len(line), nil
	}
	g := s.d.byID[m.Guild]
	e.Key = g.keyOf(m)
	e.Message.Raw = nil
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries[g.id] = append(s.entries[g.id], e)
	switch {
	case e.Kind != discordfake.Posted:
	case campaign.IsPost(e.Key):
		s.posts++
		s.d.order = append(s.d.order, g.n)
		g.appeared(e.Key)
	case e.Key == "" && m.Channel == g.channel:
		s.greetings++
	}
	return len(line), nil
}

// posted is how many questions have come into their channels; announced how many announcements.
func (s *tapped) posted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.posts
}

func (s *tapped) announced() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.greetings
}
