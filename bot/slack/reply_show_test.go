package slack

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// line is a reply of one line, with a button.
func line(text string) chat.Reply {
	return chat.Reply{Message: &chat.Message{
		Blocks: []chat.Block{chat.Text(text)}, Buttons: []chat.Button{{Label: "Go on", Value: chat.Value{Verb: "go", Post: "p1"}}},
	}}
}

// seen is what everybody in the test can find the text in.
func (o *outside) seen(text string) (places []string) {
	for _, m := range o.team.Messages(prep) {
		if strings.Contains(m.Plain, text) {
			places = append(places, "channel")
		}
	}
	for _, m := range o.team.Ephemerals(miraID) {
		if strings.Contains(m.Plain, text) {
			places = append(places, "ephemeral")
		}
	}
	for _, m := range o.team.Directs(miraID) {
		if strings.Contains(m.Plain, text) {
			places = append(places, "direct")
		}
	}
	for _, v := range o.team.Views(miraID) {
		if strings.Contains(v.Plain, text) {
			places = append(places, "view")
		}
	}
	return places
}

// only says that a text is seen in one place.
func (o *outside) only(where, text string) {
	o.t.Helper()
	o.fake.Settle()
	synctest.Wait()
	if got := strings.Join(o.seen(text), ", "); got != where {
		o.t.Errorf("%q is seen in %q, want %q\n%s", text, got, where, o.log)
	}
}

func TestAnswersInADirectMessageStayThere(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		id := o.must(action(chat.Direct, "notice", 1), "")
		o.fake.Next(1, "chat.update", "internal_error") // nothing of this costs an edit
		clicks := 0
		defer o.run(handler(func(_ context.Context, e chat.Event) (chat.Reply, error) {
			clicks++
			r := line([]string{"", "first answer", "second answer"}[clicks])
			r.Update = clicks == 2
			return r, nil
		}))()
		_, ts := split(id)
		where := slackfake.Place{Channel: o.team.Direct(miraID), TS: ts}
		if err := o.team.Click(miraID, where, "Answer"); err != nil {
			t.Fatal(err)
		}
		o.only("direct", "first answer")
		o.team.Reload(miraID)
		o.only("direct", "first answer")
		if err := o.team.Click(miraID, where, "Answer"); err != nil {
			t.Fatal(err)
		}
		o.only("direct", "second answer")
		if all := o.team.Directs(miraID); len(all) != 2 || all[0].TS != ts || !strings.Contains(string(all[0].Metadata), "notice") {
			t.Errorf("the message was not replaced in its place: %+v", all)
		}
	})
}

// TestRepliesGoElsewhere is each place that may be gone, and where the reply is shown instead.
func TestRepliesGoElsewhere(t *testing.T) {
	click := func(o *outside) Inbound {
		return Inbound{
			Event: chat.Event{Kind: chat.Click, Workspace: teamID, Member: miraID, Channel: prep, At: time.Now(), Value: chat.Value{Verb: "go"}},
			Way:   Way{Payload: "block_actions", Response: strings.TrimSuffix(o.fake.API(), "api/") + "response/actions/T1/9/none", From: Origin{Channel: prep}},
		}
	}
	for name, c := range map[string]struct {
		in    func(*Inbound)
		reply chat.Reply
		acked bool
		fault string // of the first call
		where string
	}{
		"a response_url that is used up": {where: "ephemeral"},
		"and a member who left":          {in: func(in *Inbound) { in.Event.Channel, in.Way.From.Channel = "C0SECRET", "C0NOSUCH" }, where: "direct"},
		"a view that was closed":         {in: func(in *Inbound) { in.Event.Kind, in.Way.View = chat.Submit, "V1" }, acked: true, where: "direct"},
		"a home page whose trigger is over": {
			in: func(in *Inbound) { in.Way = Way{View: "V1"}; in.Event.Channel = "" }, where: "direct",
		},
		"a view that cannot be covered": {in: func(in *Inbound) { in.Way.View, in.Way.Depth, in.Way.Response = "V1", 1, "" }, where: "ephemeral"},
		"a mention in a channel":        {in: func(in *Inbound) { in.Event.Kind, in.Way.Response = chat.Line, "" }, fault: "user_not_in_channel", where: "direct"},
	} {
		t.Run(name, func(t *testing.T) {
			inSlack(t, leastScopes, func(o *outside) {
				in := click(o)
				if c.in != nil {
					c.in(&in)
				}
				if c.fault != "" {
					o.fake.Next(1, "chat.postEphemeral", slackfake.Fault(c.fault))
				}
				r := line("my answer")
				if err := o.show(o.t.Context(), in, r, Respond(in, r, names, c.acked)); err != nil {
					t.Error(err)
				}
				o.only(c.where, "my answer")
				if strings.Contains(o.log.String(), "response/actions") {
					t.Errorf("the log holds an address that is a secret:\n%s", o.log)
				}
			})
		})
	}
}

