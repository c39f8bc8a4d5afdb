package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"greenroom/bot"
)

// health asks for /healthz, for machines that have nothing else to ask with: a container's health check.
type health struct {
	config
}

// Run says in one line what is wrong; exit code 1 where something is, or where nobody answers.
func (c health) Run(std streams) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return usagef("--listen %q is not an address; write one such as 127.0.0.1:8080", c.Listen)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}} // of this machine: no proxy
	response, err := client.Get("http://" + net.JoinHostPort(host, port) + "/healthz")
	if err != nil {
		return fmt.Errorf("nobody answers at %s (%w); start greenroom serve, or name the --listen that it has", c.Listen, err)
	}
	defer response.Body.Close()
	var h bot.Health
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&h); err != nil {
		return fmt.Errorf("what answers at %s is not Greenroom: %w", c.Listen, err)
	}
	if found := troubles(h); len(found) > 0 {
		return fmt.Errorf("%s; see the log", strings.Join(found, ", "))
	}
	_, err = fmt.Fprintln(std.out, "all is well")
	return err
}

// troubles is what is wrong, in words. It is stricter than /healthz, which is well while any platform runs: here each counts.
func troubles(h bot.Health) []string {
	var found []string
	if !h.Store {
		found = append(found, "the store does not answer")
	}
	for _, name := range slices.Sorted(maps.Keys(h.Platforms)) {
		p := h.Platforms[name]
		switch {
		case p.State != "running" && p.Trouble != "":
			found = append(found, fmt.Sprintf("%s is %s: %s", name, p.State, p.Trouble))
		case p.State != "running":
			found = append(found, fmt.Sprintf("%s is %s", name, p.State))
		case p.Trouble != "":
			found = append(found, fmt.Sprintf("%s: %s", name, p.Trouble))
		}
	}
	if len(found) == 0 && !h.OK {
		found = append(found, "Greenroom is stopping")
	}
	return found
}
