package slackfake

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

func TestSocketGreets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := hill(t, Config{Deliveries: Deliveries{RefreshEvery: time.Hour}})
		for n := 1; n <= 2; n++ {
			a := connect(t, f, nil)
			hello := a.envelopes("hello")
			if len(hello) != 1 || hello[0].Number != n || hello[0].Debug.Time < 48*60 || hello[0].Debug.Time > 60*60 {
				t.Errorf("connection %d is greeted with %+v", n, hello)
			}
		}
	})
}

func TestSocketTicketWorksOnce(t *testing.T) {
	f, _ := hill(t, Config{})
	f.mu.Lock()
	address, _ := f.wire.connect()
	f.mu.Unlock()
	d := &websocket.Dialer{NetDialContext: f.Dial}
	for i, want := range []int{http.StatusSwitchingProtocols, http.StatusNotFound} {
		conn, res, err := d.DialContext(context.Background(), address, nil)
		if res == nil || res.StatusCode != want {
			t.Fatalf("dial %d: %v, %v", i, res, err)
		}
		if conn != nil {
			defer conn.Close()
		}
	}
}

func TestSocketEnvelopes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{})
		a := connect(t, f, nil)
		if err := errors.Join(w.DM("U0MIRA", "hello"), w.Command("U0MIRA", "C0PREP", "/greenroom", "help")); err != nil {
			t.Fatal(err)
		}
		events, commands := a.envelopes("events_api"), a.envelopes("slash_commands")
		if len(events) != 1 || len(commands) != 1 {
			t.Fatalf("%d events, %d commands", len(events), len(commands))
		}
		if e, c := events[0], commands[0]; e.Accepts || !c.Accepts || len(e.ID) != 36 || e.ID == c.ID || e.Try != 0 {
			t.Errorf("event %+v, command %+v", e, c)
		}
	})
}

// An event that nobody acknowledges comes again at once, after one minute and after five more; a command does not.
func TestSocketRedelivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{})
		a, began := connect(t, f, func(envelope) (any, bool) { return nil, false }), time.Now()
		if err := w.DM("U0MIRA", "hello"); err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{0, 3 * time.Second, 66 * time.Second, 369 * time.Second}
		events := a.envelopes("events_api")
		if len(events) != len(want) || f.Unacknowledged() != 1 {
			t.Fatalf("%d deliveries, %d given up", len(events), f.Unacknowledged())
		}
		for i, e := range events {
			if e.at.Sub(began) != want[i] || e.Try != i || (e.Why == "http_timeout") != (i > 0) ||
				e.field(t, "event_id") != events[0].field(t, "event_id") || i > 0 && e.ID == events[0].ID {
				t.Errorf("delivery %d after %v: %+v", i, e.at.Sub(began), e)
			}
		}
		began = time.Now()
		if err := w.Command("U0MIRA", "C0PREP", "/greenroom", ""); !errors.Is(err, OperationTimeout) || time.Since(began) != 3*time.Second {
			t.Errorf("after %v the person sees %v", time.Since(began), err)
		}
		time.Sleep(10 * time.Minute)
		if n := len(a.envelopes("slash_commands")); n != 1 {
			t.Errorf("the command was delivered %d times", n)
		}
	})
}

// What one socket does not acknowledge comes again over any other.
func TestSocketRedeliversElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{Seed: 3})
		deaf := connect(t, f, func(envelope) (any, bool) { return nil, false })
		other := connect(t, f, nil)
		for range 20 {
			if err := w.DM("U0MIRA", "hello"); err != nil {
				t.Fatal(err)
			}
		}
		if d, o := len(deaf.envelopes("events_api")), len(other.envelopes("events_api")); f.Unacknowledged() > 2 || d < 5 || o < 10 {
			t.Errorf("%d went to the deaf socket, %d to the other; %d were given up", d, o, f.Unacknowledged())
		}
	})
}

