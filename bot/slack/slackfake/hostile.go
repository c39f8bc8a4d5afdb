package slackfake

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"
)

// Attack is a request that Slack would never send.
type Attack string

const (
	Forged    Attack = "forged"    // signed with another secret
	Unsigned  Attack = "unsigned"  // no signature at all
	Tampered  Attack = "tampered"  // another body than the signed one
	Replayed  Attack = "replayed"  // the last request of Slack's, byte for byte
	Stale     Attack = "stale"     // signed six minutes ago
	Future    Attack = "future"    // signed six minutes ahead
	Overflow  Attack = "overflow"  // signed with a time that no clock has
	Truncated Attack = "truncated" // half a signature
	Huge      Attack = "huge"      // ten megabytes, signed rightly: what a leaked secret allows
	Deep      Attack = "deep"      // JSON a hundred thousand arrays deep, signed rightly
	Binary    Attack = "binary"    // no JSON and no form, signed rightly
)

// Attacks is all of them.
var Attacks = []Attack{Forged, Unsigned, Tampered, Replayed, Stale, Future, Overflow, Truncated, Huge, Deep, Binary}

// Attack sends such a request to the app's address for events and gives the status of the answer; 0 where the app hung up. Its body is
// the last event that this workspace's app was sent.
func (w *Workspace) Attack(ctx context.Context, how Attack) (int, error) {
	f := w.f
	f.mu.Lock()
	h, p, now := f.wire.hooks, f.wire.last[w.id], f.cfg.Now()
	f.mu.Unlock()
	if h == nil || p == nil || p.kind != kindEvent {
		return 0, errors.New("the app has no address, or was not sent an event last")
	}
	to, body, at, secret := h.paths[kindEvent], []byte(p.body), now, f.cfg.SigningSecret
	switch how {
	case Forged:
		secret = "not-" + secret
	case Stale:
		at = now.Add(-6 * time.Minute)
	case Future:
		at = now.Add(6 * time.Minute)
	case Huge:
		body = []byte(`{"type":"event_callback","event":{"type":"message","text":"` + strings.Repeat("x", 10<<20) + `"}}`)
	case Deep:
		body = []byte(`{"type":"event_callback","event":{"blocks":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`)
	case Binary:
		body = bytes.Repeat([]byte{0xff, 0x00, 0xfe}, 100)
	}
	header := f.sign(body, at)
	header.Set("Content-Type", "application/json")
	second := header.Get("X-Slack-Request-Timestamp")
	switch how {
	case Overflow:
		second = "9223372036854775808"
		header.Set("X-Slack-Request-Timestamp", second)
	case Unsigned:
		header.Del("X-Slack-Signature")
	case Tampered:
		body = bytes.Replace(body, []byte(`"event_id"`), []byte(`"event_iD"`), 1)
	}
	switch how {
	case Forged, Overflow:
		header.Set("X-Slack-Signature", signature(secret, second, body))
	case Truncated:
		header.Set("X-Slack-Signature", header.Get("X-Slack-Signature")[:35])
	case Replayed:
		f.mu.Lock()
		to, header, body = h.last.to, h.last.header, h.last.body
		f.mu.Unlock()
	}
	_, status, _, err := f.wire.send(ctx, h, to, header, body)
	if err != nil && ctx.Err() == nil && how == Huge {
		return 0, nil // it hung up in the middle of ten megabytes
	}
	return status, err
}
