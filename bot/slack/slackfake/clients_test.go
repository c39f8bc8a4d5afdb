package slackfake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Slack's official clients from npm, as they come, against the fake over loopback TCP: what they do not understand is a fault of the
// fake.

// node is a script of npm/ that runs.
type node struct {
	t     *testing.T
	lines chan report
	seen  []report
}

// report is a line that a script wrote.
type report map[string]any

// scriptWithin is how long a script may take until its next line: a busy machine starts node slowly, and a client that is told to wait
// waits for up to ten seconds.
const scriptWithin = 60 * time.Second

// run starts a script against a fake; it ends with the test.
func run(t *testing.T, script string, env ...string) *node {
	t.Helper()
	cmd := exec.Command("node", filepath.Join(clients, script))
	cmd.Env = append(os.Environ(), env...)
	var log bytes.Buffer
	cmd.Stderr = &log
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, lines: make(chan report, 1000)}
	go n.read(out)
	t.Cleanup(func() {
		_ = in.Close() // ends the script
		for range n.lines {
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", script, err)
		}
		if t.Failed() {
			t.Logf("%s wrote:\n%s", script, &log)
		}
	})
	return n
}

func (n *node) read(out io.Reader) {
	defer close(n.lines)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := report{}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			line = report{"what": "printed", "text": lines.Text()}
		}
		n.lines <- line
	}
}

// wait waits for a line, whatever comes before it.
func (n *node) wait(what string) report {
	n.t.Helper()
	late := time.After(scriptWithin)
	for {
		select {
		case line, ok := <-n.lines:
			if !ok {
				n.t.Fatalf("the script ended before it said %q; it said %v", what, n.seen)
			}
			n.seen = append(n.seen, line)
			if line["what"] == what {
				return line
			}
			if line["what"] == "failed" || line["what"] == "printed" {
				n.t.Fatalf("while waiting for %q: %v", what, line)
			}
		case <-late:
			n.t.Fatalf("the script did not say %q, only %v", what, n.seen)
		}
	}
}

