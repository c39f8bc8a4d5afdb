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

	"greenroom/bot/page"
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
	c := totals{t: t, ids: map[string]bool{}}
	c.walk(doc)
	if c.components > maxComponents || c.chars > 4000 || c.bytes > 10170 {
		t.Errorf("%d components, %d characters, %d bytes", c.components, c.chars, c.bytes)
	}
}

type totals struct {
	t                        testing.TB
	components, chars, bytes int // of components that show text
	ids                      map[string]bool
}

func (c *totals) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			c.walk(x)
		}
	case map[string]any:
		c.object(v)
		for _, x := range v {
			c.walk(x)
		}
	}
}

func (c *totals) object(v map[string]any) {
	_, form := v["title"]
	if parts, ok := v["components"].([]any); ok && v["type"] == nil && !form {
		c.message(v, parts)
	}
	if id, ok := v["custom_id"].(string); ok {
		if c.ids[id] {
			c.t.Errorf("custom_id %q twice", id)
		}
		c.ids[id] = true
	}
	if _, ok := v["type"]; ok && v["data"] == nil && v["value"] == nil {
		c.components++
	}
	content, ok := v["content"].(string)
	switch {
	case !ok:
	case page.Blank(content):
		c.t.Error("a text without anything to see")
	case v["type"] != nil:
		c.chars += page.Units(content)
		c.bytes += len(content) + 12
	case page.Units(content) > 2000:
		c.t.Errorf("a content of %d characters", page.Units(content))
	}
}

func (c *totals) message(m map[string]any, parts []any) {
	if mentions, ok := m["allowed_mentions"].(map[string]any); !ok || mentions["parse"] == nil || mentions["users"] == nil {
		c.t.Errorf("a message with allowed_mentions %v", m["allowed_mentions"])
	}
	flags, _ := m["flags"].(json.Number)
	n, _ := flags.Int64()
	_, content := m["content"]
	if v2 := n&(1<<15) != 0; v2 == content {
		c.t.Errorf("flags %d, content %v", n, m["content"])
	} else if !v2 && len(parts) > 5 {
		c.t.Errorf("%d rows below a content", len(parts))
	}
	if files, ok := m["attachments"].([]any); !ok || len(files) > 1 {
		c.t.Errorf("attachments %v", m["attachments"])
	}
}
