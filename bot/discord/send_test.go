package discord

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
	"greenroom/store"
)

func TestSendPostsAndEditsAndThreads(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		a := o.post("p1")
		id := o.mustSend(a, "")
		if channel, _ := split(id); channel != general {
			o.Errorf("id %q, want one in %s", id, general)
		}
		got := o.fake.Messages(general)
		if len(got) != 1 || !strings.Contains(got[0].Plain, "What does an index cost") || strings.Join(got[0].Labels(), ",") != "Answer,More" {
			o.Fatalf("the channel shows %+v", got)
		}
		if len(o.fake.Threads(general)) != 0 {
			o.Error("a thread was opened before something is to stand in it")
		}
		if at := o.mustSend(o.editOf(a, "Closed now."), id); at != id {
			o.Errorf("an edit gives %q, want %q", at, id)
		}
		if texts := o.stands(general); len(texts) != 1 || !strings.Contains(texts[0], "Closed now.") {
			o.Errorf("after the edit the channel shows %q", texts)
		}
		for i := range 2 {
			at := o.mustSend(o.under(fmt.Sprint("f", i), "p1", fmt.Sprint("Follow-up ", i)), id)
			if channel, _ := split(at); messageID(general, channel) != id {
				o.Errorf("a follow-up stands at %q, want the thread of %q", at, id)
			}
		}
		threads := o.fake.Threads(general)
		if len(threads) != 1 || threads[0].Name != "Closed now." || threads[0].Archive != 1440 {
			o.Fatalf("threads %+v", threads)
		}
		if texts := o.stands(threads[0].ID); strings.Join(texts, "|") != "Follow-up 0|Follow-up 1" {
			o.Errorf("the thread shows %q", texts)
		}
	})
}

func TestThreadIsNamedAfterTheQuestion(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		id := o.mustSend(o.post("p1"), "")
		o.restart()
		o.mustSend(o.under("f1", "p1", "What else?"), id)
		if name := o.fake.Threads(general)[0].Name; name != "What does an index cost when p1 is written?" {
			o.Errorf("the thread is called %q", name)
		}
	})
}

// Somebody has opened a thread under the post already.
func TestThreadThatIsThere(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		id := o.mustSend(o.post("p1"), "")
		_, message := split(id)
		o.fake.StartThread(writer, general, message, "mine")
		at := o.mustSend(o.under("f1", "p1", "What else?"), id)
		if channel, _ := split(at); channel != message {
			o.Errorf("the follow-up stands at %q", at)
		}
		if threads := o.fake.Threads(general); len(threads) != 1 || threads[0].Name != "mine" {
			o.Errorf("threads %+v", threads)
		}
	})
}

func TestDirectMessages(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		a := o.direct("d1", "Your week")
		id := o.mustSend(a, "")
		o.mustSend(o.direct("d2", "Another"), "")
		o.restart()
		o.mustSend(o.editOf(a, "Your better week"), id)
		o.mustSend(o.direct("d3", "Third"), "")
		var texts []string
		for _, m := range o.fake.Directs(writer) {
			texts = append(texts, m.Plain)
		}
		if strings.Join(texts, "|") != "Your better week|Another|Third" {
			o.Errorf("direct messages %q", texts)
		}
		if n := o.fake.Counts().Routes["POST users/@me/channels"]; n != 1 {
			o.Errorf("direct messages were opened %d times, want once", n)
		}
		if err := o.d.forgetDirect(o.Context(), writer); err != nil {
			o.Fatal(err)
		}
		o.mustSend(o.direct("d4", "Fourth"), "")
		if n := o.fake.Counts().Routes["POST users/@me/channels"]; n != 2 {
			o.Errorf("direct messages were opened %d times, want again after they were forgotten", n)
		}
	})
}

