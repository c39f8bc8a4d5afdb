package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"greenroom/bot/discord/discordfake"
	"greenroom/bot/slack/slackfake"
)

// The test binary is greenroom too, for the scripts.
func TestMain(m *testing.M) {
	for _, setting := range os.Environ() { // those of the machine are not the tests'
		name, _, _ := strings.Cut(setting, "=")
		if strings.HasPrefix(name, "GREENROOM_") && filepath.Base(os.Args[0]) != "greenroom" {
			os.Unsetenv(name)
		}
	}
	testscript.Main(m, map[string]func(){"greenroom": main})
}

// TestScripts runs testdata/*.txtar, each in a folder of its own and beside a fake Slack and a fake Discord of its own: workspace T1 has a
// token, FAKE_TOKEN, and another with the needed scopes only, FAKE_LEAST; the server 1000000000000000001 allows all that is needed, and
// 1000000000000000002 no thread.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: false, RequireUniqueNames: true, Setup: func(env *testscript.Env) error {
		fake := slackfake.New(slackfake.Config{})
		server := httptest.NewServer(fake.Handler())
		fake.ServedAt(server.URL)
		env.Defer(func() { fake.Close(); server.Close() })
		workspace := fake.AddWorkspace("T1")
		env.Setenv("FAKE_LEAST", workspace.Install("commands", "chat:write", "im:write", "im:history", "users:read"))
		env.Setenv("FAKE_TOKEN", workspace.Install("commands", "chat:write", "users:read", "files:write"))
		env.Setenv("FAKE_API", fake.API())

		discord := discordfake.New(discordfake.Config{Token: "MTEwMDAwMDAwMDAwMDAwMDAwMQ.fake.token"})
		discordServer := httptest.NewServer(discord.Handler())
		discord.ServedAt(discordServer.URL)
		env.Defer(func() { discord.Close(); discordServer.Close() })
		discord.AddGuild("1000000000000000001").Install()
		closed := discord.AddGuild("1000000000000000002")
		closed.SetRole("@everyone", discordfake.ViewChannel)
		closed.Install(discordfake.Least &^ discordfake.CreatePublicThreads &^ discordfake.ReadMessageHistory)
		env.Setenv("FAKE_DISCORD_API", discord.API())
		env.Setenv("FAKE_DISCORD_TOKEN", discord.Token())
		return nil
	}})
}
