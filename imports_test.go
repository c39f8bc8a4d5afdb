// Package greenroom holds no code: its tests hold the promises of the repository itself.
package greenroom

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is who may import whom beside the standard library: packages of ours by their path, others by how theirs
// begins. A package that is not in it has no place in the design yet; cmd/greenroom may import everything. Tests are
// free, but see testOnly.
var mayImport = map[string][]string{
	"bot":                      {"bot/chat", "bot/quiz", "content", "store"},
	"bot/chat":                 {},
	"bot/quiz":                 {"bot/chat", "bot/grade", "bot/recall", "bot/when", "content", "store"},
	"bot/grade":                {"content", "github.com/blevesearch/snowballstem"},
	"bot/recall":               {},
	"bot/when":                 {"github.com/robfig/cron"},
	"bot/page":                 {"bot/chat", "content", "github.com/clipperhouse/uax29", "github.com/clipperhouse/displaywidth"},
	"bot/slack":                {"bot/chat", "bot/doctor", "bot/page", "content", "store", "github.com/slack-go/slack", "github.com/gorilla/websocket"},
	"bot/discord":              {"bot/chat", "bot/doctor", "bot/page", "content", "store", "bot/discord/gateway", "bot/discord/rest", "github.com/bwmarrin/discordgo"},
	"bot/discord/gateway":      {"github.com/bwmarrin/discordgo", "github.com/gorilla/websocket"},
	"bot/discord/rest":         {"github.com/bwmarrin/discordgo"},
	"bot/doctor":               {},
	"bot/web":                  {"bot/chat", "bot/page", "content", "store"},
	"content":                  {"github.com/yuin/goldmark", "go.yaml.in/yaml"},
	"content/library":          {"content"},
	"store":                    {},
	"store/bolt":               {"store", "go.etcd.io/bbolt"},
	"store/storetest":          {"store", "pgregory.net/rapid", "github.com/google/go-cmp"},
	"bot/bottest":              {"bot", "bot/chat", "bot/quiz", "content", "content/library", "store", "store/storetest"},
	"bot/bottest/campaign":     {"bot", "bot/bottest", "bot/chat", "bot/quiz", "content", "store", "store/bolt"},
	"bot/slack/slackfake":      {"bot/chat", "github.com/gorilla/websocket"},
	"bot/slack/slackworld":     {"bot/bottest", "bot/chat", "bot/slack", "bot/slack/slackfake", "store"},
	"bot/web/webworld":         {"bot/bottest", "bot/chat", "bot/web", "store"},
	"bot/discord/discordworld": {"bot/bottest", "bot/chat", "bot/discord", "bot/discord/discordfake", "store"},
	"bot/discord/discordfake":  {"bot/chat", "github.com/gorilla/websocket", "github.com/santhosh-tekuri/jsonschema"},
}

// testOnly packages are imported by tests and by each other.
var testOnly = []string{"bot/bottest", "bot/bottest/campaign", "store/storetest", "bot/slack/slackfake", "bot/slack/slackworld", "bot/discord/discordfake", "bot/discord/discordworld", "bot/web/webworld"}

// pure packages, and pure files of the adapters, get time and chance from their callers and touch nothing outside.
var (
	pure      = []string{"bot/chat", "bot/doctor", "bot/quiz", "bot/grade", "bot/recall", "bot/when", "bot/page", "content", "content/library"}
	pureFiles = []string{"decode.go", "render.go"}

	impurePackages = []string{"log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "net", "net/http", "os", "os/exec", "os/signal", "syscall"}
	impureTime     = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
)

// TestImports holds the import table over the tree.
func TestImports(t *testing.T) {
	const root = "."
	files := 0
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "tools"):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files++
		for _, wrong := range faults(filepath.ToSlash(relative), file) {
			t.Errorf("%s: %s", relative, wrong)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Errorf("only %d files were found from %s", files, root)
	}
}

// faults is what in a file, named from the root, breaks the table.
func faults(name string, file *ast.File) []string {
	pkg := path.Dir(name)
	if strings.HasPrefix(pkg, "cmd/") || strings.HasSuffix(name, "_test.go") {
		return nil
	}
	allowed, known := mayImport[pkg]
	if !known {
		return []string{fmt.Sprintf("package %s is not in the import table", pkg)}
	}
	isPure := slices.Contains(pure, pkg) || slices.Contains(pureFiles, path.Base(name))
	var wrong []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic("unreachable: the parser has read this string: " + err.Error())
		}
		imported, ours := strings.CutPrefix(imported, "greenroom/")
		switch {
		case ours && slices.Contains(testOnly, imported) && !slices.Contains(testOnly, pkg):
			wrong = append(wrong, imported+" is for tests only")
		case ours && !slices.Contains(allowed, imported):
			wrong = append(wrong, fmt.Sprintf("%s may not import %s", pkg, imported))
		case !ours && strings.Contains(strings.Split(imported, "/")[0], ".") && !slices.ContainsFunc(allowed, func(prefix string) bool {
			return imported == prefix || strings.HasPrefix(imported, prefix+"/")
		}):
			wrong = append(wrong, fmt.Sprintf("%s may not import %s", pkg, imported))
		case isPure && slices.Contains(impurePackages, imported):
			wrong = append(wrong, "a pure file may not import "+imported)
		}
	}
	if isPure {
		wrong = append(wrong, clockUses(file)...)
	}
	return wrong
}

// clockUses is where a file asks for the time or waits.
func clockUses(file *ast.File) []string {
	var wrong []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(impureTime, s.Sel.Name) {
				wrong = append(wrong, "a pure file may not use time."+s.Sel.Name)
			}
		}
		return true
	})
	return wrong
}

// TestImportsFindsFaults: the test above can fail.
func TestImportsFindsFaults(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"bot/quiz/a.go", `import "greenroom/bot/slack"`, "bot/quiz may not import bot/slack"},
		{"bot/slack/a.go", `import "greenroom/bot"`, "bot/slack may not import bot"},
		{"bot/slack/a.go", `import "github.com/bwmarrin/discordgo"`, "bot/slack may not import github.com/bwmarrin/discordgo"},
		{"bot/slack/a.go", `import "github.com/slack-go/slackery"`, "bot/slack may not import github.com/slack-go/slackery"},
		{"bot/a.go", `import "greenroom/bot/bottest"`, "bot/bottest is for tests only"},
		{"bot/bottest/a.go", `import "greenroom/store/storetest"`, ""},
		{"bot/extra/a.go", ``, "package bot/extra is not in the import table"},
		{"bot/quiz/a.go", `import "log/slog"`, "a pure file may not import log/slog"},
		{"bot/quiz/a.go", `import "time"; var x = time.Now()`, "a pure file may not use time.Now"},
		{"bot/quiz/a_test.go", `import "time"; var x = time.Now()`, ""},
		{"bot/web/decode.go", `import "os"`, "a pure file may not import os"},
		{"bot/web/web.go", `import "os"`, ""},
		{"cmd/greenroom/a.go", `import "greenroom/bot/slack"`, ""},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), c.name, "package a\n"+c.src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(faults(c.name, file), "; "); got != c.want {
			t.Errorf("%s with %s: %q, want %q", c.name, c.src, got, c.want)
		}
	}
}
