package main

import (
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"greenroom/bot"
	"greenroom/bot/discord/discordfake"
)

const discordServer = "1000000000000000001"

// place is the channel of discordOffice.
var place = discordfake.Place{Channel: "1000000000000000002"}

const discordOwner = "1000000000000000003"

// discordOffice is a fake Discord on a port of this machine, with a server that has a manager, a channel and the app.
func discordOffice(t *testing.T) *discordfake.Fake {
	t.Helper()
	fake := discordfake.New(discordfake.Config{Token: "MTEwMDAwMDAwMDAwMDAwMDAwMQ.fake.token"})
	server := httptest.NewServer(fake.Handler())
	fake.ServedAt(server.URL)
	t.Cleanup(func() { fake.Close(); server.Close() })
	g := fake.AddGuild(discordServer)
	g.AddMember(discordfake.Person{ID: discordOwner, Name: "Owner", ManageGuild: true})
	g.AddChannel(discordfake.Channel{ID: place.Channel, Name: "interview-prep"})
	g.Install()
	return fake
}

// helped fails the test unless /greenroom help is answered.
func helped(t *testing.T, fake *discordfake.Fake, p *process) {
	t.Helper()
	if err := fake.Command(discordOwner, place, "greenroom", discordfake.Option{Name: "do", Value: "help"}); err != nil {
		t.Errorf("/greenroom help: %v; the log:\n%s", err, p.log)
	}
	seen := fake.Ephemerals(discordOwner)
	if len(seen) == 0 || !strings.Contains(seen[len(seen)-1].Plain, "schedule") {
		t.Errorf("/greenroom help shows %+v", seen)
	}
	fake.Reload(discordOwner) // nothing of the next answer is of this one
}

// noDiscordSecrets fails the test if the log of a process that has ended shows the token.
func noDiscordSecrets(t *testing.T, p *process) {
	t.Helper()
	if strings.Contains(p.log.String(), "fake.token") {
		t.Errorf("the log has the token:\n%s", p.log)
	}
}

func TestServeDiscordByGateway(t *testing.T) {
	t.Chdir(t.TempDir())
	fake := discordOffice(t)
	env := []string{"GREENROOM_DISCORD_API=" + fake.API(), "GREENROOM_DISCORD_TOKEN=" + fake.Token()}
	serve := func() *process {
		p := start(t, append(env, "--listen", "127.0.0.1:0", "--data", "data")...)
		p.waitHealthy(t)
		if err := fake.AwaitShards(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := serve()
	until(t, p, func() bool { return len(fake.Commands("")) == 3 })
	helped(t, fake, p)
	doctor := exec.Command("greenroom", "doctor", "discord")
	doctor.Env = append(doctor.Environ(), env...)
	if out, err := doctor.Output(); err != nil || !strings.Contains(string(out), "good   slash commands: they are registered everywhere") {
		t.Errorf("the doctor says %s, %v", out, err)
	}
	p.stop(t, syscall.SIGTERM)
	noDiscordSecrets(t, p)

	// Another life goes on with the session of the one before, and registers nothing.
	p = serve()
	helped(t, fake, p)
	p.stop(t, syscall.SIGTERM)
	noDiscordSecrets(t, p)
	identified := 0
	for _, e := range fake.GatewayLog() {
		if e.What == discordfake.Identified {
			identified++
		}
	}
	if identified != 1 {
		t.Errorf("two lives began %d sessions", identified)
	}
}

func TestServeDiscordOverHTTP(t *testing.T) {
	t.Chdir(t.TempDir())
	fake := discordOffice(t)
	env := []string{
		"GREENROOM_DISCORD_API=" + fake.API(), "GREENROOM_DISCORD_TOKEN=" + fake.Token(),
		"GREENROOM_DISCORD_PUBLIC_KEY=" + hex.EncodeToString(fake.PublicKey()),
	}
	p := start(t, append(env, "--listen", "127.0.0.1:0", "--hooks", "127.0.0.1:0", "--data", "data")...)
	p.waitHealthy(t)
	to := discordfake.Hooks{URL: "http://" + p.hooks + "/discord/interactions"}
	until(t, p, func() bool { return fake.DeliverTo(t.Context(), to) == nil })
	until(t, p, func() bool { return len(fake.Commands("")) == 3 })
	helped(t, fake, p)

	// Nothing else is there: not the playground, not the health, not Slack.
	for _, path := range []string{"/", "/healthz", "/slack/events", "/discord/"} {
		response, err := http.Get("http://" + p.hooks + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s on --hooks answers %s", path, response.Status)
		}
	}
	doctor := exec.Command("greenroom", "doctor", "discord", "--hooks", p.hooks, "--hooks-url", "http://"+p.hooks)
	doctor.Env = append(doctor.Environ(), env...)
	if out, err := doctor.Output(); err != nil || !strings.Contains(string(out), "reaches what refuses a forged signature") {
		t.Errorf("the doctor says %s, %v", out, err)
	}
	p.stop(t, syscall.SIGTERM)
	noDiscordSecrets(t, p)
}

// TestServeDiscordRefused: a token that Discord refuses takes Discord down, says so, and leaves the playground alone.
func TestServeDiscordRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	fake := discordOffice(t)
	p := start(t, "GREENROOM_DISCORD_API="+fake.API(), "GREENROOM_DISCORD_TOKEN=MTEwMDAwMDAwMDAwMDAwMDAwMQ.fake.tokenOfAnother",
		"--listen", "127.0.0.1:0", "--data", "data")
	h := p.waitHealth(t, func(h bot.Health) bool { return h.Platforms["discord"].State == "down" })
	if reason := h.Platforms["discord"].Trouble; !h.OK || !strings.Contains(reason, "token") {
		t.Errorf("/healthz says %+v", h)
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
	noDiscordSecrets(t, p)
}
