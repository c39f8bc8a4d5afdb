package discord

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// A flood of what is being typed leaves room: everybody else is answered.
func TestAutocompleteFlood(t *testing.T) {
	bothWays(t, func(w *world) {
		w.bot.will(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
			if e.Kind == chat.Complete {
				<-ctx.Done()
			}
			return says("3 of 5"), ctx.Err()
		})
		var typing sync.WaitGroup
		for n := range 300 {
			user := fmt.Sprintf("8035111022467%04d", n%100)
			if n < 100 {
				w.hill.AddMember(discordfake.Person{ID: user, Name: user})
			}
			typing.Go(func() { _, _ = w.fake.Type(user, inPrep, "greenroom", discordfake.Option{Name: "do", Value: "que"}) })
		}
		synctest.Wait()
		w.want("completions under way", w.discord.taking.typed[""] <= mostTyped, true)
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.want("a command", w.whispers(sam), []string{"3 of 5"})
		typing.Wait()
		time.Sleep(time.Minute)
	})
}

// One guild in a flood leaves room for the others; who is refused is told, and nothing is left counted.
func TestFlood(t *testing.T) {
	bothWays(t, func(w *world) {
		w.green()
		w.quiet()
		release := make(chan struct{})
		w.bot.will(func(ctx context.Context, e chat.Event) (chat.Reply, error) {
			if e.Workspace == guild {
				<-release
			}
			return says("3 of 5"), nil
		})
		const many = mostOfOne + 50
		var acting sync.WaitGroup
		for range many {
			acting.Go(func() { _ = w.fake.Command(sam, inPrep, "greenroom") })
		}
		synctest.Wait()
		w.must(w.fake.Command(mira, discordfake.Place{Channel: inGreen}, "greenroom"))
		w.want("in another guild", w.whispers(mira), []string{"3 of 5"})
		acting.Wait()
		busy := 0
		for _, text := range w.whispers(sam) {
			if strings.Contains(text, "Too much is going on") {
				busy++
			}
		}
		w.want("told that it is busy", busy, many-mostOfOne)
		close(release)
		time.Sleep(time.Minute)
		synctest.Wait()
		w.want("counted", fmt.Sprint(w.discord.taking.all, len(w.discord.taking.by), len(w.discord.taking.typed)), "0 0 0")
	})
}

func TestTraffic(t *testing.T) {
	var all traffic
	for range mostTaken {
		if full, ok := all.begin(); full || !ok {
			t.Fatal("full too early")
		}
	}
	for range mostRefused {
		if full, ok := all.begin(); !full || !ok {
			t.Fatal("not full, or left too early")
		}
	}
	if _, ok := all.begin(); ok {
		t.Error("nothing is left")
	}
	all.end()
	if _, ok := all.begin(); !ok {
		t.Error("what ended still counts")
	}
}
