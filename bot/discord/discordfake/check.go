package discordfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// description is Discord's own OpenAPI description (github.com/discord/discord-api-spec, MIT), which is not part of this repository. It is
// read once and compiled as far as it is asked for.
type description struct {
	mu       sync.Mutex
	err      error // it could not be read
	compiler *jsonschema.Compiler
	paths    map[string]operation // by method and path, without the names of its variables
	compiled map[string]*jsonschema.Schema
}

// operation is what the description says of one endpoint.
type operation struct {
	body  []string          // of which schemas a body is one; empty where it is none of components
	query map[string]string // places of the parameters' schemas, by name
}

// specFile is where the description lies, from the root of the repository.
const specFile = "../shared/data/discord/openapi.json"

// specID names the description for the compiler, which would resolve a relative name against the working directory of the moment.
const specID = "https://discord.com/openapi.json"

var theDescription = sync.OnceValue(readDescription)

// Unvalidated says why requests are not checked against Discord's description; empty where they are.
func Unvalidated() string {
	d := theDescription()
	switch {
	case errors.Is(d.err, fs.ErrNotExist):
		return "requests are not checked against Discord's OpenAPI description: " + specFile + " is not here"
	case d.err != nil:
		return "requests are not checked against Discord's OpenAPI description: " + d.err.Error()
	}
	return ""
}

func readDescription() *description {
	d := &description{paths: map[string]operation{}, compiled: map[string]*jsonschema.Schema{}}
	root, err := repositoryRoot()
	if err != nil {
		d.err = err
		return d
	}
	file, err := os.Open(filepath.Join(root, specFile))
	if err != nil {
		d.err = err
		return d
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		d.err = fmt.Errorf("reading %s: %w", specFile, err)
		return d
	}
	d.compiler = jsonschema.NewCompiler()
	if d.err = d.compiler.AddResource(specID, doc); d.err == nil {
		d.index(object(object(doc)["paths"]))
	}
	return d
}

// repositoryRoot is the directory above which the description lies: that of go.mod, at or above the working directory.
func repositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fs.ErrNotExist
		}
		dir = parent
	}
}

// variable is one in a path.
var variable = regexp.MustCompile(`\{[^}]*\}`)

func nameless(path string) string { return variable.ReplaceAllString(path, "{}") }

// index notes which schemas each endpoint has.
func (d *description) index(paths map[string]any) {
	for path, item := range paths {
		for method, v := range object(item) {
			o := operation{query: map[string]string{}}
			content := object(object(object(v)["requestBody"])["content"])
			schema := object(object(content["application/json"])["schema"])
			for _, one := range append([]any{schema}, list(anyOf(schema))...) {
				if name, ok := strings.CutPrefix(text(object(one)["$ref"]), "#/components/schemas/"); ok {
					o.body = append(o.body, name)
				}
			}
			if items := object(schema["items"]); text(schema["type"]) == "array" || items != nil {
				o.body = append(o.body, pointer("paths", path, method, "requestBody", "content", "application/json", "schema"))
			}
			parameters, _ := object(v)["parameters"].([]any)
			for i, p := range parameters {
				if text(object(p)["in"]) == "query" {
					o.query[text(object(p)["name"])] = pointer("paths", path, method, "parameters", strconv.Itoa(i), "schema")
				}
			}
			d.paths[strings.ToUpper(method)+" "+nameless(strings.TrimPrefix(path, "/"))] = o
		}
	}
}

func anyOf(schema map[string]any) []any {
	branches, _ := schema["anyOf"].([]any)
	return branches
}

// pointer is a place in the description, as the fragment of an address.
func pointer(parts ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D", "@", "%40")
	var at strings.Builder
	for _, part := range parts {
		at.WriteString("/" + escape.Replace(part))
	}
	return at.String()
}

