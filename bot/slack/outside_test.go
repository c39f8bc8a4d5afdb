package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// outside is a fake Slack with one workspace and an adapter that sends into it, in a bubble of synthetic time.
type outside struct {
	*Slack
	t    *testing.T
	fake *slackfake.Fake
	team *slackfake.Workspace
	mem  store.DB // outlives the adapter
	cfg  Config
	log  *logged
}

const (
	teamID = chat.Workspace("slack:T1")
	prep   = "C0PREP"
	miraID = "U0MIRA"
)

var (
	leastScopes = []string{"commands", "chat:write", "im:write", "im:history", "users:read"}
	allScopes   = append([]string{"channels:history", "groups:history"}, leastScopes...)
)

// inSlack runs a test with the bot in #prep (public), #secret (private) and C0FULL, whose members are Mira and Sam.
func inSlack(t *testing.T, scopes []string, test func(o *outside)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := &outside{t: t, mem: store.NewMemory(), log: &logged{}}
		o.fake = slackfake.New(slackfake.Config{Seed: 1})
		defer o.fake.Close()
		o.team = o.fake.AddWorkspace("T1")
		token := o.team.Install(scopes...)
		o.team.AddPerson(slackfake.Person{ID: miraID, Name: "Mira"})
		o.team.AddPerson(slackfake.Person{ID: "U0SAM", Name: "Sam"})
		o.team.AddChannel(prep, "prep", false, o.team.Bot(), miraID, "U0SAM")
		o.team.AddChannel("C0SECRET", "secret", true, o.team.Bot(), miraID)
		o.cfg = Config{
			DB: store.Space(o.mem, "slack"), BotToken: token, AppToken: "xapp-1-fake", API: o.fake.API(), Dial: o.fake.Dial,
			Log: slog.New(slog.NewTextHandler(o.log, nil)),
		}
		o.restart()
		defer func() { o.http.CloseIdleConnections() }()
		test(o)
		if strings.Contains(o.log.String(), token) {
			t.Errorf("the token is in the log:\n%s", o.log)
		}
	})
}

// restart is the process dying and coming back: what was only in memory is gone.
func (o *outside) restart() {
	o.t.Helper()
	if o.Slack != nil {
		o.http.CloseIdleConnections()
	}
	s, err := New(o.cfg)
	if err != nil {
		o.t.Fatal(err)
	}
	o.Slack = s
	if _, err := s.installs.of(o.t.Context(), teamID); err != nil { // so that a test's faults befall only what it is about
		o.t.Fatal(err)
	}
}

// run connects the adapter to a bot until the test ends it.
func (o *outside) run(bot chat.Handler) (end func()) {
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx, bot) }()
	synctest.Wait()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			o.t.Errorf("Run: %v", err)
		}
	}
}

// handler is a bot.
type handler func(context.Context, chat.Event) (chat.Reply, error)

func (h handler) Handle(ctx context.Context, e chat.Event) (chat.Reply, error) { return h(ctx, e) }

// carry does what the shell does with a row: it waits where it is told to, asks Find after what ended unknown, and sends again. It
// gives up after a hundred tries. doubt is what became of a row that is sent only once and nobody knows of.
func (o *outside) carry(a chat.Action, target chat.MessageID) (id chat.MessageID, doubt bool, err error) {
	o.t.Helper()
	marked := false
	for range 100 {
		id, found, err := chat.MessageID(""), false, error(nil)
		if marked {
			id, found, err = o.ask(a, target)
		}
		switch {
		case found:
			return id, false, nil
		case errors.Is(err, chat.ErrCannotTell) && a.Once:
			return "", true, nil
		case err == nil, errors.Is(err, chat.ErrCannotTell):
			ctx, cancel := context.WithTimeout(o.t.Context(), 30*time.Second)
			id, err = o.Send(ctx, a, target)
			cancel()
			marked = posts(a) && !errors.As(err, new(*chat.Wait))
		}
		var wait *chat.Wait
		var refused *chat.Refused
		switch {
		case err == nil, errors.As(err, &refused):
			return id, false, err
		case errors.As(err, &wait):
			time.Sleep(max(time.Second, time.Until(wait.Until)))
		default:
			time.Sleep(time.Second)
		}
	}
	o.t.Fatalf("%s is not done after a hundred tries:\n%s", a.Key, o.log)
	return "", false, nil
}

func posts(a chat.Action) bool { return a.Do != chat.Edit && a.Do != chat.Delete }

// ask is Find, told what the shell tells it, and asked again where it says so.
func (o *outside) ask(a chat.Action, target chat.MessageID) (chat.MessageID, bool, error) {
	ctx, cancel := context.WithTimeout(o.t.Context(), 30*time.Second)
	defer cancel()
	a.Tried = time.Now()
	if a.Do == chat.Thread {
		a.Parent = target
	}
	for {
		id, found, err := o.Find(ctx, a)
		var wait *chat.Wait
		if !errors.As(err, &wait) || ctx.Err() != nil {
			return id, found, err
		}
		time.Sleep(time.Until(wait.Until))
	}
}

// must is carry for what has to arrive.
func (o *outside) must(a chat.Action, target chat.MessageID) chat.MessageID {
	o.t.Helper()
	id, doubt, err := o.carry(a, target)
	if err != nil || doubt || id == "" {
		o.t.Fatalf("%s: id %q, doubt %v, error %v", a.Key, id, doubt, err)
	}
	return id
}

// action is one with a text that takes about so many pages.
func action(do chat.Do, key chat.Key, pages int) chat.Action {
	a := chat.Action{Key: key, Do: do, Workspace: teamID, Until: time.Now().Add(4 * time.Hour), Message: long(string(key), pages)}
	if do == chat.Direct {
		a.Member = miraID
	} else {
		a.Channel = prep
	}
	return a
}

// long is a message of so many pages, with one button.
func long(says string, pages int) chat.Message {
	var m chat.Message
	for i := 1; i <= pages; i++ {
		text := fmt.Sprintf("%s, part %d of %d.", says, i, pages)
		if pages > 1 {
			text += strings.Repeat(" It goes on and on.", 130)
		}
		m.Blocks = append(m.Blocks, chat.Text(text))
	}
	m.Buttons = []chat.Button{{Label: "Answer", Value: chat.Value{Verb: "answer", Post: "p1"}}}
	return m
}

// stands are the first words of what stands in a channel and its threads, in order.
func (o *outside) stands(channel string) (all []string) {
	for _, m := range o.team.All(channel) {
		words, _, _ := strings.Cut(m.Plain, ".")
		where := ""
		if m.Thread != "" {
			where = "> "
		}
		all = append(all, where+strings.TrimSpace(words))
	}
	return all
}
