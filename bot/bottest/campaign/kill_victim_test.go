package campaign

import (
	"context"
	"encoding/json"
	"os"
	"sync"
	"syscall"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/store"
)

// victim is what one life of the campaign is made of beside shell, engine and store: the clients of both platforms, and a
// crash that is chosen before it starts.
type victim struct {
	URL   map[bottest.Temperament]string
	Crash crash
	Find  bool // otherwise no platform can tell what it has posted
}

// crash is a moment at which the process kills itself as kill -9 does.
type crash struct {
	Point point
	Nth   int           // at the n-th call of that point; 0: never
	Phase Phase         // before the call, while it is under way, or after it
	Delay time.Duration // during: how long after its beginning
}

type point string

const (
	atCommit point = "commit" // any commit: before is "write", during and after are "sync"
	atSend   point = "send"   // a message handed to its platform
	atRecord point = "record" // the commit that records what became of a message
)

func parts(platform json.RawMessage, on Base) (Parts, error) {
	var v victim
	if err := json.Unmarshal(platform, &v); err != nil {
		return Parts{}, err
	}
	trigger := &trigger{crash: v.Crash}
	p := Parts{DB: mortalDB{on.DB, trigger}, Platforms: map[string]chat.Platform{}}
	for t, url := range v.URL {
		p.Platforms[string(t)] = mortalPlatform{bottest.NewClient(url, t, on.Clock), trigger, v.Find}
	}
	return p, nil
}

// trigger counts the calls of a crash's point and kills the process at the right one.
type trigger struct {
	crash crash
	mu    sync.Mutex
	calls int
}

// around makes a call, unless the process is killed before. It may also be killed during it or after it.
func (t *trigger) around(p point, call func()) {
	t.mu.Lock()
	hit := false
	if p == t.crash.Point {
		t.calls++
		hit = t.calls == t.crash.Nth
	}
	t.mu.Unlock()
	if hit && t.crash.Phase == Before {
		die()
	}
	if hit && t.crash.Phase == Amid {
		time.AfterFunc(t.crash.Delay, die)
	}
	call()
	if hit {
		die()
	}
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// mortalDB is a store whose commits may be the last thing that the process does.
type mortalDB struct {
	store.DB
	trigger *trigger
}

func (m mortalDB) Commit(ctx context.Context, u store.Unit) (err error) {
	commit := func() { err = m.DB.Commit(ctx, u) }
	if len(u.Sent) > 0 {
		m.trigger.around(atRecord, func() { m.trigger.around(atCommit, commit) })
	} else {
		m.trigger.around(atCommit, commit)
	}
	return err
}

// mortalPlatform is a platform whose sends may be the last thing that the process does.
type mortalPlatform struct {
	*bottest.Client
	trigger *trigger
	canFind bool
}

func (m mortalPlatform) Send(ctx context.Context, a chat.Action, target chat.MessageID) (id chat.MessageID, err error) {
	m.trigger.around(atSend, func() { id, err = m.Client.Send(ctx, a, target) })
	return id, err
}

func (m mortalPlatform) Find(ctx context.Context, a chat.Action) (chat.MessageID, bool, error) {
	if !m.canFind {
		return "", false, chat.ErrCannotTell
	}
	return m.Client.Find(ctx, a)
}
