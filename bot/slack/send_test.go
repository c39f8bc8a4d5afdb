package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

func TestSendPostsThreadsAndDirects(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		post := o.must(action(chat.Post, "post", 1), "")
		o.must(action(chat.Thread, "follow", 1), post)
		direct := o.must(action(chat.Direct, "notice", 1), "")
		if got, want := o.stands(prep), []string{"post, part 1 of 1", "> follow, part 1 of 1"}; !slices.Equal(got, want) {
			t.Errorf("in the channel %q, want %q", got, want)
		}
		if post != chat.MessageID(prep+"/"+o.team.Messages(prep)[0].TS) {
			t.Errorf("the id is %q", post)
		}
		if !strings.HasPrefix(string(direct), "D") || len(o.team.Directs(miraID)) != 1 {
			t.Errorf("the direct message has the id %q; there are %d", direct, len(o.team.Directs(miraID)))
		}
		edit := action(chat.Edit, chat.EditKey("notice"), 1)
		edit.Target, edit.Channel, edit.Member = "notice", "", miraID
		if id := o.must(edit, direct); id != direct {
			t.Errorf("the edit gives %q, want its target %q", id, direct)
		}
		if got := o.team.Directs(miraID)[0]; !strings.Contains(got.Plain, "edit:notice") && !strings.Contains(string(got.Metadata), `"notice"`) {
			t.Errorf("after the edit it says %q with %s", got.Plain, got.Metadata)
		}
		if n := o.records(); n != 0 {
			t.Errorf("messages of one page left %d records", n)
		}
	})
}

// records counts what is kept about messages of several pages.
func (o *outside) records() int {
	all, err := o.cfg.DB.List(o.t.Context(), store.Prefix(progressPrefix), "", 100)
	if err != nil {
		o.t.Fatal(err)
	}
	return len(all)
}

func TestSendContinuesALongMessageInItsThread(t *testing.T) {
	inSlack(t, allScopes, func(o *outside) {
		post := o.must(action(chat.Post, "post", 4), "")
		o.must(action(chat.Thread, "result", 2), post)
		if id, found, err := o.ask(action(chat.Post, "post", 4), ""); !found || err != nil || id != post {
			t.Errorf("when it is whole, Find says %q, %v, %v", id, found, err)
		}
		all := o.team.All(prep)
		for i, m := range all {
			if i > 0 && string(messageID(prep, m.Thread)) != string(post) {
				t.Errorf("page %d stands under %q", i+1, m.Thread)
			}
			if !strings.Contains(string(m.Metadata), `"page"`) {
				t.Errorf("page %d has the metadata %s", i+1, m.Metadata)
			}
		}
		if words := o.stands(prep); len(words) < 5 || words[0] != "post, part 1 of 4" || o.records() != 2 {
			t.Errorf("in the channel %q, %d records", words, o.records())
		}
	})
}

// TestSendOutcomes is each error of Slack's and what the bot makes of it.
func TestSendOutcomes(t *testing.T) {
	for code, want := range map[string]chat.Reason{
		"channel_not_found": chat.ReasonGone, "user_not_found": chat.ReasonGone, "not_in_channel": chat.ReasonGone,
		"restricted_action": chat.ReasonForbidden, "restricted_action_read_only_channel": chat.ReasonForbidden,
		"restricted_action_thread_only_channel": chat.ReasonForbidden, "restricted_action_unheard_of": chat.ReasonForbidden,
		"no_permission": chat.ReasonForbidden, "missing_scope": chat.ReasonForbidden, "ekm_access_denied": chat.ReasonForbidden,
		"is_archived": chat.ReasonArchived, "restricted_action_thread_locked": chat.ReasonArchived,
		"restricted_action_non_threadable_channel": chat.ReasonArchived,
		"msg_too_long": chat.ReasonTooLong, "msg_blocks_too_long": chat.ReasonTooLong, "invalid_blocks": chat.ReasonTooLong,
		"cannot_dm_bot": chat.ReasonDMClosed, "messages_tab_disabled": chat.ReasonDMClosed, "user_disabled": chat.ReasonDMClosed,
		"message_not_found": chat.ReasonParentGone, "thread_not_found": chat.ReasonParentGone,
		"cant_update_message": chat.ReasonParentGone, "edit_window_closed": chat.ReasonParentGone,
	} {
		t.Run(code, func(t *testing.T) {
			inSlack(t, leastScopes, func(o *outside) {
				o.fake.Next(1, "chat.postMessage", slackfake.Fault(code))
				_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
				var refused *chat.Refused
				if !errors.As(err, &refused) || refused.Reason != want || refused.Detail != code {
					t.Errorf("%v, want it refused for %s", err, want)
				}
				if loud := strings.Contains(o.log.String(), "level=ERROR"); loud != (want == chat.ReasonTooLong) {
					t.Errorf("the log says\n%s", o.log)
				}
			})
		})
	}
}

