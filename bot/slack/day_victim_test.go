package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"greenroom/bot"
	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/bot/slack"
	"greenroom/content"
	"greenroom/store"
	"greenroom/store/bolt"
)

// victim is the bot's process of one life: shell, engine, store and adapter, as greenroom serve joins them.
type victim struct {
	Folder    string
	API       string
	AppToken  string // empty: over HTTP
	Secret    string
	App       appConfig
	Schedules int // in each workspace
	Quiet     bool
	Now       time.Time // what the day's clock showed
	At        time.Time // when, by the machine's
}

type appConfig struct{ ID, Secret, Redirect, Keys string }

const victimEnv = "GREENROOM_DAY_VICTIM"

// hooksFile is the inherited listener for what Slack sends over HTTP, and for sign-ins: the first after the standard files.
const hooksFile = 3

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

// live runs the bot until it is killed, until standard input ends, or until it is quiet. Its last line on standard output
// says what it uses.
func (v victim) live() error {
	clock := bottest.NewFastClock(v.Now.Add(time.Duration(time.Since(v.At).Seconds()*float64(rate))), rate)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	keys, err := slack.ParseKeys(v.App.Keys)
	if err != nil {
		return err
	}
	db, err := bolt.Open(filepath.Join(v.Folder, "greenroom.db"), bolt.Options{Now: clock.Now, Log: log})
	if err != nil {
		return err
	}
	defer db.Close()
	adapter, err := slack.New(slack.Config{
		DB: store.Space(db, "slack"), Log: log, Now: clock.Now, AppToken: v.AppToken, SigningSecret: v.Secret, API: v.API,
		App: &slack.App{ClientID: v.App.ID, ClientSecret: v.App.Secret, Redirect: v.App.Redirect, Keys: keys},
	})
	if err != nil {
		return err
	}
	b := bot.New(bot.Config{
		DB: db, Engine: quiz.New(quiz.Config{Banks: content.NewIndex(dayBanks(v.Schedules))}), Log: log, Clock: clock,
		Platforms: map[string]chat.Platform{"slack": adapter}, SendLimit: 10 * rate, StopRooms: 10 * rate, StopSends: 10 * rate,
		EditsEvery: time.Second,
	})
	listener, err := net.FileListener(os.NewFile(hooksFile, "hooks"))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: adapter.Hooks()}
	go func() { _ = server.Serve(listener) }() // until Shutdown below
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
	enough, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = server.Shutdown(enough) // what is left there is a connection that Slack keeps open
	http.DefaultClient.CloseIdleConnections()
	fmt.Println(usage())
	return err
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

// life is one process of the bot, as the day sees it.
type life struct {
	number int
	cmd    *exec.Cmd
	input  io.Closer
	said   bytes.Buffer
	ended  chan struct{}
	err    error // of the process, once ended is closed
	once   sync.Once
}

// over tells whether the process has ended.
func (l *life) over() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// kill ends the process as kill -9 does.
func (l *life) kill() { l.once.Do(func() { _ = l.cmd.Process.Kill() }) }

// killed tells how the process ended.
func (l *life) killed() bool {
	var exit *exec.ExitError
	return errors.As(l.err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
}

// begin starts a life.
func (d *day) begin(t *testing.T, quiet bool) {
	t.Helper()
	v := victim{
		Folder: d.folder, API: d.slack.fake.API(), Secret: daySecret, Schedules: 2 * d.channels, Quiet: quiet,
		App: appConfig{ID: dayClient, Secret: dayClientSecret, Redirect: "http://" + d.slack.victim + "/slack/oauth", Keys: d.keyring},
		Now: d.clock.Now(), At: time.Now(),
	}
	if !d.http {
		v.AppToken = dayAppToken
	}
	config, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	d.lives++
	l := &life{number: d.lives, cmd: exec.Command(os.Args[0]), ended: make(chan struct{})}
	l.cmd.Env = append(os.Environ(), victimEnv+"="+string(config))
	l.cmd.ExtraFiles = []*os.File{d.slack.hooks}
	log, err := os.OpenFile(filepath.Join(d.folder, "victim.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	fmt.Fprintf(log, "--- life %d at %s\n", l.number, v.Now.Format(time.TimeOnly))
	l.cmd.Stderr, l.cmd.Stdout = log, &l.said
	if l.input, err = l.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		l.err = l.cmd.Wait()
		close(l.ended)
	}()
	t.Cleanup(func() {
		l.kill()
		<-l.ended
	})
	d.life = l
	d.slack.lives(l)
}

// start begins a life that s may end.
func (d *day) start(t *testing.T, s strike) {
	t.Helper()
	d.slack.arm(s)
	d.begin(t, false)
}

// restart begins the life after one that was killed.
func (d *day) restart(t *testing.T) {
	t.Helper()
	if !d.life.killed() {
		t.Fatalf("a life ended by itself: %v\n%s", d.life.err, d.lastWords())
	}
	d.begin(t, false)
}

// end ends a life in order.
func (d *day) end(t *testing.T) {
	t.Helper()
	_ = d.life.input.Close()
	d.over(t, "end in order")
}

// quiet lets the bot do what is left to do now.
func (d *day) quiet(t *testing.T) {
	t.Helper()
	d.slack.arm(strike{})
	d.begin(t, true)
	d.over(t, "become quiet")
}

func (d *day) over(t *testing.T, what string) {
	t.Helper()
	select {
	case <-d.life.ended:
	case <-time.After(2 * time.Minute):
		t.Fatalf("the bot does not %s\n%s", what, d.lastWords())
	}
	if d.life.err != nil {
		t.Fatalf("a life that should %s ended with %v\n%s", what, d.life.err, d.lastWords())
	}
	d.usage = append(d.usage, d.life.said.String())
}

func newKeyring(t *testing.T) string {
	t.Helper()
	key, err := slack.NewKey("day")
	if err != nil {
		t.Fatal(err)
	}
	return key
}
