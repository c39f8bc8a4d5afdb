package slack

import (
	"context"
	"encoding/json"
	"fmt"

	"greenroom/bot/chat"
	"greenroom/store"
)

// forgetMember removes what is kept of a member who has erased what is kept about them: the pages of long private messages, and
// who they are. When it returns without an error that is durable. Doing it twice is doing it once.
func (s *Slack) forgetMember(ctx context.Context, w chat.Workspace, m chat.Member) error {
	s.people.forget(func(id who) bool { return id == who{w, m} })
	err := s.dropPages(ctx, func(k Kept) bool { return k.Workspace == w && k.Member == m })
	if err != nil {
		return fmt.Errorf("forget a member: %w", err)
	}
	return nil
}

// forgetWorkspace removes what is kept of a workspace, but for its installation (see installs.forget).
func (s *Slack) forgetWorkspace(ctx context.Context, w chat.Workspace) error {
	s.people.forget(func(id who) bool { return id.workspace == w })
	err := s.dropPages(ctx, func(k Kept) bool { return k.Workspace == w })
	if err == nil {
		err = s.drop(ctx, store.Prefix(progressPrefix, string(w)), func(store.Record) bool { return true })
	}
	if err != nil {
		return fmt.Errorf("forget workspace %s: %w", w, err)
	}
	return nil
}

// dropPages removes kept pages. One that cannot be read can be nobody's any more.
func (s *Slack) dropPages(ctx context.Context, which func(Kept) bool) error {
	return s.drop(ctx, store.Prefix(pagePrefix), func(r store.Record) bool {
		var k Kept
		return json.Unmarshal(r.Bytes, &k) != nil || which(k)
	})
}

// drop removes some of the records below a prefix.
func (s *Slack) drop(ctx context.Context, below store.Ref, which func(store.Record) bool) error {
	const n = 100
	for after := store.Ref(""); ; {
		records, err := s.cfg.DB.List(ctx, below, after, n)
		if err != nil {
			return err
		}
		var u store.Unit
		for _, r := range records {
			after = r.Ref
			if which(r) {
				u.Put = append(u.Put, store.Put{Ref: r.Ref})
			}
		}
		if err := s.cfg.DB.Commit(ctx, u); err != nil {
			return err
		}
		if len(records) < n {
			return nil
		}
	}
}