func TestLongMessageGoesOnInItsThread(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		a := o.post("p1")
		a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(3)))
		a.Message.After = []chat.Block{chat.Text("4 have answered")}
		pages := len(Messages(a))
		id := o.mustSend(a, "")
		if n := len(o.stands(general)); n != 1 {
			o.Fatalf("%d messages in the channel, want 1", n)
		}
		thread := o.fake.Threads(general)[0]
		texts := o.stands(thread.ID)
		if len(texts) != pages-1 || !strings.Contains(texts[len(texts)-1], "answer.md") {
			o.Errorf("%d pages in the thread, want %d: %q", len(texts), pages-1, texts)
		}
		if thread.Name != "What does an index cost when p1 is written?" {
			o.Errorf("the thread is called %q", thread.Name)
		}
		before := o.fake.Counts().Requests
		e := o.editOf(a, "")
		e.Message = a.Message
		e.Message.After, e.Counter = []chat.Block{chat.Text("5 have answered")}, true
		o.mustSend(e, id)
		if n := o.fake.Counts().Requests - before; n != 1 {
			o.Errorf("an edit of small print made %d requests, want 1: the other pages are as they were", n)
		}
		o.mustSend(o.editOf(a, "Short"), id)
		if n := len(o.stands(thread.ID)); n != 0 {
			o.Errorf("%d pages are left in the thread of a short message", n)
		}
		o.restart()
		e = o.editOf(a, "")
		e.Message = a.Message
		o.mustSend(e, id)
		if n := len(o.stands(thread.ID)); n != pages-1 {
			o.Errorf("%d pages in the thread after it is long again, want %d", n, pages-1)
		}
	})
}

func TestLongFollowUpStaysInItsThread(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		id := o.mustSend(o.post("p1"), "")
		at := o.mustSend(o.under("f1", "p1", long(2)), id)
		channel, _ := split(at)
		if n := len(o.stands(channel)); n != 2 || len(o.fake.Threads(general)) != 1 {
			o.Errorf("%d pages, threads %+v", n, o.fake.Threads(general))
		}
	})
}

func TestForum(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		o.guild.AddChannel(discordfake.Channel{ID: forum, Name: "questions", Type: discordfake.ForumChannel, Tags: []string{"Other", "Databases"}, NeedsTag: true})
		a := o.post("p1")
		a.Channel = forum
		id := o.mustSend(a, "")
		threads := o.fake.Threads(forum)
		if len(threads) != 1 {
			o.Fatalf("posts %+v", threads)
		}
		if id != messageID(threads[0].ID, threads[0].ID) {
			o.Errorf("id %q of post %s", id, threads[0].ID)
		}
		if got := threads[0]; got.Name != "What does an index cost when p1 is written?" || strings.Join(got.Tags, ",") != "Databases" {
			o.Errorf("post %q, tags %q", got.Name, got.Tags)
		}
		f := o.under("f1", "p1", "What else?")
		f.Channel = forum
		o.mustSend(f, id)
		o.mustSend(o.editOf(a, "Closed"), id)
		if texts := o.stands(threads[0].ID); len(texts) != 2 || !strings.Contains(texts[0], "Closed") || texts[1] != "What else?" {
			o.Errorf("the post shows %q", texts)
		}

		b := o.post("p2")
		b.Channel, b.Message.Topic = forum, "queues"
		b.Message.Blocks = append(b.Message.Blocks, chat.Text(long(2)))
		o.mustSend(b, "")
		got := o.fake.Threads(forum)[1]
		if strings.Join(got.Tags, ",") != "Other" {
			o.Errorf("a topic without a tag, where one is required, got %q", got.Tags)
		}
		if texts := o.stands(got.ID); len(texts) != 2 {
			o.Errorf("a long post shows %d pages, want 2", len(texts))
		}
		if tags := o.guild.Tags(forum); len(tags) != 2 {
			o.Errorf("tags %+v", tags)
		}
	})
}

func TestForumGetsATagWhereThatIsAllowed(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		o.guild.Permit(discordfake.Least | discordfake.ManageChannels)
		o.guild.AddChannel(discordfake.Channel{ID: forum, Name: "questions", Type: discordfake.ForumChannel, Tags: []string{"Other"}})
		for _, key := range []string{"p1", "p2"} {
			a := o.post(key)
			a.Channel = forum
			o.mustSend(a, "")
		}
		for _, post := range o.fake.Threads(forum) {
			if strings.Join(post.Tags, ",") != "databases" {
				o.Errorf("post %q has tags %q", post.Name, post.Tags)
			}
		}
		if tags := o.guild.Tags(forum); len(tags) != 2 || tags[0].Name != "Other" {
			o.Errorf("tags %+v", tags)
		}
	})
}

