package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/gateway"
	"greenroom/store"
)

// newGuilds is what a process knows in the beginning.
func newGuilds(t *testing.T, db store.DB) *guilds {
	t.Helper()
	g := &guilds{db: db}
	if err := g.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return g
}

func readyOf(shard, of int, ids ...string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"shard":[%d,%d],"guilds":[`, shard, of)
	for i, id := range ids {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"id":%q,"unavailable":true}`, id)
	}
	return []byte(b.String() + `]}`)
}

func guildBody(id string) []byte {
	return []byte(`{"id":"` + id + `","joined_at":"2026-01-02T03:04:05.000000+00:00","channels":[null]}`)
}

// says gives a dispatch, has the bot hear it, and returns what that was.
func (g *guilds) says(t *testing.T, dispatch string, body []byte) string {
	t.Helper()
	n := g.news(dispatch, body, time.Unix(1, 0))
	if err := g.keep(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range n.events {
		all = append(all, string(e.Kind)+" "+string(e.Workspace))
	}
	return strings.Join(all, ", ")
}

// Only what is new is told, whatever Discord repeats and whoever restarts.
func TestGuildNews(t *testing.T) {
	db := store.NewMemory()
	g := newGuilds(t, db)
	for _, step := range []struct {
		dispatch string
		body     []byte
		want     string
	}{
		{"READY", readyOf(0, 1, "10", "20"), ""},
		{"GUILD_CREATE", guildBody("10"), "back discord:10"},
		{"GUILD_CREATE", guildBody("20"), "back discord:20"},
		{"GUILD_CREATE", guildBody("20"), ""},
		{"GUILD_CREATE", guildBody("30"), "back discord:30"},
		{"GUILD_DELETE", []byte(`{"id":"30","unavailable":true}`), ""},
		{"GUILD_CREATE", guildBody("30"), ""},
		{"restart", nil, ""},
		{"GUILD_CREATE", guildBody("30"), ""},
		{"GUILD_DELETE", []byte(`{"id":"30"}`), "gone discord:30"},
		{"GUILD_CREATE", guildBody("30"), "back discord:30"},
		{"restart", nil, ""},
		{"READY", readyOf(0, 1, "10", "30"), "gone discord:20"},
		{"GUILD_CREATE", guildBody("10"), ""},
		{"READY", readyOf(0, 1, "10", "30"), ""},
		{"restart", nil, ""},
		{"GUILD_CREATE", guildBody("20"), "back discord:20"},
		{"READY", []byte(`null`), ""},
		{"READY", []byte(`{}`), ""},
		{"READY", []byte(`[`), ""},
		{"GUILD_CREATE", []byte(`null`), ""},
		{"GUILD_CREATE", []byte(`{"id":5}`), ""},
		{"GUILD_DELETE", []byte(`{}`), ""},
		{"MESSAGE_CREATE", guildBody("40"), ""},
		{"READY", readyOf(0, 1), "gone discord:10, gone discord:20, gone discord:30"},
	} {
		if step.dispatch == "restart" {
			g = newGuilds(t, db)
			continue
		}
		if got := g.says(t, step.dispatch, step.body); got != step.want {
			t.Errorf("%s %s: %q, want %q", step.dispatch, step.body, got, step.want)
		}
	}
}

// A shard's list says nothing of the guilds of others.
func TestGuildsOfOtherShards(t *testing.T) {
	g := newGuilds(t, store.NewMemory())
	var ids []string
	for i := range 12 {
		id := fmt.Sprint(uint64(i)<<22 + 5)
		ids = append(ids, id)
		g.says(t, "GUILD_CREATE", guildBody(id))
	}
	if got := g.says(t, "READY", readyOf(1, 3, ids[1], ids[4], ids[7])); got != "gone discord:"+ids[10] {
		t.Errorf("%q", got)
	}
}

// What the bot has not heard is found again.
func TestGuildNewsNotHeard(t *testing.T) {
	db := store.NewMemory()
	g := newGuilds(t, db)
	g.says(t, "GUILD_CREATE", guildBody("10"))
	g.news("GUILD_DELETE", []byte(`{"id":"10"}`), time.Unix(1, 0)) // and the process ends
	g = newGuilds(t, db)
	if got := g.says(t, "READY", readyOf(0, 1)); got != "gone discord:10" {
		t.Errorf("%q", got)
	}
}

// A guild is in an outage from the moment that Discord says so until it is there again.
func TestOutage(t *testing.T) {
	g := newGuilds(t, store.NewMemory())
	want := func(now bool) {
		t.Helper()
		if g.outage("10") != now {
			t.Errorf("an outage: %v, want %v", !now, now)
		}
	}
	want(false)
	g.says(t, "READY", readyOf(0, 1, "10"))
	want(true)
	g.says(t, "GUILD_CREATE", guildBody("10"))
	want(false)
	g.says(t, "GUILD_DELETE", []byte(`{"id":"10","unavailable":true}`))
	want(true)
	g.says(t, "GUILD_CREATE", guildBody("10"))
	want(false)
	g.says(t, "GUILD_DELETE", []byte(`{"id":"10"}`))
	want(false)
}

// An outage is known to the next process too, which resumes the session and so hears of it no more.
func TestOutageOutlastsTheProcess(t *testing.T) {
	db := store.NewMemory()
	g := newGuilds(t, db)
	g.says(t, "READY", readyOf(0, 1, "10", "20", "30"))
	for _, id := range []string{"10", "20", "30"} {
		g.says(t, "GUILD_CREATE", guildBody(id))
	}
	g.says(t, "GUILD_DELETE", []byte(`{"id":"10","unavailable":true}`))
	g.says(t, "GUILD_DELETE", []byte(`{"id":"20","unavailable":true}`))
	g.says(t, "GUILD_CREATE", guildBody("20"))
	next := newGuilds(t, db)
	if !next.outage("10") || next.outage("20") || next.outage("30") || len(next.few(5)) != 3 {
		t.Errorf("down are %v of %v", next.down, next.there)
	}
	if said := next.says(t, "GUILD_CREATE", guildBody("10")); said != "" {
		t.Errorf("it is back from an outage, and the bot hears %q", said)
	}
	if last := newGuilds(t, db); last.outage("10") || len(last.few(5)) != 3 {
		t.Errorf("down are %v of %v", last.down, last.there)
	}
	next.says(t, "GUILD_DELETE", []byte(`{"id":"30","unavailable":true}`))
	if said := next.says(t, "GUILD_DELETE", []byte(`{"id":"30"}`)); said != "gone discord:30" {
		t.Errorf("removed in an outage: %q", said)
	}
	if last := newGuilds(t, db); last.outage("30") || len(last.few(5)) != 2 {
		t.Errorf("down are %v of %v", last.down, last.there)
	}
}

// Thousands of guilds are kept and read.
func TestManyGuilds(t *testing.T) {
	db := store.NewMemory()
	g := newGuilds(t, db)
	var n guildNews
	for i := range 2_500 {
		n.put = append(n.put, fmt.Sprint(i+1))
	}
	if err := g.keep(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	g = newGuilds(t, db)
	if len(g.there) != 2_500 {
		t.Errorf("%d guilds", len(g.there))
	}
}

// Back carries when the bot joined, so that it is one event however often it comes; Gone when it was heard.
func TestGuildEvents(t *testing.T) {
	g := newGuilds(t, store.NewMemory())
	n := g.news("GUILD_CREATE", guildBody("10"), time.Unix(1, 0))
	joined := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if len(n.events) != 1 || n.events[0].Kind != chat.Back || !n.events[0].At.Equal(joined) || n.events[0].ID.Name != "joined/10" {
		t.Errorf("%+v", n.events)
	}
	if n = g.news("READY", readyOf(0, 1), time.Unix(7, 0)); len(n.events) != 1 || n.events[0].Kind != chat.Gone || !n.events[0].At.Equal(time.Unix(7, 0)) {
		t.Errorf("%+v", n.events)
	}
}

// Sessions come back as they were kept; one that is damaged is left out.
func TestSessionsAreKept(t *testing.T) {
	d := &Discord{cfg: Config{DB: store.NewMemory(), Log: slog.New(slog.DiscardHandler)}}
	want := []gateway.Session{
		{Shard: 0, Shards: 2, ID: "a", Resume: "wss://r", Seq: 7},
		{Shard: 1, Shards: 2, ID: "b", Resume: "wss://r", Seq: 8},
	}
	for _, s := range want {
		for _, seq := range []int64{1, s.Seq} {
			s.Seq = seq
			if err := d.saveSession(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	damage(t, d.cfg.DB, sessionRef(2))
	got, err := d.loadSessions(t.Context())
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func damage(t *testing.T, db store.DB, ref store.Ref) {
	t.Helper()
	err := store.Update(context.Background(), db, func(d *store.Draft) error {
		d.Put(ref, []byte("{"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// FuzzGuilds: whatever a dispatch about guilds holds, nothing breaks and nothing is told of a guild without an id.
func FuzzGuilds(f *testing.F) {
	for _, body := range []string{`{"id":"1"}`, `{"shard":[0,1],"guilds":[{"id":"2"},null]}`, `{"shard":[0,0],"guilds":[]}`, `{"shard":null,"guilds":[{}]}`, `[]`, `{"id":"","joined_at":"x"}`} {
		f.Add("READY", []byte(body))
		f.Add("GUILD_CREATE", []byte(body))
		f.Add("GUILD_DELETE", []byte(body))
	}
	f.Fuzz(func(t *testing.T, dispatch string, body []byte) {
		g := &guilds{there: map[string]bool{"1": true}, down: map[string]bool{}}
		for _, e := range g.news(dispatch, body, time.Unix(1, 0)).events {
			if guildOf(e.Workspace) == "" {
				t.Errorf("%s %s: %+v", dispatch, body, e)
			}
			if !json.Valid(body) {
				t.Errorf("%s was believed", body)
			}
		}
	})
}
