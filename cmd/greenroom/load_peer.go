package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// loadPeer is the source of the bot of discord.js beside which load discord measures Greenroom.
//
//go:embed load_discord.mjs
var loadPeer string

// loadPeerConfig is what that bot says.
type loadPeerConfig struct {
	API, Token string // of its Discord
	Channel    string // where it posts
	Post       loadMessage
	Reply      loadMessage
}

// loadMessage is the body of a message.
type loadMessage struct {
	Content    string          `json:"content,omitempty"`
	Flags      int             `json:"flags"`
	Components json.RawMessage `json:"components"`
}

// peerForm is what its buttons open.
const peerForm = `{"custom_id":"form","title":"Question","components":[` +
	`{"type":18,"label":"Your answer","component":{"type":4,"custom_id":"answer","style":2,"max_length":3000}}]}`

// startLoadPeer starts the bot with node and waits until it has posted. packages is the folder in which discord.js is installed.
func startLoadPeer(ctx context.Context, packages string, c loadPeerConfig) (*loadProcess, error) {
	if err := findPeer(packages); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, "node", "--input-type=module", "--eval", loadPeer)
	command.Dir = packages
	command.Env = append(os.Environ(), "DISCORD_API="+strings.TrimSuffix(c.API, "/v10/"), "DISCORD_TOKEN="+c.Token, "CHANNEL="+c.Channel, "FORM="+peerForm)
	for name, m := range map[string]loadMessage{"POST": c.Post, "REPLY": c.Reply} {
		body, err := json.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("write a message for the bot of discord.js: %w", err)
		}
		command.Env = append(command.Env, name+"="+string(body))
	}
	p, err := startLoadProcess(command, nil)
	if err != nil {
		return nil, fmt.Errorf("the bot of discord.js: %w", err)
	}
	return p, nil
}

// findPeer says what to do where node or discord.js is missing.
func findPeer(packages string) error {
	if _, err := exec.LookPath("node"); err != nil {
		return fmt.Errorf("load discord measures beside discord.js and finds no node; install Node.js 20 or later, then run npm ci in %s", packages)
	}
	if _, err := os.Stat(filepath.Join(packages, "node_modules", "discord.js")); err != nil {
		return fmt.Errorf("load discord finds no discord.js in %s; run npm ci there, or name a folder that has it with --packages", packages)
	}
	return nil
}
