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
		return fmt.Errorf("nobody answers at %s: %w", c.Listen, err)
	}
	defer response.Body.Close()
	var h bot.Health
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&h); err != nil {
		return fmt.Errorf("what answers at %s is not Greenroom: %w", c.Listen, err)
	}
	if !h.OK {
		return fmt.Errorf("%s; see the log", strings.Join(troubles(h), ", "))
	}
	_, err = fmt.Fprintln(std.out, "all is well")
	return err
}

// troubles is what is wrong, in words.
func troubles(h bot.Health) []string {
	var found []string
	if !h.Store {
		found = append(found, "the store does not answer")
	}
	for _, name := range slices.Sorted(maps.Keys(h.Platforms)) {
		if p := h.Platforms[name]; p.State != "running" {
			found = append(found, fmt.Sprintf("%s is %s", name, p.State))
		}
	}
	if len(found) == 0 {
		found = append(found, "Greenroom is stopping")
	}
	return found
}
