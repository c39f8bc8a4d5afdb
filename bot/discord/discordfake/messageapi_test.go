package discordfake

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	where := "channels/" + prepID + "/messages"
	var ids []string
	for _, words := range []string{"one", "two", "three", "four", "five"} {
		ids = append(ids, c.post(prepID, says(words)))
	}
	read := func(query string) string {
		var words []string
		for _, m := range c.want(200, 0, "GET", where+query, nil).list() {
			words = append(words, text(object(m)["content"]))
		}
		return strings.Join(words, " ")
	}
	for query, want := range map[string]string{
		"":                                      "five four three two one",
		"?limit=2":                              "five four",
		"?after=" + ids[1]:                      "five four three",
		"?limit=1&after=" + ids[1]:              "three",
		"?before=" + ids[2]:                     "two one",
		"?limit=1&before=" + ids[2]:             "two",
		"?limit=3&around=" + ids[2]:             "four three two",
		"?after=0&limit=2":                      "two one",
		"?after=" + ids[4]:                      "",
		"?limit=100&before=9000000000000000000": "five four three two one",
	} {
		if got := read(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	c.want(400, 50035, "GET", where+"?limit=101", nil)
	c.want(400, 50035, "GET", where+"?limit=0", nil)
	c.want(400, 50035, "GET", where+"?after=x", nil)

	edited := c.want(200, 0, "PATCH", where+"/"+ids[0], says("uno")).object()
	if edited["content"] != "uno" || edited["edited_timestamp"] == nil {
		t.Errorf("edited: %v", edited)
	}
	c.want(204, 0, "DELETE", where+"/"+ids[1], nil)
	c.want(404, 10008, "GET", where+"/"+ids[1], nil)
	c.want(404, 10008, "PATCH", where+"/"+ids[1], says("x"))
	c.want(404, 10008, "DELETE", where+"/"+ids[1], nil)
	c.want(404, 10003, "POST", "channels/5/messages", says("x"))
	c.want(204, 0, "POST", "channels/"+prepID+"/typing", nil)
	if got := c.want(200, 0, "GET", where+"/"+ids[0], nil).object()["content"]; got != "uno" {
		t.Errorf("read: %v", got)
	}
}

// TestOthersMessages: what people write is not the app's to edit, and not all of it the app's to read.
func TestOthersMessages(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	c := newClient(t, f)
	plain, err := f.Say(miraID, Place{Channel: prepID}, "just talking")
	if err != nil {
		t.Fatal(err)
	}
	mention, err := f.Mention(miraID, Place{Channel: prepID}, "hello")
	if err != nil {
		t.Fatal(err)
	}
	where := "channels/" + prepID + "/messages/"
	c.want(403, 50005, "PATCH", where+plain, says("x"))
	c.want(403, 50013, "DELETE", where+plain, nil)
	if got := c.do("GET", where+plain, nil).object()["content"]; got != "" {
		t.Errorf("without the intent the app reads %q", got)
	}
	if got := c.do("GET", where+mention, nil).object()["content"]; got != "<@"+f.AppID()+"> hello" {
		t.Errorf("of a mention the app reads %q", got)
	}
	g.Permit(Least | ManageMessages)
	c.want(204, 0, "DELETE", where+plain, nil)
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	c := newClient(t, f)
	where := "channels/" + prepID + "/messages"
	id := c.post(prepID, says("here"))
	deny := func(p Permission) { g.SetOverwrites(prepID, Overwrite{Member: f.AppID(), Deny: p}) }

	deny(ViewChannel)
	c.want(403, 50001, "POST", where, says("x"))
	c.want(403, 50001, "GET", where, nil)
	c.want(403, 50001, "GET", "channels/"+prepID, nil)
	deny(SendMessages)
	c.want(403, 50013, "POST", where, says("x"))
	c.want(403, 50013, "POST", "channels/"+prepID+"/typing", nil)
	c.want(200, 0, "PATCH", where+"/"+id, says("edits need no right to send"))
	deny(ReadMessageHistory)
	if got := c.want(200, 0, "GET", where, nil).list(); len(got) != 0 {
		t.Errorf("without history: %v", got)
	}
	c.want(403, 50001, "GET", where+"/"+id, nil)
	reply := says("re")
	reply["message_reference"] = map[string]any{"message_id": id}
	c.want(400, 160002, "POST", where, reply)
	deny(AttachFiles)
	if a := c.files("POST", where, says("x"), upload{name: "a.txt", data: []byte("x")}); a.status != 403 || a.code() != 50013 {
		t.Errorf("a file without the right: %d %s", a.status, a.text)
	}
	deny(EmbedLinks)
	c.want(403, 50013, "POST", where, map[string]any{"embeds": []any{map[string]any{"title": "x"}}})
	deny(0)
	c.want(200, 0, "POST", where, reply)

	g.SetOverwrites(prepID, Overwrite{Role: "@everyone", Deny: ViewChannel})
	c.want(403, 50001, "POST", where, says("x"))
	g.SetOverwrites(prepID, Overwrite{Role: "@everyone", Deny: ViewChannel}, Overwrite{Member: f.AppID(), Allow: ViewChannel})
	c.want(200, 0, "POST", where, says("x"))

	g.Kick()
	c.want(403, 50001, "POST", where, says("x"))
	c.want(404, 10004, "GET", "guilds/"+hillID, nil)
	g.Install()
	g.SetOverwrites(prepID)
	g.Unavailable()
	c.want(503, 0, "POST", where, says("x"))
	g.Available()
	c.want(200, 0, "POST", where, says("x"))
	g.RemoveChannel(prepID)
	c.want(404, 10003, "POST", where, says("x"))
}

func TestNonce(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f, g := hill(t, Config{Now: clock.now})
	g.AddChannel(Channel{ID: "300000000000000002", Name: "other"})
	c := newClient(t, f)
	body := map[string]any{"content": "once", "nonce": "abc", "enforce_nonce": true}
	first := c.want(200, 0, "POST", "channels/"+prepID+"/messages", body)
	if first.object()["nonce"] != "abc" {
		t.Errorf("the answer has nonce %v", first.object()["nonce"])
	}
	body["content"] = "another text"
	if again := c.post(prepID, body); again != first.id() {
		t.Errorf("the same nonce posted %s after %s", again, first.id())
	}
	if other := c.post("300000000000000002", body); other == first.id() {
		t.Error("the nonce counts in another channel")
	}
	if n := len(f.Messages(prepID)); n != 1 {
		t.Errorf("%d messages", n)
	}
	if got := object(c.do("GET", "channels/"+prepID+"/messages", nil).list()[0])["nonce"]; got != nil {
		t.Errorf("history tells the nonce %v", got)
	}
	body["enforce_nonce"] = false
	if again := c.post(prepID, body); again == first.id() {
		t.Error("a nonce that is not enforced counts")
	}
	body["enforce_nonce"] = true
	clock.at = clock.at.Add(3 * time.Minute)
	late := c.post(prepID, body)
	if late == first.id() {
		t.Error("the nonce counts for ever")
	}
	c.want(204, 0, "DELETE", "channels/"+prepID+"/messages/"+late, nil)
	c.want(404, 10008, "POST", "channels/"+prepID+"/messages", body)
	body["nonce"] = strings.Repeat("x", 26)
	if a := c.want(400, 50035, "POST", "channels/"+prepID+"/messages", body); len(a.errors()) == 0 {
		t.Errorf("a nonce of 26: %s", a.text)
	}
}

func TestSlowmode(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f, g := hill(t, Config{Now: clock.now})
	g.AddChannel(Channel{ID: "300000000000000002", Slowmode: time.Minute})
	c := newClient(t, f)
	c.post("300000000000000002", says("one"))
	clock.at = clock.at.Add(20 * time.Second)
	a := c.want(429, 20016, "POST", "channels/300000000000000002/messages", says("two"))
	if a.header.Get("Retry-After") != "40" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	clock.at = clock.at.Add(40 * time.Second)
	c.post("300000000000000002", says("two"))
	g.Permit(Least | BypassSlowmode)
	c.post("300000000000000002", says("three"))
}

func TestOldEdits(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f, _ := hill(t, Config{Now: clock.now, Limits: Limits{OldEdits: 2}})
	c := newClient(t, f)
	id := c.post(prepID, says("counter"))
	where := "channels/" + prepID + "/messages/" + id
	for range 5 {
		c.want(200, 0, "PATCH", where, says("young"))
	}
	clock.at = clock.at.Add(61 * time.Minute)
	c.want(200, 0, "PATCH", where, says("old"))
	c.want(200, 0, "PATCH", where, says("old"))
	c.want(429, 30046, "PATCH", where, says("old"))
	clock.at = clock.at.Add(time.Hour)
	c.want(200, 0, "PATCH", where, says("old"))
	if n := len(f.Messages(prepID)[0].Edits); n != 8 {
		t.Errorf("%d edits are seen", n)
	}
}

func TestDirects(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	c := newClient(t, f)
	open := func(user string) string {
		return c.want(200, 0, "POST", "users/@me/channels", map[string]any{"recipient_id": user}).id()
	}
	mira := open(miraID)
	if again := open(miraID); again != mira || f.Direct(miraID) != mira {
		t.Errorf("%s, then %s", mira, again)
	}
	c.post(mira, says("hello"))
	if d := f.Directs(miraID); len(d) != 1 || d[0].Plain != "hello" || d[0].Guild != "" {
		t.Errorf("Mira sees %+v", d)
	}
	c.want(403, 50278, "POST", "channels/"+open(solID)+"/messages", says("x"))
	f.CloseDMs(miraID, true)
	c.want(403, 50007, "POST", "channels/"+mira+"/messages", says("x"))
	g.Kick()
	c.want(403, 50278, "POST", "channels/"+open(samID)+"/messages", says("x"))
	c.want(404, 10013, "POST", "users/@me/channels", map[string]any{"recipient_id": "77"})
	c.want(400, 50033, "POST", "users/@me/channels", map[string]any{"recipient_id": f.AppID()})
	if a := c.want(400, 50035, "POST", "users/@me/channels", map[string]any{"recipient_id": "x"}); Unvalidated() == "" && len(a.errors()) == 0 {
		t.Errorf("no id: %s", a.text)
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	asked, err := f.Mention(miraID, Place{Channel: prepID}, "help")
	if err != nil {
		t.Fatal(err)
	}
	body := says("here you are")
	body["message_reference"] = map[string]any{"message_id": asked}
	body["allowed_mentions"] = map[string]any{"parse": []string{}}
	c.post(prepID, body)
	body["allowed_mentions"] = map[string]any{"parse": []string{}, "replied_user": true}
	c.post(prepID, body)
	seen := f.Messages(prepID)[1:]
	if seen[0].Reply != asked || len(seen[0].Notified) != 0 || !slices.Equal(seen[1].Notified, []string{miraID}) {
		t.Errorf("people see %+v", seen)
	}
	body["message_reference"] = map[string]any{"message_id": "5"}
	if a := c.want(400, 50035, "POST", "channels/"+prepID+"/messages", body); a.errors()["message_reference"] != "REPLIES_UNKNOWN_MESSAGE" {
		t.Error(a.text)
	}
	body["message_reference"] = map[string]any{"message_id": "5", "fail_if_not_exists": false}
	c.post(prepID, body)
}
