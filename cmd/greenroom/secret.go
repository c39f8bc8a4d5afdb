package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// secret is a setting that must not be seen: it stands in an environment variable, or in a file that another setting
// names, and never on the command line, where every user of the machine reads it. What is said about it names the
// variable or the flag and shows nothing of its value.
type secret struct {
	env  string // the variable; with _FILE at its end, the one that names the file
	path string // of the file; empty for none
}

// file is the setting that names the file: the flag, and the variable in its stead.
func (s secret) file() string {
	name := strings.ReplaceAll(strings.TrimPrefix(s.env, "GREENROOM_"), "_", "-")
	return fmt.Sprintf("--%s-file (%s_FILE)", strings.ToLower(name), s.env)
}

// place is where the secret stands, for sentences about it.
func (s secret) place() string {
	if s.path != "" {
		return "the file " + s.path
	}
	return s.env
}

// secretBytes is far more than any token or key ring has.
const secretBytes = 64 << 10

// read gives the secret, empty where it is not set. A file that others may read is warned of.
func (s secret) read(log *slog.Logger) (string, error) {
	value, set := os.LookupEnv(s.env)
	switch {
	case set && s.path != "":
		return "", usagef("%s and %s both give one secret; leave out either", s.env, s.file())
	case set && strings.TrimSpace(value) == "":
		return "", usagef("%s is empty; give it its value, or leave it out", s.env)
	case set:
		return strings.TrimSpace(value), nil
	case s.path == "":
		return "", nil
	}
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no file %s; check %s", s.path, s.file())
	case err != nil:
		return "", fmt.Errorf("read %s: %w", s.file(), err)
	case info.IsDir():
		return "", fmt.Errorf("%s is a folder; name the file in it with %s", s.path, s.file())
	case info.Size() > secretBytes:
		return "", fmt.Errorf("the file %s is too large for a secret; check %s", s.path, s.file())
	}
	b, err := os.ReadFile(s.path)
	if err != nil {
		return "", fmt.Errorf("read %s: %w; let the user that Greenroom runs as read it", s.file(), err)
	}
	if info.Mode().Perm()&0o004 != 0 && !managed(s.path) {
		log.Warn(fmt.Sprintf("every user of this machine may read the secret in %s; write chmod o-r %s", s.path, s.path))
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff")) // the byte order mark that some editors begin a file with
	if value = strings.TrimSpace(string(b)); value == "" {
		return "", fmt.Errorf("the file %s is empty; write the secret into it, or leave out %s", s.path, s.file())
	}
	return value, nil
}

// managed tells whether a file is where container engines put secrets: nobody else is in there, and nobody can change
// the mode.
func managed(path string) bool { return filepath.Dir(filepath.Clean(path)) == "/run/secrets" }

// token is read for a secret that is one word with one of some prefixes. kind says what it is and where it stands.
func (s secret) token(log *slog.Logger, kind string, prefixes ...string) (string, error) {
	value, err := s.read(log)
	if value == "" || err != nil {
		return "", err
	}
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return "", usagef("%s is more than one word; it is %s", s.place(), kind)
	}
	if strings.ContainsAny(value, "\"'`") { // docker run --env-file, for one, leaves them where they are
		return "", usagef("%s has quotation marks in it; leave them out", s.place())
	}
	begins := func(prefix string) bool { return strings.HasPrefix(value, prefix) && len(value) > len(prefix) }
	other := slackSecret(value)
	switch {
	case slices.ContainsFunc(prefixes, begins), len(prefixes) == 0 && other == "":
		return value, nil
	case other != "":
		if len(prefixes) == 0 { // no token of Slack's is wanted
			other += " of Slack"
		}
		return "", usagef("%s holds %s; what belongs there is %s", s.place(), other, kind)
	}
	return "", usagef("%s does not begin with %s; it is %s", s.place(), prefixes[0], kind)
}

// slackSecret says which of Slack's secrets a value is, empty where it does not look like one.
func slackSecret(value string) string {
	for _, known := range []struct{ prefix, name string }{
		{"xoxe.xoxb-", "a bot token that ends after twelve hours, of an app with token rotation"},
		{"xoxe", "a refresh token or a configuration token"},
		{"xoxb-", "a bot token"},
		{"xoxp-", "a member's token"},
		{"xapp-", "an app token"},
	} {
		if strings.HasPrefix(value, known.prefix) {
			return known.name
		}
	}
	return ""
}