func TestSendWaits(t *testing.T) {
	for code, want := range map[string]time.Duration{
		"ratelimited": afterLimit, "rate_limited": afterLimit, "message_limit_exceeded": afterLimit, "token_expired": afterFailure,
		"team_added_to_org": afterUnclear, "never_heard_of": afterUnclear, "invalid_auth": afterFailure,
	} {
		inSlack(t, leastScopes, func(o *outside) {
			o.fake.Next(1, "chat.postMessage", slackfake.Fault(code))
			_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
			var wait *chat.Wait
			if !errors.As(err, &wait) || time.Until(wait.Until) != want {
				t.Errorf("%s: %v, want a wait of %s", code, err, want)
			}
			o.must(action(chat.Post, "post", 1), "")
			if n := len(o.team.Messages(prep)); n != 1 {
				t.Errorf("%s: it stands %d times", code, n)
			}
		})
	}
}

func TestSendIsUnknownWhereItMayHaveBeenDone(t *testing.T) {
	for _, fault := range []slackfake.Fault{
		slackfake.Fail, slackfake.FailAfter, slackfake.Drop, slackfake.DropAfter, slackfake.BrokenAfter, "internal_error", "fatal_error",
		"request_timeout",
	} {
		inSlack(t, allScopes, func(o *outside) {
			o.fake.Next(1, "chat.postMessage", fault)
			_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
			if err == nil || errors.As(err, new(*chat.Wait)) || errors.As(err, new(*chat.Refused)) {
				t.Errorf("%s: %v, want an unknown end", fault, err)
			}
			if err != nil && strings.Contains(err.Error(), "http:") {
				t.Errorf("the error holds an address: %v", err)
			}
		})
	}
}

func TestSendWaitsWhereNothingReachedSlack(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		o.fake.Close()
		o.http.CloseIdleConnections()
		_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
		if !errors.As(err, new(*chat.Wait)) {
			t.Errorf("%v, want a wait: nothing was done", err)
		}
	})
}

func TestSendTellsThatAWorkspaceIsGone(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		if err := o.team.RevokeToken(); err != nil {
			t.Log(err)
		}
		o.fake.Settle()
		_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
		var refused *chat.Refused
		if !errors.As(err, &refused) || refused.Reason != chat.ReasonRevoked {
			t.Errorf("%v, want it refused as revoked", err)
		}
		a := action(chat.Post, "post", 1)
		a.Workspace = "slack:T2"
		if _, err := o.Send(o.t.Context(), a, ""); !errors.As(err, &refused) || refused.Reason != chat.ReasonRevoked {
			t.Errorf("in a workspace without the app: %v", err)
		}
	})
}

func TestSendHoldsOffAMethodThatSlackClosed(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		o.fake.Next(1, "chat.postMessage", slackfake.Busy)
		_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
		var first, second *chat.Wait
		if !errors.As(err, &first) {
			t.Fatal(err)
		}
		other := action(chat.Post, "other", 1)
		other.Channel = "C0SECRET"
		_, err = o.Send(o.t.Context(), other, "")
		if !errors.As(err, &second) || !second.Until.Equal(first.Until) {
			t.Errorf("the next call: %v, want to wait as the first %v without trying", err, first)
		}
		if id, err := o.Send(o.t.Context(), chat.Action{Key: "d", Do: chat.Delete, Workspace: teamID, Copy: prep + "/1.000001"}, ""); err != nil || id == "" {
			t.Errorf("another method waits too: %v", err)
		}
		time.Sleep(time.Until(first.Until))
		if _, err := o.Send(o.t.Context(), other, ""); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})
}

