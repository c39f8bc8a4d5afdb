package bottest

import (
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot"
)

var _ bot.Clock = (*Clock)(nil)

var tuesday = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func TestAClockIsSetAndRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock(tuesday)
		if !c.Now().Equal(tuesday) {
			t.Errorf("shows %v", c.Now())
		}
		c.Until(tuesday.Add(26 * time.Hour))
		if !c.Now().Equal(tuesday.Add(26 * time.Hour)) {
			t.Errorf("shows %v a day and two hours later", c.Now())
		}
		c.Until(tuesday) // over
		fired, _ := c.After(time.Hour)
		c.Jump(-3 * time.Hour)
		<-fired
		if !c.Now().Equal(tuesday.Add(24 * time.Hour)) {
			t.Errorf("shows %v an hour after it was set back by three", c.Now())
		}
	})
}

func TestAFastClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, begun := NewFastClock(tuesday, time.Minute), time.Now()
		c.Until(tuesday.Add(time.Hour))
		if took := time.Since(begun).Round(time.Millisecond); took != time.Minute {
			t.Errorf("an hour took %v", took)
		}
		fired, giveUp := c.After(2 * time.Minute)
		defer giveUp()
		<-fired
		if now := c.Now().Round(time.Millisecond); !now.Equal(tuesday.Add(62 * time.Minute)) {
			t.Errorf("shows %v", now)
		}
	})
}
