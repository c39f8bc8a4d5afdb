package slack

import (
	"context"

	"github.com/slack-go/slack"
)

// client speaks the Web API with one token. It never retries: a second post would be a second message.
func (s *Slack) client(token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(s.cfg.API), slack.OptionHTTPClient(s.http))
}

// call carries out one call of an Answer. responseURL is where ResponseURL goes.
func (s *Slack) call(ctx context.Context, in install, c Call, responseURL string) error {
	return nil
}
