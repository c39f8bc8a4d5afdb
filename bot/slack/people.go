package slack

import (
	"context"

	"greenroom/bot/chat"
)

// people knows the members of workspaces, as far as it was asked about them.
type people struct {
	s *Slack
}

func newPeople(s *Slack) *people { return &people{s: s} }

// person is what Slack says of a member; the zero Person but for a name where it says nothing in time.
func (p *people) person(ctx context.Context, w chat.Workspace, m chat.Member) Person {
	return Person{Name: string(m)}
}

// names fetches the names that a message needs, so that drawing it asks nobody.
func (p *people) names(ctx context.Context, w chat.Workspace, messages ...chat.Message) Names {
	return func(m chat.Member) string { return string(m) }
}
