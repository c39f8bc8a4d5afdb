package bot

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// After a start the oldest rows go first, whatever their places are called.
func TestTheOldestRowOfAllPlacesGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, f := store.NewMemory(), &fake{}
		var want []chat.Key
		for _, place := range []string{"m", "c", "x", "a", "t"} {
			commit(t, db, store.Unit{Send: []store.Row{rowOf(t, post("p-"+place, place))}})
			want = append(want, chat.Key("p-"+place))
		}
		_, stop := start(t, Config{DB: db, Engine: toy{step: (&news{}).step}, Platforms: map[string]chat.Platform{"fake": f}, Sends: 1})
		time.Sleep(time.Minute)
		stop()
		if got := f.keys(); !slices.Equal(got, want) {
			t.Errorf("posted %v, want %v", got, want)
		}
		clean(t, db)
	})
}

func TestWhoTriesAgainKeepsTheirTurn(t *testing.T) {
	line := newTurns(1)
	first, second, third := line.next(), line.next(), line.next()
	come := func(turn *turn) bool {
		select {
		case <-turn.comes:
			return true
		default:
			return false
		}
	}
	first.end()
	if !come(second) || come(third) {
		t.Fatalf("the second: %v, the third: %v", come(second), come(third))
	}
	first.again()
	second.end()
	if !come(first) || come(third) {
		t.Errorf("again the first: %v, the third: %v", come(first), come(third))
	}
}

// A turn of which nobody makes use is the next one's, whether it had come or not.
func TestATurnThatIsGivenUpGoesOn(t *testing.T) {
	line := newTurns(1)
	over, end := context.WithCancel(t.Context())
	end()
	first, second, third := line.next(), line.next(), line.next()
	if second.wait(over) || first.wait(over) {
		t.Error("a turn comes though nobody waits any more")
	}
	if !third.wait(t.Context()) {
		t.Error("the third has no turn")
	}
}
