package bot

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// parked is the record of something that was put aside because it panicked three times or cannot be read: whatever it
// belongs to goes on without it, and Health counts it until somebody has looked.
type parked struct {
	Wake   string    `json:"wake,omitempty"` // name of the wake row
	Due    time.Time `json:"due,omitzero"`
	Body   []byte    `json:"body,omitempty"` // of the wake row, so that it can be set again
	Row    string    `json:"row,omitempty"`  // key of the outbox row; its text is not kept
	Place  string    `json:"place,omitempty"`
	At     time.Time `json:"at"` // when it was parked
	Detail string    `json:"detail,omitempty"`
}

func (p parked) key() store.Ref {
	if p.Wake != "" {
		return shellKey("parked", "wake", p.Wake)
	}
	return shellKey("parked", "row", p.Row)
}

// park puts something aside with the unit that removes it.
func (b *Bot) park(d *store.Draft, p parked) {
	body, err := json.Marshal(p)
	if err != nil {
		panic("parked record: " + err.Error()) // unreachable: it holds strings and times of this century
	}
	d.Put(p.key(), body)
}

// parkWake puts a wake row aside.
func (b *Bot) parkWake(w store.Wake, e chat.Event) error {
	err := store.Update(b.work, b.DB, func(d *store.Draft) error {
		d.Unit.Fired = &w
		b.park(d, parked{Wake: w.Name, Due: w.At, Body: w.Body, At: b.Clock.Now()})
		return nil
	})
	if err == nil {
		b.Log.Error("wake row parked", slog.String("wake", w.Name), slog.String("kind", string(e.Kind)),
			slog.String("workspace", string(e.Workspace)), slog.String("room", string(e.Room)))
	}
	return err
}

// parkedNow counts what is parked.
func (b *Bot) parkedNow(ctx context.Context) (int, error) {
	const page = 100
	n := 0
	for after := store.Ref(""); ; {
		records, err := b.DB.List(ctx, shellSpace+store.Prefix("parked"), after, page)
		n += len(records)
		if err != nil || len(records) < page {
			return n, err
		}
		after = records[len(records)-1].Ref
	}
}
