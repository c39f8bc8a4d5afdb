package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// loadProcess is a server in a process of its own. It ends in order when its standard input does.
type loadProcess struct {
	address string // host:port on which it serves
	command *exec.Cmd
	input   io.WriteCloser
	said    *bytes.Buffer // what it wrote to standard error
}

// startLoadServer starts this program again as a server and waits until it serves.
func startLoadServer(ctx context.Context, c loadServerConfig) (*loadProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, to start a server: %w", err)
	}
	config, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write the configuration of a server: %w", err)
	}
	return startLoadProcess(exec.CommandContext(ctx, self, "load", "server"), append(config, '\n'))
}

// startLoadProcess starts a server, tells it something, and waits for a line that says that it serves, and where.
func startLoadProcess(command *exec.Cmd, told []byte) (*loadProcess, error) {
	p := &loadProcess{command: command, said: &bytes.Buffer{}}
	command.Stderr = p.said
	var err error
	if p.input, err = command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	if _, err = p.input.Write(told); err == nil {
		p.address, err = bufio.NewReader(output).ReadString('\n')
	}
	if err != nil {
		p.kill()
		return nil, fmt.Errorf("a server did not start: %w: %s", err, p.said)
	}
	p.address = strings.TrimSpace(p.address)
	return p, nil
}

// stop ends the server in order.
func (p *loadProcess) stop() error {
	p.input.Close()
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("a server ended with %w: %s", err, p.said)
	}
	return nil
}

// kill ends the server at once; one that has ended is left alone.
func (p *loadProcess) kill() {
	if p.command.ProcessState == nil {
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
	}
}

// loadMemory is how much memory of a process lies in the machine's own, in bytes (proc_pid_status(5)).
type loadMemory struct {
	resident int64 // anon and file, and what is shared with others
	anon     int64 // its own: heap, stacks
	file     int64 // of files that are mapped: the program, the store; the machine takes it back when it needs memory
	peak     int64 // of resident, since it started
}

// memory reads what the system says of the process; it is false where it says nothing (Linux does).
func (p *loadProcess) memory() (loadMemory, bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return loadMemory{}, false
	}
	var m loadMemory
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			m.resident = kilobytes << 10
		case "VmHWM":
			m.peak = kilobytes << 10
		case "RssAnon":
			m.anon = kilobytes << 10
		case "RssFile":
			m.file = kilobytes << 10
		}
	}
	return m, true
}

// cpu is the processor time that the process has used; zero where the system does not say.
func (p *loadProcess) cpu() time.Duration { return cpuOf(strconv.Itoa(p.command.Process.Pid)) }

func ownCPU() time.Duration { return cpuOf("self") }

// cpuOf reads user and system time from /proc/PID/stat: fields 14 and 15, in ticks of which there are 100 a second on
// every Linux (proc_pid_stat(5), sysconf(3)).
func cpuOf(pid string) time.Duration {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // the name before it may hold anything
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// idleTime is how long all processors together had nothing to do since the system started: fields 4 and 5 of the first line of
// /proc/stat (proc_stat(5)), the second of which is waiting for a disk. Zero where the system does not say.
func idleTime() time.Duration {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	fields := strings.Fields(line)
	if len(fields) < 6 {
		return 0
	}
	idle, _ := strconv.ParseInt(fields[4], 10, 64)
	waiting, _ := strconv.ParseInt(fields[5], 10, 64)
	return time.Duration(idle+waiting) * 10 * time.Millisecond
}
