package slack

import (
	"context"
	"errors"

	"greenroom/bot/chat"
)

// install is Greenroom in one workspace.
type install struct {
	Team   string   // T…
	User   string   // the bot's own member id, U…
	App    string   // A…: our messages carry it
	Token  string   // xoxb-…; never logged
	Scopes []string // granted; nil where Slack has not said
}

// can tells whether a scope is granted.
func (in install) can(scope string) bool {
	for _, s := range in.Scopes {
		if s == scope {
			return true
		}
	}
	return false
}

// errNotInstalled is the error of installs.of for a workspace that Greenroom is not, or no longer, in.
var errNotInstalled = errors.New("Greenroom is not installed in this workspace")

// installs knows the installation of each workspace.
type installs struct {
	s *Slack
}

func newInstalls(s *Slack) *installs { return &installs{s: s} }

// of is the installation of a workspace, with a token that is valid now. errNotInstalled where there is none.
func (i *installs) of(ctx context.Context, w chat.Workspace) (install, error) {
	return install{}, errNotInstalled
}

// Keys encrypts what must not lie on the disk in clear.
type Keys struct{}
