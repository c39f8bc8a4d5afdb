package discord

import (
	"context"
	"errors"

	"greenroom/bot/chat"
)

// Send carries out one action.
func (d *Discord) Send(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	return "", errors.New("discord: not connected")
}
