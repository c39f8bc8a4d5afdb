package slack

import (
	"context"

	"greenroom/bot/chat"
)

// Find tells whether an action was carried out.
func (s *Slack) Find(ctx context.Context, a chat.Action) (chat.MessageID, bool, error) {
	return "", false, chat.ErrCannotTell
}

var _ chat.Platform = (*Slack)(nil)
