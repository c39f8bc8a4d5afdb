package discord_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/discord/discordfake"
	"greenroom/bot/discord/discordworld"
	"greenroom/content"
)

// People press what they find and write what they like for some weeks, and none of it may make Discord refuse what is drawn, notify
// anybody, or be read as a link or markup of the bot's.
func TestMonkeys(t *testing.T) {
	seeds, steps := 6, 500
	if testing.Short() {
		seeds, steps = 1, 150
	}
	for seed := range seeds {
		over := discordworld.OverGateway
		if seed%2 == 1 {
			over = discordworld.OverHTTP
		}
		t.Run(fmt.Sprint(over, seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { monkeys(t, over, uint64(seed), steps) })
		})
	}
}

// mean are texts that would do something, were they not written as they were typed.
var mean = []string{
	"@everyone @here <@&1> <@200000000000000001>", "[good](https://evil.example) <https://evil.example>", "# big\n## less\n-# small\n> q\n>>> all", "||spoiler|| **b** __u__ ~~s~~ `c`",
	"```\nopen", "`", "\\", "</greenroom:1> <id:customize> <t:0:R> <a:x:290926798626357250> :smile:", "\u202eright to left\u2066", strings.Repeat("👩‍👩‍👧", 33), strings.Repeat("`", 99),
	strings.Repeat("Z\u0310\u0353\u0489", 40), strings.Repeat("x", 3000), strings.Repeat("| a ", 400), strings.Repeat("[", 2990), strings.Repeat("語", 2900), "a\nb\n\n\n\nc\n# d",
	"discord.gg/abc https://evil.example/x_y", "It keeps a copy near, so that reads are fast; but stale data must be dropped when the source changes.",
	"PUT is idempotent, so sending it twice leaves the same state.", "no idea", "", " ", "\u200b", "$$\\frac{a}{b}$$", "1. a\n2) b\n- c\n+ d", "'; DROP TABLE x; --", "{{.}} %s %d \x00",
}

// meanBank is a bank with every trick of markdown.
func meanBank(t *testing.T) *content.Bank {
	var b strings.Builder
	b.WriteString("---\nname: mean\ntopic: \"@everyone <@1> [a](https://evil.example)\"\n---\n")
	for i, s := range []string{
		"What do <@1>, @everyone and [this](https://good.example/a_b) do in *a `<@&2>` message* || no ||?", "# Why ``` and > quotes?", strings.Repeat("Why is 語 so 👩‍👩‍👧 long? ", 60),
		"What is \\*not\\* **bold _and_ such** $a^2_b$ <b>HTML</b> ![picture](https://good.example/p.png)?", "-# Is this small, and ### is that large?",
	} {
		fmt.Fprintf(&b, "\n## Question\n<!-- id: mean/%d -->\n**Main question**: %s\n\n**Explanation**: The candidate should say %s\n\n**Follow-up questions**:\n\n1. And %s\n2. Or else [x](javascript:alert(1))?\n\n", i, s, s, s)
		fmt.Fprintf(&b, "**Key points**:\n- reads are fast @everyone: a copy is kept near so that reads are fast\n- stale data <@1>: stale data must be dropped when the source changes\n- `code`: sending it twice leaves the same state\n\n")
		fmt.Fprintf(&b, "## Answer\n%s\n\n| a | b <@1> |\n|---|---|\n| `x` | %s |\n\n~~~~ansi\n```\ncode @everyone\n```\n~~~~\n\n> quote\n> > nested\n\n- list\n  1. two\n     - three [l](https://good.example)\n\n***\n\n$$\\frac{a}{b}$$\n\n%s\n\n", s, strings.Repeat("wide ", 20), strings.Repeat("Reads are fast because a copy is kept near. <@1> @here **bold** `code` [link](https://good.example/very_long). ", 10+60*(i%3)))
		fmt.Fprintf(&b, "### Follow-up Questions:\n\n#### And %s\n\nReads are fast. %s\n\n#### Or else x?\n\nStale data must be dropped.\n", s, strings.Repeat("```\nx\n```\n\n", 5))
	}
	bank, problems := content.Parse("mean.md", []byte(b.String()))
	for _, p := range problems {
		t.Logf("%s:%d: %s", p.File, p.Line, p.Text)
	}
	if len(bank.Questions) < 3 {
		t.Fatalf("%d questions", len(bank.Questions))
	}
	return bank
}

