package slackfake

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// RecordTo is the environment variable that names the folder for Record.
const RecordTo = "GREENROOM_SLACK_PAYLOADS"

// recorded is the shapes that this process has written.
var recorded sync.Map

// Record keeps a payload for the check against the types that Slack publishes, in the folder that GREENROOM_SLACK_PAYLOADS names;
// without it, it does nothing. kind is what it is: blocks, view, metadata, attachments, or a kind of payload that Slack sends. Of
// payloads of one shape, the same but for texts and lengths, it keeps the first.
func Record(kind string, payload json.RawMessage) {
	folder := os.Getenv(RecordTo)
	if folder == "" {
		return
	}
	var v any
	if err := json.Unmarshal(payload, &v); err != nil {
		panic("slackfake: what is recorded is no JSON: " + err.Error())
	}
	sum := sha256.Sum256([]byte(outline(v, "")))
	name := filepath.Join(folder, kind+"-"+hex.EncodeToString(sum[:12])+".json")
	if _, known := recorded.LoadOrStore(name, true); known {
		return
	}
	if err := write(name, payload); err != nil {
		panic("slackfake: " + RecordTo + ": " + err.Error())
	}
}

// write puts a file in its place as a whole: several processes record.
func write(name string, body []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".part-*")
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// fixed are the fields whose texts belong to the shape: types, and names of a fixed set.
var fixed = map[string]bool{
	"type": true, "style": true, "format": true, "align": true, "subtype": true, "range": true, "border": true, "response_type": true,
	"channel_type": true, "tab": true,
}

// outline is the shape of a payload: its fields and types, the kinds of items of each list, and the fixed texts.
func outline(v any, field string) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(v)) {
			fmt.Fprintf(&b, "%s:%s,", name, outline(v[name], name))
		}
		return "{" + b.String() + "}"
	case []any:
		kinds := map[string]bool{}
		for _, item := range v {
			kinds[outline(item, field)] = true
		}
		return "[" + strings.Join(slices.Sorted(maps.Keys(kinds)), " ") + "]"
	case string:
		if fixed[field] {
			return v
		}
	}
	return fmt.Sprintf("%T", v)
}
