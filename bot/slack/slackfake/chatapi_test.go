package slackfake

import (
	"strings"
	"testing"
	"time"
)

func TestPostWhere(t *testing.T) {
	x := newWorld(t, Config{})
	to := func(channel string) object { return object{"channel": channel, "text": "a"} }
	x.refused("channel_not_found", "chat.postMessage", to("C9"))
	x.refused("not_in_channel", "chat.postMessage", to("C2"))
	x.refused("channel_not_found", "chat.postMessage", to("G1")) // a private channel is not seen from outside
	x.refused("channel_not_found", "chat.postMessage", to("UNOBODY"))
	x.refused("user_disabled", "chat.postMessage", to("UGONE"))
	x.refused("messages_tab_disabled", "chat.postMessage", to("UCLOSED"))
	x.refused("cannot_dm_bot", "chat.postMessage", to(x.w.Bot()))

	if x.w.Direct("USAM") != "" || x.w.Directs("USAM") != nil {
		t.Error("a direct message stands before anybody wrote it")
	}
	d, _ := x.ok("chat.postMessage", to("USAM"))["channel"].(string)
	if !strings.HasPrefix(d, "D") || x.w.Direct("USAM") != d || len(x.w.Directs("USAM")) != 1 {
		t.Errorf("a direct message stands in %q", d)
	}
	x.ok("chat.postMessage", to(d))

	x.w.Restrict("C1", "restricted_action")
	x.refused("restricted_action", "chat.postMessage", to("C1"))
	x.w.Restrict("C1", "")
	parent := x.post("C1", "parent")
	reply := object{"channel": "C1", "text": "a", "thread_ts": parent}
	x.w.Restrict("C1", "restricted_action_thread_only_channel")
	x.refused("restricted_action_thread_only_channel", "chat.postMessage", to("C1"))
	x.ok("chat.postMessage", reply)
	x.w.Restrict("C1", "restricted_action_non_threadable_channel")
	x.refused("restricted_action_non_threadable_channel", "chat.postMessage", reply)
	x.ok("chat.postMessage", to("C1"))
	x.w.Restrict("C1", "")

	x.w.channels["C1"].archived = true // nobody else looks
	x.refused("is_archived", "chat.postMessage", to("C1"))
	x.refused("is_inactive", "chat.update", object{"channel": "C1", "ts": parent, "text": "b"})

	x.token = x.w.Install(append(allScopes, "chat:write.public")...)
	x.post("C2", "uninvited")
}

func TestPostText(t *testing.T) {
	x := newWorld(t, Config{})
	x.refused("no_text", "chat.postMessage", object{"channel": "C1"})
	x.refused("no_text", "chat.postMessage", object{"channel": "C1", "blocks": []any{}})
	x.refused("invalid_blocks_format", "chat.postMessage", object{"channel": "C1", "blocks": object{"type": "divider"}})
	x.refused("markdown_text_conflict", "chat.postMessage", object{"channel": "C1", "text": "a", "markdown_text": "a"})
	x.refused("too_many_attachments", "chat.postMessage", object{"channel": "C1", "text": "a", "attachments": many(101, divider)})

	x.post("C1", chars(40_000))
	answer := x.ok("chat.postMessage", object{"channel": "C1", "text": chars(40_001)})
	if cut := answer["message"].(object)["text"].(string); len(cut) != 40_000 || answer["warning"] != "message_truncated" {
		t.Errorf("a text of 40,001 characters has %d", len(cut))
	}

	metadata := func(kind string, payload any) object {
		return object{"channel": "C1", "text": "a", "metadata": object{"event_type": kind, "event_payload": payload}}
	}
	x.ok("chat.postMessage", metadata("a", object{"key": chars(maxMetadata - 60)}))
	x.refused("metadata_too_large", "chat.postMessage", metadata("a", object{"key": chars(maxMetadata)}))
	x.refused("invalid_metadata_schema", "chat.postMessage", metadata("a", "key"))
	x.refused("invalid_metadata_schema", "chat.postMessage", metadata("", object{}))
	x.refused("invalid_metadata_schema", "chat.postMessage", metadata("a", object{"a": object{"b": object{}}}))
	x.refused("invalid_metadata_format", "chat.postMessage", object{"channel": "C1", "text": "a", "metadata": "key"})
}

