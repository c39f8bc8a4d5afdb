package discordfake

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// answerSchemas are where Discord's description says what endpoints answer, by method, path without names, and status.
var answerSchemas = sync.OnceValue(func() map[string]string {
	found := map[string]string{}
	root, err := repositoryRoot()
	if err != nil {
		return found
	}
	file, err := os.Open(filepath.Join(root, specFile))
	if err != nil {
		return found
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		panic(err)
	}
	for path, item := range object(object(doc)["paths"]) {
		for method, operation := range object(item) {
			for status, answer := range object(object(operation)["responses"]) {
				if object(object(answer)["content"])["application/json"] == nil {
					continue
				}
				name := strings.ToUpper(method) + " " + nameless(strings.TrimPrefix(path, "/")) + " " + status
				found[name] = pointer("paths", path, method, "responses", status, "content", "application/json", "schema")
			}
		}
	}
	return found
})

// validAnswer holds what the fake answers to Discord's description, so that an app learns nothing from it that Discord would not say.
func validAnswer(t testing.TB, f *Fake, r *http.Request, a reply) {
	t.Helper()
	if Unvalidated() != "" || a.status >= 300 || a.json == nil {
		return
	}
	c, refused := f.match(r)
	if refused != nil {
		t.Fatal(refused)
	}
	at, known := answerSchemas()[c.route.method+" "+nameless(c.route.path)+" "+strconv.Itoa(a.status)]
	if !known {
		t.Errorf("Discord's description has no answer %d to %s", a.status, c.route.name())
		return
	}
	if refused := f.check(at, json.RawMessage(a.text)); refused != nil {
		t.Errorf("%s answers what Discord would not: %v\n%s", c.route.name(), refused.errors, a.text)
	}
}
