package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Memory does not grow with how many have ever acted, in how many guilds: what is remembered of them has bounds. 100,000 interactions of
// 50,000 members, of 25,000 guilds and in direct messages, come over signed HTTP.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	none := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(`{"roles":[]}`)) }))
	defer none.Close()
	d, err := New(Config{DB: forgetful{store.NewMemory()}, Token: "t", PublicKey: public, API: none.URL + "/", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	bot := &puppet{do: saying("Hello.")}
	d.guilds.there = map[string]bool{}
	d.open(counting{bot}, t.Context())
	defer d.close()
	hooks := d.Hooks()
	one := func(n int) {
		id := strconv.FormatUint(uint64(time.Now().UnixMilli()-epoch)<<22+uint64(n), 10)
		user, guild := 80351110224000000+n%50_000, 197038439000000000+n%25_000
		place := fmt.Sprintf(`"guild_id":"%d","member":{"user":{"id":"%d"},"permissions":"0"}`, guild, user)
		if n%3 == 0 {
			place = fmt.Sprintf(`"user":{"id":"%d"}`, user)
		}
		body := fmt.Sprintf(`{"id":"%s","application_id":"11","type":2,"token":"%s",%s,"channel_id":"%d","data":{"name":"greenroom"}}`,
			id, strings.Repeat("t", 200)+id, place, 290926798000000000+n)
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		r := httptest.NewRequest("POST", "/discord/interactions", bytes.NewReader([]byte(body)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Signature-Timestamp", stamp)
		r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(private, []byte(stamp+body))))
		w := httptest.NewRecorder()
		if hooks.ServeHTTP(w, r); w.Code != 200 {
			t.Errorf("interaction %d: %d %s", n, w.Code, w.Body)
		}
	}
	run := func(from, to int) {
		var some sync.WaitGroup
		for part := range 4 {
			some.Go(func() {
				for n := from + part; n < to && !t.Failed(); n += 4 {
					one(n)
				}
			})
		}
		some.Wait()
	}
	inUse := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	run(0, 60_000)
	goroutines, before := runtime.NumGoroutine(), inUse()
	run(60_000, 100_000)
	grown := inUse() - before
	t.Logf("%d KiB in use, then %d more", before>>10, grown>>10)
	if grown > 1<<20 {
		t.Errorf("grew by %d KiB from interaction 60,000 to 100,000", grown>>10)
	}
	if now := runtime.NumGoroutine(); now > goroutines+4 {
		t.Errorf("%d goroutines, then %d", goroutines, now)
	}
}

// counting is a bot that remembers nothing of what it was handed.
type counting struct{ *puppet }

func (c counting) Handle(ctx context.Context, e chat.Event) (chat.Reply, error) { return c.do(ctx, e) }

// forgetful is a store that keeps nothing: what is on the disk may grow.
type forgetful struct{ store.DB }

func (forgetful) Commit(context.Context, store.Unit) error { return nil }
