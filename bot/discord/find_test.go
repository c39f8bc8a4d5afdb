package discord

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

const posting = "POST channels/{channel}/messages"

// An answer that was lost is had again by the nonce, within one Send.
func TestLostAnswerIsRepeatedWithItsNonce(t *testing.T) {
	for _, fault := range []discordfake.Fault{discordfake.DropAfter, discordfake.FailAfter, discordfake.Drop, discordfake.Fail} {
		t.Run(string(fault), func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				o.fake.Next(2, posting, fault)
				id := o.mustSend(o.post("p1"), "")
				got := o.fake.Messages(general)
				if len(got) != 1 || messageID(general, got[0].ID) != id {
					o.Errorf("id %q, messages %+v", id, got)
				}
			})
		})
	}
}

// A refusal, or a limit, that comes after a lost answer says nothing about the request whose answer was lost.
func TestWhatComesAfterALostAnswer(t *testing.T) {
	for _, then := range []discordfake.Fault{"50013", "10003", discordfake.HTML} {
		t.Run(string(then), func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				o.fake.Next(1, posting, discordfake.DropAfter)
				o.fake.Next(100, posting, then)
				if id, err := o.send(o.post("p1"), ""); !doubtful(err) {
					o.Errorf("id %q, error %v; want that nobody knows", id, err)
				}
			})
		})
	}
	t.Run("edit", func(t *testing.T) {
		atOffice(t, discordfake.Config{}, func(o *office) {
			id := o.mustSend(o.post("p1"), "")
			o.fake.Next(100, "PATCH", discordfake.Fail)
			if id, err := o.send(o.editOf(o.post("p1"), "Closed"), id); !doubtful(err) {
				o.Errorf("id %q, error %v; want that nobody knows", id, err)
			}
		})
	})
	t.Run("deleted since", func(t *testing.T) {
		atOffice(t, discordfake.Config{}, func(o *office) {
			o.fake.Next(1, posting, discordfake.DropAfter)
			o.fake.Next(1, posting, discordfake.Fail)
			time.AfterFunc(1500*time.Millisecond, func() {
				if err := o.fake.DeleteMessage(discordfake.Place{Channel: general, Message: o.fake.Messages(general)[0].ID}); err != nil {
					o.Error(err)
				}
			})
			o.refused(o.post("p1"), "", chat.ReasonParentGone)
		})
	})
}

// Discord may be at a request whose sender has gone, as when the process was killed: where no nonce helps, it is waited for.
func TestForumPostThatStillComes(t *testing.T) {
	atOffice(t, discordfake.Config{Faults: discordfake.Faults{SlowFor: 6 * time.Second}}, func(o *office) {
		o.guild.AddChannel(discordfake.Channel{ID: forum, Name: "questions", Type: discordfake.ForumChannel})
		a := o.post("p1")
		a.Channel, a.Tried = forum, time.Now()
		o.fake.Next(1, "POST channels/{channel}/threads", discordfake.Slow)
		killed, kill := context.WithTimeout(o.Context(), time.Second)
		defer kill()
		if _, err := o.d.Send(killed, a, ""); !doubtful(err) {
			o.Fatalf("error %v", err)
		}
		o.restart()
		_, _, err := o.find(a)
		until, ok := waits(err)
		if !ok {
			o.Fatalf("error %v, want to wait", err)
		}
		time.Sleep(time.Until(until))
		if id, found, err := o.find(a); !found || err != nil {
			o.Errorf("found %q %v, error %v", id, found, err)
		}
	})
}

