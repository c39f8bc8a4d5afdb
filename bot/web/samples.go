package web

import (
	"context"

	"greenroom/bot/chat"
	"greenroom/content"
)

// sampleMembers play along by themselves.
var sampleMembers = []struct {
	id   chat.Member
	name string
}{{"mira", "Mira"}, {"sam", "Sam"}, {"ana", "Ana"}}

type samples struct{}

func newSamples(p *Playground, banks []*content.Bank) *samples { return &samples{} }
func (s *samples) run(ctx context.Context)                     {}
