package bottest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// PlatformConfig says which platforms a process serves: one of each temperament, each below its own path and with its
// own log in a folder.
type PlatformConfig struct {
	Folder string
	Faults Faults
}

// platformEnv is the environment variable that makes a test binary the platform's process.
const platformEnv = "BOTTEST_PLATFORM"

// MaybePlatform must be called first in TestMain of a package that starts platforms: where the process was started by
// StartPlatforms it serves them and never returns.
func MaybePlatform() {
	config := os.Getenv(platformEnv)
	if config == "" {
		return
	}
	if err := servePlatforms(config, os.Stdout, os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "platform:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// servePlatforms tells its address on out and serves until in ends, which it does when the process that started it
// ends, however that comes.
func servePlatforms(config string, out io.Writer, in io.Reader) error {
	var c PlatformConfig
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		return err
	}
	mux := http.NewServeMux()
	for _, t := range []Temperament{Keyed, Asked} {
		p, err := NewPlatform(t, c.Faults, c.LogFile(t))
		if err != nil {
			return err
		}
		mux.Handle("/"+string(t)+"/", http.StripPrefix("/"+string(t), p))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, listener.Addr()); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		listener.Close()
	}()
	_ = http.Serve(listener, mux) // ends with the listener
	return nil
}

// LogFile is where a platform keeps its log.
func (c PlatformConfig) LogFile(t Temperament) string {
	return filepath.Join(c.Folder, string(t)+".log")
}

// StartPlatforms starts both temperaments in another process, which is the same binary, and returns the address of each
// and how to end it.
func StartPlatforms(c PlatformConfig) (url func(Temperament) string, end func() error, err error) {
	config, err := json.Marshal(c)
	if err != nil {
		return nil, nil, err
	}
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), platformEnv+"="+string(config))
	process.Stderr = os.Stderr
	in, err := process.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := process.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := process.Start(); err != nil {
		return nil, nil, err
	}
	end = func() error {
		in.Close()
		return process.Wait()
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		return nil, nil, fmt.Errorf("platform did not start: %w", end())
	}
	address := lines.Text()
	return func(t Temperament) string { return "http://" + address + "/" + string(t) }, end, nil
}

// Platforms starts both temperaments for a test, which ends them, and gives a client of each.
func Platforms(t *testing.T, f Faults, clock interface{ Now() time.Time }) (PlatformConfig, map[Temperament]*Client) {
	t.Helper()
	config := PlatformConfig{Folder: t.TempDir(), Faults: f}
	url, end, err := StartPlatforms(config)
	if err != nil {
		t.Fatal(err)
	}
	clients := map[Temperament]*Client{}
	for _, temper := range []Temperament{Keyed, Asked} {
		clients[temper] = NewClient(url(temper), temper, clock)
	}
	t.Cleanup(func() {
		for _, c := range clients {
			c.HTTP.CloseIdleConnections()
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	return config, clients
}
