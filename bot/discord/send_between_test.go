package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// What passes (a limit, an outage, a token that is replaced) is waited for between the steps of a long message as before the first: nothing
// of it is left out for that, and no page strays into the channel.
func TestWhatPassesBetweenPages(t *testing.T) {
	const opening = "POST channels/{channel}/messages/{message}/threads"
	for step, route := range map[string]struct {
		route  string
		before int
	}{"thread": {opening, 0}, "page 2": {posting, 1}, "page 3": {posting, 2}} {
		for _, fault := range []discordfake.Fault{"20016", "20028", "40003", "0", "99999", discordfake.HTML, discordfake.Global, discordfake.Shared, discordfake.Busy} {
			t.Run(fmt.Sprint(step, " ", fault), func(t *testing.T) {
				atOffice(t, discordfake.Config{}, func(o *office) {
					a := o.post("p1")
					a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(4)))
					o.fake.Next(route.before, route.route, discordfake.Pass)
					o.fake.Next(1, route.route, fault)
					id, err := o.deliver(a, "")
					if err != nil {
						o.Fatal(err)
					}
					o.complete(a, id, len(Messages(a)))
					if n := len(o.stands(general)); n != 1 {
						o.Errorf("%d messages in the channel", n)
					}
				})
			})
		}
		t.Run(step+" outage", func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				a := o.post("p1")
				a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(4)))
				o.d.guilds.down = map[string]bool{officeGuild: true}
				o.fake.Next(route.before, route.route, discordfake.Pass)
				o.fake.Next(3, route.route, "50001")
				id, err := o.deliver(a, "")
				if err != nil {
					o.Fatal(err)
				}
				o.complete(a, id, len(Messages(a)))
			})
		})
	}
}

// A post of which a page stands has not failed, however long the others are not taken: its buttons are there to be clicked.
func TestFirstPageIsAPost(t *testing.T) {
	for name, test := range map[string]struct {
		before int
		fault  discordfake.Fault
		down   time.Duration
	}{
		"refused for no known reason": {1, "99999", 0},
		"slow mode":                   {1, "20016", 0},
		"limits":                      {1, discordfake.HTML, 0},
		"failures":                    {1, discordfake.Fail, 0},
		"thread not opened":           {0, discordfake.Fail, 0},
		"killed, and down":            {1, discordfake.DropAfter, 5 * time.Hour},
		"killed first, and down":      {0, discordfake.DropAfter, 5 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				a := o.post("p1")
				a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(4)))
				route := posting
				if name == "thread not opened" {
					route = "POST channels/{channel}/messages/{message}/threads"
				}
				o.fake.Next(test.before, route, discordfake.Pass)
				o.fake.Next(1_000_000, route, test.fault)
				if test.down > 0 {
					a.Tried = o.now()
					_, _ = o.send(a, "")
					time.Sleep(test.down)
					o.restart()
				} else {
					for time.Now().Before(a.Until) {
						tried := time.Now()
						_, err := o.send(a, "")
						if _, ok := waits(err); ok || err == nil {
							o.Fatalf("error %v, want one that leaves it in doubt", err)
						}
						a.Tried = tried
						if id, found, err := o.find(a); found != !time.Now().Before(a.Until) || err != nil {
							o.Fatalf("found %q %v, error %v", id, found, err)
						}
						time.Sleep(time.Minute)
					}
				}
				o.fake.Relent()
				id, found, err := o.find(a)
				if !found || err != nil {
					o.Fatalf("found %q %v, error %v", id, found, err)
				}
				e := o.editOf(a, "")
				e.Message = a.Message
				o.mustSend(e, id)
				o.complete(a, id, len(Messages(a)))
			})
		})
	}
}

// Whenever the process dies between two steps of a long message, its pages stand once and in order when it is sent again, and so
// they do when it is edited then.
func TestKilledBetweenSteps(t *testing.T) {
	for _, kind := range []string{"text", "forum", "thread"} {
		for request := range 12 {
			for _, fault := range []discordfake.Fault{discordfake.Drop, discordfake.DropAfter} {
				for _, later := range []time.Duration{time.Second, 119 * time.Second, 121 * time.Second, time.Hour} {
					t.Run(fmt.Sprint(kind, request, fault, later), func(t *testing.T) {
						atOffice(t, discordfake.Config{}, func(o *office) { o.killedAt(kind, request, fault, later) })
					})
				}
			}
		}
	}
}

func (o *office) killedAt(kind string, request int, fault discordfake.Fault, later time.Duration) {
	o.guild.AddChannel(discordfake.Channel{ID: forum, Name: "questions", Type: discordfake.ForumChannel})
	a, parent := o.post("p1"), chat.MessageID("")
	switch kind {
	case "forum":
		a.Channel = forum
	case "thread":
		parent = o.mustSend(o.post("p0"), "")
		a = o.under("f1", "p0", "Follow-up")
	}
	a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(3)))
	a.Tried = o.now()
	killed, kill := context.WithTimeout(o.Context(), 100*time.Millisecond)
	defer kill()
	o.fake.Next(request, "", discordfake.Pass)
	o.fake.Next(1000, "", fault)
	_, err := o.d.Send(killed, a, parent)
	o.fake.Relent()
	time.Sleep(later)
	o.restart()
	if err == nil && request < 3 {
		o.Fatal("nothing was in the way")
	}
	found := a
	found.Parent = parent
	id, ok, err := o.find(found)
	if until, waiting := waits(err); waiting {
		time.Sleep(time.Until(until))
		id, ok, err = o.find(found)
	}
	if err != nil {
		o.Fatal(err)
	}
	if !ok {
		if id, err = o.deliver(a, parent); err != nil {
			o.Fatal(err)
		}
	}
	where, _ := split(id)
	if kind != "thread" {
		o.complete(a, id, len(Messages(a)))
	} else if n := len(o.stands(where)); n != len(Messages(a)) {
		o.Errorf("%d messages in the thread: %q", n, o.stands(where))
	}
	o.mustSend(o.editOf(a, "Closed."), id)
	o.makeLateEdits(2 * time.Hour)
	all := strings.Join(o.stands(general), "|")
	for _, thread := range append(o.fake.Threads(general), o.fake.Threads(forum)...) {
		all += "|" + strings.Join(o.stands(thread.ID), "|")
	}
	if strings.Count(all, "Closed.") != 1 || strings.Contains(all, "Sentence") {
		o.Errorf("after an edit stands %q", all)
	}
}

