package bot

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// copyLife is how long the deletion of a copy is tried.
const copyLife = time.Hour

// heal deletes the second copy of a message. Where a platform left a send in doubt and cannot be asked, a message may
// stand twice. A click tells: the adapter says which message was clicked (Clicked) and, if it knows it, the key under
// which that message was sent (Key). A message that is not the recorded one of its key is a copy. Its click was answered
// like any other.
func (b *Bot) heal(ctx context.Context, e chat.Event) {
	if e.Kind != chat.Click || e.Key == "" || e.Clicked == "" {
		return
	}
	recorded, err := b.message(ctx, e.Key)
	if err == nil && recorded != "" && recorded != e.Clicked {
		err = b.deleteCopy(ctx, e)
	}
	if err != nil {
		b.Log.Warn("copy of a message not deleted", slog.String("key", string(e.Key)), slog.Any("err", err))
	}
}

func (b *Bot) deleteCopy(ctx context.Context, e chat.Event) error {
	a := chat.Action{
		Key: chat.Key(shellKey("delete", string(e.Workspace), string(e.Clicked))), Do: chat.Delete, Workspace: e.Workspace,
		Channel: e.Channel, Member: e.Member, Target: e.Key, Copy: e.Clicked, Until: b.Clock.Now().Add(copyLife),
	}
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return b.commit(ctx, func(d *store.Draft) error {
		d.Send(store.Row{Key: string(a.Key), Place: a.Place(), Body: body})
		return nil
	})
}
