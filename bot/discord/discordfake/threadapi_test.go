package discordfake

import (
	"slices"
	"testing"
	"time"
)

const forumID = "300000000000000009"

func TestThreadFromMessage(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	c := newClient(t, f)
	id := c.post(prepID, says("question"))
	where := "channels/" + prepID + "/messages/" + id + "/threads"
	name := map[string]any{"name": "Question 1", "auto_archive_duration": 1440}

	c.want(400, 50035, "POST", where, map[string]any{})
	c.want(400, 50035, "POST", where, map[string]any{"name": "  "})
	if Unvalidated() == "" {
		c.want(400, 50035, "POST", where, map[string]any{"name": "x", "auto_archive_duration": 61})
	}
	c.want(404, 10008, "POST", "channels/"+prepID+"/messages/5/threads", name)
	g.SetOverwrites(prepID, Overwrite{Member: f.AppID(), Deny: CreatePublicThreads})
	c.want(403, 50013, "POST", where, name)
	g.SetOverwrites(prepID)

	if made := c.want(201, 0, "POST", where, name).object(); made["id"] != id || made["parent_id"] != prepID || number(made["type"]) != PublicThread {
		t.Errorf("made %v", made)
	}
	c.want(400, 160004, "POST", where, name)
	if seen := object(c.do("GET", "channels/"+prepID+"/messages/"+id, nil).object()["thread"]); seen["id"] != id {
		t.Errorf("the message has thread %v", seen)
	}
	in := c.post(id, says("in the thread"))
	c.want(400, 50024, "POST", "channels/"+id+"/messages/"+in+"/threads", name)
	thread, ok := f.Thread(id)
	if !ok || thread.Name != "Question 1" || thread.Archive != 1440 || len(thread.Messages) != 2 || thread.Messages[1].Plain != "in the thread" {
		t.Errorf("people see %+v", thread)
	}
	if m := f.Messages(prepID); len(m) != 1 || m[0].Thread != id {
		t.Errorf("the channel has %+v", m)
	}
	active := c.want(200, 0, "GET", "guilds/"+hillID+"/threads/active", nil).object()
	if all, _ := active["threads"].([]any); len(all) != 1 || object(all[0])["id"] != id {
		t.Errorf("active: %v", active)
	}
	// Sending in a thread is a right of its own, and that in the channel is not enough.
	g.SetOverwrites(prepID, Overwrite{Member: f.AppID(), Deny: SendMessagesInThreads})
	c.want(403, 50013, "POST", "channels/"+id+"/messages", says("x"))
	c.post(prepID, says("x"))
	g.SetOverwrites(prepID, Overwrite{Member: f.AppID(), Deny: SendMessages})
	c.post(id, says("x"))
	g.RemoveChannel(id)
	c.want(404, 10003, "POST", "channels/"+id+"/messages", says("x"))
}

func TestArchiveAndLock(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f, g := hill(t, Config{Now: clock.now})
	c := newClient(t, f)
	id := c.post(prepID, says("question"))
	c.want(201, 0, "POST", "channels/"+prepID+"/messages/"+id+"/threads", map[string]any{"name": "x", "auto_archive_duration": 60})
	first := c.post(id, says("one"))
	archived := func() bool { th, _ := f.Thread(id); return th.Archived }

	clock.at = clock.at.Add(time.Hour)
	if !archived() {
		t.Error("an hour later the thread is not archived")
	}
	c.want(400, 50083, "PATCH", "channels/"+id+"/messages/"+first, says("edit"))
	c.want(400, 50083, "DELETE", "channels/"+id+"/messages/"+first, nil)
	c.want(400, 50083, "PUT", "channels/"+id+"/thread-members/@me", nil)
	c.want(400, 50083, "PATCH", "channels/"+id, map[string]any{"name": "y"})
	if old := c.want(200, 0, "GET", "channels/"+prepID+"/threads/archived/public", nil).object()["threads"]; len(old.([]any)) != 1 {
		t.Errorf("archived: %v", old)
	}
	c.post(id, says("two"))
	if archived() {
		t.Error("a message does not unarchive")
	}

	f.Lock(id)
	c.want(400, 50083, "POST", "channels/"+id+"/messages", says("three"))
	c.want(403, 50013, "PATCH", "channels/"+id, map[string]any{"archived": false})
	g.Permit(Least | ManageThreads)
	c.post(id, says("a moderator may"))
	c.want(200, 0, "PATCH", "channels/"+id, map[string]any{"archived": false, "locked": true})
	g.Permit(Least)
	c.want(403, 160005, "POST", "channels/"+id+"/messages", says("three"))
	c.want(403, 50013, "PATCH", "channels/"+id, map[string]any{"locked": false})
	f.Unlock(id)
	c.want(200, 0, "PATCH", "channels/"+id, map[string]any{"name": "renamed", "archived": true})
	c.want(200, 0, "PATCH", "channels/"+id, map[string]any{"archived": false})

	others := f.StartThread(miraID, prepID, c.post(prepID, says("two")), "Mira's")
	c.want(403, 50013, "PATCH", "channels/"+others, map[string]any{"name": "ours"})
	c.want(403, 50013, "DELETE", "channels/"+others, nil)
	g.Permit(Least | ManageThreads)
	c.want(200, 0, "DELETE", "channels/"+others, nil)
}

