package discord

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// specFile is Discord's own OpenAPI description (github.com/discord/discord-api-spec, MIT), which is not part of this repository.
const specFile = "../../../shared/data/discord/openapi.json"

var spec = sync.OnceValues(func() (*jsonschema.Compiler, error) {
	f, err := os.Open(specFile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	return c, c.AddResource("openapi.json", doc)
})

var compiling sync.Mutex

// valid checks a body against one of the description's schemas, and against what the description leaves out.
func valid(t testing.TB, schema string, v any) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	checkTotals(t, doc)

	c, err := spec()
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("not validated: " + specFile + " is not here")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	compiling.Lock()
	s, err := c.Compile("openapi.json#/components/schemas/" + schema)
	compiling.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%s: %v\n%s", schema, err, raw)
	}
}

// checkTotals holds what the description does not say: all components together, all text together, custom_ids distinct, text
// that is seen, and that somebody thought about who is notified.
func checkTotals(t testing.TB, doc any) {
	t.Helper()
	var components, chars, bytes int
	ids := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if _, ok := v["components"]; ok && v["type"] == nil && v["title"] == nil {
				if _, ok := v["allowed_mentions"]; !ok {
					t.Error("a message without allowed_mentions")
				}
			}
			if id, ok := v["custom_id"].(string); ok {
				if ids[id] {
					t.Errorf("custom_id %q twice", id)
				}
				ids[id] = true
			}
			if _, ok := v["type"]; ok && v["data"] == nil && v["value"] == nil {
				components++
			}
			if content, ok := v["content"].(string); ok {
				if strings.TrimSpace(content) == "" {
					t.Error("a text without anything to see")
				}
				chars += len([]rune(content))
				bytes += len(content) + 12
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(doc)
	if components > 40 || chars > 4000 || bytes > 10170 {
		t.Errorf("%d components, %d characters, %d bytes", components, chars, bytes)
	}
}
