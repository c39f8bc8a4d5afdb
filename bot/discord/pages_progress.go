package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
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
	Channel string     `json:"channel"`          // in which the first page stands: a channel, or a thread
	Below   string     `json:"below,omitempty"`  // in which the others stand; empty where it is not known yet
	Pages   []sentPage `json:"pages"`            // in order
	Trying  bool       `json:"trying,omitempty"` // one more was to be handed to Discord, and nobody knows what became of it
	Whole   bool       `json:"whole,omitempty"`  // there are no more
	At      time.Time  `json:"at"`               // since when Trying; when it was written, without

	Again   bool `json:"-"` // Trying was so before
	Changed bool `json:"-"` // it is not what is recorded
}

// sentPage is one message of Discord's.
type sentPage struct {
	ID  string `json:"id,omitempty"`  // empty for one that nobody knows of
	Sum string `json:"sum,omitempty"` // of what it shows; empty where that is not known
}

// channelOf is where a page stands.
func (p *progress) channelOf(i int) string {
	if i == 0 {
		return p.Channel
	}
	return p.Below
}

// sum is a hash of what a body shows.
func (b body) sum() string {
	raw, _ := json.Marshal(b.edit()) // drawn by us: cannot fail
	sum := sha256.Sum256(append(raw, b.answer...))
	return hex.EncodeToString(sum[:12])
}

const (
	progressPrefix = "sent"
	storeWithin    = 5 * time.Second // bounds a write that must not end with the request that it is about
)

func progressRef(a chat.Action) store.Ref {
	return store.Key(progressPrefix, string(a.Workspace), string(a.Key))
}

// progress reads how far a message has come; false where nothing is known of it, or it has one page. After its error, which is
// *chat.Wait, nothing was sent.
func (d *Discord) progress(ctx context.Context, a chat.Action) (p progress, begun bool, err error) {
	records, err := d.cfg.DB.Load(ctx, progressRef(a))
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
		d.cfg.Log.Error("discord: it cannot be read how far a message has come", slog.String("record", string(progressRef(a))), slog.Any("err", err))
		return progress{}, false, d.wait(afterFailure)
	}
	return p, true, nil
}

// keepProgress makes durable how far a message has come. One place sends one message at a time, so nobody else writes it.
func (d *Discord) keepProgress(ctx context.Context, a chat.Action, p *progress) error {
	if !p.Trying {
		p.At = d.cfg.Now().UTC()
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return err // unreachable: it holds strings and a time of this century
	}
	d.forgetProgress(ctx)
	// That the time of a request is over is no reason to forget what it did.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	if err := d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: progressRef(a), Bytes: raw}}}); err != nil {
		return fmt.Errorf("keep how far message %s has come: %w", a.Key, err)
	}
	p.Changed = false
	return nil
}

// keepIfPaged is keepProgress for a message that has a record.
func (d *Discord) keepIfPaged(ctx context.Context, a chat.Action, p *progress) error {
	if len(p.Pages) < 2 {
		return nil
	}
	return d.keepProgress(ctx, a, p)
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
func (d *Discord) forgetProgress(ctx context.Context) {
	now := d.cfg.Now()
	if !d.out.swept.due(now) {
		return
	}
	err := d.eachRecord(ctx, store.Prefix(progressPrefix), func(r store.Record) error {
		var p progress
		if json.Unmarshal(r.Bytes, &p) != nil || !p.At.Before(now.Add(-2*store.MessageFor)) {
			return nil
		}
		return d.cfg.DB.Commit(ctx, store.Unit{Put: []store.Put{{Ref: r.Ref}}})
	})
	if err != nil {
		d.cfg.Log.Warn("discord: old records are not removed", slog.Any("err", err))
	}
}

// forgetSent drops what is kept of a workspace's messages.
func (d *Discord) forgetSent(ctx context.Context, w chat.Workspace) error {
	return d.dropRecords(ctx, store.Prefix(progressPrefix, string(w)))
}