func TestSocketDropsLargeAck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{})
		size := 0
		connect(t, f, func(e envelope) (any, bool) { return map[string]string{"text": strings.Repeat("x", size)}, true })
		if err := w.Command("U0MIRA", "C0PREP", "/greenroom", ""); err == nil {
			t.Error("an empty text was shown")
		}
		for _, c := range []struct {
			size int
			want error
		}{{19_000, nil}, {20_000, OperationTimeout}} {
			size = c.size
			if err := w.Command("U0MIRA", "C0PREP", "/greenroom", ""); !errors.Is(err, c.want) {
				t.Errorf("%d characters: %v", c.size, err)
			}
		}
	})
}

func TestSocketTakesTen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := hill(t, Config{})
		for range maxSockets {
			connect(t, f, nil)
		}
		eleventh := connect(t, f, nil)
		<-eleventh.ended
		if got := eleventh.envelopes("disconnect"); len(got) != 1 || got[0].Reason != "too_many_websockets" || f.Sockets() != 10 {
			t.Errorf("%+v, %d open", got, f.Sockets())
		}
	})
}

func TestSocketRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{})
		old, other := connect(t, f, nil), connect(t, f, nil)
		f.Refresh()
		time.Sleep(9 * time.Second)
		if f.Sockets() != 2 { // a warned socket still delivers
			t.Errorf("%d are open", f.Sockets())
		}
		<-old.ended
		said := old.envelopes("disconnect")
		if len(said) != 2 || said[0].Reason != "warning" || said[1].Reason != "refresh_requested" || len(other.envelopes("disconnect")) != 0 {
			t.Errorf("%+v", said)
		}
		time.Sleep(2 * time.Second)
		if err := w.Command("U0MIRA", "C0PREP", "/greenroom", ""); err != nil || f.Sockets() != 1 {
			t.Errorf("%v, %d open", err, f.Sockets())
		}
	})
}

func TestSocketRefreshesByAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := hill(t, Config{Deliveries: Deliveries{RefreshEvery: time.Hour}})
		a, began := connect(t, f, nil), time.Now()
		<-a.ended
		if lived := time.Since(began); lived < 48*time.Minute || lived > time.Hour+warnedFor+time.Second {
			t.Errorf("the socket lived %v", lived)
		}
	})
}

func TestSocketLinkDisabled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{})
		a := connect(t, f, nil)
		f.Disconnect("link_disabled")
		<-a.ended
		b := connect(t, f, nil)
		<-b.ended
		for _, app := range []*app{a, b} {
			if got := app.envelopes("disconnect"); len(got) != 1 || got[0].Reason != "link_disabled" {
				t.Errorf("%+v", got)
			}
		}
		synctest.Wait()
		if err := w.Command("U0MIRA", "C0PREP", "/greenroom", ""); !errors.Is(err, DispatchFailed) {
			t.Errorf("without a socket the person sees %v", err)
		}
		f.EnableLink()
		connect(t, f, nil)
		if err := w.Command("U0MIRA", "C0PREP", "/greenroom", ""); err != nil {
			t.Error(err)
		}
	})
}

func TestSocketPingsUntilSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{})
		a := connect(t, f, nil)
		pings := func() int { a.mu.Lock(); defer a.mu.Unlock(); return a.pings }
		time.Sleep(time.Minute + time.Second)
		if pings() != 6 {
			t.Errorf("%d pings in a minute", pings())
		}
		f.Silence()
		time.Sleep(time.Minute)
		if err := w.Command("U0MIRA", "C0PREP", "/greenroom", ""); pings() != 6 || !errors.Is(err, OperationTimeout) || f.Sockets() != 1 {
			t.Errorf("%d pings, %v, %d open", pings(), err, f.Sockets())
		}
	})
}

func TestSocketCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := hill(t, Config{})
		a := connect(t, f, nil)
		f.Cut()
		<-a.ended
		synctest.Wait()
		if len(a.envelopes("disconnect")) != 0 || f.Sockets() != 0 {
			t.Errorf("%+v, %d open", a.got, f.Sockets())
		}
	})
}
