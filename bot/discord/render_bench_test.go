package discord

import (
	"encoding/json"
	"strings"
	"testing"

	"greenroom/bot/chat"
)

// BenchmarkMessages is what it takes to draw a post, and a text of 30,000 characters.
func BenchmarkMessages(b *testing.B) {
	long := chat.Message{Blocks: []chat.Block{chat.Markdown(strings.Repeat("A paragraph of *some* words, with `code` in it and an end.\n\n- an item\n- another\n\n", 400))}}
	for name, m := range map[string]chat.Message{"post": sample(b, "post"), "long": long} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Messages(chat.Action{Key: "k", Do: chat.Thread, Message: m})
			}
		})
	}
}

// BenchmarkFeedback is what an answered form takes: the feedback as a response, drawn and written.
func BenchmarkFeedback(b *testing.B) {
	m := sample(b, "feedback")
	in, err := Decode("INTERACTION_CREATE", payload(b, "submission"), app, now)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(Respond(in, chat.Reply{Message: &m}).Response); err != nil {
			b.Fatal(err)
		}
	}
}
