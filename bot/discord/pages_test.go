package discord

import (
	"strings"

	"greenroom/bot/chat"
)

// book is a message of several pages wherever it stands, with every kind of block.
func book() chat.Message {
	chapter := "## Head\n\n1. *item* `code`\n   - inner [link](https://example.com)\n\n> quote\n\n```go\nx := 1\n```\n\n| a | b |\n|---|---|\n| c | d |\n\n---\n\n"
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("Full answer, "), chat.Who(mira), chat.When(nine, chat.DayTime, "Europe/Berlin"), chat.In(prep)),
			chat.Markdown(chapter), chat.Text(strings.Repeat("word ", 2150)), chat.Text("the end"),
		},
		Buttons: []chat.Button{{Label: "How I did", Value: chat.Value{Look: true, Verb: "did", Post: "12"}, Main: true}},
		After:   []chat.Block{chat.Text("Only you see this.")},
	}
}
