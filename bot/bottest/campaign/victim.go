package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"greenroom/bot"
	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/store"
	"greenroom/store/bolt"
)

// Victim is the bot's process of one life: shell, engine, bolt's store and the platform's adapter, as greenroom serve joins
// them. It is described as JSON to a process of the test's own program.
type Victim struct {
	Folder     string        // where its store is
	Banks      int           // it asks from so many
	Questions  int           // of so many questions
	Rate       time.Duration // what passes on its clock in a second
	EditsEvery time.Duration // bot.Config; its own where zero
	Platform   any           // what the test's adapter is made of, for [Parts]

	Now   time.Time // what its clock showed
	At    time.Time // when, by the machine's
	Quiet bool      // it ends by itself once there is nothing left to do
}

// Base is what a victim's adapter stands on.
type Base struct {
	DB    store.DB // the whole store
	Clock *bottest.Clock
	Log   *slog.Logger
}

// Parts are what a platform's test makes of it.
type Parts struct {
	DB        store.DB // what the bot sees as its store; Base.DB where nil
	Platforms map[string]chat.Platform
	Hooks     http.Handler // is served at the listener that the victim inherits, if it does
}

const victimEnv = "GREENROOM_CAMPAIGN_VICTIM"

// hooksFile is the inherited listener: the first after the standard files.
const hooksFile = 3

// MaybeVictim is for TestMain: in a victim's process it never returns. platform is what the test has put into
// Victim.Platform, as JSON.
func MaybeVictim(parts func(platform json.RawMessage, on Base) (Parts, error)) {
	config := os.Getenv(victimEnv)
	if config == "" {
		return
	}
	var platform json.RawMessage
	v := Victim{Platform: &platform}
	err := json.Unmarshal([]byte(config), &v)
	if err == nil {
		err = v.live(func(on Base) (Parts, error) { return parts(platform, on) })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "victim:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// live runs the bot until it is killed, until standard input ends, or until it is quiet. Its last line on standard output
// says what it uses.
func (v Victim) live(parts func(Base) (Parts, error)) error {
	clock := bottest.NewFastClock(v.Now.Add(time.Duration(time.Since(v.At).Seconds()*float64(v.Rate))), v.Rate)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	db, err := bolt.Open(filepath.Join(v.Folder, storeFile), bolt.Options{Now: clock.Now, Log: log})
	if err != nil {
		return err
	}
	defer db.Close()
	made, err := parts(Base{DB: db, Clock: clock, Log: log})
	if err != nil {
		return err
	}
	if made.DB == nil {
		made.DB = db
	}
	b := bot.New(bot.Config{
		DB: made.DB, Engine: quiz.New(quiz.Config{Banks: content.NewIndex(Banks(v.Banks, v.Questions))}), Log: log, Clock: clock,
		Platforms: made.Platforms, SendLimit: 10 * v.Rate, StopRooms: 10 * v.Rate, StopSends: 10 * v.Rate, EditsEvery: v.EditsEvery,
	})
	closeHooks, err := serveHooks(made.Hooks)
	if err != nil {
		return err
	}
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
	err = b.Run(ctx)
	closeHooks()
	http.DefaultClient.CloseIdleConnections()
	fmt.Println(usage())
	return err
}

// storeFile is the victim's store, in its folder.
const storeFile = "greenroom.db"

// serveHooks serves what a platform sends, if it does, until it is told to end.
func serveHooks(hooks http.Handler) (end func(), err error) {
	if hooks == nil {
		return func() {}, nil
	}
	listener, err := net.FileListener(os.NewFile(hooksFile, "hooks"))
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: hooks}
	go func() { _ = server.Serve(listener) }() // until Shutdown
	return func() {
		enough, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(enough) // what is left there is a connection that the platform keeps open
	}, nil
}

// usage is how much memory and how many goroutines are left.
func usage() string {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return fmt.Sprintf("%d goroutines, heap %d MB", runtime.NumGoroutine(), m.HeapAlloc>>20)
}

// untilQuiet returns when the bot has had nothing to do for a while.
func untilQuiet(ctx context.Context, b *bot.Bot) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for calm := 0; calm < 30 && ctx.Err() == nil; calm++ {
		if h := b.Health(ctx); !h.Store || h.Rooms+h.Outbox > 0 || h.OldestDue != nil {
			calm = 0
		}
		<-tick.C
	}
}
