package quiz

import (
	"greenroom/bot/chat"
	"greenroom/store"
)

// shareFeature is what a member shows by choice: an answer in the result, a line of figures under it. Sharing is a
// choice each time, and can be taken back.
func shareFeature() feature {
	return feature{clicks: map[string]func(*step) (chat.Reply, error){
		"share-answer": withSubject((*step).shareAnswer),
		"keep-answer":  withSubject((*step).shareAnswer),
		"share-result": withSubject((*step).shareResult),
		"keep-result":  withSubject((*step).shareResult),
	}}
}

// shareAnswer shows the member's answer to the main question in the result, with the name, or takes it back.
func (s *step) shareAnswer(t *subject) (chat.Reply, error) {
	at := t.a.part(0)
	if !at.answered() || at.Text == "" || t.p.Channel == "" {
		return tell(s.sayNotAnswered(t)), nil
	}
	if err := s.share(t, &at.Shared, s.ev.Value.Verb == "share-answer"); err != nil {
		return chat.Reply{}, err
	}
	return s.feedback(t, true)
}

// shareResult puts the member's figures under the result, or takes them back.
func (s *step) shareResult(t *subject) (chat.Reply, error) {
	if !t.a.part(0).answered() || t.p.Channel == "" {
		return tell(s.sayNotAnswered(t)), nil
	}
	if err := s.share(t, &t.a.SharedResult, s.ev.Value.Verb == "share-result"); err != nil {
		return chat.Reply{}, err
	}
	return turn(sharedResult(t)), nil
}

// share sets what is shown and brings the result up to date.
func (s *step) share(t *subject, shown *bool, to bool) error {
	if *shown == to {
		return nil
	}
	*shown = to
	if err := s.saveAttempt(t.p, t.a); err != nil {
		return err
	}
	return s.redrawResult(t.p, t.a)
}

// attempts are all of a post, in the order of their members' ids; changed stands for the one that this draft has
// changed, which a list does not show yet.
func (l *look) attempts(p *post, changed *attempt) ([]*attempt, error) {
	var all []*attempt
	err := each(l.v, store.Prefix(string(l.ev.Workspace), "attempt", p.ID), func(_ store.Ref, a *attempt) error {
		if changed != nil && a.Member == changed.Member {
			return nil
		}
		all = append(all, a)
		return nil
	})
	if changed != nil {
		all = append(all, changed)
	}
	return all, err
}