// TestPagesWithAFaultAtEachCall breaks each call of a message of several pages in each way, with and without the history scope and a
// restart after it.
func TestPagesWithAFaultAtEachCall(t *testing.T) {
	faults := []slackfake.Fault{slackfake.Busy, slackfake.Fail, slackfake.FailAfter, slackfake.Drop, slackfake.DropAfter, slackfake.BrokenAfter}
	for _, do := range []chat.Do{chat.Post, chat.Thread} {
		for call := range 4 {
			if testing.Short() && call != 1 {
				continue
			}
			for _, fault := range faults {
				for _, restart := range []bool{false, true} {
					for _, scopes := range [][]string{allScopes, leastScopes} {
						name := fmt.Sprintf("%s, call %d, %s, restart %v, %d scopes", do, call, fault, restart, len(scopes))
						inSlack(t, scopes, func(o *outside) {
							o.brokenPages(name, do, call, fault, restart, len(scopes) == len(allScopes))
						})
					}
				}
			}
		}
	}
}

// brokenPages sends a message while one call of it breaks: everything stands once, in order, but for the page in doubt where Slack
// cannot be asked.
func (o *outside) brokenPages(name string, do chat.Do, call int, fault slackfake.Fault, restart, finds bool) {
	t := o.t
	parent := chat.MessageID("")
	if do == chat.Thread {
		parent = o.must(action(chat.Post, "parent", 1), "")
	}
	a := action(do, "long", 4)
	pages := len(Messages(a, names))
	if pages < 3 {
		t.Fatalf("a message of %d pages", pages)
	}
	if call > 0 {
		o.fake.Next(call, "chat.postMessage", slackfake.Pass)
	}
	o.fake.Next(1, "chat.postMessage", fault)
	if restart {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		_, err := o.Send(ctx, a, parent)
		cancel()
		if err != nil && !errors.As(err, new(*chat.Wait)) {
			o.restart()
			_, found, err := o.ask(a, parent) // whoever finds a mark asks
			if found && call < pages-1 {
				t.Errorf("%s: found, though pages are missing", name)
			}
			if err != nil && !errors.Is(err, chat.ErrCannotTell) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	id := o.must(a, parent)
	stood := map[string]int{}
	var order []string
	for _, m := range o.team.All(prep) {
		if page := pageOf(m); strings.Contains(string(m.Metadata), `"long"`) {
			if stood[page]++; stood[page] == 1 {
				order = append(order, page)
			}
		}
	}
	doubles := 0
	for _, n := range stood {
		doubles += n - 1
	}
	if len(stood) != pages || !slices.IsSorted(order) {
		t.Errorf("%s: pages %v stand, of %d", name, order, pages)
	}
	if done := strings.HasSuffix(string(fault), "after"); doubles > 1 || doubles == 1 && (finds || !done) {
		t.Errorf("%s: %d pages stand twice", name, doubles)
	}
	if again := o.must(a, parent); again != id || len(o.team.All(prep)) != len(order)+doubles+len(parentOf(parent)) {
		t.Errorf("%s: another Send gives %q after %q", name, again, id)
	}
}

func parentOf(id chat.MessageID) []chat.MessageID {
	if id == "" {
		return nil
	}
	return []chat.MessageID{id}
}

// pageOf is the number of a page, from its metadata.
func pageOf(m slackfake.Message) string {
	_, after, _ := strings.Cut(string(m.Metadata), `"page":"`)
	page, _, _ := strings.Cut(after, `"`)
	return page
}

// dying is a store that takes so many commits and then none, as for a process that is dead.
type dying struct {
	store.DB
	left int
}

func (d *dying) Commit(ctx context.Context, u store.Unit) error {
	if d.left--; d.left < 0 {
		return errors.New("dead")
	}
	return d.DB.Commit(ctx, u)
}

// TestPagesWithACrashAtEachCommit lets the process die before each record of a message of several pages.
func TestPagesWithACrashAtEachCommit(t *testing.T) {
	for _, once := range []bool{false, true} {
		for commits := range 5 {
			inSlack(t, allScopes, func(o *outside) {
				parent := o.must(action(chat.Post, "parent", 1), "")
				a := action(chat.Thread, "long", 4)
				a.Once = once
				pages := len(Messages(a, names))
				whole := o.cfg.DB
				o.cfg.DB = &dying{whole, commits}
				o.restart()
				_, err := o.Send(o.t.Context(), a, parent)
				if stands := len(o.team.All(prep)) - 1; (err == nil) != (stands == pages && commits >= pages) || errors.As(err, new(*chat.Refused)) {
					t.Errorf("dead after %d commits, with %d pages of %d: %v", commits, stands, pages, err)
				}
				o.cfg.DB = whole
				o.restart()
				id, found, err := o.ask(a, parent)
				if err != nil {
					t.Fatal(err)
				}
				if !found {
					id = o.must(a, parent)
				}
				stands := o.team.All(prep)[1:]
				if len(stands) != pages || messageID(prep, stands[0].TS) != id {
					t.Errorf("dead after %d commits: %d pages stand, of %d", commits, len(stands), pages)
				}
			})
		}
	}
}

// TestPagesInDoubtAreNotSentAgain leaves out the page that may stand already, where it may not stand twice and Slack cannot be asked.
func TestPagesInDoubtAreNotSentAgain(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		parent := o.must(action(chat.Post, "parent", 1), "")
		a := action(chat.Thread, "result", 4)
		a.Once = true
		o.fake.Next(1, "chat.postMessage", slackfake.Pass)
		o.fake.Next(1, "chat.postMessage", slackfake.FailAfter)
		o.must(a, parent)
		if stands, pages := len(o.team.All(prep))-1, len(Messages(a, names)); stands != pages {
			t.Errorf("%d pages stand, of %d", stands, pages)
		}
		edit := action(chat.Edit, chat.EditKey("result"), 1)
		edit.Target = "result"
		o.must(edit, messageID(prep, o.team.All(prep)[1].TS))
		if got := o.stands(prep); len(got) != 3 { // the page that nobody knows of stays
			t.Errorf("after it was shortened there stand %q", got)
		}
	})
}

