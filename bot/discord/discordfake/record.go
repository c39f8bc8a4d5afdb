package discordfake

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

// RecordTo is the environment variable that names the folder for record.
const RecordTo = "GREENROOM_DISCORD_PAYLOADS"

// recorded is the shapes that this process has written.
var recorded sync.Map

// record is recordPayload for an app that has sent nothing strange: the fake repeats what Discord would leave out.
func (w *wire) record(kind string, payload json.RawMessage) {
	if len(w.complain) == 0 {
		recordPayload(kind, payload)
	}
}

// recordPayload keeps what the fake tells an app for the check against the types of npm discord-api-types, in the folder that RecordTo
// names; without it, it does nothing. kind is the name of a dispatch, or interaction. Of payloads of one shape, the same but for texts
// and lengths, it keeps the first.
func recordPayload(kind string, payload json.RawMessage) {
	folder := os.Getenv(RecordTo)
	if folder == "" {
		return
	}
	var v any
	if err := json.Unmarshal(payload, &v); err != nil {
		panic("discordfake: what is recorded is no JSON: " + err.Error())
	}
	sum := sha256.Sum256([]byte(shape(v, "")))
	name := filepath.Join(folder, kind+"-"+hex.EncodeToString(sum[:12])+".json")
	if _, known := recorded.LoadOrStore(name, true); known {
		return
	}
	if err := writeWhole(name, payload); err != nil {
		panic("discordfake: " + RecordTo + ": " + err.Error())
	}
}

// writeWhole puts a file in its place at once: several processes record.
func writeWhole(name string, body []byte) error {
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

// kinds are the fields whose values belong to the shape.
var kinds = map[string]bool{"type": true, "component_type": true, "style": true, "locale": true, "context": true}

// shape is a payload's fields and their types, the shapes of the items of each list, and the values that say what kind a thing is.
func shape(v any, field string) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(v)) {
			fmt.Fprintf(&b, "%s:%s,", strings.Trim(name, "0123456789"), shape(v[name], name)) // ids name what is resolved
		}
		return "{" + b.String() + "}"
	case []any:
		items := map[string]bool{}
		for _, item := range v {
			items[shape(item, field)] = true
		}
		return "[" + strings.Join(slices.Sorted(maps.Keys(items)), " ") + "]"
	}
	if kinds[field] {
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("%T", v)
}
