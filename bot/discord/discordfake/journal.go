package discordfake

import (
	"encoding/json"
	"slices"
	"time"
)

// Entry is one thing that happened to a message. All entries together tell everything that ever stood anywhere.
type Entry struct {
	At      time.Time // by Config.Now
	Kind    EntryKind
	Message Message // as it stood after it; a deleted one as it stood before
}

// EntryKind says what happened.
type EntryKind string

const (
	Posted    EntryKind = "posted"
	Edited    EntryKind = "edited"
	Deleted   EntryKind = "deleted"
	Whispered EntryKind = "whispered" // an ephemeral message was shown
)

// Journal is everything that happened to messages so far, oldest first.
func (f *Fake) Journal() []Entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.journal)
}

func (f *Fake) record(kind EntryKind, m *message) {
	if f.cfg.Forget && f.cfg.Journal == nil {
		return
	}
	e := Entry{At: f.cfg.Now(), Kind: kind, Message: f.seen(m)}
	if !f.cfg.Forget {
		f.journal = append(f.journal, e)
	}
	if f.cfg.Journal == nil {
		return
	}
	if err := json.NewEncoder(f.cfg.Journal).Encode(e); err != nil {
		panic("discordfake: a test's journal cannot be written: " + err.Error())
	}
}