func TestThreadCap(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{Limits: Limits{Threads: 1}})
	c := newClient(t, f)
	start := func() (string, reply) {
		id := c.post(prepID, says("q"))
		return id, c.do("POST", "channels/"+prepID+"/messages/"+id+"/threads", map[string]any{"name": "x"})
	}
	first, a := start()
	if a.status != 201 {
		t.Fatal(a.text)
	}
	if _, a := start(); a.status != 400 || a.code() != 160006 {
		t.Errorf("above the cap: %d %s", a.status, a.text)
	}
	f.Archive(first)
	if _, a := start(); a.status != 201 {
		t.Error(a.text)
	}
	c.want(400, 160006, "POST", "channels/"+first+"/messages", says("would unarchive"))
	g.SetThreadCap(2)
	c.post(first, says("unarchives"))
}

func TestThreadMembers(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	c := newClient(t, f)
	id := f.StartThread(miraID, prepID, c.post(prepID, says("q")), "talk")
	members := "channels/" + id + "/thread-members/"
	c.want(404, 10007, "GET", members+f.AppID(), nil)
	c.want(204, 0, "PUT", members+"@me", nil)
	c.want(204, 0, "PUT", members+samID, nil)
	if th, _ := f.Thread(id); !slices.Equal(th.Members, []string{miraID, f.AppID(), samID}) {
		t.Errorf("members %v", th.Members)
	}
	c.want(200, 0, "GET", members+samID, nil)
	c.want(404, 10013, "PUT", members+solID, nil)
	c.want(403, 50013, "DELETE", members+samID, nil)
	g.Permit(Least | ManageThreads)
	c.want(204, 0, "DELETE", members+samID, nil)
	c.want(204, 0, "DELETE", members+"@me", nil)
	c.want(400, 50024, "PUT", "channels/"+prepID+"/thread-members/@me", nil)
}

func TestStandaloneThread(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	made := c.want(201, 0, "POST", "channels/"+prepID+"/threads", map[string]any{"name": "talk", "type": PublicThread})
	if th, ok := f.Thread(made.id()); !ok || th.Name != "talk" || len(th.Messages) != 0 {
		t.Errorf("%+v", th)
	}
	made = c.want(201, 0, "POST", "channels/"+prepID+"/threads", map[string]any{"name": "whisper"}) // private where no type is named
	if kind := number(made.object()["type"]); kind != PrivateThread {
		t.Errorf("type %d", kind)
	}
}

func TestForum(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	g.AddChannel(Channel{ID: forumID, Name: "forum", Type: ForumChannel, Tags: []string{"Python", "SQL"}})
	c := newClient(t, f)
	tags := g.Tags(forumID)
	where := "channels/" + forumID + "/threads"
	post := map[string]any{"name": "Question 1", "applied_tags": []string{tags[1].ID}, "message": says("What is an index?")}

	c.want(400, 50008, "POST", "channels/"+forumID+"/messages", says("x"))
	made := c.want(201, 0, "POST", where, post).object()
	if object(made["message"])["id"] != made["id"] {
		t.Errorf("the message is %v in thread %v", object(made["message"])["id"], made["id"])
	}
	posts := f.Threads(forumID)
	if len(posts) != 1 || posts[0].Messages[0].Plain != "What is an index?" || !slices.Equal(posts[0].Tags, []string{"SQL"}) {
		t.Errorf("people see %+v", posts)
	}
	post["applied_tags"] = []string{"77"}
	c.want(404, 10087, "POST", where, post)
	delete(post, "applied_tags")
	post["message"] = says("  ")
	c.want(400, 50006, "POST", where, post)
	post["message"] = parts(textPart("x"), textPart(" "))
	if a := c.want(400, 50035, "POST", where, post); a.errors()["message.components.1.content"] == "" {
		t.Errorf("errors %v", a.errors())
	}
	if len(f.Threads(forumID)) != 1 {
		t.Error("a refused post opened a thread")
	}
	g.SetOverwrites(forumID, Overwrite{Member: f.AppID(), Deny: SendMessages})
	post["message"] = says("x")
	c.want(403, 50013, "POST", where, post)
	g.SetOverwrites(forumID)

	all := map[string]any{"available_tags": []any{map[string]any{"id": tags[0].ID, "name": "Python"}, map[string]any{"name": "Go"}}}
	c.want(403, 50013, "PATCH", "channels/"+forumID, all)
	g.Permit(Least | ManageChannels)
	c.want(200, 0, "PATCH", "channels/"+forumID, all)
	if now := g.Tags(forumID); len(now) != 2 || now[0].ID != tags[0].ID || now[1].Name != "Go" {
		t.Errorf("tags %+v", now)
	}
	c.want(400, 40061, "PATCH", "channels/"+forumID, map[string]any{"available_tags": []any{map[string]any{"name": "A"}, map[string]any{"name": "A"}}})
	c.want(400, 50035, "PATCH", "channels/"+forumID, map[string]any{"available_tags": []any{map[string]any{"name": "a name of more than twenty"}}})
	var many []any
	for i := range 21 {
		many = append(many, map[string]any{"name": string(rune('a' + i))})
	}
	c.want(400, 50035, "PATCH", "channels/"+forumID, map[string]any{"available_tags": many})
}

func TestForumThatNeedsTags(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	g.AddChannel(Channel{ID: forumID, Type: ForumChannel, Tags: []string{"Python"}, NeedsTag: true})
	c := newClient(t, f)
	c.want(400, 40067, "POST", "channels/"+forumID+"/threads", map[string]any{"name": "x", "message": says("x")})
	c.want(201, 0, "POST", "channels/"+forumID+"/threads", map[string]any{
		"name": "x", "message": says("x"), "applied_tags": []string{g.Tags(forumID)[0].ID},
	})
}
