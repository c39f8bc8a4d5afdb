package slack

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Records in Config.DB:
//
//	sent/WORKSPACE/KEY   the pages of a message that has, or once had, several: progress
//
// A message of one page has no record.

// progress is how far a message of several pages has come.
type progress struct {
	Channel  string    `json:"channel"`
	Thread   string    `json:"thread,omitempty"` // ts of the parent where the message is a reply; empty where it stands in the channel
	Pages    []string  `json:"pages"`            // ts of each page, in order; empty for one that nobody knows of
	Trying   bool      `json:"trying,omitempty"` // one more was to be handed to Slack, and nobody knows what became of it
	Whole    bool      `json:"whole,omitempty"`  // there are no more
	At       time.Time `json:"at"`               // when it was written
	Changed  bool      `json:"-"`                // it is not what is recorded
	Unplaced bool      `json:"-"`                // Thread is not known: the message was posted with one page, so nothing was kept
}

// below is the parent of further pages: the parent of the message, or the message itself.
func (p progress) below() string {
	if p.Thread != "" {
		return p.Thread
	}
	return p.Pages[0]
}

const progressPrefix = "sent"

func progressRef(a chat.Action) store.Ref {
	return store.Key(progressPrefix, string(a.Workspace), string(a.Key))
}

// progress reads how far a message has come; false where nothing is known of it, or it has one page. After its error, which is
// *chat.Wait, nothing was sent.
func (s *Slack) progress(ctx context.Context, a chat.Action) (p progress, begun bool, err error) {
	records, err := s.cfg.DB.Load(ctx, progressRef(a))
	if err == nil && records[0].Version == 0 {
		return progress{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal(records[0].Bytes, &p)
	}
	if err == nil && len(p.Pages) == 0 {
		err = store.ErrDamaged
	}
	if err != nil {
		s.cfg.Log.Error("slack: it cannot be read how far a message has come", slog.String("record", string(progressRef(a))), slog.Any("err", err))
		return progress{}, false, s.wait(afterFailure)
	}
	return p, true, nil
}

// keepProgress makes durable how far a message has come. One place sends one message at a time, so nobody else writes it.
func (s *Slack) keepProgress(ctx context.Context, a chat.Action, p *progress) error {
	p.At = s.cfg.Now().UTC()
	body, err := json.Marshal(p)
	if err != nil {
		return err // unreachable: it holds strings and a time of this century
	}
	s.forgetProgress(ctx)
	// That the time of a call is over is no reason to forget what it did.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	err = s.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: progressRef(a), Bytes: body}}})
	if err != nil {
		return fmt.Errorf("keep how far message %s has come: %w", a.Key, err)
	}
	p.Changed = false
	return nil
}

// storeWithin bounds a write that must not end with the request that it is about.
const storeWithin = 5 * time.Second

// drawnPages remembers what pages of long messages show, of those that this process has sent or edited lately.
type drawnPages struct {
	mu   sync.Mutex
	sums map[pageOfTeam][sha256.Size]byte
}

// pageOfTeam is one message of Slack's.
type pageOfTeam struct {
	workspace chat.Workspace
	id        chat.MessageID
}

// drawnMost is how many pages are remembered.
const drawnMost = 5000

func (k *drawnPages) holds(w chat.Workspace, id chat.MessageID, m message) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	sum, ok := k.sums[pageOfTeam{w, id}]
	return ok && sum == sumOf(m)
}

func (k *drawnPages) set(w chat.Workspace, id chat.MessageID, m message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sums == nil || len(k.sums) >= drawnMost {
		k.sums = map[pageOfTeam][sha256.Size]byte{}
	}
	k.sums[pageOfTeam{w, id}] = sumOf(m)
}

func (k *drawnPages) forget(w chat.Workspace, id chat.MessageID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sums, pageOfTeam{w, id})
}

func sumOf(m message) [sha256.Size]byte {
	b, _ := json.Marshal(m) // drawn by us: cannot fail
	return sha256.Sum256(b)
}

// sweep is when old records were last looked for.
type sweep struct {
	mu sync.Mutex
	at time.Time
}

// due tells once a day that it is time.
func (w *sweep) due(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if since := now.Sub(w.at); since >= 0 && since < 24*time.Hour {
		return false
	}
	w.at = now
	return true
}

// forgetProgress drops, once a day, what the bot has forgotten too: it knows a message for 90 days after its last use.
func (s *Slack) forgetProgress(ctx context.Context) {
	now := s.cfg.Now()
	if !s.swept.due(now) {
		return
	}
	if err := s.sweepProgress(ctx, now.Add(-2*store.MessageFor)); err != nil {
		s.cfg.Log.Warn("slack: old records are not removed", slog.Any("err", err))
	}
}

func (s *Slack) sweepProgress(ctx context.Context, before time.Time) error {
	return s.drop(ctx, store.Prefix(progressPrefix), func(r store.Record) bool {
		var p progress
		return json.Unmarshal(r.Bytes, &p) == nil && p.At.Before(before)
	})
}

// parentIn reads the parent's ts out of the address of a message in a thread.
func parentIn(permalink string) (string, error) {
	u, err := url.Parse(permalink)
	if err != nil {
		return "", errors.New("the address of a message cannot be read")
	}
	return u.Query().Get("thread_ts"), nil
}
