package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"greenroom/bot"
)

// process is greenroom serve in a process of its own (TestMain puts the program in the path).
type process struct {
	*exec.Cmd
	address string
	hooks   string // where platforms reach it, with --hooks
	log     *bytes.Buffer
}

// start waits until its first lines say where it is. What looks like NAME=value among args goes into its environment.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	var env []string
	for len(args) > 0 && strings.HasPrefix(args[0], "GREENROOM_") {
		env, args = append(env, args[0]), args[1:]
	}
	p := &process{Cmd: exec.Command("greenroom", append([]string{"serve"}, args...)...), log: &bytes.Buffer{}}
	p.Env = append(os.Environ(), env...)
	p.Stderr = p.log
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	found := regexp.MustCompile(`^Greenroom is at http://(\S+) `).FindStringSubmatch(line)
	if found == nil {
		p.Wait()
		t.Fatalf("greenroom %v said %q, %v; its log:\n%s", args, line, err, p.log)
	}
	p.address = found[1]
	if slices.Contains(args, "--hooks") {
		line, err := lines.ReadString('\n')
		if found = regexp.MustCompile(`^Platforms reach it at (\S+)\.\n`).FindStringSubmatch(line); found == nil {
			t.Fatalf("greenroom %v said %q, %v", args, line, err)
		}
		p.hooks = found[1]
	}
	return p
}

// waitHealthy asks for the health until it is good: a platform takes a moment to begin, and until then it is not.
func (p *process) waitHealthy(t *testing.T) {
	t.Helper()
	p.waitHealth(t, func(h bot.Health) bool { return h.OK })
}

// waitHealth asks for the health until it is as wanted.
func (p *process) waitHealth(t *testing.T, wanted func(bot.Health) bool) bot.Health {
	t.Helper()
	var h bot.Health
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-look.C {
		response, err := http.Get("http://" + p.address + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		h = bot.Health{}
		err = json.NewDecoder(response.Body).Decode(&h)
		response.Body.Close()
		if err != nil || h.OK != (response.StatusCode == http.StatusOK) {
			t.Fatalf("/healthz: %s, %+v, %v", response.Status, h, err)
		}
		if wanted(h) {
			return h
		}
	}
	t.Fatalf("/healthz still says %+v; the log:\n%s", h, p.log)
	return h
}

// stop sends a signal and fails the test unless the process ends well.
func (p *process) stop(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("after %v: %v; its log:\n%s", signal, err, p.log)
	}
}

// refused is what a greenroom that cannot start says: one line, and exit code 1.
func refused(t *testing.T, args ...string) string {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command("greenroom", args...)
	cmd.Stderr = &said
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != 1 || strings.Count(said.String(), "\n") != 1 {
		t.Errorf("greenroom %v: %v, said %q", args, err, said.String())
	}
	return said.String()
}

func TestServe(t *testing.T) {
	t.Chdir(t.TempDir())
	first := start(t, "--listen", "127.0.0.1:0", "--data", "data")

	first.waitHealthy(t)

	want := "greenroom: the data folder data is in use by another Greenroom; stop that one, or choose another folder with --data\n"
	if got := refused(t, "--listen", "127.0.0.1:0", "--data", "data"); got != want {
		t.Errorf("a second one on the same folder says %q", got)
	}
	want = "greenroom: the address " + first.address + " is in use by another program; stop that one, or choose another port with --listen\n"
	if got := refused(t, "--listen", first.address, "--data", "other"); got != want {
		t.Errorf("a second one on the same port says %q", got)
	}

	first.stop(t, syscall.SIGTERM)
	start(t, "--listen", "127.0.0.1:0", "--data", "data").stop(t, os.Interrupt)
}

func TestServeRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"file": "", filepath.Join("bad", "greenroom.db"): "not a store"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--data", "file"}, "make the data folder: .* choose another with --data"},
		{[]string{"--data", "bad"}, "open the data folder bad: .*damaged"},
		{[]string{"--data", "d", "--bank", "nosuch.md"}, "there is no file or folder nosuch.md; check the path"},
		{[]string{"--data", "d", "--listen", "127.0.0.1:99999"}, "listen: .*; choose an address of this machine with --listen"},
	} {
		if got := refused(t, c.args...); !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("greenroom %v says %q, want %q", c.args, got, c.want)
		}
	}
}
