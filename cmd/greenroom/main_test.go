package main

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary is greenroom too, for the scripts.
func TestMain(m *testing.M) {
	for _, setting := range os.Environ() { // those of the machine are not the tests'
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "GREENROOM_") {
			os.Unsetenv(name)
		}
	}
	testscript.Main(m, map[string]func(){"greenroom": main})
}

// TestScripts runs testdata/*.txtar, each in a folder of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: false, RequireUniqueNames: true})
}