// What is still not known after a Send is found by its buttons, or by its text, as long afterwards as anybody asks.
func TestFindWhatStands(t *testing.T) {
	for name, test := range map[string]struct {
		action func(*office) (chat.Action, chat.MessageID)
		again  time.Duration
	}{
		"post":        {func(o *office) (chat.Action, chat.MessageID) { return o.post("p1"), "" }, 3 * time.Hour},
		"post, fresh": {func(o *office) (chat.Action, chat.MessageID) { return o.post("p1"), "" }, time.Second},
		"direct":      {func(o *office) (chat.Action, chat.MessageID) { return o.direct("d1", "Hello"), "" }, 3 * time.Hour},
		"follow-up": {func(o *office) (chat.Action, chat.MessageID) {
			return o.under("f1", "p0", "two  words"), o.mustSend(o.post("p0"), "")
		}, 3 * time.Hour},
		"post in a forum": {func(o *office) (chat.Action, chat.MessageID) { a := o.post("p1"); a.Channel = forum; return a, "" }, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			for _, stands := range []bool{true, false} {
				atOffice(t, discordfake.Config{}, func(o *office) {
					o.guild.AddChannel(discordfake.Channel{ID: forum, Name: "questions", Type: discordfake.ForumChannel})
					a, target := test.action(o)
					fault := discordfake.Fail
					if stands {
						fault = discordfake.FailAfter
					}
					o.fake.Next(100, posting, fault)
					o.fake.Next(100, "POST channels/{channel}/threads", fault)
					a.Tried, a.Parent = time.Now(), target
					if a.Channel == forum {
						o.d.out.forums.set(forum, true)
					}
					if id, err := o.send(a, target); !doubtful(err) {
						o.Fatalf("id %q, error %v; want that nobody knows", id, err)
					}
					o.fake.Relent()
					time.Sleep(test.again)
					o.restart()
					id, found, err := o.find(a)
					if err != nil || found != stands {
						o.Fatalf("found %v, error %v; it stands: %v", found, err, stands)
					}
					if !found {
						id = o.mustSend(a, target)
					}
					channel, message := split(id)
					n := 0
					for _, m := range o.fake.Messages(channel) {
						if m.ID == message {
							n++
						}
					}
					if n != 1 {
						o.Errorf("%q names %d messages", id, n)
					}
					if again, found, err := o.find(a); err != nil || !found || again != id {
						o.Errorf("found %q %v, error %v; want %q", again, found, err, id)
					}
				})
			}
		})
	}
}

// A forum's post has no nonce, so Send does not repeat it.
func TestForumPostIsNotRepeated(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		o.guild.AddChannel(discordfake.Channel{ID: forum, Name: "questions", Type: discordfake.ForumChannel})
		a := o.post("p1")
		a.Channel = forum
		o.fake.Next(1, "POST channels/{channel}/threads", discordfake.DropAfter)
		id, err := o.deliver(a, "")
		if err != nil {
			o.Fatal(err)
		}
		if threads := o.fake.Threads(forum); len(threads) != 1 || messageID(threads[0].ID, threads[0].ID) != id {
			o.Errorf("id %q, posts %+v", id, threads)
		}
	})
}

// Much may have been written since.
func TestFindInABusyChannel(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		say := func(n int) {
			for i := range n {
				if _, err := o.fake.Say(writer, discordfake.Place{Channel: general}, fmt.Sprint("talk ", i)); err != nil {
					o.Fatal(err)
				}
				time.Sleep(time.Second)
			}
		}
		say(350)
		a := o.post("p1")
		a.Tried = time.Now()
		id := o.mustSend(a, "")
		say(400)
		o.restart()
		if got, found, err := o.find(a); got != id || !found || err != nil {
			o.Errorf("found %q %v, error %v; want %q", got, found, err, id)
		}
		b := o.post("p2")
		b.Tried = a.Tried
		if got, found, err := o.find(b); found || err != nil {
			o.Errorf("another post: found %q, error %v", got, err)
		}
	})
}

// Another message with the same words by somebody else, or an older one of ours, is not it.
func TestFindTakesNoOther(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		if _, err := o.fake.Say(writer, discordfake.Place{Channel: general}, "Nobody has answered."); err != nil {
			o.Fatal(err)
		}
		a := o.post("r1")
		a.Message = chat.Message{Blocks: []chat.Block{chat.Text("Nobody has answered.")}}
		o.mustSend(a, "")
		time.Sleep(time.Hour)
		a.Key, a.Tried = "r2", time.Now().Add(-5*time.Minute)
		if got, found, err := o.find(a); found || err != nil {
			o.Errorf("found %q, error %v", got, err)
		}
	})
}

