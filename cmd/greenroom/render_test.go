package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"greenroom/bot/slack/slackfake"
	"greenroom/content"
)

// Every message of every question of the library, and of the user's own bank where it is here, is one that the platform takes, and the full
// answer is there with all its words.
func TestRenderedBanks(t *testing.T) {
	for _, path := range []string{"../../content/library", "../../../shared/banks/python-async.md"} {
		if _, err := os.Stat(path); err != nil {
			t.Logf("not rendered: %s is not here", path)
			continue
		}
		banks, _, err := loadBanks([]string{path})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range banks {
			for i := range b.Questions {
				q := &b.Questions[i]
				t.Run(q.ID+"/slack", func(t *testing.T) { holdRendered(t, "slack", path, q, content.Plain(q.Full), slackText) })
				t.Run(q.ID+"/discord", func(t *testing.T) { holdRendered(t, "discord", path, q, written(content.Tree(q.Full)), discordText) })
			}
		}
	}
}

func holdRendered(t *testing.T, platform, path string, q *content.Question, answer string, read func(*testing.T, json.RawMessage) string) {
	var out, errs bytes.Buffer
	if code := run([]string{"render", platform, path, "--id", q.ID}, streams{out: &out, err: &errs}); code != 0 {
		t.Fatalf("exit %d: %s", code, &errs)
	}
	var bodies []json.RawMessage
	if err := json.Unmarshal(out.Bytes(), &bodies); err != nil {
		t.Fatal(err)
	}
	if least := 3 + len(q.FollowUps); len(bodies) < least { // the post, the follow-ups, the result and the full answer
		t.Errorf("%d messages, at least %d", len(bodies), least)
	}
	var all strings.Builder
	for _, body := range bodies {
		all.WriteString(read(t, body) + "\n")
	}
	_, shown, ok := strings.Cut(all.String(), "the full answer.")
	if !ok {
		t.Fatal("there is no full answer")
	}
	for _, word := range strings.Fields(answer) { // in order
		word = strings.Trim(word, "*_~`|>-#&<")
		if strings.ContainsAny(word, "*_~`|<>&\"'") || word == "" {
			continue
		}
		_, after, ok := strings.Cut(shown, word)
		if !ok {
			t.Fatalf("%q is lost from the full answer", word)
		}
		shown = after
	}
}

// slackText is the text of a message that Slack takes.
func slackText(t *testing.T, body json.RawMessage) string {
	if err := slackfake.CheckMessage(body); err != nil {
		t.Errorf("%v: %s", err, body)
	}
	var m struct {
		Text   string            `json:"text"`
		Blocks []json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(body, &m); err != nil || len(m.Blocks) > 45 || m.Text == "" || len([]rune(m.Text)) > 9000 {
		t.Errorf("%d blocks, %d characters, %v", len(m.Blocks), len([]rune(m.Text)), err)
	}
	return m.Text
}

// discordText is the text of a message that Discord takes, without backslashes and markers.
func discordText(t *testing.T, body json.RawMessage) string {
	var m struct {
		Content    string `json:"content"`
		Components []struct {
			Content string `json:"content"`
		} `json:"components"`
		Flags int `json:"flags"`
	}
	err := json.Unmarshal(body, &m)
	text, most := m.Content, 2000
	if m.Flags&(1<<15) != 0 {
		most = 4000
		for _, c := range m.Components {
			text += c.Content + "\n"
		}
	}
	if n := len(utf16.Encode([]rune(text))); err != nil || n == 0 || n > most+len(m.Components) || len(m.Components) > 40 {
		t.Errorf("%d components, %d characters, %v: %s", len(m.Components), n, err, body)
	}
	return strings.NewReplacer(`\`, "", "*", "", "`", "", "\u200b", "").Replace(text)
}

// written is what a tree shows: maths as it is written, where Plain says it.
func written(nodes []content.Node) string {
	var out strings.Builder
	for _, n := range nodes {
		out.WriteString(n.Text + written(n.Children))
		switch n.Kind {
		case content.Text, content.Strong, content.Emphasis, content.Code, content.Link, content.Math:
		default:
			out.WriteString("\n")
		}
	}
	return out.String()
}
