package discord

import (
	"context"

	"greenroom/bot/chat"
)

// Find tells whether an action was carried out.
func (d *Discord) Find(ctx context.Context, a chat.Action) (chat.MessageID, bool, error) {
	return "", false, chat.ErrCannotTell
}
