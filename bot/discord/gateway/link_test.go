package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

const beatInterval = 41250 * time.Millisecond // as helloFrame says

// The first heartbeat comes after a part of the interval that chance decides, the others an interval apart, with the number
// of the last dispatch.
func TestHeartbeats(t *testing.T) {
	for _, chance := range []float64{0, 0.25, 0.999} {
		p := &peer{chance: chance, serve: (*call).begin}
		meet(t, p, func(t *testing.T) {
			begun := time.Now()
			time.Sleep(100 * beatInterval)
			beats := p.of(1, opHeartbeat)
			if len(beats) < 99 {
				t.Fatalf("%d heartbeats: %+v", len(beats), p.heard)
			}
			for i, b := range beats {
				want := time.Duration(chance*float64(beatInterval)) + time.Duration(i)*beatInterval
				if b.at.Sub(begun).Round(time.Millisecond) != want.Round(time.Millisecond) {
					t.Fatalf("heartbeat %d after %v, want %v", i, b.at.Sub(begun), want)
				}
				if b.d != "1" && b.at != begun {
					t.Fatalf("heartbeat %d tells %s", i, b.d)
				}
			}
		})
	}
}

// Identify and Resume say what Discord's documentation wants, and no more.
func TestIntroduction(t *testing.T) {
	p := &peer{serve: func(c *call) {
		c.begin()
		if c.n == 1 {
			c.say(`{"op":0,"s":2,"t":"A","d":1}`)
			c.say(`{"op":7}`)
		}
	}}
	meet(t, p, func(t *testing.T) {
		time.Sleep(time.Second)
		var got map[string]any
		if err := json.Unmarshal([]byte(p.of(1, opIdentify)[0].d), &got); err != nil {
			t.Fatal(err)
		}
		properties := got["properties"].(map[string]any)
		if properties["browser"] != "greenroom" || properties["device"] != "greenroom" || properties["os"] == "" || properties["$os"] != nil {
			t.Errorf("properties %v", properties)
		}
		if got["token"] != "t" || got["intents"] != 0. || fmt.Sprint(got["shard"]) != "[0 1]" {
			t.Errorf("Identify %v", got)
		}
		if d := p.of(2, opResume)[0].d; d != `{"token":"t","session_id":"s1","seq":2}` {
			t.Errorf("Resume %s", d)
		}
	})
}

// A heartbeat that Discord asks for is sent at once, but a flood of them is not answered beyond 120 in a minute, and those
// that are due go out all the same.
func TestAskedForHeartbeats(t *testing.T) {
	p := &peer{chance: 0.5, serve: func(c *call) {
		c.begin()
		for c.say(`{"op":1}`) == nil {
			time.Sleep(100 * time.Millisecond)
		}
	}}
	meet(t, p, func(t *testing.T) {
		time.Sleep(2050 * time.Millisecond)
		if n := len(p.of(1, opHeartbeat)); n != 21 {
			t.Errorf("%d of 21 were answered", n)
		}
		time.Sleep(10 * time.Minute)
		beats := p.of(1, opHeartbeat)
		due := 0
		for i, b := range beats {
			if i >= 120 && b.at.Sub(beats[i-120].at) < time.Minute {
				t.Fatalf("121 in %v", b.at.Sub(beats[i-120].at))
			}
			if b.at.UnixMilli()%100 == 25 { // these are due: half an interval is 20.625 s
				due++
			}
		}
		if due < 6 { // every other one: the interval is 41.25 s
			t.Errorf("%d that were due", due)
		}
		if p.connections() != 1 {
			t.Errorf("%d connections", p.connections())
		}
	})
}

// Heartbeats that are not acknowledged end the connection with a code that keeps the session, at the second.
func TestDeaf(t *testing.T) {
	p := &peer{deaf: true, chance: 0.5, serve: (*call).begin}
	meet(t, p, func(t *testing.T) {
		begun := time.Now()
		time.Sleep(5 * time.Minute)
		end := p.of(1, -1)
		if len(end) != 1 || end[0].code != closeOwn {
			t.Fatalf("it ended so: %+v", end)
		}
		if got, want := end[0].at.Sub(begun), beatInterval/2+beatInterval; got.Round(time.Millisecond) != want {
			t.Errorf("after %v, want %v", got, want)
		}
		if len(p.of(2, opResume)) != 1 {
			t.Error("it was not resumed")
		}
	})
}

