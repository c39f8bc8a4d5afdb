package slack

import (
	"context"
	"errors"

	"greenroom/bot/chat"
)

// Send carries out one action.
func (s *Slack) Send(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	return "", errors.New("slack: not connected")
}
