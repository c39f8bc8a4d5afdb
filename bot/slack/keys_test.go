package slack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// ring makes a key ring with the named keys, and its text.
func ring(t *testing.T, ids ...string) (Keys, string) {
	t.Helper()
	var entries []string
	for _, id := range ids {
		entry, err := NewKey(id)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry)
	}
	text := strings.Join(entries, ",\n")
	keys, err := ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return keys, text
}

func TestKeysSealAndOpen(t *testing.T) {
	both, text := ring(t, "new", "old")
	old, err := ParseKeys(strings.Fields(strings.ReplaceAll(text, ",", " "))[1])
	if err != nil {
		t.Fatal(err)
	}
	const token = "xoxb-1-secret"
	sealed := both.seal("T1", purposeToken, token)
	if strings.Contains(sealed, token) || !strings.HasPrefix(sealed, "v1:new:") {
		t.Errorf("sealed is %s", sealed)
	}
	if again := both.seal("T1", purposeToken, token); again == sealed {
		t.Error("the same token was sealed the same way twice: the nonce is not random")
	}
	if got, err := both.open("T1", purposeToken, sealed); got != token || err != nil {
		t.Errorf("opened: %q, %v", got, err)
	}
	if got, err := both.open("T1", purposeToken, old.seal("T1", purposeToken, token)); got != token || err != nil {
		t.Errorf("opened with the second key: %q, %v", got, err)
	}

	if _, err := old.open("T1", purposeToken, sealed); !errors.As(err, new(unknownKey)) || !strings.Contains(err.Error(), "the key new") {
		t.Errorf("without its key: %v", err)
	}
	stranger, _ := ring(t, "new")
	for name, open := range map[string]func() (string, error){
		"another workspace":   func() (string, error) { return both.open("T2", purposeToken, sealed) },
		"another purpose":     func() (string, error) { return both.open("T1", purposeRefresh, sealed) },
		"another key":         func() (string, error) { return stranger.open("T1", purposeToken, sealed) },
		"another version":     func() (string, error) { return both.open("T1", purposeToken, "v2"+sealed[2:]) },
		"a part missing":      func() (string, error) { return both.open("T1", purposeToken, sealed[:strings.LastIndex(sealed, ":")]) },
		"an end missing":      func() (string, error) { return both.open("T1", purposeToken, sealed[:len(sealed)-8]) },
		"nothing":             func() (string, error) { return both.open("T1", purposeToken, "") },
		"nothing but a nonce": func() (string, error) { return both.open("T1", purposeToken, "v1:new:AAAA") },
	} {
		if got, err := open(); got != "" || !errors.Is(err, errSealBroken) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for n := range sealed[len("v1:new:"):] {
		flipped := []byte(sealed)
		flipped[len("v1:new:")+n] ^= 1
		if got, err := both.open("T1", purposeToken, string(flipped)); err == nil && got != token { // the last bits of base64 may mean nothing
			t.Errorf("flipped at %d: %q", n, got)
		}
	}
}

func TestParseKeysRefuses(t *testing.T) {
	good, err := NewKey("a")
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimPrefix(good, "a:")
	for text, want := range map[string]string{
		"":                        "the key ring is empty",
		" ,\n":                    "the key ring is empty",
		secret:                    "entry 1 of the key ring does not begin with a name",
		secret + ":a":             "entry 1 of the key ring does not begin with a name",
		good + ",b:" + "c2hvcnQ=": "entry 2 of the key ring, b, is not the base64 of 32 bytes",
		good + " b:" + secret[1:]: "entry 2 of the key ring, b, is not the base64 of 32 bytes",
		good + "," + good:         "entry 2 of the key ring has the name a, which another entry has too",
	} {
		_, err := ParseKeys(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d characters: %v, want %q", len(text), err, want)
		}
		if err != nil && strings.Contains(err.Error(), secret[1:]) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
	if _, err := NewKey("no name"); err == nil {
		t.Error("a key was made with a blank in its name")
	}
}

// TestKeysAreNotShown: whatever prints a key ring prints no key.
func TestKeysAreNotShown(t *testing.T) {
	keys, text := ring(t, "a", "b")
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, verb+"\n", keys)
		fmt.Fprintf(&out, verb+"\n", App{Keys: keys})
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("keys", "keys", keys)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("keys", "keys", keys)
	if err := json.NewEncoder(&out).Encode(keys); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "2 keys") < 8 {
		t.Errorf("printed: %s", &out)
	}
	for _, entry := range strings.Split(text, ",\n") {
		if _, secret, _ := strings.Cut(entry, ":"); strings.Contains(out.String(), secret) {
			t.Errorf("a key was printed: %s", &out)
		}
	}
}
