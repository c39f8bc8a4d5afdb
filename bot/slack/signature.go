package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// signedWithin is how far Slack's clock and ours may differ (docs.slack.dev, Verifying requests from Slack).
const signedWithin = 5 * time.Minute

var (
	errSignature = errors.New("the signature is not Slack's")
	errClock     = errors.New("the request was signed more than five minutes before or after our time: check this machine's clock")
	errReplayed  = errors.New("the request was answered before")
)

// signedAt is when Slack signed a request, by the header; errClock where that is too far from now.
func signedAt(h http.Header, now time.Time) (time.Time, error) {
	second, err := strconv.ParseInt(h.Get("X-Slack-Request-Timestamp"), 10, 64)
	if err != nil {
		return time.Time{}, errSignature
	}
	allowed := int64(signedWithin / time.Second)
	if second < now.Unix()-allowed || second > now.Unix()+allowed {
		return time.Time{}, errClock
	}
	return time.Unix(second, 0).UTC(), nil
}

// verify checks Slack's signature over the bytes of a body. slack-go has the same, with a clock of its own.
func verify(h http.Header, body []byte, secret string) (signature, error) {
	text, ours := strings.CutPrefix(h.Get("X-Slack-Signature"), "v0=")
	given, err := hex.DecodeString(text)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + h.Get("X-Slack-Request-Timestamp") + ":"))
	mac.Write(body)
	if !ours || err != nil || secret == "" || !hmac.Equal(mac.Sum(nil), given) {
		return 0, errSignature
	}
	return signature(binary.BigEndian.Uint64(given)), nil
}

// signature is the beginning of one that holds: enough to tell those of five minutes apart.
type signature uint64

// replays remembers the signatures that were answered or are under way, as long as their time would still be accepted. Slack itself signs a delivery
// anew when it repeats it; only one that it repeats within the same second has the same signature, and that is refused only if it was
// answered well before: then there is nothing left to do.
//
// Where more than replaysMost requests come in five minutes the oldest are forgotten earlier. The store has then still seen what they
// changed.
type replays struct {
	mu       sync.Mutex
	young    map[signature]struct{}
	old      map[signature]struct{}
	youngest time.Time // when young was begun
}

const replaysMost = 1 << 18 // in each of the two

// claim is false for a signature that was answered or is under way.
func (r *replays) claim(s signature, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.young) >= replaysMost || now.Sub(r.youngest) > 2*signedWithin {
		r.old, r.young, r.youngest = r.young, map[signature]struct{}{}, now
	}
	if _, seen := r.young[s]; seen {
		return false
	}
	if _, seen := r.old[s]; seen {
		return false
	}
	r.young[s] = struct{}{}
	return true
}

// release lets a request that was not answered well come again.
func (r *replays) release(s signature) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.young, s)
	delete(r.old, s)
}
