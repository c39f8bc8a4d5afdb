// Package library is the question banks that ship with Greenroom.
package library

import (
	"embed"

	"greenroom/content"
)

//go:embed *.md
var files embed.FS

// Banks parses the embedded banks, in the order of their file names. What it reports is a fault of ours: a test keeps
// the list empty.
func Banks() ([]*content.Bank, []content.Problem) {
	banks, problems, err := content.Load(files, ".")
	if err != nil {
		panic("library: " + err.Error()) // unreachable: an embedded folder can always be read
	}
	return banks, problems
}