// strict is a log that keeps what went wrong.
type strict struct {
	slog.Handler
	mu  *sync.Mutex
	bad *[]string
}

func (s strict) Handle(_ context.Context, r slog.Record) error {
	if r.Level < slog.LevelError && !strings.Contains(r.Message, "left out") {
		return nil
	}
	text := r.Message
	r.Attrs(func(a slog.Attr) bool { text += fmt.Sprintf(" %s=%.600v", a.Key, a.Value); return true })
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.bad = append(*s.bad, text)
	return nil
}

func (s strict) Enabled(context.Context, slog.Level) bool { return true }
func (s strict) WithAttrs([]slog.Attr) slog.Handler       { return s }
func (s strict) WithGroup(string) slog.Handler            { return s }

var (
	inert  = regexp.MustCompile("(?s)\\\\.|```.*?```|``.*?``|`[^`]*`") // what is escaped, and code
	masked = regexp.MustCompile(`\]\(<?https?:?//evil`)
)

// texts calls do with each text of a message.
func texts(v any, do func(string)) {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			texts(inner, do)
		}
	case map[string]any:
		if text, ok := v["content"].(string); ok {
			do(text)
		}
		texts(v["components"], do)
	}
}

func monkeys(t *testing.T, over discordworld.Way, seed uint64, steps int) {
	random := rand.New(rand.NewPCG(seed, 11))
	pick := func(some []string) string { return some[random.IntN(len(some))] }
	script := bottest.Script{Name: "monkeys", Bank: meanBank(t), Begin: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)}
	w := discordworld.New(t, script, over)
	w.Down()
	bad := strict{mu: &sync.Mutex{}, bad: &[]string{}}
	w.Log = slog.New(bad)
	w.Up()
	people := []string{"ana", "jo", "sam", "mira"}
	for i, name := range people {
		if i%2 == 0 {
			w.Calls(name, pick(mean[:12])+" "+name)
		}
	}
	channel := ""
	w.Do(bottest.Line{Verb: "says", Member: "mira", Channel: "team", Said: "setup now Europe/Berlin 9:00 daily"})
	for _, m := range w.Fake.Journal() {
		if m.Message.Guild != "" {
			channel = m.Message.Channel
		}
	}
	lines := []string{
		"", "help", "help MEAN", "question", "question mean", "leaderboard", "leaderboard all", "leaderboard everywhere all", "leaderboard MEAN", "progress", "quiz", "practice", "interview", "goal", "goal MEAN",
		"schedule", "schedule list", "schedule add 9:00 daily Europe/Berlin", "schedule add 10:00 MEAN", "schedule change s1 daily", "schedule pause s1", "schedule resume s1", "schedule run s1", "schedule remove s2",
		"schedule preview add 2:30 daily America/New_York", "settings", "settings data", "settings managers MEAN", "settings name MEAN", "settings zone MEAN", "setup", "setup MEAN", "MEAN",
	}
	said := func() string {
		s := strings.ReplaceAll(pick(lines), "MEAN", pick(mean))
		return clip(s)
	}
	deeds := map[string]int{}
	for n := range steps {
		who := w.Member(pick(people))
		at := discordfake.Place{Channel: channel}
		var err error
		what := ""
		switch random.IntN(12) {
		case 0:
			what, err = "command", w.Fake.Command(who, at, "greenroom", options(said())...)
		case 1:
			what, err = "direct command", w.Fake.Command(who, discordfake.Place{}, "greenroom", options(said())...)
		case 2:
			what = "type"
			_, err = w.Fake.Type(who, at, "greenroom", discordfake.Option{Name: "do", Value: said()})
		case 3:
			what = "direct"
			if text := clip(said()); strings.TrimSpace(text) != "" {
				_, err = w.Fake.DM(who, text)
			}
		case 4:
			what = "mention"
			if text := clip(said()); strings.TrimSpace(text) != "" {
				_, err = w.Fake.Mention(who, at, text)
			}
		case 5, 6:
			what = "submit"
			if f, open := w.Fake.Form(who); open {
				values := map[string][]string{}
				for _, field := range f.Fields {
					values[field.ID] = fillIn(random, field, channel)
				}
				err = w.Fake.Submit(who, values)
			}
		case 7:
			what = "wait"
			w.Do(bottest.Line{Verb: "wait", At: time.Now().Add(time.Duration(random.IntN(600)) * time.Minute)})
		default:
			what = "click"
			var where []discordfake.Message
			for _, thread := range w.Fake.Threads(channel) {
				where = append(where, w.Fake.Messages(thread.ID)...)
			}
			where = slices.Concat(where, w.Fake.Messages(channel), w.Fake.Ephemerals(who), w.Fake.Directs(who))
			where = slices.DeleteFunc(where, func(m discordfake.Message) bool { return len(m.Buttons) == 0 })
			if len(where) > 0 {
				m := where[len(where)-1-min(int(random.ExpFloat64()*4), len(where)-1)]
				_ = w.Fake.CloseForm(who)
				b := m.Buttons[random.IntN(len(m.Buttons))]
				if what = "click " + b.Label; len(what) > 24 {
					what = what[:24]
				}
				err = w.Fake.Click(who, discordfake.Place{Channel: m.Channel, Message: m.ID}, b.CustomID)
			}
		}
		deeds[what]++
		var fields discordfake.FieldErrors
		if err != nil && !errors.As(err, &fields) && !errors.Is(err, discordfake.NotThere) {
			deeds["trouble"]++
			if deeds["trouble"] < 12 {
				t.Logf("step %d: %s: %.300v", n, what, err)
			}
		}
		w.Settle()
		if n%20 == 0 {
			w.Do(bottest.Line{Verb: "wait", At: time.Now().Add(time.Second)})
		}
	}
	w.Do(bottest.Line{Verb: "wait", At: time.Now().Add(25 * time.Hour)})
	messages := map[string]bool{}
	for _, e := range w.Fake.Journal() {
		m := e.Message
		if m.Author != w.Fake.AppID() {
			continue
		}
		messages[m.ID] = true
		var raw any
		if err := json.Unmarshal(m.Raw, &raw); err != nil {
			t.Fatal(err)
		}
		texts(raw, func(text string) {
			if masked.MatchString(inert.ReplaceAllString(text, "")) {
				t.Errorf("masks a link: %q", text)
			}
		})
		if len(m.Notified) > 0 && m.Guild != "" {
			t.Errorf("notifies %v: %s", m.Notified, m.Raw)
		}
		for _, b := range m.Buttons {
			if len(b.CustomID) > 100 || b.CustomID == "" {
				t.Errorf("a custom_id of %d", len(b.CustomID))
			}
		}
	}
	t.Logf("%v; %d messages; refused %v", deeds, len(messages), w.Fake.Counts().Limited)
	bad.mu.Lock()
	for _, line := range *bad.bad {
		t.Errorf("logged: %s", line)
	}
	bad.mu.Unlock()
	for _, complaint := range w.Fake.Complaints() {
		t.Errorf("Discord complains: %s", complaint)
	}
	w.End()
}

func clip(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), 1000)])
}

func options(words string) []discordfake.Option {
	if strings.TrimSpace(words) == "" {
		return nil
	}
	return []discordfake.Option{{Name: "do", Value: words}}
}

func fillIn(random *rand.Rand, f discordfake.Field, channel string) []string {
	switch {
	case f.Type == 8:
		return []string{channel}
	case len(f.Options) > 0:
		n := f.Min + random.IntN(max(f.Max-f.Min, 0)+1)
		var values []string
		for _, i := range random.Perm(len(f.Options))[:min(n, len(f.Options))] {
			values = append(values, f.Options[i].Value)
		}
		return append([]string{}, values...)
	}
	s := []rune(mean[random.IntN(len(mean))])
	return []string{string(s[:min(len(s), max(f.Max, 1))])}
}
