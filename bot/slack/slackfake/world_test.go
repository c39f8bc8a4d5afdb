package slackfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestPeople(t *testing.T) {
	x := newWorld(t, Config{})
	x.refused("user_not_found", "users.info", object{"user": "UNOBODY"})
	mira := x.ok("users.info", object{"user": "UMIRA", "include_locale": true})["user"].(object)
	wanted := object{
		"tz": "Europe/Berlin", "tz_offset": 3600.0, "locale": "de-DE", "is_owner": true, "is_admin": true, "is_stranger": false, "team_id": "T1",
	}
	for name, want := range wanted {
		if mira[name] != want {
			t.Errorf("Mira's %s: %v, want %v", name, mira[name], want)
		}
	}
	sam := x.ok("users.info", object{"user": "USAM"})["user"].(object)
	if sam["locale"] != nil || sam["tz"] != "Etc/UTC" || sam["is_admin"] != false {
		t.Errorf("Sam: %v", sam)
	}
	guest := x.ok("users.info", object{"user": "UGUEST"})["user"].(object)
	if guest["team_id"] != "T2" || guest["is_stranger"] != true {
		t.Errorf("a person from a connected workspace: %v", guest)
	}
}

func TestConversations(t *testing.T) {
	x := newWorld(t, Config{})
	for user, code := range map[string]string{
		"UNOBODY": "user_not_found", "UGONE": "user_disabled", x.w.Bot(): "cannot_dm_bot", "": "users_list_not_supplied", "UMIRA,USAM": "missing_scope",
	} {
		x.refused(code, "conversations.open", object{"users": user})
	}
	d := x.ok("conversations.open", object{"users": "UMIRA"})["channel"].(object)["id"]
	again := x.ok("conversations.open", object{"users": "UMIRA", "return_im": true})
	if ch := again["channel"].(object); ch["id"] != d || ch["user"] != "UMIRA" || again["already_open"] != true {
		t.Errorf("opened again: %v", again)
	}

	x.refused("channel_not_found", "conversations.info", object{"channel": "G1"})
	if ch := x.ok("conversations.info", object{"channel": "C2"})["channel"].(object); ch["name"] != "other" || ch["is_member"] != false || ch["is_private"] != false {
		t.Errorf("a channel: %v", ch)
	}
	if page := x.ok("conversations.members", object{"channel": "C1", "limit": 2}); len(page["members"].([]any)) != 2 {
		t.Errorf("two of the members: %v", page)
	} else {
		next := page["response_metadata"].(object)["next_cursor"]
		if rest := x.ok("conversations.members", object{"channel": "C1", "cursor": next})["members"].([]any); len(rest) != 1 {
			t.Errorf("the others: %v", rest)
		}
	}
	x.ok("conversations.join", object{"channel": "C2"})
	if again := x.ok("conversations.join", object{"channel": "C2"}); again["warning"] != "already_in_channel" {
		t.Errorf("joined again: %v", again)
	}
	x.post("C2", "now a member")
	x.refused("channel_not_found", "conversations.join", object{"channel": "G1"})
}