// Without the right to read, a message is sent again while Discord knows its nonce; after that nobody can tell.
func TestFindWithoutReadMessageHistory(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		deny(o, discordfake.ReadMessageHistory)
		a := o.post("p1")
		a.Tried = time.Now()
		o.fake.Next(100, posting, discordfake.FailAfter)
		if _, err := o.send(a, ""); !doubtful(err) {
			o.Fatalf("error %v", err)
		}
		o.fake.Relent()
		if _, found, err := o.find(a); found || err != nil {
			o.Errorf("fresh: found %v, error %v; want it sent again", found, err)
		}
		time.Sleep(nonceFor)
		a.Tried = time.Now() // of another try, that failed: the shell notes the last
		if _, _, err := o.find(a); !errors.Is(err, chat.ErrCannotTell) {
			o.Errorf("two minutes after the first try: error %v, want that nobody can tell", err)
		}
		o.restart()
		if id, found, err := o.find(a); found || err != nil {
			o.Errorf("fresh by what the shell knows: found %q %v, error %v", id, found, err)
		}
		time.Sleep(nonceFor)
		if _, _, err := o.find(a); !errors.Is(err, chat.ErrCannotTell) {
			o.Errorf("old: error %v, want that nobody can tell", err)
		}
	})
}

// A channel in which nothing was ever written is empty, and not one that may not be read.
func TestFindInAnEmptyChannel(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		a := o.post("p1")
		a.Tried = time.Now().Add(-time.Hour)
		if _, found, err := o.find(a); found || err != nil {
			o.Errorf("found %v, error %v", found, err)
		}
	})
}

// Whatever breaks a long message off, the next try goes on where it stood.
func TestLongMessageGoesOn(t *testing.T) {
	for page := range 4 {
		for _, after := range []time.Duration{time.Second, 10 * time.Minute} {
			for _, fault := range []discordfake.Fault{discordfake.Fail, discordfake.FailAfter} {
				t.Run(fmt.Sprint(page, after, fault), func(t *testing.T) {
					atOffice(t, discordfake.Config{}, func(o *office) {
						a := o.post("p1")
						a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(4)))
						pages := len(Messages(a))
						a.Tried = time.Now()
						o.fake.Next(page, posting, discordfake.Pass)
						o.fake.Next(100, posting, fault)
						if id, err := o.send(a, ""); !doubtful(err) {
							o.Fatalf("id %q, error %v", id, err)
						}
						o.fake.Relent()
						time.Sleep(after)
						o.restart()
						id, found, err := o.find(a)
						if err != nil {
							o.Fatal(err)
						}
						if !found {
							id = o.mustSend(a, "")
						}
						o.complete(a, id, pages)
					})
				})
			}
		}
	}
}

// complete wants all pages of a message once, in order.
func (o *office) complete(a chat.Action, id chat.MessageID, pages int) {
	o.Helper()
	channel, message := split(id)
	var texts []string
	for _, m := range o.fake.Messages(channel) {
		if m.ID == message || channel == message && m.Author == o.fake.AppID() {
			texts = append(texts, m.Plain)
		}
	}
	if _, ok := o.fake.Thread(message); ok && channel != message {
		texts = append(texts, o.stands(message)...)
	}
	if len(texts) != pages {
		o.Errorf("%s has %d pages, want %d", a.Key, len(texts), pages)
		return
	}
	for i, text := range texts {
		if want := fmt.Sprintf("Page %d of %d.", i+1, pages); pages > 1 && !strings.Contains(text, want) {
			o.Errorf("page %d of %s does not say %q", i+1, a.Key, want)
		}
	}
}

// Whatever goes wrong, and however often the process dies, in the end each action stands exactly once.
func TestEachActionStandsExactlyOnce(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	for seed := range rounds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { exactlyOnce(t, uint64(seed)) })
	}
}

