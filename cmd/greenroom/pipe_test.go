//go:build unix

package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestBankCheckReadsNoPipe: one in a folder is named; nobody waits for its writer.
func TestBankCheckReadsNoPipe(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.md"), 0o600); err != nil {
		t.Skipf("no pipes here: %v", err)
	}
	var out bytes.Buffer
	if code := run([]string{"bank", "check", dir}, streams{strings.NewReader(""), &out, &out}); code != exitFailed ||
		!strings.Contains(out.String(), "pipe.md:1:1: error: this is not read: it is not a file") {
		t.Errorf("exit code %d, said %q", code, out.String())
	}
}