// TestAnyContent posts, edits and replies at random, and holds what stands, what the history tells and what the journal tells against a
// model.
func TestAnyContent(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var journal bytes.Buffer
		x := newWorld(t, Config{Journal: &journal, Seed: rapid.Uint64().Draw(r, "seed")})
		defer x.f.Close()
		type stood struct{ ts, text, parent string }
		var model []stood
		texts := rapid.StringN(1, 40, -1)
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			text := texts.Draw(r, "text")
			i := rapid.IntRange(0, len(model)).Draw(r, "which")
			switch does := rapid.IntRange(0, 3).Draw(r, "does"); {
			case i == len(model) || does == 0:
				model = append(model, stood{x.post("C1", text), text, ""})
			case does == 1 && model[i].parent == "":
				ts := x.ok("chat.postMessage", object{"channel": "C1", "text": text, "thread_ts": model[i].ts})["ts"].(string)
				model = append(model, stood{ts, text, model[i].ts})
			case does == 2:
				x.ok("chat.update", object{"channel": "C1", "ts": model[i].ts, "text": text})
				model[i].text = text
			default:
				gone := model[i].ts
				x.ok("chat.delete", object{"channel": "C1", "ts": gone})
				model = slices.Delete(model, i, i+1)
			}
		}
		var stands []stood
		for _, m := range x.w.All("C1") {
			stands = append(stands, stood{m.TS, m.Text, m.Thread})
		}
		if !slices.Equal(stands, model) {
			r.Fatalf("%v stands, want %v", stands, model)
		}
		told := map[string]stood{}
		for lines := json.NewDecoder(&journal); lines.More(); {
			var e Entry
			if err := lines.Decode(&e); err != nil {
				r.Fatal(err)
			}
			told[e.Message.TS] = stood{e.Message.TS, e.Message.Text, e.Message.Thread}
			if e.Kind == Deleted {
				delete(told, e.Message.TS)
			}
		}
		for _, m := range model {
			if told[m.ts] != m {
				r.Fatalf("the journal tells %v, want %v", told[m.ts], m)
			}
		}
		if len(told) != len(model) {
			r.Fatalf("the journal tells of %d messages, want %d", len(told), len(model))
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	x := newWorld(t, Config{RateLimits: false})
	const writers, each = 8, 20
	var wait sync.WaitGroup
	for i := range writers {
		wait.Go(func() {
			for j := range each {
				ts := x.post("C1", fmt.Sprint(i, " ", j))
				x.call("chat.update", object{"channel": "C1", "ts": ts, "text": "edited"})
				x.call("conversations.history", object{"channel": "C1", "limit": 3})
				x.call("views.publish", object{"user_id": "UMIRA", "view": object{"type": "home", "blocks": many(j, divider)}})
				x.w.Messages("C1")
				x.w.Home("UMIRA")
				x.f.Journal()
			}
		})
	}
	wait.Wait()
	seen := map[string]bool{}
	for _, m := range x.w.Messages("C1") {
		if seen[m.TS] || m.Text != "edited" {
			t.Errorf("%+v", m)
		}
		seen[m.TS] = true
	}
	if len(seen) != writers*each {
		t.Errorf("%d messages, want %d", len(seen), writers*each)
	}
}

// A fake that is made in a bubble works there, and what is slow costs no real time.
func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{Faults: Faults{Slow: 1, SlowFor: time.Hour}})
		defer f.Close()
		w := f.AddWorkspace("T1")
		w.AddPerson(Person{ID: "UMIRA", Name: "Mira"})
		x := &world{t: t, f: f, w: w, token: w.Install("chat:write")}
		x.http = f.client()
		defer x.http.CloseIdleConnections()
		began := time.Now()
		x.ok("chat.postMessage", object{"channel": "UMIRA", "text": "a"})
		if took := time.Since(began); took != time.Hour {
			t.Errorf("it took %v", took)
		}

		x.http.Timeout = time.Minute
		if _, _, err := x.raw("chat.postMessage", "application/json", x.token, encode(object{"channel": "UMIRA", "text": "b"})); err == nil {
			t.Error("the app waited")
		}
		if n := len(w.Directs("UMIRA")); n != 1 {
			t.Errorf("%d messages stand before their time", n)
		}
		time.Sleep(time.Hour)
		if n := len(w.Directs("UMIRA")); n != 2 {
			t.Errorf("%d messages: what the app did not wait for was not carried out", n)
		}
	})
}

func TestTimestamps(t *testing.T) {
	x := newWorld(t, Config{})
	last := ""
	for i := range 100 {
		ts := x.post("C1", strconv.Itoa(i))
		if last != "" && compareTS(last, ts) >= 0 || len(ts) != len("1234567890.123456") {
			t.Fatalf("%s after %s", ts, last)
		}
		last = ts
	}
}
