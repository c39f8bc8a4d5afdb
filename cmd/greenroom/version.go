package main

import (
	"fmt"
	"runtime/debug"
)

type version struct{}

// Run shows the module's version, the commit that it was built from and the Go that built it, as far as the build
// knows them.
func (version) Run(std streams) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("this program was built without its version")
	}
	line := "greenroom " + info.Main.Version
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			line += ", commit " + setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			line += " with changes"
		}
	}
	_, err := fmt.Fprintf(std.out, "%s, %s\n", line, info.GoVersion)
	return err
}
