package discordfake

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// discord.js, as it comes, against the fake over loopback TCP: what it does not understand is a fault of the fake.

// serve runs the bot of npm/bot.mjs against a fake, over TCP.
func serve(t *testing.T, f *Fake) *script {
	t.Helper()
	server := httptest.NewServer(f.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(f.Close) // before the server, which waits for its connections
	f.ServedAt(server.URL)
	return run(t, "bot.mjs", "DISCORD_API="+strings.TrimSuffix(f.API(), "/v10/"), "DISCORD_TOKEN="+f.Token())
}

// shown is hill with that bot.
func shown(t *testing.T, cfg Config) (*Fake, *Guild, *script) {
	t.Helper()
	needClients(t)
	f, g := hill(t, cfg)
	return f, g, serve(t, f)
}

func TestDiscordJS(t *testing.T) {
	t.Parallel()
	f, g, n := shown(t, Config{RateLimits: true})
	if line := n.wait("ready"); line["user"] != f.AppID() || line["channels"] != 1.0 || len(line["guilds"].([]any)) != 1 {
		t.Errorf("%v", line)
	}
	n.wait("registered")
	use := func(do string) {
		t.Helper()
		if err := f.Command(miraID, prep, "greenroom", Option{"do", do}); err != nil {
			t.Fatalf("%s: %v", do, err)
		}
	}
	private := func(want string) Message {
		t.Helper()
		all := f.Ephemerals(miraID)
		if len(all) == 0 || all[len(all)-1].Plain != want {
			t.Fatalf("want %q in private, there is %+v", want, all)
		}
		return all[len(all)-1]
	}

	use("ping")
	private("pong")
	if got, err := f.Type(miraID, prep, "greenroom", Option{"do", "q"}); err != nil || !slices.Equal(got, []Choice{{"Quiz q", "quiz"}}) {
		t.Errorf("%v, %v", got, err)
	}
	use("defer")
	if line := n.wait("deferred"); line["ephemeral"] != true {
		t.Errorf("%v", line)
	}
	private("and more")
	thought := f.Ephemerals(miraID)[1]
	if thought.Plain != "thought about it\n[More]" || thought.Flags != Ephemeral|ComponentsV2 {
		t.Errorf("%+v", thought)
	}

	use("post")
	posted := Place{prepID, n.wait("posted")["id"].(string)}
	if err := f.Click(miraID, posted, "Go"); err != nil {
		t.Fatal(err)
	}
	if line := n.wait("pressed"); line["message"] != posted.Message || line["manager"] != true {
		t.Errorf("%v", line)
	}
	if m := f.Messages(prepID)[0]; m.Plain != "gone\n[Back]" {
		t.Errorf("%+v", m)
	}
	for _, open := range []func() error{
		func() error { return f.Command(miraID, prep, "greenroom", Option{"do", "form"}) },
		func() error { return f.Click(miraID, posted, "Back") },
		func() error { return f.Click(miraID, Place{prepID, thought.ID}, "More") },
	} {
		if err := open(); err != nil {
			t.Fatal(err)
		}
		if form, _ := f.Form(miraID); form.Text != "Think aloud" || len(form.Fields) != 2 {
			t.Errorf("%+v", form)
		}
		var wrong FieldErrors
		if err := f.Submit(miraID, map[string][]string{"answer": {"x"}}); !errors.As(err, &wrong) {
			t.Errorf("%v", err)
		}
		if err := f.Submit(miraID, map[string][]string{"answer": {"an answer"}, "said": {"2"}}); err != nil {
			t.Fatal(err)
		}
		if line := n.wait("sent"); line["answer"] != "an answer" || len(line["said"].([]any)) != 1 {
			t.Errorf("%v", line)
		}
		private("graded")
	}
	use("twice")
	if line := n.wait("refused"); line["code"] != 40060.0 {
		t.Errorf("%v", line)
	}
	f.SetInteractions(Interactions{Within: 300 * time.Millisecond})
	if err := f.Command(miraID, prep, "greenroom", Option{"do", "deaf"}); !errors.Is(err, NotResponding) {
		t.Errorf("%v", err)
	}
	f.SetInteractions(Interactions{})

	if _, err := f.Mention(samID, prep, "hello"); err != nil {
		t.Fatal(err)
	}
	if line := n.wait("heard"); line["text"] != "<@"+f.AppID()+"> hello" || line["guild"] != g.ID() {
		t.Errorf("%v", line)
	}
	if line := n.wait("threaded"); line["parent"] != prepID || line["type"] != float64(PublicThread) {
		t.Errorf("%v", line)
	}
	if _, err := f.DM(samID, "psst"); err != nil {
		t.Fatal(err)
	}
	if line := n.wait("heard"); line["text"] != "psst" || line["guild"] != nil {
		t.Errorf("%v", line)
	}

	g.Unavailable()
	n.wait("outage")
	g.Available()
	g.RemoveChannel(prepID)
	n.wait("channel gone")
	g.Kick()
	n.wait("guild gone")
	g.Install()
	n.wait("guild")
	if got := f.Complaints(); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

func TestDiscordJSReconnects(t *testing.T) {
	t.Parallel()
	f, _, n := shown(t, Config{Gateway: Gateway{Heartbeat: time.Second}})
	n.wait("registered")
	for name, c := range map[string]struct {
		end   func()
		again string
	}{
		"Op 7":             {func() { f.Reconnect(0) }, "resumed"},
		"Op 9, resumable":  {func() { f.InvalidSession(0, true) }, "resumed"},
		"Op 9":             {func() { f.InvalidSession(0, false) }, "shard ready"},
		"closed with 4000": {func() { f.CloseShard(0, 4000) }, "resumed"},
		"cut":              {func() { f.CloseShard(0, 0) }, "resumed"},
		"silent":           {func() { f.Silence(0) }, "resumed"},
		"Op 7 to Resume":   {func() { f.AnswerStart(Resumes, 1, Start{Op: 7}); f.Reconnect(0) }, "resumed"},
	} {
		c.end()
		n.wait(c.again)
		if err := f.Command(samID, prep, "greenroom"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDiscordJSRefused(t *testing.T) {
	t.Parallel()
	for want, prepare := range map[string]func(f *Fake){
		"Used disallowed intents":        func(f *Fake) { f.AnswerStart(Identified, 1, Start{Code: 4014}) },
		"An invalid token was provided.": func(f *Fake) { f.RevokeToken() },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			needClients(t)
			f, _ := hill(t, Config{})
			prepare(f)
			if line := serve(t, f).wait("login refused"); line["error"] != want {
				t.Errorf("%v", line)
			}
		})
	}
}
