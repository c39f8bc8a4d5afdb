package discord

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// The machine's clock may be off by hours, and may be set right at any time: what stands is found by Discord's clock.
func TestFindWhereTheClockIsOff(t *testing.T) {
	for _, off := range []time.Duration{-5 * time.Hour, -20 * time.Minute, 20 * time.Minute, 5 * time.Hour} {
		for _, after := range []time.Duration{0, 10 * time.Minute, 3 * time.Hour} {
			for _, set := range []bool{false, true} {
				if set && off > 0 && after > 0 {
					continue // then it is not known that the clock was ahead
				}
				for kind, channel := range map[string]string{"post": general, "forum": forum, "direct": ""} {
					t.Run(fmt.Sprint(kind, off, after, set), func(t *testing.T) {
						atOffice(t, discordfake.Config{}, func(o *office) {
							o.guild.AddChannel(discordfake.Channel{ID: forum, Name: "questions", Type: discordfake.ForumChannel})
							o.off = off
							o.talk(general)
							a := o.post("p1")
							if a.Channel = chat.Channel(channel); channel == "" {
								a = o.direct("p1", "Your week")
							}
							a.Tried = o.now()
							if kind == "forum" {
								o.fake.Next(1, "POST channels/{channel}/threads", discordfake.DropAfter)
							} else {
								o.fake.Next(1, posting, discordfake.DropAfter)
								o.fake.Next(100, posting, discordfake.Fail)
							}
							if id, err := o.send(a, ""); !doubtful(err) {
								o.Fatalf("id %q, error %v", id, err)
							}
							o.fake.Relent()
							o.talk(general)
							time.Sleep(after)
							if set {
								o.off = 0
							}
							o.restart()
							o.introduce()
							id, found, err := o.find(a)
							if until, ok := waits(err); ok {
								time.Sleep(until.Sub(o.now()))
								id, found, err = o.find(a)
							}
							if !found || err != nil {
								o.Errorf("found %q %v, error %v", id, found, err)
							}
						})
					})
				}
			}
		}
	}
}

// introduce has the adapter hear Discord's clock, as it does before anything is sent.
func (o *office) introduce() {
	o.Helper()
	if err := o.d.introduce(o.Context()); err != nil {
		o.Fatal(err)
	}
}

// talk has a person write in a channel, more than Discord shows at once.
func (o *office) talk(channel string) {
	o.Helper()
	for n := range 120 {
		if _, err := o.fake.Say(writer, discordfake.Place{Channel: channel}, fmt.Sprint("I think so, too. ", n)); err != nil {
			o.Fatal(err)
		}
	}
}

// A page that was tried long ago stands once, though the clock was set back since.
func TestPagesWhereTheClockIsSetBack(t *testing.T) {
	for _, back := range []time.Duration{5 * time.Minute, 14*time.Minute + 30*time.Second, time.Hour} {
		t.Run(back.String(), func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				a := o.post("p1")
				a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(3)))
				o.fake.Next(1, posting, discordfake.Pass)
				o.fake.Next(1, posting, discordfake.DropAfter)
				o.fake.Next(100, posting, discordfake.Fail)
				if id, err := o.send(a, ""); !doubtful(err) {
					o.Fatalf("id %q, error %v", id, err)
				}
				o.fake.Relent()
				time.Sleep(15 * time.Minute)
				o.off = -back
				o.restart()
				o.introduce()
				o.complete(a, o.mustSend(a, ""), len(Messages(a)))
			})
		})
	}
}

// What is kept of an older edit is not made over a newer one, though the machine's clock says that Discord does not limit edits yet.
func TestLateEditsWhereTheClockIsOff(t *testing.T) {
	for _, off := range []time.Duration{-5 * time.Hour, 5 * time.Hour} {
		t.Run(off.String(), func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				o.off = off
				o.restart()
				o.introduce()
				a := o.post("p1")
				id := o.mustSend(a, "")
				for n := range 10 { // counters of a message that is new
					e := o.editOf(a, fmt.Sprint(n, " have answered"))
					e.Counter = true
					o.mustSend(e, id)
				}
				if texts := o.stands(general); !strings.HasPrefix(texts[0], "9 have answered") {
					o.Errorf("the post shows %q", texts)
				}
				time.Sleep(2 * time.Hour)
				for n := range 8 {
					o.mustSend(o.editOf(a, fmt.Sprintf("Older %d.", n)), id)
				}
				time.Sleep(2 * time.Hour)
				o.mustSend(o.editOf(a, "Closed."), id)
				o.makeLateEdits(4 * time.Hour)
				if texts := o.stands(general); !strings.HasPrefix(texts[0], "Closed.") {
					o.Errorf("the post shows %q", texts)
				}
			})
		})
	}
}
