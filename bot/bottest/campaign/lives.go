package campaign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"greenroom/bot/bottest"
	"greenroom/store/bolt"
)

// Lives are the lives of a bot, one after the other on one store.
type Lives struct {
	Victim Victim // of each; its times are filled in
	Clock  *bottest.Clock
	Hooks  *os.File    // a listener that each inherits; none where nil
	Born   func(*Life) // is called as each has begun; may be nil

	Life  *Life    // the last; nil before the first
	Count int      // how many there were
	Usage []string // what those that ended in order said of their memory
}

// Life is one process of the bot, as its test sees it.
type Life struct {
	Number int

	cmd   *exec.Cmd
	input io.Closer
	said  bytes.Buffer
	ended chan struct{}
	err   error // of the process, once ended is closed
	once  sync.Once
}

// PID is the process.
func (l *Life) PID() int { return l.cmd.Process.Pid }

// Over tells whether the process has ended.
func (l *Life) Over() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// Kill ends the process as kill -9 does.
func (l *Life) Kill() { l.once.Do(func() { _ = l.cmd.Process.Kill() }) }

// Killed tells whether the process, which is over, was killed.
func (l *Life) Killed() bool {
	var exit *exec.ExitError
	return errors.As(l.err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
}

// Begin starts a life. What it logs goes to a file.
func (l *Lives) Begin(t *testing.T) {
	t.Helper()
	l.begin(t, false)
}

func (l *Lives) begin(t *testing.T, quiet bool) {
	t.Helper()
	v := l.Victim
	v.Now, v.At, v.Quiet = l.Clock.Now(), time.Now(), quiet
	config, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	l.Count++
	life := &Life{Number: l.Count, cmd: exec.Command(os.Args[0]), ended: make(chan struct{})}
	life.cmd.Env = append(os.Environ(), victimEnv+"="+string(config))
	if l.Hooks != nil {
		life.cmd.ExtraFiles = []*os.File{l.Hooks}
	}
	log, err := os.OpenFile(l.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	fmt.Fprintf(log, "--- life %d at %s\n", life.Number, v.Now.Format(time.TimeOnly))
	life.cmd.Stderr, life.cmd.Stdout = log, &life.said
	if life.input, err = life.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := life.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		life.err = life.cmd.Wait()
		close(life.ended)
	}()
	t.Cleanup(func() {
		life.Kill()
		<-life.ended
	})
	l.Life = life
	if l.Born != nil {
		l.Born(life)
	}
}

func (l *Lives) logFile() string { return filepath.Join(l.Victim.Folder, "victim.log") }

// Again begins the life after one that was killed.
func (l *Lives) Again(t *testing.T) {
	t.Helper()
	if !l.Life.Killed() {
		t.Fatalf("a life ended by itself: %v\n%s", l.Life.err, l.LastWords())
	}
	l.Begin(t)
}

// End ends a life in order.
func (l *Lives) End(t *testing.T) {
	t.Helper()
	_ = l.Life.input.Close()
	l.over(t, "end in order")
}

// Quiet lets the bot live until nothing is left to do now.
func (l *Lives) Quiet(t *testing.T) {
	t.Helper()
	l.begin(t, true)
	l.over(t, "become quiet")
}

func (l *Lives) over(t *testing.T, what string) {
	t.Helper()
	select {
	case <-l.Life.ended:
	case <-time.After(2 * time.Minute):
		t.Fatalf("the bot does not %s\n%s", what, l.LastWords())
	}
	if l.Life.err != nil {
		t.Fatalf("a life that should %s ended with %v\n%s", what, l.Life.err, l.LastWords())
	}
	l.Usage = append(l.Usage, strings.TrimSpace(l.Life.said.String()))
}

// LastWords are the last lines that lives have logged.
func (l *Lives) LastWords() string {
	log, err := os.ReadFile(l.logFile())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(string(log), "\n")
	return strings.Join(lines[max(0, len(lines)-25):], "\n")
}

// Store opens the store between two lives.
func (l *Lives) Store(t *testing.T) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(filepath.Join(l.Victim.Folder, storeFile), bolt.Options{Now: l.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// Await waits until something is so. It fails the test where that takes longer than patience, or the life has ended by itself;
// where may say who is still at what.
func (l *Lives) Await(t *testing.T, patience time.Duration, what string, ok func() bool, where func() string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !ok(); <-tick.C {
		if l.Life.Over() && !l.Life.Killed() || time.Now().After(end) {
			t.Fatalf("waited until %s\n%s\n%s", what, where(), l.LastWords())
		}
	}
}
