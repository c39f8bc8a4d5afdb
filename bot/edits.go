package bot

import (
	"sync"
	"time"

	"greenroom/bot/chat"
)

// edits is the budget of edits: a bucket of tokens for each workspace. Counters are content with what others leave, so
// they may use the upper half of the bucket only. An edit that waits is replaced by a newer one of the same message.
type edits struct {
	burst float64
	every time.Duration // one token comes back

	mu      sync.Mutex
	buckets map[chat.Workspace]bucket
}

type bucket struct {
	tokens float64
	at     time.Time // when tokens were counted
}

func newEdits(burst int, every time.Duration) *edits {
	return &edits{burst: float64(burst), every: every, buckets: map[chat.Workspace]bucket{}}
}

// take takes a token, or tells by chat.Wait when to ask again.
func (e *edits) take(w chat.Workspace, counter bool, now time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forget(now)
	have := e.burst
	if b, ok := e.buckets[w]; ok {
		have = e.filled(b, now)
	}
	need := 1.0
	if counter {
		need += e.burst / 2
	}
	if have < need {
		return &chat.Wait{Until: now.Add(time.Duration((need - have) * float64(e.every)))}
	}
	e.buckets[w] = bucket{have - 1, now}
	return nil
}

func (e *edits) filled(b bucket, now time.Time) float64 {
	since := max(now.Sub(b.at), 0) // the clock may have been set back
	return min(b.tokens+float64(since)/float64(e.every), e.burst)
}

// forget drops full buckets now and then: a workspace without edits costs nothing.
func (e *edits) forget(now time.Time) {
	const many = 1000
	if len(e.buckets) < many {
		return
	}
	for w, b := range e.buckets {
		if e.filled(b, now) == e.burst {
			delete(e.buckets, w)
		}
	}
}
