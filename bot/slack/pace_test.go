package slack

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"greenroom/bot/chat"
)

// clocked is a pace with a clock that the test turns.
func clocked() (*pace, *time.Time) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	return newPace(func() time.Time { return now }), &now
}

// waits is how long a turn is away; zero where it was given.
func waits(t *testing.T, now time.Time, err error) time.Duration {
	t.Helper()
	var wait *chat.Wait
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &wait):
		t.Fatal(err)
	}
	return wait.Until.Sub(now)
}

func TestPaceIsAMessageASecondAndChannel(t *testing.T) {
	p, now := clocked()
	for range perChannel.burst {
		if d := waits(t, *now, p.take("slack:T1", "chat.postMessage", "C1")); d != 0 {
			t.Fatalf("a message of the burst waits %s", d)
		}
	}
	if d := waits(t, *now, p.take("slack:T1", "chat.postMessage", "C1")); d != time.Second {
		t.Errorf("after the burst the next waits %s, want a second", d)
	}
	if d := waits(t, *now, p.take("slack:T1", "chat.postMessage", "C2")); d != 0 {
		t.Errorf("another channel waits %s", d)
	}
	if d := waits(t, *now, p.take("slack:T2", "chat.postMessage", "C1")); d != 0 {
		t.Errorf("another workspace waits %s", d)
	}
	posted := 0
	for range 600 {
		if p.take("slack:T1", "chat.postMessage", "C1") == nil {
			posted++
		}
		*now = now.Add(100 * time.Millisecond)
	}
	if posted < 58 || posted > 61 {
		t.Errorf("%d messages in the minute after the burst, want one a second", posted)
	}
}

func TestPaceKeepsWithinAMinutesLimit(t *testing.T) {
	for method, most := range map[string]int{"chat.postMessage": 300, "chat.update": 50, "conversations.history": 50} {
		p, now := clocked()
		var taken []time.Time
		for i := range 30_000 {
			if p.take("slack:T1", method, fmt.Sprint("C", i)) == nil {
				taken = append(taken, *now)
			}
			*now = now.Add(10 * time.Millisecond)
		}
		for i, from := range taken {
			n := 0
			for _, at := range taken[i:] {
				if at.Before(from.Add(time.Minute)) {
					n++
				}
			}
			if n > most {
				t.Fatalf("%s: %d calls within a minute, at most %d", method, n, most)
			}
		}
		if len(taken) < most*4 {
			t.Errorf("%s: only %d calls in five minutes", method, len(taken))
		}
	}
}

func TestPaceRemembersWhatSlackClosed(t *testing.T) {
	p, now := clocked()
	p.close("slack:T1", "chat.update", 30*time.Second)
	p.close("slack:T1", "chat.update", time.Second) // an answer to an earlier call comes later
	if d := waits(t, *now, p.take("slack:T1", "chat.update", "")); d != 30*time.Second {
		t.Errorf("a closed method waits %s", d)
	}
	for _, other := range []spot{{"slack:T1", "chat.delete", ""}, {"slack:T2", "chat.update", ""}} {
		if d := waits(t, *now, p.take(other.workspace, other.method, "")); d != 0 {
			t.Errorf("%v waits %s for a method that is not closed there", other, d)
		}
	}
	*now = now.Add(30 * time.Second)
	if d := waits(t, *now, p.take("slack:T1", "chat.update", "")); d != 0 {
		t.Errorf("when it is open again it waits %s", d)
	}
}

func TestPaceSurvivesAClockThatIsSetBack(t *testing.T) {
	p, now := clocked()
	for range perChannel.burst {
		p.take("slack:T1", "chat.postMessage", "C1")
	}
	p.close("slack:T1", "chat.update", time.Minute)
	*now = now.Add(-time.Hour)
	if d := waits(t, *now, p.take("slack:T1", "chat.postMessage", "C1")); d > time.Second {
		t.Errorf("a channel waits %s", d)
	}
	if d := waits(t, *now, p.take("slack:T1", "chat.update", "")); d != 0 {
		t.Errorf("a method waits %s", d)
	}
}

func TestPaceForgets(t *testing.T) {
	p, now := clocked()
	for i := range 100_000 {
		p.take(chat.Workspace(fmt.Sprint("slack:T", i%7)), "chat.postMessage", fmt.Sprint("C", i))
		p.close(chat.Workspace(fmt.Sprint("slack:T", i)), "views.open", time.Second)
		*now = now.Add(time.Second)
	}
	if n := len(p.booked) + len(p.shut); n > 2000 {
		t.Errorf("%d entries are kept", n)
	}
}
