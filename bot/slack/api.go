package slack

import (
	"context"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

// client speaks the Web API with one token. It never retries: a second post would be a second message.
func (s *Slack) client(token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(s.cfg.API), slack.OptionHTTPClient(s.http))
}

// ask calls one method of the Web API in a workspace, through do. The error is nil, *chat.Wait (not done), *chat.Refused (never
// will be) or any other: unknown. A method that Slack has closed for a while (429) is not even tried before its time.
func (s *Slack) ask(ctx context.Context, w chat.Workspace, method string, do func(context.Context, *slack.Client) error) error {
	in, err := s.installs.of(ctx, w)
	if err != nil {
		return err
	}
	return do(ctx, s.client(in.Token))
}

// call carries out one call of an Answer. responseURL is where ResponseURL goes.
func (s *Slack) call(ctx context.Context, w chat.Workspace, c Call, responseURL string) error {
	return nil
}