func TestDelete(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		a := o.post("p1")
		a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(3)))
		id := o.mustSend(a, "")
		_, message := split(id)
		if _, err := o.fake.Say(writer, discordfake.Place{Channel: message}, "I think so"); err != nil {
			o.Fatal(err)
		}
		d := chat.Action{Key: "d", Do: chat.Delete, Workspace: a.Workspace, Channel: general, Copy: id, Target: "p1"}
		for range 2 {
			if got := o.mustSend(d, ""); got != id {
				o.Errorf("deleted %q, want %q", got, id)
			}
		}
		if texts := append(o.stands(general), o.stands(message)...); len(texts) > 0 {
			o.Errorf("the copy left %q", texts)
		}
		if all := o.fake.Messages(message); all[len(all)-1].Plain != "I think so" {
			o.Errorf("what somebody else wrote is gone: %+v", all)
		}
	})
}

// Every refusal of Discord has its reason.
func TestRefusals(t *testing.T) {
	const route = "POST channels/{channel}/messages"
	for code, want := range map[int]chat.Reason{
		10003: chat.ReasonGone, 10013: chat.ReasonGone, 50001: chat.ReasonGone, 50013: chat.ReasonForbidden, 50008: chat.ReasonForbidden,
		50009: chat.ReasonForbidden, 50024: chat.ReasonForbidden, 40067: chat.ReasonForbidden, 200000: chat.ReasonForbidden, 240000: chat.ReasonForbidden,
		50083: chat.ReasonArchived, 160005: chat.ReasonArchived, 160006: chat.ReasonArchived, 50007: chat.ReasonDMClosed, 50278: chat.ReasonDMClosed,
		10008: chat.ReasonParentGone, 50021: chat.ReasonParentGone, 50006: chat.ReasonTooLong, 50035: chat.ReasonTooLong, 40005: chat.ReasonTooLong,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				o.fake.Next(1, route, discordfake.Fault(fmt.Sprint(code)))
				o.refused(o.post("p1"), "", want)
			})
		})
	}
	for _, code := range []int{20016, 20028, 30046, 40003, 40004, 99999} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				o.fake.Next(1, route, discordfake.Fault(fmt.Sprint(code)))
				if _, err := o.send(o.post("p1"), ""); func() bool { _, ok := waits(err); return !ok }() {
					o.Errorf("error %v, want to wait", err)
				}
			})
		})
	}
}

func TestWhatIsLost(t *testing.T) {
	for name, test := range map[string]struct {
		lose func(*office)
		want chat.Reason
	}{
		"the channel":         {func(o *office) { o.guild.RemoveChannel(general) }, chat.ReasonGone},
		"the guild":           {func(o *office) { o.guild.Kick() }, chat.ReasonRevoked},
		"the right to see it": {func(o *office) { o.guild.Permit(discordfake.SendMessages); deny(o, discordfake.ViewChannel) }, chat.ReasonGone},
		"the right to write":  {func(o *office) { deny(o, discordfake.SendMessages) }, chat.ReasonForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			atOffice(t, discordfake.Config{}, func(o *office) {
				test.lose(o)
				o.refused(o.post("p1"), "", test.want)
			})
		})
	}
}

func deny(o *office, p discordfake.Permission) {
	o.guild.SetOverwrites(general, discordfake.Overwrite{Member: o.fake.AppID(), Deny: p})
}

// An outage is not a removal.
func TestOutageIsAWait(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		o.d.guilds.down = map[string]bool{officeGuild: true}
		for _, code := range []discordfake.Fault{"10003", "50001", "10004"} {
			o.fake.Next(1, "POST channels/{channel}/messages", code)
			_, err := o.send(o.post("p1"), "")
			if _, ok := waits(err); !ok {
				o.Errorf("%s in an outage: error %v, want to wait", code, err)
			}
		}
	})
}

