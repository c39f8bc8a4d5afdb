package quiz

import (
	"slices"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Timers:
//
//	workspace/sweep/POST   texts of answers to the post become 30 days old

// textsKept is how long the texts of answers are kept.
const textsKept = 30 * day

// keepSwept sees to it that texts of a post's answers are erased in time.
func (s *step) keepSwept(p *post) error {
	if !p.Sweep.IsZero() {
		return nil
	}
	p.Sweep = s.ev.At.Add(textsKept)
	s.savePost(p)
	s.wakeSweep(p, p.Sweep)
	return nil
}

func (s *step) wakeSweep(p *post, at time.Time) {
	room := chat.ChannelRoom(p.Channel)
	if p.Channel == "" {
		room = chat.DirectRoom(p.Member)
	}
	s.wake(at, room, p.Channel, "sweep", p.ID)
}

func sweepFeature() feature {
	return feature{timers: map[string]func(*step, []string) error{"sweep": (*step).sweep}}
}

// sweep erases the texts of answers that are 30 days old, and comes back for younger ones.
func (s *step) sweep(ids []string) error {
	p, err := s.post(ids[0])
	if err != nil || p == nil {
		return err
	}
	var old []chat.Member
	var next time.Time
	err = each(s.v, store.Prefix(string(s.ev.Workspace), "attempt", p.ID), func(_ store.Ref, a *attempt) error {
		for _, at := range a.Parts {
			if !at.hasText() {
				continue
			}
			if due := at.Written.Add(textsKept); !due.After(s.ev.At) {
				old = append(old, a.Member)
			} else if next.IsZero() || due.Before(next) {
				next = due
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range slices.Compact(old) {
		if err := s.eraseTexts(p.ID, m); err != nil {
			return err
		}
	}
	p.Sweep = next
	s.savePost(p)
	if !next.IsZero() {
		s.wakeSweep(p, next)
	}
	return nil
}

// eraseTexts takes the old texts from an attempt, which is read anew so that nothing is overwritten.
func (s *step) eraseTexts(post string, m chat.Member) error {
	a, err := s.attempt(post, m)
	if err != nil {
		return err
	}
	for _, n := range a.numbers() {
		at := a.Parts[n]
		if at.hasText() && !at.Written.Add(textsKept).After(s.ev.At) {
			for _, i := range at.Sent {
				s.d.Delete(s.ref("claim", claimID(post, m, n, i)))
			}
			at.Text, at.Redraft, at.Because, at.Shared = "", "", nil, false
		}
	}
	save(s.d, s.attemptRef(post, m), a)
	return nil
}

func (p *part) hasText() bool { return p.Text != "" || p.Redraft != "" || len(p.Because) > 0 }
