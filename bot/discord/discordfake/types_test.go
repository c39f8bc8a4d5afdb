package discordfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tsc holds recorded payloads against the types in npm/payloads.d.ts, by the names of their files. It says what is wrong with each.
func tsc(t *testing.T, recorded map[string]json.RawMessage) []string {
	t.Helper()
	npm, err := filepath.Abs(clients)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	source := []string{fmt.Sprintf("import type { Dispatch, Interaction } from %q;", filepath.Join(npm, "payloads.js"))}
	names := []string{""}
	for _, name := range slices.Sorted(maps.Keys(recorded)) {
		kind, _, _ := strings.Cut(name, "-")
		is := "Interaction"
		if kind != "interaction" {
			is = fmt.Sprintf("Dispatch<%q>", kind)
		}
		var line bytes.Buffer
		if err := json.Compact(&line, recorded[name]); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		// A literal, not a value read from JSON: only of a literal does tsc refuse fields that the type does not have.
		source = append(source, fmt.Sprintf("export const p%d: %s = %s;", len(source), is, line.String()))
		names = append(names, name)
	}
	project := map[string]any{
		"extends": filepath.Join(npm, "tsconfig.json"),
		"compilerOptions": map[string]any{
			"paths": map[string]any{"discord-api-types/*": []string{filepath.Join(npm, "node_modules", "discord-api-types", "*")}},
		},
		"files": []string{"payloads.ts"},
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
	at := regexp.MustCompile(`(?m)^.*payloads\.ts\((\d+),\d+\): error (.*(?:\n  .*)*)$`)
	for _, m := range at.FindAllStringSubmatch(string(out), -1) {
		line, _ := strconv.Atoi(m[1]) // the expression says that it is one
		wrong = append(wrong, fmt.Sprintf("%s: %.1500s\n%.600s", names[line-1], m[2], source[line-1]))
	}
	if len(wrong) == 0 {
		t.Fatalf("tsc: %v\n%s", err, out)
	}
	return wrong
}

// TestRecordedPayloads holds everything that tests were told by the fake against Discord's types. CI runs it after all others.
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
	if len(recorded) == 0 {
		t.Skip("nothing is recorded yet in " + folder)
	}
	for _, wrong := range tsc(t, recorded) {
		t.Error(wrong)
	}
	t.Logf("%d shapes of payloads", len(recorded))
}

// What Discord's types refuse is found: the test above can fail.
func TestTypesFindFaults(t *testing.T) {
	needClients(t)
	recorded := map[string]json.RawMessage{
		"MESSAGE_DELETE-good.json":  []byte(`{"id":"1","channel_id":"2"}`),
		"MESSAGE_DELETE-field.json": []byte(`{"id":"1","channel_id":"2","colour":"red"}`),
		"MESSAGE_DELETE-less.json":  []byte(`{"id":"1"}`),
		"MESSAGE_DELETE-type.json":  []byte(`{"id":1,"channel_id":"2"}`),
		"EVENT_OF_NOBODY-no.json":   []byte(`{"id":"1"}`),
		"interaction-no.json":       []byte(`{"id":"1","type":2}`),
	}
	found := strings.Join(tsc(t, recorded), "\n")
	for name := range recorded {
		if found := strings.Contains(found, name+": "); found == strings.Contains(name, "good") {
			t.Errorf("%s: found wrong %v", name, found)
		}
	}
}
