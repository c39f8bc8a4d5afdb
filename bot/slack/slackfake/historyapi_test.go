package slackfake

import (
	"slices"
	"strconv"
	"testing"
)

// texts is the texts of a call's messages.
func texts(answer object) (all []string) {
	for _, m := range answer["messages"].([]any) {
		all = append(all, m.(object)["text"].(string))
	}
	return all
}

func TestHistory(t *testing.T) {
	x := newWorld(t, Config{})
	x.refused("channel_not_found", "conversations.history", object{"channel": "C9"})
	x.refused("not_in_channel", "conversations.history", object{"channel": "C2"})
	x.refused("channel_not_found", "conversations.history", object{"channel": "G1"})

	var ts []string
	for i := range 5 {
		ts = append(ts, x.post("C1", strconv.Itoa(i)))
	}
	x.ok("chat.postMessage", object{"channel": "C1", "text": "reply", "thread_ts": ts[0]})
	for _, test := range []struct {
		args object
		want []string
	}{
		{object{}, []string{"4", "3", "2", "1", "0"}},
		{object{"limit": 2}, []string{"4", "3"}},
		{object{"oldest": ts[1]}, []string{"4", "3", "2"}},
		{object{"oldest": ts[1], "inclusive": true}, []string{"4", "3", "2", "1"}},
		{object{"latest": ts[1]}, []string{"0"}},
		{object{"latest": ts[1], "oldest": ts[1], "inclusive": true}, []string{"1"}},
		{object{"oldest": "0"}, []string{"4", "3", "2", "1", "0"}},
	} {
		test.args["channel"] = "C1"
		if got := texts(x.ok("conversations.history", test.args)); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.args, got, test.want)
		}
	}
	x.refused("invalid_limit", "conversations.history", object{"channel": "C1", "limit": 0})
	x.refused("invalid_cursor", "conversations.history", object{"channel": "C1", "cursor": "no"})
	x.refused("invalid_ts_oldest", "conversations.history", object{"channel": "C1", "oldest": "yesterday"})
	x.refused("invalid_ts_latest", "conversations.history", object{"channel": "C1", "latest": "today"})

	var all []string
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		answer := x.ok("conversations.history", object{"channel": "C1", "limit": 2, "cursor": cursor})
		all = append(all, texts(answer)...)
		next, _ := answer["response_metadata"].(object)
		cursor, _ = next["next_cursor"].(string)
		if more := cursor != ""; answer["has_more"] != more || pages > 2 {
			t.Fatalf("page %d: %v", pages, answer)
		}
	}
	if !slices.Equal(all, []string{"4", "3", "2", "1", "0"}) {
		t.Errorf("page by page: %v", all)
	}
	first := x.ok("conversations.history", object{"channel": "C1", "latest": ts[0], "inclusive": true})["messages"].([]any)[0].(object)
	if first["reply_count"] != 1.0 || first["thread_ts"] != ts[0] {
		t.Errorf("a parent: %v", first)
	}
}

func TestReplies(t *testing.T) {
	x := newWorld(t, Config{})
	parent := x.post("C1", "parent")
	var ts []string
	for i := range 3 {
		ts = append(ts, x.ok("chat.postMessage", object{"channel": "C1", "text": strconv.Itoa(i), "thread_ts": parent})["ts"].(string))
	}
	for _, test := range []struct {
		args object
		want []string
	}{
		{object{}, []string{"parent", "0", "1", "2"}},
		{object{"limit": 2}, []string{"parent", "0"}},
		{object{"oldest": ts[0]}, []string{"parent", "1", "2"}},
	} {
		test.args["channel"], test.args["ts"] = "C1", parent
		if got := texts(x.ok("conversations.replies", test.args)); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.args, got, test.want)
		}
	}
	x.refused("thread_not_found", "conversations.replies", object{"channel": "C1", "ts": "1.000001"})
	x.refused("thread_not_found", "conversations.replies", object{"channel": "C1", "ts": ts[0]})
	x.refused("not_in_channel", "conversations.replies", object{"channel": "C2", "ts": "1.000001"})
}

func TestMetadataIsAskedFor(t *testing.T) {
	x := newWorld(t, Config{})
	metadata := object{"event_type": "greenroom", "event_payload": object{"key": "k"}}
	x.ok("chat.postMessage", object{"channel": "C1", "text": "a", "metadata": metadata})
	read := func(all bool) object {
		m := x.ok("conversations.history", object{"channel": "C1", "include_all_metadata": all})["messages"].([]any)[0].(object)
		return m["metadata"].(object)
	}
	if m := read(false); m["event_payload"] != nil || m["event_type"] != "greenroom" {
		t.Errorf("not asked for: %v", m)
	}
	if m := read(true); string(encode(m)) != string(encode(metadata)) {
		t.Errorf("asked for: %v", m)
	}
}

func TestHistoryOutsideOfTheMarketplace(t *testing.T) {
	x := newWorld(t, Config{Distributed: true})
	for range 20 {
		x.post("C1", "a")
	}
	if got := texts(x.ok("conversations.history", object{"channel": "C1", "limit": 100})); len(got) != 15 {
		t.Errorf("%d messages, want 15", len(got))
	}
}
