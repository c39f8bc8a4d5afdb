package slack

import (
	"context"

	"greenroom/bot/chat"
)

// show carries out the calls of an answer, after its acknowledgement and after what it keeps was kept. r is the reply that
// the answer draws: where the place in which it should be shown is gone (a view that was closed, an address or a trigger that is too
// old, a channel that the member has left), the member gets it by direct message.
func (s *Slack) show(ctx context.Context, in Inbound, r chat.Reply, a Answer) error {
	for _, c := range a.Calls {
		if err := s.call(ctx, in.Event.Workspace, c, in.Way.Response); err != nil {
			return err
		}
	}
	return nil
}