// A thread that takes nothing is closed, whatever the reason: what it should hold then goes into the channel.
func TestThreadsThatTakeNothing(t *testing.T) {
	for name, test := range map[string]struct {
		lose func(o *office, thread string)
		want chat.Reason
	}{
		"locked":   {func(o *office, thread string) { o.fake.Lock(thread) }, chat.ReasonArchived},
		"no right": {func(o *office, _ string) { deny(o, discordfake.SendMessagesInThreads) }, chat.ReasonArchived},
	} {
		t.Run(name, func(t *testing.T) {
			for _, restarted := range []bool{false, true} {
				atOffice(t, discordfake.Config{}, func(o *office) {
					id := o.mustSend(o.post("p1"), "")
					o.mustSend(o.under("f1", "p1", "one"), id)
					_, thread := split(id)
					test.lose(o, thread)
					if restarted {
						o.restart()
					}
					o.refused(o.under("f2", "p1", "two"), id, test.want)
				})
			}
		})
	}
	t.Run("thread deleted", func(t *testing.T) {
		for _, restarted := range []bool{false, true} {
			atOffice(t, discordfake.Config{}, func(o *office) {
				id := o.mustSend(o.post("p1"), "")
				o.mustSend(o.under("f1", "p1", "one"), id)
				_, thread := split(id)
				o.guild.RemoveChannel(thread)
				if restarted {
					o.restart()
				}
				o.refused(o.under("f2", "p1", "two"), id, chat.ReasonParentGone)
			})
		}
	})
	t.Run("post deleted", func(t *testing.T) {
		atOffice(t, discordfake.Config{}, func(o *office) {
			id := o.mustSend(o.post("p1"), "")
			_, message := split(id)
			if err := o.fake.DeleteMessage(discordfake.Place{Channel: general, Message: message}); err != nil {
				o.Fatal(err)
			}
			o.refused(o.under("f1", "p1", "one"), id, chat.ReasonParentGone)
			o.refused(o.editOf(o.post("p1"), "Closed"), id, chat.ReasonParentGone)
		})
	})
	t.Run("thread cap", func(t *testing.T) {
		atOffice(t, discordfake.Config{}, func(o *office) {
			id := o.mustSend(o.post("p1"), "")
			o.guild.SetThreadCap(0)
			o.refused(o.under("f1", "p1", "one"), id, chat.ReasonArchived)

			a := o.post("p2")
			a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(2)))
			o.mustSend(a, "")
			if n := len(o.stands(general)); n != 3 {
				o.Errorf("%d messages in the channel, want both pages of the long one there too", n)
			}
		})
	})
	t.Run("no right to open one", func(t *testing.T) {
		atOffice(t, discordfake.Config{}, func(o *office) {
			deny(o, discordfake.CreatePublicThreads)
			id := o.mustSend(o.post("p1"), "")
			o.refused(o.under("f1", "p1", "one"), id, chat.ReasonArchived)
		})
	})
}

// A thread sleeps after a day: the next message wakes it, and so does an edit.
func TestArchivedThreadIsWoken(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		id := o.mustSend(o.post("p1"), "")
		f := o.under("f1", "p1", "one")
		at := o.mustSend(f, id)
		thread, _ := split(at)
		for _, act := range []func(){
			func() { o.mustSend(o.editOf(f, "one, better"), at) },
			func() { o.mustSend(o.under("f2", "p1", "two"), id) },
		} {
			time.Sleep(49 * time.Hour)
			act()
		}
		if texts := o.stands(thread); strings.Join(texts, "|") != "one, better|two" {
			o.Errorf("the thread shows %q", texts)
		}
	})
}

func TestClosedDirectMessages(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		o.fake.CloseDMs(writer, true)
		o.refused(o.direct("d1", "Hello"), "", chat.ReasonDMClosed)
	})
}

// Where files are not allowed the pages stand without one.
func TestPagesWithoutTheFile(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		deny(o, discordfake.AttachFiles)
		a := o.post("p1")
		a.Message.Blocks = append(a.Message.Blocks, chat.Text(long(2)))
		o.mustSend(a, "")
		thread := o.fake.Threads(general)[0]
		if texts := o.stands(thread.ID); len(texts) != 1 || strings.Contains(texts[0], "answer.md") {
			o.Errorf("the thread shows %q", texts)
		}
	})
}

