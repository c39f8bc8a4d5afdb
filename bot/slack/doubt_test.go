package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot"
	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// oneMessage is an engine that has a message posted for each command and answers each click.
type oneMessage struct{ once bool }

func (o oneMessage) Step(d *store.Draft, e chat.Event) (chat.Reply, error) {
	if e.Kind != chat.Line {
		return line("you clicked"), nil
	}
	a := action(chat.Post, chat.Key("post/"+e.Text), 1)
	a.Once, a.Room = o.once, e.Room
	body, err := json.Marshal(a)
	d.Send(store.Row{Key: string(a.Key), Place: a.Place(), Body: body})
	return line("it is on its way"), err
}

func (oneMessage) Look(store.View, chat.Event) (chat.Reply, error) { return chat.Reply{}, nil }
func (oneMessage) Looks(chat.Event) bool                           { return false }

// shell runs the real shell over the adapter until the test ends it.
func (o *outside) shell(e bot.Engine) (end func()) {
	b := bot.New(bot.Config{DB: o.mem, Engine: e, Platforms: map[string]chat.Platform{"slack": o.Slack}})
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	synctest.Wait()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			o.t.Errorf("Run: %v", err)
		}
	}
}

// TestACopyHealsAtItsFirstClick is the promise to a workspace without the history scope: what Slack itself left in doubt may stand
// twice, a click on either is answered, and the copy that is not the recorded one goes.
func TestACopyHealsAtItsFirstClick(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		defer o.shell(oneMessage{})()
		o.fake.Next(1, "chat.postMessage", slackfake.FailAfter)
		if err := o.team.Command(miraID, prep, "/greenroom", "go"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		both := o.team.Messages(prep)
		if len(both) != 2 {
			t.Fatalf("the post stands %d times, want twice\n%s", len(both), o.log)
		}
		recorded, err := o.mem.Message(o.t.Context(), "post/go")
		if err != nil || recorded != string(messageID(prep, both[1].TS)) {
			t.Fatalf("recorded is %q, %v, want the second %q", recorded, err, both[1].TS)
		}
		if err := o.team.Click(miraID, both[0].Place(), "Answer"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		o.only("ephemeral", "you clicked")
		if left := o.team.Messages(prep); len(left) != 1 || left[0].TS != both[1].TS {
			t.Errorf("after the click on the copy there stand %+v", left)
		}
		if err := o.team.Click(miraID, both[1].Place(), "Answer"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if left := o.team.Messages(prep); len(left) != 1 {
			t.Errorf("after a click on the post itself there stand %+v", left)
		}
	})
}

// TestWhatSlackLeftInDoubt drives the shell through each way in which an answer is lost.
func TestWhatSlackLeftInDoubt(t *testing.T) {
	for _, fault := range []slackfake.Fault{slackfake.FailAfter, slackfake.DropAfter, slackfake.BrokenAfter, slackfake.Fail, slackfake.Drop, slackfake.Busy} {
		for _, c := range []struct {
			scopes []string
			once   bool
		}{{allScopes, false}, {allScopes, true}, {leastScopes, true}} {
			inSlack(t, c.scopes, func(o *outside) {
				defer o.shell(oneMessage{once: c.once})()
				o.fake.Next(1, "chat.postMessage", fault)
				if err := o.team.Command(miraID, prep, "/greenroom", "go"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Minute)
				want := 1
				if lost := fault == slackfake.Fail || fault == slackfake.Drop; lost && c.once && len(c.scopes) == len(leastScopes) {
					want = 0 // in doubt it is not sent again
				}
				if n := len(o.team.Messages(prep)); n != want {
					t.Errorf("%s, once %v, %d scopes: it stands %d times, want %d", fault, c.once, len(c.scopes), n, want)
				}
			})
		}
	}
}

// TestTheShellWaitsOutAnOutage has the connection end before anything is sent: there is no doubt, whatever the scopes.
func TestTheShellWaitsOutAnOutage(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		var away atomic.Bool
		dial := o.cfg.Dial
		o.cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if away.Load() {
				return nil, errors.New("no route to host")
			}
			return dial(ctx, network, address)
		}
		o.restart()
		defer o.shell(oneMessage{once: true})()
		away.Store(true)
		o.http.CloseIdleConnections()
		if err := o.team.Command(miraID, prep, "/greenroom", "go"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		away.Store(false)
		time.Sleep(time.Minute)
		if n := len(o.team.Messages(prep)); n != 1 {
			t.Errorf("after the outage it stands %d times\n%s", n, o.log)
		}
	})
}