// What is taken away between the steps leaves what stands, and the message is over: it is not tried for ever.
func TestWhatIsLostBetweenPages(t *testing.T) {
	for name, lose := range map[string]func(o *office, message string){
		"message":  func(o *office, m string) { _ = o.fake.DeleteMessage(discordfake.Place{Channel: general, Message: m}) },
		"channel":  func(o *office, _ string) { o.guild.RemoveChannel(general) },
		"guild":    func(o *office, _ string) { o.guild.Kick() },
		"view":     func(o *office, _ string) { deny(o, discordfake.ViewChannel) },
		"send":     func(o *office, _ string) { deny(o, discordfake.SendMessages) },
		"threads":  func(o *office, _ string) { deny(o, discordfake.CreatePublicThreads) },
		"inside":   func(o *office, _ string) { deny(o, discordfake.SendMessagesInThreads) },
		"history":  func(o *office, _ string) { deny(o, discordfake.ReadMessageHistory) },
		"kickback": func(o *office, _ string) { o.guild.Kick(); o.guild.Install() },
		"lock": func(o *office, m string) {
			if len(o.fake.Threads(general)) > 0 {
				o.fake.Lock(m)
			}
		},
		"archive": func(o *office, m string) {
			if len(o.fake.Threads(general)) > 0 {
				o.fake.Archive(m)
			}
		},
		"thread": func(o *office, m string) {
			if len(o.fake.Threads(general)) > 0 {
				o.guild.RemoveChannel(m)
			}
		},
	} {
		for request := range 5 {
			t.Run(fmt.Sprint(name, request), func(t *testing.T) {
				atOffice(t, discordfake.Config{}, func(o *office) {
					a := o.post("p1")
					a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(4)))
					a.Tried = o.now()
					killed, kill := context.WithTimeout(o.Context(), 100*time.Millisecond)
					defer kill()
					o.fake.Next(request, "", discordfake.Pass)
					o.fake.Next(1000, "", discordfake.DropAfter)
					_, _ = o.d.Send(killed, a, "")
					o.fake.Relent()
					if all := o.fake.Messages(general); len(all) > 0 {
						lose(o, all[0].ID)
					}
					time.Sleep(3 * time.Minute)
					o.restart()
					begun := time.Now()
					id, found, err := o.find(a)
					if err == nil && !found {
						id, err = o.deliver(a, "")
					}
					if took := time.Since(begun); took > 10*time.Minute {
						o.Errorf("it was tried for %v", took)
					}
					if err != nil && !errors.As(err, new(*chat.Refused)) && !errors.Is(err, chat.ErrCannotTell) {
						o.Errorf("error %v", err)
					}
					if name == "channel" {
						return
					}
					o.Logf("%q %v; channel %d, threads %d", id, err, len(o.stands(general)), len(o.fake.Threads(general)))
					if n := strings.Count(strings.Join(o.stands(general), "|"), "Page 1 of"); n > 1 {
						o.Errorf("stands %d times", n)
					}
				})
			})
		}
	}
}

// What became of the thread does not keep the post itself from being brought up to date: its first page is what people see.
func TestEditOfALongPostWithoutItsThread(t *testing.T) {
	for name, lose := range map[string]func(o *office, thread string){
		"locked":   func(o *office, thread string) { o.fake.Lock(thread) },
		"archived": func(o *office, thread string) { o.fake.Archive(thread) },
		"deleted":  func(o *office, thread string) { o.guild.RemoveChannel(thread) },
		"pages deleted": func(o *office, thread string) {
			for _, m := range o.fake.Messages(thread) {
				_ = o.fake.DeleteMessage(discordfake.Place{Channel: thread, Message: m.ID})
			}
		},
		"no right to write": func(o *office, _ string) { deny(o, discordfake.SendMessagesInThreads) },
	} {
		for _, pages := range []int{1, 3, 6} {
			for _, restarted := range []bool{false, true} {
				t.Run(fmt.Sprint(name, " ", pages, restarted), func(t *testing.T) {
					atOffice(t, discordfake.Config{}, func(o *office) {
						a := o.post("p1")
						a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(4)))
						id := o.mustSend(a, "")
						_, thread := split(id)
						lose(o, thread)
						if restarted {
							o.restart()
						}
						o.mustSend(o.editOf(a, "Closed. "+long(pages)), id)
						if shown := o.stands(general); len(shown) == 0 || !strings.HasPrefix(shown[0], "Closed.") {
							o.Errorf("the channel shows %.200q", shown)
						}
						if _, ok := o.fake.Thread(thread); ok && name == "archived" && len(o.stands(thread)) != pages-1 {
							o.Errorf("%d pages in the thread, want %d", len(o.stands(thread)), pages-1)
						}
					})
				})
			}
		}
	}
}