// What keeps us from reading keeps acknowledgements too: such a connection is not taken for dead.
func TestSlowIsNotDead(t *testing.T) {
	const n = maxUndone + 100
	p := &peer{deaf: true, chance: 0.5, serve: func(c *call) {
		c.begin()
		for i := range n {
			if c.say(fmt.Sprintf(`{"op":0,"s":%d,"t":"HOLD","d":{}}`, i+2)) != nil {
				return
			}
		}
	}}
	meet(t, p, func(t *testing.T) {
		time.Sleep(14 * time.Minute)
		if p.connections() != 1 || len(p.of(1, opHeartbeat)) < 15 {
			t.Errorf("%d connections, %d heartbeats", p.connections(), len(p.of(1, opHeartbeat)))
		}
		if got := strings.Count(p.names(), "HOLD"); got != maxUndone {
			t.Errorf("%d are under way", got)
		}
		begun := time.Now()
		for strings.Count(p.names(), "HOLD") < n && time.Since(begun) < 5*time.Minute { // they are given up after a while
			time.Sleep(time.Second)
		}
		if got := strings.Count(p.names(), "HOLD"); got != n || p.connections() != 1 {
			t.Errorf("%d came, over %d connections", got, p.connections())
		}
	})
}

// A gateway that does not say what it has to is left, at the latest after a while.
func TestNonsense(t *testing.T) {
	for name, test := range map[string]struct {
		serve func(c *call)
		least time.Duration // until the next connection
		most  time.Duration
	}{
		"nothing":               {func(*call) {}, helloWithin, helloWithin + time.Second},
		"READY before Hello":    {func(c *call) { c.say(readyFrame) }, 0, time.Second},
		"Hello without READY":   {func(c *call) { c.say(helloFrame) }, readyWithin, readyWithin + 7*time.Second},
		"an event before READY": {func(c *call) { c.say(helloFrame); c.say(`{"op":0,"s":1,"t":"A","d":{}}`) }, 0, 7 * time.Second},
		"READY of no session":   {func(c *call) { c.say(helloFrame); c.say(`{"op":0,"s":1,"t":"READY","d":{}}`) }, 0, 7 * time.Second},
		"a READY of null":       {func(c *call) { c.say(helloFrame); c.say(`{"op":0,"s":1,"t":"READY","d":null}`) }, 0, 7 * time.Second},
		"no heartbeats":         {func(c *call) { c.say(`{"op":10,"d":{"heartbeat_interval":0}}`) }, 0, time.Second},
		"Hello of nothing":      {func(c *call) { c.say(`{"op":10}`) }, 0, time.Second},
		"no JSON":               {func(c *call) { c.say(`hello`) }, 0, time.Second},
		"Op 7 for Hello":        {func(c *call) { c.say(`{"op":7}`) }, 0, time.Second},
		"binary":                {func(c *call) { c.ws.WriteMessage(websocket.BinaryMessage, []byte(helloFrame)) }, 0, time.Second},
		"an event that cannot be counted": {func(c *call) {
			c.say(helloFrame)
			c.say(readyFrame)
			c.say(`{"op":0,"t":"A","d":{}}`)
		}, 0, 7 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			p := &peer{}
			p.serve = func(c *call) {
				if c.n == 1 {
					test.serve(c)
				} else {
					c.say(helloFrame)
					c.say(strings.Replace(readyFrame, `"s":1`, `"s":9`, 1))
					c.say(`{"op":0,"s":10,"t":"FINE","d":{}}`)
				}
			}
			meet(t, p, func(t *testing.T) {
				begun := time.Now()
				for !strings.Contains(p.names(), "FINE") && time.Since(begun) < time.Minute {
					time.Sleep(10 * time.Millisecond)
				}
				if took := time.Since(begun); took < test.least || took > test.most {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// Heartbeats are never sent faster or slower than any gateway could mean.
func TestInterval(t *testing.T) {
	for text, most := range map[string]int{"1": 31, "9223372036854775807": 3} {
		p := &peer{serve: func(c *call) {
			c.say(`{"op":10,"d":{"heartbeat_interval":` + text + `}}`)
			c.say(readyFrame)
		}}
		meet(t, p, func(t *testing.T) {
			time.Sleep(10*time.Minute + time.Second)
			if n := len(p.of(1, opHeartbeat)); n < most-1 || n > most {
				t.Errorf("%d heartbeats in ten minutes with an interval of %s ms", n, text)
			}
		})
	}
}

// An event that is too large to be read is left out, and the session goes on behind it.
func TestTooLarge(t *testing.T) {
	p := &peer{serve: func(c *call) {
		c.begin()
		c.say(`{"t":"GUILD_CREATE","s":2,"op":0,"d":"` + strings.Repeat("x", maxFrame) + `"}`)
		c.say(`{"t":"AFTER","s":3,"op":0,"d":{}}`)
	}}
	meet(t, p, func(t *testing.T) {
		time.Sleep(3 * time.Second)
		if got := p.names(); got != "READY AFTER" || p.connections() != 1 {
			t.Errorf("%s came, over %d connections", got, p.connections())
		}
		if p.kept().Seq != 3 {
			t.Errorf("kept %+v", p.kept())
		}
	})
}

// A frame that can never be read would come again with every Resume: after ten minutes the session is given up.
func TestStuckSession(t *testing.T) {
	p := &peer{serve: func(c *call) {
		if c.n == 1 {
			c.begin()
		} else {
			c.say(helloFrame)
		}
		time.Sleep(time.Millisecond)
		if len(c.p.of(c.n, opIdentify)) == 1 && c.n > 1 {
			c.say(strings.Replace(readyFrame, "s1", "s2", 1))
			return
		}
		c.say(`{"op":0,"t":"BROKEN"}`)
	}}
	meet(t, p, func(t *testing.T) {
		time.Sleep(12 * time.Minute)
		identifies := 0
		for n := range p.connections() {
			identifies += len(p.of(n+1, opIdentify))
		}
		if identifies != 2 || p.kept().ID != "s2" {
			t.Errorf("%d Identifies over %d connections, kept %+v", identifies, p.connections(), p.kept())
		}
	})
}

// An address that is given for Resume gets the bot's token: it is used only if it is one of Discord's gateways.
func TestResumeElsewhere(t *testing.T) {
	for _, elsewhere := range []string{"http://169.254.169.254/", "wss://gateway.evil.example", "ws://gateway.discord.gg.evil.example", "ws://evil.example/?gateway.discord.gg", "ws://x@evil.example", "ws://discord.gg@evil.example:80", "ws://", "ws://gg"} {
		p := &peer{serve: func(c *call) {
			if c.n == 1 {
				c.say(helloFrame)
				c.say(strings.Replace(readyFrame, "ws://resume.discord.gg", elsewhere, 1))
				c.say(`{"op":7}`)
				return
			}
			c.begin()
		}}
		meet(t, p, func(t *testing.T) {
			time.Sleep(2 * time.Second)
			if len(p.of(2, opResume)) != 1 {
				t.Errorf("%s: heard %+v", elsewhere, p.heard)
			}
			if p.kept().Resume != "" {
				t.Errorf("%s: kept %+v", elsewhere, p.kept())
			}
			if got := p.dialled(); !slices.Equal(got, []string{"gateway.discord.gg:80", "gateway.discord.gg:80"}) {
				t.Errorf("%s: connected to %s", elsewhere, got)
			}
		})
	}
}

// Nor is the token sent in the clear where Discord's API is not.
func TestKin(t *testing.T) {
	for _, c := range []struct {
		to, of string
		is     bool
	}{
		{"wss://gateway-us-east1-b.discord.gg", "wss://gateway.discord.gg", true},
		{"wss://gateway-us-east1-b.discord.gg", "wss://gateway.discord.gg:443/", true},
		{"ws://gateway-us-east1-b.discord.gg", "wss://gateway.discord.gg", false},
		{"wss://gateway.discord.gg", "ws://gateway.discord.gg", true},
		{"wss://GATEWAY.discord.GG.", "wss://gateway.discord.gg", true},
		{"wss://discord.gg", "wss://gateway.discord.gg", true},
		{"wss://evildiscord.gg", "wss://gateway.discord.gg", false},
		{"ws://127.0.0.1:8080/resume", "ws://127.0.0.1:8080/gateway", true},
		{"ws://9.9.0.1:8080/resume", "ws://127.0.0.1:8080/gateway", false},
		{"ws://[::1]:1", "ws://[::1]:2", true},
		{"https://gateway.discord.gg", "wss://gateway.discord.gg", false},
		{"", "wss://gateway.discord.gg", false},
		{"wss://:443", "wss://:443", false},
	} {
		if kin(c.to, c.of) != c.is {
			t.Errorf("%q of %q: %v", c.to, c.of, !c.is)
		}
	}
	for api, ok := range map[string]bool{"https://discord.com/api/v10/": false, "http://127.0.0.1/api/v10/": true} {
		answer := answers(func() (int, string) { return 200, strings.Replace(planned(1, 1, 1000, time.Hour), "wss:", "ws:", 1) })
		g, err := New(Config{Token: "t", API: api, HTTP: &http.Client{Transport: answer}, Save: func(context.Context, Session) error { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.ask(t.Context()); (err == nil) != ok {
			t.Errorf("a gateway without TLS, named by %s: %v", api, err)
		}
	}
}

// A session that Discord sends twice what was there comes once.
func TestReplayedTwice(t *testing.T) {
	p := &peer{serve: func(c *call) {
		c.begin()
		for seq := range 5 {
			c.say(fmt.Sprintf(`{"op":0,"s":%d,"t":"E%d","d":{}}`, seq+2, seq+2))
		}
		if c.n < 3 {
			c.say(`{"op":7}`)
		}
	}}
	meet(t, p, func(t *testing.T) {
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := p.names(); got != "READY E2 E3 E4 E5 E6 RESUMED RESUMED" {
			t.Error(got)
		}
	})
}

// The code with which Discord closes is never said back: 1000 or 1001 could end the session.
func TestCloseIsNotEchoed(t *testing.T) {
	for _, code := range []int{1000, 1001, 4000} {
		p := &peer{}
		p.serve = func(c *call) {
			c.begin()
			if c.n == 1 {
				c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "bye"), time.Now().Add(time.Second))
			}
		}
		meet(t, p, func(t *testing.T) {
			time.Sleep(2 * time.Second)
			if end := p.of(1, -1); len(end) != 1 || end[0].code != closeOwn {
				t.Errorf("after %d: %+v", code, end)
			}
			if len(p.of(2, opResume)) != 1 {
				t.Errorf("after %d: not resumed", code)
			}
		})
	}
}

// Before a session is begun in place of one that Discord ended, one to five seconds pass, as chance decides.
func TestWaitAfterInvalidSession(t *testing.T) {
	for chance, want := range map[float64]time.Duration{0: time.Second, 0.5: 3 * time.Second} {
		p := &peer{chance: chance}
		var ended time.Time
		p.serve = func(c *call) {
			c.say(helloFrame)
			if c.n == 1 {
				c.say(readyFrame)
				time.Sleep(time.Minute) // the last Identify was long ago
				ended = time.Now()
				c.say(`{"op":9,"d":false}`)
			}
		}
		meet(t, p, func(t *testing.T) {
			time.Sleep(time.Minute + 7*time.Second)
			again := p.of(2, opIdentify)
			if len(again) != 1 || again[0].at.Sub(ended) != want {
				t.Errorf("with chance %v: %+v, the session ended at %v", chance, again, ended)
			}
		})
	}
}
