package discord

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"greenroom/bot/chat"
	"greenroom/bot/page"
	"greenroom/content"
)

// Every text of the banks goes out within all limits, with its words in order.
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
				m := chat.Message{Blocks: []chat.Block{chat.Markdown(text)}}
				for _, b := range Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m}) {
					valid(t, "MessageCreateRequest", b)
				}
				var drawn strings.Builder
				for _, s := range page.Sheets(m, emptyMessage) {
					drawn.WriteString(draw(s.Text) + "\n")
				}
				if got, want := letters(drawn.String()), letters(shown(page.Rows(m.Blocks))); got != want {
					t.Errorf("%s: %.200s\nwant %.200s", q.ID, got, want)
				}
			}
		}
	}
}

var opening = regexp.MustCompile("(?m)^```.*$")

// letters are the letters and digits of a drawn text, without the language of code.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, opening.ReplaceAllString(s, ""))
}

// shown are the texts of rows, one after another.
func shown(rows []page.Row) string {
	var out strings.Builder
	for _, r := range rows {
		out.WriteString(r.Mark + r.Code)
		for i, run := range r.Runs {
			out.WriteString(run.Text)
			if run.URL != "" && (i+1 == len(r.Runs) || r.Runs[i+1].URL != run.URL) {
				out.WriteString(run.URL)
			}
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
