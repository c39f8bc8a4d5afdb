package quiz

import (
	"greenroom/bot/chat"
)

// Records:
//
//	workspace/flags/Q   how often members said that something is off with a question

// showFeature is what stands behind [More], [Show the answer] and [Full answer], and the flag.
func showFeature() feature {
	return feature{
		looks: map[string]func(*look) (chat.Reply, error){"more": lookAt((*look).more)},
		clicks: map[string]func(*step) (chat.Reply, error){
			"show": withSubject((*step).showAnswer),
			"full": withSubject((*step).fullAnswer),
			"flag": withSubject((*step).flag),
		},
	}
}

func (l *look) more(t *subject) (chat.Reply, error) { return tell(l.sayMore(t)), nil }

// showAnswer shows one part's answer: it can no longer score for this member.
func (s *step) showAnswer(t *subject) (chat.Reply, error) {
	if err := s.see(t.p, t.a, t.n); err != nil {
		return chat.Reply{}, err
	}
	return tell(s.sayAnswer(t)), nil
}

// fullAnswer shows the whole answer section, so every part is seen.
func (s *step) fullAnswer(t *subject) (chat.Reply, error) {
	for n := range len(t.q.FollowUps) + 1 {
		if err := s.see(t.p, t.a, n); err != nil {
			return chat.Reply{}, err
		}
	}
	return tell(s.sayFull(t)), nil
}

// flag tells the keeper, once a question and without a name, that something is off.
func (s *step) flag(t *subject) (chat.Reply, error) {
	if t.a.Flagged {
		return turn(flaggedBefore()), nil
	}
	t.a.Flagged = true
	if err := s.saveAttempt(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	ref := s.ref("flags", t.p.QuestionID)
	count, err := load[int](s.v, ref)
	if err != nil {
		return chat.Reply{}, err
	}
	if count == nil {
		count = new(int)
	}
	*count++
	save(s.d, ref, count)
	keeper, err := s.keeperOf(t.p)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case keeper == "":
		return turn(flagNoted()), nil
	case *count > 1:
		return turn(flaggedBefore()), nil
	}
	return turn(flagged()), s.notify(keeper, chat.Key(s.ref("notice", "flag", t.p.ID)), s.sayFlag(t))
}