func TestEditsGrowAndShrink(t *testing.T) {
	for _, do := range []chat.Do{chat.Post, chat.Thread} {
		for _, from := range []int{1, 3} {
			inSlack(t, leastScopes, func(o *outside) {
				parent := chat.MessageID("")
				if do == chat.Thread {
					parent = o.must(action(chat.Post, "parent", 1), "")
				}
				id := o.must(action(do, "m", from), parent)
				for _, pages := range []int{4, 1, 2, 5, 3} {
					o.restart()
					edit := action(chat.Edit, chat.EditKey("m"), pages)
					edit.Target = "m"
					if got := o.must(edit, id); got != id {
						t.Errorf("an edit gives %q, want %q", got, id)
					}
					drawn := len(Messages(edit, names))
					var words []string
					for _, m := range o.team.All(prep) {
						if strings.Contains(string(m.Metadata), `"key":"m"`) {
							words = append(words, m.Plain)
						}
					}
					if len(words) != drawn {
						t.Errorf("%s from %d to %d pages: %d messages, want %d", do, from, pages, len(words), drawn)
					}
					if all := strings.Join(words, "\n"); !strings.Contains(all, fmt.Sprintf("part %d of %d", pages, pages)) || strings.Contains(all, fmt.Sprintf("of %d.", pages+1)) {
						t.Errorf("%s from %d to %d pages: it says %.200q", do, from, pages, all)
					}
					for _, m := range o.team.All(prep)[1:] {
						if m.Thread != o.team.All(prep)[0].TS {
							t.Errorf("%s from %d to %d pages: %q stands under %q", do, from, pages, m.TS, m.Thread)
						}
					}
				}
			})
		}
	}
}

