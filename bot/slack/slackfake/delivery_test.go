package slackfake

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestDeliveryTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{Deliveries: Deliveries{Twice: 1}})
		a := connect(t, f, nil)
		if err := errors.Join(w.DM("U0MIRA", "hello"), w.Command("U0MIRA", "C0PREP", "/greenroom", "")); err != nil {
			t.Fatal(err)
		}
		f.Settle()
		events, commands := a.envelopes("events_api"), a.envelopes("slash_commands")
		if len(events) != 2 || len(commands) != 2 {
			t.Fatalf("%d events, %d commands", len(events), len(commands))
		}
		e0, e1 := events[0], events[1]
		if e0.field(t, "event_id") == e1.field(t, "event_id") || e0.field(t, "event", "ts") != e1.field(t, "event", "ts") {
			t.Errorf("%s and %s", e0.Payload, e1.Payload)
		}
		c0, c1 := commands[0], commands[1]
		if c0.ID == c1.ID || string(c0.Payload) != string(c1.Payload) {
			t.Errorf("%s and %s", c0.Payload, c1.Payload)
		}
	})
}

// Late events overtake one another, and each still arrives.
func TestDeliveryLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{Seed: 1, Deliveries: Deliveries{Late: 0.7, LateBy: time.Minute}})
		a := connect(t, f, nil)
		sent := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
		for _, text := range sent {
			if err := w.DM("U0MIRA", text); err != nil {
				t.Fatal(err)
			}
		}
		f.Settle()
		var got []string
		for _, e := range a.envelopes("events_api") {
			got = append(got, e.field(t, "event", "text").(string))
		}
		if slices.Equal(got, sent) {
			t.Error("they came in order")
		}
		if slices.Sort(got); !slices.Equal(got, sent) {
			t.Errorf("%q came", got)
		}
	})
}

func TestDeliveryUnheard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{Deliveries: Deliveries{Unheard: 1}})
		a := connect(t, f, func(envelope) (any, bool) { return map[string]string{"text": "hello"}, true })
		began := time.Now()
		err := w.Command("U0MIRA", "C0PREP", "/greenroom", "")
		if !errors.Is(err, OperationTimeout) || time.Since(began) != ackWithin || len(w.Ephemerals("U0MIRA")) != 0 {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if err := w.DM("U0MIRA", "hello"); err != nil || len(a.envelopes("events_api")) != 4 || f.Unacknowledged() != 1 {
			t.Errorf("%v, %d deliveries", err, len(a.envelopes("events_api")))
		}
	})
}

func TestDeliveryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{})
		a := connect(t, f, nil)
		if err := w.Redeliver(); !errors.Is(err, NotThere) {
			t.Error(err)
		}
		if err := errors.Join(w.DM("U0MIRA", "hello"), w.Redeliver()); err != nil {
			t.Fatal(err)
		}
		got := a.envelopes("events_api")
		if len(got) != 2 || got[0].field(t, "event_id") == got[1].field(t, "event_id") {
			t.Errorf("%+v", got)
		}
	})
}

// Closing the fake ends retries and late deliveries at once.
func TestDeliveryEndsWithTheFake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{Deliveries: Deliveries{Late: 1, LateBy: time.Hour}})
		connect(t, f, func(envelope) (any, bool) { return nil, false })
		for range 5 {
			if err := w.DM("U0MIRA", "hello"); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		f.Close()
		if time.Since(began) > 2*time.Second {
			t.Errorf("closing took %v", time.Since(began))
		}
	})
}