func exactlyOnce(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 7))
	faults := discordfake.Faults{
		Busy: .03, Shared: .02, Global: .01, HTML: .005, Fail: .05, FailAfter: .08, Drop: .05, DropAfter: .08,
		Slow: .05, SlowFor: time.Duration(1+random.IntN(8)) * time.Second,
	}
	atOffice(t, discordfake.Config{Seed: seed, RateLimits: true, Faults: faults}, func(o *office) {
		const channels = 5
		var all sync.WaitGroup
		for c := range channels {
			channel := fmt.Sprint(290926798626359000 + c)
			kind := discordfake.TextChannel
			if c == channels-1 {
				kind = discordfake.ForumChannel
			}
			o.guild.AddChannel(discordfake.Channel{ID: channel, Name: fmt.Sprint("c", c), Type: kind})
			person := fmt.Sprint(80351110224679000 + c)
			o.guild.AddMember(discordfake.Person{ID: person})
			random := rand.New(rand.NewPCG(seed, uint64(c)))
			process := *o
			process.d, process.kills = nil, random
			process.restart()
			all.Go(func() {
				process.conversation(random, channel, person)
				process.d.rest.Close()
			})
		}
		all.Wait()
	})
}

// conversation delivers a post with what follows in one channel, and to one member, and wants each once.
func (o *office) conversation(random *rand.Rand, channel, person string) {
	in := func(a chat.Action) chat.Action { a.Channel = chat.Channel(channel); return a }
	must := func(a chat.Action, target chat.MessageID) chat.MessageID {
		id, err := o.deliver(a, target)
		if err != nil {
			o.Errorf("%s: %v", a.Key, err)
		}
		return id
	}
	for n := range 3 {
		key := fmt.Sprintf("%s-%d", channel, n)
		a := in(o.post(key))
		if random.IntN(2) == 0 {
			a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(3)))
		}
		id := must(a, "")
		must(in(o.editOf(o.post(key), "Edited "+key)), id)
		f := in(o.under("f"+key, a.Key, "Follow-up "+key))
		must(f, id)
		d := o.direct("d"+key, "Direct "+key)
		d.Member = chat.Member(person)
		must(d, "")
		_, message := split(id)
		if got := strings.Count(strings.Join(o.stands(message), "|"), "Follow-up "+key); got != 1 {
			o.Errorf("the follow-up of %s stands %d times", key, got)
		}
	}
	o.makeLateEdits(3 * time.Hour)
	texts := ""
	for _, t := range o.fake.Threads(channel) {
		if first := o.stands(t.ID); len(first) > 0 {
			texts += first[0] + "|"
		}
	}
	texts += strings.Join(o.stands(channel), "|")
	directs := ""
	for _, m := range o.fake.Directs(person) {
		directs += m.Plain + "|"
	}
	for n := range 3 {
		key := fmt.Sprintf("%s-%d", channel, n)
		if got := strings.Count(texts, "Edited "+key); got != 1 {
			o.Errorf("post %s stands %d times: %q", key, got, texts)
		}
		if got := strings.Count(directs, "Direct "+key); got != 1 {
			o.Errorf("direct message %s stands %d times", key, got)
		}
	}
}

// A request may still come through after somebody looked for its message in vain. What is refused for a while then does not make sure that
// it was not sent: it is looked for again.
func TestMessageThatStillComes(t *testing.T) {
	for kind, action := range map[string]func(*office) chat.Action{
		"post":   func(o *office) chat.Action { return o.post("p1") },
		"direct": func(o *office) chat.Action { return o.direct("d1", "Your week") },
		"long": func(o *office) chat.Action {
			a := o.post("p1")
			a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(2)))
			return a
		},
	} {
		t.Run(kind, func(t *testing.T) {
			atOffice(t, discordfake.Config{Faults: discordfake.Faults{SlowFor: 45 * time.Second}}, func(o *office) {
				o.fake.Next(1, posting, discordfake.Slow)
				o.fake.Next(15, posting, "99999")
				a := action(o)
				id, err := o.deliver(a, "")
				if err != nil {
					o.Fatal(err)
				}
				channel, _ := split(id)
				if texts := o.stands(channel); len(texts) != 1 {
					o.Errorf("%d messages stand: %q", len(texts), texts)
				}
			})
		})
	}
}