// TestEditsWithAFaultAtEachCall breaks each call of an edit that grows and of one that shrinks.
func TestEditsWithAFaultAtEachCall(t *testing.T) {
	for _, pages := range [][2]int{{2, 4}, {4, 2}, {1, 3}} {
		for call := range 5 {
			for _, fault := range []slackfake.Fault{slackfake.Busy, slackfake.FailAfter, slackfake.Drop} {
				inSlack(t, allScopes, func(o *outside) {
					id := o.must(action(chat.Post, "m", pages[0]), "")
					edit := action(chat.Edit, chat.EditKey("m"), pages[1])
					edit.Target = "m"
					if call > 0 {
						o.fake.Next(call, "", slackfake.Pass)
					}
					o.fake.Next(1, "", fault)
					o.must(edit, id)
					if n, want := len(o.team.All(prep)), len(Messages(edit, names)); n != want {
						t.Errorf("%v, call %d, %s: %d messages, want %d", pages, call, fault, n, want)
					}
				})
			}
		}
	}
}

func TestEditOfWhatIsGone(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		id := o.must(action(chat.Post, "m", 3), "")
		second := o.team.All(prep)[1]
		remove := chat.Action{Key: "x", Do: chat.Delete, Workspace: teamID, Copy: messageID(prep, second.TS)}
		o.must(remove, "")
		o.must(remove, "") // removed is removed
		edit := action(chat.Edit, chat.EditKey("m"), 3)
		edit.Target = "m"
		o.must(edit, id) // a page that somebody deleted stays away
		o.must(chat.Action{Key: "y", Do: chat.Delete, Workspace: teamID, Copy: id}, "")
		var refused *chat.Refused
		edit.Message = long("other words", 3)
		if _, _, err := o.carry(edit, id); !errors.As(err, &refused) || refused.Reason != chat.ReasonParentGone {
			t.Errorf("the edit of a deleted message: %v", err)
		}
	})
}

// TestThreadOfADeletedParent is Slack's trap: it posts the reply into the channel.
func TestThreadOfADeletedParent(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		parent := o.must(action(chat.Post, "parent", 1), "")
		o.must(chat.Action{Key: "x", Do: chat.Delete, Workspace: teamID, Copy: parent}, "")
		o.fake.Next(1, "chat.delete", slackfake.Busy)
		var refused *chat.Refused
		if _, _, err := o.carry(action(chat.Thread, "follow", 1), parent); !errors.As(err, &refused) || refused.Reason != chat.ReasonParentGone {
			t.Errorf("%v, want it refused as parent_gone", err)
		}
		if got := o.stands(prep); len(got) != 0 {
			t.Errorf("in the channel stands %q", got)
		}
	})
}

func TestSendsInSeveralChannelsAtOnce(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		done := make(chan error)
		channels := []chat.Channel{prep, "C0SECRET"}
		for _, c := range channels {
			go func() {
				for i := range 20 {
					a := action(chat.Post, chat.Key(fmt.Sprintf("%s-%02d", c, i)), 1+i%3)
					a.Channel = c
					if _, _, err := o.carry(a, ""); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for range channels {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		for _, c := range channels {
			top := o.team.Messages(string(c))
			if len(top) != 20 || !slices.IsSortedFunc(top, func(a, b slackfake.Message) int { return strings.Compare(a.Plain, b.Plain) }) {
				t.Errorf("%d messages in %s, or not in order", len(top), c)
			}
		}
	})
}

func TestNamesAreFetchedBeforeDrawing(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		a := action(chat.Post, "post", 1)
		a.Message = chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("Shared by "), chat.Who("U0SAM"))}}
		o.must(a, "")
		if got := o.team.Messages(prep)[0]; !strings.Contains(got.Plain, "Sam") || !strings.Contains(got.Text, "Sam") {
			t.Errorf("it says %q, as text %q", got.Plain, got.Text)
		}
	})
}

func TestRecordsOfOldMessagesAreForgotten(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		o.must(action(chat.Post, "old", 3), "")
		time.Sleep(200 * 24 * time.Hour)
		o.must(action(chat.Post, "new", 3), "")
		if n := o.records(); n != 1 {
			t.Errorf("%d records are kept, want that of the new message", n)
		}
	})
}
