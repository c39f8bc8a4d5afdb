package discordfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

func TestGatewayRefuses(t *testing.T) {
	t.Parallel()
	change := func(f *Fake, with map[string]any) map[string]any {
		d := identity(f, 0, 1)
		for k, v := range with {
			if d[k] = v; v == nil {
				delete(d, k)
			}
		}
		return d
	}
	for name, c := range map[string]struct {
		code int
		do   func(a *app)
	}{
		"no JSON":                 {4002, func(a *app) { _ = a.conn.WriteMessage(websocket.TextMessage, []byte("{")) }},
		"no op":                   {4002, func(a *app) { _ = a.conn.WriteMessage(websocket.TextMessage, []byte("{}")) }},
		"too long":                {4002, func(a *app) { a.send(opHeartbeat, strings.Repeat("x", maxSent)) }},
		"a heartbeat of text":     {4002, func(a *app) { a.send(opHeartbeat, "x") }},
		"an opcode of nobody":     {4001, func(a *app) { a.send(99, nil) }},
		"an opcode of Discord's":  {4001, func(a *app) { a.send(opHello, nil) }},
		"a presence before":       {4003, func(a *app) { a.send(opPresence, map[string]any{}) }},
		"members before":          {4003, func(a *app) { a.send(opMembers, map[string]any{}) }},
		"a wrong token":           {4004, func(a *app) { a.send(opIdentify, change(a.f, map[string]any{"token": "x"})) }},
		"a wrong token to resume": {4004, func(a *app) { a.send(opResume, map[string]any{"token": "x", "session_id": "y", "seq": 1}) }},
		"no properties":           {4002, func(a *app) { a.send(opIdentify, change(a.f, map[string]any{"properties": nil})) }},
		"no intents":              {4002, func(a *app) { a.send(opIdentify, change(a.f, map[string]any{"intents": nil})) }},
		"intents of text":         {4002, func(a *app) { a.send(opIdentify, change(a.f, map[string]any{"intents": "1"})) }},
		"a resume without seq":    {4002, func(a *app) { a.send(opResume, map[string]any{"token": a.f.Token(), "session_id": "y"}) }},
		"a shard beyond":          {4010, func(a *app) { a.send(opIdentify, change(a.f, map[string]any{"shard": []int{1, 1}})) }},
		"half a shard":            {4010, func(a *app) { a.send(opIdentify, change(a.f, map[string]any{"shard": []int{1}})) }},
		"intents of nobody":       {4013, func(a *app) { a.send(opIdentify, change(a.f, map[string]any{"intents": 1 << 18})) }},
		"an intent not granted":   {4014, func(a *app) { a.send(opIdentify, change(a.f, map[string]any{"intents": intentContent})) }},
		"a second Identify":       {4005, func(a *app) { a.ready(); a.send(opIdentify, identity(a.f, 0, 1)) }},
		"a Resume after Identify": {4005, func(a *app) { s := a.ready(); a.send(opResume, resumption(a.f, s, 1)) }},
		"a seq of tomorrow": {4007, func(a *app) {
			s := a.ready()
			a.again()
			a.send(opResume, resumption(a.f, s, 99))
		}},
		"more guilds than allowed": {4011, func(a *app) { a.f.AddGuild("200000000000000002").Install(); a.send(opIdentify, identity(a.f, 0, 1)) }},
		"too much talk": {4008, func(a *app) {
			for range maxSends + 1 {
				a.send(opHeartbeat, nil)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _ := hill(t, Config{Gateway: Gateway{PerShard: 1}})
			a := dial(t, f, "/gateway")
			c.do(a)
			if code := a.closed(); code != c.code {
				t.Errorf("closed with %d, want %d", code, c.code)
			}
		})
	}
}

// again leaves without a word and comes back to resume_gateway_url.
func (a *app) again() {
	a.t.Helper()
	_ = a.conn.NetConn().Close()
	a.conn = dial(a.t, a.f, resumePath).conn
}

func TestGatewayVersion(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	for query, code := range map[string]int{"": 4012, "?v=8&encoding=json": 4012, "?v=10&encoding=etf": 4002, "?v=10&encoding=json&compress=zlib-stream": 4002} {
		d := websocket.Dialer{NetDialContext: f.Dial}
		conn, res, err := d.DialContext(t.Context(), "ws://discord.fake/gateway/"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if got := (&app{t, f, conn}).closed(); got != code {
			t.Errorf("%q: closed with %d, want %d", query, got, code)
		}
		_ = conn.Close()
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	f.AddGuild("200000000000000002").Install()
	f.AddGuild("200000000000000003") // without the app
	dark := f.AddGuild("200000000000000004")
	dark.Install()
	dark.Unavailable()
	a := dial(t, f, "/gateway")
	a.send(opIdentify, identity(f, 0, 1))
	ready := a.read()
	var r struct {
		V      int
		Guilds []struct {
			ID          string
			Unavailable bool
		}
		Session string `json:"session_id"`
		Resume  string `json:"resume_gateway_url"`
		Shard   []int
		User    struct{ ID string }
	}
	if err := json.Unmarshal(ready.D, &r); err != nil || ready.T != "READY" || ready.S != 1 {
		t.Fatalf("%+v, %v", ready, err)
	}
	if len(r.Guilds) != 3 || !r.Guilds[0].Unavailable || r.Session == "" || r.Resume == f.base+"/gateway" || !slices.Equal(r.Shard, []int{0, 1}) || r.User.ID != f.AppID() {
		t.Errorf("%s", ready.D)
	}
	for seq, want := range []string{g.ID(), "200000000000000002"} {
		var got struct {
			ID       string
			Channels []any
			Joined   time.Time `json:"joined_at"`
		}
		in := a.read()
		if err := json.Unmarshal(in.D, &got); err != nil || in.T != "GUILD_CREATE" || got.ID != want || in.S != int64(seq+2) || got.Joined.IsZero() {
			t.Errorf("%+v, %v", in, err)
		}
	}
	dark.Available()
	if in := a.read(); in.T != "GUILD_CREATE" || !strings.Contains(string(in.D), dark.ID()) {
		t.Errorf("%+v", in)
	}
	dark.Kick()
	if in := a.read(); in.T != "GUILD_DELETE" || strings.Contains(string(in.D), "unavailable") {
		t.Errorf("%s", in.D)
	}
}

func TestHeartbeats(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, _ := hill(t, Config{Gateway: Gateway{Heartbeat: 10 * time.Second}})
		a := dial(t, f, "/gateway")
		a.ready()
		a.wait("GUILD_CREATE")
		for range 3 {
			time.Sleep(10 * time.Second)
			a.send(opHeartbeat, 1)
			if in := a.read(); in.Op != opHeartbeatAck {
				t.Errorf("%+v", in)
			}
		}
		if f.AskHeartbeat(0) != 1 || a.read().Op != opHeartbeat {
			t.Error("Op 1 was not sent")
		}
		if code := a.closed(); code != 4009 {
			t.Errorf("an app without a pulse was closed with %d", code)
		}
	})
}

func TestIdentifyLimit(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, _ := hill(t, Config{Gateway: Gateway{Concurrency: 2, Identifies: 4}})
		identify := func(shard int) *app {
			a := dial(t, f, "/gateway")
			a.send(opIdentify, identity(f, shard, 4))
			return a
		}
		if in := identify(0).read(); in.T != "READY" {
			t.Errorf("%+v", in)
		}
		if in := identify(1).read(); in.T != "READY" {
			t.Errorf("another key: %+v", in)
		}
		if in := identify(2).read(); in.Op != opInvalid || string(in.D) != "false" {
			t.Errorf("the same key within five seconds: %+v", in)
		}
		time.Sleep(identifyWindow)
		late := identify(2)
		if in := late.read(); in.T != "READY" {
			t.Errorf("%+v", in)
		}
		_, out := ask(t, f, "GET", "gateway/bot", nil)
		limit, _ := out["session_start_limit"].(map[string]any)
		if limit["remaining"] != 1.0 || limit["total"] != 4.0 || limit["max_concurrency"] != 2.0 || out["shards"] != 1.0 || out["url"] != "ws://discord.fake/gateway" {
			t.Errorf("%v", out)
		}
		if again, _ := limit["reset_after"].(float64); again != float64((24*time.Hour - identifyWindow).Milliseconds()) {
			t.Errorf("reset_after %v", again)
		}
		time.Sleep(24 * time.Hour)
		for n := range 4 {
			time.Sleep(identifyWindow)
			if in := identify(n).read(); in.T != "READY" {
				t.Errorf("%d: %+v", n, in)
			}
		}
		time.Sleep(identifyWindow)
		if code := identify(0).closed(); code != 4004 {
			t.Errorf("too many in a day: closed with %d", code)
		}
		if status, _ := ask(t, f, "GET", "gateway/bot", nil); status != 401 {
			t.Errorf("the token still works: %d", status)
		}
	})
}

