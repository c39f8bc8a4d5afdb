package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"greenroom/bot"
	"greenroom/bot/slack/slackfake"
)

// slackOffice is a fake Slack on a port of this machine, with a workspace that has a manager and a channel.
func slackOffice(t *testing.T) (*slackfake.Fake, *slackfake.Workspace) {
	t.Helper()
	fake := slackfake.New(slackfake.Config{})
	server := httptest.NewServer(fake.Handler())
	fake.ServedAt(server.URL)
	t.Cleanup(func() { fake.Close(); server.Close() })
	w := fake.AddWorkspace("T1")
	w.AddPerson(slackfake.Person{ID: "UOWNER", Name: "Owner", Owner: true})
	w.AddChannel("C1", "interview-prep", false, "UOWNER")
	return fake, w
}

// answers fails the test unless /greenroom help is answered.
func answers(t *testing.T, w *slackfake.Workspace, p *process) {
	t.Helper()
	if err := w.Command("UOWNER", "C1", "/greenroom", "help"); err != nil {
		t.Errorf("/greenroom help: %v; the log:\n%s", err, p.log)
	}
	w.Reload("UOWNER") // nothing of the next answer is of this one
}

// noSecrets fails the test if the log of a process that has ended shows a token.
func noSecrets(t *testing.T, p *process) {
	t.Helper()
	for _, secret := range []string{"xoxb", "xapp", "xoxe", "fake-signing-secret", "fake-client-secret"} {
		if strings.Contains(p.log.String(), secret) {
			t.Errorf("the log has a secret that begins with %s:\n%s", secret, p.log)
		}
	}
}

func TestServeSlackOverSockets(t *testing.T) {
	t.Chdir(t.TempDir())
	fake, w := slackOffice(t)
	p := start(
		t, "GREENROOM_SLACK_API="+fake.API(), "GREENROOM_SLACK_APP_TOKEN=xapp-1-fake",
		"GREENROOM_SLACK_BOT_TOKEN="+w.Install("commands", "chat:write", "im:write", "im:history", "users:read"),
		"--listen", "127.0.0.1:0", "--data", "data",
	)
	p.waitHealthy(t)
	until(t, p, func() bool { return fake.Sockets() > 0 })
	answers(t, w, p)
	p.stop(t, syscall.SIGTERM)
	noSecrets(t, p)
}

// until waits for what takes a moment.
func until(t *testing.T, p *process, done func() bool) {
	t.Helper()
	look := time.NewTicker(10 * time.Millisecond) // the process needs the machine too
	defer look.Stop()
	for deadline := time.Now().Add(time.Minute); !done(); <-look.C {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come; the log:\n%s", p.log)
		}
	}
}

func TestServeSlackOverHTTP(t *testing.T) {
	t.Chdir(t.TempDir())
	fake, w := slackOffice(t)
	env := []string{
		"GREENROOM_SLACK_API=" + fake.API(), "GREENROOM_SLACK_SIGNING_SECRET=fake-signing-secret",
		"GREENROOM_SLACK_BOT_TOKEN=" + w.Install("commands", "chat:write", "im:write", "im:history", "users:read"),
	}
	p := start(t, append(env, "--listen", "127.0.0.1:0", "--hooks", "127.0.0.1:0", "--data", "data")...)
	p.waitHealthy(t)
	fake.DeliverTo(slackfake.Hooks{URL: "http://" + p.hooks})
	until(t, p, func() bool { return fake.VerifyURL(t.Context()) == nil })
	answers(t, w, p)

	// Nothing else is there: not the playground, not the health.
	for _, path := range []string{"/", "/healthz", "/slack/install", "/slack/oauth"} {
		response, err := http.Get("http://" + p.hooks + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s on --hooks answers %s", path, response.Status)
		}
	}

	// The doctor finds its way in, with the right secret only.
	doctor := func(secret string) (string, error) {
		cmd := exec.Command("greenroom", "doctor", "slack", "--hooks", p.hooks, "--hooks-url", "http://"+p.hooks)
		cmd.Env = append(cmd.Environ(), env...)
		cmd.Env = append(cmd.Env, "GREENROOM_SLACK_SIGNING_SECRET="+secret)
		out, err := cmd.Output()
		return string(out), err
	}
	if out, err := doctor("fake-signing-secret"); err != nil || !strings.Contains(out, "reaches Greenroom, which has the same signing secret") {
		t.Errorf("the doctor says %s, %v", out, err)
	}
	if out, err := doctor("another"); err == nil || !strings.Contains(out, "refuses the signature") {
		t.Errorf("with another secret the doctor says %s, %v", out, err)
	}

	var said bytes.Buffer
	health := exec.Command("greenroom", "health", "--listen", p.address)
	health.Stdout = &said
	if err := health.Run(); err != nil || said.String() != "all is well\n" {
		t.Errorf("greenroom health says %q, %v", said.String(), err)
	}
	p.stop(t, syscall.SIGTERM)
	noSecrets(t, p)
}

// TestServeSlackRefused: a token that Slack refuses takes Slack down, says so, and leaves the playground alone.
func TestServeSlackRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	fake, w := slackOffice(t)
	token := w.Install("commands")
	fake.DeliverTo(slackfake.Hooks{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}) // somebody hears of it
	if err := w.Uninstall(); err != nil {
		t.Fatal(err)
	}
	p := start(t, "GREENROOM_SLACK_API="+fake.API(), "GREENROOM_SLACK_APP_TOKEN=xapp-1-fake", "GREENROOM_SLACK_BOT_TOKEN="+token,
		"--listen", "127.0.0.1:0", "--data", "data")
	h := p.waitHealth(t, func(h bot.Health) bool { return h.Platforms["slack"].State == "down" })
	if reason := h.Platforms["slack"].Trouble; !h.OK || !strings.Contains(reason, "account_inactive") || !strings.Contains(reason, "set its new bot token") {
		t.Errorf("/healthz says %+v", h)
	}
	var said bytes.Buffer
	health := exec.Command("greenroom", "health", "--listen", p.address)
	health.Stderr = &said
	if err := health.Run(); err == nil || !strings.Contains(said.String(), "slack is down: ") {
		t.Errorf("greenroom health says %q, %v", said.String(), err)
	}
	response, err := http.Get("http://" + p.address + "/")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the playground answers %s", response.Status)
	}
	p.stop(t, syscall.SIGTERM)
	noSecrets(t, p)
	if !strings.Contains(p.log.String(), "set its new bot token") {
		t.Errorf("the log does not say what to do:\n%s", p.log)
	}
}
