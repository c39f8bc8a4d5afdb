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
		"share-result": withSubject((*step).shareResult),
	}}
}

// shareAnswer shows the member's answer to the main question in the result, with the name; a second click takes it back.
func (s *step) shareAnswer(t *subject) (chat.Reply, error) {
	at := t.a.part(0)
	if !at.answered() || at.Text == "" || t.p.Channel == "" {
		return tell(s.sayNotAnswered(t)), nil
	}
	at.Shared = !at.Shared
	if err := s.saveAttempt(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	if err := s.redrawResult(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	return s.feedback(t, true)
}

// shareResult puts the member's figures under the result; a second click takes them back.
func (s *step) shareResult(t *subject) (chat.Reply, error) {
	if !t.a.part(0).answered() || t.p.Channel == "" {
		return tell(s.sayNotAnswered(t)), nil
	}
	t.a.SharedResult = !t.a.SharedResult
	if err := s.saveAttempt(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	if err := s.redrawResult(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	return tell(sharedResult(t.a.SharedResult)), nil
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
