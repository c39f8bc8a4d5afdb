package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// What the shell keeps for itself stands in the space "bot" of the store:
//
//	tried/KEY            the instant at which the message KEY was handed to its platform; gone when its outcome is known
//	parked/wake/NAME     a wake row that was put aside (park.go)
//	parked/row/KEY       an outbox row that was put aside
//	health               written to see whether anything can be (health.go)
//
// These records change in one unit with the rows that they are about, so they are written by their full names and not
// through store.Space, which keeps its units to itself.
func shellKey(parts ...string) store.Ref { return shellSpace + store.Key(parts...) }

const shellSpace store.Ref = "~bot/"

func markKey(key string) store.Ref { return shellKey("tried", key) }

// tried tells whether a message has a mark, and the instant of the last try.
func (b *Bot) tried(ctx context.Context, key string) (at time.Time, marked bool, err error) {
	records, err := b.DB.Load(ctx, markKey(key))
	if err != nil || records[0].Version == 0 {
		return time.Time{}, false, err
	}
	if err := at.UnmarshalText(records[0].Bytes); err != nil {
		return time.Time{}, false, fmt.Errorf("read %s: %w: %w", records[0].Ref, store.ErrDamaged, err)
	}
	return at, true, nil
}

// mark makes durable that a message is about to be handed to its platform.
func (b *Bot) mark(key string) error {
	at, err := b.Clock.Now().UTC().MarshalText()
	if err != nil {
		return err // unreachable: the year has four digits
	}
	return b.DB.Commit(b.sending, store.Unit{Put: []store.Put{{Ref: markKey(key), Bytes: at}}})
}

// unmark makes durable that nothing was posted. Where that fails the mark stays: the platform is asked once more.
func (b *Bot) unmark(key string) {
	unit := store.Unit{Put: []store.Put{{Ref: markKey(key)}}}
	if err := b.DB.Commit(b.sending, unit); err != nil {
		b.Log.Warn("mark not removed", slog.String("key", key), slog.Any("err", err))
	}
}

func (b *Bot) message(ctx context.Context, key chat.Key) (chat.MessageID, error) {
	id, err := b.DB.Message(ctx, string(key))
	return chat.MessageID(id), err
}

// persist commits what must not be lost while the process lives: again and again until it is in, or until the messages
// under way have no more time. ErrSeen means that an earlier try was applied.
func (b *Bot) persist(commit func(context.Context) error) error {
	for failures := 1; ; failures++ {
		err := commit(context.WithoutCancel(b.sending))
		if err == nil || errors.Is(err, store.ErrSeen) {
			return nil
		}
		if b.sending.Err() != nil || errors.Is(err, store.ErrClosed) {
			return err
		}
		b.Log.Error("outcome not recorded yet", slog.Any("err", err))
		nap(b.Clock, b.Clock.Now().Add(backoff(failures)), b.sending.Done(), nil)
	}
}
