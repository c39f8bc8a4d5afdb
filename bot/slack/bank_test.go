package slack

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode"

	"greenroom/bot/chat"
	"greenroom/bot/page"
	"greenroom/content"
)

// Every text of the banks goes out within all limits, with its words in order, in the blocks and in the text.
func TestRenderBanks(t *testing.T) {
	for _, file := range []string{"../../../shared/banks/python-async.md", "../../content/library/python-async.md"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Logf("not drawn: %s is not here", file)
			continue
		}
		bank, problems := content.Parse(file, src)
		if len(bank.Questions) == 0 {
			t.Fatalf("%s: %v", file, problems)
		}
		for _, q := range bank.Questions {
			texts := []string{q.Main, q.Explanation, q.Answer, q.Full}
			for _, f := range q.FollowUps {
				texts = append(texts, f.Question, f.Answer)
			}
			for _, text := range texts {
				if text == "" {
					continue
				}
				m := chat.Message{Blocks: []chat.Block{chat.Markdown(text)}}
				var drawn, said strings.Builder
				pages := Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m}, names)
				for i, message := range pages {
					checkMessage(t, message, true)
					message = withoutLine(message, i, len(pages))
					raw, _ := json.Marshal(message.Blocks)
					var blocks []any
					if err := json.Unmarshal(raw, &blocks); err != nil {
						t.Fatal(err)
					}
					collect(&drawn, blocks)
					said.WriteString(unescaper.Replace(message.Text) + "\n")
				}
				rows := page.Rows(m.Blocks)
				if got, want := letters(drawn.String()), letters(shown(rows)); got != want {
					t.Errorf("%s: blocks\n%.300s\nwant\n%.300s", q.ID, got, want)
				}
				if got, want := letters(said.String()), letters(content.Plain(text)); got != want {
					t.Errorf("%s: text\n%.300s\nwant\n%.300s", q.ID, got, want)
				}
			}
		}
	}
}

// withoutLine is a page without the line that says which it is.
func withoutLine(m message, i, of int) message {
	if of == 1 {
		return m
	}
	line := inThread.line(i, of).Runs[0].Text
	raw, _ := json.Marshal(m)
	s := string(raw)
	if i == 0 {
		at := strings.LastIndex(s, line)
		s = s[:at] + s[at+len(line):]
	}
	_ = json.Unmarshal([]byte(strings.ReplaceAll(s, line, "")), &m)
	return m
}

// collect writes every text of drawn blocks, in order.
func collect(out *strings.Builder, v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			collect(out, x)
		}
	case map[string]any:
		if s, ok := v["text"].(string); ok {
			out.WriteString(s)
		}
		for _, name := range []string{"text", "elements", "rows"} {
			collect(out, v[name])
		}
	}
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// shown are the texts of rows, one after another; the numbers of a list are drawn by Slack.
func shown(rows []page.Row) string {
	var out strings.Builder
	for _, r := range rows {
		out.WriteString(r.Code)
		for _, run := range r.Runs {
			out.WriteString(run.Text)
		}
		for _, row := range r.Cells {
			for _, cell := range row {
				for _, run := range cell {
					out.WriteString(run.Text)
				}
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}
