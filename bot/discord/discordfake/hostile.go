package discordfake

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// Attack is a request that Discord would never send.
type Attack string

const (
	Forged    Attack = "forged"    // signed with another key
	Unsigned  Attack = "unsigned"  // no signature at all
	Tampered  Attack = "tampered"  // another body than the signed one
	Moved     Attack = "moved"     // another timestamp than the signed one
	Replayed  Attack = "replayed"  // the last request of Discord's, byte for byte
	Truncated Attack = "truncated" // half a signature
	NoHex     Attack = "no hex"    // a signature that is none
	Huge      Attack = "huge"      // ten megabytes, signed rightly: what a leaked key allows
	Deep      Attack = "deep"      // JSON a hundred thousand arrays deep, signed rightly
	Binary    Attack = "binary"    // no JSON, signed rightly
)

// Attacks is all of them.
var Attacks = []Attack{Forged, Unsigned, Tampered, Moved, Replayed, Truncated, NoHex, Huge, Deep, Binary}

// Attack sends such a request to the app's address and gives the status of the answer; 0 where the app hung up. Its body is the last
// interaction that the app was sent.
func (f *Fake) Attack(ctx context.Context, how Attack) (int, error) {
	f.mu.Lock()
	h, now := f.wire.hooks, f.cfg.Now()
	if h == nil || h.last == nil {
		f.mu.Unlock()
		return 0, errors.New("discordfake: the app has no address, or was sent nothing there")
	}
	last := *h.last
	f.mu.Unlock()
	body := last.body
	switch how {
	case Huge:
		body = []byte(`{"type":2,"data":{"name":"` + strings.Repeat("x", 10<<20) + `"}}`)
	case Deep:
		body = []byte(`{"type":2,"data":{"options":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`)
	case Binary:
		body = bytes.Repeat([]byte{0xff, 0x00, 0xfe}, 100)
	}
	header := f.sign(body, now)
	switch how {
	case Forged:
		header = f.forged(body, now)
	case Unsigned:
		header.Del(signatureHeader)
	case Tampered:
		body = bytes.Replace(body, []byte(`"token"`), []byte(`"tokeN"`), 1)
	case Moved:
		header.Set(timestampHeader, f.sign(nil, now.Add(time.Second)).Get(timestampHeader))
	case Replayed:
		header = last.header
	case Truncated:
		header.Set(signatureHeader, header.Get(signatureHeader)[:64])
	case NoHex:
		header.Set(signatureHeader, strings.Repeat("z", hex.EncodedLen(64)))
	}
	status, _, err := h.send(ctx, header, body)
	if err != nil && ctx.Err() == nil && (how == Huge || status != 0) {
		return status, nil // it hung up in the middle of ten megabytes, or said something
	}
	return status, err
}
