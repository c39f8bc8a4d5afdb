package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"greenroom/bot/slack/slackfake"
	"greenroom/content"
)

// Every message of every question of the library, and of the user's own bank where it is here, is one that Slack takes, and the full answer
// is there with all its words.
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
				t.Run(b.Questions[i].ID, func(t *testing.T) { holdRendered(t, path, &b.Questions[i]) })
			}
		}
	}
}

func holdRendered(t *testing.T, path string, q *content.Question) {
	var out, errs bytes.Buffer
	if code := run([]string{"render", "slack", path, "--id", q.ID}, streams{out: &out, err: &errs}); code != 0 {
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
		all.WriteString(m.Text)
	}
	_, shown, ok := strings.Cut(all.String(), "the full answer.")
	if !ok {
		t.Fatal("there is no full answer")
	}
	for _, word := range strings.Fields(content.Plain(q.Full)) { // in order
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
