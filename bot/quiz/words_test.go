package quiz

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/content"
)

func TestAbout(t *testing.T) {
	const question = "What is the difference between PUT and POST?"
	key := func(name, text string) content.KeyPoint { return content.KeyPoint{Name: name, Text: text} }
	for name, c := range map[string]struct {
		keys []content.KeyPoint
		want []string
	}{
		"the longest word":                      {[]content.KeyPoint{key("The client names the resource", "")}, []string{"resource"}},
		"none of the question":                  {[]content.KeyPoint{key("The difference is small but real", "")}, []string{"small"}},
		"no grammar":                            {[]content.KeyPoint{key("There is what they have", "")}, []string{""}},
		"distinct":                              {[]content.KeyPoint{key("server chooses addresses", ""), key("addresses may change", "")}, []string{"addresses", "change"}},
		"never the whole name":                  {[]content.KeyPoint{key("PUT is idempotent", "sending it again leaves the same state")}, []string{"sending"}},
		"nor by its text":                       {[]content.KeyPoint{key("Idempotence", "idempotence")}, []string{""}},
		"the whole of one is none of another's": {[]content.KeyPoint{key("Idempotence", ""), key("Idempotence by keys", "")}, []string{"", "keys"}},
		"in whatever order":                     {[]content.KeyPoint{key("Idempotence by keys", ""), key("Idempotence", "")}, []string{"keys", ""}},
	} {
		if got := about(c.keys, question); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := inWords([]content.KeyPoint{key("server chooses addresses", ""), key("PUT", "")}, question); got != "addresses and 1 more" {
		t.Errorf("in words: %q", got)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"help", "leaderboard", "progress", "question", "schedule", "settings", "setup"}
	for word, want := range map[string]string{
		"leaderbord": "leaderboard", "hlep": "help", "sched": "schedule", "set": "setup settings", "setup": "setup", "x": "", "": "",
		"pythonista": "", "questoin": "question", strings.Repeat("help", 50): "",
	} {
		if got := join(nearest(word, names)); got != want {
			t.Errorf("near %.20q: %q, want %q", word, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{"90m": 90 * time.Minute, "2h": 2 * time.Hour, "1d": day, "7d": 7 * day, "1h30m": 90 * time.Minute, "1m": time.Minute} {
		if got, ok := duration(s); !ok || got != want {
			t.Errorf("%s: %s, %t", s, got, ok)
		}
	}
	for _, s := range []string{"", "soon", "0m", "-2h", "30s", "8d", "169h", "0d", "d", "1e9d", "2"} {
		if got, ok := duration(s); ok {
			t.Errorf("%q is taken as %s", s, got)
		}
	}
}

func TestChannelOf(t *testing.T) {
	for word, want := range map[string]chat.Channel{"#team": "team", "<#C12>": "C12", "<#C12|team>": "C12", " #team ": "team", "#été": "été"} {
		if got, ok := channelOf(word); !ok || got != want {
			t.Errorf("%q is %q, %t", word, got, ok)
		}
	}
	for _, word := range []string{"", "#", "team", "<#>", "<#|x>", "#a b", "#a\x00b", "#\u0085", "##a", "#<b>", "#\xff", "#" + strings.Repeat("x", 61), "<@U1>"} {
		if got, ok := channelOf(word); ok {
			t.Errorf("%q is taken as %q", word, got)
		}
	}
}

func TestMemberOf(t *testing.T) {
	for word, want := range map[string]chat.Member{"@sam": "sam", "<@U1>": "U1", "<@!99>": "99", "<@U1|sam>": "U1"} {
		if got, ok := memberOf(word); !ok || got != want {
			t.Errorf("%q is %q, %t", word, got, ok)
		}
	}
	for _, word := range []string{"", "@", "sam", "<@>", "<@&7>", "@a b", "@a\nb", "@" + strings.Repeat("x", 61)} {
		if got, ok := memberOf(word); ok {
			t.Errorf("%q is taken as %q", word, got)
		}
	}
}

func TestRoleOf(t *testing.T) {
	for word, want := range map[string]chat.Member{"<@&99>": "&99", "<@&99": "&99"} {
		if got, ok := roleOf(word); !ok || got != want {
			t.Errorf("%q is %q, %t", word, got, ok)
		}
	}
	for _, word := range []string{"", "@&99", "<@99>", "<@&>", "<@&a b>", "<@&&99>", "<@&" + strings.Repeat("9", 61) + ">"} {
		if got, ok := roleOf(word); ok {
			t.Errorf("%q is taken as %q", word, got)
		}
	}
}

func TestGreets(t *testing.T) {
	for line, want := range map[string]bool{
		"hello": true, "Hi there!": true, "thanks": true, "thank you very much": true, "thank god": false, "hey, hey": true,
		"hello world programs print a line": false, "high": false,
	} {
		if got := greets(fields(line)); got != want {
			t.Errorf("%q: %t", line, got)
		}
	}
}

func TestSmallWords(t *testing.T) {
	for got, want := range map[string]string{
		list(nil): "", list([]string{"a", "b", "c"}): "a, b and c", either([]string{"a", "b", "c"}): "a, b or c", either([]string{"d"}): "d",
		cut("one two three", 9): "one two…", cut("ßßßßßßßßßß", 5): "ßßßß…", cut("short", 5): "short", count(0, "point", "points"): "0 points",
		sentence("no zone"): "No zone.", sentence("was it?"): "Was it?", fmt.Sprint(ordinal(1), ordinal(2), ordinal(3), ordinal(11), ordinal(112), ordinal(22)): "1st2nd3rd11th112th22nd",
		span(90 * time.Minute): "90 minutes", span(day): "24 hours", span(40 * time.Second): "40 seconds", span(90 * time.Second): "90 seconds", span(2 * day): "2 days",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestDistinct keeps merged messages within what every platform takes.
func TestDistinct(t *testing.T) {
	var all []chat.Button
	for i := range 40 {
		all = append(all, chat.Button{Label: fmt.Sprint(i % 30), Value: chat.Value{Verb: "x", Part: i % 35}})
	}
	m := chat.Message{Blocks: []chat.Block{chat.Text("x")}, Buttons: distinct(all)}
	if err := m.Check(); err != nil || len(m.Buttons) != chat.MaxButtons {
		t.Errorf("%d buttons: %v", len(m.Buttons), err)
	}
}