func TestResume(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, g := hill(t, Config{Gateway: Gateway{Buffer: 5}})
		a := dial(t, f, "/gateway")
		session := a.ready()
		created := a.wait("GUILD_CREATE")
		say := func(n int) {
			t.Helper()
			if _, err := f.DM(samID, fmt.Sprint("hello ", n)); err != nil {
				t.Fatal(err)
			}
		}
		resumed := func(from int64, want int) frame {
			t.Helper()
			a.send(opResume, resumption(f, session, from))
			for n := range want {
				if in := a.read(); in.T != "MESSAGE_CREATE" || in.S <= from || !strings.Contains(string(in.D), "hello") {
					t.Errorf("replayed %d: %+v", n, in)
				}
			}
			in := a.read()
			if in.T != "RESUMED" {
				t.Errorf("%+v", in)
			}
			return in
		}

		a.again()
		for n := range 3 {
			say(n)
		}
		if in := resumed(created.S, 3); in.S != created.S+4 {
			t.Errorf("RESUMED has seq %d after %d", in.S, created.S)
		}
		say(4)
		seen := a.wait("MESSAGE_CREATE")

		if f.Reconnect(0) != 1 || a.read().Op != opReconnect {
			t.Error("Op 7 was not sent")
		}
		say(5) // waits
		a.again()
		resumed(seen.S, 1)

		f.AnswerStart(Resumes, 1, Start{Op: opReconnect})
		a.again()
		a.send(opResume, resumption(f, session, seen.S))
		if in := a.read(); in.Op != opReconnect {
			t.Errorf("%+v", in)
		}
		a.again()
		resumed(seen.S, 1)

		f.InvalidSession(0, true)
		if in := a.read(); in.Op != opInvalid || string(in.D) != "true" {
			t.Errorf("%+v", in)
		}
		a.again()
		resumed(seen.S, 1)

		f.CloseShard(Every, 4000)
		if code := a.closed(); code != 4000 {
			t.Errorf("closed with %d", code)
		}
		a.again()
		resumed(seen.S, 1)
		f.CloseShard(Every, 0)
		if code := a.closed(); code != 0 {
			t.Errorf("closed with %d", code)
		}

		for n := range 10 {
			say(n)
		}
		a.again()
		a.send(opResume, resumption(f, session, seen.S))
		if in := a.read(); in.Op != opInvalid || string(in.D) != "false" {
			t.Errorf("more was missed than is kept: %+v", in)
		}
		if got := f.Complaints(); len(got) > 0 {
			t.Errorf("%q", got)
		}
		g.Kick()
	})
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(f *Fake, a *app){
		"said goodbye with 1000": func(_ *Fake, a *app) { a.goodbye(1000) },
		"said goodbye with 1001": func(_ *Fake, a *app) { a.goodbye(1001) },
		"was away for too long":  func(f *Fake, a *app) { _ = a.conn.NetConn().Close(); time.Sleep(4 * time.Minute) },
		"was forgotten":          func(f *Fake, a *app) { f.ForgetSessions(0) },
		"was told Op 9":          func(f *Fake, a *app) { f.InvalidSession(Every, false) },
		"was closed with 4009":   func(f *Fake, a *app) { f.CloseShard(0, 4009); a.closed() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				f, _ := hill(t, Config{})
				a := dial(t, f, "/gateway")
				session := a.ready()
				end(f, a)
				synctest.Wait()
				a.again()
				a.send(opResume, resumption(f, session, 1))
				if in := a.read(); in.Op != opInvalid || string(in.D) != "false" {
					t.Errorf("%+v", in)
				}
			})
		})
	}
}