// schema is one schema, compiled: by its name among the components, or by its pointer.
func (d *description) schema(name string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.compiled[name]; s != nil {
		return s, nil
	}
	at := name
	if !strings.HasPrefix(at, "/") {
		at = "/components/schemas/" + name
	}
	s, err := d.compiler.Compile(specID + "#" + at)
	if err != nil {
		return nil, fmt.Errorf("compiling %s of Discord's description: %w", name, err)
	}
	d.compiled[name] = s
	return s, nil
}

// checkCall checks a request against the description. It holds no lock.
func (f *Fake) checkCall(c *call) *refusal {
	d := theDescription()
	if d.err != nil {
		return nil
	}
	o, known := d.paths[c.route.method+" "+nameless(c.route.path)]
	if !known {
		return nil // messages/@original is a message like another
	}
	if refused := d.checkQuery(o, c); refused != nil {
		return refused
	}
	var strange []string
	for parameter := range c.query {
		if _, described := o.query[parameter]; !described {
			strange = append(strange, "?"+parameter)
		}
	}
	if name := f.schemaOf(o, c); name != "" {
		body := c.body
		if len(body) == 0 {
			body = json.RawMessage("{}")
		}
		if refused := f.check(name, body); refused != nil {
			return refused
		}
		strange = append(strange, f.strange(name, body)...)
	}
	if len(strange) > 0 {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.complainOf(c.route.name(), strange)
	}
	return nil
}

// schemaOf is the schema of a request's body; empty where it has none, or where who serves it checks it.
func (f *Fake) schemaOf(o operation, c *call) string {
	switch {
	case c.route.schema != "":
		return c.route.schema
	case c.route.open:
		return ""
	}
	return f.branch(o.body, c)
}

// complainOf notes fields that Discord does not know.
func (f *Fake) complainOf(where string, strange []string) {
	for _, field := range strange {
		f.wire.complaint("%s: Discord knows no %q there", where, field)
	}
}

// branch picks the schema of a body where there are several: by what the request is about.
func (f *Fake) branch(schemas []string, c *call) string {
	switch {
	case len(schemas) == 0:
		return ""
	case len(schemas) == 1:
		return schemas[0]
	case c.route.name() == "POST channels/{channel}/threads":
		if c.has("message") {
			return "CreateForumThreadRequest"
		}
		return "CreateTextThreadWithoutMessageRequest"
	case c.route.name() == "PATCH channels/{channel}":
		f.mu.Lock()
		defer f.mu.Unlock()
		if ch := f.channels[c.vars["channel"]]; ch != nil && ch.thread() {
			return "UpdateThreadRequestPartial"
		}
		return "UpdateGuildChannelRequestPartial"
	}
	panic("unreachable: an endpoint with several bodies of which the fake does not know which: " + c.route.name())
}

// check checks a body against a schema by its name in the description. It takes no lock.
func (f *Fake) check(schema string, body json.RawMessage) *refusal {
	d := theDescription()
	if d.err != nil || f.unchecked.Load() {
		return nil
	}
	s, err := d.schema(schema)
	if err != nil {
		panic("discordfake: " + err.Error()) // the description is not the one that the fake was written for
	}
	var doc any
	if err := decode(body, &doc); err != nil {
		return refuse(50109)
	}
	var invalid *jsonschema.ValidationError
	if err := s.Validate(doc); errors.As(err, &invalid) {
		wrong := fieldErrors{}
		explain(invalid, wrong)
		return wrong.refusal()
	}
	return nil
}

// checkQuery checks those parameters that the description names.
func (d *description) checkQuery(o operation, c *call) *refusal {
	wrong := fieldErrors{}
	for name, at := range o.query {
		if !c.query.Has(name) {
			continue
		}
		s, err := d.schema(at)
		if err != nil {
			panic("discordfake: " + err.Error())
		}
		given := c.query.Get(name)
		if s.Validate(given) != nil && s.Validate(json.Number(given)) != nil && s.Validate(given == "true" || given == "1") != nil {
			wrong.add(name, "QUERY_PARAMETER_INVALID", fmt.Sprintf("Value %q is not valid.", given))
		}
	}
	return wrong.refusal()
}