// shown is hill, served over TCP.
func shown(t *testing.T, cfg Config) (*Fake, *Workspace, string) {
	t.Helper()
	needClients(t)
	f, w := hill(t, cfg)
	server := httptest.NewServer(f.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(f.Close) // before the server, which waits for its connections
	f.ServedAt(server.URL)
	token := w.Install(everyScope...)
	f.mu.Lock()
	w.channels["C0PREP"].members[w.bot] = true
	f.mu.Unlock()
	return f, w, token
}

func TestWebClient(t *testing.T) {
	t.Parallel()
	f, w, token := shown(t, Config{Seed: 8})
	f.Next(1, "conversations.join", Busy)
	f.Next(1, "conversations.members", Busy)
	f.Next(1, "auth.revoke", Fail)
	n := run(t, "web.mjs", "SLACK_API="+f.API(), "SLACK_TOKEN="+token)

	ok := func(what string) report {
		t.Helper()
		line := n.wait(what)
		if line["ok"] != true {
			t.Errorf("%s: %v", what, line)
		}
		return line
	}
	if auth := ok("auth"); auth["team_id"] != "T0HILL" || auth["user_id"] != w.Bot() {
		t.Errorf("%v", auth)
	}
	ts := ok("post")["ts"]
	ok("reply")
	ok("update")
	history := ok("history")
	if all, _ := history["messages"].([]any); len(all) != 1 || all[0].(map[string]any)["ts"] != ts || all[0].(map[string]any)["metadata"] == nil {
		t.Errorf("%v", history)
	}
	if all, _ := ok("replies")["messages"].([]any); len(all) != 2 {
		t.Errorf("%v", all)
	}
	ok("ephemeral")
	if person, _ := ok("person")["user"].(map[string]any); person["id"] != "U0MIRA" || person["tz"] == nil || person["locale"] == nil {
		t.Errorf("%v", person)
	}
	for _, what := range []string{"place", "open", "direct", "home", "delete"} {
		ok(what)
	}
	if got := w.Ephemerals("U0MIRA"); len(got) != 1 || got[0].Plain != "Only you" {
		t.Errorf("%+v", got)
	}
	if got := w.Directs("U0MIRA"); len(got) != 1 || got[0].Plain != "Hello" {
		t.Errorf("%+v", got)
	}

	for _, c := range [][2]string{
		{"delete again", "message_not_found"}, {"nowhere", "channel_not_found"}, {"nothing", "no_text"}, {"bad blocks", "invalid_blocks"},
		{"bad view", "invalid_arguments"}, {"bad trigger", "invalid_trigger_id"}, {"bad token", "invalid_auth"}, {"no token", "not_authed"},
		{"bad code", "invalid_client_id"},
	} {
		line := n.wait(c[0])
		if line["code"] != "slack_webapi_platform_error" || line["error"] != c[1] {
			t.Errorf("%s: %v", c[0], line)
		}
		if about := strings.HasPrefix(c[0], "bad blocks") || c[0] == "bad view"; about && line["messages"] == nil {
			t.Errorf("%s: it does not say what is wrong: %v", c[0], line)
		}
	}
	if line := n.wait("limited"); line["code"] != "slack_webapi_rate_limited_error" || line["after"] == nil {
		t.Errorf("%v", line)
	}
	if took, _ := ok("waited")["took"].(float64); took < 1000 {
		t.Errorf("the client waited %v ms", took)
	}
	ok("retried")
	n.wait("done")
}

func TestSocketModeClient(t *testing.T) {
	t.Parallel()
	f, w, _ := shown(t, Config{AppToken: "xapp-1-a", Deliveries: Deliveries{PingEvery: 500 * time.Millisecond}})
	n := run(t, "socket.mjs", "SLACK_API="+f.API(), "SLACK_APP_TOKEN=xapp-1-a")
	n.wait("connected")

	if err := w.Command("U0SAM", "C0PREP", "/greenroom", "ping"); err != nil {
		t.Fatal(err)
	}
	if line := n.wait("command"); line["text"] != "ping" || line["accepts"] != true {
		t.Errorf("%v", line)
	}
	if got := w.Ephemerals("U0SAM"); len(got) != 1 || got[0].Plain != "pong ping" {
		t.Errorf("%+v", got)
	}
	if err := w.Command("U0SAM", "C0PREP", "/greenroom", "deaf"); !errors.Is(err, OperationTimeout) {
		t.Errorf("%v", err)
	}

	if err := w.Mention("U0SAM", "C0PREP", "hear it twice"); err != nil || f.Unacknowledged() != 0 {
		t.Errorf("%v, %d given up", err, f.Unacknowledged())
	}
	first, second := n.wait("mention"), n.wait("mention")
	if first["id"] != second["id"] || first["retry_num"] != 0.0 || second["retry_num"] != 1.0 || second["retry_reason"] != "http_timeout" || first["accepts"] != false {
		t.Errorf("%v, %v", first, second)
	}
	if err := w.Event(map[string]any{"type": "event_of_next_year"}); err != nil || f.Unacknowledged() != 0 {
		t.Errorf("%v, %d given up", err, f.Unacknowledged())
	}
	n.wait("next year")

	for name, end := range map[string]func(){
		"refreshed": f.Refresh, "told to go": func() { f.Disconnect("refresh_requested") }, "cut": f.Cut, "silent": f.Silence,
	} {
		end()
		n.wait("reconnecting")
		n.wait("connected")
		if err := w.Command("U0SAM", "C0PREP", "/greenroom", name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if line := n.wait("command"); line["text"] != name {
			t.Errorf("%v", line)
		}
	}
}

func TestSocketModeClientRefused(t *testing.T) {
	t.Parallel()
	f, _, _ := shown(t, Config{AppToken: "xapp-1-a"})
	n := run(t, "socket.mjs", "SLACK_API="+f.API(), "SLACK_APP_TOKEN=xapp-1-b")
	if line := n.wait("refused"); line["code"] != "slack_webapi_platform_error" || line["error"] != "invalid_auth" {
		t.Errorf("%v", line)
	}
}

func TestBoltOverSocket(t *testing.T) {
	t.Parallel()
	f, w, token := shown(t, Config{AppToken: "xapp-1-a"})
	n := run(t, "bolt.mjs", "SLACK_API="+f.API(), "SLACK_TOKEN="+token, "SLACK_APP_TOKEN=xapp-1-a")
	n.wait("started")
	useBolt(t, n, f, w)
}

func TestBoltOverHTTP(t *testing.T) {
	t.Parallel()
	f, w, token := shown(t, Config{SigningSecret: "a secret"})
	n := run(t, "bolt.mjs", "SLACK_API="+f.API(), "SLACK_TOKEN="+token, "SLACK_SECRET=a secret")
	port := int(n.wait("started")["port"].(float64))
	all := "/slack/events" // bolt takes everything there
	f.DeliverTo(Hooks{URL: "http://127.0.0.1:" + strconv.Itoa(port), Events: all, Interactive: all, Commands: all})
	if err := errors.Join(f.VerifyURL(t.Context()), f.CheckSSL(t.Context())); err != nil {
		t.Error(err)
	}
	useBolt(t, n, f, w)

	if err := w.Mention("U0SAM", "C0PREP", "to be forged"); err != nil {
		t.Fatal(err)
	}
	n.wait("mentioned")
	for _, attack := range []Attack{Forged, Unsigned, Tampered, Stale, Truncated} {
		if status, err := w.Attack(t.Context(), attack); err != nil || status != 401 {
			t.Errorf("%s: %d, %v", attack, status, err)
		}
	}
}

// useBolt goes through everything that bolt.mjs does.
func useBolt(t *testing.T, n *node, f *Fake, w *Workspace) {
	t.Helper()
	command := func(text string) {
		t.Helper()
		if err := w.Command("U0SAM", "C0PREP", "/greenroom", text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	private := func(want string) Message {
		t.Helper()
		all := w.Ephemerals("U0SAM")
		if len(all) == 0 || all[len(all)-1].Text != want {
			t.Fatalf("want %q in private, there is %+v", want, all)
		}
		return all[len(all)-1]
	}
	command("ping")
	private("pong")
	command("respond")
	n.wait("responded")
	if err := w.Click("U0SAM", private("by response_url").Place(), "more"); err != nil {
		t.Error(err)
	}
	n.wait("pressed")
	private("replaced")
	command("public")
	n.wait("posted")
	var public []string // bolt does not wait until its acknowledgement has gone over the socket
	for _, m := range w.Messages("C0PREP") {
		public = append(public, m.Plain)
	}
	if slices.Sort(public); !slices.Equal(public, []string{"by say", "for all"}) {
		t.Errorf("%q", public)
	}

	command("form")
	n.wait("opened")
	submit := func(answer string, values map[string][]string) (string, error) {
		t.Helper()
		if values == nil {
			values = map[string][]string{}
		}
		values["answer"] = []string{answer}
		err := w.Submit("U0SAM", values)
		titles := ""
		for _, v := range w.Views("U0SAM") {
			titles += v.Title + " "
		}
		return strings.TrimSpace(titles), err
	}
	if options, err := w.Suggest("U0SAM", "zone", "ber"); err != nil || len(options) != 1 || options[0] != (Option{"BER", "ber"}) {
		t.Errorf("%v, %v", options, err)
	}
	var wrong FieldErrors
	if open, err := submit("short", map[string][]string{"zone": {"ber"}}); !errors.As(err, &wrong) || wrong["answer"] != "A little more, please." || open != "Question" {
		t.Errorf("%q, %v", open, err)
	}
	for _, c := range []struct {
		answer, open string
		err          error
	}{
		{"lost", "Question", TroubleConnecting}, {"further", "Question Further", nil}, {"bye", "Question", nil},
		{"long <enough> & more", "Thanks", nil}, {"over", "", nil},
	} {
		if open, err := submit(c.answer, nil); !errors.Is(err, c.err) || open != c.open {
			t.Errorf("%s: %q, %v", c.answer, open, err)
		}
	}

	if err := w.Mention("U0SAM", "C0PREP", "a < b"); err != nil {
		t.Error(err)
	}
	if line := n.wait("mentioned"); line["text"] != "<@"+w.Bot()+"> a &lt; b" {
		t.Errorf("%v", line)
	}
	all := w.Messages("C0PREP")
	if thread := w.Thread("C0PREP", all[len(all)-1].TS); len(thread) != 2 || thread[1].Plain != "You called" {
		t.Errorf("%+v", thread)
	}
	if err := w.DM("U0SAM", "hello"); err != nil {
		t.Error(err)
	}
	n.wait("heard")
	if got := w.Directs("U0SAM"); len(got) != 2 || got[1].Plain != "You said hello" {
		t.Errorf("%+v", got)
	}
	if err := w.OpenHome("U0SAM"); err != nil {
		t.Error(err)
	}
	n.wait("published")
	if err := w.Click("U0SAM", Place{Home: true}, "set-up"); err != nil {
		t.Error(err)
	}
	if line := n.wait("pressed in view"); line["value"] != "set-up" || line["view"] != "home" {
		t.Errorf("%v", line)
	}
	if err := w.Invite("G0KEEP", "U0MIRA"); err != nil {
		t.Error(err)
	}
	if line := n.wait("joined"); line["channel"] != "G0KEEP" || line["inviter"] != "U0MIRA" {
		t.Errorf("%v", line)
	}
	f.Settle()
	if f.Unacknowledged() != 0 {
		t.Errorf("%d events were given up", f.Unacknowledged())
	}
}