// goodbye closes with a code.
func (a *app) goodbye(code int) {
	_ = a.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	_ = a.conn.NetConn().Close()
}

func TestSessionOutlivesAnotherCode(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, _ := hill(t, Config{})
		a := dial(t, f, "/gateway")
		session := a.ready()
		a.goodbye(4200)
		synctest.Wait()
		a.again()
		a.send(opResume, resumption(f, session, 2))
		if in := a.wait("RESUMED"); in.S != 3 {
			t.Errorf("%+v", in)
		}
		log := f.GatewayLog()
		if last := log[len(log)-1]; last.What != Resumed || last.Shard != 0 || !slices.ContainsFunc(log, func(e GatewayEvent) bool { return e.What == ClosedByApp && e.Code == 4200 }) {
			t.Errorf("%+v", log)
		}
	})
}

func TestSilence(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, _ := hill(t, Config{Gateway: Gateway{Heartbeat: 10 * time.Second}})
		a := dial(t, f, "/gateway")
		session := a.ready()
		last := a.wait("GUILD_CREATE")
		f.Silence(0)
		a.send(opHeartbeat, 1)
		if _, err := f.DM(samID, "hello"); err != nil {
			t.Fatal(err)
		}
		_ = a.conn.SetReadDeadline(time.Now().Add(11 * time.Second))
		if _, _, err := a.conn.ReadMessage(); err == nil {
			t.Error("something came")
		}
		a.again() // Discord has not noticed the end of the old connection
		a.send(opResume, resumption(f, session, last.S))
		if in := a.read(); in.T != "MESSAGE_CREATE" {
			t.Errorf("%+v", in)
		}
	})
}