func TestUpdate(t *testing.T) {
	x := newWorld(t, Config{})
	rich := []any{rt(part("section", nil, said("rich")))}
	posted := x.ok("chat.postMessage", object{
		"channel": "C1", "text": "first", "blocks": rich, "metadata": object{"event_type": "e", "event_payload": object{"key": "k"}},
	})
	ts := posted["ts"].(string)
	at := func(more object) object {
		a := object{"channel": "C1", "ts": ts}
		for name, v := range more {
			a[name] = v
		}
		return a
	}
	stands := func() Message { return x.w.Messages("C1")[0] }

	x.ok("chat.update", at(object{"text": chars(4000), "blocks": rich}))
	x.refused("msg_too_long", "chat.update", at(object{"text": chars(4001)}))
	x.refused("no_text", "chat.update", at(nil))
	x.refused("message_not_found", "chat.update", object{"channel": "C1", "ts": "1.000001", "text": "a"})
	x.refused("block_mismatch", "chat.update", at(object{"text": "a", "blocks": many(1, divider)}))
	if m := stands(); m.Plain != "rich" || m.Metadata == nil {
		t.Errorf("what is refused changed the message: %+v", m)
	}

	x.ok("chat.update", at(object{"text": "second"}))
	if m := stands(); m.Blocks != nil || m.Plain != "second" || m.Metadata == nil || m.Edited == "" {
		t.Errorf("a text without blocks removes blocks and keeps metadata: %+v", m)
	}
	x.ok("chat.update", at(object{"text": "third", "metadata": object{}}))
	if m := stands(); m.Metadata != nil {
		t.Errorf("an empty metadata removes it: %+v", m)
	}

	x.f.mu.Lock()
	mine := x.w.post(x.w.channels["C1"], Message{User: "UMIRA", Text: "mine"}).TS
	x.f.mu.Unlock()
	x.refused("cant_update_message", "chat.update", object{"channel": "C1", "ts": mine, "text": "a"})
	x.refused("cant_delete_message", "chat.delete", object{"channel": "C1", "ts": mine})

	x.w.EditWindow(time.Hour)
	x.ok("chat.update", at(object{"text": "in time"}))
	x.now.add(time.Hour + time.Second)
	x.refused("edit_window_closed", "chat.update", at(object{"text": "late"}))

	x.ok("chat.delete", at(nil))
	x.refused("message_not_found", "chat.delete", at(nil))

	var kinds []EntryKind
	for _, e := range x.f.Journal() {
		if e.Message.TS == ts {
			kinds = append(kinds, e.Kind)
		}
	}
	if got := len(kinds); got != 6 || kinds[0] != Posted || kinds[1] != Edited || kinds[5] != Deleted {
		t.Errorf("the journal has %v", kinds)
	}
}

func TestThreads(t *testing.T) {
	x := newWorld(t, Config{})
	parent := x.post("C1", "parent")
	reply := func(ts, text string) object {
		return object{"channel": "C1", "text": text, "thread_ts": ts}
	}
	first := x.ok("chat.postMessage", reply(parent, "first"))["ts"].(string)
	x.refused("thread_not_found", "chat.postMessage", reply(first, "under a reply"))
	x.refused("thread_not_found", "chat.postMessage", reply("1.000001", "under nothing"))
	loud := reply(parent, "loud")
	loud["reply_broadcast"] = true
	x.ok("chat.postMessage", loud)

	if thread := x.w.Thread("C1", parent); len(thread) != 3 || thread[1].Thread != parent {
		t.Errorf("the thread: %+v", thread)
	}
	if channel := x.w.Messages("C1"); len(channel) != 2 || channel[1].Text != "loud" {
		t.Errorf("the channel: %+v", channel)
	}
	x.ok("chat.delete", object{"channel": "C1", "ts": parent})
	late := x.ok("chat.postMessage", reply(parent, "late"))
	if late["message"].(object)["thread_ts"] != nil || len(x.w.Messages("C1")) != 2 {
		t.Errorf("a reply to a deleted parent is not in the channel itself: %v", late)
	}
}

func TestEphemeral(t *testing.T) {
	x := newWorld(t, Config{})
	to := func(user string) object { return object{"channel": "C1", "user": user, "text": "psst"} }
	x.refused("user_not_found", "chat.postEphemeral", to("UNOBODY"))
	x.refused("user_not_in_channel", "chat.postEphemeral", to("UGUEST"))
	ts := x.ok("chat.postEphemeral", to("USAM"))["message_ts"]
	if seen := x.w.Ephemerals("USAM"); len(seen) != 1 || seen[0].Plain != "psst" || seen[0].TS != ts || seen[0].To != "USAM" {
		t.Errorf("Sam sees %+v", seen)
	}
	if x.w.Ephemerals("UMIRA") != nil || x.w.Messages("C1") != nil {
		t.Error("others see it too")
	}
	if all := x.ok("conversations.history", object{"channel": "C1"})["messages"].([]any); len(all) != 0 {
		t.Errorf("it is in the history: %v", all)
	}
	x.refused("message_not_found", "chat.update", object{"channel": "C1", "ts": ts, "text": "a"})
	x.w.Reload("USAM")
	if seen := x.w.Ephemerals("USAM"); seen != nil {
		t.Errorf("after a reload Sam sees %+v", seen)
	}

	parent := x.post("C1", "parent")
	inThread := to("USAM")
	inThread["thread_ts"] = parent
	x.ok("chat.postEphemeral", inThread)
	if seen := x.w.Ephemerals("USAM"); seen != nil {
		t.Errorf("in a thread without replies it is not shown: %+v", seen)
	}
	x.ok("chat.postMessage", object{"channel": "C1", "text": "reply", "thread_ts": parent})
	x.ok("chat.postEphemeral", inThread)
	if seen := x.w.Ephemerals("USAM"); len(seen) != 1 {
		t.Errorf("in a thread with replies it is: %+v", seen)
	}
}
