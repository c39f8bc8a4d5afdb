package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

// install is Greenroom in one workspace.
type install struct {
	Team   string   // T…
	User   string   // the bot's own member id, U…
	Bot    string   // B…: our messages carry it
	App    string   // A…: our messages carry it too; empty where Slack has not said
	Token  string   // xoxb-…; never logged
	Scopes []string // granted; nil where Slack has not said
}

// can tells whether a scope is granted.
func (in install) can(scope string) bool { return slices.Contains(in.Scopes, scope) }

// errNotInstalled is the error of installs.of for a workspace that Greenroom is not, or no longer, in.
var errNotInstalled = errors.New("Greenroom is not installed in this workspace")

// installs knows the installation of each workspace.
type installs struct {
	s *Slack

	mu     sync.Mutex
	single *install // the workspace of Config.BotToken, once Slack has told which it is
}

func newInstalls(s *Slack) *installs { return &installs{s: s} }

// start asks Slack about the tokens, before anything else runs. chat.Fatal when the bot token of a single workspace is
// refused.
func (i *installs) start(ctx context.Context) error {
	_, err := i.ofSingle(ctx)
	return err
}

// run hands Gone and Back to h and keeps tokens fresh, until ctx ends.
func (i *installs) run(ctx context.Context, h chat.Handler) error {
	<-ctx.Done()
	return nil
}

// of is the installation of a workspace, with a token that is valid now. errNotInstalled where there is none.
func (i *installs) of(ctx context.Context, w chat.Workspace) (install, error) {
	in, err := i.ofSingle(ctx)
	if err == nil && in.Team != team(w) {
		err = errNotInstalled
	}
	return in, err
}

// gone is called when Slack has said, or a call has shown (token_revoked, account_inactive, invalid_auth), that a
// workspace removed Greenroom. It asks Slack once more, because such news may be older than a new installation. Where it
// is true, the workspace's tokens are erased and run tells the handler; the caller tells nobody.
func (i *installs) gone(ctx context.Context, w chat.Workspace) (bool, error) {
	return false, nil
}

// ofSingle is the workspace of the bot token, which Slack is asked about once.
func (i *installs) ofSingle(ctx context.Context) (install, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.single != nil {
		return *i.single, nil
	}
	in, err := i.ask(ctx, i.s.cfg.BotToken)
	if err != nil {
		return install{}, err
	}
	i.single = &in
	return in, nil
}

// ask asks Slack whose a token is and what it may do.
func (i *installs) ask(ctx context.Context, token string) (install, error) {
	client := i.s.client(token)
	who, err := client.AuthTestContext(ctx)
	if err != nil {
		return install{}, fmt.Errorf("ask Slack about the bot token: %w", err)
	}
	in := install{Team: who.TeamID, User: who.UserID, Bot: who.BotID, Token: token}
	if granted := who.Header.Get("X-OAuth-Scopes"); granted != "" {
		for scope := range strings.SplitSeq(granted, ",") {
			in.Scopes = append(in.Scopes, strings.TrimSpace(scope))
		}
	}
	// Only for Find, which knows our messages by Bot as well: where Slack does not say, the app's id stays empty.
	if bot, err := client.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: who.BotID}); err == nil {
		in.App = bot.AppID
	}
	return in, nil
}
