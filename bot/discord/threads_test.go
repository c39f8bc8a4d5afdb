package discord

import (
	"strings"
	"testing"
	"unicode/utf8"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
	"greenroom/bot/page"
)

// Whatever a question says, a thread and a tag can be called so: one line without marks that Discord takes, and nothing that is not in the
// question.
func TestThreadsOfTricks(t *testing.T) {
	texts := map[string]string{"100 families": strings.Repeat("👩‍👩‍👧‍👦", 100), "lines": "\n\n  \n# one\ntwo", "flags": strings.Repeat("🇩🇪", 60), "nothing": ""}
	for name, s := range tricks {
		if len(s) < 5000 {
			texts[name] = strings.ToValidUTF8(s, "?")
		}
	}
	for name, s := range texts {
		t.Run(name, func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				o.guild.AddChannel(discordfake.Channel{ID: forum, Name: "questions", Type: discordfake.ForumChannel, Allow: discordfake.ManageChannels})
				a := o.post("p1")
				a.Message.Blocks, a.Message.Topic = []chat.Block{chat.Heading(s)}, s
				id := o.mustSend(a, "")
				o.restart()
				o.mustSend(o.under("f1", "p1", s+" and so on"), id)
				b := a
				b.Key, b.Channel = "p2", forum
				o.mustSend(b, "")
				for _, thread := range append(o.fake.Threads(general), o.fake.Threads(forum)...) {
					if n := page.Units(thread.Name); n > maxThreadName || page.Blank(thread.Name) || !utf8.ValidString(thread.Name) || strings.ContainsAny(thread.Name, "\n\r") {
						t.Errorf("a thread is called %q, %d", thread.Name, n)
					}
				}
				for _, complaint := range o.fake.Complaints() {
					t.Error(complaint)
				}
			})
		})
	}
}