func TestResumeURL(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	a := dial(t, f, "/gateway")
	session := a.ready()
	f.ResumeURLDead(true)
	if _, err := tryDial(t, f, resumePath); err == nil {
		t.Error("something answers")
	}
	a.conn = dial(t, f, "/gateway").conn
	a.send(opResume, resumption(f, session, 2))
	a.wait("RESUMED")
	if got := f.Complaints(); len(got) > 0 {
		t.Errorf("%q", got)
	}
	f.ResumeURLDead(false)
	a.conn = dial(t, f, "/gateway/").conn
	a.send(opResume, resumption(f, session, 2))
	a.wait("RESUMED")
	if got := f.Complaints(); len(got) != 1 || !strings.Contains(got[0], "Resume at") {
		t.Errorf("%q", got)
	}
}

func TestShards(t *testing.T) {
	t.Parallel()
	f := New(Config{Gateway: Gateway{Concurrency: 2}})
	t.Cleanup(f.Close)
	f.AddPerson(Person{ID: samID, Name: "Sam"})
	apps := map[int]*app{}
	ids := []string{}
	for n := range 2 {
		id := fmt.Sprint(uint64(n+2) << 22)
		ids = append(ids, id)
		g := f.AddGuild(id)
		g.AddMember(Person{ID: samID, Name: "Sam"})
		g.AddChannel(Channel{ID: fmt.Sprint(300000000000000001 + n), Name: "prep"})
		g.Install()
	}
	for n := range 2 {
		apps[n] = dial(t, f, "/gateway")
		apps[n].send(opIdentify, identity(f, n, 2))
		if in := apps[n].wait("READY"); !strings.Contains(string(in.D), ids[n]) || strings.Contains(string(in.D), ids[1-n]) {
			t.Errorf("shard %d: %s", n, in.D)
		}
		apps[n].wait("GUILD_CREATE")
	}
	if err := f.AwaitShards(within(t, time.Minute), 2); err != nil || !slices.Equal(f.Shards(), []int{0, 1}) {
		t.Errorf("%v, %v", f.Shards(), err)
	}
	if _, err := f.Say(samID, Place{Channel: "300000000000000002"}, "to the second"); err != nil {
		t.Fatal(err)
	}
	if in := apps[1].read(); in.T != "MESSAGE_CREATE" || !strings.Contains(string(in.D), ids[1]) {
		t.Errorf("%+v", in)
	}
	if _, err := f.DM(samID, "to the first"); err != nil {
		t.Fatal(err)
	}
	if in := apps[0].read(); in.T != "MESSAGE_CREATE" || strings.Contains(string(in.D), "guild_id") {
		t.Errorf("%+v", in)
	}
}

