package slack

import "context"

// pages keeps the pages of long private messages in the adapter's part of the store, for a week.
type pages struct {
	s *Slack
}

func newPages(s *Slack) *pages { return &pages{s: s} }

// keep stores what a reply needs to be leafed through; nil is nothing. It must return before the first page is shown.
func (p *pages) keep(ctx context.Context, k *Kept) error { return nil }

// turn answers a click on a button between pages: with the page, in the place of the one that was clicked. Pages that are
// gone, and those of somebody else, are answered with what to do instead. in is one for which turnsPage holds.
func (p *pages) turn(ctx context.Context, in Inbound) (Answer, error) { return Answer{}, nil }

// run removes pages that are too old, until ctx ends.
func (p *pages) run(ctx context.Context) { <-ctx.Done() }