func TestAFormThatCameTooLateOffersItself(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		post := o.must(action(chat.Post, "post", 1), "")
		slow := 4 * time.Second
		defer o.run(handler(func(_ context.Context, e chat.Event) (chat.Reply, error) {
			time.Sleep(slow)
			slow = 0
			f := answerForm()
			return chat.Reply{Form: &f}, nil
		}))()
		_, ts := split(post)
		if err := o.team.Click(miraID, slackfake.Place{Channel: prep, TS: ts}, "Answer"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		o.only("ephemeral", "came too late")
		if err := o.team.Click(miraID, o.team.Ephemerals(miraID)[0].Place(), "Open the form"); err != nil {
			t.Fatal(err)
		}
		o.fake.Settle()
		synctest.Wait()
		if views := o.team.Views(miraID); len(views) != 1 || len(views[0].Fields) == 0 {
			t.Errorf("the button opens %+v\n%s", views, o.log)
		}
	})
}

func TestASubmissionWhoseViewWasClosedIsAnsweredByDirectMessage(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		post := o.must(action(chat.Post, "post", 1), "")
		defer o.run(handler(func(_ context.Context, e chat.Event) (chat.Reply, error) {
			if e.Kind == chat.Click {
				f := answerForm()
				return chat.Reply{Form: &f}, nil
			}
			time.Sleep(5 * time.Second)
			return line("I found 3 of 5 points"), nil
		}))()
		_, ts := split(post)
		if err := o.team.Click(miraID, slackfake.Place{Channel: prep, TS: ts}, "Answer"); err != nil {
			t.Fatal(err)
		}
		o.fake.Settle()
		synctest.Wait()
		fields := map[string][]string{}
		for _, f := range o.team.Views(miraID)[0].Fields {
			fields[f.BlockID] = []string{"one thread, one event loop"}
		}
		if err := o.team.Submit(miraID, fields); err != nil {
			t.Fatal(err)
		}
		o.only("view", "Working on it")
		if err := o.team.CloseView(miraID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		o.only("direct", "I found 3 of 5 points")
	})
}

func TestTheHomePageThatIsDrawnLastStays(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		var looks atomic.Int32
		defer o.run(handler(func(_ context.Context, e chat.Event) (chat.Reply, error) {
			if looks.Add(1) == 1 {
				time.Sleep(time.Second) // it has looked already
				return line("what was"), nil
			}
			return line("what is"), nil
		}))()
		opened := make(chan error)
		for range 2 {
			go func() { opened <- o.team.OpenHome(miraID) }()
			synctest.Wait()
		}
		for range 2 {
			if err := <-opened; err != nil {
				t.Error(err)
			}
		}
		time.Sleep(5 * time.Second)
		if home, _ := o.team.Home(miraID); !strings.Contains(home.Plain, "what is") {
			t.Errorf("the home page says %q\n%s", home.Plain, o.log)
		}
		o.homes.mu.Lock()
		defer o.homes.mu.Unlock()
		if len(o.homes.turns) != 0 {
			t.Errorf("%d turns are kept", len(o.homes.turns))
		}
	})
}

func TestRepliesWaitAsLongAsAPersonDoes(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		in := Inbound{Event: chat.Event{Kind: chat.Line, Workspace: teamID, Member: miraID, Channel: prep, At: time.Now()}, Way: Way{From: Origin{Channel: prep}}}
		o.pace.close(teamID, "chat.postEphemeral", 3*time.Second)
		begun := time.Now()
		r := line("soon")
		if err := o.show(o.t.Context(), in, r, Respond(in, r, names, false)); err != nil || time.Since(begun) != 3*time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		o.only("ephemeral", "soon")
		o.pace.close(teamID, "chat.postEphemeral", time.Minute)
		r = line("at once")
		if err := o.show(o.t.Context(), in, r, Respond(in, r, names, false)); err != nil {
			t.Error(err)
		}
		o.only("direct", "at once")
	})
}

func TestInsteadLosesNothingAndKeepsQuietWhereNobodyWaits(t *testing.T) {
	in := Inbound{Event: chat.Event{Kind: chat.Home, Workspace: teamID, Member: miraID}}
	if calls, _ := Instead(in, line("home"), Call{"views.publish", viewCall{}}, names); len(calls) != 0 {
		t.Errorf("a home page is shown elsewhere: %v", calls)
	}
	form := answerForm()
	in = Inbound{Event: chat.Event{Kind: chat.Click, Workspace: teamID, Member: miraID}, Way: Way{View: "V1", Depth: 1}}
	if calls, _ := Instead(in, chat.Reply{Form: &form}, Call{"views.update", viewCall{View: "V1"}}, names); len(calls) != 0 {
		t.Errorf("a form in a view that was closed is shown elsewhere: %v", calls)
	}
	in.Way.Trigger = "1.2.3"
	calls, _ := Instead(in, line("m"), Call{"views.push", viewCall{Trigger: "1.2.3", Body: slack.ModalViewRequest{}}}, names)
	if len(calls) != 2 || calls[0].Method != "views.update" || calls[1].Method != "chat.postMessage" {
		t.Errorf("a message that cannot cover a view goes to %v", calls)
	}
}