// At the end of a week all its posts close at once, and Discord takes a few edits of old messages only: the others are made when it
// takes more, whatever happens to the process meanwhile.
func TestEditsOfOldMessages(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) { // five an hour
		const posts = 12
		ids := map[int]chat.MessageID{}
		for i := range posts {
			ids[i] = o.mustSend(o.post(fmt.Sprint("p", i)), "")
		}
		time.Sleep(2 * time.Hour)
		for i := range posts {
			o.mustSend(o.editOf(o.post(fmt.Sprint("p", i)), fmt.Sprintf("Older %d.", i)), ids[i])
			if at := o.mustSend(o.editOf(o.post(fmt.Sprint("p", i)), fmt.Sprintf("Closed %d.", i)), ids[i]); at != ids[i] {
				o.Errorf("an edit gives %q, want %q", at, ids[i])
			}
		}
		if n := o.fake.Counts().Limited[discordfake.Busy] + o.fake.Counts().Invalid; n > 2 {
			o.Errorf("%d edits were tried in vain, want the one that found out", n)
		}
		o.restart()
		o.makeLateEdits(4 * time.Hour)
		shown := strings.Join(o.stands(general), "|")
		for i := range posts {
			if !strings.Contains(shown, fmt.Sprintf("Closed %d.", i)) {
				o.Errorf("post %d is not closed: %q", i, shown)
			}
		}
		if left, err := o.db.List(o.Context(), store.Prefix("late"), "", 100); err != nil || len(left) > 0 {
			o.Errorf("kept for later: %v, %v", left, err)
		}
	})
}

// Counters use two of the edits, and what matters has the rest.
func TestCountersGoLast(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		a := o.post("p1")
		id := o.mustSend(a, "")
		count := func(n int) {
			e := o.editOf(a, fmt.Sprint(n, " have answered"))
			e.Counter = true
			o.mustSend(e, id)
		}
		edits := func() int { return len(o.fake.Messages(general)[0].Edits) }
		for n := range 30 { // in its first hour nothing limits them
			count(n)
			time.Sleep(time.Second)
		}
		if n := edits(); n != 30 {
			o.Errorf("%d edits of a new message, want 30", n)
		}
		time.Sleep(time.Hour)
		for n := range 10 {
			count(n)
		}
		if n := edits() - 30; n != oldCounters {
			o.Errorf("%d counters of an old message, want %d", n, oldCounters)
		}
		o.mustSend(o.editOf(a, "Closed."), id)
		if texts := o.stands(general); !strings.Contains(texts[0], "Closed.") {
			o.Errorf("the post shows %q", texts)
		}
		o.makeLateEdits(2 * time.Hour)
		if texts := o.stands(general); !strings.Contains(texts[0], "Closed.") {
			o.Errorf("an older counter came after it: %q", texts)
		}
	})
}

func TestRefusedTokenIsNobodysFault(t *testing.T) {
	atOffice(t, discordfake.Config{}, func(o *office) {
		o.fake.RevokeToken()
		for range 2 {
			_, err := o.send(o.post("p1"), "")
			if _, ok := waits(err); !ok {
				o.Errorf("error %v, want to wait", err)
			}
		}
		if o.d.rest.Trouble() == "" {
			o.Error("no trouble is told")
		}
	})
}

// A slot that is due in many channels at once goes out as fast as Discord's limits let it, and none of it is refused.
func TestSlotInManyChannels(t *testing.T) {
	atOffice(t, discordfake.Config{RateLimits: true, Forget: true}, func(o *office) {
		channels := 2500
		if testing.Short() {
			channels = 300
		}
		work := make(chan chat.Action)
		var all sync.WaitGroup
		for range 16 { // as many as the shell sends at once
			all.Go(func() {
				for a := range work {
					o.mustSend(a, "")
				}
			})
		}
		begun := time.Now()
		for i := range channels {
			channel := fmt.Sprint(290926798627000000 + i)
			o.guild.AddChannel(discordfake.Channel{ID: channel, Name: "c"})
			o.d.out.homes.set(channel, officeGuild) // the schedule was made there
			a := o.post("p" + channel)
			a.Channel = chat.Channel(channel)
			work <- a
		}
		close(work)
		all.Wait()
		rate := float64(channels) / time.Since(begun).Seconds()
		counts := o.fake.Counts()
		o.Logf("%d messages in %v: %.1f a second; at most %d in one; refused: %v", channels, time.Since(begun), rate, counts.Peak, counts.Limited)
		if rate < 0.95*50 || len(counts.Limited) > 0 {
			o.Errorf("%.1f messages a second, refused: %v; want 47.5 and none", rate, counts.Limited)
		}
	})
}
