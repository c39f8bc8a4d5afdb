package slackfake

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	x := newWorld(t, Config{})
	plain := func(s string) object { return ofType("plain_text", object{"text": s}) }
	section := func(elements ...any) object { return part("section", nil, elements...) }
	list := func(style string, indent, offset int, items ...any) object {
		return part("list", object{"style": style, "indent": indent, "offset": offset}, items...)
	}
	blocks := []any{
		ofType("header", object{"text": plain("Question 12 & more")}),
		rt(
			section(said("Hello "), ofType("user", object{"user_id": "UMIRA"}), said(", see "), ofType("channel", object{"channel_id": "C1"}), said("\nor "),
				ofType("link", object{"url": "https://a.example", "text": "this"})),
			list("bullet", 0, 0, section(said("one")), section(said("two\ntwice"))),
			list("ordered", 1, 2, section(said("third")), section(said("fourth"))),
			part("quote", nil, said("said")),
			part("preformatted", nil, said("if a < b {\n\tc()\n}")),
			section(ofType("date", object{"timestamp": 1, "format": "{time}", "fallback": "Thu 1 Jan, 00:00 UTC"}), ofType("emoji", object{"name": "wave"}),
				ofType("broadcast", object{"range": "here"})),
		),
		ofType("section", object{"text": ofType("mrkdwn", object{"text": "a &lt; b, <@USAM>, <#C1>, <https://b.example|there>, <!date^1^{time}|soon>, <!here>"})}),
		ofType("table", object{"rows": []any{
			[]any{ofType("raw_text", object{"text": "Name"}), rt(section(said("Points")))},
			[]any{ofType("raw_text", object{"text": "Mira"}), rt(section(said("41")))},
		}}),
		actions(
			button(object{"text": plain("Answer"), "value": "v", "action_id": "b0", "accessibility_label": "Answer, question 12"}),
			button(object{"text": plain("Hint"), "action_id": "b1"}),
		),
		ofType("context", object{"elements": []any{plain("small"), ofType("image", object{"image_url": "https://c.example", "alt_text": "a picture"})}}),
	}
	x.ok("chat.postMessage", object{"channel": "C1", "text": "t", "blocks": blocks})
	m := x.w.Messages("C1")[0]
	const want = `Question 12 & more
Hello @Mira, see #team
or this (https://a.example)
- one
- two
  twice
  3. third
  4. fourth
said
if a < b {
	c()
}
Thu 1 Jan, 00:00 UTC:wave:@here
a < b, @Sam, #team, there (https://b.example), soon, @here
Name, Points
Mira, 41
[Answer] [Hint]
small a picture`
	if m.Plain != want {
		t.Errorf("a person reads\n%s\nwant\n%s", m.Plain, want)
	}
	name := decode(m.Blocks)[4]["block_id"].(string)
	buttons := []Button{
		{Label: "Answer", ActionID: "b0", BlockID: name, Value: "v", Spoken: "Answer, question 12"},
		{Label: "Hint", ActionID: "b1", BlockID: name, Spoken: "Hint"},
	}
	if !slices.Equal(m.Buttons, buttons) {
		t.Errorf("buttons %+v, want %+v", m.Buttons, buttons)
	}

	if got := strings.Join(m.Pings, " "); got != "UMIRA here USAM here" {
		t.Errorf("it notifies %s", got)
	}

	x.post("C1", "1 &lt; 2 <")
	if m := x.w.Messages("C1")[1]; m.Plain != "1 < 2 <" {
		t.Errorf("a text without blocks is read as %q", m.Plain)
	}
}

func TestPings(t *testing.T) {
	for text, want := range map[string]string{
		"<@USAM> and <@WONE|one>": "USAM WONE", "<!channel> <!here|here> <!everyone>": "channel here everyone", "<!subteam^S1|@team>": "S1",
		"&lt;!channel&gt; @here <#C1> <!date^1^{time}|soon> < @USAM>": "",
	} {
		if got := strings.Join(pingsOf(nil, text), " "); got != want {
			t.Errorf("%q notifies %q, want %q", text, got, want)
		}
	}
}

// What is accepted is given back as it came, but for the block_ids that Slack adds.
func TestReadBack(t *testing.T) {
	x := newWorld(t, Config{})
	for _, test := range blockLimits {
		if test.taken == nil {
			continue
		}
		ts := x.ok("chat.postMessage", object{"channel": "C1", "text": test.name, "blocks": test.taken})["ts"].(string)
		m := x.ok("conversations.history", object{"channel": "C1", "latest": ts, "oldest": ts, "inclusive": true})["messages"].([]any)[0].(object)
		got := m["blocks"].([]any)
		for i, b := range test.taken {
			if b.(object)["block_id"] == nil {
				if got[i].(object)["block_id"] == nil {
					t.Errorf("%s: block %d has no block_id", test.name, i)
				}
				delete(got[i].(object), "block_id")
			}
		}
		if string(encode(got)) != string(encode(normal(test.taken))) || m["text"] != test.name {
			t.Errorf("%s came back as %s", test.name, encode(got))
		}
	}
}

// normal is a value as it comes out of JSON.
func normal(v any) (out any) {
	if err := json.Unmarshal(encode(v), &out); err != nil {
		panic("unreachable: " + err.Error())
	}
	return out
}
