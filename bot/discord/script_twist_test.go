package discord_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/discord/discordfake"
	"greenroom/bot/discord/discordworld"
)

// Every second payload has something odd in some places, as Discord would never send it: nothing of the whole bot breaks on that, and
// whoever comes after is answered.
func TestTwistedPayloads(t *testing.T) {
	worlds := uint64(6)
	if testing.Short() {
		worlds = 1
	}
	for seed := range worlds {
		for _, over := range []discordworld.Way{discordworld.OverGateway, discordworld.OverHTTP} {
			t.Run(fmt.Sprint(over, " ", seed), func(t *testing.T) {
				bottest.Scripts(t, "../quiz/testdata/hostile", func(t *testing.T, s bottest.Script) {
					synctest.Test(t, func(t *testing.T) { twisted(t, discordworld.New(t, s, over), rand.New(rand.NewPCG(seed, 7))) })
				})
			})
		}
	}
}

func twisted(t *testing.T, w *discordworld.World, r *rand.Rand) {
	k := bottest.Talk{T: t, W: w}
	k.Says("mira", "setup now Europe/Berlin 9:00 daily", "#team", "Question 1")
	people := []string{w.Member("mira"), w.Member("jo")}
	const team = "300000000000000001" // the first channel of a world
	lines := []string{
		"", "help", "leaderboard week", "progress", "settings", "quiz 3", "practice", "schedule", "schedule add 9:00 daily", "question",
		"goal 3", "settings managers <@&1>", "interview", "quiz race", "quiz duel <@" + people[0] + ">",
	}
	for n := range 60 {
		if n%2 == 0 {
			w.Fake.Twist(func(payload map[string]any) {
				for range 1 + r.IntN(3) {
					if data, ok := payload["data"].(map[string]any); ok && r.IntN(2) == 0 {
						payload["data"] = twist(r, data)
					} else {
						twist(r, payload)
					}
				}
			})
		}
		act(w, people[r.IntN(2)], team, lines[r.IntN(len(lines))], r)
		time.Sleep(time.Second)
		synctest.Wait()
	}
	w.Fake.Twist(nil)
	if err := w.Fake.Command(people[1], discordfake.Place{Channel: team}, "greenroom", discordfake.Option{Name: "do", Value: "help"}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	for _, who := range people {
		for _, m := range seen(w, who, team) {
			if strings.Contains(m.Plain, "Something broke") {
				t.Errorf("shown: %s", m.Plain)
			}
		}
	}
	w.Finish()
}

// act has a person do something: what they see of it is not of interest.
func act(w *discordworld.World, who, team, line string, r *rand.Rand) {
	in, do := discordfake.Place{Channel: team}, discordfake.Option{Name: "do", Value: line}
	form, open := w.Fake.Form(who)
	switch n := r.IntN(4); {
	case n == 0:
		_ = w.Fake.Command(who, in, "greenroom", do)
	case n == 1:
		_, _ = w.Fake.Type(who, in, "greenroom", do)
	case n == 2 && open && !slices.ContainsFunc(form.Fields, func(f discordfake.Field) bool { return f.Type != 4 }):
		values := map[string][]string{}
		for _, field := range form.Fields {
			values[field.ID] = []string{"an event loop"}
		}
		_ = w.Fake.Submit(who, values)
	default:
		with := slices.DeleteFunc(seen(w, who, team), func(m discordfake.Message) bool { return len(m.Buttons) == 0 })
		if len(with) > 0 {
			m := with[r.IntN(len(with))]
			_ = w.Fake.Click(who, discordfake.Place{Channel: m.Channel, Message: m.ID}, m.Buttons[r.IntN(len(m.Buttons))].Label)
		}
	}
}

// seen is what a person sees.
func seen(w *discordworld.World, who, team string) []discordfake.Message {
	return slices.Concat(w.Fake.Messages(team), w.Fake.Ephemerals(who), w.Fake.Directs(who))
}

// twist puts something odd somewhere into a value of JSON.
func twist(r *rand.Rand, v any) any {
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		if len(names) == 0 {
			break
		}
		slices.Sort(names)
		if name := names[r.IntN(len(names))]; r.IntN(6) == 0 {
			delete(v, name)
		} else {
			v[name] = twist(r, v[name])
		}
		return v
	case []any:
		if len(v) > 0 && r.IntN(3) > 0 {
			i := r.IntN(len(v))
			v[i] = twist(r, v[i])
			return append(v, v[i])
		}
	}
	return odd[r.IntN(len(odd))]
}

var odd = []any{
	nil, true, false, -1, 0, 1e308, 1.5, "", "0", "x\x00y", "../../x", strings.Repeat("é", 5000), "18446744073709551615", "99999999999999999999999",
	[]any{}, []any{nil}, []any{[]any{[]any{}}}, map[string]any{}, map[string]any{"type": 99},
}
