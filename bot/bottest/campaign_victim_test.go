package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"greenroom/bot"
	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/store"
	"greenroom/store/bolt"
)

// victim is the bot's process of one life of a campaign: the real shell, engine and store, the clients of both
// platforms, and a crash that is chosen before it starts.
type victim struct {
	Folder string
	URL    map[Temperament]string
	Now    time.Time // what its clock shows at the start
	Rate   time.Duration
	Crash  crash
	Find   bool // otherwise no platform can tell what it has posted
	Quiet  bool // it ends by itself once there is nothing left to do
}

// crash is a moment at which the process kills itself as kill -9 does.
type crash struct {
	Point point
	Nth   int           // at the n-th call of that point; 0: never
	Phase phase         // before the call, while it is under way, or after it
	Delay time.Duration // during: how long after its beginning
}

type point string

const (
	atCommit point = "commit" // any commit: before is "write", during and after are "sync"
	atSend   point = "send"   // a message handed to its platform
	atRecord point = "record" // the commit that records what became of a message
)

type phase string

const (
	before phase = "before"
	during phase = "during"
	after  phase = "after"
)

const victimEnv = "BOTTEST_VICTIM"

// maybeVictim is for TestMain: in a victim's process it never returns.
func maybeVictim() {
	config := os.Getenv(victimEnv)
	if config == "" {
		return
	}
	var v victim
	err := json.Unmarshal([]byte(config), &v)
	if err == nil {
		err = v.live()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "victim:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// live runs the bot until the crash, until standard input ends, or until it is quiet.
func (v victim) live() error {
	clock := NewFastClock(v.Now, v.Rate)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	db, err := bolt.Open(filepath.Join(v.Folder, "greenroom.db"), bolt.Options{Now: clock.Now, Log: log})
	if err != nil {
		return err
	}
	defer db.Close()
	trigger := &trigger{crash: v.Crash}
	platforms := map[string]chat.Platform{}
	for t, url := range v.URL {
		platforms[string(t)] = mortalPlatform{NewClient(url, t, clock), trigger, v.Find}
	}
	b := bot.New(bot.Config{
		DB: mortalDB{db, trigger}, Engine: quiz.New(quiz.Config{Banks: content.NewIndex(campaignBanks())}),
		Platforms: platforms, Log: log, Clock: clock, SendLimit: 10 * v.Rate,
	})
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if v.Quiet {
		go func() {
			untilQuiet(ctx, b)
			stop()
		}()
	}
	return b.Run(ctx)
}

// untilQuiet returns when the bot has had nothing to do for a while.
func untilQuiet(ctx context.Context, b *bot.Bot) {
	for calm := 0; calm < 20 && ctx.Err() == nil; calm++ {
		if h := b.Health(ctx); !h.Store || h.Rooms+h.Outbox > 0 || h.OldestDue != nil {
			calm = 0
		}
		time.Sleep(10 * time.Millisecond)
	}
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
	if hit && t.crash.Phase == before {
		die()
	}
	if hit && t.crash.Phase == during {
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
	*Client
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
