package bottest

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"greenroom/bot/chat"
)

func TestMain(m *testing.M) {
	MaybePlatform()
	goleak.VerifyTestMain(m)
}

// platforms starts both temperaments.
func platforms(t *testing.T, f Faults) (PlatformConfig, map[Temperament]*Client) {
	t.Helper()
	return Platforms(t, f, NewClock(tuesday))
}

func posting(key string) chat.Action {
	return chat.Action{Key: chat.Key(key), Do: chat.Post, Workspace: "x:w", Channel: "a", Message: chat.Message{Blocks: []chat.Block{chat.Text(key)}}}
}

func TestThePlatformNeverRefusesARepeatByItself(t *testing.T) {
	config, clients := platforms(t, Faults{})
	for temper, c := range clients {
		first, err1 := c.Send(t.Context(), posting("p"), "")
		second, err2 := c.Send(t.Context(), posting("p"), "")
		if err1 != nil || err2 != nil || first == "" || (first == second) != (temper == Keyed) {
			t.Errorf("%s: %q %v, then %q %v", temper, first, err1, second, err2)
		}
		id, found, err := c.Find(t.Context(), posting("p"))
		if err != nil || found != (temper == Asked) || found && id != first {
			t.Errorf("%s: found %q %v %v", temper, id, found, err)
		}
		if _, found, err := c.Find(t.Context(), posting("never")); found || err != nil {
			t.Errorf("%s: found what was never posted, %v", temper, err)
		}
		log, err := os.ReadFile(config.LogFile(temper))
		if want := map[Temperament]int{Keyed: 1, Asked: 2}[temper]; err != nil || strings.Count(string(log), "\n") != want {
			t.Errorf("%s: the log is %s, %v", temper, log, err)
		}
	}
}

func TestThePlatformLosesReplies(t *testing.T) {
	_, clients := platforms(t, Faults{LoseReply: 1})
	for temper, c := range clients {
		_, err := c.Send(t.Context(), posting("p"), "")
		if err == nil || errors.As(err, new(*chat.Refused)) || errors.As(err, new(*chat.Wait)) {
			t.Errorf("%s: %v", temper, err)
		}
		if log, err := c.Log(t.Context(), 0); err != nil || len(log) != 1 || log[0].Action.Key != "p" {
			t.Errorf("%s: log %+v, %v", temper, log, err)
		}
	}
}

func TestThePlatformLosesRequestsLimitsAndRefuses(t *testing.T) {
	_, clients := platforms(t, Faults{LoseRequest: 1})
	c := clients[Asked]
	if _, err := c.Send(t.Context(), posting("p"), ""); err == nil {
		t.Error("a lost request has an answer")
	}
	_, clients = platforms(t, Faults{Limit: 1})
	c = clients[Asked]
	var wait *chat.Wait
	if _, err := c.Send(t.Context(), posting("p"), ""); !errors.As(err, &wait) || !wait.Until.After(c.Clock.Now()) {
		t.Errorf("limited: %v", err)
	}
	_, clients = platforms(t, Faults{})
	c = clients[Asked]
	if err := c.Refuse(t.Context(), "a", chat.ReasonArchived); err != nil {
		t.Fatal(err)
	}
	var refused *chat.Refused
	if _, err := c.Send(t.Context(), posting("p"), ""); !errors.As(err, &refused) || refused.Reason != chat.ReasonArchived {
		t.Errorf("refused: %v", err)
	}
	if err := c.Refuse(t.Context(), "a", ""); err != nil {
		t.Fatal(err)
	}
	thread := posting("t")
	thread.Do = chat.Thread
	if _, err := c.Send(t.Context(), thread, "nowhere"); !errors.As(err, &refused) || refused.Reason != chat.ReasonParentGone {
		t.Errorf("a thread under nothing: %v", err)
	}
	if log, err := c.Log(t.Context(), 0); err != nil || len(log) != 0 {
		t.Errorf("log %+v, %v", log, err)
	}
}

// forgetful takes an event only the second time that it sees it.
type forgetful struct{ seen chan string }

func (f forgetful) Handle(_ context.Context, e chat.Event) (chat.Reply, error) {
	select {
	case f.seen <- e.ID.Name:
		return chat.Reply{}, chat.ErrClosed
	default:
		return chat.Reply{Update: true}, nil
	}
}

func TestAnEventIsHandedOverUntilItIsAcknowledged(t *testing.T) {
	_, clients := platforms(t, Faults{})
	c := clients[Keyed]
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	h := forgetful{make(chan string, 1)}
	go func() { ended <- c.Run(ctx, h) }()
	reply, err := c.Say(t.Context(), chat.Event{ID: chat.EventID{At: time.Now(), Name: "e1"}, Kind: chat.Line, Text: "help"})
	if err != nil || !reply.Update || <-h.seen != "e1" {
		t.Errorf("%+v, %v", reply, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestANewConnectionGetsWhatTheOldOneHeld(t *testing.T) {
	s := newSaid()
	ended := make(chan error, 1)
	old := s.connect()
	go func() {
		_, err := s.say(t.Context(), chat.Event{ID: chat.EventID{Name: "e1"}})
		ended <- err
	}()
	if e, ok := s.next(t.Context(), old); !ok || e.ID.Name != "e1" {
		t.Fatalf("%+v %v", e, ok)
	}
	s.connect()
	s.done(old, "e1", true, chat.Reply{}) // too late: its connection is over
	again, ok := s.next(t.Context(), 2)
	if !ok || again.ID.Name != "e1" {
		t.Fatalf("%+v %v", again, ok)
	}
	s.done(2, "e1", true, chat.Reply{})
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
