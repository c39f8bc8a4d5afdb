package slackfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// clients is the folder in which npm installs Slack's official clients and types. Tests install nothing.
const clients = "npm"

// needClients skips a test where Slack's clients are not installed, or where time is short.
func needClients(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("left out of -short: Slack's own clients take seconds to start")
	}
	if _, err := os.Stat(filepath.Join(clients, "node_modules", "@slack")); err != nil {
		t.Skip("left out: Slack's own clients are not installed; run npm ci in bot/slack/slackfake/npm")
	}
	version, err := exec.Command("node", "--version").Output()
	if major, _ := strconv.Atoi(strings.Split(strings.TrimPrefix(string(version), "v"), ".")[0]); err != nil || major < 20 {
		t.Skip("left out: node 20 or later is not on the PATH; install it and run npm ci in bot/slack/slackfake/npm")
	}
}

// tsc holds recorded payloads against the types in npm/payloads.d.ts, by the names of their files. It says what is wrong with each.
func tsc(t *testing.T, recorded map[string]json.RawMessage) []string {
	t.Helper()
	npm, err := filepath.Abs(clients)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	source := []string{fmt.Sprintf("import type * as slack from %q;", filepath.Join(npm, "payloads.js"))}
	names := []string{""}
	for _, name := range sorted(recorded) {
		kind, _, _ := strings.Cut(name, "-")
		var line bytes.Buffer
		if err := json.Compact(&line, recorded[name]); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		// A literal, not a value read from JSON: only of a literal does tsc refuse fields that the type does not have.
		source = append(source, fmt.Sprintf("export const p%d: slack.%s = %s;", len(source), kind, line.String()))
		names = append(names, name)
	}
	project := map[string]any{
		"extends":         filepath.Join(npm, "tsconfig.json"),
		"compilerOptions": map[string]any{"paths": map[string]any{"@slack/*": []string{filepath.Join(npm, "node_modules", "@slack", "*")}}},
		"files":           []string{"payloads.ts"},
	}
	if err := errors.Join(
		os.WriteFile(filepath.Join(folder, "payloads.ts"), []byte(strings.Join(source, "\n")), 0o600),
		os.WriteFile(filepath.Join(folder, "tsconfig.json"), encode(project), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(filepath.Join(npm, "node_modules", ".bin", "tsc"), "--pretty", "false", "-p", folder).CombinedOutput()
	if err == nil {
		return nil
	}
	var wrong []string
	at := regexp.MustCompile(`(?m)^.*payloads\.ts\((\d+),\d+\): error (.*)$`)
	for _, m := range at.FindAllStringSubmatch(string(out), -1) {
		line, _ := strconv.Atoi(m[1]) // the expression says that it is one
		wrong = append(wrong, fmt.Sprintf("%s: %s\n%.600s", names[line-1], m[2], source[line-1]))
	}
	if len(wrong) == 0 {
		t.Fatalf("tsc: %v\n%s", err, out)
	}
	return wrong
}

// TestRecordedPayloads holds everything that tests recorded against Slack's types. CI runs it after all others.
func TestRecordedPayloads(t *testing.T) {
	folder := os.Getenv(RecordTo)
	if folder == "" {
		t.Skip("nothing is recorded: " + RecordTo + " names no folder")
	}
	needClients(t)
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]json.RawMessage{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		recorded[filepath.Base(file)] = body
	}
	for _, wrong := range tsc(t, recorded) {
		t.Error(wrong)
	}
	t.Logf("%d shapes of payloads", len(recorded))
}

// What Slack's types refuse is found: the test above can fail.
func TestTypesFindFaults(t *testing.T) {
	needClients(t)
	recorded := map[string]json.RawMessage{
		"blocks-good.json":    []byte(`[{"type":"section","text":{"type":"mrkdwn","text":"x"}}]`),
		"blocks-field.json":   []byte(`[{"type":"section","txt":{"type":"mrkdwn","text":"x"}}]`),
		"blocks-type.json":    []byte(`[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","language":"go","elements":[]}]}]`),
		"view-good.json":      []byte(`{"type":"home","blocks":[{"type":"divider"}]}`),
		"view-title.json":     []byte(`{"type":"modal","blocks":[{"type":"divider"}]}`),
		"view-block.json":     []byte(`{"type":"home","blocks":[{"type":"block_of_next_year"}]}`),
		"metadata-good.json":  []byte(`{"event_type":"greenroom","event_payload":{"key":"k"}}`),
		"metadata-bare.json":  []byte(`{"event_type":"greenroom"}`),
		"interactive-no.json": []byte(`{"type":"view_submission"}`),
	}
	found := strings.Join(tsc(t, recorded), "\n")
	for name := range recorded {
		if found := strings.Contains(found, name+": "); found == strings.Contains(name, "good") {
			t.Errorf("%s: found wrong %v", name, found)
		}
	}
}
