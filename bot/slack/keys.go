package slack

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"greenroom/store"
)

// Keys is a key ring: it encrypts tokens so that they do not lie on the disk in clear. The first key encrypts, every key
// decrypts. The zero Keys is empty.
//
// A sealed token is the text v1:ID:DATA. ID names the key. DATA is the base64 of a random nonce of 96 bits and the
// token under AES-256-GCM; workspace and purpose of the token are authenticated with it, so that a sealed token opens
// only where it was put.
type Keys struct{ ring []key }

type key struct {
	id   string
	aead cipher.AEAD
}

// keyBytes is the length of an AES-256 key.
const keyBytes = 32

// keyID is what a key may be called. A key itself, written in the place of its name, is longer.
var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,24}$`)

// ParseKeys reads a key ring: entries ID:KEY, parted by commas, blanks or line ends, KEY being the base64 of 32 bytes.
// An error names an entry by its place and never shows what stands there.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	separator := func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }
	for n, entry := range strings.FieldsFunc(text, separator) {
		id, encoded, _ := strings.Cut(entry, ":")
		raw, err := base64.StdEncoding.DecodeString(encoded)
		switch {
		case !keyID.MatchString(id):
			return Keys{}, fmt.Errorf("entry %d of the key ring does not begin with a name of at most 24 letters, figures or hyphens and a colon", n+1)
		case err != nil || len(raw) != keyBytes:
			return Keys{}, fmt.Errorf("entry %d of the key ring, %s, is not the base64 of %d bytes", n+1, id, keyBytes)
		case keys.find(id) != nil:
			return Keys{}, fmt.Errorf("entry %d of the key ring has the name %s, which another entry has too", n+1, id)
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			panic("unreachable: the key has 32 bytes: " + err.Error())
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			panic("unreachable: the block is AES: " + err.Error())
		}
		keys.ring = append(keys.ring, key{id, aead})
	}
	if len(keys.ring) == 0 {
		return Keys{}, errors.New("the key ring is empty")
	}
	return keys, nil
}

// NewKey makes an entry for a key ring with a key from the machine's randomness.
func NewKey(id string) (string, error) {
	if !keyID.MatchString(id) {
		return "", fmt.Errorf("%q is no name for a key; take at most 24 letters, figures or hyphens", id)
	}
	raw := make([]byte, keyBytes)
	rand.Read(raw) // never fails: it ends the program first
	return id + ":" + base64.StdEncoding.EncodeToString(raw), nil
}

// String shows how many keys there are, and none of them.
func (k Keys) String() string {
	if len(k.ring) == 1 {
		return "1 key"
	}
	return fmt.Sprintf("%d keys", len(k.ring))
}

// Format keeps every verb from looking inside.
func (k Keys) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.String()) }

// MarshalText keeps the keys out of structured logs and JSON.
func (k Keys) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// First is the name of the key that encrypts; empty for an empty ring.
func (k Keys) First() string {
	if k.empty() {
		return ""
	}
	return k.ring[0].id
}

func (k Keys) empty() bool { return len(k.ring) == 0 }

func (k Keys) find(id string) *key {
	if n := slices.IndexFunc(k.ring, func(k key) bool { return k.id == id }); n >= 0 {
		return &k.ring[n]
	}
	return nil
}

const sealVersion = "v1"

// seal encrypts a workspace's token under the first key. purpose tells its tokens apart.
func (k Keys) seal(team, purpose, token string) string {
	if k.empty() {
		panic("unreachable: App is checked for keys before anything is sealed")
	}
	first := k.ring[0]
	data := first.aead.Seal(nil, nil, []byte(token), sealedFor(team, purpose))
	return sealVersion + ":" + first.id + ":" + base64.StdEncoding.EncodeToString(data)
}

// open is the token that seal has hidden.
func (k Keys) open(team, purpose, sealed string) (string, error) {
	parts := strings.Split(sealed, ":")
	if len(parts) != 3 || parts[0] != sealVersion || !keyID.MatchString(parts[1]) {
		return "", fmt.Errorf("the %s of workspace %s: %w", purpose, team, errSealBroken)
	}
	key := k.find(parts[1])
	if key == nil {
		return "", fmt.Errorf("the %s of workspace %s: %w", purpose, team, unknownKey(parts[1]))
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return "", fmt.Errorf("the %s of workspace %s: %w", purpose, team, errSealBroken)
	}
	token, err := key.aead.Open(nil, nil, data, sealedFor(team, purpose))
	if err != nil {
		return "", fmt.Errorf("the %s of workspace %s, encrypted with the key %s: %w", purpose, team, key.id, errSealBroken)
	}
	return string(token), nil
}

// sealedFor is what is authenticated beside the token.
func sealedFor(team, purpose string) []byte {
	return []byte(store.Key("greenroom", "slack", sealVersion, team, purpose))
}

// errSealBroken: what stands in the record was never sealed so.
var errSealBroken = errors.New("it cannot be decrypted: the record is damaged, or the key is another than the one that " +
	"encrypted it; restore either, or let the workspace install Greenroom again")

// unknownKey is the error for a token whose key is not in the ring.
type unknownKey string

func (id unknownKey) Error() string {
	return fmt.Sprintf("it is encrypted with the key %s, which is not in the key ring; add that entry at the end of GREENROOM_SLACK_KEYS", string(id))
}

// Reseal encrypts the stored tokens of every workspace with the first key. It returns of how many workspaces, and an
// error for every other one. db is the Config.DB of an adapter that does not run.
func Reseal(ctx context.Context, db store.DB, keys Keys) (n int, err error) {
	i := newInstalls(&Slack{cfg: Config{DB: db, Log: slog.New(slog.DiscardHandler)}})
	records, err := i.all(ctx)
	for _, r := range records {
		if r.Token == "" {
			continue
		}
		if failed := i.reseal(ctx, r.Team, keys); failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		n++
	}
	return n, err
}

// reseal encrypts the tokens of one workspace with the first key.
func (i *installs) reseal(ctx context.Context, team string, keys Keys) (err error) {
	stored := i.update(ctx, team, func(r *record) *record {
		err = nil
		for purpose, sealed := range map[string]*string{purposeToken: &r.Token, purposeRefresh: &r.Refresh} {
			if *sealed == "" {
				continue
			}
			token, failed := keys.open(team, purpose, *sealed)
			if failed != nil {
				err = errors.Join(err, failed)
				continue
			}
			*sealed = keys.seal(team, purpose, token)
		}
		return r
	})
	return errors.Join(err, stored)
}