func TestIntents(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{Gateway: Gateway{Concurrency: 16, Privileged: intentContent}})
	listen := func(shard, intents int) *app {
		a := dial(t, f, "/gateway")
		d := identity(f, 0, 1)
		d["intents"] = intents
		a.send(opIdentify, d)
		a.wait("READY")
		f.mu.Lock()
		delete(f.wire.started, 0) // the next comes at once
		f.mu.Unlock()
		return a
	}
	plain, all, none := listen(0, intents), listen(0, intents|intentContent), listen(0, 0)
	contents := func(a *app, n int) (all []string) {
		for range n {
			var m struct{ Content string }
			if err := json.Unmarshal(a.wait("MESSAGE_CREATE").D, &m); err != nil {
				t.Fatal(err)
			}
			all = append(all, m.Content)
		}
		return all
	}
	for _, text := range []string{"secret", "hey <@" + f.AppID() + ">"} {
		if _, err := f.Say(samID, Place{Channel: prepID}, text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.DM(samID, "direct"); err != nil {
		t.Fatal(err)
	}
	f.Dispatch(hillID, "EVENT_OF_NEXT_YEAR", map[string]any{"a": 1})
	mention := "hey <@" + f.AppID() + ">"
	if got := contents(plain, 3); !slices.Equal(got, []string{"", mention, "direct"}) {
		t.Errorf("%q", got)
	}
	if got := contents(all, 3); !slices.Equal(got, []string{"secret", mention, "direct"}) {
		t.Errorf("%q", got)
	}
	if in := none.read(); in.T != "EVENT_OF_NEXT_YEAR" || in.S != 2 {
		t.Errorf("%+v", in)
	}
	if !f.Redeliver("MESSAGE_CREATE") || f.Redeliver("MESSAGE_OF_NEXT_YEAR") {
		t.Error("what was told is told again, and nothing else")
	}
	if got := contents(plain, 1); !slices.Equal(got, []string{"direct"}) {
		t.Errorf("%q", got)
	}
}

// What an app does not see, it does not hear of.
func TestUnheard(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	g.AddChannel(Channel{ID: "300000000000000002", Name: "closed", Deny: ViewChannel})
	other := f.AddGuild("200000000000000002")
	other.AddMember(Person{ID: samID, Name: "Sam"})
	other.AddChannel(Channel{ID: "300000000000000003", Name: "theirs"})
	a := dial(t, f, "/gateway")
	a.ready()
	a.wait("GUILD_CREATE")
	for _, channel := range []string{"300000000000000002", "300000000000000003"} {
		if _, err := f.Mention(samID, Place{Channel: channel}, "hello"); err != nil {
			t.Fatal(err)
		}
	}
	g.Unavailable()
	if _, err := f.Mention(samID, prep, "hello"); err == nil {
		t.Error("somebody writes in an outage")
	}
	if in := a.read(); in.T != "GUILD_DELETE" || !strings.Contains(string(in.D), `"unavailable":true`) {
		t.Errorf("%+v", in)
	}
}

func TestGatewayDown(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	f.GatewayDown(true)
	if _, err := tryDial(t, f, "/gateway"); err == nil {
		t.Error("something answers")
	}
	f.GatewayDown(false)
	f.NoHello(1)
	a, err := tryDial(t, f, "/gateway")
	if err != nil {
		t.Fatal(err)
	}
	_ = a.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, _, err := a.conn.ReadMessage(); err == nil {
		t.Error("something was said")
	}
	dial(t, f, "/gateway")
}

func TestAnswersToIdentify(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, _ := hill(t, Config{})
		identify := func(with Start) *app {
			t.Helper()
			time.Sleep(identifyWindow)
			f.AnswerStart(Identified, 1, with)
			a := dial(t, f, "/gateway")
			a.send(opIdentify, identity(f, 0, 1))
			return a
		}
		if in := identify(Start{Op: 7}).read(); in.Op != opReconnect {
			t.Errorf("%+v", in)
		}
		if in := identify(Start{Op: 9, Resumable: true}).read(); in.Op != opInvalid || string(in.D) != "true" {
			t.Errorf("%+v", in)
		}
		for _, code := range []int{4000, 4013, 0} {
			if got := identify(Start{Code: code}).closed(); got != code {
				t.Errorf("closed with %d, want %d", got, code)
			}
		}
		mute := identify(Start{Mute: true})
		_ = mute.conn.SetReadDeadline(time.Now().Add(time.Minute))
		if _, body, err := mute.conn.ReadMessage(); err == nil {
			t.Errorf("%s", body)
		}
		if got := f.Shards(); len(got) > 0 {
			t.Errorf("%v", got)
		}
	})
}
